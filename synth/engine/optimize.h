/* SPDX-License-Identifier: BSD-2-Clause */
/* The programs of an object, each searched by a process of its own. */
#ifndef OPTIMIZE_H
#define OPTIMIZE_H

#include "synth/engine/outcome.h"

struct optimize_item {
	const struct program *program;
	bool done; /* there is an outcome; else `why` */
	struct outcome outcome;
	char why[256]; /* the program stays as it is, since */
};

struct optimize_options {
	struct engine_options engine; /* but deadline_ns, jobs and progress */
	struct accept_options accept;
	unsigned jobs;
	double budget; /* seconds of the search in all programs, unless engine.max_proposals is set */
};

/* How far the workers are. */
struct optimize_progress {
	size_t n, done;
	const char *name;                                     /* of a program that is being searched, or "" */
	uint64_t before, best;                                /* its 8-byte slots */
	uint64_t proposals, tested, proved, refuted, adopted; /* of all programs */
	double seconds;
};
typedef void optimize_show(const struct optimize_progress *p);

/* Fills in what became of each item's program; `show` may be NULL. Once *engine.stop is set the workers bring what
 * they have to an end, and the rest stays as it is. */
void optimize_programs(struct optimize_item *items, size_t n, const struct optimize_options *o, optimize_show *show);
#endif
