/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stack frames: 64 slots of eight bytes, each immutable and shared between
 * states until written. A slot holds its bytes with, per byte, whether it was
 * written, and if a whole register was spilled there, that value (so that
 * pointers survive a spill). byte[0] == 0 means: the bytes are the spilled
 * value's.
 */
#include "encode/machine/world.h"

#include <assert.h>
#include <string.h>

struct slot {
	term byte[8], init[8];
	struct value spilled;
	bool is_spill;
	const struct frame_deferred *deferred; /* not NULL: nobody looked at it yet, and the rest is empty */
};

static const struct slot *slot_unwritten(struct world *w)
{
	struct slot *s = world_alloc(w, sizeof *s);
	for (int i = 0; i < 8; i++) {
		s->byte[i] = term_const(w->pool, 8, 0);
		s->init[i] = term_false(w->pool);
	}
	return s;
}

struct frame *frame_new(struct world *w)
{
	struct frame *f = world_alloc(w, sizeof *f);
	const struct slot *empty = slot_unwritten(w);
	for (size_t i = 0; i < STACK_BYTES / 8; i++)
		f->slots[i] = empty;
	return f;
}

struct frame *frame_copy(struct world *w, const struct frame *f)
{
	struct frame *copy = world_alloc(w, sizeof *copy);
	*copy = *f;
	return copy;
}

void frame_defer(struct world *w, struct frame *f, unsigned word, const struct frame_deferred *by)
{
	struct slot *s = world_alloc(w, sizeof *s);
	s->deferred = by;
	f->slots[word] = s;
}

/* Slots are immutable but for this: all states that have the slot have it from then on as it is made. */
static void slot_make(const struct frame *f, unsigned word)
{
	struct slot *s = (struct slot *)(uintptr_t)f->slots[word];
	if (!s->deferred)
		return;
	struct frame made = {.slots = {0}};
	s->deferred->make(s->deferred->arg, word, &made);
	*s = *made.slots[word];
}

static void slot_bytes(struct world *w, const struct slot *s, term byte[8], term init[8])
{
	assert(!s->deferred);
	if (s->byte[0]) {
		memcpy(byte, s->byte, sizeof s->byte);
		memcpy(init, s->init, sizeof s->init);
		return;
	}
	term word = value_word(w, &s->spilled), readable = value_readable(w, &s->spilled);
	for (unsigned i = 0; i < 8; i++) {
		byte[i] = term_extract(w->pool, word, 8 * i + 7, 8 * i);
		init[i] = readable;
	}
}

static struct value slot_value(struct world *w, const struct slot *s)
{
	assert(!s->deferred);
	if (s->is_spill)
		return s->spilled;
	term word = s->byte[7], init = s->init[7];
	for (int i = 6; i >= 0; i--) {
		word = term_concat(w->pool, word, s->byte[i]);
		init = term_and(w->pool, init, s->init[i]);
	}
	return (struct value){word, init, 0, NULL};
}

static const struct slot *slot_merge(struct world *w, term c, const struct slot *a, const struct slot *b)
{
	if (a == b)
		return a;
	struct slot *s = world_alloc(w, sizeof *s);
	struct value x = slot_value(w, a), y = slot_value(w, b);
	s->is_spill = a->is_spill || b->is_spill;
	if (s->is_spill)
		s->spilled = value_ite(w, c, &x, &y);
	if (a->is_spill && b->is_spill && !a->byte[0] && !b->byte[0])
		return s; /* bytes follow from the value */
	term xb[8], xi[8], yb[8], yi[8];
	slot_bytes(w, a, xb, xi);
	slot_bytes(w, b, yb, yi);
	for (int i = 0; i < 8; i++) {
		s->byte[i] = term_ite(w->pool, c, xb[i], yb[i]);
		s->init[i] = term_ite(w->pool, c, xi[i], yi[i]);
	}
	return s;
}

struct frame *frame_merge(struct world *w, term c, const struct frame *a, const struct frame *b)
{
	struct frame *f = world_alloc(w, sizeof *f);
	for (unsigned i = 0; i < STACK_BYTES / 8; i++) {
		if (a->slots[i] != b->slots[i]) {
			slot_make(a, i);
			slot_make(b, i);
		}
		f->slots[i] = slot_merge(w, c, a->slots[i], b->slots[i]);
	}
	return f;
}

static void frame_byte(struct world *w, const struct frame *f, uint64_t at, term *byte, term *init)
{
	term b[8], i[8];
	if (at >= STACK_BYTES) {
		*byte = term_const(w->pool, 8, 0);
		*init = term_true(w->pool); /* out of bounds is a fault of its own */
		return;
	}
	slot_make(f, (unsigned)(at / 8));
	slot_bytes(w, f->slots[at / 8], b, i);
	*byte = b[at % 8];
	*init = i[at % 8];
}

