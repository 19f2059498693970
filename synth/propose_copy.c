/* SPDX-License-Identifier: BSD-2-Clause */
/* Moves between registers: readers of the copy read the original, or both live in one register. */
#include "synth/edit.h"
#include "synth/flow.h"
#include "synth/certain.h"

/* All readers of what the move at a slot writes read a register that holds the same there. */
static bool propagate(const struct scene *s, const struct flow *f, uint32_t move, struct edits *e)
{
	unsigned dst = s->p->insns[move].dst;
	struct web w;
	flow_web_of(f, move, dst, false, &w);
	bool all = !w.pinned && w.n_uses > 0;
	for (uint32_t i = 0; i < s->p->n && all; i++) {
		if (!w.use[i])
			continue;
		unsigned other = 0;
		while (other <= 10 && (other == dst || !certain_same(s, i, other, dst)))
			other++;
		struct insn in = other > 10 ? s->p->insns[i] : flow_rename_reads(s->p->insns[i], dst, other);
		all = other <= 10 && (!(f->effects[i].writes & EFFECT_BIT(dst)) || in.dst == dst);
		edits_set(e, i, in, EDIT_KEEP);
	}
	web_release(&w);
	if (all)
		edits_end(e);
	else
		edits_drop(e);
	return all;
}

/* Is the register's value needed behind a slot? */
static bool is_live_after(const struct scene *s, const struct flow *f, uint32_t slot, unsigned reg)
{
	uint32_t next[2];
	for (unsigned k = flow_next(f, slot, next); k-- > 0;)
		if (s->live->at[next[k]].regs & EFFECT_BIT(reg))
			return true;
	return false;
}

static bool web_lives_after(const struct flow *f, const struct web *w, uint32_t slot)
{
	uint32_t next[2];
	for (unsigned k = flow_next(f, slot, next); k-- > 0;)
		if (w->live[next[k]])
			return true;
	return false;
}

static bool is_move_between(const struct insn *in, unsigned a, unsigned b)
{
	return in->op == ISA_MOV && !in->k && in->width == 64 &&
	       ((in->dst == a && in->src == b) || (in->dst == b && in->src == a));
}

/* May the web's register be `to` instead? Not if the web is written where what `to` holds is needed, nor the reverse;
 * a move between both gives them the same. */
static bool can_rename(const struct scene *s, const struct flow *f, const struct web *w, unsigned to)
{
	if (w->pinned || w->from_entry || w->reg == 10 || to == 10)
		return false;
	for (uint32_t i = 0; i < s->p->n; i++) {
		const struct insn *in = &s->p->insns[i];
		if (in->op == ISA_WIDE_TAIL)
			continue;
		if ((w->def[i] || w->use[i]) && is_move_between(in, w->reg, to))
			continue;
		if (w->def[i] && is_live_after(s, f, i, to))
			return false;
		if (f->effects[i].writes & EFFECT_BIT(to) && web_lives_after(f, w, i))
			return false;
	}
	return true;
}

static void rename_web(const struct scene *s, const struct web *w, unsigned to, struct edits *e)
{
	for (uint32_t i = 0; i < s->p->n; i++) {
		if (!w->def[i] && !w->use[i])
			continue;
		struct insn in = s->p->insns[i];
		if (w->use[i])
			in = flow_rename_reads(in, w->reg, to);
		if (w->def[i])
			in = flow_rename_writes(in, w->reg, to);
		edits_set(e, i, in, EDIT_KEEP);
	}
	edits_end(e);
}

/* The copy lives in the original's register, or the original in the copy's. */
static void coalesce(const struct scene *s, const struct flow *f, uint32_t move, struct edits *e)
{
	const struct insn *in = &s->p->insns[move];
	struct web copy, original;
	flow_web_of(f, move, in->dst, true, &copy);
	flow_web_at(f, move, in->src, true, &original);
	if (can_rename(s, f, &copy, in->src))
		rename_web(s, &copy, in->src, e);
	else if (can_rename(s, f, &original, in->dst))
		rename_web(s, &original, in->dst, e);
	web_release(&copy);
	web_release(&original);
}

void propose_copy(const struct scene *s)
{
	struct flow *f = flow_new(s->p);
	struct edits e;
	edits_init(&e, s);
	for (uint32_t i = 0; i < s->p->n; i++) {
		const struct insn *in = &s->p->insns[i];
		bool is_copy = in->op == ISA_MOV && !in->k && in->width == 64 && in->dst != in->src && in->dst != 10;
		if (!is_copy || !edit_allows(s, i))
			continue;
		if (!propagate(s, f, i, &e))
			coalesce(s, f, i, &e);
	}
	edits_offer(&e, "copies");
	edits_release(&e);
	flow_free(f);
}
