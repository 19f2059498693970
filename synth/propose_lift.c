/* SPDX-License-Identifier: BSD-2-Clause */
/* A constant that several ways load is loaded once, before they part. */
#include "encode/isa/effect.h"
#include "synth/edit.h"

#define LEVELS 3 /* dominators that are tried */

static bool is_load(const struct insn *in)
{
	return in->op == ISA_MOV && in->k && in->dst != 10;
}

static bool same_load(const struct insn *a, const struct insn *b)
{
	return is_load(b) && a->dst == b->dst && a->imm == b->imm && a->width == b->width;
}

static int common_dominator(const struct cfg *c, int a, int b)
{
	while (a >= 0 && !cfg_dominates(c, a, b))
		a = c->blocks[a].idom;
	return a;
}

/* The load goes before the last instruction of a block; all equal ones that the block dominates go. */
static bool offer_lift(const struct scene *s, const struct cfg *c, int block, const struct insn *load)
{
	uint32_t last = c->blocks[block].end - 1;
	const struct insn *end = &s->p->insns[last];
	if (end->op == ISA_WIDE_TAIL || !insn_is_jump(end) || effect_of(end).reads & EFFECT_BIT(load->dst) ||
	    s->live->at[last].regs & EFFECT_BIT(load->dst) || !edit_allows(s, last))
		return true;
	struct draft *d = scene_draft(s);
	for (uint32_t i = 0; i < s->p->n; i++) {
		int at = cfg_find_block(c, i);
		if (at >= 0 && at != block && same_load(load, &s->p->insns[i]) && edit_allows(s, i) &&
		    cfg_dominates(c, block, at))
			draft_kill(d, i);
	}
	draft_insert(d, last, *load, 0, DRAFT_NEW);
	return s->offer(s, d, "a constant loaded before ways part");
}

static bool lift_pair(const struct scene *s, const struct cfg *c, uint32_t first, uint32_t second)
{
	int a = cfg_find_block(c, first), b = cfg_find_block(c, second);
	if (a < 0 || b < 0 || c->blocks[a].place < 0 || c->blocks[b].place < 0)
		return true;
	int block = common_dominator(c, a, b);
	if (block == a)
		block = c->blocks[a].idom;
	for (int level = 0; level < LEVELS && block >= 0; level++, block = c->blocks[block].idom)
		if (block != b && !offer_lift(s, c, block, &s->p->insns[first]))
			return false;
	return true;
}

void propose_lift(const struct scene *s)
{
	for (size_t k = 0; k < s->p->n_subs; k++)
		for (uint32_t i = s->p->subs[k].start; i < s->p->subs[k].end; i++) {
			if (!is_load(&s->p->insns[i]) || !edit_allows(s, i))
				continue;
			uint32_t j = i + 1;
			while (j < s->p->subs[k].end &&
			       !(same_load(&s->p->insns[i], &s->p->insns[j]) && edit_allows(s, j)))
				j++;
			if (j < s->p->subs[k].end && !lift_pair(s, &s->cfgs[k], i, j))
				return;
		}
}
