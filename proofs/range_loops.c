/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * range_min_or, range_max_or, range_min_xor and range_max_xor at 64 bits, by
 * induction over the rounds of their loops. H: the bits above m. Before the
 * round for m, for all x of a and y of b:
 *
 *  or    x | y is on the far side of the ends' in H, or both are the ends in H
 *  xor   some words of the ranges that are left, which are the ends in H, have
 *        an x ^ y that is as far or farther (they are said in each theorem)
 *
 * It holds in the beginning (range_top_bit_leaves_the_rest), a round keeps it or
 * ends with what is to be shown, and when H is all bits it is what is to be
 * shown. That the bound is a result of members is its being the best.
 */
#include "ranges.h"

/* The bits above m, and m with those above it. */
#define ABOVE(m) (~(((m) << 1) - 1))
#define FROM(m) (~((m)-1))
#define AGREE(x, y, bits) ((((x) ^ (y)) & (bits)) == 0)

THEOREM(range_top_bit_leaves_the_rest, "include/range.h", "range_top_bit")
{
	uint64_t x = any_word(), y = any_word();
	struct range a = any_range_of(x), b = any_range_of(y);
	uint64_t m = opaque(range_top_bit(a, b)), above = m ? ABOVE(m) : ~0ull;
	CLAIM(!(m & (m - 1)));
	CLAIM(AGREE(x, a.lo, above) && AGREE(x, a.hi, above));
	CLAIM(AGREE(y, b.lo, above) && AGREE(y, b.hi, above));
	QED;
}

THEOREM(range_min_or_at_keeps_the_least, "include/range.h", "range_min_or_at")
{
	uint64_t x = any_word(), y = any_word(), m = any_bit(), least;
	struct range a = any_range_of(x), b = any_range_of(y);
	uint64_t ends = a.lo | b.lo, above = ABOVE(m), from = FROM(m);
	ASSUME(((x | y) & above) > (ends & above) || (AGREE(x, a.lo, above) && AGREE(y, b.lo, above)));
	bool done = range_min_or_at(a, b, m, &least);
	if (done)
		CLAIM(opaque(least) <= (x | y));
	else
		CLAIM(((x | y) & from) > (ends & from) || (AGREE(x, a.lo, from) && AGREE(y, b.lo, from)));
	QED;
}

THEOREM(range_min_or_at_is_best, "include/range.h", "range_min_or_at")
{
	struct range a = any_range(), b = any_range();
	uint64_t m = any_bit(), least;
	ASSUME(range_min_or_at(a, b, m, &least));
	uint64_t x = range_raise(a.lo, m), y = range_raise(b.lo, m);
	least = opaque(least);
	CLAIM((is_in(a, x) && least == (x | b.lo)) || (is_in(b, y) && least == (a.lo | y)));
	QED;
}

THEOREM(range_max_or_at_keeps_the_greatest, "include/range.h", "range_max_or_at")
{
	uint64_t x = any_word(), y = any_word(), m = any_bit(), most;
	struct range a = any_range_of(x), b = any_range_of(y);
	uint64_t ends = a.hi | b.hi, above = ABOVE(m), from = FROM(m);
	ASSUME(((x | y) & above) < (ends & above) || (AGREE(x, a.hi, above) && AGREE(y, b.hi, above)));
	bool done = range_max_or_at(a, b, m, &most);
	if (done)
		CLAIM(opaque(most) >= (x | y));
	else
		CLAIM(((x | y) & from) < (ends & from) || (AGREE(x, a.hi, from) && AGREE(y, b.hi, from)));
	QED;
}

THEOREM(range_max_or_at_is_best, "include/range.h", "range_max_or_at")
{
	struct range a = any_range(), b = any_range();
	uint64_t m = any_bit(), most;
	ASSUME(range_max_or_at(a, b, m, &most));
	uint64_t x = range_lower(a.hi, m), y = range_lower(b.hi, m);
	most = opaque(most);
	CLAIM((is_in(a, x) && most == (x | b.hi)) || (is_in(b, y) && most == (a.hi | y)));
	QED;
}

/* x and y are the lower ends above m, at most. */
THEOREM(range_min_xor_at_keeps_the_least, "include/range.h", "range_min_xor_at")
{
	uint64_t x = any_word(), y = any_word(), m = any_bit(), below = m - 1, from = FROM(m);
	struct range a = any_range_of(x), b = any_range_of(y), c = a, d = b;
	ASSUME(AGREE(x, a.lo, ABOVE(m)) && AGREE(y, b.lo, ABOVE(m)));
	range_min_xor_at(&c, &d, m);
	c = range_of(c);
	d = range_of(d);
	uint64_t low = (a.lo & below) > (b.lo & below) ? a.lo & below : b.lo & below, u = c.lo, v = d.lo;
	if (AGREE(x, c.lo, from) && AGREE(y, d.lo, from))
		u = x, v = y;
	else if (~a.lo & ~b.lo & x & y & m) /* both without m and with the same bits below it */
		u = (a.lo & ~below) | low, v = (b.lo & ~below) | low;
	CLAIM(is_in(c, u) && is_in(d, v));
	CLAIM(AGREE(u, c.lo, from) && AGREE(v, d.lo, from));
	CLAIM((u ^ v) <= (x ^ y));
	CLAIM(is_in(a, c.lo) && is_in(b, d.lo) && c.hi == a.hi && d.hi == b.hi);
	QED;
}

THEOREM(range_max_xor_at_keeps_the_greatest, "include/range.h", "range_max_xor_at")
{
	uint64_t x = any_word(), y = any_word(), m = any_bit(), below = m - 1, from = FROM(m);
	struct range a = any_range_of(x), b = any_range_of(y), c = a, d = b;
	ASSUME(AGREE(x, a.hi, ABOVE(m)) && AGREE(y, b.hi, ABOVE(m)));
	range_max_xor_at(&c, &d, m);
	c = range_of(c);
	d = range_of(d);
	uint64_t u = c.hi, v = d.hi;
	if (AGREE(x, c.hi, from) && AGREE(y, d.hi, from))
		u = x, v = y;
	else if ((x ^ y) & a.hi & b.hi & m) /* the one without m has all bits below it, the other none */
		u = c.hi & m ? c.hi & ~below : c.hi | below, v = d.hi & m ? d.hi & ~below : d.hi | below;
	CLAIM(is_in(c, u) && is_in(d, v));
	CLAIM(AGREE(u, c.hi, from) && AGREE(v, d.hi, from));
	CLAIM((u ^ v) >= (x ^ y));
	CLAIM(is_in(a, c.hi) && is_in(b, d.hi) && c.lo == a.lo && d.lo == b.lo);
	QED;
}
