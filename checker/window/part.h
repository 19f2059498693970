/* SPDX-License-Identifier: BSD-2-Clause */
/* A window as a little program: its instructions, then one exit for each way out. */
#ifndef PART_H
#define PART_H

#include "checker/window/window.h"

#define PART_WAYS 24
#define PART_RETURN UINT32_MAX /* the way out of an exit in the window */

/* Ways out, as slots of a; the same for both sides. */
struct ways {
	uint32_t to[PART_WAYS];
	unsigned n;
};

struct part {
	struct program program; /* shares names, maps and the object with the whole one */
	uint32_t n;             /* slots of the window, behind which stand the exits in the order of the ways */
	bool calls;
	struct subprogram sub;
};

/* Finds the ways out of both sides of the question. NULL, or why it can't be asked: a fixed sentence. */
const char *part_find_ways(const struct window_ask *ask, struct ways *ways);
/* side 0: a's, 1: b's. */
void part_make(const struct window_ask *ask, unsigned side, const struct ways *ways, struct part *out);
void part_release(struct part *part);
#endif
