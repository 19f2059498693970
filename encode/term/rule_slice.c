/* SPDX-License-Identifier: BSD-2-Clause */
/* Slices x[h:l] move towards the leaves, and extensions of extensions are one. */
#include "pool.h"

static term slice(struct term_pool *p, const struct node *n, term t)
{
	return term_extract(p, t, n->hi, n->lo);
}

term rule_extract_whole(struct term_pool *p, const struct node *n)
{
	return n->width == width_of(p, n->a) ? n->a : 0;
}

term rule_extract_extract(struct term_pool *p, const struct node *n)
{
	struct node a = node_of(p, n->a);
	return a.kind == TERM_EXTRACT ? term_extract(p, a.a, a.lo + n->hi, a.lo + n->lo) : 0;
}

term rule_extract_concat(struct term_pool *p, const struct node *n)
{
	struct node a = node_of(p, n->a);
	if (a.kind != TERM_CONCAT)
		return 0;
	unsigned low = width_of(p, a.b);
	if (n->hi < low)
		return slice(p, n, a.b);
	if (n->lo >= low)
		return term_extract(p, a.a, n->hi - low, n->lo - low);
	return term_concat(p, term_extract(p, a.a, n->hi - low, 0), term_extract(p, a.b, low - 1, n->lo));
}

/* Above the source's bits facts know a zext[h:l] to be zero. */
term rule_extract_zext(struct term_pool *p, const struct node *n)
{
	struct node a = node_of(p, n->a);
	if (a.kind != TERM_ZEXT || n->lo >= width_of(p, a.a))
		return 0;
	unsigned top = width_of(p, a.a) - 1;
	return term_zext(p, term_extract(p, a.a, n->hi < top ? n->hi : top, n->lo), n->width);
}

term rule_extract_sext(struct term_pool *p, const struct node *n)
{
	struct node a = node_of(p, n->a);
	if (a.kind != TERM_SEXT)
		return 0;
	unsigned top = width_of(p, a.a) - 1;
	return term_sext(p, term_extract(p, a.a, n->hi < top ? n->hi : top, n->lo < top ? n->lo : top), n->width);
}

term rule_extract_not(struct term_pool *p, const struct node *n)
{
	struct node a = node_of(p, n->a);
	return a.kind == TERM_NOT ? term_not(p, slice(p, n, a.a)) : 0;
}

static bool is_bitwise(const struct node *n)
{
	return n->kind == TERM_AND || n->kind == TERM_OR || n->kind == TERM_XOR;
}

/* Is each bit of y[h:l] surely neutral for the operation? */
static bool neutral(const struct term_pool *p, const struct node *n, enum term_kind kind, term y)
{
	uint64_t m = mask_of(n->width) << n->lo;
	return kind == TERM_AND ? !(m & ~fact_of(p, y)->bits.value) : !(m & may_of(p, y));
}

term rule_extract_neutral(struct term_pool *p, const struct node *n)
{
	struct node a = node_of(p, n->a);
	if (!is_bitwise(&a))
		return 0;
	enum term_kind kind = (enum term_kind)a.kind;
	return neutral(p, n, kind, a.b) ? slice(p, n, a.a) : neutral(p, n, kind, a.a) ? slice(p, n, a.b) : 0;
}

bool slice_simpler(const struct term_pool *p, term x, term y)
{
	return kind_of(p, x) != TERM_EXTRACT && kind_of(p, y) != TERM_EXTRACT;
}

unsigned slice_runs(uint64_t mask)
{
	return (unsigned)__builtin_popcountll(mask & ~(mask << 1));
}

static term make2(struct term_pool *p, enum term_kind kind, term x, term y)
{
	return rewrite_make(p, (struct node){(uint8_t)kind, (uint8_t)width_of(p, x), 0, 0, x, y, 0});
}

/* A slice of x op k. It is moved inwards only where it becomes slices of x alone: else the operation stays whole, so
 * that its bytes merge again. */
static bool splits(const struct term_pool *p, enum term_kind kind, term k)
{
	uint64_t v = is_const(p, k) ? value_of(p, k) : 0;
	return is_const(p, k) &&
	       (kind == TERM_XOR || slice_runs(kind == TERM_AND ? v : ~v & mask_of(width_of(p, k))) < 2);
}

