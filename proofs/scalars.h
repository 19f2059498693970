/* SPDX-License-Identifier: BSD-2-Clause */
/* Scalars in theorems: any of them that holds a word. */
#ifndef SCALARS_H
#define SCALARS_H

#include "ranges.h"
#include "scalar.h"

/* Any scalar that holds x. */
ALWAYS_INLINE struct scalar any_scalar_of(uint64_t x)
{
	struct range u = any_range_of(x), u32 = any_half_range_of((uint32_t)x);
	struct srange s = any_srange_of((int64_t)x), s32 = any_half_srange_of((int32_t)x);
	return scalar_make(tnum_make(x, any_word()), u, s, u32, s32);
}

/* The words of a scalar may be anything to the compiler from here on. */
ALWAYS_INLINE struct scalar scalar_of(struct scalar s)
{
	struct range u = range_of(scalar_range(s)), u32 = range_of(scalar_range32(s));
	struct srange i = srange_of(scalar_srange(s)), i32 = srange_of(scalar_srange32(s));
	return scalar_make(of(s.bits), u, i, u32, i32);
}

/* Any at all, maybe with nothing in it. */
ALWAYS_INLINE struct scalar any_scalar(void)
{
	struct range u = {any_word(), any_word()}, u32 = {any_half(), any_half()};
	struct srange s = {(int64_t)any_word(), (int64_t)any_word()}, s32 = {(int32_t)any_half(), (int32_t)any_half()};
	return scalar_make((struct tnum){any_word(), any_word()}, u, s, u32, s32);
}

/* Claimed part by part, which is less for a solver. */
#define CLAIM_CONTAINS(s, x)                                                       \
	do {                                                                       \
		CLAIM(tnum_contains((s).bits, x));                                 \
		CLAIM((s).umin <= (x) && (x) <= (s).umax);                         \
		CLAIM((s).smin <= (int64_t)(x) && (int64_t)(x) <= (s).smax);       \
		CLAIM((s).umin32 <= (uint32_t)(x) && (uint32_t)(x) <= (s).umax32); \
		CLAIM((s).smin32 <= (int32_t)(x) && (int32_t)(x) <= (s).smax32);   \
	} while (0)

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
	return tnum_contains(v.bits, x) && is_in(v.u, x) && is_in_signed(v.s, as_signed);
}

/* Any arc that holds x, of words that have its sign. */
ALWAYS_INLINE struct arc any_side_of(uint64_t x)
{
	struct range r = any_range_of(x);
	uint64_t lo = (r.lo & ~SCALAR_SIGN) | (x & SCALAR_SIGN), hi = (r.hi & ~SCALAR_SIGN) | (x & SCALAR_SIGN);
	lo = lo < x ? lo : x;
	hi = hi > x ? hi : x;
	return (struct arc){lo, hi - lo};
}
#endif
