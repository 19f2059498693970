/* SPDX-License-Identifier: BSD-2-Clause */
/* Refutations that need no trust in a solver: a query's clauses, and a proof that nothing satisfies them. */
#ifndef REFUTATION_H
#define REFUTATION_H

#include "solver.h"

struct refutation {
	char *clauses, *proof;     /* DIMACS; DRAT in text form without resolution asymmetric tautologies. Owned */
	size_t n_clauses, n_proof; /* bytes */
};

/* The query as DIMACS, the same text each time, freed by the caller; NULL: it is too large. */
char *refutation_clauses(const struct query *q, size_t *n);
/* Has CaDiCaL refute the query and write down how, and checks that. False: no such proof within the time
 * (clock_now_ns()'s, 0: no limit), or there is a model. */
bool refutation_find(const struct query *q, uint64_t end_ns, struct refutation *out);
void refutation_release(struct refutation *r);
#endif