term rule_extract_bitwise(struct term_pool *p, const struct node *n)
{
	struct node a = node_of(p, n->a);
	if (!is_bitwise(&a))
		return 0;
	enum term_kind kind = (enum term_kind)a.kind;
	term x = slice(p, n, a.a), y = slice(p, n, a.b);
	return slice_simpler(p, x, y) || splits(p, kind, y) || splits(p, kind, x) ? make2(p, kind, x, y) : 0;
}

term rule_extract_add(struct term_pool *p, const struct node *n)
{
	struct node a = node_of(p, n->a);
	if (a.kind != TERM_ADD)
		return 0;
	uint64_t below = n->lo ? mask_of(n->lo) : 0;
	if ((may_of(p, a.a) & below) > below - (may_of(p, a.b) & below))
		return 0;
	return term_add(p, slice(p, n, a.a), slice(p, n, a.b));
}

term rule_extract_neg(struct term_pool *p, const struct node *n)
{
	struct node a = node_of(p, n->a);
	uint64_t below = n->lo ? mask_of(n->lo) : 0;
	return a.kind == TERM_NEG && !(may_of(p, a.a) & below) ? term_neg(p, slice(p, n, a.a)) : 0;
}

term rule_extract_mul(struct term_pool *p, const struct node *n)
{
	struct node a = node_of(p, n->a);
	return a.kind == TERM_MUL && !n->lo ? term_mul(p, slice(p, n, a.a), slice(p, n, a.b)) : 0;
}

term rule_extract_ite(struct term_pool *p, const struct node *n)
{
	struct node a = node_of(p, n->a);
	if (a.kind != TERM_ITE)
		return 0;
	term x = slice(p, n, a.b), y = slice(p, n, a.c);
	return slice_simpler(p, x, y) || is_const(p, x) || is_const(p, y) ? term_ite(p, a.a, x, y) : 0;
}

term rule_zext_zext(struct term_pool *p, const struct node *n)
{
	struct node a = node_of(p, n->a);
	return a.kind == TERM_ZEXT ? term_zext(p, a.a, n->width) : 0;
}

term rule_zext_sext_bool(struct term_pool *p, const struct node *n)
{
	struct node a = node_of(p, n->a);
	if (a.kind != TERM_SEXT || width_of(p, a.a) != 1)
		return 0;
	return term_ite(p, a.a, term_const(p, n->width, mask_of(a.width)), term_const(p, n->width, 0));
}

term rule_zext_slice(struct term_pool *p, const struct node *n)
{
	struct node a = node_of(p, n->a);
	if (a.kind != TERM_EXTRACT || a.lo + n->width > width_of(p, a.a))
		return 0;
	uint64_t above = mask_of(n->width) & ~mask_of(a.width);
	return may_of(p, a.a) >> a.lo & above ? 0 : term_extract(p, a.a, a.lo + n->width - 1u, a.lo);
}

term rule_sext_sext(struct term_pool *p, const struct node *n)
{
	struct node a = node_of(p, n->a);
	return a.kind == TERM_SEXT ? term_sext(p, a.a, n->width) : 0;
}

term rule_sext_sign(struct term_pool *p, const struct node *n)
{
	struct range r = fact_of(p, n->a)->range;
	unsigned w = width_of(p, n->a);
	if (r.hi < 1ull << (w - 1))
		return term_zext(p, n->a, n->width);
	return r.lo >= 1ull << (w - 1) ? term_concat(p, term_const(p, n->width - w, ~0ull), n->a) : 0;
}

term rule_extract_narrow(struct term_pool *p, const struct node *n)
{
	struct node a = node_of(p, n->a);
	bool low_bits = a.kind == TERM_ADD || a.kind == TERM_MUL || a.kind == TERM_NEG;
	if (!low_bits || n->lo == 0 || n->hi == width_of(p, n->a) - 1u)
		return 0;
	return term_extract(p, term_extract(p, n->a, n->hi, 0), n->hi, n->lo);
}
