/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Addresses are inputs; the bounds of input.def keep different kinds of memory
 * apart, this file different pieces of one kind. Nothing is said of map values
 * that were made during the run (a later one may take the place of an earlier
 * one), nor of kernel objects (two lookups may find the same one).
 */
#include "checker/equiv/address.h"

#include <stdlib.h>

#define MAX_PIECES 64

struct piece {
	term at;
	enum input_fn fn;
	uint64_t size;
};

static bool is_zero(struct term_pool *p, term t)
{
	uint64_t v;
	return term_is_const(p, t, &v) && v == 0;
}

/* The piece of memory whose address t is; false: none that is known to stand apart. */
static bool piece_of(struct world *w, term t, struct piece *out)
{
	struct term_pool *p = w->pool;
	uint64_t number;
	*out = (struct piece){t, (enum input_fn)term_fn(p, t), STACK_BYTES};
	if (out->fn == IN_AT_STACK)
		return true;
	if ((out->fn != IN_AT_VALUE && out->fn != IN_AT_DATA) || !term_is_const(p, term_arg(p, t, 0), &number))
		return false;
	out->size = w->maps[number].def->value_size;
	return out->fn == IN_AT_DATA || is_zero(p, term_arg(p, t, 1));
}

/* The addresses are of one thing, or of two that don't overlap. */
static term apart(struct term_pool *p, const struct piece *a, const struct piece *b)
{
	size_t n = term_arity(p, a->at);
	term same = term_arity(p, b->at) == n ? term_true(p) : term_false(p);
	for (size_t i = 0; i < n && !term_is_false(p, same); i++)
		same = term_and(p, same, term_eq(p, term_arg(p, a->at, i), term_arg(p, b->at, i)));
	term end_a = term_add(p, a->at, term_const(p, 64, a->size)),
	     end_b = term_add(p, b->at, term_const(p, 64, b->size));
	return term_or(p, same, term_or(p, term_ule(p, end_a, b->at), term_ule(p, end_b, a->at)));
}

term address_condition(struct world *w, const term *roots, size_t n)
{
	struct term_pool *p = w->pool;
	struct piece pieces[MAX_PIECES];
	term *leaves, all = term_true(p);
	size_t n_leaves = term_leaves(p, roots, n, &leaves), k = 0;
	for (size_t i = 0; i < n_leaves && k < MAX_PIECES; i++)
		k += piece_of(w, leaves[i], &pieces[k]);
	free(leaves);
	for (size_t i = 0; i < k; i++)
		for (size_t j = 0; j < i; j++)
			if (pieces[i].fn == pieces[j].fn)
				all = term_and(p, all, apart(p, &pieces[i], &pieces[j]));
	return all;
}
