/* SPDX-License-Identifier: BSD-2-Clause */
/* A table of inputs, and a random walk over such tables. */
#include "checker/cut/sample.h"
#include "tables.h"
#include "encode/solver/fault.h"

#include <stdlib.h>
#include <string.h>

static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

static uint64_t hash_input(uint32_t fn, const uint64_t *args, size_t n)
{
	uint64_t h = mix(fn + 0x9e3779b97f4a7c15ull);
	for (size_t i = 0; i < n; i++)
		h = mix(h + args[i] + 0x9e3779b97f4a7c15ull);
	return h ? h : 1;
}

void sample_init(struct sample *s, uint64_t seed)
{
	*s = (struct sample){.seed = seed, .cap = 64};
	s->keys = fault_calloc(s->cap, sizeof *s->keys);
	s->values = fault_calloc(s->cap, sizeof *s->values);
}

void sample_release(struct sample *s)
{
	free(s->keys);
	free(s->values);
	*s = (struct sample){0};
}

static size_t slot_of(const struct sample *s, uint64_t key)
{
	size_t i = (size_t)key & (s->cap - 1);
	while (s->keys[i] && s->keys[i] != key)
		i = (i + 1) & (s->cap - 1);
	return i;
}

static void set(struct sample *s, uint64_t key, uint64_t value)
{
	if (2 * s->n >= s->cap) {
		struct sample old = *s;
		s->cap *= 2;
		s->keys = fault_calloc(s->cap, sizeof *s->keys);
		s->values = fault_calloc(s->cap, sizeof *s->values);
		for (size_t i = 0; i < old.cap; i++)
			if (old.keys[i]) {
				size_t at = slot_of(s, old.keys[i]);
				s->keys[at] = old.keys[i];
				s->values[at] = old.values[i];
			}
		free(old.keys);
		free(old.values);
	}
	size_t at = slot_of(s, key);
	s->n += !s->keys[at];
	s->keys[at] = key;
	s->values[at] = value;
}

static uint64_t in_bounds(uint32_t fn, unsigned width, uint64_t v)
{
	uint64_t lo = input_rows[fn].lo, hi = input_rows[fn].hi, span = hi - lo;
	if (span != ~0ull && (v < lo || v > hi))
		v = lo + v % (span + 1);
	return width < 64 ? v & ((1ull << width) - 1) : v;
}

static uint64_t leaf(void *arg, uint32_t fn, unsigned width, const uint64_t *args, size_t n)
{
	const struct sample *s = arg;
	uint64_t key = hash_input(fn, args, n);
	size_t at = slot_of(s, key);
	return s->keys[at] ? s->values[at] : in_bounds(fn, width, mix(key + s->seed));
}

struct term_eval *sample_eval(struct sample *s, const struct term_pool *p)
{
	return term_new_eval(p, leaf, s);
}

static uint64_t key_of(struct term_eval *e, const struct term_pool *p, term t)
{
	uint64_t args[255];
	size_t n = term_arity(p, t);
	for (size_t i = 0; i < n; i++)
		args[i] = term_eval(e, term_arg(p, t, i));
	return hash_input(term_fn(p, t), args, n);
}

void sample_take_model(struct sample *s, const struct term_pool *p, const struct solver_model *m)
{
	/* arguments have lower ids than what they are arguments of, and leaves come in order of ids */
	for (size_t i = 0; i < m->n; i++) {
		struct term_eval *e = sample_eval(s, p);
		set(s, key_of(e, p, m->leaves[i]), m->values[i]);
		term_free_eval(e);
	}
}

static uint64_t next(uint64_t *state)
{
	return mix(*state += 0x9e3779b97f4a7c15ull);
}

/* Another value for an input: near the one it has, small, or anything. */
static uint64_t other_value(uint64_t r, uint64_t now)
{
	switch (r % 8) {
	case 0:
	case 1:
		return now + 1;
	case 2:
		return now - 1;
	case 3:
		return now ^ 1ull << (r >> 8) % 64;
	case 4:
	case 5:
		return mix(r) % 16;
	default:
		return mix(r);
	}
}

void sample_wander(struct sample *s, const struct term_pool *p, term given, const term *roots, size_t n, unsigned steps,
		   sample_visitor visit, void *arg)
{
	term *leaves;
	size_t n_leaves = term_leaves(p, roots, n, &leaves);
	struct term_eval *e = sample_eval(s, p);
	uint64_t draw = s->seed;
	for (unsigned i = 0; n_leaves && i < steps; i++) {
		uint64_t r = next(&draw);
		term t = leaves[r % n_leaves];
		uint64_t key = key_of(e, p, t), now = term_eval(e, t);
		set(s, key, in_bounds(term_fn(p, t), term_width(p, t), other_value(next(&draw), now)));
		struct term_eval *moved = sample_eval(s, p);
		if (term_eval(moved, given)) {
			term_free_eval(e);
			e = moved;
			if (!visit(arg, e))
				break;
		} else {
			term_free_eval(moved);
			set(s, key, now);
		}
	}
	term_free_eval(e);
	free(leaves);
}
