/* SPDX-License-Identifier: BSD-2-Clause */
/* Arcs {start, start + 1, ..., start + width} modulo 2^64: what a range becomes under arithmetic that wraps. An arc
 * that wraps as an unsigned range may still be a signed one, or the reverse. Pure functions of values. */
#ifndef ARC_H
#define ARC_H

#include "range.h"
#include "tnum_mul.h"

struct arc {
	uint64_t start, width; /* words in it, less one */
};

static inline struct arc arc_full(void)
{
	return (struct arc){0, ~0ull};
}

static inline struct arc arc_of(struct range r)
{
	return (struct arc){r.lo, r.hi - r.lo};
}

/* The low `bits` of its words as an unsigned range. */
static inline struct range arc_unsigned(struct arc a, unsigned bits)
{
	uint64_t max = range_max_of(bits), start = a.start & max;
	return a.width <= max - start ? (struct range){start, start + a.width} : (struct range){0, max};
}

/* The low `bits` of its words, sign-extended. */
static inline struct srange arc_signed(struct arc a, unsigned bits)
{
	uint64_t max = range_max_of(bits), sign = max ^ (max >> 1), start = (a.start + sign) & max;
	if (a.width > max - start)
		return srange_full(bits);
	return (struct srange){(int64_t)(start - sign), (int64_t)(start + a.width - sign)};
}

static inline struct arc arc_neg(struct arc a)
{
	return (struct arc){-(a.start + a.width), a.width};
}

static inline struct arc arc_add(struct arc a, struct arc b)
{
	uint64_t width;
	if (__builtin_add_overflow(a.width, b.width, &width))
		return arc_full();
	return (struct arc){a.start + b.start, width};
}

/* All products lie between those of the lower and of the upper ends, however often these wrap. */
static inline struct arc arc_mul_ranges(struct range a, struct range b)
{
	uint64_t lo = a.lo * b.lo, hi = a.hi * b.hi;
	uint64_t high = tnum_mul_high(a.hi, b.hi) - tnum_mul_high(a.lo, b.lo) - (hi < lo);
	return high ? arc_full() : (struct arc){lo, hi - lo};
}

/* The arcs below are of words of one sign each; the sizes of those words. */
static inline bool arc_is_negative(struct arc a)
{
	return a.start >> 63;
}

static inline struct range arc_sizes(struct arc a)
{
	struct arc s = arc_is_negative(a) ? arc_neg(a) : a;
	return (struct range){s.start, s.start + s.width};
}

static inline struct arc arc_with_sign(struct range sizes, bool negative)
{
	return negative ? arc_neg(arc_of(sizes)) : arc_of(sizes);
}

static inline struct arc arc_mul(struct arc a, struct arc b)
{
	struct arc r = arc_mul_ranges(arc_sizes(a), arc_sizes(b));
	return arc_is_negative(a) != arc_is_negative(b) ? arc_neg(r) : r;
}

static inline struct arc arc_sdiv(struct arc a, struct arc b)
{
	return arc_with_sign(range_div(arc_sizes(a), arc_sizes(b)), arc_is_negative(a) != arc_is_negative(b));
}

/* The remainder has the dividend's sign (RFC 9669, section 4.1: truncated division). */
static inline struct arc arc_smod(struct arc a, struct arc b)
{
	return arc_with_sign(range_mod(arc_sizes(a), arc_sizes(b)), arc_is_negative(a));
}

static inline struct arc arc_lsh(struct arc a, unsigned n)
{
	if (n && a.width >> (64 - n))
		return (struct arc){0, ~0ull << n};
	return (struct arc){a.start << n, a.width << n};
}

static inline struct arc arc_rsh(struct arc a, unsigned n)
{
	uint64_t lo = a.start >> n;
	return (struct arc){lo, ((a.start + a.width) >> n) - lo};
}

static inline struct arc arc_arsh(struct arc a, unsigned n)
{
	uint64_t lo = (uint64_t)((int64_t)a.start >> n);
	return (struct arc){lo, (uint64_t)((int64_t)(a.start + a.width) >> n) - lo};
}
#endif
