/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a program costs: its size, how long an average run takes as far as the
 * text tells, and how much work a verifier has with it.
 *
 * Latency is the sum over all instructions of what each takes times how often
 * it is run: a block's share of the runs is split evenly at a branch, an edge
 * that goes back gets none of it, and everything in a loop counts ten times as
 * often as around it (T. Ball and J. Larus, "Branch prediction for free", PLDI
 * 1993, has the idea; one probability serves here). A function is run as often
 * as its calls are; one that a helper calls back as in a loop.
 */
#ifndef COST_H
#define COST_H

#include "synth/propose/propose.h"

enum latency {
#define LATENCY(name, ...) LATENCY_##name,
#define HELPER_LATENCY(...)
#include "synth/cost/latency.def"
#undef LATENCY
#undef HELPER_LATENCY
	LATENCY_COUNT
};

#define COST_HELPERS 256 /* ids below it */
struct cost_table {
	uint64_t class_ps[LATENCY_COUNT]; /* picoseconds */
	uint64_t helper_ps[COST_HELPERS]; /* by id; 0: as LATENCY_HELPER */
};
/* As shipped. */
void cost_table_init(struct cost_table *t);
/* Changes what the file has other figures for: lines of a row's name (helpers: bpf_NAME) and picoseconds, `#` begins a
 * comment. False with one sentence. */
bool cost_table_read(struct cost_table *t, const char *path, char *err, size_t len);
enum latency cost_class(const struct insn *in);
/* Of one run of the instruction, in picoseconds. */
uint64_t cost_of_insn(const struct cost_table *t, const struct insn *in);

/* Which verifier is asked how much work it has; figures of two of them can't be compared. */
enum cost_meter { COST_PROVER, COST_KERNEL };
/* The kernel, if it takes the program. */
enum cost_meter cost_choose_meter(const struct program *p);

struct cost_options {
	enum goal goal;
	const struct cost_table *table;
	enum cost_meter meter; /* of GOAL_VERIFIER */
	bool privileged;       /* as in safety_options */
	volatile int *stop;    /* may be NULL */
};
struct cost {
	uint64_t slots, ps;
	uint64_t steps; /* GOAL_VERIFIER: instructions that the verifier goes through; else 0 */
};
/* False: the program can't be measured so, since it is none or the verifier refuses it. */
bool cost_of(const struct program *p, const struct cost_options *o, struct cost *out);
/* Below 0: a is better for the goal; what is equally good there is told apart by the other measures. */
int cost_compare(enum goal goal, const struct cost *a, const struct cost *b);
#endif
