/* SPDX-License-Identifier: BSD-2-Clause */
/* Of two checks in a row that lead to the same place, one may be enough: the longer bound, say. */
#include "encode/isa/effect.h"
#include "synth/propose/propose.h"

static bool is_quiet(const struct insn *in)
{
	return in->op == ISA_WIDE_TAIL || effect_is_result(in);
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
