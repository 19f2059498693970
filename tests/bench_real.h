/* SPDX-License-Identifier: BSD-2-Clause */
/* Results of the real-objects benchmark and their report. */
#ifndef BENCH_REAL_H
#define BENCH_REAL_H

#include "tables.h"

#include <stdio.h>

enum { REAL_MAX = 16384 };

enum real_verdict {
	REAL_PROVED = VERDICT_PROVED,
	REAL_REFUTED = VERDICT_REFUTED,
	REAL_UNKNOWN = VERDICT_UNKNOWN,
	REAL_CRASHED,  /* a signal or exit status; `what` says which */
	REAL_LATE,     /* still busy long after its time was over */
	REAL_CHANGED,  /* the round trip did not give the same instructions */
	REAL_NOT_READ, /* the object can't be read; `what` says why */
	REAL_VERDICTS
};

struct real_result {
	char set[64], object[96], program[128];
	enum real_verdict verdict;
	enum reason reason;
	char what[256], decided_by[32];
	double ms, mebibytes; /* of the process and those that it started */
	size_t insns, terms;
};

struct real_report {
	struct real_result *at;
	size_t n;
};

/* A table by set, then what is unknown by reason; with `list` every program that is not proved. */
void real_print(const struct real_report *report, bool list, FILE *out);
bool real_save(const struct real_report *report, const char *path);
/* Nothing refuted, crashed or changed. */
bool real_is_good(const struct real_report *report);
#endif
