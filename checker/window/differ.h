/* SPDX-License-Identifier: BSD-2-Clause */
/* Where two states of one world differ, as truth values. */
#ifndef DIFFER_H
#define DIFFER_H

#include "encode/machine/machine.h"

/* Do they point into different memory? Equal words don't say so: one may be a number that can't be followed. */
term differ_targets(struct world *w, const struct value *a, const struct value *b);
/* a was written, and b was not or is something else. */
term differ_values(struct world *w, const struct value *a, const struct value *b);
/* The same of the bytes whose bit is set in `live`, from the frame's lowest. */
term differ_stacks(struct world *w, const struct frame *a, const struct frame *b, const uint64_t *live);
/* Every memory but the stack, and every counter. Takes arbitrary indices (IN_SOME) from *n_some on. */
term differ_memories(struct world *w, const struct state *a, const struct state *b, uint64_t *n_some);
#endif
