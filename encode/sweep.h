/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sweeping: terms that agree on many random inputs are probably equal; small
 * queries, from the leaves up, prove that they are, and merge them. What stands
 * above merged terms merges by hash-consing, without a query. (Kuehlmann et
 * al., "Robust Boolean Reasoning for Equivalence Checking and Functional
 * Property Verification", 2002, on and-inverter graphs; here on bit-vectors.)
 */
#ifndef SWEEP_H
#define SWEEP_H

#include "encode/solver/solver.h"

struct sweep_options {
	unsigned query_ms;   /* limit of one merging query */
	unsigned total_ms;   /* limit of all of them; 0: none */
	size_t max_queries;
	volatile int *stop;
};

/* Replaces each root by a term that is equal under every assignment. Returns the number of merges. */
size_t sweep_terms(struct term_pool *p, struct solver *s, term *roots, size_t n, const struct sweep_options *opt);
#endif
