/* SPDX-License-Identifier: BSD-2-Clause */
/* Pieces of work in processes of their own, a few at a time, under limits: what crashes one does not hurt the rest. */
#ifndef CHILDREN_H
#define CHILDREN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { CHILDREN_MAX = 16 };

struct child_limits {
	unsigned seconds, mebibytes, jobs; /* each of at least 1, jobs at most CHILDREN_MAX */
};

/* How a process ended. */
struct child_end {
	bool good, late;      /* exit status 0; still busy after its time and the time to notice it were over */
	char what[40];        /* the signal or status of one that is not good */
	double ms, mebibytes; /* wall time of the process; peak of it and of those that it started */
};

typedef void child_run(const void *work, void *result);

struct children {
	struct child_limits limits;
	void (*finish)(void *result, const struct child_end *end); /* in the parent */
	struct {
		pid_t pid;
		void *result;
		double start;
	} at[CHILDREN_MAX];
	size_t n;
};

/* Set in a child when its time is over; it then has some seconds left to say so. */
extern volatile int child_time_is_over;

double children_now_ms(void);
/* Zeroed memory that parent and children share; never given back. */
void *children_share(size_t bytes);
/* Waits for a free place; the new process calls run(work, result), the result in shared memory, and ends. */
void children_start(struct children *c, child_run *run, const void *work, void *result);
/* Until none is left. */
void children_wait(struct children *c);
#endif
