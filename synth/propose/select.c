/* SPDX-License-Identifier: BSD-2-Clause */
/* A constant that a condition chose between 0 and another, only to be added: it is added where the condition says so.
 */
#include "synth/analysis/certain.h"
#include "synth/draft/edit.h"
#include "synth/analysis/flow.h"

/* `if c goto sum; x = second; sum: y += x`, where x is `first` at the jump and not needed behind the sum. */
struct choice {
	uint32_t jump;
	uint64_t first, second;
};

static bool keeps_with_zero(const struct insn *in)
{
	return in->op == ISA_ADD || in->op == ISA_SUB || in->op == ISA_OR || in->op == ISA_XOR;
}

static bool find_choice(const struct scene *s, const struct flow *f, uint32_t jump, struct choice *c)
{
	const struct insn *in = &s->p->insns[jump], *load = in + 1, *sum = in + 2;
	if (!insn_has_form(in, FORM_JMP) || insn_target(in, jump) != jump + 2 || load->op != ISA_MOV || !load->k ||
	    !keeps_with_zero(sum) || sum->k || sum->width != 64 || sum->src != load->dst || sum->dst == load->dst)
		return false;
	bool alone = f->pred_start[jump + 2] - f->pred_start[jump + 1] == 1 &&
		     f->pred_start[jump + 3] - f->pred_start[jump + 2] == 2;
	*c = (struct choice){.jump = jump,
			     .second = load->width == 64 ? (uint64_t)(int64_t)load->imm : (uint32_t)load->imm};
	return alone && !(s->live->at[jump + 3].regs >> load->dst & 1) && certain_number(s, jump, load->dst, &c->first);
}

/* The sum is done if the jump is not taken; the jump goes behind it. */
static void add_one(struct edits *e, const struct choice *c, struct insn jump, struct insn sum, uint64_t word)
{
	sum.k = true;
	sum.src = 0;
	sum.imm = (int32_t)(uint32_t)word;
	edits_set(e, c->jump, jump, c->jump + 3);
	edits_kill(e, c->jump + 1);
	edits_set(e, c->jump + 2, sum, EDIT_KEEP);
	edits_end(e);
}

void propose_select(const struct scene *s)
{
	struct flow *f = flow_new(s->p);
	struct edits e;
	edits_init(&e, s);
	for (uint32_t i = 0; i + 3 < s->p->n; i++) {
		struct choice c;
		struct insn inverse;
		if (!edit_allows(s, i) || !find_choice(s, f, i, &c))
			continue;
		const struct insn *jump = &s->p->insns[i], *sum = jump + 2;
		if (c.first == 0 && fits_immediate(c.second))
			add_one(&e, &c, *jump, *sum, c.second);
		else if (c.second == 0 && fits_immediate(c.first) && make_inverse(jump, &inverse))
			add_one(&e, &c, inverse, *sum, c.first);
	}
	edits_offer(&e, "a constant added where a condition says so");
	edits_release(&e);
	flow_free(f);
}
