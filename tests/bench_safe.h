/* SPDX-License-Identifier: BSD-2-Clause */
/* Results of the safety benchmark and their report. */
#ifndef BENCH_SAFE_H
#define BENCH_SAFE_H

#include "tests/safe_kernel.h"
#include "tests/safe_run.h"

#include <stdio.h>

enum { BENCH_MAX = 16384 };

struct bench_row {
	char set[64], object[96], program[128]; /* folder, file, function */
	char path[400];
	size_t insns;
	bool is_run; /* the prover was asked */
	double wall; /* ms, of the process that asked it */
	struct kernel_answer kernel;
	struct safe_answer safe;
};

struct bench {
	struct bench_row *at;
	size_t n;
};

/* A table by set, what was not proved by obligation, and each such program; `all`: every program. */
void bench_print(const struct bench *b, bool all, FILE *out);
bool bench_save(const struct bench *b, const char *path);
/* Nothing that the kernel takes is refuted or crashes. */
bool bench_is_good(const struct bench *b);
#endif
