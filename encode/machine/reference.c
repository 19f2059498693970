/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * References: ring buffer records and acquired kernel objects. SPACE_MEM_STATE
 * says of each whether it is live, COUNT_REFERENCES how many are open; a path
 * that exits with some open leaks.
 */
#include "encode/machine/world.h"

/* Marks the position of a kernel object that has to be given back; records have a map's number there. */
#define ACQUIRED ~0ull

tuple reference_key(struct world *w, term pos)
{
	return tuple_make(w, (term[]){pos, word_const(w, ACQUIRED)}, 2);
}

bool reference_is(const struct world *w, const struct region *g)
{
	size_t n;
	tuple_words(w, g->key, &n);
	return g->kind == REGION_MEM || (g->kind == REGION_KERNEL && n == 2);
}

term reference_is_live(struct world *w, const struct state *s, const struct region *g)
{
	if (!reference_is(w, g))
		return term_true(w->pool);
	return mem_read_byte(w, s->mems[SPACE_MEM_STATE], g->key, word_const(w, 0));
}

struct value reference_acquire(struct run *r, struct state *s, term there, uint32_t region)
{
	struct world *w = r->world;
	term *open = &s->counters[COUNT_REFERENCES];
	*open = term_add(w->pool, *open, term_zext(w->pool, there, 64));
	return value_maybe(w, there, region, word_const(w, 0));
}

term reference_give(struct run *r, struct state *s, const struct value *v)
{
	struct world *w = r->world;
	struct term_pool *p = w->pool;
	term given = term_false(p), bad = term_false(p);
	for (uint32_t i = 0; i < v->n; i++) {
		const struct alt *a = &v->alts[i];
		struct region g = *region_at(w, a->region);
		if (reference_is(w, &g)) {
			mem *live = &s->mems[SPACE_MEM_STATE];
			*live = mem_choose(w, a->guard, mem_store_word(w, *live, g.key, term_false(p)), *live);
			given = term_or(p, given, a->guard);
			bad = term_or(p, bad, term_and(p, a->guard, term_ne(p, a->off, word_const(w, 0))));
		} else if (g.kind != REGION_NONE) {
			bad = term_or(p, bad, a->guard);
		}
	}
	run_fault(r, s, FAULT_HELPER_ARG, bad);
	term *open = &s->counters[COUNT_REFERENCES];
	*open = term_sub(p, *open, term_zext(p, given, 64));
	return given;
}

void reference_release_some(struct run *r, struct state *s, const struct value *v)
{
	struct world *w = r->world;
	for (uint32_t i = 0; i < v->n; i++) {
		struct region g = *region_at(w, v->alts[i].region);
		mem *live = &s->mems[SPACE_MEM_STATE];
		*live = mem_choose(w, v->alts[i].guard, mem_store_word(w, *live, g.key, term_false(w->pool)), *live);
	}
	term *open = &s->counters[COUNT_REFERENCES];
	*open = term_sub(w->pool, *open, word_const(w, 1));
}

void reference_release(struct run *r, struct state *s, enum region_kind kind, const struct value *v)
{
	struct world *w = r->world;
	struct term_pool *p = w->pool;
	term matched = term_false(p);
	for (uint32_t i = 0; i < v->n; i++) {
		const struct alt *a = &v->alts[i];
		struct region g = *region_at(w, a->region);
		struct state under = *s;
		under.guard = term_and(p, s->guard, a->guard);
		if (g.kind != kind || !reference_is(w, &g) || term_is_false(p, under.guard))
			continue;
		matched = term_or(p, matched, term_and(p, a->guard, term_eq(p, a->off, word_const(w, 0))));
		run_fault(r, &under, FAULT_RELEASED, term_not(p, reference_is_live(w, s, &g)));
		mem *live = &s->mems[SPACE_MEM_STATE];
		*live = mem_choose(w, a->guard, mem_store_word(w, *live, g.key, term_false(p)), *live);
	}
	run_fault(r, s, FAULT_HELPER_ARG, term_not(p, matched));
	term *open = &s->counters[COUNT_REFERENCES];
	*open = term_sub(p, *open, word_const(w, 1));
}
