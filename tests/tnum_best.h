/* SPDX-License-Identifier: BSD-2-Clause */
/* The best 8-bit tnum of a binary operator, for all 3^8 x 3^8 pairs: by the values of one unknown bit after another. */
#ifndef TNUM_BEST_H
#define TNUM_BEST_H

#include "tnum.h"

#define BEST_TNUMS 6561u /* 3^8 */

struct tnum_best {
	struct tnum of[BEST_TNUMS]; /* in ascending order of the mask */
	uint8_t *value, *mask;      /* of pair a * BEST_TNUMS + b */
};

typedef uint64_t (*best_operator)(uint64_t x, uint64_t y);

/* Results are modulo 2^8. */
void tnum_best_init(struct tnum_best *t, best_operator op);
void tnum_best_release(struct tnum_best *t);

static inline struct tnum tnum_best_of(const struct tnum_best *t, unsigned a, unsigned b)
{
	return (struct tnum){t->value[a * BEST_TNUMS + b], t->mask[a * BEST_TNUMS + b]};
}
#endif
