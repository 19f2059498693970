/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * No smaller tnum would do: wherever a result's bit is unknown, there are
 * members of the operands whose results differ in that bit. Which ones they
 * are is said here for every bit, so that no quantifier is left: besides the
 * pairs that differ in one bit, the least members of both against the greatest
 * of one or both (CGO 2022, theorems 8 and 22: all carries, and none).
 */
#include "theorem.h"

#define DIFFER(x, y) ((((x) ^ (y)) & bit) != 0)

THEOREM(tnum_add_is_best, "include/tnum.h", "tnum_add")
{
	struct tnum a = any_tnum(), b = any_tnum(), c = of(tnum_add(a, b));
	uint64_t bit = any_bit(), least = a.value + b.value;
	ASSUME(c.mask & bit);
	CLAIM(DIFFER(least, (a.value | (a.mask & bit)) + b.value) ||
	      DIFFER(least, a.value + (b.value | (b.mask & bit))) ||
	      DIFFER(least, (a.value | a.mask) + (b.value | b.mask)));
	QED;
}

THEOREM(tnum_sub_is_best, "include/tnum.h", "tnum_sub")
{
	struct tnum a = any_tnum(), b = any_tnum(), c = of(tnum_sub(a, b));
	uint64_t bit = any_bit(), middle = a.value - b.value;
	uint64_t most = (a.value | a.mask) - b.value, least = a.value - (b.value | b.mask);
	ASSUME(c.mask & bit);
	CLAIM(DIFFER(middle, (a.value | (a.mask & bit)) - b.value) ||
	      DIFFER(middle, a.value - (b.value | (b.mask & bit))) || DIFFER(most, least));
	QED;
}

THEOREM(tnum_neg_is_best, "include/tnum.h", "tnum_neg")
{
	struct tnum a = any_tnum(), c = of(tnum_neg(a));
	uint64_t bit = any_bit();
	ASSUME(c.mask & bit);
	CLAIM(DIFFER(-a.value, -(a.value | (a.mask & bit))) || DIFFER(-a.value, -(a.value | a.mask)));
	QED;
}

#define BITWISE(name, operation)                                                                      \
	THEOREM(name##_is_best, "include/tnum.h", #name)                                              \
	{                                                                                             \
		struct tnum a = any_tnum(), b = any_tnum(), c = of(name(a, b));                       \
		uint64_t bit = any_bit(), x = a.value, y = b.value, u = x | a.mask, v = y | b.mask;   \
		ASSUME(c.mask &bit);                                                                  \
		CLAIM(DIFFER(x operation y, u operation v) || DIFFER(x operation y, u operation y) || \
		      DIFFER(x operation y, x operation v));                                          \
		QED;                                                                                  \
	}
BITWISE(tnum_and, &)
BITWISE(tnum_or, |)
BITWISE(tnum_xor, ^)

#define SHIFT(name, operation)                                                  \
	THEOREM(name##_is_best, "include/tnum.h", #name)                        \
	{                                                                       \
		unsigned n = any_below(64);                                     \
		struct tnum a = any_tnum(), c = of(name(a, n));                 \
		uint64_t bit = any_bit();                                       \
		ASSUME(c.mask &bit);                                            \
		CLAIM(DIFFER(operation(a.value), operation(a.value | a.mask))); \
		QED;                                                            \
	}
#define LEFT(x) ((x) << n)
#define RIGHT(x) ((x) >> n)
#define SIGNED(x) ((uint64_t)((int64_t)(x) >> n))
SHIFT(tnum_shl, LEFT)
SHIFT(tnum_shr, RIGHT)
SHIFT(tnum_sar, SIGNED)

THEOREM(tnum_zext_is_best, "include/tnum.h", "tnum_zext")
{
	unsigned bits = any_below(64) + 1;
	struct tnum a = any_tnum(), c = of(tnum_zext(a, bits));
	uint64_t bit = any_bit(), low = ~0ull >> (64 - bits);
	ASSUME(c.mask & bit);
	CLAIM(DIFFER(a.value & low, (a.value | a.mask) & low));
	QED;
}

THEOREM(tnum_sext_is_best, "include/tnum.h", "tnum_sext")
{
	unsigned bits = any_below(64) + 1, n = 64 - bits;
	struct tnum a = any_tnum(), c = of(tnum_sext(a, bits));
	uint64_t bit = any_bit();
	ASSUME(c.mask & bit);
	CLAIM(DIFFER(SIGNED(a.value << n), SIGNED((a.value | a.mask) << n)));
	QED;
}

THEOREM(tnum_join_is_best, "include/tnum.h", "tnum_join")
{
	struct tnum a = any_tnum(), b = any_tnum(), c = of(tnum_join(a, b));
	uint64_t bit = any_bit();
	ASSUME(c.mask & bit);
	CLAIM(DIFFER(a.value, a.value | a.mask) || DIFFER(b.value, b.value | b.mask) || DIFFER(a.value, b.value));
	QED;
}

THEOREM(tnum_range_is_best, "include/tnum.h", "tnum_range")
{
	uint64_t lo = any_word(), hi = any_word(), bit = any_bit();
	ASSUME(lo <= hi);
	struct tnum c = of(tnum_range(lo, hi));
	ASSUME(c.mask & bit);
	/* between the two the highest bit in which they differ goes up once: right below it all bits are 1, then 0 */
	uint64_t top = c.mask ^ (c.mask >> 1), before = (hi & ~c.mask) | (c.mask >> 1), after = (hi & ~c.mask) | top;
	CLAIM(lo <= before && before <= hi && lo <= after && after <= hi);
	CLAIM(DIFFER(before, after));
	QED;
}
