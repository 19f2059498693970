/* SPDX-License-Identifier: BSD-2-Clause */
/* Cancellations that the rest of bpfprove relies on: two ways to write a term give
 * one id. And what is not about rewriting: facts, deep terms, text. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "encode/term/term.h"

static struct term_pool *p;
static term x, y, z, u, v; /* 64, 64, 64, 32, 32 bits */
static term b[8];          /* 8 bits */
static term g, c, d, e;    /* 1 bit */

static void open_pool(void)
{
	p = term_new_pool();
	term *wide[] = {&x, &y, &z}, *half[] = {&u, &v}, *bits[] = {&g, &c, &d, &e};
	for (uint32_t i = 0; i < 3; i++)
		*wide[i] = term_apply(p, i, 64, NULL, 0);
	for (uint32_t i = 0; i < 2; i++)
		*half[i] = term_apply(p, 10 + i, 32, NULL, 0);
	for (uint32_t i = 0; i < 8; i++)
		b[i] = term_apply(p, 20 + i, 8, NULL, 0);
	for (uint32_t i = 0; i < 4; i++)
		*bits[i] = term_apply(p, 30 + i, 1, NULL, 0);
}

static void close_pool(void)
{
	term_free_pool(p);
}

TestSuite(term_shape, .init = open_pool, .fini = close_pool);

#define SAME(l, r) same(l, r, #l, #r, __LINE__)
static void same(term l, term r, const char *left, const char *right, int line)
{
	if (l == r)
		return;
	term_print(p, l, 6, stderr);
	fputs("   ", stderr);
	term_print(p, r, 6, stderr);
	cr_assert_fail(" line %d: %s is not %s", line, left, right);
}

static term k(uint64_t value)
{
	return term_const(p, 64, value);
}
static term k8(uint64_t value)
{
	return term_const(p, 8, value);
}
static term not(term a)
{
	return term_not(p, a);
}
static term and (term a, term o)
{
	return term_and(p, a, o);
}
static term or (term a, term o)
{
	return term_or(p, a, o);
}
static term xor (term a, term o) { return term_xor(p, a, o); } static term add(term a, term o)
{
	return term_add(p, a, o);
}
static term sub(term a, term o)
{
	return term_sub(p, a, o);
}
static term mul(term a, term o)
{
	return term_mul(p, a, o);
}
static term eq(term a, term o)
{
	return term_eq(p, a, o);
}
static term ult(term a, term o)
{
	return term_ult(p, a, o);
}
static term slt(term a, term o)
{
	return term_slt(p, a, o);
}
static term ite(term q, term a, term o)
{
	return term_ite(p, q, a, o);
}
static term cut(term a, unsigned hi, unsigned lo)
{
	return term_extract(p, a, hi, lo);
}
static term cat(term a, term o)
{
	return term_concat(p, a, o);
}
static term zext(term a)
{
	return term_zext(p, a, 64);
}
static term sext(term a)
{
	return term_sext(p, a, 64);
}
static term shl(term a, unsigned n)
{
	return term_shl(p, a, term_const(p, term_width(p, a), n));
}
static term lshr(term a, unsigned n)
{
	return term_lshr(p, a, term_const(p, term_width(p, a), n));
}

/* Little-endian bytes of t, loaded again low byte first or high byte first. */
static term reload(term t, bool low_first)
{
	unsigned w = term_width(p, t);
	term r = 0;
	for (unsigned i = 0; i < w; i += 8) {
		unsigned lo = low_first ? i : w - 8 - i;
		term byte = cut(t, lo + 7, lo);
		r = !r ? byte : low_first ? cat(byte, r) : cat(r, byte);
	}
	return r;
}

