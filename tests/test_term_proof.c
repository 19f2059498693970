/* SPDX-License-Identifier: BSD-2-Clause */
/* proofs/term: laws of the rewrite rules and their code, facts and values of terms, with and without a fault in each.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* Exit status of `make proofs` for one statement, and what it printed; freed by the caller. */
static int run(const char *part, const char *only, const char *fault, char **text)
{
	char line[300];
	size_t size, n;
	const char *build = getenv("BPFPROVE_BUILD") ? getenv("BPFPROVE_BUILD") : "build";
	if (*fault)
		snprintf(line, sizeof line, "ONLY=%s bash proofs/run.sh %s %s 2>&1", only, build, fault);
	else
		snprintf(line, sizeof line, "ONLY=%s bash proofs/%s/run.sh %s 2>&1", only, part, build);
	FILE *in = popen(line, "r"), *out = open_memstream(text, &size);
	cr_assert(in && out);
	for (char block[4096]; (n = fread(block, 1, sizeof block, in)) > 0;)
		fwrite(block, 1, n, out);
	fclose(out);
	int status = pclose(in);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void expect(const char *part, const char *only, const char *fault, int status, const char *says)
{
	char *text;
	cr_expect_eq(run(part, only, fault, &text), status, "%s %s: %s", only, fault, text);
	cr_expect(strstr(text, says), "%s %s says %s: %s", only, fault, says, text);
	free(text);
}

/* One after the other: they share a folder. */
Test(term_proof, a_broken_rule_law_fact_or_value_turns_the_proofs_red, .timeout = 250)
{
	expect("term", "not_not", "", 0, "| proved |");
	expect("term", "not_not", "term_silent", 1, "the code makes nothing at some width of ~~x -> x");
	expect("term", "not_neg", "term_rule", 1, "code alone, w = 2: ~-f");
	expect("term", "not_xor", "term_law", 1, "~(x ^ k) -> ~x ^ ~k, w = ");
	expect("term", "facts_add", "term_facts", 1, "facts, w = ");
	expect("term", "values_ashr", "term_value", 1, "value, w = ");
}

Test(term_proof, a_broken_rule_of_the_optimizer_turns_the_proofs_red, .timeout = 250)
{
	expect("rules", "sign", "", 0,
	       "| rules sign: 31 | synth/rules/sign.rule | 64 | z3 (31 of 31), cvc5 (31 of 31) |");
	expect("rules", "sign", "base_rule", 1, "rule movsx-2: z3: pattern and result differ\n  with rA = 0x");
}
