/* SPDX-License-Identifier: BSD-2-Clause */
/* Comparisons: == <u <s. What facts decide never gets here. */
#include "pool.h"

static term arg_if(const struct term_pool *p, term t, enum term_kind kind)
{
	struct node n = node_of(p, t);
	return n.kind == kind ? n.a : 0;
}

static bool fits(const struct term_pool *p, term t, unsigned width)
{
	return fact_of(p, t)->range.hi <= mask_of(width);
}

term rule_eq_same(struct term_pool *p, const struct node *n)
{
	return n->a == n->b ? term_true(p) : 0;
}

term rule_eq_complement(struct term_pool *p, const struct node *n)
{
	return arg_if(p, n->a, TERM_NOT) == n->b || arg_if(p, n->b, TERM_NOT) == n->a ? term_false(p) : 0;
}

term rule_eq_offset(struct term_pool *p, const struct node *n)
{
	term x, y;
	uint64_t j, k;
	term_split(p, n->a, &x, &j);
	term_split(p, n->b, &y, &k);
	if (x == y)
		return term_const(p, 1, j == k);
	unsigned w = width_of(p, n->a);
	if (!y && kind_of(p, n->a) == TERM_ADD && j)
		return term_eq(p, x, term_const(p, w, k - j));
	if (!y || !j || (kind_of(p, n->a) != TERM_ADD && kind_of(p, n->b) != TERM_ADD))
		return 0;
	return term_eq(p, x, term_add(p, y, term_const(p, w, k - j)));
}

static term undo(struct term_pool *p, enum term_kind kind, term t)
{
	term x = arg_if(p, t, kind);
	if (x)
		return x;
	if (!is_const(p, t))
		return 0;
	return kind == TERM_NOT ? term_not(p, t) : term_neg(p, t);
}

term rule_eq_inverse(struct term_pool *p, const struct node *n)
{
	static const enum term_kind kinds[2] = {TERM_NOT, TERM_NEG};
	for (int i = 0; i < 2; i++) {
		term x = undo(p, kinds[i], n->a), y = undo(p, kinds[i], n->b);
		if (x && y)
			return term_eq(p, x, y);
	}
	return 0;
}

static term eq_xor(struct term_pool *p, term a, term b)
{
	struct node x = node_of(p, a);
	if (x.kind != TERM_XOR)
		return 0;
	if (x.a == b || x.b == b)
		return term_eq(p, x.a == b ? x.b : x.a, term_const(p, x.width, 0));
	if (is_const(p, b) && is_const(p, x.b))
		return term_eq(p, x.a, term_xor(p, x.b, b));
	return is_value(p, b, 0) ? term_eq(p, x.a, x.b) : 0;
}

term rule_eq_xor(struct term_pool *p, const struct node *n)
{
	term t = eq_xor(p, n->a, n->b);
	return t ? t : eq_xor(p, n->b, n->a);
}

/* Sums without their common operands; false if they share none. */
#define SUM_MAX 8u
static bool cancel_sums(struct term_pool *p, term *a, term *b)
{
	struct list x = {0}, y = {0};
	list_flatten(p, &x, TERM_ADD, *a, SUM_MAX);
	list_flatten(p, &y, TERM_ADD, *b, SUM_MAX);
	size_t before = x.n;
	for (size_t i = 0; i < x.n;) {
		size_t j = 0;
		while (j < y.n && y.t[j] != x.t[i])
			j++;
		if (j < y.n) {
			list_remove(&x, i);
			list_remove(&y, j);
		} else {
			i++;
		}
	}
	if (x.n == before)
		return false;
	unsigned w = width_of(p, *a);
	*a = *b = term_const(p, w, 0);
	for (size_t i = 0; i < x.n; i++)
		*a = term_add(p, *a, x.t[i]);
	for (size_t i = 0; i < y.n; i++)
		*b = term_add(p, *b, y.t[i]);
	return true;
}

term rule_eq_sum(struct term_pool *p, const struct node *n)
{
	term a = n->a, b = n->b;
	if (kind_of(p, a) != TERM_ADD && kind_of(p, b) != TERM_ADD)
		return 0;
	return cancel_sums(p, &a, &b) ? term_eq(p, a, b) : 0;
}

