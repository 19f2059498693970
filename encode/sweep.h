/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sweeping: terms that agree on many inputs are probably equal; small queries,
 * from the leaves up, prove that they are, and merge them. What stands above
 * merged terms merges by hash-consing, without a query, and input functions of
 * merged arguments become one. On the way, what stands in a branch is simplified
 * by the branch's condition (term_under). (Kuehlmann et al., "Robust Boolean Reasoning for
 * Equivalence Checking and Functional Property Verification", 2002, on
 * and-inverter graphs; here on bit-vectors.)
 */
#ifndef SWEEP_H
#define SWEEP_H

#include "encode/solver/session.h"

struct sweep_options {
	term condition;          /* of 1 bit; 0: none */
	term first;              /* terms below this one are not asked about, others are merged with them; 0: all are */
	struct session *session; /* NULL: one query each */
	unsigned conflicts;      /* limit of one merging query in the session */
	unsigned query_ms;       /* and of one that is asked alone */
	unsigned total_ms;       /* limit of all of them; 0: none */
	size_t max_queries;
	volatile int *stop;
};

struct sweep_stats {
	size_t terms, queries, merges, refuted, unknown;
	double ms, ask_ms;
};

/* Replaces each root by a term that is equal under every assignment on which the condition holds. */
struct sweep_stats sweep_terms(struct term_pool *p, struct solver *s, term *roots, size_t n,
			       const struct sweep_options *opt);
#endif
