/* SPDX-License-Identifier: BSD-2-Clause */
/* Moves between registers: readers of the copy read the original, or both live in one register. */
#include "synth/analysis/block.h"
#include "synth/draft/edit.h"
#include "synth/analysis/flow.h"
#include "synth/analysis/certain.h"

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
 * a move between both gives them the same. What is in `but` will be another one. */
static bool can_rename(const struct scene *s, const struct flow *f, const struct web *w, unsigned to, struct run but)
{
	if (w->pinned || w->from_entry || w->reg == 10 || to == 10)
		return false;
	for (uint32_t i = 0; i < s->p->n; i++) {
		const struct insn *in = &s->p->insns[i];
		if (in->op == ISA_WIDE_TAIL || (i >= but.start && i < but.end))
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
		struct insn in = edits_get(e, i);
		if (w->use[i])
			in = flow_rename_reads(in, w->reg, to);
		if (w->def[i])
			in = flow_rename_writes(in, w->reg, to);
		edits_set(e, i, in, EDIT_KEEP);
	}
}

/* Some other value that a register holds while the web lives; false: there is none that can be told. */
static bool find_rival(const struct scene *s, const struct flow *f, const struct web *w, unsigned reg, struct run but,
		       struct web *rival)
{
	for (uint32_t i = 0; i < s->p->n; i++) {
		const struct insn *in = &s->p->insns[i];
		if (in->op == ISA_WIDE_TAIL || (i >= but.start && i < but.end) || is_move_between(in, w->reg, reg))
			continue;
		bool writes = f->effects[i].writes & EFFECT_BIT(reg) && web_lives_after(f, w, i);
		if (!writes && !(f->effects[i].reads & EFFECT_BIT(reg) && w->live[i]))
			continue;
		if (writes)
			flow_web_of(f, i, reg, true, rival);
		else
			flow_web_at(f, i, reg, true, rival);
		return true;
	}
	return false;
}

static bool is_free(const struct scene *s, const struct web *w, unsigned reg)
{
	for (uint32_t i = 0; i < s->p->n; i++)
		if ((w->live[i] || w->def[i]) && s->live->at[i].regs & EFFECT_BIT(reg))
			return false;
	return true;
}

/* Is the register needed by nothing but the rival where the web lives? */
static bool is_only_rival(const struct scene *s, const struct web *w, unsigned reg, struct run but,
			  const struct web *rival)
{
	for (uint32_t i = 0; i < s->p->n; i++)
		if (w->live[i] && s->live->at[i].regs & EFFECT_BIT(reg) && !rival->live[i] &&
		    !(i >= but.start && i <= but.end) && !(w->use[i] && is_move_between(&s->p->insns[i], w->reg, reg)))
			return false;
	return true;
}

/* Another value has to leave the register first: it goes to one that is free. */
static bool evict(const struct scene *s, const struct flow *f, const struct web *w, unsigned reg, struct run but,
		  struct edits *e)
{
	static const struct run nothing = {0, 0};
	struct web rival;
	bool gone = false;
	if (!find_rival(s, f, w, reg, but, &rival))
		return false;
	for (unsigned r = 10; r-- > 0 && !gone && is_only_rival(s, w, reg, but, &rival);) {
		if (r == w->reg || r == reg || !is_free(s, &rival, r) || !can_rename(s, f, &rival, r, nothing))
			continue;
		rename_web(s, &rival, r, e);
		e->alone = gone = true;
	}
	web_release(&rival);
	return gone;
}

/* The web's register becomes `to`. */
static bool move_web(const struct scene *s, const struct flow *f, const struct web *w, unsigned to, struct run but,
		     struct edits *e)
{
	bool can = can_rename(s, f, w, to, but);
	if (!can)
		can = !w->pinned && !w->from_entry && to != 10 && w->reg != 10 && evict(s, f, w, to, but, e);
	if (can)
		rename_web(s, w, to, e);
	else
		edits_drop(e);
	return can;
}

/* The copy lives in the original's register, or the original in the copy's. */
static void coalesce(const struct scene *s, const struct flow *f, uint32_t move, struct edits *e)
{
	const struct insn *in = &s->p->insns[move];
	static const struct run nothing = {0, 0};
	struct web copy, original;
	flow_web_of(f, move, in->dst, true, &copy);
	flow_web_at(f, move, in->src, true, &original);
	if (move_web(s, f, &copy, in->src, nothing, e) || move_web(s, f, &original, in->dst, nothing, e))
		edits_end(e);
	web_release(&copy);
	web_release(&original);
}

static bool commutes(const struct insn *in)
{
	return (in->op == ISA_ADD || in->op == ISA_OR || in->op == ISA_AND || in->op == ISA_XOR || in->op == ISA_MUL) &&
	       !in->k;
}

/* `a = b; a += c` where c is read for the last time: c lives in a all the time, and b is added. */
static void commute(const struct scene *s, const struct flow *f, uint32_t move, struct edits *e)
{
	const struct insn *in = &s->p->insns[move], *sum = in + 1;
	if (move + 1 >= s->p->n || !commutes(sum) || sum->dst != in->dst || sum->src == in->dst ||
	    sum->src == in->src || !edit_allows(s, move + 1) ||
	    f->pred_start[move + 2] - f->pred_start[move + 1] != 1 || is_live_after(s, f, move + 1, sum->src))
		return;
	struct web w;
	flow_web_at(f, move + 1, sum->src, true, &w);
	struct insn with = *sum;
	with.src = in->src;
	if (move_web(s, f, &w, in->dst, (struct run){move, move + 1}, e)) {
		edits_kill(e, move);
		edits_set(e, move + 1, with, EDIT_KEEP);
		edits_end(e);
	}
	web_release(&w);
}

/* `a += b` where b is read for the last time may be `b += a`: what comes of it lives in b. It may spare copies later.
 */
static void exchange(const struct scene *s, struct flow *f, uint32_t slot, struct edits *e)
{
	const struct insn *in = &s->p->insns[slot];
	if (!commutes(in) || in->dst == in->src || in->src == 10 || is_live_after(s, f, slot, in->src))
		return;
	struct web w;
	struct insn with = *in;
	with.dst = in->src;
	with.src = in->dst;
	f->apart = slot;
	flow_web_of(f, slot, in->dst, true, &w);
	f->apart = (uint32_t)s->p->n;
	if (w.use[slot] || !can_rename(s, f, &w, in->src, (struct run){slot, slot + 1})) {
		web_release(&w);
		return;
	}
	rename_web(s, &w, in->src, e);
	edits_set(e, slot, with, EDIT_KEEP);
	e->alone = true;
	edits_end(e);
	web_release(&w);
}

void propose_copy(const struct scene *s)
{
	struct flow *f = flow_new(s->p);
	struct edits e;
	edits_init(&e, s);
	for (uint32_t i = 0; i < s->p->n; i++) {
		const struct insn *in = &s->p->insns[i];
		if (commutes(in) && edit_allows(s, i))
			exchange(s, f, i, &e);
		bool is_copy = in->op == ISA_MOV && !in->k && in->width == 64 && in->dst != in->src && in->dst != 10;
		if (!is_copy || !edit_allows(s, i))
			continue;
		if (!propagate(s, f, i, &e))
			coalesce(s, f, i, &e);
		commute(s, f, i, &e);
	}
	edits_offer(&e, "copies");
	edits_release(&e);
	flow_free(f);
}
