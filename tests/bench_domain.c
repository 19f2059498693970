/* SPDX-License-Identifier: BSD-2-Clause */
/* Products of tnums, Linux' two beside ours: share of 8-bit pairs with the best result, unknown bits, time. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "linux_mul.h"
#include "random.h"
#include "tnum_best.h"

#define RANDOM_PAIRS 10000000u
#define BLOCK 5000u

typedef struct tnum (*product)(struct tnum a, struct tnum b);

#define CANDIDATE(name, call)                                                           \
	static __attribute__((noinline)) struct tnum name(struct tnum a, struct tnum b) \
	{                                                                               \
		return call(a, b);                                                      \
	}
CANDIDATE(mul_514, linux_mul_514)
CANDIDATE(mul_618, linux_mul_618)
CANDIDATE(mul_met, linux_mul_met)
CANDIDATE(mul_ours, tnum_mul)

static struct candidate {
	const char *name;
	product f;
	unsigned long best, unknown, coarser; /* coarser: ours is not a subset of it */
	double small, random;                 /* seconds */
} candidates[] = {
    {.name = "Linux 5.14 to 6.16", .f = mul_514},
    {.name = "Linux 6.18", .f = mul_618},
    {.name = "both, both ways, met", .f = mul_met},
    {.name = "bpfprove", .f = mul_ours},
};
#define N_CANDIDATES (sizeof candidates / sizeof *candidates)

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* One multiplier with all others. The time is the multiplications' alone; nothing may be lost, nor be coarser in ours.
 */
static void small_row(const struct tnum_best *t, unsigned a)
{
	static struct tnum result[N_CANDIDATES][BEST_TNUMS];
	for (unsigned c = 0; c < N_CANDIDATES; c++) {
		double start = now();
		for (unsigned b = 0; b < BEST_TNUMS; b++)
			result[c][b] = candidates[c].f(t->of[a], t->of[b]);
		candidates[c].small += now() - start;
	}
	for (unsigned c = 0; c < N_CANDIDATES; c++)
		for (unsigned b = 0; b < BEST_TNUMS; b++) {
			struct tnum best = tnum_best_of(t, a, b), r = tnum_zext(result[c][b], 8);
			candidates[c].best += tnum_equal(best, r);
			if (!tnum_subset(best, r) || !tnum_subset(result[N_CANDIDATES - 1][b], result[c][b]))
				abort();
		}
}

static uint64_t word_mul(uint64_t x, uint64_t y)
{
	return x * y;
}

static struct tnum random_tnum(struct random *r)
{
	uint64_t mask = random_draw(r), value = random_draw(r);
	if (random_below(r, 2)) /* few unknown bits */
		mask &= random_draw(r) & random_draw(r);
	unsigned zeros = random_below(r, 64); /* words of all lengths */
	return tnum_make(value >> zeros, mask >> zeros);
}

static void random_block(struct random *r)
{
	static struct tnum a[BLOCK], b[BLOCK], result[N_CANDIDATES][BLOCK];
	for (unsigned i = 0; i < BLOCK; i++)
		a[i] = random_tnum(r), b[i] = random_tnum(r);
	for (unsigned c = 0; c < N_CANDIDATES; c++) {
		double start = now();
		for (unsigned i = 0; i < BLOCK; i++)
			result[c][i] = candidates[c].f(a[i], b[i]);
		candidates[c].random += now() - start;
	}
	for (unsigned c = 0; c < N_CANDIDATES; c++)
		for (unsigned i = 0; i < BLOCK; i++) {
			candidates[c].unknown += (unsigned)__builtin_popcountll(result[c][i].mask);
			candidates[c].coarser += !tnum_equal(result[c][i], result[N_CANDIDATES - 1][i]);
			if (!tnum_subset(result[N_CANDIDATES - 1][i], result[c][i]))
				abort();
		}
}

int main(void)
{
	struct tnum_best t;
	struct random r = {1};
	const double pairs = (double)BEST_TNUMS * BEST_TNUMS, randoms = RANDOM_PAIRS;
	tnum_best_init(&t, word_mul);
	for (unsigned a = 0; a < BEST_TNUMS; a++)
		small_row(&t, a);
	for (unsigned done = 0; done < RANDOM_PAIRS; done += BLOCK)
		random_block(&r);
	puts("| product | best, of all 8-bit pairs | ns | ours is more precise, of 64-bit pairs | unknown bits | ns |");
	puts("| --- | --- | --- | --- | --- | --- |");
	for (unsigned c = 0; c < N_CANDIDATES; c++) {
		const struct candidate *k = &candidates[c];
		printf("| %s | %.3f %% | %.1f | %.3f %% | %.3f | %.1f |\n", k->name, 100 * (double)k->best / pairs,
		       k->small / pairs * 1e9, 100 * (double)k->coarser / randoms, (double)k->unknown / randoms,
		       k->random / randoms * 1e9);
	}
	tnum_best_release(&t);
	return 0;
}
