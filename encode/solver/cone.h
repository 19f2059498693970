/* SPDX-License-Identifier: BSD-2-Clause */
/* The terms that roots are made of, without recursion: arguments have smaller ids than what is made of them. */
#ifndef CONE_H
#define CONE_H

#include "encode/term/term.h"

struct cone {
	const struct term_pool *pool;
	bool through_apply;       /* false: APPLY terms are leaves, their arguments are not reached */
	uint64_t *seen, *pending; /* bits by id */
	size_t words;
	term *terms; /* each batch in descending order of id */
	size_t n, capacity;
};

void cone_init(struct cone *c, const struct term_pool *pool, bool through_apply);
void cone_release(struct cone *c);
/* Appends what the roots reach and the cone does not hold yet. */
void cone_extend(struct cone *c, const term *roots, size_t n);
#endif
