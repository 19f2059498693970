/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Event sequences compared. A run's events are listed in an order that every
 * path respects, each under its path condition; a path's sequence is the
 * sublist of those that happen on it. same(i, j) says that the sequences from
 * event i of the first and j of the second on are equal.
 */
#include "checker/equiv/compare.h"
#include "checker/exec/exec.h"

#include <stdlib.h>
#include <string.h>

#define PAIRS_MAX 20000 /* events of one run, beyond those that both begin with */

struct sequences {
	struct comparison *c;
	const struct event **a, **b;
	size_t n, m;
	bool surroundings; /* the state that a call may see must agree too */
	bool more_atomics; /* the second has other atomics than the first: some may be left out */
	term *memo;
};

static const struct event **events_of(const struct run *r, bool visible, size_t *n, size_t *atomics)
{
	const struct event **list = malloc((r->n_events + 1) * sizeof *list);
	if (!list)
		abort();
	*n = *atomics = 0;
	for (size_t i = 0; i < r->n_events; i++) {
		const struct event *e = &r->events[i];
		if (term_is_false(r->world->pool, e->guard) || (visible ? !e->visible : e->atomic))
			continue;
		*atomics += e->atomic;
		list[(*n)++] = e;
	}
	return list;
}

/* Was all the same that the kernel could see at the two calls? */
static term same_surroundings(struct comparison *c, const struct event *x, const struct event *y)
{
	struct claims claims = {0};
	struct comparison inner = *c;
	inner.a = x->sees;
	inner.b = y->sees;
	inner.claims = &claims;
	inner.n_some = c->n_some;
	if (x->sees_shared)
		compare_shared(&inner);
	else
		compare_states(&inner);
	c->n_some = inner.n_some;
	term same = term_true(c->pool);
	for (size_t i = 0; i < claims.n; i++)
		same = term_and(c->pool, same, term_not(c->pool, claims.at[i].differ));
	claims_release(&claims);
	return same;
}

static term byte_present(struct comparison *c, const struct event *e, size_t i)
{
	if (i >= e->n_bytes)
		return term_false(c->pool);
	return e->present ? e->present[i] : term_true(c->pool);
}

/* Views of one memory at one place need no look at it. */
static term same_byte(struct comparison *c, const struct event *x, const struct event *y, size_t i)
{
	const struct view *v = event_view(x, i), *u = event_view(y, i);
	if (v && u && v->at == u->at && v->from == u->from && v->key == u->key && v->off == u->off)
		return term_true(c->pool);
	return term_eq(c->pool, event_byte(c->world, x, i), event_byte(c->world, y, i));
}

static term same_event(struct comparison *c, const struct event *x, const struct event *y, bool surroundings)
{
	struct term_pool *p = c->pool;
	if (x->kind != y->kind || x->n_args != y->n_args || x->visible != y->visible)
		return term_false(p);
	term same = term_true(p);
	for (size_t i = 0; i < x->n_args; i++)
		same = term_and(p, same, term_eq(p, x->args[i], y->args[i]));
	for (size_t i = 0; i < x->n_bytes || i < y->n_bytes; i++) {
		term here = byte_present(c, x, i), there = byte_present(c, y, i);
		same = term_and(p, same, term_eq(p, here, there));
		if (i < x->n_bytes && i < y->n_bytes)
			same = term_and(p, same, term_implies(p, here, same_byte(c, x, y, i)));
	}
	if (surroundings && x->sees && y->sees)
		same = term_and(p, same, same_surroundings(c, x, y));
	return same;
}

static term same_from(struct sequences *s, size_t i, size_t j);

