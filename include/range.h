/* SPDX-License-Identifier: BSD-2-Clause */
/* Unsigned and signed ranges of 64-bit words, their exchange with tnums, and the bounds of operators on them.
 * Pure functions of values. */
#ifndef RANGE_H
#define RANGE_H

#include "tnum.h"

struct range {
	uint64_t lo, hi; /* lo <= hi */
};

struct srange {
	int64_t lo, hi;
};

static inline uint64_t range_max_of(unsigned width)
{
	return width >= 64 ? ~0ull : (1ull << width) - 1;
}

static inline struct range range_full(unsigned width)
{
	return (struct range){0, range_max_of(width)};
}

static inline struct srange srange_full(unsigned width)
{
	int64_t max = (int64_t)(range_max_of(width) >> 1);
	return (struct srange){-max - 1, max};
}

static inline struct range range_join(struct range a, struct range b)
{
	return (struct range){a.lo < b.lo ? a.lo : b.lo, a.hi > b.hi ? a.hi : b.hi};
}

static inline struct srange srange_join(struct srange a, struct srange b)
{
	return (struct srange){a.lo < b.lo ? a.lo : b.lo, a.hi > b.hi ? a.hi : b.hi};
}

/* What is in both; nothing where lo > hi then. */
static inline struct range range_meet(struct range a, struct range b)
{
	return (struct range){a.lo > b.lo ? a.lo : b.lo, a.hi < b.hi ? a.hi : b.hi};
}

static inline struct srange srange_meet(struct srange a, struct srange b)
{
	return (struct srange){a.lo > b.lo ? a.lo : b.lo, a.hi < b.hi ? a.hi : b.hi};
}

static inline bool range_disjoint(struct range a, struct range b)
{
	return a.hi < b.lo || b.hi < a.lo;
}

/* Both facts hold of one word: each sharpens the other. */
static inline void range_exchange(struct range *r, struct tnum *t)
{
	uint64_t lo = t->value, hi = t->value | t->mask;
	if (lo > r->lo)
		r->lo = lo;
	if (hi < r->hi)
		r->hi = hi;
	if (r->lo <= r->hi) {
		struct tnum s = tnum_range(r->lo, r->hi);
		uint64_t known_s = ~s.mask, known_t = ~t->mask;
		if (!((s.value ^ t->value) & known_s & known_t)) {
			t->value |= s.value;
			t->mask &= s.mask;
			t->value &= ~t->mask;
		}
	}
}

/* Highest bit in which two words of one of the ranges differ: the others can't be changed. */
static inline uint64_t range_top_bit(struct range a, struct range b)
{
	uint64_t differ = (a.lo ^ a.hi) | (b.lo ^ b.hi);
	return differ ? 1ull << (63 - __builtin_clzll(differ)) : 0;
}

/* As range_exchange, with ends that are members of the tnum; false: no word has both facts. */
static inline bool range_tighten(struct range *r, struct tnum *t)
{
	return r->lo <= r->hi && tnum_first(*t, r->lo, &r->lo) && tnum_last(*t, r->hi, &r->hi) && r->lo <= r->hi &&
	       tnum_meet(*t, tnum_range(r->lo, r->hi), t);
}

/*
 * Bounds of bitwise operators on ranges, each the exact one: H. S. Warren, Hacker's Delight, 2nd ed., section 4-3.
 * Each is a loop over the bits from range_top_bit down; proofs/range_loops.c states what one round keeps.
 */

/* The least word above `lo` that has the bit m and, above it, lo's bits. */
static inline uint64_t range_raise(uint64_t lo, uint64_t m)
{
	return (lo | m) & (~m + 1);
}

/* The greatest word below `hi`, which has the bit m, that does not and has hi's bits above it. */
static inline uint64_t range_lower(uint64_t hi, uint64_t m)
{
	return (hi - m) | (m - 1);
}

