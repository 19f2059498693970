/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * usage: prove FILE.rule
 * Proves each rule of the file, for all its instances, by two solvers. Prints the row of the table of `make proofs`,
 * and on standard error what is not proved, with the instance that refutes it. Exit 1 if something is not.
 */
#include "checker/window/rule_proof.h"
#include "clock.h"
#include "encode/solver/engine.h"
#include "synth/rules/rule_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define QUERY_MS 60000

static char *read_file(const char *path)
{
	char *text = NULL, block[4096];
	size_t size, n;
	FILE *in = fopen(path, "r"), *out = open_memstream(&text, &size);
	if (!in || !out) {
		perror(path);
		exit(66);
	}
	while ((n = fread(block, 1, sizeof block, in)) > 0)
		fwrite(block, 1, n, out);
	fclose(in);
	fclose(out);
	return text;
}

static void print_refuted(const struct rule *r, const struct rule_proof *proof)
{
	fputs("  with", stderr);
	for (unsigned i = 0; i < RULE_REGS; i++)
		if (proof->regs[i])
			fprintf(stderr, " r%c = 0x%" PRIx64, 'A' + (int)i, proof->regs[i]);
	for (unsigned i = 0; i < RULE_CONSTANTS; i++)
		if (proof->constants[i])
			fprintf(stderr, " %c = 0x%" PRIx64, rule_constants[i].name, proof->constants[i]);
	fputs(", all others 0\n", stderr);
	rule_print(r, stderr);
}

/* Of how many it proved all. */
static size_t prove(const struct rules *rules, const char *spec, bool *refuted)
{
	char err[256];
	size_t proved = 0;
	struct rule_proof *proofs = calloc(rules->n, sizeof *proofs);
	struct solver *s = solver_open(spec, (struct solver_limits){.query_ms = QUERY_MS}, err, sizeof err);
	if (!s || !proofs) {
		fprintf(stderr, "%s: %s\n", spec, err);
		exit(70);
	}
	rule_prove_all(rules->at, rules->n, s, proofs);
	for (size_t i = 0; i < rules->n; i++) {
		proved += proofs[i].verdict == VERDICT_PROVED;
		if (proofs[i].verdict == VERDICT_PROVED)
			continue;
		fprintf(stderr, "rule %s: %s: %s\n", rules->at[i].name, spec, proofs[i].why);
		*refuted |= proofs[i].verdict == VERDICT_REFUTED;
		if (proofs[i].verdict == VERDICT_REFUTED)
			print_refuted(&rules->at[i], &proofs[i]);
	}
	solver_close(s);
	free(proofs);
	return proved;
}

int main(int argc, char **argv)
{
	struct rules rules;
	char err[256];
	if (argc != 2) {
		fprintf(stderr, "usage: prove FILE.rule\n");
		return 64;
	}
	const char *name = strrchr(argv[1], '/') ? strrchr(argv[1], '/') + 1 : argv[1];
	char *text = read_file(argv[1]);
	if (!rules_parse(name, text, &rules, err, sizeof err)) {
		fprintf(stderr, "%s\n", err);
		return 65;
	}
	bool refuted = false;
	double began = clock_now_ms();
	size_t a = prove(&rules, "z3", &refuted), b = prove(&rules, "cvc5", &refuted);
	bool all = a == rules.n && b == rules.n;
	printf("| rules %.*s: %zu | synth/rules/%s | 64 | z3 (%zu of %zu), cvc5 (%zu of %zu) | %.2f | %s |\n",
	       (int)strcspn(name, "."), name, rules.n, name, a, rules.n, b, rules.n, (clock_now_ms() - began) / 1000,
	       all       ? "proved"
	       : refuted ? "refuted"
			 : "unknown");
	rules_release(&rules);
	free(text);
	return !all;
}
