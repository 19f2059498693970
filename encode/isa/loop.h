/* SPDX-License-Identifier: BSD-2-Clause */
/* The part of cfg_build that finds loops, order and dominators. */
#ifndef LOOP_H
#define LOOP_H

#include "cfg.h"

/* Requires start, end, succ, pred; sets all other fields. */
void loop_find(struct cfg *c);
/* Zeroed memory for n elements; never NULL. */
void *loop_alloc(size_t n, size_t size);
#endif
