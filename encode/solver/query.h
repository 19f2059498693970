/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes a query from asserted terms: constants decided, congruence and bounds added. */
#ifndef QUERY_H
#define QUERY_H

#include "solver.h"
#include "clock.h"

/* A bound of f(x) can't be stated of f(x): every constructor knows it and folds
 * it to true. It is stated of SHADOW(f(x)), asserted to be equal to f(x). */
#define QUERY_SHADOW 0xffffffffu

enum query_state { QUERY_OPEN, QUERY_TRUE, QUERY_FALSE, QUERY_LATE };

/* When to stop building: clock_now_ns() passed end_ns, or so many pairs of applications were looked at; 0: never. */
struct query_limit {
	uint64_t end_ns;
	uint32_t pairs;
};

/* QUERY_OPEN: q is ready for a backend. QUERY_LATE: the limit came before it was; its `pairs` now says where.
 * Otherwise the conjunction is constant. q is to be released in each case. */
enum query_state query_build(struct query *q, struct term_pool *pool, const char *name, const term *asserts, size_t n,
			     struct query_limit *limit);
void query_release(struct query *q);
bool query_is_shadow(const struct term_pool *pool, term leaf);
#endif
