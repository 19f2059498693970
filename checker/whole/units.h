/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of several programs, one after the other into memory, their questions to all cores, their reports in order. */
#ifndef UNITS_H
#define UNITS_H

#include "checker/whole/crew.h"

struct units {
	size_t n;
	/* Reads a unit and answers what takes no time; returns how many questions are left, numbered from 0. */
	size_t (*open)(void *arg, size_t unit);
	/* As in crew_work. */
	void (*decide)(void *arg, size_t unit, size_t question, struct bytes *out);
	void (*take)(void *arg, size_t unit, size_t question, enum crew_end end, struct bytes_reader *in);
	/* Reports a unit whose questions all have answers, in order of the units. */
	void (*close)(void *arg, size_t unit);
	/* How many of how many questions have answers, as far as units were opened; may be NULL. */
	void (*show)(void *arg, size_t done, size_t known);
	void *arg;
};

/* jobs as in crew_new. Once *stop is set no question begins any more: the rest is CREW_STOPPED. */
void units_run(const struct units *u, unsigned jobs, volatile int *stop);
#endif
