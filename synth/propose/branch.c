/* SPDX-License-Identifier: BSD-2-Clause */
/* Jumps: decided ones, a condition around a goto, chains. */
#include "synth/draft/edit.h"
#include "synth/analysis/flow.h"
#include "synth/analysis/certain.h"

static void decide(uint32_t slot, int taken, struct edits *e)
{
	if (taken == 0)
		edits_kill(e, slot);
	else if (taken == 1)
		edits_set(e, slot, make_goto(), EDIT_KEEP);
	edits_end(e);
}

/* `if c goto behind; goto far; behind:` is `if not c goto far`. */
static void invert(const struct scene *s, uint32_t slot, struct edits *e)
{
	const struct insn *in = &s->p->insns[slot];
	struct insn inverse;
	if (!insn_has_form(in, FORM_JMP) || slot + 2 >= s->p->n || insn_target(in, slot) != slot + 2 ||
	    in[1].op != ISA_JA || !make_inverse(in, &inverse))
		return;
	edits_set(e, slot, inverse, (uint32_t)insn_target(in + 1, slot + 1));
	edits_kill(e, slot + 1);
	edits_end(e);
}

/* Where a jump to a slot ends up. */
static uint32_t follow(const struct program *p, uint32_t slot)
{
	for (unsigned steps = 0; p->insns[slot].op == ISA_JA && steps < 8; steps++)
		slot = (uint32_t)insn_target(&p->insns[slot], slot);
	return slot;
}

/* Jumps to a goto go where it goes, if that leaves it without visitors. */
static void thread(const struct scene *s, const struct flow *f, uint32_t slot, struct edits *e)
{
	const struct program *p = s->p;
	if (p->insns[slot].op != ISA_JA || slot == 0 || insn_falls_through(&p->insns[slot - 1]) ||
	    p->insns[slot - 1].op == ISA_WIDE_TAIL || follow(p, slot) == slot)
		return;
	for (uint32_t k = f->pred_start[slot]; k < f->pred_start[slot + 1]; k++)
		edits_set(e, f->preds[k], p->insns[f->preds[k]], follow(p, slot));
	edits_end(e);
}

/* A comparison with the outcome of an equal one on this way: the jump goes behind it, or where it leads. */
static void thread_equal(const struct scene *s, uint32_t slot, struct edits *e)
{
	const struct program *p = s->p;
	const struct insn *in = &p->insns[slot];
	if (!insn_has_form(in, FORM_JMP))
		return;
	uint32_t target = (uint32_t)insn_target(in, slot);
	const struct insn *there = &p->insns[target];
	struct insn inverse;
	if (!insn_has_form(there, FORM_JMP) || there->dst != in->dst || there->src != in->src || there->k != in->k ||
	    there->imm != in->imm || there->width != in->width)
		return;
	if (there->op == in->op)
		edits_set(e, slot, *in, (uint32_t)insn_target(there, target));
	else if (make_inverse(in, &inverse) && inverse.op == there->op)
		edits_set(e, slot, *in, target + 1);
	edits_end(e);
}

void propose_branch(const struct scene *s)
{
	struct flow *f = flow_new(s->p);
	struct edits e;
	edits_init(&e, s);
	for (uint32_t i = 0; i < s->p->n; i++) {
		if (!edit_allows(s, i))
			continue;
		decide(i, certain_jump(s, i), &e);
		invert(s, i, &e);
		thread(s, f, i, &e);
		thread_equal(s, i, &e);
	}
	edits_offer(&e, "jumps");
	edits_release(&e);
	flow_free(f);
}

/* By itself, since a kernel may not see that a pointer can't be NULL. */
void propose_null(const struct scene *s)
{
	struct edits e;
	edits_init(&e, s);
	for (uint32_t i = 0; i < s->p->n; i++)
		if (edit_allows(s, i))
			decide(i, certain_null(s, i), &e);
	edits_offer(&e, "questions for NULL");
	edits_release(&e);
}
