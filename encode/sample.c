/* SPDX-License-Identifier: BSD-2-Clause */
#include "encode/sample.h"

#include <stdlib.h>
#include <string.h>

#include "encode/solver/fault.h"

#define PALETTE_MAX 256
#define TABLE_MIN 256

/* Values of input functions on one input, by their arguments. */
struct entry {
	uint64_t hash, value;
	uint32_t first, n;  /* arguments, in the pile */
	uint32_t fn, width; /* width 0: free */
};

struct input_table {
	struct samples *samples;
	sample_value value;
	void *arg;
	term now;  /* the term that is evaluated */
	bool near; /* some values are others */
	uint64_t seed;
	struct entry *entries; /* open addressing, power of two */
	size_t capacity, n;
	uint64_t *pile;
	size_t n_pile, cap_pile;
};

static uint64_t mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15ull;
	return h ^ h >> 31;
}

/* Zeros, small numbers, few bits, numbers of the programs, anything. */
static uint64_t random_value(const struct samples *s, uint64_t h, unsigned style, unsigned width)
{
	switch (style % 7) {
	case 0:
		return h & mix(h, 1) & mix(h, 2);
	case 1:
		return h >> 32 & 3;
	case 2:
		return h & 1 ? ~0ull >> (h >> 58) : 0;
	case 3:
		return 1ull << (h >> 32) % width;
	case 4:
	case 5:
		return s->n_palette ? s->palette[(h >> 32) % s->n_palette] : h;
	default:
		return h;
	}
}

static uint64_t random_leaf(const struct input_table *t, uint64_t hash, uint32_t fn, unsigned width)
{
	uint64_t lo = 0, hi = range_max_of(width), h = mix(mix(t->seed, hash), 77);
	unsigned style = t->seed & 1 ? (unsigned)(h >> 40) : (unsigned)(t->seed >> 1);
	uint64_t v = random_value(t->samples, h, style, width) & hi;
	term_bound_of(t->samples->pool, fn, &lo, &hi);
	return v >= lo && v <= hi ? v : lo + (hi - lo == ~0ull ? v : v % (hi - lo + 1));
}

static struct entry *find_entry(const struct input_table *t, uint64_t hash, uint32_t fn, unsigned width,
				const uint64_t *args, size_t n)
{
	size_t i = (size_t)hash & (t->capacity - 1);
	for (;; i = (i + 1) & (t->capacity - 1)) {
		struct entry *e = &t->entries[i];
		if (!e->width || (e->hash == hash && e->fn == fn && e->width == width && e->n == n &&
				  (!n || !memcmp(t->pile + e->first, args, n * sizeof *args))))
			return e;
	}
}

static void grow_table(struct input_table *t)
{
	struct input_table old = *t;
	t->capacity = old.capacity ? 2 * old.capacity : TABLE_MIN;
	t->entries = fault_calloc(t->capacity, sizeof *t->entries);
	for (size_t i = 0; i < old.capacity; i++) {
		const struct entry *e = &old.entries[i];
		if (e->width)
			*find_entry(t, e->hash, e->fn, e->width, t->pile + e->first, e->n) = *e;
	}
	free(old.entries);
}

static uint32_t push_args(struct input_table *t, const uint64_t *args, size_t n)
{
	uint32_t first = (uint32_t)t->n_pile;
	if (t->n_pile + n > t->cap_pile) {
		t->cap_pile = 2 * (t->n_pile + n);
		t->pile = fault_realloc(t->pile, t->cap_pile, sizeof *t->pile);
	}
	if (n)
		memcpy(t->pile + first, args, n * sizeof *args);
	t->n_pile += n;
	return first;
}

