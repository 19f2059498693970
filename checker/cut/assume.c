/* SPDX-License-Identifier: BSD-2-Clause */
#include "checker/cut/assume.h"
#include "encode/solver/fault.h"

#include <stdlib.h>

#define ARGUMENTS 256

struct assuming {
	struct term_pool *p;
	term n;        /* ids below it are looked at */
	term *image;   /* by id: what stands for it, 0: not in the cone */
	bool *in_cone; /* by id */
};

/* What t, which is decided, is made of. */
static void decide_parts(struct assuming *a, term t)
{
	enum term_kind kind = term_kind(a->p, t);
	bool value = term_is_true(a->p, a->image[t]);
	if (kind != TERM_NOT && !(kind == TERM_AND && value) && !(kind == TERM_OR && !value))
		return;
	for (size_t i = 0; i < term_arity(a->p, t); i++) {
		term part = term_arg(a->p, t, i);
		if (term_kind(a->p, part) != TERM_CONST)
			a->image[part] = (kind == TERM_NOT) != value ? term_true(a->p) : term_false(a->p);
	}
}

static void decide(struct assuming *a, term given)
{
	if (term_kind(a->p, given) != TERM_CONST)
		a->image[given] = term_true(a->p);
	for (term t = given + 1; t-- > 1;) /* arguments have lower ids */
		if (a->image[t])
			decide_parts(a, t);
}

static void mark_cone(struct assuming *a, const term *roots, size_t n)
{
	for (size_t i = 0; i < n; i++)
		a->in_cone[roots[i]] = true;
	for (term t = a->n; t-- > 1;)
		for (size_t i = 0; a->in_cone[t] && i < term_arity(a->p, t); i++)
			a->in_cone[term_arg(a->p, t, i)] = true;
}

/* Inputs stay as they are, whatever they are inputs at. */
static term rebuild(struct assuming *a, term t)
{
	term args[ARGUMENTS];
	size_t n = term_arity(a->p, t);
	if (n == 0 || n > ARGUMENTS || term_kind(a->p, t) == TERM_APPLY)
		return t;
	for (size_t i = 0; i < n; i++)
		args[i] = a->image[term_arg(a->p, t, i)];
	return term_rebuild(a->p, t, args);
}

void assume_terms(struct term_pool *p, term given, term *roots, size_t n)
{
	struct assuming a = {.p = p, .n = given + 1};
	for (size_t i = 0; i < n; i++)
		a.n = roots[i] >= a.n ? roots[i] + 1 : a.n;
	a.image = fault_calloc(a.n + 1, sizeof *a.image);
	a.in_cone = fault_calloc(a.n + 1, sizeof *a.in_cone);
	decide(&a, given);
	mark_cone(&a, roots, n);
	for (term t = 1; t < a.n; t++)
		if (a.in_cone[t] && !a.image[t])
			a.image[t] = rebuild(&a, t);
	for (size_t i = 0; i < n; i++)
		roots[i] = a.image[roots[i]];
	free(a.image);
	free(a.in_cone);
}
