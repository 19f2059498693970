/* SPDX-License-Identifier: BSD-2-Clause */
/* Stores of one stretch, and words that several of them fill; inside of propose_merge_stores.c and merge_copy.c. */
#ifndef MERGE_H
#define MERGE_H

#include "synth/analysis/track.h"

#define UNITS 128

/* A store of the stretch between two calls. */
struct unit {
	uint32_t slot;
	struct value at;
	unsigned size;
	enum kind region;
	struct part b[PARTS];
};

/* Stores that fill an aligned or free word. */
struct tile {
	const struct unit *units[PARTS];
	unsigned n, size;
	struct value at;
	enum kind region;
	struct part b[PARTS];
	uint32_t first, last; /* slots */
	uint32_t before;      /* it must be done before this slot, which overwrites bytes that it stores too many */
};

struct merge {
	const struct scene *s;
	struct track *t;
	struct unit units[UNITS];
	unsigned n;
};

bool merge_may_touch(const struct scene *s, const struct tile *t);
/* The tile's stores give way to n instructions before slot `at`. */
bool merge_offer(const struct merge *m, const struct tile *t, uint32_t at, const struct insn *with, unsigned n,
		 const char *what);
/* Registers that may be written before slot `at`, where stores of the tile are gone. */
uint16_t merge_free(const struct merge *m, const struct tile *t, uint32_t at);
/* The lowest register of a set, -1: it is empty. */
int merge_lowest(uint16_t set);
/* The own stack takes aligned accesses only. */
bool merge_is_aligned(enum kind region, struct value at, unsigned size);
void merge_reverse(const struct part *b, unsigned n, struct part *out);
struct insn merge_swap(const struct scene *s, unsigned reg, unsigned size);
/* Does nobody read a byte of the own frame from a slot on? */
bool merge_is_dead(const struct merge *m, uint32_t slot, int64_t off);
/* Copies of a tile whose bytes are of memory, in their order or swapped. False: no more offers. */
bool merge_offer_copy(const struct merge *m, const struct tile *t, bool swap);
/* Copies that begin before a unit, or end behind it, and store more than is wanted. */
bool merge_offer_wide(const struct merge *m, const struct unit *u);
#endif
