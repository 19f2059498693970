/* SPDX-License-Identifier: BSD-2-Clause */
/* Bitwise operations: ~ & | ^. What is a selection of bits becomes slices. */
#include "pool.h"

static term arg_if(const struct term_pool *p, term t, enum term_kind kind)
{
	struct node n = node_of(p, t);
	return n.kind == kind ? n.a : 0;
}

static bool complements(const struct term_pool *p, const struct node *n)
{
	return arg_if(p, n->a, TERM_NOT) == n->b || arg_if(p, n->b, TERM_NOT) == n->a;
}

static uint64_t ones_of(const struct term_pool *p, term t)
{
	return fact_of(p, t)->bits.value;
}

term rule_not_not(struct term_pool *p, const struct node *n)
{
	return arg_if(p, n->a, TERM_NOT);
}

term rule_not_neg(struct term_pool *p, const struct node *n)
{
	term x = arg_if(p, n->a, TERM_NEG);
	return x ? term_add(p, x, term_const(p, n->width, ~0ull)) : 0;
}

term rule_not_decrement(struct term_pool *p, const struct node *n)
{
	struct node a = node_of(p, n->a);
	return a.kind == TERM_ADD && is_ones(p, a.b) ? term_neg(p, a.a) : 0;
}

term rule_not_xor(struct term_pool *p, const struct node *n)
{
	struct node a = node_of(p, n->a);
	return a.kind == TERM_XOR && is_const(p, a.b) ? term_xor(p, a.a, term_not(p, a.b)) : 0;
}

term rule_not_concat(struct term_pool *p, const struct node *n)
{
	struct node a = node_of(p, n->a);
	return a.kind == TERM_CONCAT ? term_concat(p, term_not(p, a.a), term_not(p, a.b)) : 0;
}

term rule_not_zext(struct term_pool *p, const struct node *n)
{
	term x = arg_if(p, n->a, TERM_ZEXT);
	return x ? term_concat(p, term_const(p, n->width - width_of(p, x), ~0ull), term_not(p, x)) : 0;
}

term rule_not_sext(struct term_pool *p, const struct node *n)
{
	term x = arg_if(p, n->a, TERM_SEXT);
	return x ? term_sext(p, term_not(p, x), n->width) : 0;
}

term rule_and_neutral(struct term_pool *p, const struct node *n)
{
	return is_ones(p, n->b) || n->a == n->b ? n->a : 0;
}

term rule_and_complement(struct term_pool *p, const struct node *n)
{
	return complements(p, n) ? term_const(p, n->width, 0) : 0;
}

static bool covered(const struct term_pool *p, term x, term y)
{
	return !(may_of(p, x) & ~ones_of(p, y));
}

term rule_and_covered(struct term_pool *p, const struct node *n)
{
	return covered(p, n->a, n->b) ? n->a : covered(p, n->b, n->a) ? n->b : 0;
}

/* Slices where a mask would have more runs than this stay a mask. */
#define RUNS_MAX 8u

/* Bits from lo on that are equal in each mask: how many, below `width`. */
static unsigned run_length(uint64_t a, uint64_t b, unsigned lo, unsigned width)
{
	unsigned n = 1;
	while (lo + n < width && !((a >> lo ^ a >> (lo + n)) & 1) && !((b >> lo ^ b >> (lo + n)) & 1))
		n++;
	return n;
}

static term put_above(struct term_pool *p, term hi, term lo)
{
	return lo ? term_concat(p, hi, lo) : hi;
}

/* Bits of x where mask is one, elsewhere the constant `fill` (0 or ~0). */
static term select_runs(struct term_pool *p, term x, uint64_t mask, uint64_t fill)
{
	unsigned w = width_of(p, x);
	term t = 0;
	for (unsigned lo = 0, n; lo < w; lo += n) {
		n = run_length(mask, mask, lo, w);
		term part = mask >> lo & 1 ? term_extract(p, x, lo + n - 1, lo) : term_const(p, n, fill);
		t = put_above(p, part, t);
	}
	return t;
}

term rule_and_runs(struct term_pool *p, const struct node *n)
{
	if (!is_const(p, n->b) || slice_runs(value_of(p, n->b)) > RUNS_MAX)
		return 0;
	return select_runs(p, n->a, value_of(p, n->b), 0);
}

term rule_or_runs(struct term_pool *p, const struct node *n)
{
	uint64_t keep = is_const(p, n->b) ? ~value_of(p, n->b) & mask_of(n->width) : 0;
	return keep && slice_runs(keep) <= RUNS_MAX ? select_runs(p, n->a, keep, ~0ull) : 0;
}

term rule_and_mask_bool(struct term_pool *p, const struct node *n)
{
	const term args[2] = {n->a, n->b};
	for (int i = 0; i < 2; i++) {
		term c = arg_if(p, args[i], TERM_SEXT);
		if (c && width_of(p, c) == 1)
			return term_ite(p, c, args[1 - i], term_const(p, n->width, 0));
	}
	return 0;
}

/* The lowest border between parts of t; its width if it has none. */
static unsigned border_of(const struct term_pool *p, term t)
{
	struct node n = node_of(p, t);
	return n.kind == TERM_CONCAT ? width_of(p, n.b) : n.kind == TERM_ZEXT ? width_of(p, n.a) : n.width;
}

static term make2(struct term_pool *p, enum term_kind kind, term x, term y)
{
	return rewrite_make(p, (struct node){(uint8_t)kind, (uint8_t)width_of(p, x), 0, 0, x, y, 0});
}

