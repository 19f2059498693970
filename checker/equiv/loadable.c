/* SPDX-License-Identifier: BSD-2-Clause */
#include "checker/equiv/loadable.h"

#include <stdlib.h>

enum { QUERY_MS = 500 };

struct walk {
	struct term_pool *pool;
	bool *seen; /* by term */
	term *stack;
	size_t n;
	const struct input *in;
	term same; /* what is known at load is as in the input */
};

static void push(struct walk *k, term t)
{
	if (k->seen[t])
		return;
	k->seen[t] = true;
	k->stack[k->n++] = t;
}

/* What the kernel knows when it loads a program: its types, and the values that are set before. */
static bool is_known_at_load(uint32_t fn)
{
	return fn == IN_CORE || fn == IN_EXTERN || fn == IN_DATA;
}

/* False if it is not known which value that is. */
static bool fix_leaf(struct walk *k, term leaf)
{
	uint64_t args[2];
	size_t n = term_arity(k->pool, leaf);
	for (size_t i = 0; i < n; i++)
		if (n > 2 || !term_is_const(k->pool, term_arg(k->pool, leaf, i), &args[i]))
			return false;
	uint64_t v = input_get(k->in, (enum input_fn)term_fn(k->pool, leaf), args, n);
	k->same = term_and(k->pool, k->same, term_eq(k->pool, leaf, term_const(k->pool, term_width(k->pool, leaf), v)));
	return true;
}

/* What the condition says of types and settings, as the input has them. What lies in memory is data wherever it lies:
 * the kernel doesn't know it, so it must expect a way that some data lead. False if there is more to it. */
static bool fix_layout(struct term_pool *p, term condition, const struct input *in, term *same)
{
	size_t n = term_count(p) + 1;
	struct walk k = {p, calloc(n, sizeof *k.seen), malloc(n * sizeof *k.stack), 0, in, term_true(p)};
	bool ok = true;
	if (!k.seen || !k.stack)
		abort();
	push(&k, condition);
	while (k.n && ok) {
		term t = k.stack[--k.n];
		bool is_leaf = term_kind(p, t) == TERM_APPLY;
		if (is_leaf && is_known_at_load(term_fn(p, t)))
			ok = fix_leaf(&k, t);
		for (size_t i = 0; !is_leaf && i < term_arity(p, t); i++)
			push(&k, term_arg(p, t, i));
	}
	free(k.seen);
	free(k.stack);
	*same = k.same;
	return ok;
}

static uint64_t leaf_value(void *arg, uint32_t fn, unsigned width, const uint64_t *args, size_t n)
{
	(void)width;
	return input_get(arg, (enum input_fn)fn, args, n);
}

static bool holds(const struct term_pool *p, term t, const struct input *in)
{
	struct term_eval *e = term_new_eval(p, leaf_value, (void *)(uintptr_t)in);
	bool v = term_eval(e, t);
	term_free_eval(e);
	return v;
}

term loadable_learn(const struct run *r, struct solver *solver, const struct input *in)
{
	struct term_pool *p = r->world->pool;
	term same, learnt = term_true(p);
	unsigned full = solver_set_query_ms(solver, QUERY_MS);
	for (size_t i = 0; i < r->n_needs; i++) {
		const struct need *d = &r->needs[i];
		if (!holds(p, d->missing, in) || !fix_layout(p, d->guard, in, &same))
			continue;
		term excluded = term_not(p, term_and(p, same, d->missing)), asserts[2] = {d->guard, same};
		if (term_and(p, learnt, excluded) != learnt &&
		    solver_check(solver, p, "loadable", asserts, 2, NULL, NULL) == SOLVER_SAT)
			learnt = term_and(p, learnt, excluded);
	}
	solver_set_query_ms(solver, full);
	return learnt;
}
