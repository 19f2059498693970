/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * include/scalar_arith.h: the result of an operator on scalars holds that of
 * every two members. What the operators do on arcs and known bits is stated one
 * by one (scalar_leaves.c); that scalar_apply makes the right thing of it is
 * shown for all of them at once, with any word Z for the result.
 */
#include "contracts_arith.h"

/* Signs of the two words, and whether there are members of the other sign: constants, so that no runs meet. */
#define SIDES(bits, choice)                                                                                   \
	THEOREM(scalar_apply_sides##bits##_is_sound_##choice, "include/scalar_arith.h", "scalar_apply_sides") \
	{                                                                                                     \
		enum scalar_operator op = choose_operator(bits);                                              \
		struct scalar a = any_scalar_of(about[X]), b = any_scalar_of(about[Y]), r;                    \
		ASSUME(word_of(about[X], bits) >> 63 == (choice & 1));                                        \
		ASSUME(word_of(about[Y], bits) >> 63 == (choice >> 1 & 1));                                   \
		about_signs = choice & 3;                                                                     \
		about_others = choice >> 2;                                                                   \
		asked_first = false;                                                                          \
		r = scalar_of(ITSELF(scalar_apply_sides)(op, a, b, bits));                                    \
		CLAIM_CONTAINS(r, about[Z]);                                                                  \
		QED;                                                                                          \
	}
#define ALL_SIDES(bits)                                                                                          \
	SIDES(bits, 0)                                                                                           \
	SIDES(bits, 1)                                                                                           \
	SIDES(bits, 2) SIDES(bits, 3) SIDES(bits, 4) SIDES(bits, 5) SIDES(bits, 6) SIDES(bits, 7) SIDES(bits, 8) \
	    SIDES(bits, 9) SIDES(bits, 10) SIDES(bits, 11) SIDES(bits, 12) SIDES(bits, 13) SIDES(bits, 14)       \
		SIDES(bits, 15)
ALL_SIDES(64)
ALL_SIDES(32)

THEOREM(scalar_apply_is_sound, "include/scalar_arith.h", "scalar_apply")
{
	enum scalar_operator op = choose_operator(64);
	struct scalar a = any_scalar_of(about[X]), b = any_scalar_of(about[Y]);
	asked = 0;
	ASSUME(!scalar_is_modular(op) || (uint32_t)about[Z] == (uint32_t)about[LOW]);
	struct scalar r = scalar_of(scalar_apply(op, a, b));
	CLAIM_CONTAINS(r, about[Z]);
	QED;
}