Test(term_shape, paths_merge)
{
	SAME(or (and(g, c), and(g, not(c))), g);
	SAME(or (g, and(g, c)), g);
	SAME(and(g, or (g, c)), g);
	SAME(and(g, or (not(g), c)), and(g, c));
	SAME(or (and(and(g, c), d), and(g, and(d, not(c)))), and(d, g));
	SAME(or (and(and(g, c), d), or (and(and(g, c), not(d)), and(g, not(c)))), g);
	SAME(or (or (and(and(g, c), d), and(g, not(c))), and(and(g, c), not(d))), g);
	SAME(or (or (and(and(g, not(c)), not(d)), and(g, c)), and(d, and(g, not(c)))), g);
	SAME(and(g, not(g)), term_false(p));
	SAME(or (and(c, d), not(and(d, c))), term_true(p));
	SAME(and(and(c, d), and(e, not(c))), term_false(p));
	SAME(and(and(c, d), e), and(c, and(e, d)));
	SAME(or (or (c, d), e), or (c, or (e, d)));
	SAME(not(and(c, not(d))), term_implies(p, c, d));
	SAME(or (not(c), not(d)), not(and(c, d)));
	SAME(xor(c, not(d)), not(xor(d, c)));
	SAME(eq(c, d), not(xor(c, d)));
}

Test(term_shape, long_paths_merge)
{
	term path = term_true(p), conds[60];
	for (uint32_t i = 0; i < 60; i++)
		path = and(path, conds[i] = eq(term_apply(p, 100 + i, 32, NULL, 0), u));
	for (uint32_t i = 0; i < 8; i++) {
		term q = term_apply(p, 200 + i, 1, NULL, 0);
		SAME(or (and(path, q), and(path, not(q))), path);
		SAME(or (and(q, path), and(not(q), path)), path);
	}
	SAME(and(path, not(conds[59])), term_false(p));
}

Test(term_shape, choices)
{
	SAME(ite(not(c), x, y), ite(c, y, x));
	SAME(ite(c, x, x), x);
	SAME(ite(c, k(1), k(0)), zext(c));
	SAME(ite(c, ite(c, x, y), z), ite(c, x, z));
	SAME(ite(c, z, ite(c, x, y)), ite(c, z, y));
	SAME(ite(and(g, c), ite(g, x, y), z), ite(and(g, c), x, z));
	SAME(ite(and(g, c), x, ite(and(g, c), y, z)), ite(and(g, c), x, z));
	SAME(ite(and(g, c), x, ite(and(d, and(g, c)), y, z)), ite(and(g, c), x, z));
	SAME(ite(c, ite(and(not(c), d), x, y), z), ite(c, y, z));
	SAME(ite(and(g, c), x, ite(and(g, not(c)), y, x)), ite(and(g, not(c)), y, x));
	SAME(ite(c, x, ite(d, x, y)), ite(or (c, d), x, y));
	SAME(ite(c, d, e), or (and(c, d), and(not(c), e)));
	SAME(eq(ite(c, k(5), k(7)), k(5)), c);
	SAME(eq(ite(c, k(5), x), k(6)), and(not(c), eq(x, k(6))));
	SAME(ite(eq(x, y), x, y), y);
	SAME(ite(c, add(x, k(4)), add(x, k(8))), add(x, ite(c, k(4), k(8))));
	SAME(add(ite(c, k(3), k(9)), k(1)), ite(c, k(4), k(10)));
}

Test(term_shape, sums)
{
	SAME(add(add(x, k(4)), k(8)), add(x, k(12)));
	SAME(sub(add(x, k(4)), k(4)), x);
	SAME(add(add(x, k(4)), y), add(add(y, x), k(4)));
	SAME(sub(add(x, y), y), x);
	SAME(sub(x, x), k(0));
	SAME(add(sub(x, y), sub(y, x)), k(0));
	SAME(sub(add(add(x, y), z), add(z, x)), y);
	SAME(add(add(x, y), z), add(x, add(z, y)));
	SAME(add(not(x), k(1)), term_neg(p, x));
	SAME(eq(add(x, k(4)), add(x, k(8))), term_false(p));
	SAME(eq(add(x, k(4)), k(8)), eq(x, k(4)));
	SAME(eq(add(x, y), add(z, x)), eq(y, z));
	SAME(mul(x, k(8)), shl(x, 3));
	SAME(mul(add(x, k(1)), k(8)), add(mul(x, k(8)), k(8)));
	SAME(mul(mul(x, k(3)), k(5)), mul(x, k(15)));
	SAME(sub(mul(x, k(5)), mul(x, k(5))), k(0));
	SAME(add(or (shl(x, 3), k(4)), k(4)), add(shl(x, 3), k(8)));
	SAME(term_udiv(p, x, k(16)), lshr(x, 4));
	SAME(term_urem(p, x, k(16)), and(x, k(15)));
	SAME(cut(add(x, y), 31, 0), add(cut(x, 31, 0), cut(y, 31, 0)));
	SAME(cut(add(zext(u), k(-8ull)), 31, 0), add(u, term_const(p, 32, -8ull)));
}

