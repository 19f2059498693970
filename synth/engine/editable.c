/* SPDX-License-Identifier: BSD-2-Clause */
#include "synth/engine/editable.h"

#include "encode/object/patch.h"
#include "synth/draft/alloc.h"

#include <string.h>

static bool is_same_call(const struct program *a, size_t i, const struct program *b, size_t k)
{
	const struct subprogram *x = program_sub(a, (size_t)insn_target(&a->insns[i], i));
	const struct subprogram *y = program_sub(b, (size_t)insn_target(&b->insns[k], k));
	return x && y && x - a->subs == y - b->subs;
}

static bool is_same_function(const struct program *a, const struct program *b, size_t sub)
{
	const struct subprogram *x = &a->subs[sub], *y = &b->subs[sub];
	if (x->end - x->start != y->end - y->start)
		return false;
	for (uint32_t i = 0; i < x->end - x->start; i++) {
		const struct insn *p = &a->insns[x->start + i], *q = &b->insns[y->start + i];
		bool goes_out = p->op != ISA_WIDE_TAIL && insn_has_target(p) && !insn_is_jump(p);
		bool same = p->op == q->op && p->width == q->width && p->dst == q->dst && p->src == q->src &&
			    p->k == q->k && p->off == q->off;
		if (!same || (goes_out ? !is_same_call(a, x->start + i, b, y->start + i)
				       : p->imm != q->imm || p->imm64 != q->imm64))
			return false;
	}
	return true;
}

bool editable_spares(const bool *may_edit, const struct program *a, const struct program *b)
{
	for (size_t i = 0; i < a->n_subs; i++)
		if (!may_edit[i] && !is_same_function(a, b, i))
			return false;
	return true;
}

/* By name: two functions of one name in two programs may be the same one. */
static bool is_in_others(const struct program *p, const char *name)
{
	const struct object *o = p->object;
	for (size_t i = 0; o && i < o->n_programs; i++) {
		const struct program *q = o->programs[i];
		if (!strcmp(q->name, p->name) && !strcmp(q->section, p->section))
			continue;
		for (size_t k = 0; k < q->n_subs; k++)
			if (!strcmp(q->subs[k].name, name))
				return true;
	}
	return false;
}

const char *editable_find_replaceable(const struct program *p)
{
	for (size_t i = 1; i < p->n_subs; i++)
		if (p->subs[i].is_global)
			return p->subs[i].name;
	return NULL;
}

bool *editable_list(const struct program *p)
{
	bool *may = checked(calloc(p->n_subs + 1, sizeof *may));
	for (size_t i = 0; i < p->n_subs; i++)
		may[i] = !is_in_others(p, p->subs[i].name) && !object_shares(p, &p->subs[i]);
	return may;
}
