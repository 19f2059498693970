/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Many questions on several cores. Pools and solvers belong to one process and
 * solvers may crash, so each question has a process of its own, which inherits
 * all that was read before and sends its result as bytes.
 */
#ifndef CREW_H
#define CREW_H

#include "checker/whole/bytes.h"

enum crew_end {
	CREW_DONE,
	CREW_DIED,    /* a signal, or an end without a result */
	CREW_MEMORY,  /* it said that memory was out */
	CREW_FAULT,   /* an internal fault, which it named on standard error */
	CREW_STOPPED, /* by *stop */
};

struct crew_work {
	/* In a process of its own; *stop is set there too when it should end. */
	void (*decide)(void *arg, size_t item, struct bytes *out);
	/* Here, in the order in which they end. `in` has bytes only of what is CREW_DONE. */
	void (*take)(void *arg, size_t item, enum crew_end end, struct bytes_reader *in);
	void *arg;
};

struct crew;

/* jobs: processes at a time; 0: no process at all, each item is decided here as it comes. */
struct crew *crew_new(const struct crew_work *work, unsigned jobs, volatile int *stop);
void crew_free(struct crew *c); /* nothing must run any more */
/* Can one more begin? */
bool crew_has_room(const struct crew *c);
bool crew_is_idle(const struct crew *c);
/* Begins an item. There must be room. */
void crew_start(struct crew *c, size_t item);
/* Waits until something ended, at most for a fraction of a second. After *stop was set, those that don't end soon are
 * killed. */
void crew_wait(struct crew *c);
/* Cores that this process may use, at least 1. */
unsigned crew_cores(void);
#endif
