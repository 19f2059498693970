/* SPDX-License-Identifier: BSD-2-Clause */
/* Scalars lose no member in the steps that scalar_whole.c puts together. */
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

/* Whatever is in the other one, if anything. */
THEOREM(scalar_cover_keeps_each, "include/scalar_set.h", "scalar_cover")
{
	uint64_t x = any_word();
	struct scalar a = any_scalar_of(x), b = any_scalar();
	struct scalar c = scalar_of(scalar_cover(a, b)), d = scalar_of(scalar_cover(b, a));
	CLAIM_CONTAINS(c, x);
	CLAIM_CONTAINS(d, x);
	QED;
}

THEOREM(scalar_same_is_exact, "include/scalar_set.h", "scalar_same")
{
	struct scalar a = any_scalar(), b = any_scalar();
	uint64_t x = any_word();
	ASSUME(scalar_same(a, b));
	CLAIM(scalar_contains(a, x) == scalar_contains(b, x));
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
	struct range before = r;
	struct tnum t = tnum_make(x, any_word()), was = t;
	bool some = scalar_tighten(&r, &t, flip);
	CLAIM(some);
	r = range_of(r);
	CLAIM(is_in(r, x ^ flip));
	CLAIM(r.lo >= before.lo && r.hi <= before.hi);
	t = of(t);
	CLAIM(tnum_contains(t, x));
	CLAIM(!(t.mask & ~was.mask));
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
