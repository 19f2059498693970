/* SPDX-License-Identifier: BSD-2-Clause */
/* Arithmetic: - + *, division, and shifts. Sums are chains of terms and negated terms with a constant last. */
#include "pool.h"

static uint64_t sign_bit(unsigned width)
{
	return 1ull << (width - 1);
}

static bool not_negative(const struct term_pool *p, term t)
{
	return fact_of(p, t)->range.hi < sign_bit(width_of(p, t));
}

static term arg_if(const struct term_pool *p, term t, enum term_kind kind)
{
	struct node n = node_of(p, t);
	return n.kind == kind ? n.a : 0;
}

term rule_neg_neg(struct term_pool *p, const struct node *n)
{
	return arg_if(p, n->a, TERM_NEG);
}

term rule_neg_not(struct term_pool *p, const struct node *n)
{
	term x = arg_if(p, n->a, TERM_NOT);
	return x ? term_add(p, x, term_const(p, n->width, 1)) : 0;
}

term rule_neg_extended_bool(struct term_pool *p, const struct node *n)
{
	struct node a = node_of(p, n->a);
	if ((a.kind != TERM_ZEXT && a.kind != TERM_SEXT) || width_of(p, a.a) != 1)
		return 0;
	return a.kind == TERM_ZEXT ? term_sext(p, a.a, n->width) : term_zext(p, a.a, n->width);
}

term rule_neg_sum(struct term_pool *p, const struct node *n)
{
	struct list l = {0};
	list_flatten(p, &l, TERM_ADD, n->a, 8);
	if (l.n < 2 || l.cut)
		return 0;
	term t = term_neg(p, l.t[0]);
	for (size_t i = 1; i < l.n; i++)
		t = term_add(p, t, term_neg(p, l.t[i]));
	return t;
}

term rule_add_zero(struct term_pool *p, const struct node *n)
{
	return is_value(p, n->b, 0) ? n->a : 0;
}

term rule_add_double(struct term_pool *p, const struct node *n)
{
	return n->a == n->b ? term_shl(p, n->a, term_const(p, n->width, 1)) : 0;
}

term rule_mul_neutral(struct term_pool *p, const struct node *n)
{
	return is_value(p, n->b, 1) ? n->a : 0;
}

term rule_mul_shift(struct term_pool *p, const struct node *n)
{
	uint64_t k = is_const(p, n->b) ? value_of(p, n->b) : 1;
	unsigned w = n->width, zeros = (unsigned)__builtin_ctzll(k);
	if (!zeros)
		return 0;
	/* The sign is kept, so that the factor of a small negative number is small and negative. */
	uint64_t odd = (uint64_t)((int64_t)(k << (64 - w)) >> (64 - w) >> zeros);
	return term_shl(p, term_mul(p, n->a, term_const(p, w, odd)), term_const(p, w, zeros));
}

term rule_mul_neg_const(struct term_pool *p, const struct node *n)
{
	if (!is_const(p, n->b) || value_of(p, n->b) <= sign_bit(n->width))
		return 0;
	return term_neg(p, term_mul(p, n->a, term_neg(p, n->b)));
}

term rule_mul_neg(struct term_pool *p, const struct node *n)
{
	term x = arg_if(p, n->a, TERM_NEG), y = arg_if(p, n->b, TERM_NEG);
	return x ? term_neg(p, term_mul(p, x, n->b)) : y ? term_neg(p, term_mul(p, n->a, y)) : 0;
}

term rule_mul_sum_const(struct term_pool *p, const struct node *n)
{
	struct node a = node_of(p, n->a);
	if (a.kind != TERM_ADD || !is_const(p, a.b) || !is_const(p, n->b))
		return 0;
	return term_add(p, term_mul(p, a.a, n->b), term_mul(p, a.b, n->b));
}

/* Exponent if t is a constant power of two, else -1. */
static int power_of(const struct term_pool *p, term t)
{
	uint64_t k = is_const(p, t) ? value_of(p, t) : 0;
	return k && !(k & (k - 1)) ? __builtin_ctzll(k) : -1;
}

