/* SPDX-License-Identifier: BSD-2-Clause */
/* Are two programs the same, instruction by instruction? */
#include <string.h>

#include "checker/equiv/question.h"

/* The same questions to the kernel's types, in the same places. */
static bool same_relos(const struct program *a, const struct program *b)
{
	for (size_t i = 0; a->n_relos == b->n_relos && i < a->n_relos; i++) {
		const struct core_relo *x = &a->relos[i], *y = &b->relos[i];
		if (x->slot != y->slot || x->kind != y->kind || x->path != y->path || x->size != y->size ||
		    x->follows != y->follows)
			return false;
	}
	return a->n_relos == b->n_relos;
}

bool identical_programs(const struct question *q)
{
	const struct program *a = q->prog[0], *b = q->prog[1];
	if (a->n != b->n || !same_relos(a, b))
		return false;
	for (size_t i = 0; i < a->n; i++) {
		struct insn x = a->insns[i], y = b->insns[i];
		bool map = x.op == ISA_LDDW && (x.src == WIDE_MAP || x.src == WIDE_MAP_VALUE);
		bool name = (x.op == ISA_LDDW && x.src == WIDE_BTF_ID) || (x.op == ISA_CALL && x.src == CALL_KFUNC);
		if (x.op != y.op || x.width != y.width || x.dst != y.dst || x.src != y.src || x.k != y.k || x.off != y.off)
			return false;
		if (map) {
			const struct pairing *p = &q->out->pairing;
			const struct map *m = p->maps[p->number[0][x.imm]], *o = p->maps[p->number[1][y.imm]];
			bool same_bytes = m->is_data && o->is_data && m->frozen && o->frozen && m->value_size == o->value_size &&
			                  !memcmp(m->bytes, o->bytes, m->value_size) && m->n_vars == o->n_vars;
			for (size_t k = 0; same_bytes && k < m->n_vars; k++)
				same_bytes = !strcmp(m->vars[k].name, o->vars[k].name) && m->vars[k].off == o->vars[k].off &&
				             m->vars[k].twin == o->vars[k].twin &&
				             m->vars[k].is_volatile == o->vars[k].is_volatile;
			if ((m != o && !same_bytes) || x.imm64 >> 32 != y.imm64 >> 32)
				return false;
		} else if (name) {
			if (strcmp(a->object->externs[x.imm].name, b->object->externs[y.imm].name))
				return false;
		} else if (x.imm != y.imm || x.imm64 != y.imm64) {
			return false;
		}
	}
	return true;
}
