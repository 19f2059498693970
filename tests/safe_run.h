/* SPDX-License-Identifier: BSD-2-Clause */
/* The safety prover on one program, its answer in a form that fits into shared memory. */
#ifndef SAFE_RUN_H
#define SAFE_RUN_H

#include "encode/object/program.h"
#include "tests/children.h"

enum safe_outcome {
	SAFE_CRASHED, /* a signal or exit status; `what` says which. First: what a child leaves that did not get far */
	SAFE_PROVED,
	SAFE_REFUTED,
	SAFE_UNKNOWN,
	SAFE_LATE,      /* still busy long after its time was over */
	SAFE_MALFORMED, /* it is no program; `what` says why */
	SAFE_OUTCOMES
};
extern const char *const safe_outcome_names[SAFE_OUTCOMES];

struct safe_answer {
	enum safe_outcome outcome;
	char subject[100]; /* refuted: the fault; unknown: the reason, or the obligation that was not shown */
	char what[300];    /* a sentence about it */
	uint32_t slot;     /* instruction, if refuted or an obligation was not shown */
	uint64_t steps, states;
	unsigned attempts;
	double ms; /* of the prover alone */
	double mebibytes;
};

struct safe_run_options {
	bool privileged, no_search;
	unsigned timeout_ms;
};

/* Fills in all but mebibytes. */
void safe_run(const struct program *p, const struct safe_run_options *o, struct safe_answer *out);
/* What the end of the process adds to the answer. */
void safe_finish(struct safe_answer *a, const struct child_end *end);
#endif
