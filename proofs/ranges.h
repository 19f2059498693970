/* SPDX-License-Identifier: BSD-2-Clause */
/* Ranges and arcs in theorems: any of them, and what is in one. */
#ifndef RANGES_H
#define RANGES_H

#include "arc.h"
#include "theorem.h"

ALWAYS_INLINE struct range any_range(void)
{
	uint64_t x = any_word(), y = any_word();
	return x <= y ? (struct range){x, y} : (struct range){y, x};
}

ALWAYS_INLINE struct srange any_srange(void)
{
	int64_t x = (int64_t)any_word(), y = (int64_t)any_word();
	return x <= y ? (struct srange){x, y} : (struct srange){y, x};
}

ALWAYS_INLINE bool is_in(struct range r, uint64_t x)
{
	return r.lo <= x && x <= r.hi;
}

ALWAYS_INLINE bool is_in_signed(struct srange r, int64_t x)
{
	return r.lo <= x && x <= r.hi;
}

ALWAYS_INLINE struct range range_of(struct range r)
{
	return (struct range){opaque(r.lo), opaque(r.hi)};
}

ALWAYS_INLINE struct srange srange_of(struct srange r)
{
	return (struct srange){(int64_t)opaque((uint64_t)r.lo), (int64_t)opaque((uint64_t)r.hi)};
}

/* Any range that holds x. */
ALWAYS_INLINE struct range any_range_of(uint64_t x)
{
	uint64_t lo = any_word(), hi = any_word();
	return (struct range){lo < x ? lo : x, hi > x ? hi : x};
}

ALWAYS_INLINE struct srange any_srange_of(int64_t x)
{
	int64_t lo = (int64_t)any_word(), hi = (int64_t)any_word();
	return (struct srange){lo < x ? lo : x, hi > x ? hi : x};
}

/* Ranges of low halves. */
ALWAYS_INLINE struct range any_half_range_of(uint32_t x)
{
	uint32_t lo = any_half(), hi = any_half();
	return (struct range){lo < x ? lo : x, hi > x ? hi : x};
}

ALWAYS_INLINE struct srange any_half_srange_of(int32_t x)
{
	int32_t lo = (int32_t)any_half(), hi = (int32_t)any_half();
	return (struct srange){lo < x ? lo : x, hi > x ? hi : x};
}

ALWAYS_INLINE bool is_on(struct arc a, uint64_t x)
{
	return x - a.start <= a.width;
}

/* Any arc that x is on. */
ALWAYS_INLINE struct arc any_arc_of(uint64_t x)
{
	uint64_t before = any_word(), width = any_word();
	return (struct arc){x - before, width > before ? width : before};
}

ALWAYS_INLINE struct arc arc_of_words(struct arc a)
{
	return (struct arc){opaque(a.start), opaque(a.width)};
}
#endif
