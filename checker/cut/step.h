/* SPDX-License-Identifier: BSD-2-Clause */
/* One step of the product at work; shared by step.c and arrive.c. */
#ifndef STEP_H
#define STEP_H

#include "checker/cut/product.h"

/* One side's way from a stop to another, or to its end. */
struct way {
	uint32_t to; /* slot, or CUT_EXIT */
	struct state *s;
};

struct ways {
	struct way *at;
	size_t n;
};

/* A case of how they go on: where the condition holds, those that move move. */
struct turn {
	term when;
	bool moves[2];
};

/* Something that must not be. */
struct demand {
	term broken;
	const char *why;
};

struct step {
	struct product *p;
	size_t number; /* of the node */
	struct term_pool *pool;
	struct joint joint;
	struct run *run[2], *idle[2];
	struct state **exits[2], **arrivals[2];
	struct ways ways[2];
	struct turn turns[2];
	unsigned n_turns;
	term given;
	struct demand *demands;
	size_t n_demands;
	const char *why;
};

struct node *step_node(struct step *t);          /* from which it goes */
bool step_fail(struct step *t, const char *why); /* false; the first reason stays */
/* What the solver can't tell soon may be small once equal parts are one. */
enum solver_answer step_ask(struct step *t, const char *name, term a, struct solver_model *m);

/* Both programs arrive at a node with these states where `here` holds: what is said of it is weakened until that is so
 * there, too. False: the step failed. */
bool arrive_check(struct step *t, size_t to, term here, struct state *const s[2]);
#endif
