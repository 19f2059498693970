/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/round_trip.h"

#include <stdio.h>
#include <stdlib.h>

static bool same_insn(const struct insn *a, const struct insn *b)
{
	return a->op == b->op && a->width == b->width && a->dst == b->dst && a->src == b->src && a->k == b->k &&
	       a->off == b->off && a->imm == b->imm && a->imm64 == b->imm64;
}

struct insn *round_trip(const struct program *p, char *err, size_t len)
{
	char *text = NULL;
	size_t size = 0, n = 0;
	FILE *f = open_memstream(&text, &size);
	if (!f)
		abort();
	for (size_t i = 0; i < p->n; i++) {
		char line[256];
		if (p->insns[i].op == ISA_WIDE_TAIL)
			continue;
		insn_print(&p->insns[i], line, sizeof line);
		fprintf(f, "%s\n", line);
	}
	fclose(f);
	struct insn *out = NULL;
	bool ok = insn_assemble(text, NULL, NULL, &out, &n, err, len);
	free(text);
	if (ok && n != p->n) {
		snprintf(err, len, "%zu slots became %zu", p->n, n);
		ok = false;
	}
	for (size_t i = 0; ok && i < n; i++)
		if (!same_insn(&p->insns[i], &out[i])) {
			snprintf(err, len, "instruction %zu changed", i);
			ok = false;
		}
	if (ok)
		return out;
	free(out);
	return NULL;
}