/* Both lists go on. */
static term same_both(struct sequences *s, size_t i, size_t j)
{
	struct term_pool *p = s->c->pool;
	const struct event *x = s->a[i], *y = s->b[j];
	if (y->atomic && x->kind != y->kind) /* an atomic more is allowed, where x happens */
		return term_ite(p, x->guard, same_from(s, i, j + 1), same_from(s, i + 1, j));
	term match = same_event(s->c, x, y, s->surroundings), skip = term_false(p);
	if (y->atomic && s->more_atomics)
		skip = same_from(s, i, j + 1);
	if (x->guard == y->guard) {
		term next = same_from(s, i + 1, j + 1);
		term both = term_or(p, term_and(p, match, next), skip);
		return term_ite(p, x->guard, both, next);
	}
	term both = term_or(p, term_and(p, match, same_from(s, i + 1, j + 1)), skip);
	term only_x = same_from(s, i, j + 1), no_x = same_from(s, i + 1, j);
	return term_ite(p, x->guard, term_ite(p, y->guard, both, only_x), no_x);
}

static term same_from(struct sequences *s, size_t i, size_t j)
{
	struct term_pool *p = s->c->pool;
	term *memo = &s->memo[i * (s->m + 1) + j];
	if (*memo)
		return *memo;
	term same;
	if (i == s->n && j == s->m)
		same = term_true(p);
	else if (i == s->n)
		same = term_and(p, s->b[j]->atomic ? term_true(p) : term_not(p, s->b[j]->guard), same_from(s, i, j + 1));
	else if (j == s->m)
		same = term_and(p, term_not(p, s->a[i]->guard), same_from(s, i + 1, j));
	else
		same = same_both(s, i, j);
	return *memo = same;
}

/* Events that are the same in both, in the same words: what follows decides alone. */
static size_t common_prefix(const struct sequences *s)
{
	size_t i = 0;
	while (i < s->n && i < s->m && s->a[i]->guard == s->b[i]->guard && term_tick(s->c->pool) &&
	       term_is_true(s->c->pool, same_event(s->c, s->a[i], s->b[i], s->surroundings)))
		i++;
	return i;
}

term compare_events(struct comparison *c, struct run *a, struct run *b, bool visible)
{
	struct sequences s = {.c = c, .surroundings = !visible};
	size_t atomics_a, atomics_b;
	s.a = events_of(a, visible, &s.n, &atomics_a);
	s.b = events_of(b, visible, &s.m, &atomics_b);
	s.more_atomics = atomics_a != atomics_b;
	size_t skip = s.more_atomics ? 0 : common_prefix(&s);
	s.a += skip;
	s.b += skip;
	s.n -= skip;
	s.m -= skip;
	s.memo = s.n < PAIRS_MAX && s.m < PAIRS_MAX ? calloc((s.n + 1) * (s.m + 1), sizeof *s.memo) : NULL;
	term same = term_false(c->pool);
	if (s.memo)
		same = same_from(&s, 0, 0);
	else
		term_give_up(c->pool, TERM_NO_MEMORY);
	free(s.memo);
	free(s.a - skip);
	free(s.b - skip);
	return same;
}

static term any_event(const struct run *r, uint32_t kind, uint32_t *slot)
{
	struct term_pool *p = r->world->pool;
	term any = term_false(p);
	for (size_t i = 0; i < r->n_events; i++) {
		const struct event *e = &r->events[i];
		if (e->atomic || e->kind != kind)
			continue;
		any = term_or(p, any, e->guard);
		*slot = e->slot;
	}
	return any;
}

/* The other program may do the same in both: what it returns may be what is returned, and nothing comes behind it. */
void compare_tail_calls(struct run *a, struct run *b)
{
	struct term_pool *p = a->world->pool;
	uint32_t slot = 0;
	term ends = term_ne(p, any_event(a, EXEC_EVENT_TAIL, &slot), any_event(b, EXEC_EVENT_TAIL, &slot));
	term returns = any_event(a, EVENT_TAIL_RETURNS, &slot), other = any_event(b, EVENT_TAIL_RETURNS, &slot);
	struct state under = {.guard = term_and(p, ends, term_or(p, returns, other))};
	b->slot = slot < b->program->n ? slot : 0;
	run_unknown(b, &under, REASON_HELPER, "a tail call that returns against one that does not");
}
