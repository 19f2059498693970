/* SPDX-License-Identifier: BSD-2-Clause */
/* From facts to a symbolic state that stands for every state that they allow. */
#ifndef ENTRY_H
#define ENTRY_H

#include "checker/window/live.h"
#include "encode/machine/machine.h"

struct entry {
	struct world *w;
	const struct program *p;
	const struct facts_at *at;
	const uint32_t *numbers; /* object map index -> number in the world; NULL: the same */
	bool moves;       /* some call of the program moves packets: epochs and bounds are anything */
	bool renews;      /* the part calls, and the program changes maps: an element need not be the current one */
	bool slices;      /* memory that a call returns may be a part of something else */
	term assumed;     /* truth value: what the facts say beyond what the terms show */
	uint64_t n_fresh; /* arbitrary words so far */
	struct value places[FACTS_PLACES];
	bool made[FACTS_PLACES];
	/* Of entry_make and entry_forget_dead: words of the stack are made when somebody looks at them. */
	struct state *state;
	const struct live_at *live;
	struct frame_deferred words, live_words;
};

/* Memory that can be anything, and nothing in registers and stack but r10; sets `assumed`. */
struct state *entry_begin(struct entry *e);
/* What the fact says, with the number or the offset `at` where it is not 0: offsets into the packet count from data, on
 * the stack from the frame's end. What can't be followed has the word `at`. */
struct value entry_value(struct entry *e, const struct fact *f, const struct state *s, term at);
/* An arbitrary `at` that the fact allows. */
term entry_number(struct entry *e, const struct fact *f, const struct state *s);
/* Do the fact's pointers lead to memory that is modelled? */
bool entry_follows(const struct entry *e, const struct fact *f);
/* A pointer of the fact into that region, NULL unless `there`. */
struct value entry_pointer(struct entry *e, const struct fact *f, const struct state *s, uint32_t region, term there,
			   term at);
/* Where the fact's pointers lead to, LOST_REGION if they can't be followed; which element of several is arbitrary. */
uint32_t entry_region(struct entry *e, const struct fact *f, const struct state *s);
/* Some address, maybe not written. */
struct value entry_nothing(struct entry *e);

/* The state before the window. Places of which nothing is known hold an address that can't be followed, where a use is
 * not modelled, and may be unwritten. What is assumed of a word of the stack comes to `assumed` with the first look at it,
 * so the entry lives as long as the world and the state. */
struct state *entry_make(struct entry *e);
/* What entry_make made, without what is not live: for a program whose earlier rounds of a loop may have left something else there.
 */
struct state *entry_forget_dead(struct entry *e, const struct live_at *live);
#endif
