/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What terms are worth on some inputs: random ones, and those that a solver
 * found. Terms of one signature had the same value on all of them; terms of
 * one bit also if all values were inverted.
 */
#ifndef SAMPLE_H
#define SAMPLE_H

#include "encode/term/term.h"

struct sample_row {
	uint64_t signature; /* a hash of the values */
	uint64_t first;     /* the value on the first input; of one bit, all are relative to it */
	bool varies;
	bool used; /* the term is in the cone */
};

struct samples {
	struct term_pool *pool;
	term *cone; /* in order of id, through the arguments of inputs */
	size_t n_cone, n, n_tried;
	struct sample_row *rows; /* by id, up to the highest of the cone */
	term n_ids;
	term condition;    /* of 1 bit: inputs that don't fulfil it don't count */
	uint64_t *palette; /* numbers that the terms compare with, and their bytes */
	size_t n_palette;
};

/* The value of an APPLY term by its id; false: any will do. */
typedef bool (*sample_value)(void *arg, term leaf, uint64_t *value);

/* The condition is the last of the roots. */
void samples_init(struct samples *s, struct term_pool *p, const term *roots, size_t n);
void samples_release(struct samples *s);
/* One more input: what `value` (may be NULL) doesn't say is random, within declared bounds, and a function of the
 * arguments; of those that are `near`, some other values are random as well. False: the condition doesn't hold. */
bool samples_add(struct samples *s, sample_value value, void *arg, bool near);
#endif
