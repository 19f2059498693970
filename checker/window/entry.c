/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A state in the middle of a program. What a model of a whole run knows of its
 * past is arbitrary here: contents of memory are those of a run that just
 * began, which can be anything; names of elements and results are inputs.
 */
#include "checker/window/entry.h"

#include <stdlib.h>
#include <string.h>

#define FRESH_WORDS (1ull << 40) /* IN_SOME below is taken by comparisons and by run_fresh */
#define LENGTH_BITS 24           /* no packet is longer */

static term fresh(struct entry *e)
{
	return world_input1(e->w, IN_SOME, word_const(e->w, FRESH_WORDS + e->n_fresh++));
}

static term fresh_bits(struct entry *e, unsigned bits)
{
	struct term_pool *p = e->w->pool;
	return bits < 64 ? term_zext(p, term_extract(p, fresh(e), bits - 1, 0), 64) : fresh(e);
}

static term fresh_flag(struct entry *e)
{
	return term_extract(e->w->pool, fresh(e), 0, 0);
}

static void assume(struct entry *e, term t)
{
	e->assumed = term_and(e->w->pool, e->assumed, t);
}

static unsigned length_of(uint64_t x)
{
	return x ? 64 - (unsigned)__builtin_clzll(x) : 0;
}

static void assume_low_half(struct entry *e, const struct scalar *s, term t)
{
	struct term_pool *p = e->w->pool;
	if (!s->umin32 && s->umax32 == UINT32_MAX && s->smin32 == INT32_MIN && s->smax32 == INT32_MAX)
		return;
	term low = term_extract(p, t, 31, 0);
	assume(e, term_ule(p, term_const(p, 32, s->umin32), low));
	assume(e, term_ule(p, low, term_const(p, 32, s->umax32)));
	assume(e, term_sle(p, term_const(p, 32, (uint32_t)s->smin32), low));
	assume(e, term_sle(p, low, term_const(p, 32, (uint32_t)s->smax32)));
}

/* What facts of the term say already makes no term, nor signed bounds that unsigned ones of a positive number imply. */
static void assume_all(struct entry *e, const struct scalar *s, term t)
{
	struct term_pool *p = e->w->pool;
	struct world *w = e->w;
	struct tnum bits = term_tnum(p, t);
	struct range range = term_range(p, t);
	bool positive = s->umax <= INT64_MAX;
	if ((bits.mask | (bits.value ^ s->bits.value)) & ~s->bits.mask)
		assume(e, term_eq(p, term_and(p, t, word_const(w, ~s->bits.mask)), word_const(w, s->bits.value)));
	if (range.lo < s->umin)
		assume(e, term_ule(p, word_const(w, s->umin), t));
	if (range.hi > s->umax)
		assume(e, term_ule(p, t, word_const(w, s->umax)));
	if (!positive || s->smin > (int64_t)s->umin)
		assume(e, term_sle(p, word_const(w, (uint64_t)s->smin), t));
	if (!positive || s->smax < (int64_t)s->umax)
		assume(e, term_sle(p, t, word_const(w, (uint64_t)s->smax)));
	if (s->umax > UINT32_MAX)
		assume_low_half(e, s, t);
}

/* Known bits and widths are part of the term, so that rewriting sees them. */
static term number_of(struct entry *e, const struct scalar *s)
{
	struct term_pool *p = e->w->pool;
	unsigned bits = length_of(s->umax);
	if (s->umin == s->umax)
		return word_const(e->w, s->umin);
	if (!bits)
		return word_const(e->w, 0);
	term t = fresh_bits(e, bits);
	uint64_t low = bits < 64 ? (1ull << bits) - 1 : ~0ull;
	if ((s->bits.mask & low) != low)
		t = term_or(p, word_const(e->w, s->bits.value), term_and(p, t, word_const(e->w, s->bits.mask)));
	assume_all(e, s, t);
	return t;
}

