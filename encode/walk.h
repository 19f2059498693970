/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside of the walk: places and activations, shared by symex.c and callback.c. */
#ifndef WALK_H
#define WALK_H

#include "encode/isa/cfg.h"
#include "encode/machine/world.h"

struct function { /* a subprogram and its graph */
	const struct subprogram *sub;
	struct cfg cfg;
};

struct key {
	int *at;
	size_t n;
};

/* A function instance: one call on one path of the loop nest. */
struct activation {
	struct activation *caller;
	const struct function *fn;
	struct key prefix;
	int call_block;        /* in the caller */
	int *call_iteration;   /* the caller's loop iterations at the call */
	struct driver *driver; /* the helper that calls it back, NULL: a local call */
	unsigned round;        /* calls of that helper before this one */
	term call;             /* its number in the run */
};

struct place {
	struct activation *act;
	int block;
	int *iteration; /* per enclosing loop, outermost first */
	struct key key;
	struct state *state;
};

struct walk {
	struct run *run;
	struct function *fns;
	size_t n_fns;
	struct place *heap; /* smallest key first */
	size_t n, cap;
	uint64_t calls; /* of subprograms so far */
};

/* An activation of the subprogram at a slot, called at the end of p's block; its keys follow p's. */
struct activation *walk_new_activation(struct walk *k, const struct place *p, uint32_t target);
/* Saves the caller's registers, makes the frame and goes to the function's first block; r1 to r5 are the arguments. */
void walk_enter(struct walk *k, struct activation *a, struct state *s);
/* On to the block behind the call that made the activation. */
void walk_resume_caller(struct walk *k, const struct activation *a, struct state *s);
/* May a loop go on? Asked of the solver now and then where folding left it open. */
bool walk_may_repeat(struct walk *k, const struct state *s, unsigned iteration);

/* callback.c */

/* Ends p's block, whose last instruction calls a helper with a callback. */
void walk_begin_rounds(struct walk *k, const struct place *p, struct state *s, uint32_t helper);
/* A callback is done; the state is its caller's again, but for r0. */
void walk_end_round(struct walk *k, const struct activation *a, struct state *s);
#endif
