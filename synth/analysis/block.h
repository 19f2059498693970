/* SPDX-License-Identifier: BSD-2-Clause */
/* Straight runs of instructions and what of two of them can be done together at one of their ends. */
#ifndef BLOCK_H
#define BLOCK_H

#include "synth/analysis/flow.h"
#include "synth/propose/propose.h"

#define BLOCK_MAX 48 /* slots of a run that are looked at */

/* Slots [start, end) that control passes one after the other; nobody jumps behind the first. */
struct run {
	uint32_t start, end;
};

/* The longest that ends before a slot, or that begins at one. */
struct run block_before(const struct scene *s, const struct flow *f, uint32_t end);
struct run block_behind(const struct scene *s, const struct flow *f, uint32_t start);

/* What is equal in two runs and can move to the end of both (or to the beginning), in its order there. */
struct common {
	uint32_t n;
	uint32_t a[BLOCK_MAX], b[BLOCK_MAX];   /* its slots */
	bool in_a[BLOCK_MAX], in_b[BLOCK_MAX]; /* by slot - start */
};
void block_find_common(const struct flow *f, struct run a, struct run b, bool at_end, struct common *out);

/* The slots of a run that are not common, in order, to `out`; returns how many. */
uint32_t block_rest(const struct program *p, struct run r, const bool *common, struct insn *out);

bool block_equal(const struct insn *x, const struct insn *y);
#endif
