/* SPDX-License-Identifier: BSD-2-Clause */
/* What a comparison tells about two scalars, and what they tell about it (conditions of RFC 9669, section 4.2). */
#ifndef SCALAR_ASSUME_H
#define SCALAR_ASSUME_H

#include "scalar_set.h"

enum scalar_relation {
	SCALAR_EQ,
	SCALAR_NE,
	SCALAR_GT, /* unsigned */
	SCALAR_GE,
	SCALAR_LT,
	SCALAR_LE,
	SCALAR_SGT, /* signed */
	SCALAR_SGE,
	SCALAR_SLT,
	SCALAR_SLE,
	SCALAR_SET,  /* a & b is not 0 */
	SCALAR_NSET, /* a & b is 0 */
};

static inline enum scalar_relation scalar_opposite(enum scalar_relation rel)
{
	static const unsigned char opposite[] = {
	    [SCALAR_EQ] = SCALAR_NE,   [SCALAR_NE] = SCALAR_EQ,    [SCALAR_GT] = SCALAR_LE,
	    [SCALAR_LE] = SCALAR_GT,   [SCALAR_GE] = SCALAR_LT,    [SCALAR_LT] = SCALAR_GE,
	    [SCALAR_SGT] = SCALAR_SLE, [SCALAR_SLE] = SCALAR_SGT,  [SCALAR_SGE] = SCALAR_SLT,
	    [SCALAR_SLT] = SCALAR_SGE, [SCALAR_SET] = SCALAR_NSET, [SCALAR_NSET] = SCALAR_SET,
	};
	return (enum scalar_relation)opposite[rel];
}

/* The parts of a scalar that a comparison of `bits` bits is about. */
struct scalar_view {
	struct tnum bits;
	struct range u;
	struct srange s;
};

static inline struct scalar_view scalar_view_of(struct scalar s, unsigned bits)
{
	if (bits == 64)
		return (struct scalar_view){s.bits, scalar_range(s), scalar_srange(s)};
	return (struct scalar_view){tnum_zext(s.bits, 32), scalar_range32(s), scalar_srange32(s)};
}

static inline void scalar_set_view(struct scalar *s, struct scalar_view v, unsigned bits)
{
	struct scalar any = scalar_any();
	uint64_t high = ~range_max_of(bits);
	bool none = v.u.lo > v.u.hi || v.s.lo > v.s.hi;
	v.bits = (struct tnum){(s->bits.value & high) | v.bits.value, (s->bits.mask & high) | v.bits.mask};
	if (none)
		*s = scalar_none();
	else if (bits == 64)
		*s = scalar_intersect(*s, scalar_make(v.bits, v.u, v.s, scalar_range32(any), scalar_srange32(any)));
	else
		*s = scalar_intersect(*s, scalar_make(v.bits, scalar_range(any), scalar_srange(any), v.u, v.s));
	scalar_sync(s);
}

static inline bool scalar_assume_equal(struct scalar_view *a, struct scalar_view *b)
{
	a->u = b->u = range_meet(a->u, b->u);
	a->s = b->s = srange_meet(a->s, b->s);
	bool some = tnum_meet(a->bits, b->bits, &a->bits);
	b->bits = a->bits;
	return some;
}

/* One word less, where it is at an end. */
static inline bool scalar_assume_other(struct scalar_view *a, struct scalar_view b, unsigned bits)
{
	if (b.u.lo != b.u.hi)
		return true;
	uint64_t x = b.u.lo, sign = 1ull << (bits - 1);
	int64_t as_signed = (int64_t)((x ^ sign) - sign);
	if (a->u.lo == a->u.hi)
		return a->u.lo != x;
	a->u.lo += a->u.lo == x;
	a->u.hi -= a->u.hi == x;
	if (a->s.lo == a->s.hi)
		return a->s.lo != as_signed;
	a->s.lo += a->s.lo == as_signed;
	a->s.hi -= a->s.hi == as_signed;
	return true;
}

/* low < high, or low <= high unless strict. */
static inline bool scalar_assume_order(struct range *low, struct range *high, bool strict)
{
	if (strict && (low->lo == ~0ull || !high->hi))
		return false;
	uint64_t lo = low->lo + strict, hi = high->hi - strict;
	if (lo > high->lo)
		high->lo = lo;
	if (hi < low->hi)
		low->hi = hi;
	return low->lo <= low->hi && high->lo <= high->hi;
}

