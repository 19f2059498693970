/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Functions that call others, each proved with what is proved of those. For BPF
 * proofs/run.sh gives every function of this list the name NAME_itself in a
 * copy of its header, where nothing else changes, and its callers get the
 * contract of the same name: it claims what the function needs, and its result
 * is anything with what the function's theorem claims, for the words that the
 * caller's theorem is about (`about`). No function calls itself, so all of them
 * keep their contracts. Natively nothing is replaced.
 */
#ifndef CONTRACTS_H
#define CONTRACTS_H

#include <stdbool.h>
#include <stdint.h>

struct tnum;
struct range;
struct srange;
struct arc;
struct scalar;
struct scalar_view;
enum scalar_operator;
enum scalar_relation;

#ifdef __bpf__
#define ITSELF(name) name##_itself
/* which theorem says that it is kept, then the function */
/* clang-format off */
#define CONTRACT(theorem, type, name, ...) static type name(__VA_ARGS__); __attribute__((always_inline)) static type ITSELF(name)(__VA_ARGS__);
CONTRACT(scalar_tighten_is_sound, bool, scalar_tighten, struct range *r, struct tnum *t, uint64_t flip)
CONTRACT(scalar_tighten_low_is_sound, bool, scalar_tighten_low, struct range *r, uint32_t start, uint32_t width)
CONTRACT(scalar_with_a_member_is_not_empty, bool, scalar_is_empty, struct scalar s)
CONTRACT(scalar_same_is_exact, bool, scalar_same, struct scalar a, struct scalar b)
CONTRACT(scalar_of_arc_is_sound, struct scalar, scalar_of_arc, struct arc a)
CONTRACT(scalar_cover_keeps_each, struct scalar, scalar_cover, struct scalar a, struct scalar b)
CONTRACT(scalar_side64_is_sound, bool, scalar_side, struct scalar s, unsigned bits, bool negative, struct arc *side)
CONTRACT(scalar_of_sides64_is_sound, struct scalar, scalar_of_sides, struct scalar s, unsigned bits)
CONTRACT(scalar_intersect_is_sound, struct scalar, scalar_intersect, struct scalar a, struct scalar b)
CONTRACT(scalar_exchange_bits_is_sound, bool, scalar_exchange_bits, struct scalar *s)
CONTRACT(scalar_exchange_low_is_sound, bool, scalar_exchange_low, struct scalar *s)
CONTRACT(scalar_exchange_is_sound, bool, scalar_exchange, struct scalar *s)
CONTRACT(scalar_sync_is_sound, void, scalar_sync, struct scalar *s)
CONTRACT(scalar_set_view64_is_sound, void, scalar_set_view, struct scalar *s, struct scalar_view v, unsigned bits)
CONTRACT(scalar_assume_EQ64, bool, scalar_assume_views, enum scalar_relation rel, struct scalar_view *a, struct scalar_view *b, unsigned bits)
CONTRACT(scalar_assume64_is_sound, bool, scalar_assume, enum scalar_relation rel, unsigned bits, struct scalar *a, struct scalar *b)
CONTRACT(scalar_apply_ADD_arcs, struct arc, scalar_apply_arcs, enum scalar_operator op, struct arc a, struct arc b)
CONTRACT(scalar_apply_ADD_bits, struct tnum, scalar_apply_bits, enum scalar_operator op, struct tnum a, struct tnum b)
CONTRACT(scalar_apply_sides64_is_sound_0, struct scalar, scalar_apply_sides, enum scalar_operator op, struct scalar a, struct scalar b, unsigned bits)
CONTRACT(scalar_with_low_is_sound, struct scalar, scalar_with_low, struct scalar wide, struct scalar low)
/* clang-format on */
#else
#define ITSELF(name) name
#endif

#include "words.h"

#ifdef __clang__
#pragma clang diagnostic ignored "-Wbitwise-instead-of-logical" /* fewer branches to walk */
#pragma clang diagnostic ignored "-Wunused-function"
#endif

#ifndef WORDS
#define WORDS 1
#endif

