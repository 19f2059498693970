/* SPDX-License-Identifier: BSD-2-Clause */
/* What a path condition says of one term: bounds by constants. Keeps most
 * bounds checks away from the solver. */
#include "encode/machine/world.h"

#define MAX_CONJUNCTS 400

static size_t conjuncts_of(struct term_pool *p, term t, term out[MAX_CONJUNCTS])
{
	size_t n = 0, top = 0;
	term stack[MAX_CONJUNCTS];
	stack[top++] = t;
	while (top > 0 && n < MAX_CONJUNCTS) {
		term x = stack[--top];
		if (term_kind(p, x) == TERM_AND && top + 2 <= MAX_CONJUNCTS) {
			stack[top++] = term_arg(p, x, 1);
			stack[top++] = term_arg(p, x, 0);
		} else {
			out[n++] = x;
		}
	}
	return n;
}

/* One comparison of a term with a constant: holds(x cmp c) with the constant on either side. */
struct bound {
	term x;
	bool is_signed;
	bool upper;      /* x <= limit, else x >= limit */
	uint64_t limit;
};

/* t or its negation as a bound; false if it is none. */
static bool bound_of(struct term_pool *p, term t, bool negated, struct bound *b)
{
	if (term_kind(p, t) == TERM_NOT)
		return bound_of(p, term_arg(p, t, 0), !negated, b);
	if (term_kind(p, t) != TERM_ULT && term_kind(p, t) != TERM_SLT)
		return false;
	b->is_signed = term_kind(p, t) == TERM_SLT;
	term l = term_arg(p, t, 0), r = term_arg(p, t, 1);
	unsigned width = term_width(p, l);
	uint64_t c, max = range_max_of(width);
	bool left_const = term_is_const(p, l, &c);
	if (left_const == term_is_const(p, r, left_const ? NULL : &c))
		return false;
	b->x = left_const ? r : l;
	b->upper = left_const == negated;
	/* c < x, not(c < x): x <= c, x < c: x <= c - 1, not(x < c): x >= c */
	uint64_t low = b->is_signed ? (max >> 1) + 1 : 0, high = b->is_signed ? max >> 1 : max;
	if (left_const && !negated && c == high)
		return false;
	if (!left_const && !negated && c == low)
		return false;
	b->limit = (negated ? c : left_const ? c + 1 : c - 1) & max;
	return true;
}

static int64_t as_signed(uint64_t v, unsigned width)
{
	return (int64_t)(v << (64 - width)) >> (64 - width);
}

/* Does `known` imply `wanted` (both of the same term and kind)? */
static bool implies(struct term_pool *p, const struct bound *known, const struct bound *wanted)
{
	if (known->x != wanted->x || known->is_signed != wanted->is_signed || known->upper != wanted->upper)
		return false;
	unsigned width = term_width(p, known->x);
	if (known->is_signed) {
		int64_t k = as_signed(known->limit, width), v = as_signed(wanted->limit, width);
		return known->upper ? k <= v : k >= v;
	}
	return known->upper ? known->limit <= wanted->limit : known->limit >= wanted->limit;
}

static bool conjuncts_imply(struct term_pool *p, const term *known, size_t n, term cond, int depth)
{
	if (term_is_true(p, cond))
		return true;
	struct bound want, have;
	if (term_kind(p, cond) == TERM_AND && depth > 0)
		return conjuncts_imply(p, known, n, term_arg(p, cond, 0), depth - 1) &&
		       conjuncts_imply(p, known, n, term_arg(p, cond, 1), depth - 1);
	bool is_bound = bound_of(p, cond, false, &want);
	for (size_t i = 0; i < n; i++) {
		if (known[i] == cond)
			return true;
		if (is_bound && bound_of(p, known[i], false, &have) && implies(p, &have, &want))
			return true;
	}
	if (term_kind(p, cond) == TERM_NOT && depth > 0 && term_kind(p, term_arg(p, cond, 0)) == TERM_OR) {
		term o = term_arg(p, cond, 0);
		return conjuncts_imply(p, known, n, term_not(p, term_arg(p, o, 0)), depth - 1) &&
		       conjuncts_imply(p, known, n, term_not(p, term_arg(p, o, 1)), depth - 1);
	}
	return false;
}

bool guard_implies(struct world *w, term guard, term cond)
{
	term known[MAX_CONJUNCTS];
	size_t n = conjuncts_of(w->pool, guard, known);
	return conjuncts_imply(w->pool, known, n, cond, 8);
}

/* Is x the low bits of the whole, or all of them? Then it is no greater. */
static bool is_low_part(struct term_pool *p, term x, term whole)
{
	unsigned n = term_width(p, x), of = term_width(p, whole);
	return x == whole || (n < of && term_extract(p, whole, n - 1, 0) == x);
}

uint64_t guard_upper_bound(struct world *w, term guard, term x)
{
	struct term_pool *p = w->pool;
	term known[MAX_CONJUNCTS];
	size_t n = conjuncts_of(p, guard, known);
	uint64_t hi = term_range(p, x).hi;
	struct bound b;
	for (size_t i = 0; i < n; i++)
		if (bound_of(p, known[i], false, &b) && b.upper && !b.is_signed && b.limit < hi && is_low_part(p, x, b.x))
			hi = b.limit;
	if (term_kind(p, x) == TERM_ZEXT) {
		uint64_t inner = guard_upper_bound(w, guard, term_arg(p, x, 0));
		hi = inner < hi ? inner : hi;
	}
	return hi;
}