Test(term_shape, bits)
{
	SAME(and(x, not(x)), k(0));
	SAME(or (x, not(x)), k(~0ull));
	SAME(xor(xor(x, y), x), y);
	SAME(and(and(x, y), x), and(y, x));
	SAME(and(x, or (y, x)), x);
	SAME(or (x, and(y, x)), x);
	SAME(not(not(x)), x);
	SAME(and(x, k(0xff)), zext(cut(x, 7, 0)));
	SAME(and(and(x, k(0xfff)), k(0xff)), and(x, k(0xff)));
	SAME(and(lshr(x, 8), k(0xff)), zext(cut(x, 15, 8)));
	SAME(lshr(shl(x, 32), 32), zext(cut(x, 31, 0)));
	SAME(term_ashr(p, shl(x, 32), k(32)), sext(cut(x, 31, 0)));
	SAME(shl(lshr(x, 8), 8), and(x, k(~0xffull)));
	SAME(cut(zext(u), 31, 0), u);
	SAME(term_zext(p, term_zext(p, b[0], 16), 64), zext(b[0]));
	SAME(term_sext(p, zext(u), 64), zext(u));
}

Test(term_shape, bytes)
{
	term bz[8];
	for (int i = 0; i < 8; i++)
		bz[i] = zext(b[i]);
	SAME(or (shl(bz[1], 8), bz[0]), zext(cat(b[1], b[0])));
	SAME(add(shl(bz[1], 8), bz[0]), zext(cat(b[1], b[0])));
	SAME(xor(bz[0], shl(bz[1], 8)), zext(cat(b[1], b[0])));
	term shifted = bz[0], loaded = b[0];
	for (unsigned i = 1; i < 8; i++) {
		shifted = or (shifted, shl(bz[i], 8 * i));
		loaded = cat(b[i], loaded);
	}
	SAME(shifted, loaded);
	SAME(cut(loaded, 23, 16), b[2]);
	SAME(cat(cut(x, 63, 32), cut(x, 31, 0)), x);
	SAME(cat(term_const(p, 32, 0), u), zext(u));
	SAME(term_bswap(p, term_bswap(p, x)), x);
	SAME(term_bswap(p, term_bswap(p, u)), u);
	SAME(term_bswap(p, loaded), term_bswap(p, shifted));
	SAME(cut(term_bswap(p, x), 7, 0), cut(x, 63, 56));
	term swapped = or (and(lshr(x, 8), k(0xff)), and(shl(x, 8), k(0xff00)));
	SAME(cut(swapped, 15, 0), term_bswap(p, cut(x, 15, 0)));
	SAME(or (and(x, k(~0xff00ull)), and(x, k(0xff00))), x);
}

Test(term_shape, stored_bytes_load)
{
	term wholes[] = {
	    x,
	    add(x, y),
	    mul(x, y),
	    add(x, k(5)),
	    sub(x, y),
	    xor(x, y),
	    and(x, y),
	    or (x, y),
	    not(x),
	    not(xor(x, y)),
	    xor(x, k(0xff)),
	    xor(x, k(0x123456789abcdef0)),
	    and(x, k(0xff00ff)),
	    and(x, k(~7ull)),
	    or (x, k(0x80)),
	    and(x, k(0x5555555555555555)),
	    sext(u),
	    zext(u),
	    zext(b[0]),
	    sext(b[0]),
	    zext(c),
	    sext(c),
	    sext(not(c)),
	    ite(c, x, y),
	    ite(c, x, k(0)),
	    ite(c, k(0x101), k(0)),
	    ite(c, k(0x12345678), k(0x87654321)),
	    ite(c, k(0x503), k(0x504)),
	    term_neg(p, x),
	    shl(x, 3),
	    lshr(x, 5),
	    add(shl(x, 3), k(12)),
	    term_udiv(p, x, y),
	    term_shl(p, x, y),
	    cat(u, term_add(p, u, v)),
	    cat(term_add(p, u, v), u),
	    cat(u, v),
	    k(0x123456789abcdef0),
	    ite(c, zext(u), k(7)),
	    cat(add(x, y) ? u : v, not(v)),
	    zext(term_add(p, u, v)),
	    sext(term_add(p, u, v)),
	    term_ashr(p, x, k(9)),
	    xor(x, zext(u)),
	    and(x, sext(u)),
	    or (x, zext(b[3])),
	    mul(x, k(12)),
	    term_neg(p, zext(u)),
	};
	for (size_t i = 0; i < sizeof wholes / sizeof *wholes; i++) {
		SAME(reload(wholes[i], true), wholes[i]);
		SAME(reload(wholes[i], false), wholes[i]);
		SAME(cat(cut(wholes[i], 63, 32), cut(wholes[i], 31, 0)), wholes[i]);
	}
}

