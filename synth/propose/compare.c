/* SPDX-License-Identifier: BSD-2-Clause */
/* Two pointers into one memory are compared by what was added to them. */
#include "synth/analysis/track.h"

/* A register that holds x plus a constant; -1: none. */
static int find_term(const struct track *t, uint32_t slot, uint32_t x, int64_t *plus)
{
	for (unsigned r = 0; r < 10; r++)
		if (t->at[slot].r[r].v.id == x) {
			*plus = t->at[slot].r[r].v.off;
			return (int)r;
		}
	return -1;
}

/* Of a sum of two values the one that is not `base`; 0: it is none. */
static uint32_t other_term(const struct track *t, uint32_t sum, uint32_t base)
{
	uint32_t a, b;
	if (!track_find_sum(t, sum, &a, &b))
		return 0;
	return a == base ? b : b == base ? a : 0;
}

/* p + x + i against p + k: x against k - i. `turned`: the constant side is on the left. */
static bool offer_turned(const struct scene *s, const struct track *t, uint32_t slot, bool turned)
{
	static const uint8_t mirror[ISA_COUNT] = {[ISA_JEQ] = ISA_JEQ, [ISA_JNE] = ISA_JNE, [ISA_JGT] = ISA_JLT,
						  [ISA_JGE] = ISA_JLE, [ISA_JLT] = ISA_JGT, [ISA_JLE] = ISA_JGE};
	struct insn in = s->p->insns[slot];
	const struct known *r = t->at[slot].r;
	struct value sum = r[turned ? in.src : in.dst].v, fixed = r[turned ? in.dst : in.src].v;
	int64_t plus;
	uint32_t x = other_term(t, sum.id, fixed.id);
	int reg = x ? find_term(t, slot, x, &plus) : -1;
	int64_t bound = reg < 0 ? 0 : (int64_t)((uint64_t)fixed.off - (uint64_t)sum.off + (uint64_t)plus);
	if (reg < 0 || bound < 0 || bound > INT32_MAX || !mirror[in.op])
		return true;
	in.op = turned ? mirror[in.op] : in.op;
	in.k = true;
	in.dst = (uint8_t)reg;
	in.src = 0;
	in.imm = (int32_t)bound;
	if (!scene_allows(s, &in))
		return true;
	struct draft *d = scene_draft(s);
	draft_set(d, slot, in, d->items[slot].target);
	return s->offer(s, d, "offsets compared in the place of pointers");
}

void propose_compare(const struct scene *s)
{
	struct track *t = track_new(s);
	bool go_on = true;
	for (uint32_t i = 0; i < s->p->n && go_on; i++) {
		const struct insn *in = &s->p->insns[i];
		if (insn_has_form(in, FORM_JMP) && !in->k && in->width == 64 && t->at[i].reached && s->may_edit(s, i))
			go_on = offer_turned(s, t, i, false) && offer_turned(s, t, i, true);
	}
	track_free(t);
}
