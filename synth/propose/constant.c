/* SPDX-License-Identifier: BSD-2-Clause */
/* Registers that hold a constant where they are read become immediates, if that spares what loads them. */
#include "synth/draft/edit.h"
#include "synth/analysis/flow.h"
#include "synth/analysis/certain.h"

static bool fold_alu(const struct scene *s, uint32_t slot, uint64_t word, struct insn *in)
{
	bool shift = in->op == ISA_LSH || in->op == ISA_RSH || in->op == ISA_ARSH;
	bool division = in->op == ISA_DIV || in->op == ISA_MOD || in->op == ISA_SDIV || in->op == ISA_SMOD;
	/* The kernel's verifier takes neither as an immediate. */
	if ((shift && word >= in->width) || (division && (in->width == 64 ? word : (uint32_t)word) == 0))
		return false;
	bool low_is_all = in->op == ISA_AND || in->op == ISA_MOV ||
			  ((in->op == ISA_OR || in->op == ISA_XOR) && certain_below(s, slot, in->dst, 32));
	if (in->width == 64 && !fits_immediate(word)) {
		if (word > UINT32_MAX || !low_is_all)
			return false;
		in->width = 32;
	}
	in->imm = (int32_t)(uint32_t)word;
	in->k = true;
	in->src = 0;
	return true;
}

static bool fold_jump(const struct scene *s, uint32_t slot, unsigned reg, uint64_t word, struct insn *in)
{
	struct insn mirrored = *in;
	if (in->k || (in->src != reg && !make_mirrored(in, &mirrored)) || mirrored.dst == reg)
		return false;
	*in = mirrored;
	if (in->width == 64 && !fits_immediate(word)) {
		bool is_signed = in->op == ISA_JSGT || in->op == ISA_JSGE || in->op == ISA_JSLT || in->op == ISA_JSLE;
		if (word > UINT32_MAX || is_signed || !certain_below(s, slot, in->dst, 32))
			return false;
		in->width = 32;
	}
	in->imm = (int32_t)(uint32_t)word;
	in->k = true;
	in->src = 0;
	return true;
}

static bool fold_store(uint64_t word, struct insn *in)
{
	if (in->width == 64 && !fits_immediate(word))
		return false;
	in->op = ISA_ST;
	in->src = 0;
	in->imm = in->width < 32 ? (int32_t)(word & ((1u << in->width) - 1)) : (int32_t)(uint32_t)word;
	return true;
}

/* The instruction at a slot without reading the register, which holds the word. */
static bool fold(const struct scene *s, uint32_t slot, unsigned reg, uint64_t word, struct insn *in)
{
	*in = s->p->insns[slot];
	if (insn_has_form(in, FORM_JMP))
		return fold_jump(s, slot, reg, word, in);
	if (in->src != reg || !flow_reads_field(in, reg) || in->dst == reg)
		return false;
	if (insn_has_form(in, FORM_ALU))
		return !in->k && fold_alu(s, slot, word, in);
	if (insn_has_form(in, FORM_STX))
		return fold_store(word, in);
	if (!insn_has_form(in, FORM_LDIND) || reg == 6)
		return false;
	in->op = ISA_LDABS;
	in->src = 0;
	in->imm = (int32_t)((uint32_t)in->imm + (uint32_t)word);
	return true;
}

/* All reads of what a slot loads. */
static void fold_uses(const struct scene *s, const struct flow *f, uint32_t def, unsigned reg, struct edits *e)
{
	struct web w;
	flow_web_of(f, def, reg, false, &w);
	bool all = w.n_uses > 0;
	for (uint32_t i = 0; i < s->p->n && all; i++) {
		uint64_t word;
		struct insn in;
		if (!w.use[i])
			continue;
		all = certain_number(s, i, reg, &word) && fold(s, i, reg, word, &in);
		if (all)
			edits_set(e, i, in, EDIT_KEEP);
	}
	if (all)
		edits_end(e);
	else
		edits_drop(e);
	web_release(&w);
}

void propose_constant(const struct scene *s)
{
	struct flow *f = flow_new(s->p);
	struct edits e;
	edits_init(&e, s);
	for (uint32_t i = 0; i < s->p->n; i++) {
		const struct insn *in = &s->p->insns[i];
		bool loads = in->op == ISA_LDDW ? in->src == WIDE_CONST : in->op == ISA_MOV && in->k;
		if (loads && edit_allows(s, i))
			fold_uses(s, f, i, in->dst, &e);
	}
	edits_offer(&e, "immediate operands");
	edits_release(&e);
	flow_free(f);
}
