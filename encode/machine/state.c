/* SPDX-License-Identifier: BSD-2-Clause */
/* States: forking, merging at joins, counters. */
#include "encode/machine/world.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static size_t n_spaces(const struct world *w)
{
	return SPACE_FIXED + w->n_maps * MAP_SPACES;
}

/* Helper counters are numbered as they come up; states made earlier are short of them. */
#define COUNTER_ROOM 64
#define HELPERS 4096 /* more than there are ids */

struct state *state_new(struct world *w)
{
	struct state *s = world_alloc(w, sizeof *s);
	struct term_pool *p = w->pool;
	s->guard = term_true(p);
	for (int i = 0; i < 11; i++)
		s->regs[i] = value_uninit(w);
	s->regs[1] = value_pointer(w, region_make(w, REGION_CTX, 0, 0), word_const(w, 0));
	s->regs[10] = value_pointer(w, region_make(w, REGION_STACK, 0, 0), word_const(w, STACK_BYTES));
	s->frames[0] = frame_new(w);
	s->depth = 1;
	size_t n = COUNT_FIXED + MAP_COUNTERS * w->n_maps + COUNTER_ROOM;
	s->counters = world_alloc(w, n * sizeof *s->counters);
	term zero = word_const(w, 0);
	for (size_t i = 0; i < n; i++)
		s->counters[i] = zero;
	enum packet_kind kind = progtype_rows[w->type].packet;
	if (kind != PACKET_NONE) {
		term len = term_zext(p, world_input(w, IN_PKT_LEN, NULL, 0), 64), most = word_const(w, BUFFER_MAX);
		s->counters[COUNT_DATA_END] = kind == PACKET_BUFFER ? term_ite(p, term_ult(p, len, most), len, most) : len;
		if (kind == PACKET_SKB)
			s->counters[COUNT_TOTAL] = term_add(p, s->counters[COUNT_DATA_END],
			                                    term_zext(p, world_input(w, IN_PKT_EXTRA, NULL, 0), 64));
		if (progtype_has_metadata(w->type)) {
			term meta = term_and(p, world_input(w, IN_META_LEN, NULL, 0), term_const(p, 32, METADATA_MASK));
			s->counters[COUNT_DATA_META] = term_neg(p, term_zext(p, meta, 64));
		}
	}
	s->mems = world_alloc(w, n_spaces(w) * sizeof *s->mems);
	for (unsigned i = 0; i < n_spaces(w); i++)
		s->mems[i] = mem_initial(w, i);
	return s;
}

struct state *state_copy(struct world *w, const struct state *s)
{
	struct state *c = world_alloc(w, sizeof *c);
	*c = *s;
	for (unsigned i = 0; i < s->depth; i++)
		c->frames[i] = frame_copy(w, s->frames[i]);
	size_t n = COUNT_FIXED + MAP_COUNTERS * w->n_maps + COUNTER_ROOM;
	c->counters = world_alloc(w, n * sizeof *c->counters);
	memcpy(c->counters, s->counters, n * sizeof *c->counters);
	c->mems = world_alloc(w, n_spaces(w) * sizeof *c->mems);
	memcpy(c->mems, s->mems, n_spaces(w) * sizeof *c->mems);
	return c;
}

/* The conjuncts of a truth value, at most `cap` of them; the last holds the rest. */
static size_t conjuncts(struct term_pool *p, term t, term *out, size_t cap)
{
	size_t n = 0, top = 0;
	term stack[256];
	stack[top++] = t;
	while (top > 0) {
		term x = stack[--top];
		if (term_kind(p, x) == TERM_AND && n + top + 2 <= cap && top + 2 <= 256) {
			stack[top++] = term_arg(p, x, 1);
			stack[top++] = term_arg(p, x, 0);
		} else {
			out[n++] = x;
		}
	}
	return n;
}

static int compare_terms(const void *a, const void *b)
{
	term x = *(const term *)a, y = *(const term *)b;
	return x < y ? -1 : x > y;
}

void guard_split(struct world *w, term a, term b, term *common, term *only_a, term *only_b)
{
	enum { CAP = 250 };
	term x[CAP], y[CAP];
	struct term_pool *p = w->pool;
	size_t n = conjuncts(p, a, x, CAP), m = conjuncts(p, b, y, CAP), i = 0, j = 0;
	qsort(x, n, sizeof *x, compare_terms);
	qsort(y, m, sizeof *y, compare_terms);
	*common = *only_a = *only_b = term_true(p);
	while (i < n || j < m) {
		if (i < n && j < m && x[i] == y[j]) {
			*common = term_and(p, *common, x[i]);
			i++, j++;
		} else if (j == m || (i < n && x[i] < y[j])) {
			*only_a = term_and(p, *only_a, x[i++]);
		} else {
			*only_b = term_and(p, *only_b, y[j++]);
		}
	}
}

static size_t conjunct_count(struct term_pool *p, term t)
{
	term out[64];
	return conjuncts(p, t, out, 64);
}

struct state *state_merge(struct world *w, struct state *a, struct state *b)
{
	struct term_pool *p = w->pool;
	assert(a->depth == b->depth);
	term common, only_a, only_b;
	guard_split(w, a->guard, b->guard, &common, &only_a, &only_b);
	/* Under the merged path condition only_a and not only_b say the same; the shorter makes the better choice. */
	term c = conjunct_count(p, only_b) < conjunct_count(p, only_a) ? term_not(p, only_b) : only_a;
	for (int i = 0; i < 11; i++)
		a->regs[i] = value_ite(w, c, &a->regs[i], &b->regs[i]);
	for (unsigned i = 0; i < a->depth; i++)
		a->frames[i] = frame_merge(w, c, a->frames[i], b->frames[i]);
	for (unsigned i = 0; i + 1 < a->depth; i++)
		for (int k = 0; k < 5; k++)
			a->saved[i][k] = value_ite(w, c, &a->saved[i][k], &b->saved[i][k]);
	size_t n = COUNT_FIXED + MAP_COUNTERS * w->n_maps + COUNTER_ROOM;
	for (size_t i = 0; i < n; i++)
		if (a->counters[i] != b->counters[i])
			a->counters[i] = term_ite(p, c, a->counters[i], b->counters[i]);
	for (unsigned i = 0; i < n_spaces(w); i++)
		a->mems[i] = mem_choose(w, c, a->mems[i], b->mems[i]);
	a->guard = term_and(p, common, term_or(p, only_a, only_b));
	return a;
}

term *state_counter(struct world *w, struct state *s, unsigned counter)
{
	assert(counter < COUNT_FIXED + MAP_COUNTERS * w->n_maps + COUNTER_ROOM);
	return &s->counters[counter];
}

unsigned counter_of_helper(struct world *w, uint32_t helper)
{
	assert(helper < HELPERS);
	if (!w->helper_counter)
		w->helper_counter = world_alloc(w, HELPERS * sizeof *w->helper_counter);
	if (!w->helper_counter[helper]) {
		assert(w->n_counters < COUNT_FIXED + MAP_COUNTERS * w->n_maps + COUNTER_ROOM);
		w->helper_counter[helper] = (uint32_t)w->n_counters++;
	}
	return w->helper_counter[helper];
}

unsigned counter_of_map(struct world *w, uint32_t number, unsigned which)
{
	(void)w;
	return (unsigned)COUNT_FIXED + MAP_COUNTERS * number + which;
}

term state_count(struct world *w, struct state *s, unsigned counter)
{
	term *c = state_counter(w, s, counter), now = *c;
	*c = term_add(w->pool, now, word_const(w, 1));
	return now;
}
