/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sets of 64-bit words: known bits, unsigned and signed range of the word, and the same of its low half. A word is a
 * member when it satisfies all of them. Pure functions of values; proofs/ compiles this file for BPF.
 */
#ifndef SCALAR_SET_H
#define SCALAR_SET_H

#include <stddef.h>

#include "arc.h"

struct scalar {
	struct tnum bits;
	uint64_t umin, umax;
	int64_t smin, smax;
	uint32_t umin32, umax32;
	int32_t smin32, smax32;
};

/* Rounds of exchange after which scalar_sync stops even if the last one still found something. */
#define SCALAR_ROUNDS 8

static inline struct range scalar_range(struct scalar s)
{
	return (struct range){s.umin, s.umax};
}

static inline struct srange scalar_srange(struct scalar s)
{
	return (struct srange){s.smin, s.smax};
}

static inline struct range scalar_range32(struct scalar s)
{
	return (struct range){s.umin32, s.umax32};
}

static inline struct srange scalar_srange32(struct scalar s)
{
	return (struct srange){s.smin32, s.smax32};
}

static inline struct scalar scalar_make(struct tnum bits, struct range u, struct srange s, struct range u32,
					struct srange s32)
{
	return (struct scalar){
	    bits, u.lo, u.hi, s.lo, s.hi, (uint32_t)u32.lo, (uint32_t)u32.hi, (int32_t)s32.lo, (int32_t)s32.hi};
}

static inline struct scalar scalar_any(void)
{
	return scalar_make(tnum_unknown(64), range_full(64), srange_full(64), range_full(32), srange_full(32));
}

/* No word. */
static inline struct scalar scalar_none(void)
{
	return (struct scalar){tnum_const(0), 1, 0, 1, 0, 1, 0, 1, 0};
}

static inline bool scalar_is_empty(struct scalar s)
{
	return s.umin > s.umax || s.smin > s.smax || s.umin32 > s.umax32 || s.smin32 > s.smax32;
}

static inline bool scalar_contains(struct scalar s, uint64_t x)
{
	uint32_t low = (uint32_t)x;
	return tnum_contains(s.bits, x) && s.umin <= x && x <= s.umax && s.smin <= (int64_t)x && (int64_t)x <= s.smax &&
	       s.umin32 <= low && low <= s.umax32 && s.smin32 <= (int32_t)low && (int32_t)low <= s.smax32;
}

static inline bool scalar_is_const(struct scalar s)
{
	return !scalar_is_empty(s) && (tnum_is_const(s.bits) || s.umin == s.umax);
}

/* Each component's least cover of an arc, not exchanged. */
static inline struct scalar scalar_of_arc(struct arc a)
{
	return scalar_make(tnum_unknown(64), arc_unsigned(a, 64), arc_signed(a, 64), arc_unsigned(a, 32),
			   arc_signed(a, 32));
}

/* Component by component, not exchanged. */
static inline struct scalar scalar_cover(struct scalar a, struct scalar b)
{
	if (scalar_is_empty(a))
		return b;
	if (scalar_is_empty(b))
		return a;
	return scalar_make(tnum_join(a.bits, b.bits), range_join(scalar_range(a), scalar_range(b)),
			   srange_join(scalar_srange(a), scalar_srange(b)),
			   range_join(scalar_range32(a), scalar_range32(b)),
			   srange_join(scalar_srange32(a), scalar_srange32(b)));
}

/* Members of one sign of the words (bits = 64) or of their low halves (32), sign-extended; false: none. */
static inline bool scalar_side(struct scalar s, unsigned bits, bool negative, struct arc *side)
{
	struct range u = bits == 64 ? scalar_range(s) : scalar_range32(s);
	struct srange signs = bits == 64 ? scalar_srange(s) : scalar_srange32(s), half = srange_full(bits);
	uint64_t max = range_max_of(bits);
	if (negative)
		half.hi = -1;
	else
		half.lo = 0;
	half = srange_meet(half, signs);
	if (half.lo > half.hi)
		return false;
	u = range_meet(u, (struct range){(uint64_t)half.lo & max, (uint64_t)half.hi & max});
	*side = (struct arc){u.lo | (negative ? ~max : 0), u.hi - u.lo};
	return u.lo <= u.hi;
}