/* Signed and not large: a sum that does not wrap, which comparisons of pointers look for. */
static term offset_of(struct entry *e, const struct scalar *s)
{
	struct term_pool *p = e->w->pool;
	uint64_t width = (uint64_t)s->smax - (uint64_t)s->smin;
	if (s->smin > s->smax || width >> 31)
		return number_of(e, s);
	if (!width)
		return word_const(e->w, (uint64_t)s->smin);
	term t = term_add(p, word_const(e->w, (uint64_t)s->smin), fresh_bits(e, length_of(width)));
	assume_all(e, s, t);
	return t;
}

static struct value lost(struct entry *e)
{
	return value_pointer(e->w, LOST_REGION, fresh(e));
}

/* One element of a map, whichever: two of them may be the same. */
static uint32_t element_region(struct entry *e, uint32_t number)
{
	struct world *w = e->w;
	const struct map *m = w->maps[number].def;
	term words[MAX_KEY / 8 + 2];
	size_t n = (map_index_size(m) + 7) / 8;
	for (size_t i = 0; i < n; i++) {
		unsigned left = map_index_size(m) - (unsigned)(8 * i);
		words[i] = fresh_bits(e, left < 8 ? 8 * left : 64);
	}
	if (n == 1 && maptype_rows[m->type].model == MAP_ARRAY)
		assume(e, term_ult(w->pool, words[0], map_entries(w, number)));
	if (map_has_generations(m))
		words[n++] = word_const(w, 0);
	return region_make(w, REGION_VALUE, number, tuple_make(w, words, n));
}

static uint32_t map_number(const struct entry *e, uint32_t object)
{
	return e->numbers && object < e->p->object->n_maps ? e->numbers[object] : object;
}

static bool follows_value(const struct entry *e, uint32_t number)
{
	const struct map *m = number < e->w->n_maps ? e->w->maps[number].def : NULL;
	if (!m || m->is_data)
		return m;
	return !m->is_inner && map_index_size(m) <= MAX_KEY && !(e->renews && map_has_generations(m));
}

bool entry_follows(const struct entry *e, const struct fact *f)
{
	switch (f->kind) {
	case KIND_STACK:
		return !e->at->deep && f->object == e->at->depth - 1;
	case KIND_CTX:
		return true;
	case KIND_PACKET:
		return f->object != NO_PACKET;
	case KIND_VALUE:
		return follows_value(e, map_number(e, f->object));
	case KIND_MAP:
		return map_number(e, f->object) < e->w->n_maps;
	case KIND_MEM:
		return !e->slices;
	case KIND_NONE:
	case KIND_NUMBER:
	case KIND_STALE:
	case KIND_MEM_RO:
	case KIND_KERNEL:
	case KIND_FUNC:
	case KIND_DYNPTR:
	case KIND_FLOW_KEYS:
	case KIND_COUNT:
		break;
	}
	return false;
}

static uint32_t memory_region(struct entry *e, uint32_t bytes)
{
	term record[2] = {fresh(e), fresh(e)}; /* its number, and its ring buffer */
	return region_make(e->w, REGION_MEM, bytes, tuple_make(e->w, record, 2));
}

uint32_t entry_region(struct entry *e, const struct fact *f, const struct state *s)
{
	struct world *w = e->w;
	uint32_t number = map_number(e, f->object);
	if (!entry_follows(e, f))
		return LOST_REGION;
	switch ((int)f->kind) {
	case KIND_STACK:
		return region_make(w, REGION_STACK, 0, 0);
	case KIND_CTX:
		return region_make(w, REGION_CTX, 0, 0);
	case KIND_PACKET:
		return region_make(w, REGION_PACKET, 0, tuple_make(w, &s->counters[COUNT_EPOCH], 1));
	case KIND_VALUE:
		return w->maps[number].def->is_data ? region_make(w, REGION_DATA, number, 0) : element_region(e, number);
	case KIND_MAP:
		return region_make(w, REGION_MAP, number, 0);
	default:
		return memory_region(e, f->object);
	}
}

