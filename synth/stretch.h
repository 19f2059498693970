/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stretches: parts of a program that a search tries to replace by something
 * cheaper. A stretch is a straight line of slots, maybe with a conditional
 * jump at its end. Some of its instructions, the slice, are the ones to be
 * replaced; they come first, and the others, which do not mind, follow them.
 */
#ifndef STRETCH_H
#define STRETCH_H

#include "checker/window/trial.h"
#include "synth/propose.h"

#define STRETCH_SLICE 6 /* instructions in a slice */
#define STRETCH_SPAN 14 /* slots from its first to its last */

struct stretch {
	uint32_t start, end;            /* slots */
	struct insn insns[TRIAL_SLOTS]; /* the slice's n slots, then the kept ones; n_all together */
	uint32_t slots[TRIAL_SLOTS];    /* where each stands in the program */
	unsigned n, n_all;
	unsigned count; /* instructions in the slice */
	bool jumps;     /* the slice's last one is a conditional jump, which ends the stretch */
	uint16_t live;  /* registers that are read after the slice */
	uint64_t live_stack[STACK_BYTES / 64];
};

struct stretches {
	struct stretch *at;
	size_t n, cap;
};

/* All of a scene that may be edited, the most promising first. To be released. */
void stretches_find(const struct scene *s, struct stretches *out);
void stretches_release(struct stretches *l);

/* What trials of its slice are made of. */
struct trial_ask stretch_ask(const struct scene *s, const struct stretch *x);
/* Of the slice, what is live after it, and the facts before it that can matter: equal ones have equal replacements. */
uint64_t stretch_hash(const struct scene *s, const struct stretch *x);
/* The scene's program with n slots in place of the slice. */
struct draft *stretch_replace(const struct scene *s, const struct stretch *x, const struct insn *with, unsigned n);
#endif