/* The ranges of words and of low halves, as far as both signs of the `bits` low bits show them. */
static inline struct scalar scalar_of_sides(struct scalar s, unsigned bits)
{
	struct scalar r = scalar_none();
	struct arc side;
	for (unsigned negative = 0; negative < 2; negative++)
		if (scalar_side(s, bits, negative, &side))
			r = scalar_cover(r, scalar_of_arc(side));
	return r;
}

static inline struct scalar scalar_intersect(struct scalar a, struct scalar b)
{
	struct tnum bits;
	if (!tnum_meet(a.bits, b.bits, &bits))
		return scalar_none();
	return scalar_make(
	    bits, range_meet(scalar_range(a), scalar_range(b)), srange_meet(scalar_srange(a), scalar_srange(b)),
	    range_meet(scalar_range32(a), scalar_range32(b)), srange_meet(scalar_srange32(a), scalar_srange32(b)));
}

/* Known bits and one range whose order is that of the words with their bit `flip` inverted. */
static inline bool scalar_tighten(struct range *r, struct tnum *t, uint64_t flip)
{
	struct tnum moved = tnum_xor(*t, tnum_const(flip));
	bool some = range_tighten(r, &moved);
	*t = tnum_xor(moved, tnum_const(flip));
	return some;
}

/* A range of words whose low halves lie on the arc; the ends move to where they do. */
static inline bool scalar_tighten_low(struct range *r, uint32_t start, uint32_t width)
{
	uint32_t lo = (uint32_t)r->lo - start, hi = (uint32_t)r->hi - start;
	uint64_t up = lo > width ? -lo & UINT32_MAX : 0, down = hi > width ? hi - width : 0;
	if (up > ~0ull - r->lo || down > r->hi)
		return false;
	*r = (struct range){r->lo + up, r->hi - down};
	return r->lo <= r->hi;
}

#define SCALAR_SIGN (1ull << 63)
#define SCALAR_SIGN32 (1ull << 31)

static inline struct range scalar_biased(struct srange s, uint64_t sign)
{
	return (struct range){(uint64_t)s.lo + sign, (uint64_t)s.hi + sign};
}

static inline struct srange scalar_unbiased(struct range r, uint64_t sign)
{
	return (struct srange){(int64_t)(r.lo - sign), (int64_t)(r.hi - sign)};
}

/* Known bits with each range. */
static inline bool scalar_exchange_bits(struct scalar *s)
{
	struct range u = scalar_range(*s), b = scalar_biased(scalar_srange(*s), SCALAR_SIGN);
	struct range u32 = scalar_range32(*s), b32 = scalar_biased(scalar_srange32(*s), SCALAR_SIGN32);
	if (!scalar_tighten(&u, &s->bits, 0) || !scalar_tighten(&b, &s->bits, SCALAR_SIGN))
		return false;
	struct tnum low = tnum_zext(s->bits, 32);
	if (!scalar_tighten(&u32, &low, 0) || !scalar_tighten(&b32, &low, SCALAR_SIGN32))
		return false;
	uint64_t high = ~0ull << 32;
	s->bits = (struct tnum){(s->bits.value & high) | low.value, (s->bits.mask & high) | low.mask};
	*s = scalar_make(s->bits, u, scalar_unbiased(b, SCALAR_SIGN), u32, scalar_unbiased(b32, SCALAR_SIGN32));
	return true;
}

