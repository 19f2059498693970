/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs instruction sequences on trials and compares what comes out. */
#include "trial.h"

#include "checker/exec/alu.h"
#include "encode/isa/effect.h"

#include <string.h>

bool trial_can_run(const struct insn *in)
{
	if (in->op == ISA_WIDE_TAIL)
		return true;
	switch (isa_rows[in->op].form) {
	case FORM_ALU:
	case FORM_ALUX:
	case FORM_ALU1:
	case FORM_END:
	case FORM_JMP:
	case FORM_WIDE:
	case FORM_LDX:
	case FORM_LDXS:
	case FORM_ST:
	case FORM_STX:
		return true;
	case FORM_CAST:
	case FORM_JA:
	case FORM_JAL:
	case FORM_MAYGOTO:
	case FORM_CALL:
	case FORM_EXIT:
	case FORM_LDABS:
	case FORM_LDIND:
	case FORM_ATOMIC:
	case FORM_LOAD_ACQ:
	case FORM_STORE_REL:
		break;
	}
	return false;
}

static bool in_context(uint64_t address)
{
	return address - TRIAL_CONTEXT < TRIAL_CONTEXT_SPAN;
}

static int find_cell(const struct trial *t, uint64_t address, unsigned n)
{
	for (int i = 0; i < t->n_cells; i++)
		if (t->cells[i].address == address && t->cells[i].size == n)
			return i;
	return -1;
}

/* The place of n bytes; -1: not all of them are there. */
static int find_bytes(const struct trial *t, uint64_t address, unsigned n)
{
	for (unsigned i = 0; i < t->n_areas; i++) {
		const struct trial_area *a = &t->areas[i];
		uint64_t off = address - a->base;
		if (off < a->len && n <= a->len - off)
			return (int)(a->at + off);
	}
	return -1;
}

static uint64_t bits_at(int place, unsigned n)
{
	return ((1ull << n) - 1) << place;
}

static bool load(const struct trial *t, struct trial_state *s, const struct insn *in)
{
	unsigned n = in->width / 8u;
	uint64_t address = s->r[in->src] + (uint64_t)(int64_t)in->off, v = 0;
	if (in_context(address)) {
		int cell = find_cell(t, address, n);
		if (cell < 0)
			return false;
		v = s->cells[cell];
	} else {
		int place = find_bytes(t, address, n);
		if (place < 0 || bits_at(place, n) & ~(t->readable | s->written))
			return false;
		memcpy(&v, s->bytes + place, n);
	}
	s->r[in->dst] = in->op == ISA_LDXS ? (uint64_t)alu_sign_extend(v, in->width) : v;
	return true;
}

static bool store(const struct trial *t, struct trial_state *s, const struct insn *in)
{
	unsigned n = in->width / 8u;
	uint64_t address = s->r[in->dst] + (uint64_t)(int64_t)in->off;
	uint64_t v = in->op == ISA_ST ? (uint64_t)(int64_t)in->imm : s->r[in->src];
	if (in_context(address)) {
		int cell = find_cell(t, address, n);
		if (cell < 0 || !t->cells[cell].writable)
			return false;
		s->cells[cell] = v & alu_mask(in->width);
		return true;
	}
	int place = find_bytes(t, address, n);
	if (place < 0 || bits_at(place, n) & ~t->writable)
		return false;
	memcpy(s->bytes + place, &v, n);
	s->written |= bits_at(place, n);
	return true;
}

bool trial_step(const struct trial *t, struct trial_state *s, const struct insn *in)
{
	if (in->op == ISA_WIDE_TAIL)
		return true;
	uint64_t second = in->k ? (uint64_t)(int64_t)in->imm : s->r[in->src];
	enum isa_form form = isa_rows[in->op].form;
	if (form == FORM_LDX || form == FORM_LDXS)
		return load(t, s, in);
	if (form == FORM_ST || form == FORM_STX)
		return store(t, s, in);
	if (form == FORM_WIDE)
		s->r[in->dst] = trial_wide(t->seed, in);
	else if (form == FORM_JMP)
		s->taken = alu_compute(in, s->r[in->dst], second, 0);
	else
		s->r[in->dst] = alu_compute(in, s->r[in->dst], second, 0);
	return true;
}

bool trial_run(const struct trial *t, const struct insn *insns, unsigned n, struct trial_state *s)
{
	*s = t->before;
	for (unsigned i = 0; i < n; i++)
		if (!trial_step(t, s, &insns[i]))
			return false;
	return true;
}

bool trial_agrees(const struct trials *ts, const struct trial *t, const struct trial_state *s)
{
	for (unsigned live = ts->ask.live; live; live &= live - 1) {
		int r = __builtin_ctz(live);
		if (s->r[r] != t->after.r[r])
			return false;
	}
	if (s->taken != t->after.taken)
		return false;
	for (unsigned i = 0; i < t->n_cells; i++)
		if (s->cells[i] != t->after.cells[i])
			return false;
	for (uint64_t bits = t->compared; bits; bits &= bits - 1) {
		int i = __builtin_ctzll(bits);
		if (s->bytes[i] != t->after.bytes[i])
			return false;
	}
	return true;
}

unsigned trial_distance(const struct trials *ts, const struct trial *t, const struct trial_state *s)
{
	int sum = s->taken != t->after.taken ? 64 : 0;
	for (unsigned live = ts->ask.live; live; live &= live - 1) {
		int r = __builtin_ctz(live);
		sum += __builtin_popcountll(s->r[r] ^ t->after.r[r]);
	}
	for (unsigned i = 0; i < t->n_cells; i++)
		sum += __builtin_popcountll(s->cells[i] ^ t->after.cells[i]);
	for (uint64_t bits = t->compared; bits; bits &= bits - 1) {
		int i = __builtin_ctzll(bits);
		sum += __builtin_popcount((unsigned)(s->bytes[i] ^ t->after.bytes[i]));
	}
	return (unsigned)sum;
}

bool trials_allow(const struct trials *ts, const struct insn *insns, unsigned n)
{
	uint16_t known = ts->known;
	for (unsigned i = 0; i < n; i++) {
		if (insns[i].op == ISA_WIDE_TAIL)
			continue;
		struct effect e = effect_of(&insns[i]);
		if (e.reads & ~known || e.writes & EFFECT_BIT(10))
			return false;
		known |= e.writes;
	}
	return !(ts->ask.live & ~known);
}

unsigned trials_ask(struct trials *ts, const struct insn *insns, unsigned n)
{
	struct trial_state s;
	for (unsigned i = 0; i < ts->n; i++) {
		if (trial_run(&ts->at[i], insns, n, &s) && trial_agrees(ts, &ts->at[i], &s))
			continue;
		struct trial failed = ts->at[i];
		ts->at[i] = ts->at[0];
		ts->at[0] = failed;
		return i;
	}
	return ts->n;
}