term rule_eq_zext(struct term_pool *p, const struct node *n)
{
	term x = arg_if(p, n->a, TERM_ZEXT), y = arg_if(p, n->b, TERM_ZEXT);
	if (x && y && width_of(p, y) > width_of(p, x))
		return term_eq(p, term_zext(p, x, width_of(p, y)), y);
	if (x && fits(p, n->b, width_of(p, x)))
		return term_eq(p, x, term_extract(p, n->b, width_of(p, x) - 1, 0));
	if (y && fits(p, n->a, width_of(p, y)))
		return term_eq(p, term_extract(p, n->a, width_of(p, y) - 1, 0), y);
	return 0;
}

/* t as sext of something of width w: the something, else 0. */
static term sext_source(struct term_pool *p, term t, unsigned w)
{
	struct node n = node_of(p, t);
	if (n.kind == TERM_SEXT && width_of(p, n.a) <= w)
		return term_sext(p, n.a, w);
	if (n.kind != TERM_CONST)
		return 0;
	term low = term_extract(p, t, w - 1, 0);
	return term_sext(p, low, n.width) == t ? low : 0;
}

static term strip_sext(struct term_pool *p, const struct node *n, term (*compare)(struct term_pool *, term, term))
{
	term x = arg_if(p, n->a, TERM_SEXT), y = arg_if(p, n->b, TERM_SEXT);
	unsigned w = x ? width_of(p, x) : 0;
	if (y && width_of(p, y) > w)
		w = width_of(p, y);
	if (!w)
		return 0;
	x = sext_source(p, n->a, w);
	y = sext_source(p, n->b, w);
	return x && y ? compare(p, x, y) : 0;
}

term rule_eq_sext(struct term_pool *p, const struct node *n)
{
	term x = arg_if(p, n->a, TERM_SEXT);
	/* A constant that is no sign extension is equal to none. */
	if (x && is_const(p, n->b) && !sext_source(p, n->b, width_of(p, x)))
		return term_false(p);
	return strip_sext(p, n, term_eq);
}

/* Where to split: the low width of a concatenation whose partner is one too, or constant. */
static unsigned split_at(const struct term_pool *p, const struct node *n)
{
	struct node a = node_of(p, n->a), b = node_of(p, n->b);
	if (a.kind == TERM_CONCAT && (b.kind == TERM_CONST || b.kind == TERM_CONCAT || b.kind == TERM_ZEXT))
		return width_of(p, a.b);
	return b.kind == TERM_CONCAT && a.kind == TERM_ZEXT ? width_of(p, b.b) : 0;
}

term rule_eq_concat(struct term_pool *p, const struct node *n)
{
	unsigned low = split_at(p, n), w = width_of(p, n->a);
	if (!low)
		return 0;
	term y = term_extract(p, n->a, low - 1, 0), u = term_extract(p, n->b, low - 1, 0);
	term x = term_extract(p, n->a, w - 1, low), z = term_extract(p, n->b, w - 1, low);
	bool hi_folds = x == z || (is_const(p, x) && is_const(p, z)),
	     lo_folds = y == u || (is_const(p, y) && is_const(p, u));
	return hi_folds || lo_folds ? term_and(p, term_eq(p, x, z), term_eq(p, y, u)) : 0;
}

/* One case of the choice is surely (un)equal to z. */
static bool folds(const struct term_pool *p, term x, term z)
{
	struct node n = {TERM_EQ, 1, 0, 0, x, z, 0};
	return x == z || tnum_is_const(fact_compute(p, &n).bits);
}

static term eq_ite(struct term_pool *p, term a, term z)
{
	struct node n = node_of(p, a);
	if (n.kind != TERM_ITE || (!folds(p, n.b, z) && !folds(p, n.c, z)))
		return 0;
	return term_ite(p, n.a, term_eq(p, n.b, z), term_eq(p, n.c, z));
}

term rule_eq_ite(struct term_pool *p, const struct node *n)
{
	term t = eq_ite(p, n->a, n->b);
	return t ? t : eq_ite(p, n->b, n->a);
}

term rule_ult_same(struct term_pool *p, const struct node *n)
{
	return n->a == n->b ? term_false(p) : 0;
}

term rule_ult_edge(struct term_pool *p, const struct node *n)
{
	struct range x = fact_of(p, n->a)->range, y = fact_of(p, n->b)->range;
	unsigned w = width_of(p, n->a);
	if (y.lo == y.hi && (y.lo == x.lo + 1 || y.lo == x.hi)) {
		term edge = term_eq(p, n->a, term_const(p, w, y.lo == x.hi ? x.hi : x.lo));
		return y.lo == x.hi ? term_not(p, edge) : edge;
	}
	if (x.lo == x.hi && (x.lo == y.hi - 1 || x.lo == y.lo)) {
		term edge = term_eq(p, n->b, term_const(p, w, x.lo == y.lo ? y.lo : y.hi));
		return x.lo == y.lo ? term_not(p, edge) : edge;
	}
	return 0;
}

