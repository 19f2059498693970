/* SPDX-License-Identifier: BSD-2-Clause */
/* Shift pairs that clear or extend the upper half give way to 32-bit forms, or to nothing where nobody reads it. */
#include "synth/draft/edit.h"
#include "synth/analysis/flow.h"
#include "synth/analysis/certain.h"

/* The second shift of a pair: slot - 1 shifts the same register left by as much. */
static bool is_pair(const struct scene *s, uint32_t slot)
{
	const struct insn *right = &s->p->insns[slot], *left = right - 1;
	return slot > 0 && (right->op == ISA_RSH || right->op == ISA_ARSH) && left->op == ISA_LSH && right->k &&
	       left->k && right->width == 64 && left->width == 64 && right->dst == left->dst &&
	       right->imm == left->imm && edit_allows(s, slot) && edit_allows(s, slot - 1);
}

/* The same instruction on the low half of what it reads; false: it is none that says the same. */
static bool narrow_use(const struct insn *in, unsigned reg, struct insn *out)
{
	*out = *in;
	if (insn_has_form(in, FORM_JMP)) {
		out->width = 32;
		return true;
	}
	if (insn_has_form(in, FORM_STX))
		return in->src == reg && in->dst != reg && in->width <= 32;
	if (insn_has_form(in, FORM_LDIND))
		return in->src == reg;
	if (!insn_has_form(in, FORM_ALU))
		return false;
	if (in->op == ISA_MOV && in->src == reg)
		out->width = 32;
	return in->width == 32 || in->op == ISA_MOV;
}

/* All readers of what a slot writes look at the low half alone; false: some can't, and the edit is dropped. */
static bool narrow_uses(const struct scene *s, const struct flow *f, uint32_t def, struct edits *e)
{
	struct web w;
	flow_web_of(f, def, s->p->insns[def].dst, false, &w);
	bool all = !w.pinned && w.n_uses > 0;
	for (uint32_t i = 0; i < s->p->n && all; i++) {
		struct insn in;
		if (!w.use[i])
			continue;
		all = narrow_use(&s->p->insns[i], w.reg, &in);
		if (all)
			edits_set(e, i, in, EDIT_KEEP);
	}
	web_release(&w);
	if (!all)
		edits_drop(e);
	return all;
}

static void drop_pair(const struct scene *s, const struct flow *f, uint32_t slot, struct edits *e)
{
	if (!is_pair(s, slot) || s->p->insns[slot].imm != 32 || !narrow_uses(s, f, slot, e))
		return;
	edits_kill(e, slot - 1);
	edits_kill(e, slot);
	edits_end(e);
}

static bool extend(const struct insn *right, struct insn *out)
{
	unsigned bits = 64u - (unsigned)right->imm, dst = right->dst;
	if (right->op == ISA_ARSH) {
		*out = (struct insn){
		    .op = ISA_MOVSX, .width = 64, .dst = (uint8_t)dst, .src = (uint8_t)dst, .off = (int16_t)bits};
		return bits == 8 || bits == 16 || bits == 32;
	}
	if (bits == 32)
		*out = (struct insn){.op = ISA_MOV, .width = 32, .dst = (uint8_t)dst, .src = (uint8_t)dst};
	else
		*out = (struct insn){.op = ISA_AND,
				     .width = 64,
				     .dst = (uint8_t)dst,
				     .k = true,
				     .imm = (int32_t)((1u << (bits & 31)) - 1)};
	return bits <= 32;
}

/* One instruction in the place of the pair; its source is where the pair's register was copied from. */
static void shorten_pair(const struct scene *s, const struct flow *f, uint32_t slot, struct edits *e)
{
	struct insn with;
	const struct insn *right = &s->p->insns[slot];
	(void)f;
	if (!is_pair(s, slot) || right->imm <= 0 || right->imm > 63 || !extend(right, &with))
		return;
	const struct insn *move = slot > 1 ? right - 2 : NULL;
	if (move && with.op != ISA_AND && move->op == ISA_MOV && !move->k && move->width == 64 &&
	    move->dst == right->dst && edit_allows(s, slot - 2)) {
		with.src = move->src;
		edits_kill(e, slot - 2);
	}
	edits_kill(e, slot - 1);
	edits_set(e, slot, with, EDIT_KEEP);
	edits_end(e);
}

/* The upper half is as the pair leaves it already. */
static void drop_known(const struct scene *s, const struct flow *f, uint32_t slot, struct edits *e)
{
	const struct insn *right = &s->p->insns[slot];
	(void)f;
	if (!is_pair(s, slot) || right->imm <= 0 || right->imm > 63)
		return;
	unsigned bits = 64u - (unsigned)right->imm;
	if (!certain_below(s, slot - 1, right->dst, right->op == ISA_ARSH ? bits - 1 : bits))
		return;
	edits_kill(e, slot - 1);
	edits_kill(e, slot);
	edits_end(e);
}

/* `w1 = w1` whose upper half nobody needs. */
static void drop_clearing(const struct scene *s, const struct flow *f, uint32_t slot, struct edits *e)
{
	const struct insn *in = &s->p->insns[slot];
	if (in->op != ISA_MOV || in->k || in->width != 32 || in->src != in->dst || !edit_allows(s, slot) ||
	    !narrow_uses(s, f, slot, e))
		return;
	edits_kill(e, slot);
	edits_end(e);
}

typedef void (*narrowing)(const struct scene *s, const struct flow *f, uint32_t slot, struct edits *e);
static const narrowing narrowings[] = {drop_known, drop_pair, shorten_pair, drop_clearing};

void propose_narrow(const struct scene *s)
{
	struct flow *f = flow_new(s->p);
	bool go_on = true;
	for (size_t way = 0; way < sizeof narrowings / sizeof *narrowings && go_on; way++) {
		struct edits e;
		edits_init(&e, s);
		for (uint32_t i = 0; i < s->p->n; i++)
			narrowings[way](s, f, i, &e);
		go_on = edits_offer(&e, "32-bit forms");
		edits_release(&e);
	}
	flow_free(f);
}
