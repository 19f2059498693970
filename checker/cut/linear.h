/* SPDX-License-Identifier: BSD-2-Clause */
/* Which linear relations words have by the terms that they are. */
#ifndef LINEAR_H
#define LINEAR_H

#include "checker/cut/affine.h"
#include "encode/term/term.h"

/* Widens the set so that it holds the words, n of 64 bits, whatever their inputs are: each is a constant and a sum of
 * multiples of terms that are not looked into. False: the set is as before. */
bool linear_cover(struct affine *set, const struct term_pool *p, const term *words);
#endif
