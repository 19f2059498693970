/* SPDX-License-Identifier: BSD-2-Clause */
/* Of two checks in a row that lead to the same place, one may be enough: the longer bound, say. */
#include "synth/propose/propose.h"

static bool is_quiet(const struct insn *in)
{
	if (in->op == ISA_WIDE_TAIL)
		return true;
	switch (isa_rows[in->op].form) {
	case FORM_ALU:
	case FORM_ALUX:
	case FORM_ALU1:
	case FORM_END:
	case FORM_WIDE:
	case FORM_LDX:
	case FORM_LDXS:
		return true;
	case FORM_CAST:
	case FORM_JA:
	case FORM_JAL:
	case FORM_JMP:
	case FORM_MAYGOTO:
	case FORM_CALL:
	case FORM_EXIT:
	case FORM_LDABS:
	case FORM_LDIND:
	case FORM_ST:
	case FORM_STX:
	case FORM_ATOMIC:
	case FORM_LOAD_ACQ:
	case FORM_STORE_REL:
		break;
	}
	return false;
}

/* Does one of them say something of the other: both compare the same register, or pointers with the same bound? */
static bool is_related(const struct insn *x, const struct insn *y)
{
	bool bound = !x->k && !y->k && (x->src == y->src || x->dst == y->dst || x->src == y->dst || x->dst == y->src);
	return bound || (x->k && y->k && x->dst == y->dst && x->op != ISA_JEQ && y->op != ISA_JEQ);
}

/* The next check behind `slot` with only computations between, if it leads to the same place; UINT32_MAX: there is
 * none. */
static uint32_t find_second(const struct scene *s, uint32_t slot)
{
	const struct insn *insns = s->p->insns;
	uint32_t i = slot + 1;
	while (i < s->p->n && is_quiet(&insns[i]))
		i++;
	bool found = i < s->p->n && insn_has_form(&insns[i], FORM_JMP) && is_related(&insns[slot], &insns[i]) &&
		     insn_target(&insns[i], i) == insn_target(&insns[slot], slot);
	return found ? i : UINT32_MAX;
}

static bool offer_without(const struct scene *s, uint32_t slot)
{
	if (!s->may_edit(s, slot))
		return true;
	struct draft *d = scene_draft(s);
	draft_kill(d, slot);
	return s->offer(s, d, "one check for two");
}

void propose_check(const struct scene *s)
{
	for (uint32_t i = 0; i < s->p->n; i++) {
		if (!insn_has_form(&s->p->insns[i], FORM_JMP) || !s->facts->at[i].reached)
			continue;
		uint32_t second = find_second(s, i);
		if (second != UINT32_MAX && (!offer_without(s, i) || !offer_without(s, second)))
			return;
	}
}
