/* SPDX-License-Identifier: BSD-2-Clause */
/* Which linear relations words have by the terms that they are. */
#ifndef LINEAR_H
#define LINEAR_H

#include "checker/cut/affine.h"
#include "encode/term/term.h"

/* Words of 64 bits as a constant and a sum of multiples of atoms, terms of any width that are not looked into. */
struct forms {
	const struct term_pool *p;
	size_t n; /* words */
	term *atoms;
	uint64_t **factors; /* by atom, then by word */
	size_t n_atoms;
	uint64_t *constants; /* by word */
};

void forms_init(struct forms *f, const struct term_pool *p, const term *words, size_t n);
void forms_release(struct forms *f);
/* The atom is the same number as an earlier one. */
void forms_merge(struct forms *f, size_t atom, size_t into);
/* Widens the set so that it holds the words, whatever the atoms are. False: it did before. */
bool forms_cover(const struct forms *f, struct affine *set);
#endif
