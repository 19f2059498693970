/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The last word on a search's result: proved equal to the program as it came
 * and safe, from scratch, by two solvers each alone, and taken by the live kernel.
 * Where one question about the first and the last version is too hard, the
 * versions between serve as steps, each judged anew: what is equal to the same
 * is equal.
 */
#ifndef ACCEPT_H
#define ACCEPT_H

#include "synth/engine/engine.h"

#define ACCEPT_SOLVERS 2
extern const char *const accept_solvers[ACCEPT_SOLVERS];

struct accept_options {
	const char *solver[ACCEPT_SOLVERS]; /* specs; NULL: accept_solvers */
	unsigned timeout;                   /* seconds for each solver's questions together; 0: none */
	unsigned query_timeout;             /* seconds for one */
	unsigned memory;                    /* MiB for one */
	bool privileged;
	bool kernel;   /* the live kernel must take it */
	bool parallel; /* both solvers at the same time */
};

struct accept_answer {
	enum verdict verdict;
	size_t good; /* steps [0, good] are proved equal, by both solvers; not proved: what comes next is not */
	const char
	    *by; /* not proved: whose refusal it is: a solver's spec, "safety" or "kernel"; static or of options */
	char why[256];
	bool by_steps[ACCEPT_SOLVERS]; /* proved step by step, not at once */
	double ms[ACCEPT_SOLVERS], safety_ms;
	bool loads; /* the live kernel was asked and takes it */
};

void accept_steps(const struct engine_step *steps, size_t n, const struct accept_options *o, struct accept_answer *out);
#endif
