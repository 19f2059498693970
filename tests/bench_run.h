/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs `bpfprove equiv` on many pairs of objects, a few at a time, and reads the answers. */
#ifndef BENCH_RUN_H
#define BENCH_RUN_H

#include <stddef.h>

enum run_verdict { RUN_PROVED, RUN_REFUTED, RUN_UNKNOWN, RUN_CRASHED, RUN_VERDICTS };
extern const char *const run_verdict_names[RUN_VERDICTS];

struct run {
	char *a, *b; /* in: paths of the objects; owned by the caller */
	enum run_verdict verdict;
	/* crashed: the exit status is none of 0, 1, 2, or the answer can't be read or contradicts it; reason says which
	 */
	char reason[160], decided_by[48], kernel[160];
	double ms; /* wall time of the process */
};

struct run_options {
	const char *bpfprove;
	const char *solver;     /* NULL: the default */
	unsigned timeout, jobs; /* seconds that bpfprove gets; processes at a time */
};

void run_all(struct run *runs, size_t n, const struct run_options *options);
#endif
