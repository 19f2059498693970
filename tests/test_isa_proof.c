/* SPDX-License-Identifier: BSD-2-Clause */
/* proofs/isa: the statements of RFC 9669 against the encoder, with and without a fault in either. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

/* Exit status of `make proofs` for one statement. */
static int run(const char *only, const char *fault)
{
	char line[300];
	const char *build = getenv("BPFPROVE_BUILD") ? getenv("BPFPROVE_BUILD") : "build";
	if (*fault)
		snprintf(line, sizeof line, "ONLY=%s bash proofs/run.sh %s %s >/dev/null 2>&1", only, build, fault);
	else
		snprintf(line, sizeof line, "ONLY=%s bash proofs/isa/run.sh %s >/dev/null 2>&1", only, build);
	int status = system(line);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* One after the other: they share a folder. */
Test(isa_proof, a_broken_encoder_row_or_statement_turns_the_proofs_red)
{
	cr_expect_eq(run("lsh32", ""), 0);
	cr_expect_eq(run("lsh32", "isa_encoder"), 1);
	cr_expect_eq(run("a_fadd32", "isa_fetch"), 1);
	cr_expect_eq(run("add32", ""), 0);
	cr_expect_eq(run("add32", "isa_statement"), 1);
	cr_expect_eq(run("jsgt64", "isa_row"), 1);
	cr_expect_eq(run("jset32", "isa_silent"), 1); /* nothing is said of JSET64 */
}
