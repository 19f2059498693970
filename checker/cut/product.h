/* SPDX-License-Identifier: BSD-2-Clause */
/* The product of two programs at work: its nodes, and what is known there. Inside of checker/cut. */
#ifndef PRODUCT_H
#define PRODUCT_H

#include "checker/cut/affine.h"
#include "checker/cut/cut.h"
#include "checker/window/entry.h"

#define CUT_EXIT \
	UINT32_MAX /* in place of a slot: that program has returned, and r0 holds what the kernel reads of it */

struct side {
	const struct program *p;
	struct facts *facts;
	struct live *live;
	const uint32_t *numbers;       /* object map index -> number in the world */
	bool *stops;                   /* by slot */
	uint32_t *rounds;              /* by slot of a stop: times that one step comes back to it, at least 1 */
	uint32_t *order;               /* by slot of a stop: its place in a walk of the graph, loops contiguous */
	uint32_t *loops;               /* by slot where a loop begins: slots of the loop; else 0 */
	uint8_t cell[STACK_BYTES / 8]; /* by word of the stack: bytes of the parts that the program works with */
};

/* How a place's content becomes the word that relations are about. */
enum shape {
	SHAPE_WORD,    /* the word itself */
	SHAPE_OFFSET,  /* of a pointer into the one memory of its kind: the offset (entry.h) */
	SHAPE_ELEMENT, /* of a pointer into one of several: the offset, and the element is told apart by twins */
};

/* A register, or bytes of the stack, of one side. */
struct place {
	uint8_t side;
	bool stack;
	uint16_t at; /* register; byte of the frame from its lowest */
	uint8_t size;
	enum shape shape;
	bool works; /* a loop that begins at the node reads or writes it */
	struct fact fact;
};

/* Two places whose pointers lead to one element, or are both NULL. */
struct twin {
	uint16_t p, q; /* q before p */
	bool holds;
};

/* The word of p is at most that of q. */
struct rank {
	uint16_t p, q;
	bool is_signed, holds;
};

/* How the programs go on from a node. */
enum move {
	MOVE_BOTH,    /* each to its next stop */
	MOVE_B_LEADS, /* b to its next stop; a the rounds of its own with it, but waits if b leaves where it is */
	MOVE_A_LEADS,
	MOVE_A, /* b waits */
	MOVE_B,
	MOVES
};

struct plan {
	enum move move;
	uint8_t rounds[2]; /* times that one step of either side comes back to where it begins */
	uint8_t late[2];   /* rounds of loops that it enters */
};

struct node {
	uint32_t at[2]; /* slot, or CUT_EXIT */
	bool start;     /* the programs' beginning, where all is the same */
	struct place *places;
	size_t n;
	struct affine affine; /* of the words of the places */
	struct twin *twins;
	size_t n_twins;
	struct rank *orders; /* of one side's places, where a loop begins */
	size_t n_orders;
	struct plan plan;
	size_t parent; /* the node from which it was reached first */
	bool waits;    /* to be checked (again) */
	bool alive;    /* some state gets through it */
};

/* Another plan for a pair than its first one. */
struct choice {
	bool start;
	uint32_t at[2];
	struct plan plan;
};

struct product {
	struct side side[2];
	const struct pairing *maps;
	const struct cut_options *o;
	struct solver *solver;
	enum progtype type;
	bool moves, slices, renews; /* as in struct entry; of either program */
	struct node *nodes;
	size_t n, cap;
	struct choice *choices; /* later ones count */
	size_t n_choices;
	struct cut_answer *out;
	uint64_t deadline_ns; /* 0: none */
};

/* node.c */

size_t product_find_node(struct product *p, uint32_t a, uint32_t b, size_t parent);
void node_release(struct node *n);
/* From now on the pair goes on like this; it holds for nodes that are made. */
void product_choose(struct product *p, const struct choice *c);
void side_init(struct side *s, const struct program *p, const struct cut_points *points, unsigned side);
void side_learn(struct side *s); /* what its facts say of the stack */
void side_release(struct side *s);

/* works.c */

void node_mark_works(const struct product *p, struct node *n);

/* joint.c: both programs' states at a node */

struct joint {
	struct product *product;
	struct world *w;
	struct entry entry[2];
	struct state *state[2];
	uint64_t n_some;
};
/* Any two states that facts and relations allow; entry[side].assumed is what is left to assume. */
void joint_make(struct joint *j, struct product *p, struct node *n, struct world *w);
/* The words of the places of `to` in two states of the world. */
void joint_read(struct joint *j, const struct node *to, struct state *const s[2], term *words);
/* Where some place of b that counts as written at `to` is not. */
term joint_unwritten(struct joint *j, const struct node *to, struct state *const s[2]);
/* Where words of the places of `to` are not in its set. *n: words that rewriting leaves open. */
term joint_leaves(struct joint *j, const struct node *to, const term *words, size_t *n);
/* Where two states are not what its other relations say. */
term joint_violates(struct joint *j, const struct node *to, struct state *const s[2], const term *words);
/* The same of one twin. */
term joint_parts(struct joint *j, const struct node *to, const struct twin *t, struct state *const s[2]);

/* choice.c */

/* The number of a plan for a pair, 0 the first; false: there are not so many. */
bool choice_find(const struct product *p, const struct node *n, unsigned number, struct plan *out);
/* How much either program's places say of the other's: words. */
size_t choice_score(const struct node *n);

/* step.c */

/* Checks all that the programs do from a node on; arrivals that the relations there don't cover yet weaken them. NULL,
 * or why it can't be shown that they do the same: a fixed sentence. */
const char *step_check(struct product *p, size_t node);
#endif
