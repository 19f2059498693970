/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Equivalence by cut points: two programs proved equal stretch by stretch.
 *
 * Runs of both programs stop at given points, which cut every loop. A node is a
 * pair of points that runs get to together, with relations between what the two
 * programs hold there; each stretch between nodes is run symbolically from any
 * state that facts and relations allow.
 */
#ifndef CUT_H
#define CUT_H

#include "checker/cut/answer.h"
#include "checker/equiv/equiv.h"

/* Where runs stop: slots of the main function at which a block begins, sorted. A loop that holds none is unrolled, a
 * few times at most. */
struct cut_points {
	uint32_t *at[2];
	size_t n[2];
	uint32_t
	    *every[2]; /* of each point: 1: runs stop at each visit; k: they pass it k - 1 times first. NULL: all 1 */
};
void cut_points_release(struct cut_points *points);

struct cut_options {
	struct solver *solver;
	volatile int *stop;  /* set by ctrl-C; may be NULL */
	unsigned query_ms;   /* for one query, 0: the solver's own limit */
	unsigned timeout_ms; /* of the whole check, 0: none */
	unsigned search_ms;  /* for other ways to walk loops together than the first one, beside twice its time; 0: no
				limit */
	unsigned attempts;   /* at most so many of these, 0: as many as are worth it */
};

/* Both programs have one type, and maps is their pairing. Proved: as equiv_programs has it; moreover both programs are
 * safe. */
void cut_check(const struct program *a, const struct program *b, const struct pairing *maps,
	       const struct cut_points *points, const struct cut_options *o, struct cut_answer *out);
#endif
