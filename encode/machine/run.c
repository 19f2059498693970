/* SPDX-License-Identifier: BSD-2-Clause */
/* What a run finds out: faults, what is not modelled, events. */
#include "encode/machine/world.h"

#include <stdlib.h>
#include <string.h>

#define FEW_UNKNOWNS 24 /* that a fault is held against one by one; the rest all at once */

struct run *run_new(struct world *w, const struct program *p, const uint32_t *map_numbers)
{
	struct run *r = world_checked(calloc(1, sizeof *r));
	r->world = w;
	r->guessed = term_false(w->pool);
	r->program = p;
	r->map_numbers = map_numbers;
	r->unroll = 1100; /* a little over what programs write as "at most 1000" and 1024 */
	return r;
}

void run_free(struct run *r)
{
	if (!r)
		return;
	free(r->faults);
	free(r->needs);
	free(r->unknowns);
	free(r->events);
	free(r);
}

/* Makes room for one more in an array that grows by doubling at powers of two. */
static void *grown(struct run *r, void *array, size_t n, size_t size)
{
	return (n & (n - 1)) == 0 ? world_grow(r->world, array, 2 * (n ? n : 1), size) : array;
}

static term without(struct term_pool *p, term guard, term unknown)
{
	return term_is_false(p, term_and(p, guard, unknown)) ? guard : term_and(p, guard, term_not(p, unknown));
}

/* The path went on with whatever after it met what is not modelled: a fault that shows only then says nothing. */
static term unless_unknown(const struct run *r, term guard)
{
	struct term_pool *p = r->world->pool;
	for (size_t i = 0; i < r->n_unknowns && i < FEW_UNKNOWNS; i++)
		guard = without(p, guard, r->unknowns[i].guard);
	return r->n_unknowns > FEW_UNKNOWNS ? without(p, guard, r->more_unknowns) : guard;
}

void run_fault(struct run *r, const struct state *s, enum fault kind, term cond)
{
	struct term_pool *p = r->world->pool;
	if (term_is_false(p, cond) || guard_implies(r->world, s->guard, term_not(p, cond)))
		return;
	term guard = unless_unknown(r, term_and(p, s->guard, cond));
	if (term_is_false(p, guard))
		return;
	r->faults = grown(r, r->faults, r->n_faults, sizeof *r->faults);
	r->faults[r->n_faults++] = (struct fault_record){guard, kind, r->slot};
}

#define FRESH_SOME (1ull << 32) /* the indices below are those of comparisons */

term run_fresh(struct run *r, unsigned width)
{
	term word = world_input1(r->world, IN_SOME, word_const(r->world, FRESH_SOME + r->fresh++));
	return term_resize(r->world->pool, word, width);
}

void run_need(struct run *r, const struct state *s, term missing)
{
	if (term_is_false(r->world->pool, s->guard))
		return;
	r->needs = grown(r, r->needs, r->n_needs, sizeof *r->needs);
	r->needs[r->n_needs++] = (struct need){s->guard, missing};
	run_fault(r, s, FAULT_UNRESOLVED, missing);
}

void run_unknown(struct run *r, const struct state *s, enum reason reason, const char *what)
{
	if (term_is_false(r->world->pool, s->guard))
		return;
	r->unknowns = grown(r, r->unknowns, r->n_unknowns, sizeof *r->unknowns);
	struct unknown_record *u = &r->unknowns[r->n_unknowns++];
	*u = (struct unknown_record){.guard = s->guard, .reason = reason, .slot = r->slot};
	if (r->n_unknowns > FEW_UNKNOWNS)
		r->more_unknowns = r->more_unknowns ? term_or(r->world->pool, r->more_unknowns, s->guard) : s->guard;
	snprintf(u->what, sizeof u->what, "%s", what);
}

struct event *run_event(struct run *r, const struct state *s, uint32_t kind)
{
	r->events = grown(r, r->events, r->n_events, sizeof *r->events);
	struct event *e = &r->events[r->n_events++];
	*e = (struct event){.guard = s->guard, .kind = kind, .slot = r->slot};
	return e;
}

const struct view *event_view(const struct event *e, size_t i)
{
	for (size_t k = 0; k < e->n_views; k++)
		if (i >= e->views[k].at && i < e->views[k].at + e->views[k].n)
			return &e->views[k];
	return NULL;
}

term event_byte(struct world *w, const struct event *e, size_t i)
{
	const struct view *v = e->bytes[i] ? NULL : event_view(e, i);
	if (v)
		e->bytes[i] = mem_read_byte(w, v->from, v->key, term_add(w->pool, v->off, word_const(w, i - v->at)));
	return e->bytes[i];
}

term run_any_fault(struct run *r)
{
	term t = term_false(r->world->pool);
	for (size_t i = 0; i < r->n_faults; i++)
		t = term_or(r->world->pool, t, r->faults[i].guard);
	return t;
}

term run_any_unknown(struct run *r)
{
	term t = term_false(r->world->pool);
	for (size_t i = 0; i < r->n_unknowns; i++)
		t = term_or(r->world->pool, t, r->unknowns[i].guard);
	return t;
}
