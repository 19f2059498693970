/* SPDX-License-Identifier: BSD-2-Clause */
/* Constructors: the width contract of each, then rewriting. */
#include "pool.h"

static term make(struct term_pool *p, enum term_kind kind, unsigned width, term a, term b, term c)
{
	return rewrite_make(p, (struct node){(uint8_t)kind, (uint8_t)width, 0, 0, a, b, c});
}

static void check(const struct term_pool *p, term t)
{
	POOL_CHECK(t && t < p->count);
}

static void check_same(const struct term_pool *p, term a, term b)
{
	check(p, a);
	check(p, b);
	POOL_CHECK(width_of(p, a) == width_of(p, b));
}

term term_true(struct term_pool *p)
{
	return term_const(p, 1, 1);
}

term term_false(struct term_pool *p)
{
	return term_const(p, 1, 0);
}

/* One argument, of the result's width. */
#define UNARY(name, kind)                                      \
	term term_##name(struct term_pool *p, term a)          \
	{                                                      \
		check(p, a);                                   \
		return make(p, kind, width_of(p, a), a, 0, 0); \
	}
/* Two arguments of the result's width. */
#define BINARY(name, kind)                                     \
	term term_##name(struct term_pool *p, term a, term b)  \
	{                                                      \
		check_same(p, a, b);                           \
		return make(p, kind, width_of(p, a), a, b, 0); \
	}
/* Two arguments of one width, a truth value. */
#define COMPARE(name, kind)                                   \
	term term_##name(struct term_pool *p, term a, term b) \
	{                                                     \
		check_same(p, a, b);                          \
		return make(p, kind, 1, a, b, 0);             \
	}
UNARY(not, TERM_NOT)
UNARY(neg, TERM_NEG)
BINARY(and, TERM_AND)
BINARY(or, TERM_OR)
BINARY(xor, TERM_XOR)
BINARY(add, TERM_ADD)
BINARY(mul, TERM_MUL)
BINARY(udiv, TERM_UDIV)
BINARY(urem, TERM_UREM)
BINARY(sdiv, TERM_SDIV)
BINARY(srem, TERM_SREM)
BINARY(shl, TERM_SHL)
BINARY(lshr, TERM_LSHR)
BINARY(ashr, TERM_ASHR)
COMPARE(eq, TERM_EQ)
COMPARE(ult, TERM_ULT)
COMPARE(slt, TERM_SLT)

term term_sub(struct term_pool *p, term a, term b)
{
	check_same(p, a, b);
	return term_add(p, a, term_neg(p, b));
}

term term_ne(struct term_pool *p, term a, term b)
{
	return term_not(p, term_eq(p, a, b));
}

term term_ule(struct term_pool *p, term a, term b)
{
	return term_not(p, term_ult(p, b, a));
}

term term_sle(struct term_pool *p, term a, term b)
{
	return term_not(p, term_slt(p, b, a));
}

term term_implies(struct term_pool *p, term a, term b)
{
	check_same(p, a, b);
	POOL_CHECK(width_of(p, a) == 1);
	return term_not(p, term_and(p, a, term_not(p, b)));
}

/* c of width 1; a, b of the result's width. */
term term_ite(struct term_pool *p, term c, term a, term b)
{
	check(p, c);
	check_same(p, a, b);
	POOL_CHECK(width_of(p, c) == 1);
	return make(p, TERM_ITE, width_of(p, a), c, a, b);
}

/* lo <= hi < width of a. */
term term_extract(struct term_pool *p, term a, unsigned hi, unsigned lo)
{
	check(p, a);
	POOL_CHECK(lo <= hi && hi < width_of(p, a));
	return rewrite_make(p, (struct node){TERM_EXTRACT, (uint8_t)(hi - lo + 1), (uint8_t)hi, (uint8_t)lo, a, 0, 0});
}

term term_concat(struct term_pool *p, term hi, term lo)
{
	check(p, hi);
	check(p, lo);
	POOL_CHECK(width_of(p, hi) + width_of(p, lo) <= 64);
	return make(p, TERM_CONCAT, width_of(p, hi) + width_of(p, lo), hi, lo, 0);
}

static term extend(struct term_pool *p, enum term_kind kind, term a, unsigned width)
{
	check(p, a);
	POOL_CHECK(width >= width_of(p, a) && width <= 64);
	return width == width_of(p, a) ? a : make(p, kind, width, a, 0, 0);
}

term term_zext(struct term_pool *p, term a, unsigned width)
{
	return extend(p, TERM_ZEXT, a, width);
}

term term_sext(struct term_pool *p, term a, unsigned width)
{
	return extend(p, TERM_SEXT, a, width);
}

term term_bswap(struct term_pool *p, term a)
{
	check(p, a);
	unsigned w = width_of(p, a);
	POOL_CHECK(w % 8 == 0);
	term t = term_extract(p, a, w - 1, w - 8);
	for (unsigned lo = w - 8; lo > 0; lo -= 8)
		t = term_concat(p, term_extract(p, a, lo - 1, lo - 8), t);
	return t;
}

term term_resize(struct term_pool *p, term a, unsigned width)
{
	check(p, a);
	return width > width_of(p, a) ? term_zext(p, a, width) : term_extract(p, a, width - 1, 0);
}

void term_split(struct term_pool *p, term t, term *base, uint64_t *offset)
{
	check(p, t);
	struct node n = node_of(p, t);
	*base = t;
	*offset = 0;
	if (n.kind == TERM_CONST) {
		*base = 0;
		*offset = node_value(&n);
	} else if (n.kind == TERM_ADD && is_const(p, n.b)) {
		*base = n.a;
		*offset = value_of(p, n.b);
	} else if (n.kind == TERM_CONCAT) {
		term cleared = slice_split(p, t, offset);
		*base = cleared ? cleared : t;
	}
}
