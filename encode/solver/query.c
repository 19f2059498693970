/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes a query from asserted terms. Congruence is eager: W. Ackermann, "Solvable
 * Cases of the Decision Problem" (1954), one implication per pair of applications
 * whose arguments can be equal. Applications inside arguments take part even where
 * nothing asserted depends on them, so that a model is a function for the caller too.
 */
#include "query.h"
#include "clock.h"

#include <stdlib.h>
#include <string.h>

#include "cone.h"
#include "fault.h"

/* Applications of one function, chained from the newest. Two applications to
 * constants never meet: equal ones are one term. */
struct group {
	uint32_t fn;
	unsigned width;
	size_t arity;
	size_t constant, symbolic; /* link + 1, 0: none */
};

struct link {
	term t;
	size_t next; /* link + 1 */
};

struct builder {
	struct term_pool *pool;
	term *asserts;
	size_t n_asserts, cap_asserts;
	bool is_false;
	struct group *groups; /* open addressing, arity SIZE_MAX: free */
	size_t n_groups, cap_groups;
	struct link *links;
	size_t n_links, cap_links;
	struct query_limit limit;
	bool is_late;
	uint32_t pairs;
};

static void add_assert(struct builder *b, term t)
{
	if (term_width(b->pool, t) != 1)
		FAULT_STOP("asserted term %u is %u bits wide", t, term_width(b->pool, t));
	if (term_is_true(b->pool, t))
		return;
	if (term_is_false(b->pool, t))
		b->is_false = true;
	if (b->n_asserts == b->cap_asserts) {
		b->cap_asserts = b->cap_asserts ? 2 * b->cap_asserts : 16;
		b->asserts = fault_realloc(b->asserts, b->cap_asserts, sizeof *b->asserts);
	}
	b->asserts[b->n_asserts++] = t;
}

static struct group *find_group(struct group *groups, size_t capacity, uint32_t fn, size_t arity, unsigned width)
{
	size_t i = (fn * 0x9e3779b1u ^ arity * 0x85ebca6bu ^ width) & (capacity - 1);
	while (groups[i].arity != SIZE_MAX &&
	       (groups[i].fn != fn || groups[i].arity != arity || groups[i].width != width))
		i = (i + 1) & (capacity - 1);
	return &groups[i];
}

static void grow_groups(struct builder *b)
{
	size_t capacity = b->cap_groups ? 2 * b->cap_groups : 32;
	struct group *groups = fault_calloc(capacity, sizeof *groups);
	for (size_t i = 0; i < capacity; i++)
		groups[i].arity = SIZE_MAX;
	for (size_t i = 0; i < b->cap_groups; i++) {
		const struct group *g = &b->groups[i];
		if (g->arity != SIZE_MAX)
			*find_group(groups, capacity, g->fn, g->arity, g->width) = *g;
	}
	free(b->groups);
	b->groups = groups;
	b->cap_groups = capacity;
}

static struct group *group_of(struct builder *b, term leaf)
{
	uint32_t fn = term_fn(b->pool, leaf);
	size_t arity = term_arity(b->pool, leaf);
	unsigned width = term_width(b->pool, leaf);
	if (2 * b->n_groups >= b->cap_groups)
		grow_groups(b);
	struct group *g = find_group(b->groups, b->cap_groups, fn, arity, width);
	if (g->arity == SIZE_MAX) {
		*g = (struct group){fn, width, arity, 0, 0};
		b->n_groups++;
	}
	return g;
}

static bool has_constant_args(const struct term_pool *pool, term leaf)
{
	for (size_t i = 0; i < term_arity(pool, leaf); i++)
		if (!term_is_const(pool, term_arg(pool, leaf, i), NULL))
			return false;
	return true;
}

/* By facts alone, so that most pairs cost no term. */
static bool must_differ(const struct term_pool *pool, term a, term b)
{
	struct tnum s = term_tnum(pool, a), t = term_tnum(pool, b);
	return ((s.value ^ t.value) & ~s.mask & ~t.mask) || range_disjoint(term_range(pool, a), term_range(pool, b));
}

/* Arguments are compared as numbers, as term_eval does, whatever their widths. */
static term equal_numbers(struct term_pool *pool, term a, term b)
{
	unsigned v = term_width(pool, a), w = term_width(pool, b), wide = v > w ? v : w;
	return term_eq(pool, term_zext(pool, a, wide), term_zext(pool, b, wide));
}

