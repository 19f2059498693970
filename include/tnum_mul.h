/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The product of two tnums. Each algorithm below is a loop whose invariant is that the accumulator holds every partial
 * sum, and whose step is tnum_add or tnum_maybe_add. Where the first one is seen to be the best possible, the rest is
 * not run; otherwise all of them hold the product, so what they have in common does.
 *
 * Published: Vishwanathan et al. (CGO 2022) take the products' certain and uncertain parts apart (Linux 5.14 to 6.16);
 * Linux 6.18 multiplies longhand and joins where the multiplier's bit is unknown. New here: the certain product comes
 * first, so that unknown bits add to known ones, each operand is a case of two at its lowest unknown bit, and the
 * early end.
 */
#ifndef TNUM_MUL_H
#define TNUM_MUL_H

#include "tnum.h"

/* High half of the 128-bit product. */
static inline uint64_t tnum_mul_high(uint64_t a, uint64_t b)
{
	uint64_t al = a & 0xffffffff, ah = a >> 32, bl = b & 0xffffffff, bh = b >> 32;
	uint64_t mid = ah * bl + (al * bl >> 32), mid2 = al * bh + (mid & 0xffffffff);
	return ah * bh + (mid >> 32) + (mid2 >> 32);
}

/* a times one power of two. */
static inline struct tnum tnum_scale(struct tnum a, uint64_t power)
{
	return (struct tnum){a.value * power, a.mask * power};
}

/* Sums of `least` and of some rows, each added or not: least is one of them, so the known bits are its. The bits
 * `seen` are known to differ between two of them. */
struct tnum_sums {
	uint64_t least, most, mask, seen;
};

/* Inlined, what is not asked of the sums costs nothing. */
#define SUMS static inline __attribute__((always_inline)) struct tnum_sums

/* One row more, from that bit on; `top`: its greatest value. */
SUMS tnum_add_row(struct tnum_sums s, uint64_t bit, struct tnum row, uint64_t top)
{
	uint64_t value = row.value * bit, mask = row.mask * bit;
	uint64_t lo = (s.least & ~s.mask) + value, hi = (s.least | s.mask) + (value + mask);
	s.mask |= mask | (lo ^ hi) | (lo ^ s.least);
	s.seen |= (s.least ^ (s.least + value)) | (s.most ^ (s.most - top * bit));
	return s;
}

/* For every unknown bit of `at`, a row that starts there may be added. */
SUMS tnum_add_rows(struct tnum_sums s, uint64_t at, struct tnum row, uint64_t top)
{
	for (; at; at &= at - 1)
		s = tnum_add_row(s, tnum_lowest(at), row, top);
	return s;
}

/* x * y = a.value * b.value + (a.value << j for each unknown bit j that y has) + (y << i for each that x has). */
SUMS tnum_mul_certain_first(struct tnum a, struct tnum b)
{
	uint64_t top_a = a.value | a.mask, top_b = b.value | b.mask, least = a.value * b.value, most = top_a * top_b;
	struct tnum_sums s = {least, most, 0, least ^ most};
	s = tnum_add_rows(s, b.mask, tnum_const(a.value), top_a);
	return tnum_add_rows(s, a.mask, b, top_b);
}

#undef SUMS

static inline struct tnum tnum_of_sums(struct tnum_sums s)
{
	return tnum_make(s.least, s.mask);
}

/* Above the highest bit in which the least and the greatest product differ, all agree. */
static inline struct tnum tnum_mul_range(struct tnum a, struct tnum b)
{
	uint64_t top_a = a.value | a.mask, top_b = b.value | b.mask;
	if ((top_a | top_b) >> 32 && tnum_mul_high(top_a, top_b))
		return tnum_unknown(64);
	return tnum_range(a.value * b.value, top_a * top_b);
}

/* The members whose lowest unknown bit is 0, or 1. */
static inline struct tnum tnum_case(struct tnum a, bool set)
{
	uint64_t bit = tnum_lowest(a.mask);
	return (struct tnum){set ? a.value | bit : a.value, a.mask ^ bit};
}

/* Both values of a's and of b's lowest unknown bit, one case each. */
static inline struct tnum tnum_mul_cases(struct tnum a, struct tnum b)
{
	struct tnum a0 = tnum_case(a, false), a1 = tnum_case(a, true);
	struct tnum b0 = tnum_case(b, false), b1 = tnum_case(b, true);
	struct tnum at0 =
	    tnum_join(tnum_of_sums(tnum_mul_certain_first(a0, b0)), tnum_of_sums(tnum_mul_certain_first(a0, b1)));
	struct tnum at1 =
	    tnum_join(tnum_of_sums(tnum_mul_certain_first(a1, b0)), tnum_of_sums(tnum_mul_certain_first(a1, b1)));
	return tnum_join(at0, at1);
}

/* One bit of x, which x may have: y << i is added, or may be. */
static inline struct tnum tnum_longhand_row(struct tnum acc, struct tnum a, struct tnum b, uint64_t bit)
{
	struct tnum sum = tnum_add(acc, tnum_scale(b, bit));
	return a.mask & bit ? tnum_join(acc, sum) : sum;
}

/* Bit by bit of x. */
static inline struct tnum tnum_mul_longhand(struct tnum a, struct tnum b)
{
	struct tnum acc = tnum_const(0);
	for (uint64_t u = a.value | a.mask; u; u &= u - 1)
		acc = tnum_longhand_row(acc, a, b, tnum_lowest(u));
	return acc;
}

static inline struct tnum tnum_uncertain_row(struct tnum acc, struct tnum a, struct tnum b, uint64_t bit)
{
	uint64_t known = a.mask & bit ? b.value : 0;
	return tnum_add(acc, tnum_unknown_bits((known | b.mask) * bit));
}

/* As x * y above, with all that is uncertain added up before it meets the certain product. */
static inline struct tnum tnum_mul_certain_last(struct tnum a, struct tnum b)
{
	struct tnum acc = tnum_const(0);
	for (uint64_t u = a.value | a.mask; u; u &= u - 1)
		acc = tnum_uncertain_row(acc, a, b, tnum_lowest(u));
	return tnum_add(tnum_const(a.value * b.value), acc);
}

static inline struct tnum tnum_mul(struct tnum a, struct tnum b)
{
	struct tnum_sums s = tnum_mul_certain_first(a, b);
	struct tnum r = tnum_of_sums(s);
	if (r.mask == s.seen)
		return r;
	tnum_meet(r, tnum_mul_range(a, b), &r);
	if (r.mask == s.seen)
		return r;
	tnum_meet(r, tnum_mul_cases(a, b), &r);
	if (r.mask == s.seen)
		return r;
	struct tnum others[] = {tnum_mul_longhand(a, b), tnum_mul_longhand(b, a), tnum_mul_certain_last(a, b),
				tnum_mul_certain_last(b, a)};
	for (unsigned i = 0; i < sizeof others / sizeof *others; i++)
		tnum_meet(r, others[i], &r);
	return r;
}
#endif
