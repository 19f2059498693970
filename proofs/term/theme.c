/* SPDX-License-Identifier: BSD-2-Clause */
/* Random facts and constants. Conditions of rules hold of facts that have to do with each other, so few masks and
 * bounds are shared by all terms of an instance. Around each fact is a value of which it holds. */
#include "proofs/term/instance.h"

uint64_t random_word(void)
{
	static uint64_t seed = 88172645463325252ull;
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed * 2685821657736338717ull;
}

unsigned random_below(unsigned n)
{
	return (unsigned)((random_word() >> 32) % n);
}

struct theme theme_choose(unsigned width)
{
	uint64_t mask = random_word() & random_word();
	return (struct theme){
	    .width = width,
	    .low = mask_of(width) >> random_below(width),
	    .mask = random_below(2) ? mask : mask_of(1 + random_below(width)) << random_below(width),
	    .bound = random_below(2) ? random_word() : mask_of(width) >> (1 + random_below(width)) >> 0,
	};
}

static void add_edges(struct theme *t, struct range r)
{
	const uint64_t edges[] = {r.lo, r.lo + 1, r.lo - 1, r.hi, r.hi + 1, r.hi - 1};
	for (unsigned i = 0; i < 6 && t->n_edges < 64; i++)
		t->edges[t->n_edges++] = edges[i];
}

/* Bits `known` are those of v, the others open. */
static struct fact of_bits(uint64_t v, uint64_t known, unsigned width)
{
	uint64_t m = mask_of(width);
	return fact_make((struct tnum){v & known & m, ~known & m}, range_full(width));
}

static struct fact of_range(uint64_t lo, uint64_t hi, unsigned width)
{
	uint64_t m = mask_of(width);
	lo &= m;
	hi &= m;
	return fact_make(tnum_unknown(width), lo <= hi ? (struct range){lo, hi} : (struct range){hi, lo});
}

static struct fact random_fact(const struct theme *t, unsigned w)
{
	uint64_t v = random_word(), sign = 1ull << (w - 1), small = random_below(8),
		 half = mask_of(w) >> (w + 1) / 2 % 64;
	switch (random_below(18)) {
	case 0:
		return of_bits(0, ~t->low, w);
	case 1:
		return of_bits(0, t->low, w);
	case 2:
		return of_bits(~0ull, ~t->low, w);
	case 3:
		return of_bits(~0ull, t->low, w);
	case 4:
		return of_bits(0, t->mask, w);
	case 5:
		return of_bits(0, ~t->mask, w);
	case 6:
		return of_bits(~0ull, t->mask, w);
	case 7:
		return of_bits(~0ull, ~t->mask, w);
	case 8:
		return of_bits(v, random_word(), w);
	case 9:
		return of_bits(v, sign, w);
	case 10:
		return of_range(0, half, w);
	case 11:
		return of_range(t->bound, mask_of(w), w);
	case 12:
		return of_range(0, (t->bound & mask_of(w)) ? (t->bound & mask_of(w)) - 1 : 0, w);
	case 13:
		return of_range(v, v + small, w);
	case 14:
		return of_range(v, random_word(), w);
	case 15:
		return of_range(1, t->low, w);
	default:
		return of_range(0, mask_of(w), w);
	}
}

term theme_leaf(struct term_pool *p, struct theme *t, unsigned width)
{
	static uint32_t fn;
	struct fact f = !t->plain && random_below(3) ? random_fact(t, width) : of_range(0, mask_of(width), width);
	if (tnum_is_const(f.bits))
		f = of_range(0, mask_of(width), width);
	add_edges(t, f.range);
	term x = term_apply(p, fn++, width, NULL, 0);
	p->facts[x] = f;
	return x;
}

uint64_t theme_value(const struct theme *t, unsigned width)
{
	const uint64_t one = 1ull << random_below(width), m = mask_of(width);
	const uint64_t values[] = {0,
				   1,
				   m,
				   1ull << (width - 1),
				   m >> 1,
				   one,
				   one - 1,
				   -one,
				   t->low,
				   ~t->low,
				   t->mask,
				   ~t->mask,
				   t->bound,
				   random_below(8),
				   -one + one / 2,
				   random_word()};
	if (t->n_edges && !random_below(3))
		return t->edges[random_below(t->n_edges)] & m;
	return values[random_below(sizeof values / sizeof *values)] & m;
}