Test(term_shape, comparisons)
{
	SAME(ult(x, k(1)), eq(x, k(0)));
	SAME(ult(k(0), x), not(eq(x, k(0))));
	SAME(ult(x, k(0)), term_false(p));
	SAME(ult(zext(u), k(1ull << 32)), term_true(p));
	SAME(ult(zext(u), zext(v)), ult(u, v));
	SAME(slt(zext(u), zext(v)), ult(u, v));
	SAME(slt(sext(u), sext(v)), slt(u, v));
	SAME(slt(x, k(0)), cut(x, 63, 63));
	SAME(eq(zext(u), k(5)), eq(u, term_const(p, 32, 5)));
	SAME(eq(zext(u), k(1ull << 40)), term_false(p));
	SAME(eq(cat(b[0], k8(3)), term_const(p, 16, 0x503)), eq(b[0], k8(5)));
	SAME(eq(cat(b[0], k8(3)), term_const(p, 16, 0x504)), term_false(p));
	SAME(eq(sext(c), k(1)), term_false(p));
	SAME(eq(xor(x, y), k(0)), eq(x, y));
	cr_assert_eq(term_kind(p, not(ult(x, y))), TERM_NOT);
	SAME(term_ule(p, x, y), not(ult(y, x)));
	cr_assert_neq(ult(add(x, k(1)), add(y, k(1))), ult(x, y), "a sum may wrap");
}

Test(term_shape, bounded_addresses_compare_by_offset)
{
	term_bound(p, 50, 0xffff888100100000, 0xffff8881ffff0000);
	term at = term_apply(p, 50, 64, NULL, 0);
	SAME(ult(add(at, zext(u)), add(at, k(14))), ult(u, term_const(p, 32, 14)));
	SAME(eq(at, k(0)), term_false(p));
	SAME(eq(add(at, k(4)), add(at, zext(u))), eq(u, term_const(p, 32, 4)));
	struct range r = term_range(p, add(at, k(16)));
	cr_assert_eq(r.lo, 0xffff888100100010);
	cr_assert_eq(r.hi, 0xffff8881ffff0010);
	uint64_t lo, hi;
	cr_assert(term_bound_of(p, 50, &lo, &hi) && hi == 0xffff8881ffff0000);
	cr_assert_not(term_bound_of(p, 51, &lo, &hi));
}

Test(term_shape, splits)
{
	term base;
	uint64_t off;
	term_split(p, add(x, k(-8ull)), &base, &off);
	cr_assert(base == x && off == -8ull);
	term_split(p, k(7), &base, &off);
	cr_assert(base == 0 && off == 7);
	term_split(p, x, &base, &off);
	cr_assert(base == x && off == 0);
	term_split(p, add(shl(x, 3), k(4)), &base, &off);
	cr_assert(base == shl(x, 3) && off == 4);
}

Test(term_shape, applications_are_congruent)
{
	term args[] = {x, b[0], c}, other[] = {x, b[1], c};
	term t = term_apply(p, 60, 8, args, 3);
	SAME(t, term_apply(p, 60, 8, args, 3));
	cr_assert_neq(t, term_apply(p, 60, 8, other, 3));
	cr_assert_neq(t, term_apply(p, 60, 8, args, 2));
	cr_assert(term_arity(p, t) == 3 && term_arg(p, t, 1) == b[0] && term_fn(p, t) == 60);
	term *leaves, root = add(zext(t), y);
	cr_assert_eq(term_leaves(p, &root, 1, &leaves), 5);
	cr_assert_eq(leaves[4], t);
	free(leaves);
}
