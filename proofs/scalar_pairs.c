/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scalar_assume and scalar_decide as a whole, for every relation at once: of the
 * relation it is only used that scalar_assume_views keeps the pairs that satisfy
 * it (scalar_compare.c, one by one) and that its opposite holds of the others.
 */
#define WORDS 2
#include "contracts.h"
#include "relations.h"

/* Does the relation that the theorem is about hold of X and Y? And which it is. */
static bool about_holds;
static enum scalar_relation about_relation;

#ifdef __bpf__
ALWAYS_INLINE bool scalar_assume_views(enum scalar_relation rel, struct scalar_view *a, struct scalar_view *b,
				       unsigned bits)
{
	CLAIM(rel == about_relation && about_holds);
	CLAIM(is_seen_in(*a, about[X], bits));
	CLAIM(is_seen_in(*b, about[Y], bits));
	*a = any_view();
	*b = any_view();
	assume(is_seen_in(*a, about[X], bits) & is_seen_in(*b, about[Y], bits));
	return true;
}

/* Of one relation or its opposite; false is no answer where the pair satisfies it. */
ALWAYS_INLINE bool scalar_assume(enum scalar_relation rel, unsigned bits, struct scalar *a, struct scalar *b)
{
	bool holds = rel == about_relation ? about_holds : !about_holds;
	CLAIM(rel == about_relation || rel == scalar_opposite(about_relation));
	CLAIM(scalar_contains(*a, about[X]));
	CLAIM(scalar_contains(*b, about[Y]));
	*a = any_scalar();
	*b = any_scalar();
	assume(!holds | (scalar_contains(*a, about[X]) & scalar_contains(*b, about[Y])));
	return holds | any_bool();
}
#endif

/* Natively it is asked whether the relation holds. */
ALWAYS_INLINE void choose_relation(unsigned bits)
{
	about[X] = any_word();
	about[Y] = any_word();
	about_relation = (enum scalar_relation)any_below(16);
#ifdef __bpf__
	about_holds = any_bool();
#else
	about_holds = about_relation <= SCALAR_NSET && holds(about_relation, about[X], about[Y], bits);
#endif
}

#define ASSUME_PAIR(bits)                                                                   \
	THEOREM(scalar_assume##bits##_is_sound, "include/scalar_assume.h", "scalar_assume") \
	{                                                                                   \
		choose_relation(bits);                                                      \
		ASSUME(about_relation <= SCALAR_NSET && about_holds);                       \
		struct scalar a = any_scalar_of(about[X]), b = any_scalar_of(about[Y]);     \
		with_y = &b;                                                                \
		bool some = ITSELF(scalar_assume)(about_relation, bits, &a, &b);            \
		a = scalar_of(a);                                                           \
		b = scalar_of(b);                                                           \
		CLAIM(some);                                                                \
		CLAIM_CONTAINS(a, about[X]);                                                \
		CLAIM_CONTAINS(b, about[Y]);                                                \
		QED;                                                                        \
	}
ASSUME_PAIR(64)
ASSUME_PAIR(32)

#define DECIDE(bits)                                                                        \
	THEOREM(scalar_decide##bits##_is_sound, "include/scalar_assume.h", "scalar_decide") \
	{                                                                                   \
		choose_relation(bits);                                                      \
		ASSUME(about_relation <= SCALAR_NSET);                                      \
		struct scalar a = any_scalar_of(about[X]), b = any_scalar_of(about[Y]);     \
		int decided = scalar_decide(about_relation, bits, a, b);                    \
		CLAIM(decided != 0 || !about_holds);                                        \
		CLAIM(decided != 1 || about_holds);                                         \
		QED;                                                                        \
	}
DECIDE(64)
DECIDE(32)
