/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes trials: a state that the facts allow, memory that appears where the window first touches it. */
#include "trial.h"

#include "checker/exec/alu.h"
#include "encode/isa/effect.h"

#include <stdlib.h>
#include <string.h>

struct touched {
	uint64_t address;
	uint8_t first, now; /* contents */
	bool read, written; /* read: before it was written */
};

struct maker {
	const struct trial_ask *ask;
	const struct facts_at *at;
	const uint64_t *given; /* registers, NULL: drawn */
	struct trial *t;
	struct trial_state s;
	uint64_t random;
	bool plain;      /* numbers all over their range, without corners */
	uint64_t packet; /* data_end - data */
	uint64_t places[FACTS_PLACES];
	struct touched touched[TRIAL_BYTES];
	unsigned n_touched;
};

static uint64_t mix(uint64_t a, uint64_t b)
{
	uint64_t x = a ^ (b * 0x9e3779b97f4a7c15ull);
	return trial_random(&x);
}

/* Below the context's and such that small offsets do not wrap. */
static uint64_t address_of(uint64_t hash)
{
	return (hash & 0x0000fffffffffff8ull) | 0x0100000000000000ull;
}

uint64_t trial_base(uint64_t seed, enum kind kind, uint32_t object, uint32_t instance)
{
	if (kind == KIND_CTX)
		return TRIAL_CONTEXT;
	return address_of(mix(mix(seed, (uint64_t)kind << 32 | object), instance));
}

uint64_t trial_wide(uint64_t seed, const struct insn *in)
{
	uint32_t index = (uint32_t)in->imm64;
	switch ((enum wide_kind)in->src) {
	case WIDE_CONST:
		break;
	case WIDE_MAP:
		return trial_base(seed, KIND_MAP, index, 0);
	case WIDE_MAP_VALUE:
		return trial_base(seed, KIND_VALUE, index, 0) + (in->imm64 >> 32);
	case WIDE_BTF_ID:
		return trial_base(seed, KIND_KERNEL, index, UINT32_MAX);
	case WIDE_FUNC:
		return trial_base(seed, KIND_FUNC, index, 0);
	}
	return in->imm64;
}

static uint64_t draw_corner(struct maker *m)
{
	static const uint64_t corners[] = {0,      1,      2,          7,          8,          31,          32,
					   63,     64,     0x7f,       0x80,       0xff,       0x100,       0x7fff,
					   0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, INT64_MAX};
	uint64_t x = corners[trial_below(&m->random, sizeof corners / sizeof *corners)];
	unsigned kind = trial_below(&m->random, 4);
	if (kind == 0)
		x = (uint64_t)(int64_t)m->ask->insns[trial_below(&m->random, m->ask->n)].imm;
	if (kind == 1)
		return ~x;
	return x + trial_below(&m->random, 3) - 1;
}

static uint64_t draw_from(struct maker *m, const struct scalar *f)
{
	uint64_t x = trial_random(&m->random), span = f->umax - f->umin;
	unsigned kind = trial_below(&m->random, m->plain ? 3 : 8);
	if (kind == 0)
		return span + 1 ? f->umin + x % (span + 1) : x;
	if (kind == 3)
		return x & 1 ? f->umin : f->umax;
	if (kind == 4)
		return (uint64_t)(x & 1 ? f->smin : f->smax);
	if (kind >= 5)
		x = draw_corner(m);
	else if (kind == 2)
		x >>= trial_below(&m->random, 64);
	return f->bits.value | (x & f->bits.mask);
}

static uint64_t draw_number(struct maker *m, const struct scalar *f)
{
	for (unsigned i = 0; i < 8; i++) {
		uint64_t x = draw_from(m, f);
		if (scalar_contains(*f, x))
			return x;
	}
	return f->umin;
}

/* Whether two pointers of one kind point into the same thing is left to chance, unless there is only one. */
static uint32_t draw_instance(struct maker *m, const struct fact *f)
{
	static const bool several[KIND_COUNT] = {
	    [KIND_VALUE] = true, [KIND_MEM] = true, [KIND_MEM_RO] = true, [KIND_KERNEL] = true, [KIND_STALE] = true};
	const struct object *o = m->ask->facts->p->object;
	if (!several[f->kind] || (f->kind == KIND_VALUE && f->object < o->n_maps && o->maps[f->object].is_data))
		return 0;
	return trial_below(&m->random, 3);
}

