/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Passages: parts of a program that a search tries to replace by something
 * cheaper. A passage is a straight line of slots, maybe with a conditional
 * jump at its end. Some of its instructions, the slice, are the ones to be
 * replaced; they come first, and the others, which do not mind, follow them.
 */
#ifndef PASSAGE_H
#define PASSAGE_H

#include "checker/window/trial.h"
#include "synth/propose/propose.h"

#define PASSAGE_SLICE 8 /* instructions in a slice */
#define PASSAGE_SPAN 14 /* slots from its first to its last */

struct passage {
	uint32_t start, end;            /* slots */
	struct insn insns[TRIAL_SLOTS]; /* the slice's n slots, then the kept ones; n_all together */
	uint32_t slots[TRIAL_SLOTS];    /* where each stands in the program */
	unsigned n, n_all;
	unsigned count; /* instructions in the slice */
	bool jumps;     /* the slice's last one is a conditional jump, which ends the passage */
	uint16_t live;  /* registers that are read after the slice */
	uint64_t live_stack[STACK_BYTES / 64];
};

struct passages {
	struct passage *at;
	size_t n, cap;
};

/* All of a scene that may be edited, the most promising first. To be released. */
void passages_find(const struct scene *s, struct passages *out);
void passages_release(struct passages *l);

/* What trials of its slice are made of. */
struct trial_ask passage_ask(const struct scene *s, const struct passage *x);
/* Of the slice, what is live after it, and the facts before it that can matter: equal ones have equal replacements. */
uint64_t passage_hash(const struct scene *s, const struct passage *x);
/* The scene's program with n slots, no more than it has, in place of the slice; NULL: that can't be. */
struct draft *passage_replace(const struct scene *s, const struct passage *x, const struct insn *with, unsigned n);
/* The same in a draft of the scene's program, in which items still have their slots' numbers. */
bool passage_apply(const struct scene *s, const struct passage *x, const struct insn *with, unsigned n,
		   struct draft *d);
#endif
