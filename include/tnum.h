/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tristate numbers: known bits of a 64-bit word. A tnum stands for the set
 * {x : x & ~mask == value}; value & mask == 0. Operators: Vishwanathan et al.,
 * "Sound, Precise, and Fast Abstract Interpretation with Tristate Numbers"
 * (CGO 2022). Pure functions of values; proofs/ compiles this file for BPF.
 */
#ifndef TNUM_H
#define TNUM_H

#include <stdbool.h>
#include <stdint.h>

struct tnum {
	uint64_t value, mask;
};

static inline struct tnum tnum_make(uint64_t value, uint64_t mask)
{
	return (struct tnum){value & ~mask, mask};
}

static inline struct tnum tnum_const(uint64_t value)
{
	return (struct tnum){value, 0};
}

/* Any number of `width` bits. */
static inline struct tnum tnum_unknown(unsigned width)
{
	return (struct tnum){0, width >= 64 ? ~0ull : (1ull << width) - 1};
}

/* Any of the bits of `mask`, no other. */
static inline struct tnum tnum_unknown_bits(uint64_t mask)
{
	return (struct tnum){0, mask};
}

/* The lowest bit of a word that is set, alone; 0 of 0. */
static inline uint64_t tnum_lowest(uint64_t mask)
{
	return mask & (~mask + 1);
}

static inline bool tnum_is_const(struct tnum a)
{
	return a.mask == 0;
}

static inline bool tnum_contains(struct tnum a, uint64_t x)
{
	return (x & ~a.mask) == a.value;
}

static inline bool tnum_equal(struct tnum a, struct tnum b)
{
	return a.value == b.value && a.mask == b.mask;
}

/* Each member of a is one of b. */
static inline bool tnum_subset(struct tnum a, struct tnum b)
{
	return !(a.mask & ~b.mask) && (a.value & ~b.mask) == b.value;
}

/* What is in both; false: nothing. */
static inline bool tnum_meet(struct tnum a, struct tnum b, struct tnum *both)
{
	*both = tnum_make(a.value | b.value, a.mask & b.mask);
	return !((a.value ^ b.value) & ~a.mask & ~b.mask);
}

static inline struct tnum tnum_not(struct tnum a)
{
	return (struct tnum){~a.value & ~a.mask, a.mask};
}

static inline struct tnum tnum_and(struct tnum a, struct tnum b)
{
	uint64_t may_a = a.value | a.mask, may_b = b.value | b.mask, v = a.value & b.value;
	return (struct tnum){v, may_a & may_b & ~v};
}

static inline struct tnum tnum_or(struct tnum a, struct tnum b)
{
	uint64_t v = a.value | b.value;
	return (struct tnum){v, (a.mask | b.mask) & ~v};
}

static inline struct tnum tnum_xor(struct tnum a, struct tnum b)
{
	uint64_t m = a.mask | b.mask;
	return (struct tnum){(a.value ^ b.value) & ~m, m};
}

/* CGO 2022, algorithm 1: optimal. */
static inline struct tnum tnum_add(struct tnum a, struct tnum b)
{
	uint64_t sm = a.mask + b.mask, sv = a.value + b.value, sigma = sm + sv, chi = sigma ^ sv;
	uint64_t mu = chi | a.mask | b.mask;
	return (struct tnum){sv & ~mu, mu};
}

/* CGO 2022, algorithm 6: optimal. */
static inline struct tnum tnum_sub(struct tnum a, struct tnum b)
{
	uint64_t dv = a.value - b.value, alpha = dv + a.mask, beta = dv - b.mask, chi = alpha ^ beta;
	uint64_t mu = chi | a.mask | b.mask;
	return (struct tnum){dv & ~mu, mu};
}

static inline struct tnum tnum_neg(struct tnum a)
{
	return tnum_sub(tnum_const(0), a);
}

static inline struct tnum tnum_shl(struct tnum a, unsigned n) /* n < 64 */
{
	return (struct tnum){a.value << n, a.mask << n};
}

static inline struct tnum tnum_shr(struct tnum a, unsigned n)
{
	return (struct tnum){a.value >> n, a.mask >> n};
}

/* The sign bit, known or not, moves in from the left. */
static inline struct tnum tnum_sar(struct tnum a, unsigned n)
{
	return (struct tnum){(uint64_t)((int64_t)a.value >> n), (uint64_t)((int64_t)a.mask >> n)};
}

/* The low bits, 1 to 64 of them, zero-extended. */
static inline struct tnum tnum_zext(struct tnum a, unsigned bits)
{
	return (struct tnum){a.value & (~0ull >> (64 - bits)), a.mask & (~0ull >> (64 - bits))};
}

static inline struct tnum tnum_sext(struct tnum a, unsigned bits)
{
	return tnum_sar(tnum_shl(a, 64 - bits), 64 - bits);
}

static inline uint64_t tnum_swap_word(uint64_t x, unsigned bits)
{
	x = (x & 0x00ff00ff00ff00ffull) << 8 | ((x >> 8) & 0x00ff00ff00ff00ffull);
	x = (x & 0x0000ffff0000ffffull) << 16 | ((x >> 16) & 0x0000ffff0000ffffull);
	return (x << 32 | x >> 32) >> (64 - bits);
}

/* The low 16, 32 or 64 bits with their bytes in the other order, zero-extended. */
static inline struct tnum tnum_swap(struct tnum a, unsigned bits)
{
	return (struct tnum){tnum_swap_word(a.value, bits), tnum_swap_word(a.mask, bits)};
}

/* Smallest tnum that holds both. */
static inline struct tnum tnum_join(struct tnum a, struct tnum b)
{
	uint64_t m = a.mask | b.mask | (a.value ^ b.value);
	return (struct tnum){a.value & ~m, m};
}

/* Smallest tnum that holds every x with lo <= x <= hi (unsigned). */
static inline struct tnum tnum_range(uint64_t lo, uint64_t hi)
{
	uint64_t chi = lo ^ hi;
	unsigned bits = chi ? 64u - (unsigned)__builtin_clzll(chi) : 0;
	uint64_t delta = bits >= 64 ? ~0ull : (1ull << bits) - 1;
	return (struct tnum){lo & ~delta, delta};
}

/*
 * Smallest member that is at least `from`; false: there is none. Above the highest known bit in which `from`
 * is no member the answer follows `from`. Where that bit of the members is 1, they are larger with all that
 * is below at its least; where it is 0, the lowest unknown bit above that `from` has at 0 must go up.
 */
static inline bool tnum_first(struct tnum a, uint64_t from, uint64_t *first)
{
	uint64_t wrong = (from ^ a.value) & ~a.mask, below = 0;
	*first = from;
	if (!wrong)
		return true;
	below = ~0ull >> __builtin_clzll(wrong);
	uint64_t top = below ^ (below >> 1), up = a.mask & ~from & ~below;
	if (a.value & top) {
		*first = (from & ~below) | (a.value & below);
		return true;
	}
	up = tnum_lowest(up);
	*first = (from & ~(up | (up - 1))) | up | (a.value & (up - 1));
	return up != 0;
}

/* Largest member that is at most `to`. */
static inline bool tnum_last(struct tnum a, uint64_t to, uint64_t *last)
{
	bool some = tnum_first(tnum_not(a), ~to, last);
	*last = ~*last;
	return some;
}
#endif
