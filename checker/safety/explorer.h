/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside of the walk: what explore.c, arrive.c and frame.c share. */
#ifndef EXPLORER_H
#define EXPLORER_H

#include "explore.h"
#include "visit.h"

enum { SLOT_JOIN = 1, SLOT_HEAD = 2, SLOT_ENTRY = 4 };

struct pending {
	struct astate s;
	struct node *node;
};

/* A widened head: its symbols mean something while a path is in its loop. */
struct head {
	uint32_t sub;
	int block;
	unsigned depth;
	bool rounds; /* of a callback: while its frame is there */
};

struct explorer {
	struct prover *v;
	struct cfg *cfgs; /* by subprogram */
	uint8_t *marks;   /* by slot */
	uint32_t *sub_of; /* by slot */
	struct visits visits;
	struct pending *stack;
	size_t n_stack, cap_stack;
	struct head *heads; /* by serial; [0]: none */
	uint32_t n_heads, cap_heads;
	struct callback_round **rounds;
	size_t n_rounds;
	bool counts;            /* a loop may end because each call has so many rounds or may_gotos only */
	uint32_t n_calls;
	struct node **widened;  /* heads in calls, those that are explored to all ends are dropped in passing */
	size_t n_widened, cap_widened;
};

/* explore.c: a path to walk later, from a state whose arrays it takes over. */
void explore_push(struct explorer *x, const struct astate *s, struct node *node);
/* s becomes `by`, whose arrays it takes over. Always true. */
bool explore_replace(struct astate *s, struct astate *by);

/* arrive.c: at a place where paths meet; false: the path ends here. */
bool arrive_at(struct explorer *x, struct astate *s, struct node **node);

/* frame.c: a frame for the function at a slot; false: too deep. */
bool frame_enter(struct explorer *x, struct astate *s, uint32_t target, const struct callback_round *callback);
/* Back to the caller; r0 is as it is. */
void frame_leave(struct astate *s);
/* At a call of a helper that calls back, and at the exit of what it calls; false: the path ends. */
bool frame_begin_rounds(struct explorer *x, struct astate *s, const struct insn *in, struct node *node);
bool frame_end_round(struct explorer *x, struct astate *s, struct node *node);
#endif
