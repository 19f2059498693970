/* SPDX-License-Identifier: BSD-2-Clause */
/* Parts of what scalar_apply and scalar_shift put together, and of widening. */
#include "scalars.h"

/* `other` has x's low half, whatever its high one is. */
THEOREM(scalar_with_low_is_sound, "include/scalar_arith.h", "scalar_with_low")
{
	uint64_t x = any_word(), other = (any_word() << 32) | (uint32_t)x;
	struct scalar wide = any_scalar_of(x), low = any_scalar_of(other);
	CLAIM(scalar_contains(scalar_of(scalar_with_low(wide, low)), x));
	QED;
}

#define MAY_SHIFT(width)                                                                          \
	THEOREM(scalar_may_shift##width##_is_sound, "include/scalar_arith.h", "scalar_may_shift") \
	{                                                                                         \
		uint64_t x = any_word();                                                          \
		struct scalar amount = any_scalar_of(x);                                          \
		CLAIM(scalar_may_shift(amount, (unsigned)x &(width - 1), width));                 \
		QED;                                                                              \
	}
MAY_SHIFT(64)
MAY_SHIFT(32)

THEOREM(scalar_widen_bits_is_sound, "include/scalar_widen.h", "scalar_widen_bits")
{
	struct tnum a = any_tnum(), b = any_tnum(), c = of(scalar_widen_bits(a, b));
	CLAIM(is_tnum(c));
	CLAIM(tnum_contains(c, any_member(a)));
	CLAIM(tnum_contains(c, any_member(b)));
	QED;
}

/* Bounds that go to thresholds, of which there are four, anywhere. */
#define WIDEN(name, type, any_of, member, word, bits)                                      \
	THEOREM(name##bits##_is_sound, "include/scalar_widen.h", #name)                    \
	{                                                                                  \
		uint64_t thresholds[4] = {any_word(), any_word(), any_word(), any_word()}; \
		word x = (word)any_word(), y = (word)any_word();                           \
		struct scalar_thresholds ts = {thresholds, 4};                             \
		struct type c = type##_of(name(any_of(y), any_of(x), ts, bits));           \
		CLAIM(member(c, x));                                                       \
		CLAIM(member(c, y));                                                       \
		QED;                                                                       \
	}
WIDEN(scalar_widen_range, range, any_range_of, is_in, uint64_t, 64)
WIDEN(scalar_widen_range, range, any_half_range_of, is_in, uint32_t, 32)
WIDEN(scalar_widen_srange, srange, any_srange_of, is_in_signed, int64_t, 64)
WIDEN(scalar_widen_srange, srange, any_half_srange_of, is_in_signed, int32_t, 32)