static uint64_t draw_place(struct maker *m, const struct fact *f, const uint64_t *given)
{
	if (f->kind == KIND_NONE || f->kind == KIND_DYNPTR)
		return trial_random(&m->random);
	uint64_t x = given ? *given : draw_number(m, &f->value);
	if (f->kind == KIND_NUMBER)
		return x;
	if (f->maybe_null && !trial_below(&m->random, 4))
		return 0;
	if (f->kind == KIND_PACKET && f->from_end)
		x += m->packet;
	return trial_base(m->t->seed, f->kind, f->object, draw_instance(m, f)) + x;
}

static void draw_places(struct maker *m)
{
	for (unsigned r = 0; r < 11; r++) {
		const struct fact *f = &m->at->r[r];
		if (f->same < r)
			m->places[r] = m->places[f->same] + (uint64_t)f->distance;
		else
			m->places[r] = draw_place(m, f, m->given ? &m->given[r] : NULL);
		m->s.r[r] = m->places[r];
	}
	for (unsigned i = 0; i < m->at->n_words; i++) {
		const struct fact *f = &m->at->words[i].fact;
		unsigned place = FACTS_STACK + m->at->words[i].word;
		if (f->same < place)
			m->places[place] = m->places[f->same] + (uint64_t)f->distance;
		else
			m->places[place] = draw_place(m, f, NULL);
	}
}

/* What an 8-byte word of the own frame holds at the start, where it is known. */
static bool word_at(const struct maker *m, uint64_t address, uint64_t *v)
{
	uint64_t off = address - (m->places[10] - STACK_BYTES);
	if (off >= STACK_BYTES)
		return false;
	for (unsigned i = 0; i < m->at->n_words; i++) {
		if (m->at->words[i].word != off / 8)
			continue;
		*v = m->places[FACTS_STACK + off / 8] >> (off % 8 * 8);
		return true;
	}
	return false;
}

static struct touched *touch(struct maker *m, uint64_t address)
{
	for (unsigned i = 0; i < m->n_touched; i++)
		if (m->touched[i].address == address)
			return &m->touched[i];
	if (m->n_touched == TRIAL_BYTES)
		return NULL;
	struct touched *b = &m->touched[m->n_touched++];
	uint64_t v;
	if (!word_at(m, address, &v))
		v = trial_random(&m->random);
	*b = (struct touched){address, (uint8_t)v, (uint8_t)v, false, false};
	return b;
}

static bool is_touched(const struct maker *m, uint64_t address, unsigned n)
{
	uint64_t v;
	for (unsigned i = 0; i < m->n_touched; i++)
		if (m->touched[i].address - address < n)
			return true;
	return word_at(m, address, &v);
}

/* A value that the facts after the load allow. */
static uint64_t draw_loaded(struct maker *m, const struct insn *in, uint32_t slot)
{
	const struct facts_at *after = &m->ask->facts->at[slot + 1];
	const struct fact *f = &after->r[in->dst];
	if (slot + 1 >= m->ask->facts->n || !after->reached || f->kind == KIND_NONE)
		return trial_random(&m->random) & alu_mask(in->width);
	for (unsigned r = 0; r < 11; r++)
		if (r != in->dst && after->r[r].kind != KIND_NONE && after->r[r].same == f->same)
			return m->s.r[r] - (uint64_t)after->r[r].distance + (uint64_t)f->distance;
	return draw_place(m, f, NULL);
}

