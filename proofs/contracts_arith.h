/* SPDX-License-Identifier: BSD-2-Clause */
/* The contracts of include/scalar_arith.h: for each function what it makes of members of its operands. */
#ifndef CONTRACTS_ARITH_H
#define CONTRACTS_ARITH_H

#define WORDS 4
#include "contracts.h"
#include "words.h"

/* Of which half sides are taken: Z is the result of those. */
static unsigned about_bits;

/* Any words and operator; Z is anything to the prover, natively the operator's result. */
ALWAYS_INLINE enum scalar_operator choose_operator(unsigned bits)
{
	enum scalar_operator op = (enum scalar_operator)any_below(16);
	about[X] = any_word();
	about[Y] = any_word();
	about_bits = bits;
#ifdef __bpf__
	about[Z] = any_word();
	about[LOW] = any_word();
#else
	op = op > SCALAR_XOR ? SCALAR_ADD : op;
	about[Z] = word_apply(op, word_of(about[X], bits), word_of(about[Y], bits));
	about[LOW] = word_apply(op, word_of(about[X], 32), word_of(about[Y], 32));
#endif
	return op;
}

#ifdef __bpf__
ALWAYS_INLINE struct arc any_arc(void)
{
	return (struct arc){any_word(), any_word()};
}

ALWAYS_INLINE struct arc scalar_apply_arcs(enum scalar_operator op, struct arc a, struct arc b)
{
	struct arc r = any_arc();
	uint64_t x = word_of(about[X], about_bits), y = word_of(about[Y], about_bits);
	assume(!(is_side_of(a, x) & is_side_of(b, y)) | is_on(r, about[Z]));
	return r;
}

ALWAYS_INLINE struct tnum scalar_apply_bits(enum scalar_operator op, struct tnum a, struct tnum b)
{
	struct tnum r = {any_word(), any_word()};
	CLAIM(tnum_contains(a, about[X]) & tnum_contains(b, about[Y]));
	assume(tnum_contains(r, about[Z]));
	return r;
}

ALWAYS_INLINE struct scalar scalar_apply_sides(enum scalar_operator op, struct scalar a, struct scalar b, unsigned bits)
{
	CLAIM(scalar_contains(a, about[X]) & scalar_contains(b, about[Y]));
	CLAIM(bits == 64 || bits == 32);
	return any_scalar_with(about[bits == 64 ? Z : LOW]);
}

ALWAYS_INLINE struct scalar scalar_with_low(struct scalar wide, struct scalar low)
{
	CLAIM(scalar_contains(wide, about[Z]));
	CLAIM(scalar_contains(low, about[LOW]));
	CLAIM((uint32_t)about[Z] == (uint32_t)about[LOW]);
	return any_scalar_with(about[Z]);
}
#endif
#endif
