/* SPDX-License-Identifier: BSD-2-Clause */
/* Values and memories of two states compared, in full: what is not live is left to the caller. */
#include "checker/window/differ.h"

#include <stdlib.h>

/* Do they point into the same memory? Equal words don't say so: one may be a number that can't be followed. */
static term regions_differ(struct world *w, uint32_t a, uint32_t b)
{
	const struct region *x = region_at(w, a), *y = region_at(w, b);
	if (a == b)
		return term_false(w->pool);
	if (x->kind != y->kind || x->id != y->id)
		return term_true(w->pool);
	return term_not(w->pool, tuple_equal(w, x->key, y->key));
}

term differ_targets(struct world *w, const struct value *a, const struct value *b)
{
	struct term_pool *p = w->pool;
	struct alt none = {.guard = term_true(p)};
	uint32_t n = a->n ? a->n : 1, m = b->n ? b->n : 1;
	const struct alt *x = a->n ? a->alts : &none, *y = b->n ? b->alts : &none;
	term any = term_false(p);
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t j = 0; j < m; j++) {
			term both = term_and(p, x[i].guard, y[j].guard);
			any = term_or(p, any, term_and(p, both, regions_differ(w, x[i].region, y[j].region)));
		}
	return any;
}

term differ_values(struct world *w, const struct value *a, const struct value *b)
{
	struct term_pool *p = w->pool;
	if (value_same(a, b))
		return term_false(p);
	term words = term_ne(p, value_word(w, a), value_word(w, b));
	term other = term_or(p, words, differ_targets(w, a, b));
	return term_and(p, a->init, term_or(p, other, term_not(p, b->init)));
}

static bool byte_is(const uint64_t *bits, unsigned i)
{
	return bits[i / 64] >> (i % 64) & 1;
}

term differ_stacks(struct world *w, const struct frame *a, const struct frame *b, const uint64_t *live)
{
	term any = term_false(w->pool);
	for (unsigned word = 0; word < STACK_BYTES / 8; word++) {
		if (a->slots[word] == b->slots[word])
			continue;
		bool all = (live[word / 8] >> (word % 8 * 8) & 0xff) == 0xff;
		for (unsigned i = 8 * word; i < 8 * word + 8; i += all ? 8 : 1) {
			if (!all && !byte_is(live, i))
				continue;
			struct value x = frame_read(w, a, word_const(w, i), all ? 8 : 1);
			struct value y = frame_read(w, b, word_const(w, i), all ? 8 : 1);
			any = term_or(w->pool, any, differ_values(w, &x, &y));
		}
	}
	return any;
}

static term space_differs(struct world *w, const struct state *a, const struct state *b, unsigned space,
			  uint64_t *n_some)
{
	struct term_pool *p = w->pool;
	struct mem_index *at[2];
	size_t n[2] = {mem_writes(w, a->mems[space], &at[0]), mem_writes(w, b->mems[space], &at[1])};
	term any = term_false(p);
	for (unsigned side = 0; side < 2; side++) {
		for (size_t i = 0; i < n[side]; i++) {
			const struct mem_index *x = &at[side][i];
			term off = x->off, inside = term_true(p);
			if (x->to) { /* all bytes of a stretch: an arbitrary one */
				off = world_input1(w, IN_SOME, word_const(w, (*n_some)++));
				inside = term_and(p, term_sle(p, x->off, off), term_slt(p, off, x->to));
			}
			term here = term_ne(p, mem_read_byte(w, a->mems[space], x->key, off),
					    mem_read_byte(w, b->mems[space], x->key, off));
			any = term_or(p, any, term_and(p, inside, here));
		}
		free(at[side]);
	}
	return any;
}

term differ_memories(struct world *w, const struct state *a, const struct state *b, uint64_t *n_some)
{
	term any = term_false(w->pool);
	size_t spaces = SPACE_FIXED + w->n_maps * MAP_SPACES;
	for (unsigned space = 0; space < spaces; space++)
		if (a->mems[space] != b->mems[space])
			any = term_or(w->pool, any, space_differs(w, a, b, space, n_some));
	for (size_t i = 0; i < w->n_counters; i++)
		if (a->counters[i] != b->counters[i])
			any = term_or(w->pool, any, term_ne(w->pool, a->counters[i], b->counters[i]));
	return any;
}