static struct trial_cell *find_cell(struct maker *m, uint64_t address, unsigned n, const struct insn *in, uint32_t slot)
{
	for (unsigned i = 0; i < m->t->n_cells; i++)
		if (m->t->cells[i].address == address && m->t->cells[i].size == n)
			return &m->t->cells[i];
	if (m->t->n_cells == TRIAL_CELLS)
		return NULL;
	uint64_t v = trial_random(&m->random) & alu_mask(in->width);
	if (insn_has_form(in, FORM_LDX) || insn_has_form(in, FORM_LDXS))
		v = draw_loaded(m, in, slot);
	struct trial_cell *c = &m->t->cells[m->t->n_cells];
	*c = (struct trial_cell){address, (uint8_t)n, false};
	m->s.cells[m->t->n_cells] = m->t->before.cells[m->t->n_cells] = v;
	m->t->n_cells++;
	return c;
}

static bool make_load(struct maker *m, const struct insn *in, uint32_t slot)
{
	unsigned n = in->width / 8u;
	uint64_t address = m->s.r[in->src] + (uint64_t)(int64_t)in->off, v = 0;
	if (address - TRIAL_CONTEXT < TRIAL_CONTEXT_SPAN) {
		struct trial_cell *c = find_cell(m, address, n, in, slot);
		if (!c)
			return false;
		v = m->s.cells[c - m->t->cells];
	} else {
		bool fresh = !is_touched(m, address, n);
		uint64_t drawn = fresh ? draw_loaded(m, in, slot) : 0;
		for (unsigned i = 0; i < n; i++) {
			struct touched *b = touch(m, address + i);
			if (!b)
				return false;
			if (fresh)
				b->first = b->now = (uint8_t)(drawn >> (8 * i));
			b->read |= !b->written;
			v |= (uint64_t)b->now << (8 * i);
		}
	}
	m->s.r[in->dst] = in->op == ISA_LDXS ? (uint64_t)alu_sign_extend(v, in->width) : v;
	return true;
}

static bool make_store(struct maker *m, const struct insn *in, uint32_t slot)
{
	unsigned n = in->width / 8u;
	uint64_t address = m->s.r[in->dst] + (uint64_t)(int64_t)in->off;
	uint64_t v = in->op == ISA_ST ? (uint64_t)(int64_t)in->imm : m->s.r[in->src];
	if (address - TRIAL_CONTEXT < TRIAL_CONTEXT_SPAN) {
		struct trial_cell *c = find_cell(m, address, n, in, slot);
		if (!c)
			return false;
		c->writable = true;
		m->s.cells[c - m->t->cells] = v & alu_mask(in->width);
		return true;
	}
	for (unsigned i = 0; i < n; i++) {
		struct touched *b = touch(m, address + i);
		if (!b)
			return false;
		b->now = (uint8_t)(v >> (8 * i));
		b->written = true;
	}
	return true;
}

static bool make_step(struct maker *m, const struct insn *in, uint32_t slot)
{
	switch (isa_rows[in->op].form) {
	case FORM_LDX:
	case FORM_LDXS:
		return make_load(m, in, slot);
	case FORM_ST:
	case FORM_STX:
		return make_store(m, in, slot);
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
	case FORM_LDIND:
	case FORM_ATOMIC:
	case FORM_LOAD_ACQ:
	case FORM_STORE_REL:
		break;
	}
	return trial_step(m->t, &m->s, in);
}

static int by_address(const void *a, const void *b)
{
	uint64_t x = ((const struct touched *)a)->address, y = ((const struct touched *)b)->address;
	return x < y ? -1 : x > y;
}

/* Is the byte read after the window, if it is there? */
static bool is_live(const struct maker *m, uint64_t address)
{
	uint64_t off = address - (m->places[10] - STACK_BYTES);
	return off >= STACK_BYTES || m->ask->live_stack[off / 64] >> (off % 64) & 1;
}

/* What was touched becomes the trial's memory. */
static bool lay_out(struct maker *m)
{
	struct trial *t = m->t;
	qsort(m->touched, m->n_touched, sizeof *m->touched, by_address);
	for (unsigned i = 0; i < m->n_touched; i++) {
		const struct touched *b = &m->touched[i];
		struct trial_area *a = t->n_areas ? &t->areas[t->n_areas - 1] : NULL;
		if (!a || a->base + a->len != b->address) {
			if (t->n_areas == TRIAL_AREAS)
				return false;
			a = &t->areas[t->n_areas++];
			*a = (struct trial_area){b->address, 0, (uint8_t)i};
		}
		a->len++;
		t->before.bytes[i] = b->first;
		t->readable |= (uint64_t)b->read << i;
		t->writable |= (uint64_t)b->written << i;
		t->compared |= (uint64_t)(b->written && is_live(m, b->address)) << i;
	}
	return true;
}

