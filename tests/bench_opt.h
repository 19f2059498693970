/* SPDX-License-Identifier: BSD-2-Clause */
/* Results of the optimizer's benchmark and their report. */
#ifndef BENCH_OPT_H
#define BENCH_OPT_H

#include "tests/compare.h"
#include "tests/latency.h"
#include "tests/safe_kernel.h"

#include <stdio.h>

enum { OPT_PROGRAMS = 96 /* of an object at most */ };

/* One program. */
struct opt_row {
	char program[96], text[200], taken_back[200];
	bool is_library; /* of xdp_sample.bpf.c, which is linked into several of the samples: counted apart */
	bool judged;     /* the optimizer could look for something */
	bool is_proved;  /* changed, and both solvers said so */
	uint64_t before, after;
	double seconds, time_to_best, per_second; /* per_second: proposals */
	uint64_t proposals, solver_calls;
	uint64_t ps_before, ps_after, steps_before, steps_after; /* by the cost model */
	struct kernel_answer kernel_before, kernel_after;
	bool is_compared;
	struct compare_result compared;
	struct latency_result latency; /* rounds 0: not measured */
};

struct opt_object {
	char set[64], object[96], path[400], out[400];
	char error[200]; /* of the whole object, "" if there is none */
	int status;      /* of bpfprove opt */
	int equiv;       /* of bpfprove equiv on both files, -1: not asked */
	double wall;     /* seconds of bpfprove opt */
	struct opt_row rows[OPT_PROGRAMS];
	size_t n;
};

struct opt_bench {
	struct opt_object *at;
	size_t n;
};

/* What K2 made of the program (SIGCOMM 2021, table 1), in percent; below 0: it is not in there. */
double opt_k2_cut(const char *object);
void opt_print(const struct opt_bench *b, bool all, FILE *out);
bool opt_save(const struct opt_bench *b, const char *path);
/* Prints what must not be: a program that grew, a change without a proof, one that the kernel refuses though it took
 * the first, two versions that differ. Returns how many. */
size_t opt_count_faults(const struct opt_bench *b, FILE *out);

/* bench_opt_run.c: fills in one object, in this process */
struct opt_options {
	const char *bpfprove, *arguments; /* the binary, and more of its arguments */
	unsigned budget;                  /* seconds, for an object */
	unsigned inputs, rounds;          /* of the comparison, of the timing; 0: not done */
	bool equiv;
};
void opt_run(const struct opt_options *o, struct opt_object *out);
#endif
