/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scalars lose no member. scalar_sync is a loop of scalar_exchange: what one
 * round keeps any number of them does. A round is made of scalar_of_sides,
 * scalar_intersect, scalar_tighten and scalar_tighten_low, each of them proved;
 * that they are put together well is tried natively, and so is all that ends in
 * scalar_sync (join, meet, the makers).
 */
#include "scalars.h"

THEOREM(scalar_with_a_member_is_not_empty, "include/scalar_set.h", "scalar_is_empty")
{
	uint64_t x = any_word();
	struct scalar s = scalar_of(any_scalar_of(x));
	CLAIM(scalar_contains(s, x));
	CLAIM(!scalar_is_empty(s));
	QED;
}

THEOREM(scalar_any_and_none, "include/scalar_set.h", "scalar_any")
{
	uint64_t x = any_word();
	CLAIM(scalar_contains(scalar_of(scalar_any()), x));
	CLAIM(!scalar_contains(scalar_of(scalar_none()), x));
	CLAIM(scalar_is_empty(scalar_of(scalar_none())));
	QED;
}

THEOREM(scalar_const_is_exact, "include/scalar_set.h", "scalar_const")
{
	uint64_t x = any_word(), y = any_word();
	CLAIM(scalar_contains(scalar_of(scalar_const(x)), y) == (x == y));
	QED;
}

THEOREM(scalar_is_const_is_sound, "include/scalar_set.h", "scalar_is_const")
{
	uint64_t x = any_word(), y = any_word();
	struct scalar s = any_scalar_of(x);
	ASSUME(scalar_contains(s, y) && scalar_is_const(s));
	CLAIM(x == y);
	QED;
}

THEOREM(scalar_of_arc_is_sound, "include/scalar_set.h", "scalar_of_arc")
{
	uint64_t x = any_word();
	CLAIM(scalar_contains(scalar_of(scalar_of_arc(any_arc_of(x))), x));
	QED;
}

THEOREM(scalar_cover_is_sound, "include/scalar_set.h", "scalar_cover")
{
	uint64_t x = any_word(), y = any_word();
	struct scalar c = scalar_of(scalar_cover(any_scalar_of(x), any_scalar_of(y)));
	CLAIM(scalar_contains(c, x));
	CLAIM(scalar_contains(c, y));
	QED;
}

THEOREM(scalar_cover_with_nothing, "include/scalar_set.h", "scalar_cover")
{
	uint64_t x = any_word();
	struct scalar s = any_scalar_of(x);
	CLAIM(scalar_contains(scalar_of(scalar_cover(scalar_none(), s)), x));
	CLAIM(scalar_contains(scalar_of(scalar_cover(s, scalar_none())), x));
	QED;
}

THEOREM(scalar_intersect_is_sound, "include/scalar_set.h", "scalar_intersect")
{
	uint64_t x = any_word();
	struct scalar c = scalar_of(scalar_intersect(any_scalar_of(x), any_scalar_of(x)));
	CLAIM(is_tnum(c.bits));
	CLAIM(scalar_contains(c, x));
	QED;
}