static uint64_t leaf_value(void *arg, uint32_t fn, unsigned width, const uint64_t *args, size_t n)
{
	struct input_table *t = arg;
	uint64_t hash = mix(fn, width), value;
	for (size_t i = 0; i < n; i++)
		hash = mix(hash, args[i]);
	if (!t->value) /* a function of the hash alone */
		return random_leaf(t, hash, fn, width);
	if (2 * t->n >= t->capacity)
		grow_table(t);
	struct entry *e = find_entry(t, hash, fn, width, args, n);
	if (e->width)
		return e->value;
	bool other = t->near && !(mix(t->seed, hash) >> 20 & 15);
	if (other || !t->value(t->arg, t->now, &value))
		value = random_leaf(t, hash, fn, width);
	*e = (struct entry){hash, value, push_args(t, args, n), (uint32_t)n, fn, width};
	t->n++;
	return value;
}

static void add_value(struct samples *s, term t, uint64_t v)
{
	struct sample_row *r = &s->rows[t];
	if (!s->n)
		r->first = v;
	r->varies |= v != r->first;
	if (term_width(s->pool, t) == 1)
		v ^= r->first;
	r->signature = mix(r->signature, v);
}

bool samples_add(struct samples *s, sample_value value, void *arg, bool near)
{
	struct input_table t = {
	    .samples = s, .value = value, .arg = arg, .near = near, .seed = mix(0x5eed, s->n_tried++)};
	struct term_eval *e = term_new_eval(s->pool, leaf_value, &t);
	bool counts = true;
	for (size_t i = 0; i < s->n_cone && counts; i++) { /* arguments come first, so that `now` is right */
		t.now = s->cone[i];
		uint64_t v = term_eval(e, s->cone[i]);
		counts = s->cone[i] != s->condition || v;
	}
	for (size_t i = 0; i < s->n_cone && counts; i++)
		add_value(s, s->cone[i], term_eval(e, s->cone[i]));
	s->n += counts;
	term_free_eval(e);
	free(t.entries);
	free(t.pile);
	return counts;
}

static void mark_cone(struct samples *s, const term *roots, size_t n)
{
	for (size_t i = 0; i < n; i++)
		s->rows[roots[i]].used = true;
	for (term t = s->n_ids; t-- > 1;) { /* arguments have smaller ids */
		s->n_cone += s->rows[t].used;
		for (size_t k = 0; s->rows[t].used && k < term_arity(s->pool, t); k++)
			s->rows[term_arg(s->pool, t, k)].used = true;
	}
	s->cone = fault_calloc(s->n_cone, sizeof *s->cone);
	for (term t = 1, k = 0; t < s->n_ids; t++)
		if (s->rows[t].used)
			s->cone[k++] = t;
}

/* A number next to those that something is compared with, or a byte of it: only chance would find it. */
static void collect_palette(struct samples *s)
{
	s->palette = fault_calloc(PALETTE_MAX + 16, sizeof *s->palette);
	for (size_t i = 0; i < s->n_cone && s->n_palette < PALETTE_MAX; i++) {
		uint64_t v;
		term t = s->cone[i];
		enum term_kind kind = term_kind(s->pool, t);
		if (kind != TERM_EQ && kind != TERM_ULT && kind != TERM_SLT)
			continue;
		if (!term_is_const(s->pool, term_arg(s->pool, t, 0), &v) &&
		    !term_is_const(s->pool, term_arg(s->pool, t, 1), &v))
			continue;
		s->palette[s->n_palette++] = v;
		for (unsigned shift = 8; shift < 64 && v >> shift; shift += 8)
			s->palette[s->n_palette++] = v >> shift;
	}
}

void samples_init(struct samples *s, struct term_pool *p, const term *roots, size_t n)
{
	*s = (struct samples){.pool = p, .condition = roots[n - 1]};
	for (size_t i = 0; i < n; i++)
		s->n_ids = roots[i] >= s->n_ids ? roots[i] + 1 : s->n_ids;
	s->rows = fault_calloc(s->n_ids, sizeof *s->rows);
	mark_cone(s, roots, n);
	collect_palette(s);
}

void samples_release(struct samples *s)
{
	free(s->cone);
	free(s->rows);
	free(s->palette);
	*s = (struct samples){0};
}
