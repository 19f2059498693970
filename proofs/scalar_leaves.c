/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each operator of scalar_apply, on arcs of words of one sign and on known bits:
 * what scalar_apply.c takes for granted of them. And of which operators the low
 * half of a result is that of the low halves' result.
 */
#include "words.h"

#define TRIED_ARCS(op)                                                                 \
	TRIED(scalar_apply_##op##_arcs, "include/scalar_arith.h", "scalar_apply_arcs") \
	{                                                                              \
		uint64_t x = any_word(), y = any_word();                               \
		struct arc a = any_side_of(x), b = any_side_of(y), r;                  \
		r = arc_of_words(scalar_apply_arcs(SCALAR_##op, a, b));                \
		CLAIM(is_on(r, word_apply(SCALAR_##op, x, y)));                        \
		QED;                                                                   \
	}

/* On arcs of any kind, and said from an end of each, which is less for a solver. */
#define LINEAR_ARCS(op, at)                                                               \
	THEOREM(scalar_apply_##op##_arcs, "include/scalar_arith.h", "scalar_apply_arcs")  \
	{                                                                                 \
		uint64_t d = any_word(), e = any_word();                                  \
		struct arc a = {any_word(), any_word()}, b = {any_word(), any_word()}, r; \
		ASSUME(d <= a.width && e <= b.width);                                     \
		r = arc_of_words(scalar_apply_arcs(SCALAR_##op, a, b));                   \
		uint64_t x = opaque(a.start + d), y = opaque(at);                         \
		CLAIM(is_on(r, word_apply(SCALAR_##op, x, y)));                           \
		QED;                                                                      \
	}

#define BITS(STATE, op)                                                                \
	STATE(scalar_apply_##op##_bits, "include/scalar_arith.h", "scalar_apply_bits") \
	{                                                                              \
		struct tnum a = any_tnum(), b = any_tnum();                            \
		uint64_t x = any_member(a), y = any_member(b);                         \
		struct tnum r = of(scalar_apply_bits(SCALAR_##op, a, b));              \
		CLAIM(tnum_contains(r, word_apply(SCALAR_##op, x, y)));                \
		QED;                                                                   \
	}

#define MODULAR(op)                                                                      \
	THEOREM(scalar_##op##_is_modular, "include/scalar_arith.h", "scalar_is_modular") \
	{                                                                                \
		uint64_t x = any_word(), y = any_word();                                 \
		uint64_t whole = word_apply(SCALAR_##op, x, y);                          \
		uint64_t low = word_apply(SCALAR_##op, word_of(x, 32), word_of(y, 32));  \
		CLAIM(scalar_is_modular(SCALAR_##op));                                   \
		CLAIM((uint32_t)opaque(whole) == (uint32_t)opaque(low));                 \
		QED;                                                                     \
	}

#define LINEAR(_) _(ADD) _(SUB)
#define BITWISE(_) _(AND) _(OR) _(XOR)
#define DIVISIONS(_) _(DIV) _(MOD) _(SDIV) _(SMOD)
#define PROVED_BITS(op) BITS(THEOREM, op)
#define TRIED_BITS(op) BITS(TRIED, op)

LINEAR_ARCS(ADD, b.start + e)
LINEAR_ARCS(SUB, b.start + b.width - e)
LINEAR(PROVED_BITS)
BITWISE(PROVED_BITS)
LINEAR(MODULAR)
BITWISE(MODULAR)
MODULAR(MUL)

#ifndef __bpf__
/* Products and quotients of two words, and the loops of bitwise operators on ranges, are too much in one piece. */
BITWISE(TRIED_ARCS)
DIVISIONS(TRIED_ARCS)
DIVISIONS(TRIED_BITS)
TRIED_ARCS(MUL)
TRIED_BITS(MUL)
#endif