#define SIDE(bits, word)                                                                          \
	THEOREM(scalar_side##bits##_is_sound, "include/scalar_set.h", "scalar_side")              \
	{                                                                                         \
		uint64_t x = any_word(), w = word;                                                \
		struct scalar s = any_scalar_of(x);                                               \
		struct arc side = {0, 0};                                                         \
		bool some = scalar_side(s, bits, w >> 63, &side);                                 \
		side = arc_of_words(side);                                                        \
		CLAIM(some);                                                                      \
		CLAIM(is_on(side, w));                                                            \
		CLAIM((side.start ^ w) >> 63 == 0 && ((side.start + side.width) ^ w) >> 63 == 0); \
		QED;                                                                              \
	}
SIDE(64, x)
SIDE(32, (uint64_t)(int32_t)x)

#define OF_SIDES(bits)                                                                         \
	THEOREM(scalar_of_sides##bits##_is_sound, "include/scalar_set.h", "scalar_of_sides")   \
	{                                                                                      \
		uint64_t x = any_word(), w = bits == 64 ? x : (uint64_t)(int32_t)x;            \
		CLAIM(scalar_contains(scalar_of(scalar_of_sides(any_scalar_of(x), bits)), w)); \
		QED;                                                                           \
	}
OF_SIDES(64)
OF_SIDES(32)

THEOREM(scalar_tighten_is_sound, "include/scalar_set.h", "scalar_tighten")
{
	uint64_t x = any_word(), flip = any_bit() & any_word();
	struct range r = any_range_of(x ^ flip);
	struct tnum t = tnum_make(x, any_word());
	bool some = scalar_tighten(&r, &t, flip);
	CLAIM(some);
	CLAIM(is_in(range_of(r), x ^ flip));
	t = of(t);
	CLAIM(is_tnum(t));
	CLAIM(tnum_contains(t, x));
	QED;
}

THEOREM(scalar_tighten_low_is_sound, "include/scalar_set.h", "scalar_tighten_low")
{
	uint64_t x = any_word();
	struct range r = any_range_of(x);
	uint32_t start = any_half(), width = any_half();
	ASSUME((uint32_t)x - start <= width);
	bool some = scalar_tighten_low(&r, start, width);
	CLAIM(some);
	CLAIM(is_in(range_of(r), x));
	QED;
}

THEOREM(scalar_subset_is_sound, "include/scalar_set.h", "scalar_subset")
{
	uint64_t x = any_word(), y = any_word();
	struct scalar a = any_scalar_of(x), b = any_scalar_of(y);
	ASSUME(scalar_subset(a, b));
	CLAIM(scalar_contains(b, x));
	QED;
}

THEOREM(scalar_equal_is_sound, "include/scalar_set.h", "scalar_equal")
{
	uint64_t x = any_word(), y = any_word();
	struct scalar a = any_scalar_of(x), b = any_scalar_of(y);
	ASSUME(scalar_equal(a, b));
	CLAIM(scalar_contains(b, x) && scalar_contains(a, y));
	QED;
}

#ifndef __bpf__
/* Put together from the steps above, and too much for the prover in one piece. */
#define STEP(name)                                            \
	TRIED(name##_is_sound, "include/scalar_set.h", #name) \
	{                                                     \
		uint64_t x = any_word();                      \
		struct scalar s = any_scalar_of(x);           \
		bool some = name(&s);                         \
		s = scalar_of(s);                             \
		CLAIM(some);                                  \
		CLAIM(is_tnum(s.bits));                       \
		CLAIM(scalar_contains(s, x));                 \
		QED;                                          \
	}

STEP(scalar_exchange_low)
STEP(scalar_exchange_bits)
STEP(scalar_exchange)

TRIED(scalar_sync_is_sound, "include/scalar_set.h", "scalar_sync")
{
	uint64_t x = any_word();
	struct scalar s = any_scalar_of(x);
	scalar_sync(&s);
	CLAIM(is_tnum(s.bits));
	CLAIM(scalar_contains(s, x));
	QED;
}

TRIED(scalar_join_is_sound, "include/scalar_set.h", "scalar_join")
{
	uint64_t x = any_word(), y = any_word();
	struct scalar a = any_scalar_of(x), b = any_scalar_of(y), c = scalar_join(a, b);
	CLAIM(scalar_contains(c, x) && scalar_contains(c, y));
	QED;
}

TRIED(scalar_meet_is_sound, "include/scalar_set.h", "scalar_meet")
{
	uint64_t x = any_word();
	struct scalar a = any_scalar_of(x), b = any_scalar_of(x);
	CLAIM(scalar_contains(scalar_meet(a, b), x));
	QED;
}

TRIED(scalar_of_bits_is_sound, "include/scalar_set.h", "scalar_of_bits")
{
	struct tnum a = any_tnum();
	CLAIM(scalar_contains(scalar_of_bits(a), any_member(a)));
	QED;
}

TRIED(scalar_between_is_sound, "include/scalar_set.h", "scalar_between")
{
	uint64_t x = any_word();
	struct range r = any_range_of(x);
	CLAIM(scalar_contains(scalar_between(r.lo, r.hi), x));
	QED;
}

TRIED(scalar_between_signed_is_sound, "include/scalar_set.h", "scalar_between_signed")
{
	uint64_t x = any_word();
	struct srange r = any_srange_of((int64_t)x);
	CLAIM(scalar_contains(scalar_between_signed(r.lo, r.hi), x));
	QED;
}
#endif