/* The least x | y: raising the lower end of one side to have a bit that the other has anyway clears the bits below. */
static inline bool range_min_or_at(struct range a, struct range b, uint64_t m, uint64_t *least)
{
	uint64_t up_a = range_raise(a.lo, m), up_b = range_raise(b.lo, m);
	bool raise_a = ~a.lo & b.lo & m && up_a <= a.hi, raise_b = a.lo & ~b.lo & m && up_b <= b.hi;
	*least = raise_a ? up_a | b.lo : a.lo | up_b;
	return raise_a || raise_b;
}

static inline uint64_t range_min_or(struct range a, struct range b)
{
	uint64_t least;
	for (uint64_t m = range_top_bit(a, b); m; m >>= 1)
		if (range_min_or_at(a, b, m, &least))
			return least;
	return a.lo | b.lo;
}

/* The greatest: where both ends have a bit one of them may give it up and have all the bits below. */
static inline bool range_max_or_at(struct range a, struct range b, uint64_t m, uint64_t *most)
{
	uint64_t down_a = range_lower(a.hi, m), down_b = range_lower(b.hi, m);
	*most = down_a >= a.lo ? down_a | b.hi : a.hi | down_b;
	return a.hi & b.hi & m && (down_a >= a.lo || down_b >= b.lo);
}

static inline uint64_t range_max_or(struct range a, struct range b)
{
	uint64_t most;
	for (uint64_t m = range_top_bit(a, b); m; m >>= 1)
		if (range_max_or_at(a, b, m, &most))
			return most;
	return a.hi | b.hi;
}

static inline void range_min_xor_at(struct range *a, struct range *b, uint64_t m)
{
	uint64_t up_a = range_raise(a->lo, m), up_b = range_raise(b->lo, m);
	if (~a->lo & b->lo & m && up_a <= a->hi)
		a->lo = up_a;
	else if (a->lo & ~b->lo & m && up_b <= b->hi)
		b->lo = up_b;
}

static inline uint64_t range_min_xor(struct range a, struct range b)
{
	for (uint64_t m = range_top_bit(a, b); m; m >>= 1)
		range_min_xor_at(&a, &b, m);
	return a.lo ^ b.lo;
}

static inline void range_max_xor_at(struct range *a, struct range *b, uint64_t m)
{
	uint64_t down_a = range_lower(a->hi, m), down_b = range_lower(b->hi, m);
	if (!(a->hi & b->hi & m))
		return;
	if (down_a >= a->lo)
		a->hi = down_a;
	else if (down_b >= b->lo)
		b->hi = down_b;
}

static inline uint64_t range_max_xor(struct range a, struct range b)
{
	for (uint64_t m = range_top_bit(a, b); m; m >>= 1)
		range_max_xor_at(&a, &b, m);
	return a.hi ^ b.hi;
}

static inline struct range range_not(struct range a)
{
	return (struct range){~a.hi, ~a.lo};
}

static inline struct range range_or(struct range a, struct range b)
{
	return (struct range){range_min_or(a, b), range_max_or(a, b)};
}

static inline struct range range_and(struct range a, struct range b)
{
	return range_not(range_or(range_not(a), range_not(b)));
}

static inline struct range range_xor(struct range a, struct range b)
{
	return (struct range){range_min_xor(a, b), range_max_xor(a, b)};
}

/* RFC 9669: x / 0 is 0. */
static inline struct range range_div(struct range a, struct range b)
{
	if (!b.hi)
		return (struct range){0, 0};
	return b.lo ? (struct range){a.lo / b.hi, a.hi / b.lo} : (struct range){0, a.hi};
}

/* RFC 9669: x % 0 is x. With one quotient q for all, x - q*y is as exact as a subtraction. */
static inline struct range range_mod(struct range a, struct range b)
{
	if (!b.hi)
		return a;
	if (!b.lo)
		return (struct range){0, a.hi};
	uint64_t q = a.hi / b.lo;
	if (a.lo / b.hi == q)
		return (struct range){a.lo - q * b.hi, a.hi - q * b.lo};
	return (struct range){0, a.hi < b.hi - 1 ? a.hi : b.hi - 1};
}
#endif
