/* SPDX-License-Identifier: BSD-2-Clause */
/* Unsigned ranges [lo, hi] of 64-bit words, and their exchange with tnums.
 * Pure functions of values. */
#ifndef RANGE_H
#define RANGE_H

#include "tnum.h"

struct range {
	uint64_t lo, hi; /* lo <= hi */
};

static inline uint64_t range_max_of(unsigned width)
{
	return width >= 64 ? ~0ull : (1ull << width) - 1;
}

static inline struct range range_full(unsigned width)
{
	return (struct range){0, range_max_of(width)};
}

static inline struct range range_join(struct range a, struct range b)
{
	return (struct range){a.lo < b.lo ? a.lo : b.lo, a.hi > b.hi ? a.hi : b.hi};
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
#endif