/* Narrow division: zext(x) by y, where y's range is lo..mask of x's width. */
static term narrow(struct term_pool *p, const struct node *n, uint64_t lo)
{
	term x = arg_if(p, n->a, TERM_ZEXT);
	const struct range *y = &fact_of(p, n->b)->range;
	if (!x || y->lo < lo || y->hi > mask_of(width_of(p, x)))
		return 0;
	term low = term_extract(p, n->b, width_of(p, x) - 1, 0);
	term t = n->kind == TERM_UDIV ? term_udiv(p, x, low) : term_urem(p, x, low);
	return term_zext(p, t, n->width);
}

term rule_udiv_power(struct term_pool *p, const struct node *n)
{
	int k = power_of(p, n->b);
	return k < 0 ? 0 : term_lshr(p, n->a, term_const(p, n->width, (uint64_t)k));
}

term rule_udiv_narrow(struct term_pool *p, const struct node *n)
{
	return narrow(p, n, 1);
}

term rule_urem_zero(struct term_pool *p, const struct node *n)
{
	if (n->a == n->b)
		return term_const(p, n->width, 0);
	return is_value(p, n->b, 0) ? n->a : 0;
}

term rule_urem_power(struct term_pool *p, const struct node *n)
{
	int k = power_of(p, n->b);
	return k < 0 ? 0 : term_and(p, n->a, term_const(p, n->width, value_of(p, n->b) - 1));
}

term rule_urem_small(struct term_pool *p, const struct node *n)
{
	return fact_of(p, n->a)->range.hi < fact_of(p, n->b)->range.lo ? n->a : 0;
}

/* By zero it is the dividend, wide as well as narrow. */
term rule_urem_narrow(struct term_pool *p, const struct node *n)
{
	return narrow(p, n, 0);
}

term rule_sdiv_unit(struct term_pool *p, const struct node *n)
{
	/* At width 1 the constant 1 is -1, but there -x is x. */
	if (is_value(p, n->b, 1))
		return n->a;
	return is_ones(p, n->b) ? term_neg(p, n->a) : 0;
}

/* bvsdiv by zero is all ones for x >= 0, as bvudiv. */
term rule_sdiv_positive(struct term_pool *p, const struct node *n)
{
	return not_negative(p, n->a) && not_negative(p, n->b) ? term_udiv(p, n->a, n->b) : 0;
}

term rule_srem_unit(struct term_pool *p, const struct node *n)
{
	if (is_value(p, n->b, 0))
		return n->a;
	bool zero = n->a == n->b || is_value(p, n->b, 1) || is_ones(p, n->b);
	return zero ? term_const(p, n->width, 0) : 0;
}

term rule_srem_positive(struct term_pool *p, const struct node *n)
{
	return not_negative(p, n->a) && not_negative(p, n->b) ? term_urem(p, n->a, n->b) : 0;
}

/* A constant amount of 1..w-1; 0 if it is none. Amounts of w and more are decided by facts, but for ashr. */
static unsigned amount_of(const struct term_pool *p, const struct node *n)
{
	uint64_t k = is_const(p, n->b) ? value_of(p, n->b) : 0;
	return k < n->width ? (unsigned)k : 0;
}

term rule_shl_const(struct term_pool *p, const struct node *n)
{
	unsigned k = amount_of(p, n);
	if (!k)
		return is_value(p, n->b, 0) ? n->a : 0;
	return term_concat(p, term_extract(p, n->a, n->width - 1 - k, 0), term_const(p, k, 0));
}

term rule_lshr_const(struct term_pool *p, const struct node *n)
{
	unsigned k = amount_of(p, n);
	if (!k)
		return is_value(p, n->b, 0) ? n->a : 0;
	return term_zext(p, term_extract(p, n->a, n->width - 1, k), n->width);
}

term rule_ashr_const(struct term_pool *p, const struct node *n)
{
	if (!is_const(p, n->b))
		return 0;
	uint64_t k = value_of(p, n->b);
	unsigned lo = k < n->width ? (unsigned)k : n->width - 1u;
	return term_sext(p, term_extract(p, n->a, n->width - 1, lo), n->width);
}

term rule_ashr_positive(struct term_pool *p, const struct node *n)
{
	return not_negative(p, n->a) ? term_lshr(p, n->a, n->b) : 0;
}
