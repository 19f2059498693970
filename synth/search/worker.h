/* SPDX-License-Identifier: BSD-2-Clause */
/* Shares a search over processes: each does its part and tells what it found; all is noted in the workers' order. */
#ifndef WORKER_H
#define WORKER_H

#include "checker/window/trial.h"
#include "synth/propose/propose.h"

struct worker_find {
	size_t passage; /* which one, as the caller counts */
	bool found;     /* false: it was searched in vain */
	unsigned n;
	struct insn insns[TRIAL_SLOTS];
};

struct worker_report {
	struct search_stats stats;
	bool over; /* the worker ran out of time or proposals */
	int fd;    /* -1: in the caller's own process */
	void (*note)(void *arg, const struct worker_find *f);
	void *arg;
};

typedef void worker_task(void *arg, unsigned worker, unsigned jobs, struct worker_report *r);

/* Runs the task as workers 0 to jobs - 1, in processes of their own if there are several, and calls `note` here for
 * each thing told: those of worker 0 first. A worker that dies has told what it had. */
void workers_run(unsigned jobs, worker_task *task, void (*note)(void *arg, const struct worker_find *f), void *arg,
		 struct search_stats *sum);
void worker_tell(struct worker_report *r, const struct worker_find *f);
#endif