static term narrow(struct term_pool *p, const struct node *n)
{
	term x = arg_if(p, n->a, TERM_ZEXT), y = arg_if(p, n->b, TERM_ZEXT);
	if (!x || (!y && !is_const(p, n->b)))
		return 0;
	unsigned w = width_of(p, x);
	if (y && width_of(p, y) > w)
		w = width_of(p, y);
	/* Above w the result is zero: for & because x is, else because both are. */
	if (n->kind != TERM_AND && may_of(p, n->b) > mask_of(w))
		return 0;
	term low = make2(p, (enum term_kind)n->kind, term_resize(p, n->a, w), term_resize(p, n->b, w));
	return term_zext(p, low, n->width);
}

term rule_and_zext(struct term_pool *p, const struct node *n)
{
	return narrow(p, n);
}

term rule_or_zext(struct term_pool *p, const struct node *n)
{
	return narrow(p, n);
}

term rule_xor_zext(struct term_pool *p, const struct node *n)
{
	return narrow(p, n);
}

/* The operation part by part: the same parts that slicing would give. */
static term by_parts(struct term_pool *p, const struct node *n)
{
	unsigned at = border_of(p, n->a), other = border_of(p, n->b);
	at = other < at ? other : at;
	if (at == n->width)
		return 0;
	term x = term_extract(p, n->a, n->width - 1, at), y = term_extract(p, n->a, at - 1, 0);
	term z = term_extract(p, n->b, n->width - 1, at), u = term_extract(p, n->b, at - 1, 0);
	if (!slice_simpler(p, x, z) || !slice_simpler(p, y, u))
		return 0;
	enum term_kind kind = (enum term_kind)n->kind;
	return term_concat(p, make2(p, kind, x, z), make2(p, kind, y, u));
}

term rule_and_parts(struct term_pool *p, const struct node *n)
{
	return by_parts(p, n);
}

term rule_or_parts(struct term_pool *p, const struct node *n)
{
	return by_parts(p, n);
}

term rule_xor_parts(struct term_pool *p, const struct node *n)
{
	return by_parts(p, n);
}

/* x op (x dual y) -> x */
static term absorb(const struct term_pool *p, const struct node *n, enum term_kind dual)
{
	struct node a = node_of(p, n->a), b = node_of(p, n->b);
	if (b.kind == dual && (b.a == n->a || b.b == n->a))
		return n->a;
	return a.kind == dual && (a.a == n->b || a.b == n->b) ? n->b : 0;
}

term rule_and_absorb(struct term_pool *p, const struct node *n)
{
	return absorb(p, n, TERM_OR);
}

term rule_or_absorb(struct term_pool *p, const struct node *n)
{
	return absorb(p, n, TERM_AND);
}

term rule_and_de_morgan(struct term_pool *p, const struct node *n)
{
	term x = arg_if(p, n->a, TERM_NOT), y = arg_if(p, n->b, TERM_NOT);
	return n->width > 1 && x && y ? term_not(p, term_or(p, x, y)) : 0;
}

term rule_or_de_morgan(struct term_pool *p, const struct node *n)
{
	term x = arg_if(p, n->a, TERM_NOT), y = arg_if(p, n->b, TERM_NOT);
	return x && y ? term_not(p, term_and(p, x, y)) : 0;
}

term rule_or_neutral(struct term_pool *p, const struct node *n)
{
	return is_value(p, n->b, 0) || n->a == n->b ? n->a : 0;
}

term rule_or_complement(struct term_pool *p, const struct node *n)
{
	return complements(p, n) ? term_const(p, n->width, ~0ull) : 0;
}

term rule_or_covered(struct term_pool *p, const struct node *n)
{
	return covered(p, n->a, n->b) ? n->b : covered(p, n->b, n->a) ? n->a : 0;
}

static unsigned parts_of(uint64_t a, uint64_t b, unsigned w)
{
	unsigned parts = 0;
	for (unsigned lo = 0; lo < w; lo += run_length(a, b, lo, w))
		parts++;
	return parts;
}

term slice_disjoint(struct term_pool *p, term a, term b)
{
	uint64_t in_a = may_of(p, a), in_b = may_of(p, b);
	unsigned w = width_of(p, a);
	if ((in_a & in_b) || parts_of(in_a, in_b, w) > RUNS_MAX)
		return 0;
	term t = 0;
	for (unsigned lo = 0, n; lo < w; lo += n) {
		n = run_length(in_a, in_b, lo, w);
		term from = in_a >> lo & 1 ? a : b;
		t = put_above(p, term_extract(p, from, lo + n - 1, lo), t);
	}
	return t;
}

term rule_or_disjoint(struct term_pool *p, const struct node *n)
{
	return slice_disjoint(p, n->a, n->b);
}

static term disjoint_or(struct term_pool *p, const struct node *n)
{
	return may_of(p, n->a) & may_of(p, n->b) ? 0 : term_or(p, n->a, n->b);
}

term rule_xor_disjoint(struct term_pool *p, const struct node *n)
{
	return disjoint_or(p, n);
}

term rule_add_disjoint(struct term_pool *p, const struct node *n)
{
	return disjoint_or(p, n);
}

term rule_xor_neutral(struct term_pool *p, const struct node *n)
{
	if (n->a == n->b)
		return term_const(p, n->width, 0);
	return is_value(p, n->b, 0) ? n->a : is_ones(p, n->b) ? term_not(p, n->a) : 0;
}

term rule_xor_not(struct term_pool *p, const struct node *n)
{
	term x = arg_if(p, n->a, TERM_NOT), y = arg_if(p, n->b, TERM_NOT);
	if (x && is_const(p, n->b))
		return term_xor(p, x, term_not(p, n->b));
	return x ? term_not(p, term_xor(p, x, n->b)) : y ? term_not(p, term_xor(p, n->a, y)) : 0;
}