static inline bool scalar_assume_signed(struct srange *low, struct srange *high, bool strict)
{
	struct range l = {(uint64_t)low->lo + SCALAR_SIGN, (uint64_t)low->hi + SCALAR_SIGN};
	struct range h = {(uint64_t)high->lo + SCALAR_SIGN, (uint64_t)high->hi + SCALAR_SIGN};
	bool some = scalar_assume_order(&l, &h, strict);
	*low = scalar_unbiased(l, SCALAR_SIGN), *high = scalar_unbiased(h, SCALAR_SIGN);
	return some;
}

/* Both have one of the bits that both can have; if that is a single one, it. */
static inline bool scalar_assume_common(struct scalar_view *a, struct scalar_view *b)
{
	uint64_t common = (a->bits.value | a->bits.mask) & (b->bits.value | b->bits.mask);
	if (!common)
		return false;
	uint64_t least = tnum_lowest(common);
	a->u.lo = a->u.lo > least ? a->u.lo : least;
	b->u.lo = b->u.lo > least ? b->u.lo : least;
	if (!(common & (common - 1))) {
		a->bits = tnum_make(a->bits.value | common, a->bits.mask & ~common);
		b->bits = tnum_make(b->bits.value | common, b->bits.mask & ~common);
	}
	return true;
}

/* Bits that one has for certain are clear in the other. */
static inline bool scalar_assume_apart(struct scalar_view *a, struct scalar_view *b)
{
	uint64_t in_a = a->bits.value, in_b = b->bits.value;
	a->bits.mask &= ~in_b;
	b->bits.mask &= ~in_a;
	return !(in_a & in_b);
}

static inline bool scalar_assume_views(enum scalar_relation rel, struct scalar_view *a, struct scalar_view *b,
				       unsigned bits)
{
	struct scalar_view a_before = *a;
	switch (rel) {
	case SCALAR_EQ:
		return scalar_assume_equal(a, b);
	case SCALAR_NE:
		return scalar_assume_other(a, *b, bits) && scalar_assume_other(b, a_before, bits);
	case SCALAR_GT:
	case SCALAR_GE:
		return scalar_assume_order(&b->u, &a->u, rel == SCALAR_GT);
	case SCALAR_LT:
	case SCALAR_LE:
		return scalar_assume_order(&a->u, &b->u, rel == SCALAR_LT);
	case SCALAR_SGT:
	case SCALAR_SGE:
		return scalar_assume_signed(&b->s, &a->s, rel == SCALAR_SGT);
	case SCALAR_SLT:
	case SCALAR_SLE:
		return scalar_assume_signed(&a->s, &b->s, rel == SCALAR_SLT);
	case SCALAR_SET:
		return scalar_assume_common(a, b);
	case SCALAR_NSET:
		return scalar_assume_apart(a, b);
	}
	return true;
}

/* Assumes `a rel b` of the low `bits` (32 or 64) and sharpens both; false: no pair satisfies it, both become empty. */
static inline bool scalar_assume(enum scalar_relation rel, unsigned bits, struct scalar *a, struct scalar *b)
{
	scalar_sync(a);
	scalar_sync(b);
	struct scalar_view va = scalar_view_of(*a, bits), vb = scalar_view_of(*b, bits);
	bool some = !scalar_is_empty(*a) && !scalar_is_empty(*b) && scalar_assume_views(rel, &va, &vb, bits);
	if (some) {
		scalar_set_view(a, va, bits);
		scalar_set_view(b, vb, bits);
		some = !scalar_is_empty(*a) && !scalar_is_empty(*b);
	}
	if (!some)
		*a = *b = scalar_none();
	return some;
}

/* Does `a rel b` hold of the low `bits`? 1: for every pair, 0: for none, -1: open. Of empty sets, 0. */
static inline int scalar_decide(enum scalar_relation rel, unsigned bits, struct scalar a, struct scalar b)
{
	struct scalar x = a, y = b;
	if (!scalar_assume(rel, bits, &x, &y))
		return 0;
	return scalar_assume(scalar_opposite(rel), bits, &a, &b) ? -1 : 1;
}
#endif
