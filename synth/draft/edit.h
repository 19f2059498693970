/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Small changes of a program, each for itself, which are offered together where they are near each other, and in
 * halves where together they are refused.
 */
#ifndef EDIT_H
#define EDIT_H

#include "synth/propose/propose.h"

#define EDIT_KEEP UINT32_MAX /* as target: the jump goes where it went */

struct edit_step {
	uint32_t at;
	bool kill;
	struct insn in;
	uint32_t target;
};

struct edit {
	uint32_t first, n;  /* of edits.steps */
	uint32_t low, high; /* slots that it touches */
	bool alone;         /* it is not offered with others */
};

struct edits {
	const struct scene *s;
	struct edit_step *steps;
	uint32_t n_steps, cap_steps;
	struct edit *list;
	uint32_t n, cap;
	uint32_t begun; /* first step of the edit that is being made */
	bool spoilt;    /* it touches what it may not */
	bool alone;     /* the edit that is being made is one that rests on what others leave as it is */
};

void edits_init(struct edits *e, const struct scene *s);
void edits_release(struct edits *e);
/* Steps of the edit that is being made. */
void edits_kill(struct edits *e, uint32_t at);
void edits_set(struct edits *e, uint32_t at, struct insn in, uint32_t target);
/* The instruction at a slot, as the edit that is being made leaves it. */
struct insn edits_get(const struct edits *e, uint32_t at);
/* It is complete: kept unless it has no step or touches an instruction that may not be edited. */
void edits_end(struct edits *e);
/* Drops it. */
void edits_drop(struct edits *e);
/* Offers all of them. False: one was adopted, or the time is over. */
bool edits_offer(const struct edits *e, const char *what);

/* May the slot be given another instruction: not shared with other programs, no symbolic relocation, no LDDW's tail? */
bool edit_allows(const struct scene *s, uint32_t slot);
#endif