/* Offsets that the facts leave possible for an access of n bytes. */
static struct range possible(struct world *w, term off, unsigned n)
{
	struct range r = term_range(w->pool, off);
	if (r.hi > STACK_BYTES - n)
		r.hi = STACK_BYTES - n;
	return r;
}

static struct value read_at(struct world *w, const struct frame *f, uint64_t at, unsigned n)
{
	term word = 0, init = term_true(w->pool);
	for (unsigned i = n; i-- > 0;) {
		term byte, set;
		frame_byte(w, f, at + i, &byte, &set);
		word = word ? term_concat(w->pool, word, byte) : byte;
		init = term_and(w->pool, init, set);
	}
	return (struct value){term_zext(w->pool, word, 64), init, 0, NULL};
}

struct value frame_read(struct world *w, const struct frame *f, term off, unsigned n)
{
	uint64_t at;
	if (term_is_const(w->pool, off, &at)) {
		if (n == 8 && at % 8 == 0 && at < STACK_BYTES) {
			slot_make(f, (unsigned)(at / 8));
			return slot_value(w, f->slots[at / 8]);
		}
		return read_at(w, f, at, n);
	}
	struct range r = possible(w, off, n);
	struct value v = value_number(w, word_const(w, 0));
	for (uint64_t i = r.lo; i <= r.hi; i++) {
		term here = term_eq(w->pool, off, word_const(w, i));
		if (term_is_false(w->pool, here))
			continue;
		struct value x = frame_read(w, f, word_const(w, i), n);
		if (x.n || v.n) { /* pointers survive */
			v = value_ite(w, here, &x, &v);
			continue;
		}
		v.word = term_ite(w->pool, here, x.word, v.word);
		v.init = term_ite(w->pool, here, x.init, v.init);
	}
	return v;
}

/* Writes n bytes at a constant offset where `cond` holds. */
static void write_at(struct world *w, struct frame *f, term cond, uint64_t at, unsigned n, const struct value *v)
{
	struct term_pool *p = w->pool;
	bool sure = term_is_true(p, cond);
	if (at >= STACK_BYTES || n > STACK_BYTES - at)
		return;
	if (n == 8 && at % 8 == 0) {
		struct slot whole = {.spilled = *v, .is_spill = true};
		struct slot *s = world_alloc(w, sizeof *s);
		*s = whole;
		if (!sure)
			slot_make(f, (unsigned)(at / 8));
		f->slots[at / 8] = sure ? s : slot_merge(w, cond, s, f->slots[at / 8]);
		return;
	}
	term word = value_word(w, v);
	for (unsigned i = 0; i < n; i++) {
		size_t index = (at + i) / 8, in = (at + i) % 8;
		struct slot *s = world_alloc(w, sizeof *s);
		slot_make(f, (unsigned)index);
		slot_bytes(w, f->slots[index], s->byte, s->init);
		term byte = term_extract(p, word, 8 * i + 7, 8 * i);
		s->byte[in] = term_ite(p, cond, byte, s->byte[in]);
		s->init[in] = term_ite(p, cond, v->init, s->init[in]);
		/* what was spilled there stays a pointer unless it is hit */
		f->slots[index] = sure || !f->slots[index]->is_spill ? s : slot_merge(w, cond, s, f->slots[index]);
	}
}

void frame_write(struct world *w, struct frame *f, term cond, term off, unsigned n, const struct value *v)
{
	uint64_t at;
	if (term_is_const(w->pool, off, &at)) {
		write_at(w, f, cond, at, n, v);
		return;
	}
	struct range r = possible(w, off, n);
	for (uint64_t i = r.lo; i <= r.hi; i++) {
		term here = term_and(w->pool, cond, term_eq(w->pool, off, word_const(w, i)));
		if (!term_is_false(w->pool, here))
			write_at(w, f, here, i, n, v);
	}
}

void frame_spill(struct world *w, struct frame *f, unsigned slot, const struct value *v, const term init[8])
{
	struct slot *s = world_alloc(w, sizeof *s);
	slot_bytes(w, &(struct slot){.spilled = *v, .is_spill = true}, s->byte, s->init);
	memcpy(s->init, init, sizeof s->init);
	s->spilled = *v;
	s->is_spill = true;
	for (unsigned i = 0; i < 8; i++)
		s->spilled.init = term_and(w->pool, s->spilled.init, init[i]);
	f->slots[slot] = s;
}
