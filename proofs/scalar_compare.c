/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a comparison tells of two scalars. scalar_assume takes the parts that it
 * is about (scalar_view_of), lets them know of it (scalar_assume_views: proved
 * for each relation, both ways to hold it and both widths), and puts them back
 * (scalar_set_view, which exchanges them: scalar_sets.c). scalar_decide assumes
 * a relation and its opposite in turn.
 */
#include "relations.h"

ALWAYS_INLINE struct scalar_view view_of(struct scalar_view v)
{
	return (struct scalar_view){of(v.bits), range_of(v.u), srange_of(v.s)};
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
		CLAIM(is_in_view(view_of(a), x, (int##width##_t)x));                          \
		CLAIM(is_in_view(view_of(b), y, (int##width##_t)y));                          \
		QED;                                                                          \
	}
RELATIONS(ASSUME_VIEWS, 64)
RELATIONS(ASSUME_VIEWS, 32)

#define VIEW_OF(width)                                                                         \
	THEOREM(scalar_view_of##width##_is_sound, "include/scalar_assume.h", "scalar_view_of") \
	{                                                                                      \
		uint64_t x = any_word();                                                       \
		struct scalar_view v = scalar_view_of(any_scalar_of(x), width);                \
		CLAIM(is_in_view(view_of(v), (uint##width##_t)x, (int##width##_t)x));          \
		QED;                                                                           \
	}
VIEW_OF(64)
VIEW_OF(32)

/* Of a pair of words exactly one of a relation and its opposite holds. */
#define OPPOSITE(rel, width, condition)                                              \
	THEOREM(scalar_opposite_##rel, "include/scalar_assume.h", "scalar_opposite") \
	{                                                                            \
		uint64_t x = any_word(), y = any_word();                             \
		enum scalar_relation other = scalar_opposite(SCALAR_##rel);          \
		CLAIM(opaque(condition) + opaque(holds(other, x, y, 64)) == 1);      \
		QED;                                                                 \
	}
RELATIONS(OPPOSITE, 64)
