/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Searches over the passages of a scene: takes one after the other, or some
 * in each of several processes, lets a hunter look for candidates that pass
 * the trials, asks window_check about them, and offers what is proved.
 */
#ifndef HUNT_H
#define HUNT_H

#include "synth/engine/seen.h"
#include "synth/search/memo.h"
#include "synth/search/passage.h"

/* One passage that is searched. */
struct hunt {
	const struct scene *s;
	const struct passage *x;
	struct trials trials;
	struct solver *solver;
	struct search_stats stats;
	uint64_t limit; /* proposals for this passage; 0: none */
	uint64_t seed;
	struct seen refused; /* candidates that window_check has refuted or not decided */
	unsigned n_refused;
	bool found;
	struct insn with[TRIAL_SLOTS];
	unsigned n; /* slots of it */
};

/* Searches h->x: counts proposals, calls hunt_try, returns when that says so, or hunt_is_over, or nothing is left. */
typedef void hunter(struct hunt *h);

struct hunt_plan {
	const char *name;
	hunter *run;
	unsigned min_slots, max_count; /* of the slices that it is for: slots at least, instructions at most */
	unsigned trials;
	uint64_t limit;  /* proposals a passage; 0: none */
	unsigned rounds; /* of a search by chance: after so many in vain a passage is left alone; else 1 */
};

/* On all passages of the scene, until the time is over or something was adopted. */
void hunt_run(const struct scene *s, const struct hunt_plan *plan);
/* On one passage, without offering; found: h->with. `known` may be NULL. h is to be released. */
void hunt_one(struct hunt *h, const struct scene *s, const struct passage *x, const struct hunt_plan *plan,
	      struct solver *solver, const struct memo_entry *known);
void hunt_release(struct hunt *h);

/* A candidate that passes all trials, of instructions or slots. True: stop, it was proved or enough were not. */
bool hunt_try(struct hunt *h, const struct insn *insns, unsigned n);
bool hunt_is_over(const struct hunt *h);
/* Slots of a sequence in which an LDDW's second slot may be left out. */
unsigned hunt_slots(const struct insn *insns, unsigned n);
/* Slots, or nanoseconds where latency is the goal. */
double hunt_weight(const struct hunt *h, const struct insn *insns, unsigned n);
/* Is the sequence, as in hunt_slots, better than the slice by the scene's goal? */
bool hunt_is_cheaper(const struct hunt *h, const struct insn *insns, unsigned n);
#endif
