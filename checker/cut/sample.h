/* SPDX-License-Identifier: BSD-2-Clause */
/* Assignments to the inputs of a world under which some term is true, to guess from: nothing is proved by them. */
#ifndef CUT_SAMPLE_H
#define CUT_SAMPLE_H

#include "encode/solver/solver.h"

struct sample {
	uint64_t seed;           /* of inputs that have no entry */
	uint64_t *keys, *values; /* by hash of function and arguments; key 0: free */
	size_t n, cap;
};

void sample_init(struct sample *s, uint64_t seed);
void sample_release(struct sample *s);
/* Takes over the values that the model gives. */
void sample_take_model(struct sample *s, const struct term_pool *p, const struct solver_model *m);
struct term_eval *sample_eval(struct sample *s, const struct term_pool *p); /* the caller frees it */

/* Told of each assignment found; false: there are enough. */
typedef bool (*sample_visitor)(void *arg, struct term_eval *e);
/* Wanders from an assignment, under which `given` is true, to others, changing inputs in the cones of the roots. */
void sample_wander(struct sample *s, const struct term_pool *p, term given, const term *roots, size_t n, unsigned steps,
		   sample_visitor visit, void *arg);
#endif
