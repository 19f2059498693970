/* SPDX-License-Identifier: BSD-2-Clause */
/* Packet loads at a register plus a constant take the constant as their immediate. */
#include "encode/isa/effect.h"
#include "synth/analysis/track.h"

/* A register that the place is at a constant from: what it is counted from rather than another. -1: none. */
static int find_origin(const struct track *t, uint32_t slot, const struct insn *in, int32_t *imm)
{
	struct value at = t->at[slot].r[in->src].v;
	at = value_plus(at, in->imm);
	int best = -1;
	for (unsigned r = 0; r < 10; r++) {
		struct value v = t->at[slot].r[r].v;
		int64_t far = (int64_t)((uint64_t)at.off - (uint64_t)v.off);
		bool fits = v.id == at.id && v.id && far >= 0 && far <= INT16_MAX;
		if (!fits || r == in->src || (best >= 0 && far > *imm))
			continue;
		best = (int)r;
		*imm = (int32_t)far;
	}
	return best;
}

/* The same load from another register; false: there is none. */
static bool change_load(const struct scene *s, const struct track *t, uint32_t slot, struct draft *d)
{
	struct insn in = s->p->insns[slot];
	if (!insn_has_form(&in, FORM_LDIND) || !s->may_edit(s, slot) || !t->at[slot].reached)
		return false;
	int32_t imm = 0;
	int reg = find_origin(t, slot, &in, &imm);
	if (reg < 0)
		return false;
	in.src = (uint8_t)reg;
	in.imm = imm;
	draft_set(d, slot, in, 0);
	return true;
}

/* All at once, then each for itself. */
void propose_skb(const struct scene *s)
{
	static const char what[] = "packet load with the distance as its immediate";
	struct track *t = track_new(s);
	struct draft *d = scene_draft(s);
	unsigned n = 0;
	for (uint32_t i = 0; i < s->p->n; i++)
		n += change_load(s, t, i, d);
	bool go_on = true;
	if (n > 1)
		go_on = s->offer(s, d, what);
	else
		draft_free(d);
	for (uint32_t i = 0; i < s->p->n && go_on && n; i++) {
		struct draft *one = scene_draft(s);
		if (change_load(s, t, i, one))
			go_on = s->offer(s, one, what);
		else
			draft_free(one);
	}
	track_free(t);
}
