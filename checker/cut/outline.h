/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The main function's graph in a form that registers, the order of blocks and
 * the sense of conditions don't change: blocks in the order of a walk that takes
 * successors by what the condition says, each with marks of what it does.
 */
#ifndef OUTLINE_H
#define OUTLINE_H

#include "encode/object/program.h"

struct outline_block {
	uint32_t start, end; /* slots */
	int next[2];     /* positions in the outline, -1: none; of a condition: where it doesn't hold, where it does */
	uint32_t *marks; /* sorted: calls, constants, maps, accesses to memory other than the stack */
	uint32_t n_marks;
	uint16_t entries; /* edges that lead here */
	uint16_t depth;   /* of loops around it */
	bool head;        /* a loop begins here */
};

struct outline {
	struct outline_block *at;
	size_t n;
};

/* False: its control flow can't be followed. */
bool outline_make(const struct program *p, struct outline *out);
void outline_release(struct outline *o);
/* Marks that both blocks have, of 256 parts of those that either has; 256 if neither has any. */
unsigned outline_compare(const struct outline_block *a, const struct outline_block *b);
#endif
