/* SPDX-License-Identifier: BSD-2-Clause */
/* Sums of a register and a constant become offsets of the accesses that use them. */
#include "synth/draft/edit.h"
#include "synth/analysis/flow.h"
#include "synth/analysis/certain.h"

/* The access at a slot through register `to`, which lies `distance` below the base that it has; false: it can't be. */
static bool rebase(const struct insn *in, unsigned base, unsigned to, int64_t distance, struct insn *out)
{
	*out = *in;
	switch (isa_rows[in->op].form) {
	case FORM_LDIND:
		if (base == 6 || base != in->src)
			return false;
		out->src = (uint8_t)to;
		out->imm = (int32_t)((uint32_t)in->imm + (uint32_t)distance);
		return true;
	case FORM_LDX:
	case FORM_LDXS:
	case FORM_LOAD_ACQ:
		out->src = (uint8_t)to;
		break;
	case FORM_STX:
	case FORM_STORE_REL:
	case FORM_ATOMIC:
		if (in->src == base)
			return false;
		out->dst = (uint8_t)to;
		break;
	case FORM_ST:
		out->dst = (uint8_t)to;
		break;
	case FORM_ALU:
	case FORM_ALUX:
	case FORM_ALU1:
	case FORM_CAST:
	case FORM_END:
	case FORM_JA:
	case FORM_JAL:
	case FORM_JMP:
	case FORM_MAYGOTO:
	case FORM_CALL:
	case FORM_EXIT:
	case FORM_WIDE:
	case FORM_LDABS:
		return false;
	}
	out->off = (int16_t)(in->off + distance);
	return in->off + distance == out->off;
}

/* A comparison or a sum may read another register that holds the same. */
static bool replace_same(const struct scene *s, uint32_t slot, unsigned reg, struct insn *out)
{
	const struct insn *in = &s->p->insns[slot];
	for (unsigned r = 0; r <= 10; r++) {
		if (r == reg || !certain_same(s, slot, r, reg))
			continue;
		*out = flow_rename_reads(*in, reg, r);
		return flow_reads_field(in, reg) && !(insn_has_form(in, FORM_ALU) && in->dst == reg);
	}
	return false;
}

/* `reg + imm` moved where reg's copy is made: `a = reg; a += k` reads the other register with another sum. */
static bool replace_base(const struct scene *s, const struct flow *f, uint32_t slot, unsigned reg, struct insn *out)
{
	const struct insn *in = &s->p->insns[slot];
	if (f->effects[slot].writes & EFFECT_BIT(reg) && insn_has_form(in, FORM_ALU))
		return false;
	for (unsigned r = 11; r-- > 0;) {
		int64_t distance;
		if (r == reg || !certain_distance(s, slot, reg, r, &distance))
			continue;
		if (rebase(in, reg, r, distance, out))
			return true;
	}
	return replace_same(s, slot, reg, out);
}

static void fold_uses(const struct scene *s, const struct flow *f, uint32_t def, struct edits *e)
{
	struct web w;
	flow_web_of(f, def, s->p->insns[def].dst, false, &w);
	bool all = !w.pinned && w.n_uses > 0;
	for (uint32_t i = 0; i < s->p->n && all; i++) {
		struct insn in;
		if (!w.use[i])
			continue;
		all = replace_base(s, f, i, w.reg, &in);
		if (all)
			edits_set(e, i, in, EDIT_KEEP);
	}
	if (all)
		edits_end(e);
	else
		edits_drop(e);
	web_release(&w);
}

void propose_address(const struct scene *s)
{
	struct flow *f = flow_new(s->p);
	struct edits e;
	edits_init(&e, s);
	for (uint32_t i = 0; i < s->p->n; i++) {
		const struct insn *in = &s->p->insns[i];
		if ((in->op == ISA_ADD || in->op == ISA_SUB) && edit_allows(s, i))
			fold_uses(s, f, i, &e);
	}
	edits_offer(&e, "offsets of accesses");
	edits_release(&e);
	flow_free(f);
}
