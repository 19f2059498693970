/* SPDX-License-Identifier: BSD-2-Clause */
/* Best 8-bit tnums; see tnum_best.h. */
#include "tnum_best.h"

#include <stdlib.h>

#include "tnum_mul.h"

static uint16_t index_of[256][256]; /* by value and mask */

static void list_tnums(struct tnum_best *t)
{
	unsigned n = 0;
	for (unsigned mask = 0; mask < 256; mask++)
		for (unsigned value = 0; value < 256; value++)
			if (!(mask & value)) {
				index_of[value][mask] = (uint16_t)n;
				t->of[n++] = (struct tnum){value, mask};
			}
}

/* The one with its lowest unknown bit known, which the list has before it. */
static unsigned with_bit(struct tnum a, bool one)
{
	uint64_t bit = tnum_lowest(a.mask);
	return index_of[a.value | (one ? bit : 0)][a.mask ^ bit];
}

static struct tnum best(const struct tnum_best *t, unsigned a, unsigned b, best_operator op)
{
	struct tnum x = t->of[a], y = t->of[b];
	if (x.mask)
		return tnum_join(tnum_best_of(t, with_bit(x, false), b), tnum_best_of(t, with_bit(x, true), b));
	if (y.mask)
		return tnum_join(tnum_best_of(t, a, with_bit(y, false)), tnum_best_of(t, a, with_bit(y, true)));
	return tnum_const((uint8_t)op(x.value, y.value));
}

void tnum_best_init(struct tnum_best *t, best_operator op)
{
	list_tnums(t);
	t->value = malloc(BEST_TNUMS * BEST_TNUMS);
	t->mask = malloc(BEST_TNUMS * BEST_TNUMS);
	if (!t->value || !t->mask)
		abort();
	for (unsigned a = 0; a < BEST_TNUMS; a++)
		for (unsigned b = 0; b < BEST_TNUMS; b++) {
			struct tnum r = best(t, a, b, op);
			t->value[a * BEST_TNUMS + b] = (uint8_t)r.value;
			t->mask[a * BEST_TNUMS + b] = (uint8_t)r.mask;
		}
}

void tnum_best_release(struct tnum_best *t)
{
	free(t->value);
	free(t->mask);
}