/*
 * The words that a theorem is about; a contract holds of every word, and is used
 * for these. X, Y: the operands' members. Z: the result of them. LOW: the result
 * of their low halves, sign-extended, as words.
 */
enum { X, Y, Z, LOW };
#define RESULT (WORDS > 2 ? Z : X)
static uint64_t about[WORDS];
__attribute__((unused)) static const struct scalar *with_y; /* by its address: this one has Y */

/*
 * The side of X's sign is there, and that of Y's; whether the other ones are is
 * the same at each call (about_others, a bit for X and one for Y: a theorem of
 * two operands goes through all choices). X's operand is asked for its side
 * first, then, if it has one, Y's.
 */
__attribute__((unused)) static unsigned about_others, about_signs;
__attribute__((unused)) static bool asked_first;
__attribute__((unused)) static unsigned asked; /* whether they are empty */

ALWAYS_INLINE bool is_side_of(struct arc a, uint64_t x)
{
	return is_on(a, x) & !((a.start ^ x) >> 63) & !(((a.start + a.width) ^ x) >> 63);
}

ALWAYS_INLINE bool is_within(struct range a, struct range b)
{
	return (b.lo <= a.lo) & (a.hi <= b.hi);
}

/* What is said of a range and known bits with a flipped bit: both have the word; afterwards, too, and nothing new. */
ALWAYS_INLINE bool scalar_tighten_may(struct range r, struct tnum t, uint64_t flip, uint64_t x)
{
	return is_in(r, x ^ flip) & tnum_contains(t, x);
}

ALWAYS_INLINE bool scalar_tighten_does(struct range r, struct tnum t, uint64_t flip, struct range new_r,
				       struct tnum new_t, uint64_t x)
{
	return is_in(new_r, x ^ flip) & tnum_contains(new_t, x) & is_within(new_r, r) & !(new_t.mask & ~t.mask);
}

ALWAYS_INLINE bool scalar_tighten_low_may(struct range r, uint32_t start, uint32_t width, uint64_t x)
{
	return is_in(r, x) & ((uint32_t)x - start <= width);
}

/* The word's low `bits` */
ALWAYS_INLINE bool is_seen_in(struct scalar_view v, uint64_t x, unsigned bits)
{
	return is_in_view(v, bits == 64 ? x : (uint32_t)x, (int64_t)word_of(x, bits));
}

#ifdef __bpf__
/* The run ends where it does not hold. */
ALWAYS_INLINE void assume(bool condition)
{
	if (!condition)
		__asm__ volatile("r0 = 0\n\texit" ::: "r0");
}

ALWAYS_INLINE bool any_bool(void)
{
	return any_word() & 1;
}

ALWAYS_INLINE struct scalar_view any_view(void)
{
	return (struct scalar_view){
	    {any_word(), any_word()}, {any_word(), any_word()}, {(int64_t)any_word(), (int64_t)any_word()}};
}

ALWAYS_INLINE struct scalar any_scalar_with(uint64_t x)
{
	struct scalar r = any_scalar();
	assume(scalar_contains(r, x));
	return r;
}

ALWAYS_INLINE bool keeps(struct scalar before, struct scalar after, uint64_t x)
{
	return !scalar_contains(before, x) | scalar_contains(after, x);
}

/* Where there are results the operands are asked about first, one after the other: which is claimed. */
ALWAYS_INLINE uint64_t next_word(void)
{
	unsigned i = WORDS > 2 && asked < Z ? asked++ : RESULT;
	return about[i];
}

ALWAYS_INLINE void keep_all(struct scalar *s)
{
	struct scalar before = *s;
	uint64_t x = WORDS == 2 && s == with_y ? about[WORDS - 1] : about[RESULT];
	*s = any_scalar();
	CLAIM_CONTAINS(before, x);
	assume(scalar_contains(*s, x));
}

