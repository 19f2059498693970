/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program that is being edited: a list of items, one per slot, whose jumps
 * name the item that they go to, so that items can be removed and put between
 * others without counting offsets. draft_build makes a program of it again.
 */
#ifndef DRAFT_H
#define DRAFT_H

#include "encode/object/program.h"

#define DRAFT_NEW UINT32_MAX /* origin of an instruction that stands for none of the first program's */

struct item {
	struct insn in;
	uint32_t target; /* of a jump, a local call and WIDE_FUNC: number of the item, dead or alive; else unused */
	uint32_t origin; /* slot of the program that the draft's history began with, or DRAFT_NEW */
	uint32_t place;  /* slot of base whose line and relocation it has, or DRAFT_NEW */
	bool dead;       /* left out; who jumps to it gets to the next living one */
};

struct draft {
	const struct program *base; /* whose names, maps and relocations it has; outlives it */
	struct item *items;
	uint32_t n;
	struct subprogram *subs; /* as in base, start and end are item numbers */
};

/* A program that was built from a draft, with where its instructions came from. */
struct version {
	struct program *p;
	uint32_t *origin; /* by slot */
};

/* `origin` may be NULL: the identity. All memory of what is made is the caller's. */
struct draft *draft_new(const struct program *p, const uint32_t *origin);
struct draft *draft_copy(const struct draft *d);
void draft_free(struct draft *d);

/* Removes an item; of an LDDW both slots. */
void draft_kill(struct draft *d, uint32_t i);
/* Puts another instruction in the place of item i (of an LDDW: its second slot dies). It keeps its origin, and its
 * relocation if it is of the same form; a jump goes to `target`. For an LDDW use draft_insert. */
void draft_set(struct draft *d, uint32_t i, struct insn in, uint32_t target);
/* Puts an instruction before item i <= n, for an LDDW with its second slot. Items from i on move up by its slots: their
 * numbers, and targets > i, change; who went to item i now goes to the new one. Returns its number, i. */
uint32_t draft_insert(struct draft *d, uint32_t i, struct insn in, uint32_t target, uint32_t origin);
/* Items [start, end) give way to n instructions, whose jumps go to item targets[k] (numbers before the change; may be
 * NULL if there are no jumps). The first of them are put where the old ones were; room is made if there are more. Who
 * jumped to `start` gets to the first new one; nobody may jump into the middle. */
bool draft_replace(struct draft *d, uint32_t start, uint32_t end, const struct insn *with, const uint32_t *targets,
		   uint32_t n);

/* Does some living item jump or call to item i, or to a dead one right before it? The first one of a function counts.
 */
bool draft_is_target(const struct draft *d, uint32_t i);
/* The first living item from i on; n if there is none. */
uint32_t draft_next(const struct draft *d, uint32_t i);

/* What nobody gets to, jumps to the next instruction, and instructions without effect whose results nobody reads:
 * register arithmetic and loads. A load is only removed if the program did not fault there, which the caller knows.
 * Returns how many slots it removed. */
uint32_t draft_sweep(struct draft *d);

/* The program, whose slots are numbered anew; its lines and relocations moved along. False: it is none (an offset does
 * not fit, control runs out of a function). */
bool draft_build(const struct draft *d, struct version *out);
void version_release(struct version *v);
#endif
