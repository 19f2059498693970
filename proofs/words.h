/* SPDX-License-Identifier: BSD-2-Clause */
/* The operators of include/scalar_arith.h as words have them. */
#ifndef WORDS_H
#define WORDS_H

#include "scalars.h"

/* x, or its low half with the sign extended */
ALWAYS_INLINE uint64_t word_of(uint64_t x, unsigned bits)
{
	return bits == 64 ? x : (uint64_t)(int32_t)x;
}

/* The operators on words (RFC 9669, section 4.1). */
ALWAYS_INLINE uint64_t word_sdiv(uint64_t x, uint64_t y)
{
	if (!y)
		return 0;
	return y == ~0ull ? -x : (uint64_t)((int64_t)x / (int64_t)y);
}

ALWAYS_INLINE uint64_t word_smod(uint64_t x, uint64_t y)
{
	if (!y)
		return x;
	return y == ~0ull ? 0 : (uint64_t)((int64_t)x % (int64_t)y);
}

#define OPERATORS(_)             \
	_(ADD, x + y)            \
	_(SUB, x - y)            \
	_(MUL, x *y)             \
	_(DIV, y ? x / y : 0)    \
	_(MOD, y ? x % y : x)    \
	_(SDIV, word_sdiv(x, y)) \
	_(SMOD, word_smod(x, y)) \
	_(AND, x &y)             \
	_(OR, x | y)             \
	_(XOR, x ^ y)

#define OPERATOR_OF(op, result) \
	case SCALAR_##op:       \
		return result;
ALWAYS_INLINE uint64_t word_apply(enum scalar_operator op, uint64_t x, uint64_t y)
{
	switch (op) {
		OPERATORS(OPERATOR_OF)
	case SCALAR_LSH:
	case SCALAR_RSH:
	case SCALAR_ARSH:
		break;
	}
	return 0;
}
#endif
