/* SPDX-License-Identifier: BSD-2-Clause */
/* Pools that give up: nothing crashes, and nothing is concluded from what they make afterwards. */
#include "checker/equiv/equiv.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "term_random.h"

#define RESERVE 128 /* terms beyond the limit that a pool may hold */

static void build_random(struct term_pool *p)
{
	struct exprs x = {.n = 0};
	random_palette();
	gen_expr(&x, random_width(1, 64), 6);
	build_exprs(p, &x);
	for (size_t i = 0; i < x.n; i++)
		cr_assert_eq(term_width(p, x.e[i].t), x.e[i].width);
}

Test(term_limit, widths_are_right_whenever_the_pool_gives_up)
{
	for (size_t limit = 1; limit < 3000; limit += 1 + limit / 3) {
		struct term_pool *p = term_new_pool();
		term_bound(p, BOUNDED_FN, BOUND_LO, BOUND_HI);
		term_set_limit(p, limit, NULL, NULL);
		for (int i = 0; i < 2000; i++)
			build_random(p);
		cr_expect_eq(term_gave_up(p), TERM_TOO_MANY);
		cr_expect_leq(term_count(p), limit + RESERVE);
		cr_expect(term_is_true(p, term_true(p)) && term_is_false(p, term_false(p)));
		term_give_up(p, TERM_NO_MEMORY);
		cr_expect_eq(term_gave_up(p), TERM_TOO_MANY, "the first reason stays");
		term_free_pool(p);
	}
}

static bool stop_at_third(void *arg)
{
	return ++*(int *)arg >= 3;
}

Test(term_limit, the_caller_is_asked_whether_to_go_on)
{
	struct term_pool *p = term_new_pool();
	int asked = 0;
	term_bound(p, BOUNDED_FN, BOUND_LO, BOUND_HI);
	term_set_limit(p, SIZE_MAX, stop_at_third, &asked);
	for (int i = 0; i < 2000; i++)
		build_random(p);
	cr_expect_eq(term_gave_up(p), TERM_STOPPED);
	cr_expect_eq(asked, 3, "asked %d times", asked);
	term_free_pool(p);
}

/* What is true, false or open of terms that mean nothing is unknown. */
Test(term_limit, solvers_answer_nothing)
{
	static const struct {
		enum term_end end;
		enum solver_failure failure;
	} ends[] = {{TERM_NO_MEMORY, SOLVER_MEMORY}, {TERM_TOO_MANY, SOLVER_MEMORY}, {TERM_STOPPED, SOLVER_TIMEOUT}};
	char err[200];
	struct solver *s = solver_open("z3", (struct solver_limits){.query_ms = 10000}, err, sizeof err);
	cr_assert(s, "%s", err);
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		struct term_pool *p = term_new_pool();
		term x = term_apply(p, 1, 1, NULL, 0), asserts[] = {term_true(p), term_false(p), x};
		term_give_up(p, ends[i].end);
		for (size_t k = 0; k < 3; k++) {
			enum solver_failure why;
			cr_expect_eq(solver_check(s, p, "given up", &asserts[k], 1, NULL, &why), SOLVER_UNKNOWN);
			cr_expect_eq(why, ends[i].failure);
		}
		term_free_pool(p);
	}
	solver_close(s);
}

/* In a process that may have so many more bytes of address space. */
static int in_little_memory(size_t more, void (*run)(void))
{
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		size_t pages = 0;
		FILE *f = fopen("/proc/self/statm", "r");
		if (!f || fscanf(f, "%zu", &pages) != 1)
			_exit(100);
		size_t bytes = pages * (size_t)sysconf(_SC_PAGESIZE) + more;
		setrlimit(RLIMIT_AS, &(struct rlimit){bytes, bytes});
		run();
		_exit(101);
	}
	int status = -1;
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert(WIFEXITED(status), "signal %d", WTERMSIG(status));
	return WEXITSTATUS(status);
}

static void make_terms(void)
{
	struct term_pool *p = term_new_pool();
	term x = term_apply(p, 1, 64, NULL, 0), t = x;
	for (uint64_t i = 1; i < 100000000 && !term_gave_up(p); i++)
		t = term_xor(p, term_mul(p, t, x), term_apply(p, 2, 64, &t, 1));
	_exit(term_gave_up(p) == TERM_NO_MEMORY && term_width(p, t) == 64 ? 0 : 1);
}

Test(term_limit, no_memory_is_no_crash)
{
	for (size_t more = 4; more <= 64; more *= 2)
		cr_expect_eq(in_little_memory(more << 20, make_terms), 0, "%zu MiB", more);
}

/* Ends with a return value that is as large as the loops are long. */
static const char *const loops[] = {
    "r6 = *(u32 *)(r1 + 12)\nr0 = 1\nr7 = 0\na: r8 = 0\nb: r0 *= r6\nr0 ^= r8\nr0 += r7\nr8 += 1\nif r8 < 500 goto b\n"
    "r7 += 1\nif r7 < 500 goto a\nexit\n",
    "r6 = *(u32 *)(r1 + 12)\nr0 = 1\nr7 = 0\na: r8 = 0\nb: r0 *= r6\nr0 ^= r8\nr0 += r7\nr8 += 1\nif r8 < 500 goto b\n"
    "r7 += 1\nif r7 < 500 goto a\nr0 += 0\nexit\n"};

static enum reason decide_loops(struct solver_limits limits, volatile int *stop)
{
	char err[300];
	struct object *o[2];
	struct equiv_result r;
	struct solver *s = solver_open("z3", limits, err, sizeof err);
	cr_assert(s, "%s", err);
	for (int i = 0; i < 2; i++)
		cr_assert_eq(object_assemble("loop", loops[i], &o[i], err, sizeof err), OBJECT_OK, "%s", err);
	equiv_programs(o[0]->programs[0], o[1]->programs[0],
		       &(struct equiv_options){.solver = s, .no_cuts = true, .stop = stop}, &r);
	enum reason why = r.verdict == VERDICT_UNKNOWN ? r.reason : REASON_NONE;
	equiv_release(&r);
	object_free(o[0]);
	object_free(o[1]);
	solver_close(s);
	return why;
}

static void decide_in_little_memory(void)
{
	_exit((int)decide_loops((struct solver_limits){.query_ms = 1000}, NULL));
}

Test(term_limit, programs_are_unknown_with_the_reason)
{
	volatile int stop = 1;
	int why = in_little_memory(96 << 20, decide_in_little_memory);
	cr_expect_eq(why, (int)REASON_MEMORY, "%s", why < REASON_COUNT ? reason_texts[why] : "crashed");
	cr_expect_eq(decide_loops((struct solver_limits){.deadline_ns = 1}, NULL), REASON_TIMEOUT);
	cr_expect_eq(decide_loops((struct solver_limits){.query_ms = 1000}, &stop), REASON_INTERRUPTED);
}
