/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The search for a better program: proposers offer drafts, the judge decides,
 * what is adopted is the next program to look at. Each adopted version is
 * cheaper than the one before it.
 */
#ifndef ENGINE_H
#define ENGINE_H

#include "synth/cost/cost.h"
#include "synth/propose/propose.h"
#include "synth/engine/seen.h"

enum kernel_use { KERNEL_AUTO, KERNEL_REQUIRE, KERNEL_OFF };

/* What became of the drafts that were offered. */
struct engine_counts {
	uint64_t offered;
	uint64_t broken;   /* no program, one for another CPU, or one that changes a function that others share */
	uint64_t known;    /* decided before */
	uint64_t costlier; /* not better by the goal */
	uint64_t judged, proved, refuted, unknown;
	uint64_t by_rule; /* taken on a rule's word, until the end */
	uint64_t unsafe;  /* not proved safe by itself */
	uint64_t refused; /* by the live kernel */
	uint64_t adopted;
	uint64_t kernel_loads;
	struct search_stats search;
	struct judge_stats judge;
};

struct engine_options {
	enum goal goal;
	unsigned cpu;
	uint64_t seed;
	uint64_t max_proposals; /* 0: as the time allows */
	uint64_t deadline_ns;   /* CLOCK_MONOTONIC, 0: none; not with max_proposals */
	unsigned jobs;
	enum kernel_use kernel;
	const char *solver;
	bool no_cache;
	const struct cost_table *costs;
	const struct search_numbers *numbers; /* NULL: the defaults */
	volatile int *stop;                   /* may be NULL */
	FILE *log;                            /* what became of each draft, a line each; NULL: nobody asks */
	const struct proposer *table;         /* of n; proposer.def's are `proposers` */
	size_t n;
	/* Told after each proposal that was judged, and now and then. May be NULL. */
	void (*progress)(void *arg, const struct engine_counts *c, const struct cost *best);
	void *progress_arg;
};

/* A version of the program and how it came about. */
struct engine_step {
	struct version v;
	struct cost cost;
	const char *by;  /* proposer, static; of the first "" */
	char what[96];   /* in its words */
	const char *how; /* it was proved: judge_answer.how, or "rule"; static */
	double proof_ms;
	uint64_t proposals; /* so far, searches' included */
	double seconds;     /* since the start */
};

struct proposer_counts {
	const char *name;
	uint64_t offered, adopted;
	double seconds;
};

struct engine_result {
	bool tried;                /* it is proved safe, so that there is something to judge by */
	bool privileged;           /* it is, with the rights of CAP_PERFMON only */
	bool loads;                /* the live kernel takes the program as it came */
	bool complete;             /* nothing was left to propose before the end */
	char why[256];             /* not tried: why not */
	struct engine_step *steps; /* [0] is the program as it came; there is one if it was tried */
	size_t n_steps;
	struct proposer_counts *by; /* as options.table */
	size_t n_by;
	struct engine_counts counts;
	double seconds;
	struct seen banned; /* what engine_resume does not adopt again */
};

/* The program and its object outlive the result. */
void engine_run(const struct program *p, const struct engine_options *o, struct engine_result *out);
/* Goes on from step `from` of *r, which is the last from here on: what came after is given back. The step after it is
 * not adopted again. */
void engine_resume(struct engine_result *r, size_t from, const struct engine_options *o);
void engine_release(struct engine_result *r);
#endif
