/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The states that a walk left behind, by place, as a tree of the paths that
 * came there. A node is open while some path that passed it goes on; paths are
 * walked depth first, so that a node which is not open has been explored to
 * all ends, and an open one is passed by the path at work.
 */
#ifndef VISIT_H
#define VISIT_H

#include "prover.h"

/* A register or stack cell whose number moves in one direction from each visit of a loop's head to the next. */
struct measure {
	int16_t frame; /* -1: register */
	uint16_t where; /* number of the register, offset of the cell */
	bool up;
};

struct node {
	struct node *parent, *all; /* all: list of all nodes */
	struct place *place;
	struct astate *state; /* NULL: given up */
	uint32_t open;        /* paths at work or waiting behind it, and open nodes right behind it */
	uint32_t serial;      /* of a widened loop head, else 0 */
	uint32_t hits, misses;
	uint32_t visits;      /* of the same loop head on this path, this one included */
	uint32_t joins;       /* that its state came from */
	uint64_t context;     /* rounds of the loops around it */
	uint64_t outside;     /* of a loop head: the heads of the loops around it that the path passed last */
	struct measure *measures; /* of the back edges so far */
	size_t n_measures;
	bool measured;
};

struct nodes {
	struct node **at; /* oldest first */
	size_t n, cap;
};
struct place {
	uint64_t key;
	struct nodes open;   /* each behind the one before it */
	struct nodes closed; /* all with a state */
};

struct visits {
	struct place **table; /* open addressing, a power of two */
	size_t n, cap;
	struct node *all;
	uint64_t states;
};

void visits_init(struct visits *t);
void visits_release(struct visits *t);
struct place *visits_place(struct visits *t, uint64_t key);
/* A node with a copy of the state; the path moves from the parent into it. */
struct node *visits_add(struct visits *t, struct place *p, struct node *parent, const struct astate *s);
/* A path behind the node ended. */
void visits_close(struct node *n);
/* The last of the path at work, NULL: it was not here before. */
struct node *visits_latest(const struct place *p);
/* Gives up the states of a place that never helped. */
void visits_trim(struct place *p);

/* Does some number get closer to a bound on every way back from the widened head to itself, s included? */
bool measure_ends(struct node *head, const struct astate *s);
#endif
