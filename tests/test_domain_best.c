/* SPDX-License-Identifier: BSD-2-Clause */
/* Which operators on known bits are the best possible: all pairs of 8-bit tnums, results modulo 2^8. */
#include <criterion/criterion.h>

#include "linux_mul.h"
#include "scalar.h"
#include "tnum_best.h"

typedef struct tnum (*abstract_operator)(struct tnum a, struct tnum b);

/* Pairs of which `f` gives the best tnum; all of them hold the best one. */
static unsigned long count_best(const struct tnum_best *t, abstract_operator f)
{
	unsigned long n = 0;
	for (unsigned a = 0; a < BEST_TNUMS; a++)
		for (unsigned b = 0; b < BEST_TNUMS; b++) {
			struct tnum r = tnum_zext(f(t->of[a], t->of[b]), 8), best = tnum_best_of(t, a, b);
			if (!tnum_subset(best, r))
				cr_assert_fail("unsound for %#lx/%#lx and %#lx/%#lx", (long)t->of[a].value,
					       (long)t->of[a].mask, (long)t->of[b].value, (long)t->of[b].mask);
			n += tnum_equal(best, r);
		}
	return n;
}

#define ALL_PAIRS ((unsigned long)BEST_TNUMS * BEST_TNUMS)
#define BEST_TEST(name, expression)                                   \
	static uint64_t word_##name(uint64_t x, uint64_t y)           \
	{                                                             \
		return expression;                                    \
	}                                                             \
	static struct tnum call_##name(struct tnum a, struct tnum b)  \
	{                                                             \
		return tnum_##name(a, b);                             \
	}                                                             \
	Test(domain_best, name##_is_best)                             \
	{                                                             \
		struct tnum_best t;                                   \
		tnum_best_init(&t, word_##name);                      \
		cr_assert_eq(count_best(&t, call_##name), ALL_PAIRS); \
		tnum_best_release(&t);                                \
	}
BEST_TEST(add, x + y)
BEST_TEST(sub, x - y)
BEST_TEST(and, x &y)
BEST_TEST(or, x | y)
BEST_TEST(xor, x ^ y)

static uint64_t word_mul(uint64_t x, uint64_t y)
{
	return x * y;
}

static struct tnum low_product(struct tnum a, struct tnum b)
{
	return tnum_mul(a, b);
}

/* The same at the top of the word, where what would be above is cut off by the word's own end. */
static struct tnum top_product(struct tnum a, struct tnum b)
{
	return tnum_shr(tnum_mul(tnum_shl(a, 56), b), 56);
}

Test(domain_best, products_at_both_ends_of_the_word)
{
	struct tnum_best t;
	tnum_best_init(&t, word_mul);
	cr_assert_gt(count_best(&t, low_product), ALL_PAIRS / 1000 * 999, "99.9 %% of all pairs");
	cr_assert_gt(count_best(&t, top_product), ALL_PAIRS / 1000 * 999, "99.9 %% of all pairs");
	for (unsigned a = 0; a < BEST_TNUMS; a++)
		for (unsigned b = 0; b < BEST_TNUMS; b += 1 + a % 7) {
			struct tnum ours = tnum_mul(t.of[a], t.of[b]), theirs = linux_mul_met(t.of[a], t.of[b]);
			if (!tnum_subset(ours, theirs))
				cr_assert_fail("less precise than Linux' products");
		}
	tnum_best_release(&t);
}

/* The best tnum of f(x) for all members x. */
static struct tnum best_image(struct tnum a, uint64_t (*f)(uint64_t x, unsigned n), unsigned n)
{
	struct tnum r = tnum_const(f(a.value, n));
	for (uint64_t sub = a.mask; sub; sub = (sub - 1) & a.mask)
		r = tnum_join(r, tnum_const(f(a.value | sub, n)));
	return r;
}

static uint64_t word_shl(uint64_t x, unsigned n)
{
	return x << n;
}

static uint64_t word_shr(uint64_t x, unsigned n)
{
	return x >> n;
}

static uint64_t word_sar(uint64_t x, unsigned n)
{
	return (uint64_t)((int64_t)x >> n);
}

static uint64_t word_neg(uint64_t x, unsigned n)
{
	(void)n;
	return 0 - x;
}

static uint64_t word_not(uint64_t x, unsigned n)
{
	(void)n;
	return ~x;
}

static uint64_t word_zext(uint64_t x, unsigned n)
{
	return x & (~0ull >> (64 - n));
}

static uint64_t word_sext(uint64_t x, unsigned n)
{
	return (uint64_t)((int64_t)(x << (64 - n)) >> (64 - n));
}

static uint64_t word_swap(uint64_t x, unsigned n)
{
	return n == 16   ? __builtin_bswap16((uint16_t)x)
	       : n == 32 ? __builtin_bswap32((uint32_t)x)
			 : __builtin_bswap64(x);
}

static struct tnum call_neg(struct tnum a, unsigned n)
{
	(void)n;
	return tnum_neg(a);
}

static struct tnum call_not(struct tnum a, unsigned n)
{
	(void)n;
	return tnum_not(a);
}

static const struct {
	struct tnum (*abstract)(struct tnum a, unsigned n);
	uint64_t (*concrete)(uint64_t x, unsigned n);
	unsigned n[8]; /* ends with a repetition */
} unaries[] = {
    {tnum_shl, word_shl, {0, 1, 5, 31, 32, 60, 63, 63}},
    {tnum_shr, word_shr, {0, 1, 5, 31, 32, 60, 63, 63}},
    {tnum_sar, word_sar, {0, 1, 5, 31, 32, 60, 63, 63}},
    {tnum_zext, word_zext, {8, 16, 32, 64, 1, 63, 33, 33}},
    {tnum_sext, word_sext, {8, 16, 32, 64, 1, 63, 33, 33}},
    {tnum_swap, word_swap, {16, 32, 64, 64}},
    {call_neg, word_neg, {0, 0}},
    {call_not, word_not, {0, 0}},
};

/* Eight interesting bits at either end, at the borders of bytes and of the low half; the others 0 or 1. */
Test(domain_best, unary_operators_are_best)
{
	static const unsigned places[] = {0, 4, 12, 28, 32, 56};
	for (unsigned i = 0; i < BEST_TNUMS * 2 * 6; i++) {
		uint64_t digits = i / 12, fill = i & 1 ? ~0ull : 0;
		unsigned at = places[i / 2 % 6];
		struct tnum a = {fill & ~(0xffull << at), 0};
		for (unsigned k = 0; k < 8; k++, digits /= 3) {
			a.value |= (uint64_t)(digits % 3 == 1) << (at + k);
			a.mask |= (uint64_t)(digits % 3 == 2) << (at + k);
		}
		if (__builtin_popcountll(a.mask) > 4 && i % 5)
			continue;
		for (unsigned u = 0; u < sizeof unaries / sizeof *unaries; u++)
			for (unsigned k = 0; !k || unaries[u].n[k] != unaries[u].n[k - 1]; k++) {
				unsigned n = unaries[u].n[k];
				struct tnum r = unaries[u].abstract(a, n), best = best_image(a, unaries[u].concrete, n);
				cr_assert(tnum_equal(r, best), "operator %u by %u", u, n);
			}
	}
}

/* Neighbours in a tnum, the best tnum of a range, the best of two tnums: by listing the members. */
Test(domain_best, ends_ranges_and_joins)
{
	for (unsigned i = 0; i < 729; i++) {
		struct tnum a = {0, 0};
		for (unsigned k = 0, d = i; k < 6; k++, d /= 3)
			a.value |= (uint64_t)(d % 3 == 1) << (k + 58), a.mask |= (uint64_t)(d % 3 == 2) << (k + 58);
		for (uint64_t x = 0; x < 64; x++) {
			uint64_t first, last, next = 0, before = 0;
			bool some = false, any = false;
			for (uint64_t y = 0; y < 64; y++) {
				if (!tnum_contains(a, y << 58))
					continue;
				if (y <= x)
					before = y << 58, any = true;
				if (y >= x && !some)
					next = y << 58, some = true;
			}
			cr_assert_eq(tnum_first(a, x << 58, &first), some);
			cr_assert_eq(tnum_last(a, x << 58, &last), any);
			cr_assert((!some || first == next) && (!any || last == before));
		}
	}
	for (uint64_t lo = 0; lo < 64; lo++)
		for (uint64_t hi = lo; hi < 64; hi++) {
			struct tnum best = tnum_const(lo);
			for (uint64_t x = lo; x <= hi; x++)
				best = tnum_join(best, tnum_const(x));
			cr_assert(tnum_equal(best, tnum_range(lo, hi)));
		}
}

/* Bounds of bitwise operators and of division on ranges are met. */
Test(domain_best, ranges_are_exact)
{
	for (uint64_t i = 0; i < 1u << 20; i++) {
		struct range a = {i & 31, i >> 5 & 31}, b = {i >> 10 & 31, i >> 15 & 31};
		struct range or = {~0ull, 0}, and = or, xor = or ;
		if (a.lo > a.hi || b.lo > b.hi)
			continue;
		for (uint64_t x = a.lo; x <= a.hi; x++)
			for (uint64_t y = b.lo; y <= b.hi; y++) {
				or = range_join(or, (struct range){x | y, x | y});
				and = range_join(and, (struct range){x & y, x & y});
				xor = range_join(xor, (struct range){
							  x ^ y, x ^ y});
			}
		struct range of_or = range_or(a, b), of_and = range_and(a, b), of_xor = range_xor(a, b);
		cr_assert(of_or.lo == or.lo && of_or.hi == or.hi, "or");
		cr_assert(of_and.lo == and.lo && of_and.hi == and.hi, "and");
		cr_assert(of_xor.lo == xor.lo &&of_xor.hi == xor.hi, "xor");
	}
}
