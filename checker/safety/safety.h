/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Is a program safe? The abstract machine explores it under growing effort;
 * what it can't discharge is searched for a failing input, which counts only
 * when the concrete machine runs into the fault.
 */
#ifndef SAFETY_H
#define SAFETY_H

#include "checker/exec/exec.h"

enum obligation {
#define OBLIGATION(name, ...) OBLIGATION_##name,
#include "obligation.def"
#undef OBLIGATION
	OBLIGATION_COUNT
};
struct obligation_row {
	const char *name;
	enum fault fault;
	const char *text;
};
extern const struct obligation_row obligation_rows[OBLIGATION_COUNT];

/* Told of each abstract state before an instruction of it is done; attempts are counted from 1, and the states of the
 * one that proves a program cover all of its runs. */
struct astate;
typedef void (*safety_seen)(void *arg, unsigned attempt, const struct astate *s);

struct safety_options {
	bool privileged;      /* as CAP_PERFMON may: see kernel addresses, compute with pointers, read unwritten stack */
	bool explain;         /* list what was proved too, with the reason */
	bool no_search;       /* don't look for failing inputs */
	uint64_t max_steps;   /* abstract instructions of all attempts together; 0: default */
	unsigned timeout_ms;  /* of the whole check; 0: none */
	const char *solver;   /* solver spec for the search, NULL: SOLVER_DEFAULT */
	struct tape *tape;    /* of what is asked for a proof, NULL: none; if it replays, nothing is searched for */
	volatile int *stop;   /* set by ctrl-C; may be NULL */
	safety_seen seen;     /* NULL: nobody asks */
	void *seen_arg;
};

/* One obligation at one instruction. */
struct finding {
	enum obligation obligation;
	uint32_t slot;
	bool failed;
	char text[200]; /* why it holds, or what could not be shown */
};

struct safety_result {
	enum verdict verdict;
	enum reason reason;      /* unknown: why */
	struct finding *findings; /* failed ones first, then by slot; proved ones only if asked for */
	size_t n_findings, n_failed;
	/* refuted: the input and the run that faults */
	struct input *witness;
	struct exec_outcome outcome;
	uint64_t steps, states;  /* abstract instructions and states kept, all attempts */
	unsigned attempts;
	unsigned solved; /* instructions whose accesses a solver showed to be in bounds */
	char detail[200];        /* of the reason, "" if none */
};

/* A program whose CO-RE relocations have answers (object_answer) is checked as these have it. */
void safety_check(const struct program *p, const struct safety_options *o, struct safety_result *r);
void safety_release(struct safety_result *r);
#endif
