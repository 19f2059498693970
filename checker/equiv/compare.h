/* SPDX-License-Identifier: BSD-2-Clause */
/* What the comparison's two files share. */
#ifndef COMPARE_H
#define COMPARE_H

#include "checker/equiv/equiv.h"

struct comparison {
	struct world *world;
	struct term_pool *pool;
	const struct state *a, *b;
	struct claims *claims;
	bool internal;
	uint64_t n_some; /* arbitrary indices used so far */
};
/* Claims about packet, context, maps and data of c->a and c->b; registers and stacks are scratch. */
void compare_states(struct comparison *c);
void compare_results(struct comparison *c); /* what c->a and c->b return */
void compare_shared(struct comparison *c); /* of them what others see while the programs run */
/* True where both runs have the same events in the same order: the visible ones,
 * or every one but the atomics. */
term compare_events(struct comparison *c, struct run *a, struct run *b, bool visible);
#endif
