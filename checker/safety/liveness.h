/* SPDX-License-Identifier: BSD-2-Clause */
/* Which registers of a program are read later: what a state need not keep apart. */
#ifndef LIVENESS_H
#define LIVENESS_H

#include "encode/object/program.h"

struct liveness {
	uint16_t *in; /* a bit a register, before each slot */
	size_t n;
};

struct liveness *liveness_new(const struct program *p);
void liveness_free(struct liveness *l);

/* Does a program of type EXT read what the function that it replaces is given? Nobody says what that is. */
bool liveness_has_unknown_arguments(const struct program *p);
#endif
