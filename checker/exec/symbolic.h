/* SPDX-License-Identifier: BSD-2-Clause */
/* The symbolic machine as a machine: its terms under one input, as an outcome of the concrete machine's form. */
#ifndef SYMBOLIC_H
#define SYMBOLIC_H

#include "exec.h"

struct run;
struct solver;

struct symbolic_options {
	struct exec_options exec; /* max_steps and trace are not heeded */
	struct solver *solver;    /* asked about loops; may be NULL */
	unsigned unroll;          /* iterations of a loop at most; 0: default */
};

/* Like exec_run; steps is 0. A loop that goes on beyond the limit is unmodelled. */
void symbolic_run(const struct program *p, const struct input *in, const struct symbolic_options *opt,
		  struct exec_outcome *out);
/* The same of a run that was executed before. */
void symbolic_read(struct run *run, const struct input *in, struct exec_outcome *out);
#endif