/* Of x, or of its low half */
ALWAYS_INLINE bool scalar_tighten(struct range *r, struct tnum *t, uint64_t flip)
{
	struct range before = *r;
	struct tnum was = *t;
	uint64_t x = about[X], low = (uint32_t)x;
	bool whole = scalar_tighten_may(*r, *t, flip, x), half = scalar_tighten_may(*r, *t, flip, low);
	CLAIM(whole | half);
	CLAIM(!(flip & (flip - 1)));
	*r = (struct range){any_word(), any_word()};
	*t = (struct tnum){any_word(), any_word()};
	assume((!whole | scalar_tighten_does(before, was, flip, *r, *t, x)) &
	       (!half | scalar_tighten_does(before, was, flip, *r, *t, low)));
	return true;
}

/* Of x, or of x with its sign turned */
ALWAYS_INLINE bool scalar_tighten_low(struct range *r, uint32_t start, uint32_t width)
{
	uint64_t x = about[X];
	bool same = scalar_tighten_low_may(*r, start, width, x);
	bool turned = scalar_tighten_low_may(*r, start, width, x ^ SCALAR_SIGN);
	CLAIM(same | turned);
	*r = (struct range){any_word(), any_word()};
	assume((!same | is_in(*r, x)) & (!turned | is_in(*r, x ^ SCALAR_SIGN)));
	return true;
}

ALWAYS_INLINE bool scalar_is_empty(struct scalar s)
{
	if (WORDS == 2) {
		CLAIM(scalar_contains(s, about[X]) | scalar_contains(s, about[WORDS - 1]));
		return false;
	}
	uint64_t x = next_word();
	CLAIM_CONTAINS(s, x);
	return false;
}

ALWAYS_INLINE bool scalar_same(struct scalar a, struct scalar b)
{
	return any_bool(); /* nothing is said of it */
}

/* With two operands it is the result that is made of arcs, one for each pair of signs. */
ALWAYS_INLINE struct scalar scalar_of_arc(struct arc a)
{
	struct scalar r = any_scalar();
	uint64_t x = about[RESULT];
	assume(!is_on(a, x) | scalar_contains(r, x));
	return r;
}

ALWAYS_INLINE struct scalar scalar_cover(struct scalar a, struct scalar b)
{
	struct scalar r = any_scalar();
	uint64_t x = about[RESULT];
	assume(keeps(a, r, x) & keeps(b, r, x));
	return r;
}

ALWAYS_INLINE bool scalar_side(struct scalar s, unsigned bits, bool negative, struct arc *side)
{
	int who = asked_first ? Y : X;
	uint64_t x = about[WORDS > 1 ? who : X], w = word_of(x, bits);
	bool same = (bool)(about_signs >> who & 1) == negative;
	CLAIM((w >> 63) == (about_signs >> who & 1));
	CLAIM_CONTAINS(s, x);
	CLAIM(bits == 64 || bits == 32);
	*side = (struct arc){any_word(), any_word()};
	assume(!same | is_side_of(*side, w));
	bool some = same || (about_others >> who & 1);
	asked_first = WORDS > 1 && who == X && some;
	return some;
}

ALWAYS_INLINE struct scalar scalar_of_sides(struct scalar s, unsigned bits)
{
	CLAIM_CONTAINS(s, about[X]);
	return any_scalar_with(word_of(about[X], bits));
}

ALWAYS_INLINE struct scalar scalar_intersect(struct scalar a, struct scalar b)
{
	uint64_t x = about[RESULT];
	CLAIM_CONTAINS(a, x);
	CLAIM_CONTAINS(b, x);
	return any_scalar_with(x);
}

#define EXCHANGE(name)                            \
	ALWAYS_INLINE bool name(struct scalar *s) \
	{                                         \
		keep_all(s);                      \
		return true;                      \
	}
EXCHANGE(scalar_exchange_bits)
EXCHANGE(scalar_exchange_low)
EXCHANGE(scalar_exchange)

ALWAYS_INLINE void scalar_sync(struct scalar *s)
{
	keep_all(s);
}

ALWAYS_INLINE void scalar_set_view(struct scalar *s, struct scalar_view v, unsigned bits)
{
	uint64_t x = s == with_y ? about[WORDS - 1] : about[X];
	CLAIM_CONTAINS(*s, x);
	CLAIM(is_seen_in(v, x, bits));
	CLAIM(bits == 64 || bits == 32);
	*s = any_scalar_with(x);
}
#endif
#endif
