/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a run asked its solver and what it heard, in order: enough to have the
 * run again without a solver and without a clock. A replay takes no answer on
 * trust that it can check: a model has to satisfy the query, and who replays is
 * asked about each refutation.
 *
 * What each answer is worth. No: claims, bounds, the end of a loop and merged
 * terms rest on it, so it needs a proof. Yes: that a program does not always
 * fault, or that a layout of types is refused, is shown by the model itself;
 * elsewhere (a loop that may go on, terms that differ) it proves nothing, but
 * what is asked next depends on it. Unknown, and time that is over: the run has
 * to be right whatever the answer is; they are here so that it goes the same way.
 */
#ifndef TAPE_H
#define TAPE_H

#include "encode/digest.h"
#include "solver.h"

struct tape_entry {
	char *name; /* of the query; owned */
	enum solver_answer answer;
	enum solver_failure why;
	struct digest digest; /* of the query's SMT-LIB text */
	uint64_t *values;     /* SOLVER_SAT: of the query's leaves, in its order; owned */
	size_t n_values;
	uint32_t pairs; /* not 0: the time was over so many pairs of applications before there was a query */
};

/* Replaying: is the query, which the tape says can't be satisfied, refuted? */
typedef bool (*tape_refuted)(void *arg, size_t number, const struct tape_entry *e, const struct query *q);

struct tape {
	struct tape_entry *at;
	size_t n;
	uint32_t *runs; /* answers to whether there was time: lengths of runs of yes, no, yes ... */
	size_t n_runs;
	/* replaying */
	bool replays;
	size_t next, next_run;
	uint32_t in_run; /* answers taken from that run */
	bool strayed;    /* something was asked that is not on the tape */
	bool is_false;   /* it holds a model that is none */
	tape_refuted refuted;
	void *arg;
};

void tape_release(struct tape *t);
/* From the start; from now on the tape answers. */
void tape_replay(struct tape *t, tape_refuted refuted, void *arg);
/* Was everything on it asked for? */
bool tape_is_used_up(const struct tape *t);
/* Appends; the entry's name is copied, values become the tape's. */
void tape_push(struct tape *t, const struct tape_entry *e);
void tape_push_run(struct tape *t, uint32_t length);

/* For solver.c: */
void tape_note(struct tape *t, const struct query *q, enum solver_answer a, enum solver_failure why,
	       const uint64_t *values);
void tape_note_late(struct tape *t, const char *name, uint32_t pairs);
enum solver_answer tape_answer(struct tape *t, const struct query *q, uint64_t *values, enum solver_failure *why);
/* Where the query that is built next was late, 0: it was not. */
uint32_t tape_late(struct tape *t, const char *name);
bool tape_time(struct tape *t, bool there_is);
#endif
