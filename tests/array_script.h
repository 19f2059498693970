/* SPDX-License-Identifier: BSD-2-Clause */
/* Is there an input on which two programs visibly differ? As a script, with memory as terms or as the solvers' arrays.
 */
#ifndef ARRAY_SCRIPT_H
#define ARRAY_SCRIPT_H

#include "checker/equiv/equiv.h"

enum array_state {
	ARRAY_UNSAT, /* decided without a solver */
	ARRAY_SAT,
	ARRAY_OPEN,    /* the script asks it */
	ARRAY_REFUSED, /* the pair can't be compared, or not in this way */
};

struct array_stats {
	size_t terms, reads; /* of the whole pool; reads that stayed reads */
	double ms;           /* to encode and to write */
};

/* `solver` (may be NULL) answers questions about loops. */
enum array_state array_write(const struct program *a, const struct program *b, struct solver *solver, bool arrays,
			     FILE *out, struct array_stats *stats);
#endif
