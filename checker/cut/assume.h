/* SPDX-License-Identifier: BSD-2-Clause */
/* Terms where something is known to hold. */
#ifndef ASSUME_H
#define ASSUME_H

#include "encode/term/term.h"

/* Each root becomes a term that is equal to it under every assignment under which `given` (1 bit) is true: what given
 * is a conjunction of is decided in it. */
void assume_terms(struct term_pool *p, term given, term *roots, size_t n);
#endif
