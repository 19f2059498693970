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

static inline bool tnum_is_const(struct tnum a)
{
	return a.mask == 0;
}

static inline bool tnum_contains(struct tnum a, uint64_t x)
{
	return (x & ~a.mask) == a.value;
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

static inline struct tnum tnum_shl(struct tnum a, unsigned n) /* n < 64 */
{
	return (struct tnum){a.value << n, a.mask << n};
}

static inline struct tnum tnum_shr(struct tnum a, unsigned n)
{
	return (struct tnum){a.value >> n, a.mask >> n};
}

/* Smallest tnum that holds both. */
static inline struct tnum tnum_join(struct tnum a, struct tnum b)
{
	uint64_t m = a.mask | b.mask | (a.value ^ b.value);
	return (struct tnum){a.value & ~m, m};
}

/* CGO 2022, our_mul: sums of the partial products' certain and uncertain parts. */
static inline struct tnum tnum_mul(struct tnum a, struct tnum b)
{
	struct tnum acc = tnum_const(0);
	uint64_t certain = a.value * b.value;
	while (a.value || a.mask) {
		if (a.value & 1)
			acc = tnum_add(acc, (struct tnum){0, b.mask});
		else if (a.mask & 1)
			acc = tnum_add(acc, (struct tnum){0, b.value | b.mask});
		a = tnum_shr(a, 1);
		b = tnum_shl(b, 1);
	}
	return tnum_add(tnum_const(certain), acc);
}

/* Smallest tnum that holds every x with lo <= x <= hi (unsigned). */
static inline struct tnum tnum_range(uint64_t lo, uint64_t hi)
{
	uint64_t chi = lo ^ hi;
	unsigned bits = chi ? 64u - (unsigned)__builtin_clzll(chi) : 0;
	uint64_t delta = bits >= 64 ? ~0ull : (1ull << bits) - 1;
	return (struct tnum){lo & ~delta, delta};
}
#endif