/* Ranges of the words with ranges of their low halves. */
static inline bool scalar_exchange_low(struct scalar *s)
{
	struct range u = scalar_range(*s), b = scalar_biased(scalar_srange(*s), SCALAR_SIGN);
	uint32_t start[2] = {s->umin32, (uint32_t)s->smin32};
	uint32_t width[2] = {s->umax32 - s->umin32, (uint32_t)s->smax32 - (uint32_t)s->smin32};
	for (unsigned i = 0; i < 2; i++)
		if (!scalar_tighten_low(&u, start[i], width[i]) || !scalar_tighten_low(&b, start[i], width[i]))
			return false;
	struct srange signs = scalar_unbiased(b, SCALAR_SIGN);
	s->umin = u.lo, s->umax = u.hi, s->smin = signs.lo, s->smax = signs.hi;
	return true;
}

/* One exchange between all components; false: there is no such word. */
static inline bool scalar_exchange(struct scalar *s)
{
	struct scalar low = scalar_of_sides(*s, 32);
	low.bits = tnum_unknown(64);
	low.umin = 0, low.umax = ~0ull, low.smin = INT64_MIN, low.smax = INT64_MAX;
	struct scalar wide = scalar_of_sides(*s, 64);
	*s = scalar_intersect(scalar_intersect(*s, low), wide);
	return !scalar_is_empty(*s) && scalar_exchange_bits(s) && scalar_exchange_low(s);
}

static inline bool scalar_same(struct scalar a, struct scalar b)
{
	return tnum_equal(a.bits, b.bits) && a.umin == b.umin && a.umax == b.umax && a.smin == b.smin &&
	       a.smax == b.smax && a.umin32 == b.umin32 && a.umax32 == b.umax32 && a.smin32 == b.smin32 &&
	       a.smax32 == b.smax32;
}

/* Lets every component know what the others do, until nothing changes. No member is lost; a set that is found to have
 * none becomes scalar_none(). */
static inline void scalar_sync(struct scalar *s)
{
	for (unsigned i = 0; i < SCALAR_ROUNDS; i++) {
		struct scalar before = *s;
		if (scalar_is_empty(*s) || !scalar_exchange(s)) {
			*s = scalar_none();
			return;
		}
		if (scalar_same(before, *s))
			return;
	}
}

static inline struct scalar scalar_synced(struct scalar s)
{
	scalar_sync(&s);
	return s;
}

static inline struct scalar scalar_of_bits(struct tnum bits)
{
	struct scalar s = scalar_any();
	s.bits = bits;
	return scalar_synced(s);
}

static inline struct scalar scalar_const(uint64_t x)
{
	struct scalar s = scalar_of_arc((struct arc){x, 0});
	s.bits = tnum_const(x);
	return s;
}

static inline struct scalar scalar_between(uint64_t lo, uint64_t hi)
{
	return lo > hi ? scalar_none() : scalar_synced(scalar_of_arc((struct arc){lo, hi - lo}));
}

static inline struct scalar scalar_between_signed(int64_t lo, int64_t hi)
{
	return lo > hi ? scalar_none()
		       : scalar_synced(scalar_of_arc((struct arc){(uint64_t)lo, (uint64_t)hi - (uint64_t)lo}));
}

/* Zero-extended from that many bits, 1 to 64. */
static inline struct scalar scalar_of_width(unsigned bits)
{
	return scalar_between(0, range_max_of(bits));
}

/* All words that either holds. */
static inline struct scalar scalar_join(struct scalar a, struct scalar b)
{
	return scalar_synced(scalar_cover(a, b));
}

static inline struct scalar scalar_meet(struct scalar a, struct scalar b)
{
	return scalar_synced(scalar_intersect(a, b));
}

/* a's set is in b's, as far as the components show. */
static inline bool scalar_subset(struct scalar a, struct scalar b)
{
	if (scalar_is_empty(a))
		return true;
	return tnum_subset(a.bits, b.bits) && a.umin >= b.umin && a.umax <= b.umax && a.smin >= b.smin &&
	       a.smax <= b.smax && a.umin32 >= b.umin32 && a.umax32 <= b.umax32 && a.smin32 >= b.smin32 &&
	       a.smax32 <= b.smax32;
}

static inline bool scalar_equal(struct scalar a, struct scalar b)
{
	return scalar_is_empty(a) ? scalar_is_empty(b) : scalar_same(a, b);
}
#endif
