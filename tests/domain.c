/* SPDX-License-Identifier: BSD-2-Clause */
/* Words' own arithmetic, for the tests of the abstract operators. */
#include "domain.h"

#include <inttypes.h>
#include <stdio.h>

/* A 64-bit form, and the 32-bit form as C has it on the narrower types. */
#define CONCRETE(op, expression)                                        \
	static uint64_t word_##op(uint64_t x, uint64_t y)               \
	{                                                               \
		int64_t sx = (int64_t)x, sy = (int64_t)y;               \
		const unsigned mask = 63;                               \
		(void)sx, (void)sy, (void)mask;                         \
		return (uint64_t)(expression);                          \
	}                                                               \
	static uint64_t word_##op##32(uint64_t wide_x, uint64_t wide_y) \
	{                                                               \
		uint32_t x = (uint32_t)wide_x, y = (uint32_t)wide_y;    \
		int32_t sx = (int32_t)x, sy = (int32_t)y;               \
		const unsigned mask = 31;                               \
		(void)sx, (void)sy, (void)mask;                         \
		return (uint32_t)(expression);                          \
	}
CONCRETE(add, x + y)
CONCRETE(sub, x - y)
CONCRETE(mul, x *y)
CONCRETE(div, y ? x / y : 0)
CONCRETE(mod, y ? x % y : x)
CONCRETE(sdiv, !y ? 0 : sy == -1 ? 0 - x : (typeof(x))(sx / sy))
CONCRETE(smod, !y ? x : sy == -1 ? 0 : (typeof(x))(sx % sy))
CONCRETE(and, x &y)
CONCRETE(or, x | y)
CONCRETE(xor, x ^ y)
CONCRETE(lsh, x << (y & mask))
CONCRETE(rsh, x >> (y & mask))
CONCRETE(arsh, sx >> (y & mask))

#define OP(name)                                               \
	{#name, scalar_##name, word_##name},                   \
	{                                                      \
#name "32", scalar_##name##32, word_##name##32 \
	}
const struct domain_op domain_ops[] = {
    OP(add), OP(sub), OP(mul), OP(div), OP(mod), OP(sdiv), OP(smod),
    OP(and), OP(or),  OP(xor), OP(lsh), OP(rsh), OP(arsh),
};
const size_t n_domain_ops = sizeof domain_ops / sizeof *domain_ops;

#define UNARY(name, call, expression)                  \
	static struct scalar s_##name(struct scalar s) \
	{                                              \
		return call;                           \
	}                                              \
	static uint64_t w_##name(uint64_t x)           \
	{                                              \
		return (uint64_t)(expression);         \
	}
UNARY(neg, scalar_neg(s), 0 - x)
UNARY(neg32, scalar_neg32(s), (uint32_t)(0 - x))
UNARY(trunc32, scalar_trunc32(s), (uint32_t)x)
UNARY(zext8, scalar_zext(s, 8), (uint8_t)x)
UNARY(zext16, scalar_zext(s, 16), (uint16_t)x)
UNARY(zext64, scalar_zext(s, 64), x)
UNARY(sext8, scalar_sext(s, 8), (int8_t)x)
UNARY(sext16, scalar_sext(s, 16), (int16_t)x)
UNARY(sext32, scalar_sext(s, 32), (int32_t)x)
UNARY(swap16, scalar_swap(s, 16), __builtin_bswap16((uint16_t)x))
UNARY(swap32, scalar_swap(s, 32), __builtin_bswap32((uint32_t)x))
UNARY(swap64, scalar_swap(s, 64), __builtin_bswap64(x))

#define UNARY_ROW(name)                   \
	{                                 \
#name, s_##name, w_##name \
	}
const struct domain_unary domain_unaries[] = {
    UNARY_ROW(neg),   UNARY_ROW(neg32),  UNARY_ROW(trunc32), UNARY_ROW(zext8),  UNARY_ROW(zext16), UNARY_ROW(zext64),
    UNARY_ROW(sext8), UNARY_ROW(sext16), UNARY_ROW(sext32),  UNARY_ROW(swap16), UNARY_ROW(swap32), UNARY_ROW(swap64),
};
const size_t n_domain_unaries = sizeof domain_unaries / sizeof *domain_unaries;

bool domain_holds(enum scalar_relation rel, unsigned bits, uint64_t x, uint64_t y)
{
	uint64_t ux = bits == 32 ? (uint32_t)x : x, uy = bits == 32 ? (uint32_t)y : y;
	int64_t sx = bits == 32 ? (int32_t)x : (int64_t)x, sy = bits == 32 ? (int32_t)y : (int64_t)y;
	const bool holds[N_RELATIONS] = {
	    [SCALAR_EQ] = ux == uy,
	    [SCALAR_NE] = ux != uy,
	    [SCALAR_GT] = ux > uy,
	    [SCALAR_GE] = ux >= uy,
	    [SCALAR_LT] = ux<uy, [SCALAR_LE] = ux <= uy, [SCALAR_SGT] = sx> sy,
	    [SCALAR_SGE] = sx >= sy,
	    [SCALAR_SLT] = sx < sy,
	    [SCALAR_SLE] = sx <= sy,
	    [SCALAR_SET] = ux & uy,
	    [SCALAR_NSET] = !(ux & uy),
	};
	return holds[rel];
}

const char *domain_show(struct scalar s)
{
	static char text[4][256];
	static unsigned next;
	char *t = text[next++ % 4];
	snprintf(t, sizeof text[0],
		 "{%#" PRIx64 "/%#" PRIx64 " u[%#" PRIx64 ",%#" PRIx64 "] s[%" PRId64 ",%" PRId64 "] u32[%#" PRIx32
		 ",%#" PRIx32 "] s32[%" PRId32 ",%" PRId32 "]}",
		 s.bits.value, s.bits.mask, s.umin, s.umax, s.smin, s.smax, s.umin32, s.umax32, s.smin32, s.smax32);
	return t;
}
