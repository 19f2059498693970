/* SPDX-License-Identifier: BSD-2-Clause */
/* A growing set of 64-bit hashes: programs and changes that were decided before. */
#ifndef SEEN_H
#define SEEN_H

#include "encode/object/program.h"

struct seen {
	uint64_t *at; /* 0: empty */
	size_t n, room;
};

/* False: it was there already. */
bool seen_add(struct seen *s, uint64_t hash);
bool seen_has(const struct seen *s, uint64_t hash);
void seen_release(struct seen *s);

/* Of the instructions and where functions begin. */
uint64_t seen_hash_program(const struct program *p);
/* Of the stretch in which b differs from a, with the place that it has in the program whose slots `origin` (of a)
 * names: the same change, whatever was done elsewhere meanwhile. */
uint64_t seen_hash_change(const struct program *a, const uint32_t *origin, const struct program *b);
#endif
