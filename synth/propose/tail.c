/* SPDX-License-Identifier: BSD-2-Clause */
/* Equal ends of two ways that meet, or that both exit, are kept once. */
#include "synth/draft/edit.h"
#include "synth/analysis/flow.h"

static bool equal_insns(const struct program *p, uint32_t a, uint32_t b)
{
	const struct insn *x = &p->insns[a], *y = &p->insns[b];
	bool same = x->op == y->op && x->width == y->width && x->dst == y->dst && x->src == y->src && x->k == y->k &&
		    x->imm64 == y->imm64;
	if (!same || x->op == ISA_WIDE_TAIL || program_core(p, a) || program_core(p, b))
		return same && x->op == ISA_WIDE_TAIL;
	if (insn_has_target(x))
		return insn_target(x, a) == insn_target(y, b);
	return x->off == y->off && x->imm == y->imm;
}

/* Slots before a (excluded) and before b that are equal one for one. */
static uint32_t count_equal(const struct scene *s, uint32_t a, uint32_t b)
{
	const struct program *p = s->p;
	const struct subprogram *sub = program_sub(p, a);
	uint32_t n = 0;
	while (a - n > sub->start && b - n > sub->start && equal_insns(p, a - n - 1, b - n - 1)) {
		const struct insn *in = &p->insns[a - n - 1];
		if (in->op != ISA_WIDE_TAIL && (!insn_falls_through(in) || !edit_allows(s, a - n - 1)))
			break;
		if (a - n - 1 == b || b - n - 1 == a) /* they overlap */
			break;
		n++;
	}
	while (n > 0 && p->insns[a - n].op == ISA_WIDE_TAIL)
		n--;
	return n;
}

/* Slots [a - n, a] go; who gets there goes on at b - n. */
static bool offer_merge(const struct scene *s, uint32_t a, uint32_t b, uint32_t n)
{
	struct draft *d = scene_draft(s);
	for (uint32_t i = a - n; i <= a; i++)
		d->items[i].dead = true;
	for (uint32_t i = 0; i < d->n; i++)
		if (insn_has_target(&d->items[i].in) && d->items[i].target >= a - n && d->items[i].target <= a)
			d->items[i].target = d->items[i].target - a + b;
	draft_set(d, a - n, (struct insn){.op = ISA_JA}, b - n);
	return s->offer(s, d, "equal ends");
}

/* Where control is when the slot's instruction is done with what comes before the meeting point: the slot of a goto,
 * of an exit, or the meeting point itself for the way that falls into it. */
static bool try_pair(const struct scene *s, uint32_t a, uint32_t b, uint32_t least)
{
	if (a == b || program_sub(s->p, a) != program_sub(s->p, b))
		return true;
	uint32_t n = count_equal(s, a, b);
	return n < least || offer_merge(s, a, b, n);
}

static bool try_goto(const struct scene *s, const struct flow *f, uint32_t jump)
{
	uint32_t meet = (uint32_t)insn_target(&s->p->insns[jump], jump);
	for (uint32_t k = f->pred_start[meet]; k < f->pred_start[meet + 1]; k++) {
		uint32_t other = f->preds[k];
		const struct insn *in = &s->p->insns[other];
		bool falls = insn_falls_through(in) && (!insn_is_jump(in) || insn_target(in, other) != meet);
		if (in->op != ISA_JA && !falls)
			continue;
		if (!try_pair(s, jump, falls ? meet : other, 1))
			return false;
	}
	return true;
}

static bool try_exit(const struct scene *s, uint32_t slot)
{
	for (uint32_t i = 0; i < s->p->n; i++)
		if (s->p->insns[i].op == ISA_EXIT && !try_pair(s, slot, i, 1))
			return false;
	return true;
}

void propose_tail(const struct scene *s)
{
	struct flow *f = flow_new(s->p);
	bool go_on = true;
	for (uint32_t i = 0; i < s->p->n && go_on; i++) {
		if (!edit_allows(s, i))
			continue;
		if (s->p->insns[i].op == ISA_JA)
			go_on = try_goto(s, f, i);
		else if (s->p->insns[i].op == ISA_EXIT)
			go_on = try_exit(s, i);
	}
	flow_free(f);
}
