/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Holds a backend's values against everything that was asserted. The values make
 * a table from (function, argument values) to value; terms are evaluated with
 * this table. Leaves enter it in order of id, after the leaves in their arguments.
 */
#include "model.h"

#include <stdlib.h>
#include <string.h>

#include "fault.h"
#include "query.h"

struct entry {
	uint32_t fn;
	unsigned width;
	size_t n;
	uint64_t *args; /* NULL: free slot */
	uint64_t value;
};

struct table {
	const struct term_pool *pool;
	struct entry *slots; /* open addressing */
	size_t capacity;
};

static void init(struct table *t, const struct query *q)
{
	t->pool = q->pool;
	t->capacity = 16;
	while (t->capacity < 2 * q->n_leaves)
		t->capacity *= 2;
	t->slots = fault_calloc(t->capacity, sizeof *t->slots);
}

static void release(struct table *t)
{
	for (size_t i = 0; i < t->capacity; i++)
		free(t->slots[i].args);
	free(t->slots);
}

static struct entry *find(const struct table *t, uint32_t fn, unsigned width, const uint64_t *args, size_t n)
{
	uint64_t hash = fn * 0x9e3779b97f4a7c15ull ^ width;
	for (size_t i = 0; i < n; i++)
		hash = (hash ^ args[i]) * 0x9e3779b97f4a7c15ull ^ hash >> 29;
	size_t slot = (size_t)(hash ^ hash >> 32) & (t->capacity - 1);
	for (;; slot = (slot + 1) & (t->capacity - 1)) {
		struct entry *e = &t->slots[slot];
		if (!e->args)
			return e;
		if (e->fn == fn && e->width == width && e->n == n && !memcmp(e->args, args, n * sizeof *args))
			return e;
	}
}

/* What the table does not hold no assertion depends on: any value that the bounds allow. */
static uint64_t look_up(void *arg, uint32_t fn, unsigned width, const uint64_t *args, size_t n)
{
	const struct table *t = arg;
	uint64_t lo = 0, hi;
	if (fn == QUERY_SHADOW)
		return args[0];
	const struct entry *e = find(t, fn, width, args, n);
	if (e->args)
		return e->value;
	return term_bound_of(t->pool, fn, &lo, &hi) ? lo : 0;
}

/* False: the function has another value for these arguments already. */
static bool enter(struct table *t, struct term_eval *eval, term leaf, uint64_t value)
{
	size_t n = term_arity(t->pool, leaf);
	uint64_t *args = fault_calloc(n, sizeof *args);
	for (size_t i = 0; i < n; i++)
		args[i] = term_eval(eval, term_arg(t->pool, leaf, i));
	struct entry *e = find(t, term_fn(t->pool, leaf), term_width(t->pool, leaf), args, n);
	if (!e->args) {
		*e = (struct entry){term_fn(t->pool, leaf), term_width(t->pool, leaf), n, args, value};
		return true;
	}
	free(args);
	return e->value == value;
}

/* The first term that does not hold, 0: all do. */
static term find_false(struct term_eval *eval, const term *asserts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (term_eval(eval, asserts[i]) != 1)
			return asserts[i];
	return 0;
}

/* The first leaf whose value contradicts another's, or term that does not hold, 0: it is a model. */
static term find_fault(const struct query *q, const uint64_t *values, const term *asserts, size_t n)
{
	struct table t;
	term bad = 0;
	init(&t, q);
	struct term_eval *eval = term_new_eval(q->pool, look_up, &t);
	for (size_t i = 0; i < q->n_leaves && !bad; i++)
		if (!query_is_shadow(q->pool, q->leaves[i]) && !enter(&t, eval, q->leaves[i], values[i]))
			bad = q->leaves[i];
	bad = bad ? bad : find_false(eval, q->asserts, q->n_asserts);
	bad = bad ? bad : find_false(eval, asserts, n);
	term_free_eval(eval);
	release(&t);
	return bad;
}

bool model_holds(const struct query *q, const uint64_t *values)
{
	for (size_t i = 0; i < q->n_leaves; i++)
		if (values[i] > range_max_of(term_width(q->pool, q->leaves[i])))
			return false;
	return !find_fault(q, values, NULL, 0);
}

void model_verify(const struct query *q, const uint64_t *values, const term *asserts, size_t n)
{
	term bad = find_fault(q, values, asserts, n);
	if (bad)
		FAULT_STOP("the model of query %s does not satisfy term %u, or gives one function two values there",
			   q->name, bad);
}

void model_fill(struct solver_model *m, const struct query *q, const uint64_t *values)
{
	*m = (struct solver_model){0};
	m->leaves = fault_calloc(q->n_leaves, sizeof *m->leaves);
	m->values = fault_calloc(q->n_leaves, sizeof *m->values);
	for (size_t i = 0; i < q->n_leaves; i++) {
		if (query_is_shadow(q->pool, q->leaves[i]))
			continue;
		m->leaves[m->n] = q->leaves[i];
		m->values[m->n++] = values[i];
	}
}
