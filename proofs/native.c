/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The theorems as this machine runs them. Exhaustively: every choice of inputs
 * of `bits` bits, like the digits of a number whose bases depend on the digits
 * before them; the bits are put at the low end of the words, at the high end,
 * and at the low end with the sign extended. And random words of 64 bits.
 *
 * usage: native               a line for each theorem: PART NAME FILE:FUNCTION prove or try
 *        native BITS ROUNDS [NAME]   two for each, or for that one: NAME FILE:FUNCTION BITS CASES HOW RESULT SECONDS
 */
#include "theorem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DIGITS 64
#define CASES_MAX 4000000ull /* of one placement, before fewer bits are taken */

struct theorem *theorems;

enum place { PLACE_LOW, PLACE_HIGH, PLACE_SIGNED, PLACES, PLACE_RANDOM };

static struct {
	enum place place;
	unsigned bits;
	uint64_t digit[DIGITS], base[DIGITS];
	unsigned n; /* digits used in this call */
	uint64_t seed;
} run;

static uint64_t random_word(void)
{
	uint64_t z = run.seed += 0x9e3779b97f4a7c15ull;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

/* Words with long runs of equal bits, too: these are where carries and borders are. */
static uint64_t random_shape(void)
{
	uint64_t x = random_word();
	switch (random_word() % 5) {
	case 0:
		return x & random_word() & random_word();
	case 1:
		return x | random_word() | random_word();
	case 2:
		return x >> random_word() % 64;
	case 3:
		return ~(x >> random_word() % 64);
	default:
		return x;
	}
}

static uint64_t choose(uint64_t base)
{
	if (run.n == DIGITS)
		abort();
	run.base[run.n] = base;
	return run.digit[run.n++];
}

/* The next choice in order; false: that was the last one. */
static bool step(void)
{
	for (unsigned i = run.n; i-- > 0;) {
		if (++run.digit[i] < run.base[i])
			return true;
		run.digit[i] = 0;
	}
	return false;
}

/* Digits behind the one that went up are 0. */
static int call(const struct theorem *t)
{
	run.n = 0;
	return t->holds();
}

/* In a word of that width. */
static uint64_t place(uint64_t x, unsigned width)
{
	if (run.place == PLACE_HIGH)
		return x << (width - run.bits);
	if (run.place == PLACE_SIGNED)
		return (uint64_t)((int64_t)(x << (64 - run.bits)) >> (64 - run.bits));
	return x;
}

uint64_t any_word(void)
{
	return run.place == PLACE_RANDOM ? random_shape() : place(choose(1ull << run.bits), 64);
}

uint32_t any_half(void)
{
	if (run.place == PLACE_RANDOM)
		return (uint32_t)(random_shape() >> (random_word() & 32));
	return (uint32_t)place(choose(1ull << run.bits), 32);
}

struct tnum any_tnum(void)
{
	uint64_t value = 0, mask = 0, all = 1;
	if (run.place == PLACE_RANDOM)
		return tnum_make(random_shape(), random_shape());
	for (unsigned i = 0; i < run.bits; i++)
		all *= 3;
	uint64_t digits = choose(all);
	for (unsigned i = 0; i < run.bits; i++, digits /= 3) {
		value |= (uint64_t)(digits % 3 == 1) << i;
		mask |= (uint64_t)(digits % 3 == 2) << i;
	}
	return (struct tnum){place(value, 64), place(mask, 64)};
}

/* Where signs are extended their copies go with them. */
uint64_t any_member(struct tnum a)
{
	if (run.place == PLACE_RANDOM)
		return a.value | (random_shape() & a.mask);
	uint64_t low = run.place == PLACE_SIGNED ? (1ull << run.bits) - 1 : ~0ull, chosen = 0;
	uint64_t mask = a.mask & low, digits = choose(1ull << __builtin_popcountll(mask));
	for (; mask; mask &= mask - 1, digits >>= 1)
		if (digits & 1)
			chosen |= mask & -mask;
	if (chosen >> (run.bits - 1) && run.place == PLACE_SIGNED)
		chosen |= a.mask & ~low;
	return a.value | chosen;
}

unsigned any_below(unsigned n)
{
	return (unsigned)(run.place == PLACE_RANDOM ? random_word() % n : choose(n));
}

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void start(enum place p, unsigned bits)
{
	memset(&run, 0, sizeof run);
	run.place = p;
	run.bits = bits;
	run.seed = 1;
}

struct tally {
	uint64_t cases, held, failed;
};

static void count(const struct theorem *t, struct tally *all)
{
	int end = call(t);
	all->cases++;
	all->held += end == 1;
	all->failed += end == 2;
}

/* As many as the first call can choose of, or that are left after it: no use to begin where they are far too many. */
static bool are_few(const struct theorem *t, unsigned bits)
{
	double choices = 1;
	start(PLACE_LOW, bits);
	call(t);
	for (unsigned i = 0; i < run.n; i++)
		choices *= (double)run.base[i];
	return choices <= 64.0 * CASES_MAX;
}

/* All choices with so many bits; false: too many of them. */
static bool exhaust(const struct theorem *t, unsigned bits, struct tally *all)
{
	*all = (struct tally){0};
	if (!are_few(t, bits))
		return false;
	for (enum place p = PLACE_LOW; p < PLACES; p++) {
		uint64_t before = all->cases;
		start(p, bits);
		do {
			count(t, all);
			if (all->cases - before > CASES_MAX)
				return false;
		} while (step());
	}
	return true;
}

static void report(const struct theorem *t, unsigned bits, const struct tally *all, const char *how, double time)
{
	printf("%s %s:%s %u %" PRIu64 " %s %s %.2f\n", t->name, t->file, t->function, bits, all->cases, how,
	       all->failed ? "FAILED" : "holds", time);
}

/* Does it hold? Not of itself: some cases have to satisfy the assumptions. */
static bool check(const struct theorem *t, unsigned bits, uint64_t rounds)
{
	struct tally few, random = {0};
	double begin = seconds();
	while (bits && !exhaust(t, bits, &few))
		bits--;
	if (bits)
		report(t, bits, &few, "exhaustive", seconds() - begin);
	else
		few = (struct tally){0};
	begin = seconds();
	start(PLACE_RANDOM, 64);
	while (random.cases < rounds)
		count(t, &random);
	report(t, 64, &random, "random", seconds() - begin);
	if (!(few.held + random.held))
		printf("%s %s:%s 64 0 random EMPTY 0\n", t->name, t->file, t->function);
	return few.held + random.held && !few.failed && !random.failed;
}

int main(int argc, char **argv)
{
	bool bad = false;
	for (const struct theorem *t = theorems; t && argc == 1; t = t->next)
		printf("%s %s %s:%s %s\n", strrchr(t->part, '/') + 1, t->name, t->file, t->function,
		       t->to_prove ? "prove" : "try");
	if (argc == 1)
		return 0;
	if (argc < 3) {
		fprintf(stderr, "usage: native [BITS ROUNDS [NAME]]\n");
		return 64;
	}
	for (const struct theorem *t = theorems; t; t = t->next)
		if (argc == 3 || !strcmp(t->name, argv[3]))
			bad |= !check(t, (unsigned)atoi(argv[1]), strtoull(argv[2], NULL, 10));
	return bad;
}
