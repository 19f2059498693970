/* SPDX-License-Identifier: BSD-2-Clause */
/* Each operator of known bits holds every result of members of its operands, and makes a tnum of tnums. */
#include "theorem.h"

/* op(a, b) against the words' own operation */
#define BINARY(name, result)                                   \
	THEOREM(name##_is_sound, "include/tnum.h", #name)      \
	{                                                      \
		struct tnum a = any_tnum(), b = any_tnum();    \
		uint64_t x = any_member(a), y = any_member(b); \
		struct tnum c = of(name(a, b));                \
		CLAIM(is_tnum(c));                             \
		CLAIM(tnum_contains(c, result));               \
		QED;                                           \
	}

#define UNARY(name, result)                                  \
	THEOREM(name##_is_sound, "include/tnum.h", #name)    \
	{                                                    \
		struct tnum a = any_tnum(), c = of(name(a)); \
		uint64_t x = any_member(a);                  \
		CLAIM(is_tnum(c));                           \
		CLAIM(tnum_contains(c, result));             \
		QED;                                         \
	}

/* with a number n < 64 */
#define SHIFT(name, result)                                     \
	THEOREM(name##_is_sound, "include/tnum.h", #name)       \
	{                                                       \
		unsigned n = any_below(64);                     \
		struct tnum a = any_tnum(), c = of(name(a, n)); \
		uint64_t x = any_member(a);                     \
		CLAIM(is_tnum(c));                              \
		CLAIM(tnum_contains(c, result));                \
		QED;                                            \
	}

BINARY(tnum_add, x + y)
BINARY(tnum_sub, x - y)
BINARY(tnum_and, x &y)
BINARY(tnum_or, x | y)
BINARY(tnum_xor, x ^ y)
UNARY(tnum_neg, -x)
UNARY(tnum_not, ~x)
SHIFT(tnum_shl, x << n)
SHIFT(tnum_shr, x >> n)
SHIFT(tnum_sar, (uint64_t)((int64_t)x >> n))

THEOREM(tnum_zext_keeps_widths, "include/tnum.h", "tnum_zext")
{
	unsigned bits = any_below(64) + 1;
	struct tnum a = any_tnum(), c = of(tnum_zext(a, bits));
	CLAIM(tnum_contains(c, any_member(a) & (~0ull >> (64 - bits))));
	QED;
}

THEOREM(tnum_sext_is_sound, "include/tnum.h", "tnum_sext")
{
	unsigned bits = any_below(64) + 1;
	struct tnum a = any_tnum(), c = of(tnum_sext(a, bits));
	uint64_t x = any_member(a);
	CLAIM(is_tnum(c));
	CLAIM(tnum_contains(c, (uint64_t)((int64_t)(x << (64 - bits)) >> (64 - bits))));
	QED;
}

#define SWAP(bits, result)                                                 \
	THEOREM(tnum_swap##bits##_is_sound, "include/tnum.h", "tnum_swap") \
	{                                                                  \
		struct tnum a = any_tnum(), c = of(tnum_swap(a, bits));    \
		uint64_t x = any_member(a);                                \
		CLAIM(is_tnum(c));                                         \
		CLAIM(tnum_contains(c, result));                           \
		QED;                                                       \
	}
SWAP(16, __builtin_bswap16((uint16_t)x))
SWAP(32, __builtin_bswap32((uint32_t)x))
SWAP(64, __builtin_bswap64(x))

THEOREM(tnum_join_is_sound, "include/tnum.h", "tnum_join")
{
	struct tnum a = any_tnum(), b = any_tnum(), c = of(tnum_join(a, b));
	CLAIM(is_tnum(c));
	CLAIM(tnum_contains(c, any_member(a)));
	CLAIM(tnum_contains(c, any_member(b)));
	QED;
}

THEOREM(tnum_meet_is_sound, "include/tnum.h", "tnum_meet")
{
	struct tnum a = any_tnum(), b = any_tnum(), c;
	uint64_t x = any_member(a);
	ASSUME(tnum_contains(b, x));
	CLAIM(tnum_meet(a, b, &c));
	CLAIM(is_tnum(c));
	CLAIM(tnum_contains(c, x));
	QED;
}

THEOREM(tnum_meet_holds_nothing_else, "include/tnum.h", "tnum_meet")
{
	struct tnum a = any_tnum(), b = any_tnum(), c;
	ASSUME(tnum_meet(a, b, &c));
	uint64_t x = any_member(c);
	CLAIM(tnum_contains(a, x));
	CLAIM(tnum_contains(b, x));
	QED;
}

THEOREM(tnum_subset_is_sound, "include/tnum.h", "tnum_subset")
{
	struct tnum a = any_tnum(), b = any_tnum();
	ASSUME(tnum_subset(a, b));
	CLAIM(tnum_contains(b, any_member(a)));
	QED;
}

/* The least member of a, or that with all its unknown bits set, is not in b. */
THEOREM(tnum_subset_is_complete, "include/tnum.h", "tnum_subset")
{
	struct tnum a = any_tnum(), b = any_tnum();
	ASSUME(!tnum_subset(a, b));
	CLAIM(!tnum_contains(b, a.value) || !tnum_contains(b, a.value | a.mask));
	QED;
}

THEOREM(tnum_contains_its_members_only, "include/tnum.h", "tnum_contains")
{
	struct tnum a = any_tnum();
	uint64_t x = any_word(), bit = any_bit();
	CLAIM(tnum_contains(a, any_member(a)));
	ASSUME(tnum_contains(a, x) && !(a.mask & bit));
	CLAIM((x & bit) == (a.value & bit));
	QED;
}

THEOREM(tnum_equal_is_exact, "include/tnum.h", "tnum_equal")
{
	struct tnum a = any_tnum(), b = any_tnum();
	CLAIM(tnum_equal(a, b) == (tnum_subset(a, b) && tnum_subset(b, a)));
	QED;
}

THEOREM(tnum_range_is_sound, "include/tnum.h", "tnum_range")
{
	uint64_t lo = any_word(), x = any_word(), hi = any_word();
	ASSUME(lo <= x && x <= hi);
	struct tnum c = of(tnum_range(lo, hi));
	CLAIM(is_tnum(c));
	CLAIM(tnum_contains(c, x));
	QED;
}

THEOREM(tnum_first_is_the_least, "include/tnum.h", "tnum_first")
{
	struct tnum a = any_tnum();
	uint64_t from = any_word(), first;
	bool some = tnum_first(a, from, &first);
	uint64_t x = any_member(a);
	CLAIM(!some || (tnum_contains(a, first) && first >= from));
	ASSUME(x >= from);
	CLAIM(some && first <= x);
	QED;
}

THEOREM(tnum_last_is_the_greatest, "include/tnum.h", "tnum_last")
{
	struct tnum a = any_tnum();
	uint64_t to = any_word(), last;
	bool some = tnum_last(a, to, &last);
	uint64_t x = any_member(a);
	CLAIM(!some || (tnum_contains(a, last) && last <= to));
	ASSUME(x <= to);
	CLAIM(some && last >= x);
	QED;
}
