/* SPDX-License-Identifier: BSD-2-Clause */
/* Holds a backend's values against everything that was asserted. */
#ifndef MODEL_H
#define MODEL_H

#include "solver.h"

/* values[i] is of q->leaves[i]. A model that is none is a fault. `asserts` are
 * the terms as the caller gave them, before query_build. */
void model_verify(const struct query *q, const uint64_t *values, const term *asserts, size_t n);
/* Do they satisfy the query, as a function that keeps to its bounds? */
bool model_holds(const struct query *q, const uint64_t *values);
/* The caller's copy, without what query_build added. */
void model_fill(struct solver_model *m, const struct query *q, const uint64_t *values);
#endif
