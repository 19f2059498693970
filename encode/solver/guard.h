/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asks backends in child processes, which may crash, hang or eat memory. The
 * child inherits terms and the opened backend by copy-on-write; the process
 * must have no second thread that holds a lock at that moment.
 */
#ifndef GUARD_H
#define GUARD_H

#include <sys/types.h>

#include "solver.h"

/* One backend to ask. The caller sets the first three; values has room for n_leaves. */
struct guard_job {
	const struct solver_backend *backend;
	void *self;
	uint64_t *values;
	enum solver_answer answer;
	enum solver_failure why;
	/* the guard's own */
	pid_t pid;
	int pipe;
	bool running;
	size_t got; /* bytes */
	struct guard_report {
		uint32_t answer, why;
	} report;
};

/* Asks all jobs at the same time. With `first_wins` a definite answer ends the
 * others, which then are SOLVER_UNKNOWN with no failure. */
void guard_run(struct guard_job *jobs, size_t n, const struct query *q, const struct solver_limits *limits,
	       bool first_wins);
#endif