static void push(struct trials *ts, const struct trial *t)
{
	if (ts->n == ts->cap) {
		ts->cap = ts->cap ? 2 * ts->cap : 32;
		ts->at = realloc(ts->at, ts->cap * sizeof *ts->at);
		if (!ts->at)
			abort();
	}
	ts->at[ts->n++] = *t;
}

static bool make(struct trials *ts, const uint64_t *given, struct trial *t)
{
	*t = (struct trial){.seed = mix(ts->seed, ts->drawn++)};
	struct maker m = {.ask = &ts->ask, .at = &ts->ask.facts->at[ts->ask.start], .given = given, .t = t};
	m.random = t->seed;
	m.plain = ts->drawn % 2;
	m.packet = (uint64_t)(m.at->packet > 0 ? m.at->packet : 0);
	m.packet += trial_below(&m.random, trial_below(&m.random, 4) ? 64 : 2048);
	draw_places(&m);
	memcpy(t->before.r, m.s.r, sizeof t->before.r);
	for (unsigned i = 0; i < ts->ask.n; i++)
		if (ts->ask.insns[i].op != ISA_WIDE_TAIL && !make_step(&m, &ts->ask.insns[i], ts->ask.slots[i]))
			return false;
	return lay_out(&m) && trial_run(t, ts->ask.insns, ts->ask.n, &t->after);
}

/* What the window itself reads is known, whatever the facts say. */
static void find_known(struct trials *ts)
{
	const struct facts_at *at = &ts->ask.facts->at[ts->ask.start];
	uint16_t written = 0;
	for (unsigned r = 0; r < 11; r++) {
		if (at->r[r].kind != KIND_NONE)
			ts->known |= EFFECT_BIT(r);
	}
	for (unsigned i = 0; i < ts->ask.n; i++) {
		if (ts->ask.insns[i].op == ISA_WIDE_TAIL)
			continue;
		struct effect e = effect_of(&ts->ask.insns[i]);
		ts->known |= e.reads & (uint16_t)~written;
		written |= e.writes;
	}
	ts->known |= ts->ask.live & (uint16_t)~written; /* passed through */
}

#define DRAWS 24 /* for one in which the jump goes the way that it rarely goes */

/* Where a window ends with a jump, both ways are wanted equally often. */
static bool add(struct trials *ts)
{
	struct trial t;
	unsigned taken = 0, draws = insn_has_form(&ts->ask.insns[ts->ask.n - 1], FORM_JMP) ? DRAWS : 1;
	for (unsigned i = 0; i < ts->n; i++)
		taken += ts->at[i].after.taken;
	bool often = 2 * taken > ts->n, even = 2 * taken == ts->n;
	do
		if (!make(ts, NULL, &t))
			return false;
	while (!even && t.after.taken == often && --draws);
	push(ts, &t);
	return true;
}

bool trials_init(struct trials *ts, const struct trial_ask *ask, unsigned n, uint64_t seed)
{
	*ts = (struct trials){.ask = *ask, .seed = seed};
	if (!ask->n || ask->n > TRIAL_SLOTS || ask->start >= ask->facts->n || !ask->facts->at[ask->start].reached)
		return false;
	for (unsigned i = 0; i < ask->n; i++)
		if (!trial_can_run(&ask->insns[i]))
			return false;
	find_known(ts);
	while (ts->n < n)
		if (!add(ts))
			return false;
	return true;
}

void trials_release(struct trials *ts)
{
	free(ts->at);
	*ts = (struct trials){0};
}

#define WITNESS_TRIALS 4 /* with different memory */

void trials_add(struct trials *ts, const uint64_t registers[11])
{
	struct trial t;
	for (unsigned i = 0; i < WITNESS_TRIALS; i++)
		if (make(ts, registers, &t))
			push(ts, &t);
}
