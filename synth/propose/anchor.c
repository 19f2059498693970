/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses, wide constants and spilled words that are loaded again and again: one register holds the first for all. */
#include "encode/isa/effect.h"
#include "synth/draft/alloc.h"
#include "synth/analysis/flow.h"
#include "synth/analysis/shift.h"

#include <string.h>

#define USES 16
#define GROUP 32

/* One LDDW or fill and what its register is used for. */
struct wide {
	uint32_t slot;
	int64_t off;         /* of a map's value */
	uint32_t uses[USES]; /* direct: accesses through it, all that it is used for */
	unsigned n_uses;
	bool direct;
};

struct anchor {
	const struct scene *s;
	struct flow *flow;
	const struct cfg *cfg;
	struct wide list[GROUP]; /* by slot */
	unsigned n;
};

static bool is_fill(const struct insn *in)
{
	return in->op == ISA_LDX && in->src == 10 && in->width == 64;
}

static unsigned slots_of(const struct insn *in)
{
	return in->op == ISA_LDDW ? 2 : 1;
}

static bool same_group(const struct insn *a, const struct insn *b)
{
	if (b->op != a->op || a->src != b->src)
		return false;
	if (b->op == ISA_LDX)
		return is_fill(a) && is_fill(b) && a->off == b->off;
	return a->src == WIDE_MAP_VALUE ? (uint32_t)a->imm64 == (uint32_t)b->imm64 : a->imm64 == b->imm64;
}

/* Notes an access through the register; false: it is used otherwise. */
static bool note_use(const struct anchor *a, struct wide *w, uint32_t slot, unsigned reg)
{
	const struct insn *in = &a->s->p->insns[slot];
	bool load = insn_has_form(in, FORM_LDX) || insn_has_form(in, FORM_LDXS);
	bool store = insn_has_form(in, FORM_ST) || insn_has_form(in, FORM_STX) || insn_has_form(in, FORM_ATOMIC);
	bool value = !load && !insn_has_form(in, FORM_ST) && in->src == reg;
	if (!(load || store) || value || w->n_uses == USES || !a->s->may_edit(a->s, slot))
		return false;
	w->uses[w->n_uses++] = slot;
	return true;
}

/* Is the register only the base of accesses until it holds something else, in this block? */
static void find_uses(const struct anchor *a, struct wide *w)
{
	const struct insn *in = &a->s->p->insns[w->slot];
	unsigned reg = in->dst;
	const struct block *b = &a->cfg->blocks[cfg_find_block(a->cfg, w->slot)];
	for (uint32_t i = w->slot + slots_of(in); i < b->end && !w->direct; i++) {
		struct effect e = a->flow->effects[i];
		bool dead = !(a->s->live->at[i].regs & EFFECT_BIT(reg));
		if (!dead && e.reads & EFFECT_BIT(reg) && !note_use(a, w, i, reg))
			return;
		w->direct = dead || e.writes & EFFECT_BIT(reg);
	}
	if (w->direct)
		return;
	uint16_t live = 0;
	for (int k = 0; k < 2; k++)
		live |= b->succ[k] >= 0 ? a->s->live->at[a->cfg->blocks[b->succ[k]].start].regs : 0;
	w->direct = !(live & EFFECT_BIT(reg));
}

/* Where the register is filled: before the first of them if all others come after it, or before the end of the block
 * that is on all ways to them. */
static uint32_t find_place(const struct anchor *a, unsigned from, unsigned to)
{
	const struct cfg *c = a->cfg;
	int b = cfg_find_block(c, a->list[from].slot);
	uint32_t place = a->list[from].slot;
	for (unsigned i = from + 1; i < to; i++)
		while (b >= 0 && !cfg_dominates(c, b, cfg_find_block(c, a->list[i].slot))) {
			b = c->blocks[b].idom;
			place = b >= 0 ? c->blocks[b].end - 1 : 0;
		}
	if (b >= 0 && a->s->p->insns[place].op == ISA_WIDE_TAIL)
		place--;
	return b >= 0 ? place : UINT32_MAX;
}