static bool is_constant(const struct scalar *s, uint64_t v)
{
	return s->umin == s->umax && s->umin == v;
}

/* The offset of a pointer that is NULL is 0, whatever the fact says of others. */
static bool says_offset(const struct fact *f)
{
	return !f->maybe_null || is_constant(&f->value, 0);
}

static term packet_length(struct entry *e, const struct state *s)
{
	return term_sub(e->w->pool, s->counters[COUNT_DATA_END], s->counters[COUNT_DATA]);
}

term entry_number(struct entry *e, const struct fact *f, const struct state *s)
{
	if (f->kind == KIND_NUMBER)
		return number_of(e, &f->value);
	if (!entry_follows(e, f) || !says_offset(f))
		return fresh(e);
	term off = offset_of(e, &f->value);
	return f->from_end ? term_add(e->w->pool, off, packet_length(e, s)) : off;
}

static term origin_of(struct entry *e, const struct fact *f, const struct state *s)
{
	if (f->kind == KIND_STACK)
		return word_const(e->w, STACK_BYTES);
	return f->kind == KIND_PACKET ? s->counters[COUNT_DATA] : word_const(e->w, 0);
}

struct value entry_pointer(struct entry *e, const struct fact *f, const struct state *s, uint32_t region, term there, term at)
{
	struct term_pool *p = e->w->pool;
	if (says_offset(f))
		assume_all(e, &f->value, f->from_end ? term_sub(p, at, packet_length(e, s)) : at);
	return value_maybe(e->w, there, region, term_add(p, at, origin_of(e, f, s)));
}

/* What is told apart by other things than its kind is written here; its address is anything. */
struct value entry_value(struct entry *e, const struct fact *f, const struct state *s, term at)
{
	struct world *w = e->w;
	if (f->kind == KIND_NUMBER) {
		if (at)
			assume_all(e, &f->value, at);
		term t = at ? at : number_of(e, &f->value);
		return f->followable ? value_pointer(w, WORD_REGION, t) : value_number(w, t);
	}
	uint32_t region = entry_region(e, f, s);
	if (region == LOST_REGION)
		return at ? value_pointer(w, LOST_REGION, at) : lost(e);
	return entry_pointer(e, f, s, region, f->maybe_null ? fresh_flag(e) : term_true(w->pool), at ? at : entry_number(e, f, s));
}

/* Elements of a map may be told apart by more than their offset: only what is no such pointer is tied to another place.
 */
static bool is_tied(const struct fact *f, unsigned place)
{
	bool identity =
	    f->kind == KIND_VALUE || f->kind == KIND_MEM || f->kind == KIND_MEM_RO || f->kind == KIND_KERNEL;
	return f->same != place && f->kind != KIND_NONE && !identity && !f->maybe_null && !f->followable;
}

struct value entry_nothing(struct entry *e)
{
	struct value v = lost(e);
	v.init = fresh_flag(e);
	return v;
}

static struct value place_value(struct entry *e, unsigned place, const struct state *s)
{
	const struct fact *f = facts_place(e->at, place);
	if (e->made[place])
		return e->places[place];
	struct value v;
	if (f->kind == KIND_NONE) {
		v = entry_nothing(e);
	} else if (is_tied(f, place)) {
		struct value base = place_value(e, f->same, s);
		struct value by = value_number(e->w, word_const(e->w, (uint64_t)f->distance));
		v = value_add(e->w, s->guard, &base, &by);
	} else {
		v = entry_value(e, f, s, 0);
	}
	e->made[place] = true;
	e->places[place] = v;
	return v;
}

static bool byte_is(const uint64_t *bits, unsigned i)
{
	return bits[i / 64] >> (i % 64) & 1;
}

