/* SPDX-License-Identifier: BSD-2-Clause */
/* Follows shifted registers along one way, as long as nobody else joins it. */
#include "synth/analysis/shift.h"
#include "encode/isa/effect.h"

struct shifted {
	const struct scene *s;
	struct draft *d;
	uint16_t regs; /* a bit a register that is shifted */
	int64_t delta[11];
};

static bool change_off(struct shifted *x, uint32_t slot, int64_t delta)
{
	struct insn in = x->d->items[slot].in;
	int64_t off = in.off + delta;
	if (off < INT16_MIN || off > INT16_MAX || !x->s->may_edit(x->s, slot) || program_core(x->s->p, slot))
		return false;
	in.off = (int16_t)off;
	draft_set(x->d, slot, in, 0);
	return true;
}

static bool add_constant(struct shifted *x, uint32_t slot)
{
	struct insn in = x->d->items[slot].in;
	int64_t imm = in.imm + x->delta[in.dst];
	if (imm < INT32_MIN || imm > INT32_MAX || !x->s->may_edit(x->s, slot) || program_core(x->s->p, slot))
		return false;
	x->regs &= (uint16_t)~EFFECT_BIT(in.dst);
	in.imm = (int32_t)imm;
	if (imm)
		draft_set(x->d, slot, in, 0);
	else
		draft_kill(x->d, slot);
	return true;
}

static bool is_shifted(const struct shifted *x, unsigned reg)
{
	return x->regs & EFFECT_BIT(reg);
}

static void set_shifted(struct shifted *x, unsigned reg, int64_t delta)
{
	x->regs |= EFFECT_BIT(reg);
	x->delta[reg] = delta;
}

/* Sums and moves hand the shift on. */
static bool do_alu(struct shifted *x, uint32_t slot, const struct insn *in)
{
	bool dst = is_shifted(x, in->dst), src = !in->k && is_shifted(x, in->src);
	if (in->width != 64)
		return false;
	if (in->op == ISA_MOV) {
		set_shifted(x, in->dst, x->delta[in->src]);
		return true;
	}
	if (in->op == ISA_ADD && in->k)
		return add_constant(x, slot);
	if (in->op == ISA_ADD && dst != src) {
		set_shifted(x, in->dst, x->delta[dst ? in->dst : in->src]);
		return true;
	}
	return in->op == ISA_SUB && dst && !src && !in->k;
}

/* An instruction that reads a shifted register. */
static bool do_use(struct shifted *x, uint32_t slot, const struct insn *in)
{
	switch (isa_rows[in->op].form) {
	case FORM_ALU:
		return do_alu(x, slot, in);
	case FORM_LDX:
	case FORM_LDXS: {
		bool ok = change_off(x, slot, x->delta[in->src]);
		x->regs &= (uint16_t)~EFFECT_BIT(in->dst);
		return ok;
	}
	case FORM_ST:
		return change_off(x, slot, x->delta[in->dst]);
	case FORM_STX:
	case FORM_ATOMIC:
		return !is_shifted(x, in->src) && change_off(x, slot, x->delta[in->dst]);
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
	case FORM_LDIND:
	case FORM_LOAD_ACQ:
	case FORM_STORE_REL:
		break;
	}
	return false;
}

static bool do_block(struct shifted *x, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to && x->regs; i++) {
		const struct insn in = x->d->items[i].in;
		if (in.op == ISA_WIDE_TAIL || x->d->items[i].dead)
			continue;
		struct effect e = effect_of(&in);
		if (!(e.reads & x->regs))
			x->regs &= (uint16_t)~e.writes;
		else if (!do_use(x, i, &in))
			return false;
	}
	return true;
}

bool shift_uses(const struct scene *s, struct draft *d, uint32_t from, unsigned reg, int64_t delta)
{
	struct shifted x = {.s = s, .d = d};
	const struct subprogram *sub = program_sub(s->p, from);
	const struct cfg *c = &s->cfgs[sub - s->p->subs];
	set_shifted(&x, reg, delta);
	for (int b = cfg_find_block(c, from); b >= 0;) {
		const struct block *k = &c->blocks[b];
		if (!do_block(&x, from, k->end))
			return false;
		int next = k->succ[CFG_NEXT], taken = k->succ[CFG_TAKEN];
		bool alone = next >= 0 && c->blocks[next].n_pred == 1 && c->blocks[next].start > k->start;
		uint16_t live = taken >= 0 ? s->live->at[c->blocks[taken].start].regs : 0;
		if (next >= 0 && !alone)
			live |= s->live->at[c->blocks[next].start].regs;
		if (live & x.regs)
			return false;
		b = alone && x.regs ? next : -1;
		from = alone ? c->blocks[next].start : 0;
	}
	return true;
}
