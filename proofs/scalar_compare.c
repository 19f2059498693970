/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a comparison tells of two scalars. scalar_assume takes the parts that it
 * is about (scalar_view_of), lets them know of it (scalar_assume_views: proved
 * for each relation, both ways to hold it and both widths), and puts them back
 * (scalar_set_view, which exchanges them: scalar_sets.c). scalar_decide assumes
 * a relation and its opposite in turn.
 */
#include "scalars.h"

/* What they say of words of a width of theirs, sign-extended. */
#define RELATIONS(_, width)                                   \
	_(EQ, width, x == y)                                  \
	_(NE, width, x != y)                                  \
	_(GT, width, x > y)                                   \
	_(GE, width, x >= y)                                  \
	_(LT, width, x < y)                                   \
	_(LE, width, x <= y)                                  \
	_(SGT, width, (int##width##_t)x > (int##width##_t)y)  \
	_(SGE, width, (int##width##_t)x >= (int##width##_t)y) \
	_(SLT, width, (int##width##_t)x < (int##width##_t)y)  \
	_(SLE, width, (int##width##_t)x <= (int##width##_t)y) \
	_(SET, width, (x & y) != 0)                           \
	_(NSET, width, (x & y) == 0)

ALWAYS_INLINE struct scalar_view any_view64_of(uint64_t x)
{
	struct tnum bits = tnum_make(x, any_word());
	struct range u = any_range_of(x);
	return (struct scalar_view){bits, u, any_srange_of((int64_t)x)};
}

ALWAYS_INLINE struct scalar_view any_view32_of(uint32_t x)
{
	struct tnum bits = tnum_make(x, any_half());
	struct range u = any_half_range_of(x);
	return (struct scalar_view){bits, u, any_half_srange_of((int32_t)x)};
}

ALWAYS_INLINE bool is_in_view(struct scalar_view v, uint64_t x, int64_t as_signed)
{
	struct tnum bits = of(v.bits);
	return is_tnum(bits) && tnum_contains(bits, x) && is_in(range_of(v.u), x) &&
	       is_in_signed(srange_of(v.s), as_signed);
}

#define any_word64() any_word()
#define any_word32() any_half()

#define ASSUME_VIEWS(rel, width, condition)                                                   \
	THEOREM(scalar_assume_##rel##width, "include/scalar_assume.h", "scalar_assume_views") \
	{                                                                                     \
		uint##width##_t x = any_word##width(), y = any_word##width();                 \
		struct scalar_view a = any_view##width##_of(x);                               \
		struct scalar_view b = any_view##width##_of(y);                               \
		ASSUME(condition);                                                            \
		bool some = scalar_assume_views(SCALAR_##rel, &a, &b, width);                 \
		CLAIM(some);                                                                  \
		CLAIM(is_in_view(a, x, (int##width##_t)x));                                   \
		CLAIM(is_in_view(b, y, (int##width##_t)y));                                   \
		QED;                                                                          \
	}
RELATIONS(ASSUME_VIEWS, 64)
RELATIONS(ASSUME_VIEWS, 32)

#define VIEW_OF(width)                                                                         \
	THEOREM(scalar_view_of##width##_is_sound, "include/scalar_assume.h", "scalar_view_of") \
	{                                                                                      \
		uint64_t x = any_word();                                                       \
		struct scalar_view v = scalar_view_of(any_scalar_of(x), width);                \
		CLAIM(is_in_view(v, (uint##width##_t)x, (int##width##_t)x));                   \
		QED;                                                                           \
	}
VIEW_OF(64)
VIEW_OF(32)

/* Of a pair of words exactly one of a relation and its opposite holds. */
#define HOLDS(rel, width, condition) \
	case SCALAR_##rel:           \
		return condition;
ALWAYS_INLINE bool holds(enum scalar_relation relation, uint64_t x, uint64_t y)
{
	switch (relation) {
		RELATIONS(HOLDS, 64)
	}
	return false;
}

#define OPPOSITE(rel, width, condition)                                              \
	THEOREM(scalar_opposite_##rel, "include/scalar_assume.h", "scalar_opposite") \
	{                                                                            \
		uint64_t x = any_word(), y = any_word();                             \
		enum scalar_relation other = scalar_opposite(SCALAR_##rel);          \
		CLAIM(opaque(condition) + opaque(holds(other, x, y)) == 1);          \
		QED;                                                                 \
	}
RELATIONS(OPPOSITE, 64)
