/* SPDX-License-Identifier: BSD-2-Clause */
/* Scalars lose no member in an exchange, nor in what ends in one: each function by the contracts of those it calls. */
#include "contracts.h"

#define STEP(name)                                              \
	THEOREM(name##_is_sound, "include/scalar_set.h", #name) \
	{                                                       \
		uint64_t x = about[X] = any_word();             \
		struct scalar s = any_scalar_of(x);             \
		bool some = ITSELF(name)(&s);                   \
		s = scalar_of(s);                               \
		CLAIM(some);                                    \
		CLAIM_CONTAINS(s, x);                           \
		QED;                                            \
	}
STEP(scalar_exchange_bits)
STEP(scalar_exchange_low)
STEP(scalar_exchange)

THEOREM(scalar_sync_is_sound, "include/scalar_set.h", "scalar_sync")
{
	uint64_t x = about[X] = any_word();
	struct scalar s = any_scalar_of(x);
	ITSELF(scalar_sync)(&s);
	s = scalar_of(s);
	CLAIM_CONTAINS(s, x);
	QED;
}

THEOREM(scalar_join_is_sound, "include/scalar_set.h", "scalar_join")
{
	uint64_t x = about[X] = any_word(), y = any_word();
	struct scalar a = any_scalar_of(x), b = any_scalar_of(y), c = scalar_of(scalar_join(a, b));
	CLAIM_CONTAINS(c, x);
	c = scalar_of(scalar_join(b, a));
	CLAIM_CONTAINS(c, x);
	QED;
}

THEOREM(scalar_meet_is_sound, "include/scalar_set.h", "scalar_meet")
{
	uint64_t x = about[X] = any_word();
	struct scalar a = any_scalar_of(x), b = any_scalar_of(x), c = scalar_of(scalar_meet(a, b));
	CLAIM_CONTAINS(c, x);
	QED;
}

THEOREM(scalar_of_bits_is_sound, "include/scalar_set.h", "scalar_of_bits")
{
	struct tnum a = any_tnum();
	uint64_t x = about[X] = any_member(a);
	struct scalar s = scalar_of(scalar_of_bits(a));
	CLAIM_CONTAINS(s, x);
	QED;
}

THEOREM(scalar_between_is_sound, "include/scalar_set.h", "scalar_between")
{
	uint64_t x = about[X] = any_word();
	struct range r = any_range_of(x);
	struct scalar s = scalar_of(scalar_between(r.lo, r.hi));
	CLAIM_CONTAINS(s, x);
	QED;
}

THEOREM(scalar_between_signed_is_sound, "include/scalar_set.h", "scalar_between_signed")
{
	uint64_t x = about[X] = any_word();
	struct srange r = any_srange_of((int64_t)x);
	struct scalar s = scalar_of(scalar_between_signed(r.lo, r.hi));
	CLAIM_CONTAINS(s, x);
	QED;
}

THEOREM(scalar_of_width_is_sound, "include/scalar_set.h", "scalar_of_width")
{
	unsigned bits = any_below(64) + 1;
	uint64_t x = about[X] = any_word() & range_max_of(bits);
	struct scalar s = scalar_of(scalar_of_width(bits));
	CLAIM_CONTAINS(s, x);
	QED;
}

#define SET_VIEW(bits)                                                                          \
	THEOREM(scalar_set_view##bits##_is_sound, "include/scalar_assume.h", "scalar_set_view") \
	{                                                                                       \
		uint64_t x = about[X] = any_word();                                             \
		struct scalar s = any_scalar_of(x);                                             \
		struct scalar_view v = any_view##bits##_of((uint##bits##_t)x);                  \
		ITSELF(scalar_set_view)(&s, v, bits);                                           \
		s = scalar_of(s);                                                               \
		CLAIM_CONTAINS(s, x);                                                           \
		QED;                                                                            \
	}
SET_VIEW(64)
SET_VIEW(32)
