/* SPDX-License-Identifier: BSD-2-Clause */
/* Reproducible random numbers for tests. */
#ifndef RANDOM_H
#define RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct random {
	uint64_t state;
};

static inline uint64_t random_draw(struct random *r)
{
	r->state = r->state * 6364136223846793005ull + 1442695040888963407ull;
	uint64_t x = r->state;
	x = (x ^ (x >> 31)) * 0x9e3779b97f4a7c15ull;
	return x ^ (x >> 29);
}

static inline unsigned random_below(struct random *r, unsigned n)
{
	return (unsigned)(random_draw(r) >> 20) % n;
}

/* Numbers where the instructions have their corners. */
static inline int64_t random_number(struct random *r)
{
	static const int64_t corners[] = {
	    0,    1,   -1,    2,      7,     31,        32,        33,        63,        64,         127,        128,
	    -128, 255, 32767, -32768, 65535, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN, 0xffffffff, 0x100000000};
	unsigned n = sizeof corners / sizeof *corners;
	return random_below(r, 3) ? corners[random_below(r, n)] : (int64_t)random_draw(r);
}
#endif