static void flood(const struct anchor *a, bool *seen, uint32_t *stack, uint32_t start, uint32_t place)
{
	uint32_t n = 0;
	if (!seen[start])
		stack[n++] = start;
	seen[start] = true;
	while (n > 0) {
		uint32_t i = stack[--n];
		for (uint32_t k = a->flow->pred_start[i]; i != place && k < a->flow->pred_start[i + 1]; k++) {
			uint32_t pred = a->flow->preds[k];
			if (!seen[pred]) {
				seen[pred] = true;
				stack[n++] = pred;
			}
		}
	}
}

/* Registers that nothing uses or holds between the place and the uses. */
static uint16_t find_idle(const struct anchor *a, unsigned from, unsigned to, uint32_t place)
{
	const struct program *p = a->s->p;
	bool *seen = checked(calloc(p->n + 1, sizeof *seen));
	uint32_t *stack = checked(calloc(p->n + 1, sizeof *stack));
	uint16_t used = 0;
	for (unsigned i = from; i < to; i++) {
		flood(a, seen, stack, a->list[i].slot, place);
		for (unsigned k = 0; a->list[i].direct && k < a->list[i].n_uses; k++)
			flood(a, seen, stack, a->list[i].uses[k], place);
	}
	for (uint32_t i = 0; i < p->n; i++)
		if (seen[i])
			used |=
			    (uint16_t)(a->flow->effects[i].reads | a->flow->effects[i].writes | a->s->live->at[i].regs);
	free(seen);
	free(stack);
	return (uint16_t)(0x3ff & ~used);
}

static bool use_anchor(const struct anchor *a, struct draft *d, const struct wide *w, unsigned reg, int64_t base)
{
	int64_t delta = w->off - base;
	unsigned was = a->s->p->insns[w->slot].dst;
	draft_kill(d, w->slot);
	if (!w->direct)
		return !delta || shift_uses(a->s, d, w->slot + slots_of(&a->s->p->insns[w->slot]), was, delta);
	for (unsigned i = 0; i < w->n_uses; i++) {
		struct insn in = d->items[w->uses[i]].in;
		int64_t off = in.off + delta;
		bool load = insn_has_form(&in, FORM_LDX) || insn_has_form(&in, FORM_LDXS);
		if (off < INT16_MIN || off > INT16_MAX)
			return false;
		*(load ? &in.src : &in.dst) = (uint8_t)reg;
		in.off = (int16_t)off;
		draft_set(d, w->uses[i], in, 0);
	}
	return true;
}

/* Moves for those that are used otherwise, and the load itself; from the last slot on, so that slots stay what they
 * are. */
static void insert_all(const struct anchor *a, struct draft *d, unsigned from, unsigned to, uint32_t place,
		       unsigned reg, int64_t base)
{
	const struct scene *s = a->s;
	bool done = false;
	struct insn load = s->p->insns[a->list[from].slot];
	load.dst = (uint8_t)reg;
	if (load.op == ISA_LDDW && load.src == WIDE_MAP_VALUE) {
		load.imm64 = (uint32_t)load.imm64 | (uint64_t)base << 32;
		load.imm = (int32_t)(uint32_t)load.imm64;
	}
	for (unsigned i = to; i-- > from;) {
		const struct wide *w = &a->list[i];
		struct insn move = {.op = ISA_MOV, .width = 64, .dst = s->p->insns[w->slot].dst, .src = (uint8_t)reg};
		if (!done && place > w->slot) {
			draft_insert(d, place, load, 0, s->origin ? s->origin[a->list[from].slot] : a->list[from].slot);
			done = true;
		}
		if (!w->direct)
			draft_insert(d, w->slot, move, 0, s->origin ? s->origin[w->slot] : w->slot);
	}
	if (!done)
		draft_insert(d, place, load, 0, s->origin ? s->origin[a->list[from].slot] : a->list[from].slot);
}

