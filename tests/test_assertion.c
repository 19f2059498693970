/* SPDX-License-Identifier: BSD-2-Clause */
/* Assertions that hold, that fail, and that nobody gets to; proofs/ with and without a fault put in. */
#include "checker/assertion/assertion.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define FAIL ".extern bpfprove_fail void\n"
#define CALL "call kernel-function#0\n"

static enum verdict check(const char *text, struct assertion_result *r)
{
	char err[256];
	struct object *o;
	cr_assert_eq(object_assemble("test", text, &o, err, sizeof err), OBJECT_OK, "%s", err);
	struct solver *s = solver_open(SOLVER_DEFAULT, (struct solver_limits){.query_ms = 10000}, err, sizeof err);
	assertion_check(o->programs[0], &(struct assertion_options){.solver = s}, r);
	solver_close(s);
	object_free(o);
	return r->verdict;
}

static void expect(const char *text, enum verdict v, const char *what)
{
	struct assertion_result r;
	cr_expect_eq(check(text, &r), v, "%s: %s", text, r.what);
	cr_expect(strstr(r.what, what), "%s: %s, not %s", text, r.what, what);
	cr_expect_eq(!r.witness, v != VERDICT_REFUTED);
	assertion_release(&r);
}

#define ANY "call ktime_get_ns\n"

Test(assertion, holds_for_every_word)
{
	expect(FAIL ANY "r6 = r0\nr6 &= 15\nif r6 <= 15 goto out\n" CALL "out: r0 = 0\nexit", VERDICT_PROVED, "");
	expect(FAIL ANY "r6 = r0\nr6 *= r0\nr6 &= 3\nif r6 != 2 goto out\n" CALL "out: r0 = 0\nexit", VERDICT_PROVED,
	       "");
}

Test(assertion, fails_for_one_word)
{
	expect(FAIL ANY "r1 = 0x123456789abcdef ll\nif r0 != r1 goto out\n" CALL "out: r0 = 0\nexit", VERDICT_REFUTED,
	       "an assertion fails");
}

Test(assertion, two_words_are_two)
{
	expect(FAIL ANY "r6 = r0\n" ANY "if r6 == r0 goto out\n" CALL "out: r0 = 0\nexit", VERDICT_REFUTED,
	       "assertion");
}

Test(assertion, assumptions_end_the_run)
{
	expect(FAIL ANY "if r0 > 9 goto out\nif r0 < 10 goto out\n" CALL "out: r0 = 0\nexit", VERDICT_PROVED, "");
}

Test(assertion, a_fault_before_it_is_no_proof)
{
	expect(FAIL "r1 = 0\nr1 = *(u8 *)(r1 + 0)\n" CALL "r0 = 0\nexit", VERDICT_REFUTED, "null pointer");
}

Test(assertion, what_is_not_modelled_is_unknown)
{
	expect(FAIL ".extern other\ncall kernel-function#1\nr0 = 0\nexit", VERDICT_UNKNOWN, "other");
}

Test(assertion, arguments_that_nobody_knows_are_unknown)
{
	expect(FAIL ".program p freplace/f\nif r1 != 7 goto out\n" CALL "out: r0 = 0\nexit", VERDICT_UNKNOWN, "");
}

Test(assertion, says_when_it_rests_on_what_is_not_modelled)
{
	expect(FAIL ".extern other int\ncall kernel-function#1\nif r0 != 7 goto out\n" CALL "out: r0 = 0\nexit",
	       VERDICT_REFUTED, "not modelled");
}

static int run_proofs(const char *fault)
{
	char line[300];
	snprintf(line, sizeof line,
		 "SOURCES=proofs/tnum_sound.c ONLY=tnum_or_is_sound BITS=3 ROUNDS=1000 bash proofs/run.sh %s %s "
		 ">/dev/null 2>&1",
		 getenv("BPFPROVE_BUILD") ? getenv("BPFPROVE_BUILD") : "build", fault);
	int status = system(line);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

Test(assertion, a_broken_operator_turns_the_proofs_red)
{
	cr_expect_eq(run_proofs(""), 0);
	cr_expect_eq(run_proofs("tnum_or"), 1);
	cr_expect_eq(run_proofs("no_such_row"), 64);
}