term rule_ult_zext(struct term_pool *p, const struct node *n)
{
	term x = arg_if(p, n->a, TERM_ZEXT), y = arg_if(p, n->b, TERM_ZEXT);
	unsigned w = x ? width_of(p, x) : 0;
	if (y && width_of(p, y) > w)
		w = width_of(p, y);
	if (!w || !fits(p, n->a, w) || !fits(p, n->b, w))
		return 0;
	return term_ult(p, term_extract(p, n->a, w - 1, 0), term_extract(p, n->b, w - 1, 0));
}

term rule_ult_concat(struct term_pool *p, const struct node *n)
{
	struct node a = node_of(p, n->a), b = node_of(p, n->b);
	unsigned low = a.kind == TERM_CONCAT ? width_of(p, a.b) : b.kind == TERM_CONCAT ? width_of(p, b.b) : 0;
	if (!low || (a.kind != TERM_CONCAT && a.kind != TERM_CONST) || (b.kind != TERM_CONCAT && b.kind != TERM_CONST))
		return 0;
	unsigned w = width_of(p, n->a);
	term x = term_extract(p, n->a, w - 1, low), y = term_extract(p, n->a, low - 1, 0);
	term z = term_extract(p, n->b, w - 1, low), u = term_extract(p, n->b, low - 1, 0);
	if (x == z)
		return term_ult(p, y, u);
	/* Equal high parts decide by y <u u: never or always. */
	if (fact_of(p, y)->range.lo >= fact_of(p, u)->range.hi || y == u)
		return term_ult(p, x, z);
	return fact_of(p, y)->range.hi < fact_of(p, u)->range.lo ? term_ule(p, x, z) : 0;
}

/* No operand order makes a sum wrap: its operands' upper bounds add up to a number of its width. */
static bool never_wraps(const struct term_pool *p, term t)
{
	struct list l = {0};
	uint64_t hi = 0;
	list_flatten(p, &l, TERM_ADD, t, SUM_MAX);
	for (size_t i = 0; i < l.n; i++)
		if (__builtin_add_overflow(hi, fact_of(p, l.t[i])->range.hi, &hi))
			return false;
	return hi <= mask_of(width_of(p, t));
}

term rule_ult_sum(struct term_pool *p, const struct node *n)
{
	term a = n->a, b = n->b;
	bool sums = kind_of(p, a) == TERM_ADD || kind_of(p, b) == TERM_ADD;
	if (!sums || !never_wraps(p, a) || !never_wraps(p, b))
		return 0;
	return cancel_sums(p, &a, &b) ? term_ult(p, a, b) : 0;
}

/* ~ turns both orders around. */
static term strip_not(struct term_pool *p, const struct node *n, term (*compare)(struct term_pool *, term, term))
{
	bool negated = kind_of(p, n->a) == TERM_NOT || kind_of(p, n->b) == TERM_NOT;
	term x = negated ? undo(p, TERM_NOT, n->a) : 0, y = negated ? undo(p, TERM_NOT, n->b) : 0;
	return x && y ? compare(p, y, x) : 0;
}

term rule_ult_not(struct term_pool *p, const struct node *n)
{
	return strip_not(p, n, term_ult);
}

term rule_slt_same(struct term_pool *p, const struct node *n)
{
	return n->a == n->b ? term_false(p) : 0;
}

term rule_slt_zero(struct term_pool *p, const struct node *n)
{
	unsigned top = width_of(p, n->a) - 1;
	if (is_value(p, n->b, 0))
		return term_extract(p, n->a, top, top);
	return is_ones(p, n->a) ? term_not(p, term_extract(p, n->b, top, top)) : 0;
}

static int sign_of(const struct term_pool *p, term t)
{
	struct range r = fact_of(p, t)->range;
	uint64_t half = 1ull << (width_of(p, t) - 1);
	return r.hi < half ? 0 : r.lo >= half ? 1 : -1;
}

term rule_slt_same_sign(struct term_pool *p, const struct node *n)
{
	int sign = sign_of(p, n->a);
	return sign >= 0 && sign == sign_of(p, n->b) ? term_ult(p, n->a, n->b) : 0;
}

term rule_slt_sext(struct term_pool *p, const struct node *n)
{
	return strip_sext(p, n, term_slt);
}

term rule_slt_not(struct term_pool *p, const struct node *n)
{
	return strip_not(p, n, term_slt);
}