static bool offer_base(const struct anchor *a, unsigned from, unsigned to, uint32_t place, unsigned reg, int64_t base)
{
	struct draft *d = scene_draft(a->s);
	for (unsigned i = from; i < to; i++)
		if (!use_anchor(a, d, &a->list[i], reg, base)) {
			draft_free(d);
			return true;
		}
	insert_all(a, d, from, to, place, reg, base);
	return a->s->offer(a->s, d, "one register for an address");
}

/* Slots that it takes: a move for each that is not direct. Without any gain nobody is asked. */
static bool pays(const struct anchor *a, unsigned from, unsigned to)
{
	unsigned moves = 0;
	for (unsigned i = from; i < to; i++)
		moves += !a->list[i].direct;
	unsigned slots = slots_of(&a->s->p->insns[a->list[from].slot]);
	return slots + moves < slots * (to - from) || a->s->goal != GOAL_SIZE;
}

static bool try_run(const struct anchor *a, unsigned from, unsigned to, bool *offered)
{
	if (!pays(a, from, to))
		return true;
	uint32_t place = find_place(a, from, to);
	if (place == UINT32_MAX)
		return true;
	uint16_t idle = find_idle(a, from, to, place);
	if (!idle)
		return true;
	unsigned reg = idle & 0x3f ? (unsigned)__builtin_ctz(idle & 0x3f) : (unsigned)__builtin_ctz(idle);
	*offered = true;
	for (unsigned i = from; i < to; i++) {
		bool again = false;
		for (unsigned k = from; k < i; k++)
			again |= a->list[k].off == a->list[i].off;
		if (!again && !offer_base(a, from, to, place, reg, a->list[i].off))
			return false;
	}
	return true;
}

static bool try_group(struct anchor *a)
{
	for (unsigned n = a->n; n >= 2; n--) {
		bool offered = false;
		for (unsigned from = 0; from + n <= a->n; from++)
			if (!try_run(a, from, from + n, &offered))
				return false;
		if (offered)
			return true;
	}
	return true;
}

static bool is_first(const struct scene *s, uint32_t start, uint32_t slot)
{
	for (uint32_t i = start; i < slot; i++)
		if (same_group(&s->p->insns[slot], &s->p->insns[i]))
			return false;
	return true;
}

static void find_group(struct anchor *a, const struct subprogram *sub, uint32_t first)
{
	const struct insn *insns = a->s->p->insns;
	a->n = 0;
	for (uint32_t i = first; i < sub->end && a->n < GROUP; i++) {
		if (!same_group(&insns[first], &insns[i]) || !a->s->facts->at[i].reached || !a->s->may_edit(a->s, i) ||
		    program_core(a->s->p, i))
			continue;
		struct wide *w = &a->list[a->n++];
		*w = (struct wide){.slot = i};
		w->off =
		    insns[i].op == ISA_LDDW && insns[i].src == WIDE_MAP_VALUE ? (int64_t)(insns[i].imm64 >> 32) : 0;
		find_uses(a, w);
	}
}

void propose_anchor(const struct scene *s)
{
	struct anchor a = {.s = s, .flow = flow_new(s->p)};
	bool go_on = true;
	for (size_t k = 0; k < s->p->n_subs; k++) {
		const struct subprogram *sub = &s->p->subs[k];
		a.cfg = &s->cfgs[k];
		for (uint32_t i = sub->start; i < sub->end && go_on; i++) {
			const struct insn *in = &s->p->insns[i];
			bool wide = in->op == ISA_LDDW && in->src != WIDE_FUNC;
			if (!(wide || is_fill(in)) || !is_first(s, sub->start, i))
				continue;
			find_group(&a, sub, i);
			go_on = try_group(&a);
		}
	}
	flow_free(a.flow);
}
