/* SPDX-License-Identifier: BSD-2-Clause */
/* A constant that several ways load is loaded once, before they part. */
#include "synth/draft/alloc.h"
#include "synth/draft/edit.h"
#include "synth/analysis/flow.h"

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

/* Does what is loaded behind a slot get to another one, which it dominates, whatever the way? */
static bool survives(const struct flow *f, uint32_t from, uint32_t to, const struct insn *load)
{
	uint32_t *stack = checked(malloc((f->p->n + 1) * sizeof *stack)), n = 0;
	bool *seen = checked(calloc(f->p->n, sizeof *seen)), good = true;
	stack[n++] = to;
	while (n > 0 && good) {
		uint32_t i = stack[--n];
		for (uint32_t k = f->pred_start[i]; k < f->pred_start[i + 1] && good; k++) {
			uint32_t q = f->preds[k];
			if (q == from || seen[q])
				continue;
			seen[q] = true;
			stack[n++] = q;
			good = !(f->effects[q].writes & EFFECT_BIT(load->dst)) || same_load(load, &f->p->insns[q]);
		}
	}
	free(stack);
	free(seen);
	return good;
}

/* The load goes before the last instruction of a block; the equal ones that it gets to go. */
static bool offer_lift(const struct scene *s, const struct flow *f, const struct cfg *c, int block,
		       const struct insn *load)
{
	uint32_t last = c->blocks[block].end - 1, killed = 0;
	const struct insn *end = &s->p->insns[last];
	if (end->op == ISA_WIDE_TAIL || !insn_is_jump(end) || effect_of(end).reads & EFFECT_BIT(load->dst) ||
	    s->live->at[last].regs & EFFECT_BIT(load->dst) || !edit_allows(s, last))
		return true;
	struct draft *d = scene_draft(s);
	for (uint32_t i = 0; i < s->p->n; i++) {
		int at = cfg_find_block(c, i);
		if (at >= 0 && at != block && same_load(load, &s->p->insns[i]) && edit_allows(s, i) &&
		    cfg_dominates(c, block, at) && survives(f, last, i, load)) {
			draft_kill(d, i);
			killed++;
		}
	}
	if (killed < 2) {
		draft_free(d);
		return true;
	}
	draft_insert(d, last, *load, 0, DRAFT_NEW);
	return s->offer(s, d, "a constant loaded before ways part");
}

static bool lift_pair(const struct scene *s, const struct flow *f, const struct cfg *c, uint32_t first, uint32_t second)
{
	int a = cfg_find_block(c, first), b = cfg_find_block(c, second);
	if (a < 0 || b < 0 || c->blocks[a].place < 0 || c->blocks[b].place < 0)
		return true;
	int block = common_dominator(c, a, b);
	if (block == a)
		block = c->blocks[a].idom;
	for (int level = 0; level < LEVELS && block >= 0; level++, block = c->blocks[block].idom)
		if (block != b && !offer_lift(s, f, c, block, &s->p->insns[first]))
			return false;
	return true;
}

/* The next load that equals the one at a slot; `end`: there is none. */
static uint32_t find_next(const struct scene *s, uint32_t slot, uint32_t end)
{
	uint32_t i = slot + 1;
	while (i < end && !(same_load(&s->p->insns[slot], &s->p->insns[i]) && edit_allows(s, i)))
		i++;
	return i;
}

void propose_lift(const struct scene *s)
{
	struct flow *f = flow_new(s->p);
	bool go_on = true;
	for (size_t k = 0; k < s->p->n_subs; k++) {
		uint32_t end = s->p->subs[k].end;
		for (uint32_t i = s->p->subs[k].start; i < end && go_on; i++) {
			if (!is_load(&s->p->insns[i]) || !edit_allows(s, i))
				continue;
			uint32_t next = find_next(s, i, end);
			go_on = next == end || lift_pair(s, f, &s->cfgs[k], i, next);
		}
	}
	flow_free(f);
}
