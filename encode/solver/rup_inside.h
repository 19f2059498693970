/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside of the checker of refutations: its clauses, and the notes that tell which lemmas a proof needs. */
#ifndef RUP_INSIDE_H
#define RUP_INSIDE_H

#include "rup.h"

struct list {
	uint32_t *at; /* clauses */
	uint32_t n, cap;
};

struct rup {
	int32_t *arena;
	size_t n, cap;
	struct list *watches; /* by index of the literal that becomes false */
	int8_t *value;        /* by index: 1 true, -1 false, 0 open */
	uint32_t *stamp;      /* by index: marks of the literals of one clause */
	uint32_t now, variables;
	int *trail;
	size_t n_trail, head; /* head: what was propagated */
	uint32_t *buckets;    /* of clauses by the sum of their literals' hashes, 0: none */
	size_t n_buckets, n_clauses;
	int *clean; /* a clause without repetitions */
	size_t cap_clean;
	bool refuted;      /* unit propagation alone gives a contradiction */
	uint32_t conflict; /* the clause that can't hold, after a propagation that failed */
	struct core *core; /* NULL: nobody asks what is needed */
};

enum { SIZE, NEXT, HEADER };

static inline uint32_t index_of(int literal)
{
	return literal > 0 ? 2u * (uint32_t)literal : 2u * (uint32_t)-literal + 1;
}

/* rup_core.c; a clause of 0 is none. */
void rup_core_free(struct core *c);
/* A variable's place on the trail, and the clause that made it so. */
void rup_core_assign(struct core *c, int literal, size_t place, uint32_t reason);
/* The lemma that is added next follows by a conflict, or since one of its literals holds; the trail below `root` stays.
 */
void rup_core_follow(struct rup *r, size_t root, uint32_t conflict, int holds);
/* A lemma was added as this clause. */
void rup_core_add(struct core *c, uint32_t clause);
#endif