/* Asserts that f(x) = f(y) where x = y. */
static void add_congruence(struct builder *b, term f, term g)
{
	size_t n = term_arity(b->pool, f);
	for (size_t i = 0; i < n; i++)
		if (must_differ(b->pool, term_arg(b->pool, f, i), term_arg(b->pool, g, i)))
			return;
	term same = term_true(b->pool);
	for (size_t i = 0; i < n && !term_is_false(b->pool, same); i++) {
		term equal = equal_numbers(b->pool, term_arg(b->pool, f, i), term_arg(b->pool, g, i));
		same = term_and(b->pool, same, equal);
	}
	if (!term_is_false(b->pool, same))
		add_assert(b, term_implies(b->pool, same, term_eq(b->pool, f, g)));
}

static void add_bounds(struct builder *b, term leaf)
{
	uint64_t lo, hi;
	unsigned width = term_width(b->pool, leaf);
	if (!term_bound_of(b->pool, term_fn(b->pool, leaf), &lo, &hi) || (lo == 0 && hi >= range_max_of(width)))
		return;
	term shadow = term_apply(b->pool, QUERY_SHADOW, width, &leaf, 1);
	add_assert(b, term_eq(b->pool, shadow, leaf));
	add_assert(b, term_ule(b->pool, term_const(b->pool, width, lo), shadow));
	add_assert(b, term_ule(b->pool, shadow, term_const(b->pool, width, hi)));
}

/* Pairs are many: the square of the applications. */
static bool may_go_on(struct builder *b)
{
	b->pairs++;
	if (!(b->pairs & 1023) && b->limit.end_ns && clock_now_ns() > b->limit.end_ns)
		b->is_late = true;
	b->is_late |= b->pairs == b->limit.pairs;
	return !b->is_late && !b->is_false;
}

static void pair_with_chain(struct builder *b, term leaf, size_t chain)
{
	for (size_t i = chain; i && may_go_on(b); i = b->links[i - 1].next)
		add_congruence(b, leaf, b->links[i - 1].t);
}

static void add_leaf(struct builder *b, term leaf)
{
	if (query_is_shadow(b->pool, leaf))
		return;
	add_bounds(b, leaf);
	bool constant = has_constant_args(b->pool, leaf);
	struct group *g = group_of(b, leaf);
	pair_with_chain(b, leaf, g->symbolic);
	if (!constant)
		pair_with_chain(b, leaf, g->constant);
	if (b->n_links == b->cap_links) {
		b->cap_links = b->cap_links ? 2 * b->cap_links : 32;
		b->links = fault_realloc(b->links, b->cap_links, sizeof *b->links);
	}
	size_t *chain = constant ? &g->constant : &g->symbolic;
	b->links[b->n_links++] = (struct link){leaf, *chain};
	*chain = b->n_links;
}

/* What is asserted brings in applications, and they assert more: to a fixpoint. */
static void add_consequences(struct builder *b)
{
	struct cone cone;
	cone_init(&cone, b->pool, true);
	size_t done = 0;
	while (done < b->n_asserts && may_go_on(b)) {
		size_t from = done, reached = cone.n;
		done = b->n_asserts;
		cone_extend(&cone, b->asserts + from, done - from);
		for (size_t i = reached; i < cone.n && may_go_on(b); i++)
			if (term_kind(b->pool, cone.terms[i]) == TERM_APPLY)
				add_leaf(b, cone.terms[i]);
	}
	cone_release(&cone);
}

/* In ascending order of id: a leaf comes after the leaves in its arguments. */
static void collect_leaves(struct query *q)
{
	struct cone cone;
	cone_init(&cone, q->pool, false);
	cone_extend(&cone, q->asserts, q->n_asserts);
	q->leaves = fault_calloc(cone.n, sizeof *q->leaves);
	for (size_t i = cone.n; i-- > 0;)
		if (term_kind(q->pool, cone.terms[i]) == TERM_APPLY)
			q->leaves[q->n_leaves++] = cone.terms[i];
	cone_release(&cone);
}

enum query_state query_build(struct query *q, struct term_pool *pool, const char *name, const term *asserts, size_t n,
			     struct query_limit *limit)
{
	struct builder b = {.pool = pool, .limit = *limit};
	for (size_t i = 0; i < n && !b.is_false; i++)
		add_assert(&b, asserts[i]);
	add_consequences(&b);
	*q = (struct query){.pool = pool, .name = name, .asserts = b.asserts, .n_asserts = b.n_asserts};
	free(b.groups);
	free(b.links);
	if (b.is_false)
		return QUERY_FALSE;
	limit->pairs = b.pairs;
	if (b.is_late)
		return QUERY_LATE;
	if (!q->n_asserts)
		return QUERY_TRUE;
	collect_leaves(q);
	return QUERY_OPEN;
}

void query_release(struct query *q)
{
	free(q->asserts);
	free(q->leaves);
}

bool query_is_shadow(const struct term_pool *pool, term leaf)
{
	return term_fn(pool, leaf) == QUERY_SHADOW;
}