/* A word that is not written in full on every run: it may be a pointer on some, on others part of it unwritten. */
static void write_parts(struct entry *e, struct frame *f, unsigned word)
{
	struct value v = lost(e);
	term init[8];
	for (unsigned i = 0; i < 8; i++)
		init[i] = byte_is(e->at->written, 8 * word + i) ? term_true(e->w->pool) : fresh_flag(e);
	frame_spill(e->w, f, word, &v, init);
}

static void write_word(void *arg, unsigned word, struct frame *f)
{
	struct entry *e = arg;
	unsigned place = FACTS_STACK + word;
	unsigned bits = (unsigned)(e->at->written[word / 8] >> (word % 8 * 8) & 0xff);
	if (bits != 0xff) {
		write_parts(e, f, word);
		return;
	}
	struct value v = place_value(e, place, e->state);
	v.init = term_true(e->w->pool);
	frame_write(e->w, f, term_true(e->w->pool), word_const(e->w, 8 * word), 8, &v);
}

static void set_packet(struct entry *e, struct state *s)
{
	struct world *w = e->w;
	struct term_pool *p = w->pool;
	enum packet_kind kind = progtype_rows[w->type].packet;
	if (kind == PACKET_NONE)
		return;
	if (e->moves) {
		s->counters[COUNT_EPOCH] = fresh(e);
		s->counters[COUNT_DATA_END] = fresh_bits(e, LENGTH_BITS);
		if (kind == PACKET_SKB)
			s->counters[COUNT_TOTAL] = term_add(p, s->counters[COUNT_DATA_END], fresh_bits(e, LENGTH_BITS));
		if (progtype_has_metadata(w->type))
			s->counters[COUNT_DATA_META] = term_neg(p, fresh_bits(e, LENGTH_BITS));
	}
	term length = term_sub(p, s->counters[COUNT_DATA_END], s->counters[COUNT_DATA]);
	if (e->at->packet > 0)
		assume(e, term_ule(p, word_const(w, (uint64_t)e->at->packet), length));
}

struct state *entry_begin(struct entry *e)
{
	struct state *s = state_new(e->w);
	e->assumed = term_true(e->w->pool);
	set_packet(e, s);
	return s;
}

struct state *entry_make(struct entry *e)
{
	struct world *w = e->w;
	struct state *s = entry_begin(e);
	e->state = s;
	e->words = (struct frame_deferred){write_word, e};
	for (unsigned i = 0; i < 10; i++)
		s->regs[i] = place_value(e, i, s);
	for (unsigned i = 0; i < STACK_BYTES / 8; i++)
		frame_defer(w, s->frames[0], i, &e->words);
	return s;
}

static void write_live(void *arg, unsigned word, struct frame *f)
{
	struct entry *e = arg;
	struct value nothing = value_uninit(e->w);
	f->slots[word] = e->state->frames[0]->slots[word];
	for (unsigned i = 8 * word; i < 8 * word + 8; i++)
		if (!byte_is(e->live->stack, i))
			frame_write(e->w, f, term_true(e->w->pool), word_const(e->w, i), 1, &nothing);
}

struct state *entry_forget_dead(struct entry *e, const struct live_at *live)
{
	struct world *w = e->w;
	struct state *c = state_copy(w, e->state);
	e->live = live;
	e->live_words = (struct frame_deferred){write_live, e};
	struct value nothing = value_uninit(w);
	for (unsigned i = 0; i < 10; i++)
		if (!(live->regs & 1u << i))
			c->regs[i] = nothing;
	for (unsigned word = 0; word < STACK_BYTES / 8; word++) {
		unsigned bits = live->stack[word / 8] >> (word % 8 * 8) & 0xff;
		if (!bits)
			c->frames[0]->slots[word] = w->empty_frame->slots[word];
		else if (bits != 0xff)
			frame_defer(w, c->frames[0], word, &e->live_words);
	}
	return c;
}
