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
