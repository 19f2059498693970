/* SPDX-License-Identifier: BSD-2-Clause */
/* A load, an operation and a store of the same word become one atomic instruction: shorter, but slower. */
#include "encode/isa/effect.h"
#include "synth/analysis/track.h"

static enum isa_op atomic_of(const struct insn *in)
{
	switch (in->op) {
	case ISA_ADD:
		return ISA_A_ADD;
	case ISA_SUB:
		return in->k && in->imm != INT32_MIN ? ISA_A_ADD : ISA_COUNT;
	case ISA_OR:
		return ISA_A_OR;
	case ISA_AND:
		return ISA_A_AND;
	case ISA_XOR:
		return ISA_A_XOR;
	default:
		return ISA_COUNT;
	}
}

/* The last instruction of [start, slot) that writes a register, UINT32_MAX: none. */
static uint32_t find_write(const struct program *p, uint32_t start, uint32_t slot, unsigned reg)
{
	while (slot-- > start)
		if (p->insns[slot].op != ISA_WIDE_TAIL && effect_of(&p->insns[slot]).writes & EFFECT_BIT(reg))
			return slot;
	return UINT32_MAX;
}

static bool is_read_between(const struct program *p, uint32_t from, uint32_t to, unsigned reg)
{
	for (uint32_t i = from + 1; i < to; i++)
		if (p->insns[i].op != ISA_WIDE_TAIL && effect_of(&p->insns[i]).reads & EFFECT_BIT(reg))
			return true;
	return false;
}

/* The operand of the atomic: a register that has it at the store, or the one that was stored, loaded with it. */
static bool offer_operand(const struct scene *s, const struct track *t, uint32_t load, uint32_t op, uint32_t store)
{
	const struct insn *by = &s->p->insns[op], *st = &s->p->insns[store];
	struct insn atomic = {
	    .op = (uint8_t)atomic_of(by), .width = st->width, .dst = st->dst, .src = by->src, .off = st->off};
	atomic.imm = isa_rows[atomic.op].exact;
	int64_t imm = by->op == ISA_SUB ? -(int64_t)by->imm : by->imm;
	struct draft *d = scene_draft(s);
	draft_kill(d, load);
	draft_set(d, store, atomic, 0);
	draft_kill(d, op);
	if (by->k) {
		struct known wanted = known_value((struct value){0, imm});
		int reg = track_find_bytes(t, store, wanted.b, st->width / 8u);
		atomic.src = reg < 0 ? st->src : (uint8_t)reg;
		draft_set(d, store, atomic, 0);
		if (reg < 0)
			draft_set(
			    d, op,
			    (struct insn){.op = ISA_MOV, .width = 64, .dst = st->src, .k = true, .imm = (int32_t)imm},
			    0);
	}
	if (!scene_allows(s, &atomic)) {
		draft_free(d);
		return true;
	}
	return s->offer(s, d, "read, change and write in one");
}

static bool try_store(const struct scene *s, const struct track *t, const struct block *b, uint32_t store)
{
	const struct insn *insns = s->p->insns, *st = &insns[store];
	if (!insn_has_form(st, FORM_STX) || st->width < 32 || st->src == st->dst)
		return true;
	uint32_t op = find_write(s->p, b->start, store, st->src);
	if (op == UINT32_MAX || !insn_has_form(&insns[op], FORM_ALU) || atomic_of(&insns[op]) == ISA_COUNT ||
	    insns[op].width < st->width || (!insns[op].k && insns[op].src == st->src))
		return true;
	uint32_t load = find_write(s->p, b->start, op, st->src);
	if (load == UINT32_MAX || insns[load].op != ISA_LDX || insns[load].width != st->width ||
	    is_read_between(s->p, load, op, st->src) || is_read_between(s->p, op, store, st->src) ||
	    s->live->at[store + 1].regs & EFFECT_BIT(st->src))
		return true;
	struct value from = track_address(t, load, insns[load].src, insns[load].off);
	if (!value_equal(from, track_address(t, store, st->dst, st->off)) || !s->may_edit(s, store) ||
	    !s->may_edit(s, op) || !s->may_edit(s, load))
		return true;
	return offer_operand(s, t, load, op, store);
}

void propose_atomic(const struct scene *s)
{
	if (s->goal != GOAL_SIZE)
		return;
	struct track *t = track_new(s);
	bool go_on = true;
	for (size_t i = 0; i < s->p->n_subs; i++)
		for (size_t k = 0; k < s->cfgs[i].n; k++) {
			const struct block *b = &s->cfgs[i].blocks[k];
			for (uint32_t at = b->start; at < b->end && go_on; at++)
				if (t->at[at].reached && s->p->insns[at].op != ISA_WIDE_TAIL)
					go_on = try_store(s, t, b, at);
		}
	track_free(t);
}
