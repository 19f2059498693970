/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Passages by a canonical form: registers numbered in the order in which they
 * appear, so that what was found for one serves for those that only name them
 * differently, also in other programs.
 */
#ifndef NAMING_H
#define NAMING_H

#include "synth/search/passage.h"

#define NAMING_NONE 0xff

struct naming {
	uint64_t key;   /* of the slice with new numbers, what is known of its registers, and which of them are live */
	uint8_t to[11]; /* a register's new number; NAMING_NONE: the slice has it not */
	uint8_t from[11]; /* the inverse */
};

struct naming naming_of(const struct scene *s, const struct passage *x);
/* Instructions with other numbers, to[] or from[]; false: one has a register that has none. */
bool naming_apply(const uint8_t map[11], const struct insn *in, unsigned n, struct insn *out);
#endif
