/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Widening of scalars. A bound that moves goes to the next threshold, an unknown bit that appears makes all bits above
 * it unknown. The result is not exchanged (scalar_sync): each component can then move only finitely often, so every
 * chain of widenings ends, as long as `old` is the result of the widening before, untouched.
 */
#ifndef SCALAR_WIDEN_H
#define SCALAR_WIDEN_H

#include "scalar_set.h"

struct scalar_thresholds {
	const uint64_t *t;
	size_t n;
};

/* Nearest threshold that is at most x, or 0. */
static inline uint64_t scalar_threshold_below(struct scalar_thresholds ts, uint64_t x)
{
	uint64_t best = 0;
	for (size_t i = 0; i < ts.n; i++)
		if (ts.t[i] <= x && ts.t[i] > best)
			best = ts.t[i];
	return best;
}

/* Nearest that is at least x, or max. */
static inline uint64_t scalar_threshold_above(struct scalar_thresholds ts, uint64_t x, uint64_t max)
{
	uint64_t best = max;
	for (size_t i = 0; i < ts.n; i++)
		if (ts.t[i] >= x && ts.t[i] < best)
			best = ts.t[i];
	return best;
}

static inline struct range scalar_widen_range(struct range old, struct range new, struct scalar_thresholds ts,
					      unsigned bits)
{
	if (new.lo < old.lo)
		old.lo = scalar_threshold_below(ts, new.lo);
	if (new.hi > old.hi)
		old.hi = scalar_threshold_above(ts, new.hi, range_max_of(bits));
	return old;
}

/* -x - 1 of a threshold x is one, too. */
static inline struct srange scalar_widen_srange(struct srange old, struct srange new, struct scalar_thresholds ts,
						unsigned bits)
{
	struct srange full = srange_full(bits);
	uint64_t max = (uint64_t)full.hi;
	if (new.lo < old.lo)
		old.lo = new.lo >= 0 ? (int64_t)scalar_threshold_below(ts, (uint64_t) new.lo)
				     : ~(int64_t)scalar_threshold_above(ts, ~(uint64_t) new.lo, max);
	if (new.hi > old.hi)
		old.hi = new.hi >= 0 ? (int64_t)scalar_threshold_above(ts, (uint64_t) new.hi, max)
				     : ~(int64_t)scalar_threshold_below(ts, ~(uint64_t) new.hi);
	return old;
}

static inline struct tnum scalar_widen_bits(struct tnum old, struct tnum new)
{
	struct tnum both = tnum_join(old, new);
	uint64_t fresh = both.mask & ~old.mask;
	return tnum_make(both.value, both.mask | -tnum_lowest(fresh));
}

static inline struct scalar scalar_widen_by(struct scalar old, struct scalar new, struct scalar_thresholds ts)
{
	return scalar_make(scalar_widen_bits(old.bits, new.bits),
			   scalar_widen_range(scalar_range(old), scalar_range(new), ts, 64),
			   scalar_widen_srange(scalar_srange(old), scalar_srange(new), ts, 64),
			   scalar_widen_range(scalar_range32(old), scalar_range32(new), ts, 32),
			   scalar_widen_srange(scalar_srange32(old), scalar_srange32(new), ts, 32));
}

/* A set that holds old and new, with the caller's n thresholds (words, in any order) besides the usual ones. */
static inline struct scalar scalar_widen_to(struct scalar old, struct scalar new, const uint64_t *t, size_t n)
{
	static const uint64_t usual[] = {0,       1,         63,          255,        256,        4095,     0xffff,
					 1 << 16, INT32_MAX, 0x80000000u, UINT32_MAX, 1ull << 32, INT64_MAX};
	struct scalar_thresholds all = {usual, sizeof usual / sizeof *usual}, own = {t, n};
	if (scalar_is_empty(old) || scalar_subset(new, old))
		return scalar_is_empty(old) ? new : old;
	return scalar_intersect(scalar_widen_by(old, new, all), scalar_widen_by(old, new, own));
}

static inline struct scalar scalar_widen(struct scalar old, struct scalar new)
{
	return scalar_widen_to(old, new, NULL, 0);
}
#endif
