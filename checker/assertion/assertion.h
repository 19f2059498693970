/* SPDX-License-Identifier: BSD-2-Clause */
/* Can an assertion of a program fail (include/bpfprove_assert.h), or a run fault before it gets there? */
#ifndef ASSERTION_H
#define ASSERTION_H

#include "checker/exec/exec.h"
#include "encode/solver/solver.h"

struct assertion_result {
	enum verdict verdict;
	enum reason reason;     /* unknown: why */
	size_t assertions;      /* calls in the program */
	char what[256];         /* refuted: the fault and where; unknown: what the reason is about */
	struct input *witness;  /* refuted: owned; the concrete machine ran into the fault on it */
	const char *decided_by; /* "rewriting" or the solver's name */
	double ms;
	size_t terms;
};

struct assertion_options {
	struct solver *solver;
	unsigned unroll;    /* 0: default */
	volatile int *stop; /* may be NULL */
};

/* Proved: no input makes an assertion fail, and none makes the program fault. */
void assertion_check(const struct program *p, const struct assertion_options *o, struct assertion_result *r);
void assertion_release(struct assertion_result *r);
#endif
