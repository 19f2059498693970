/* SPDX-License-Identifier: BSD-2-Clause */
/* Bit-blasting: terms as vectors of bits of an and-inverter graph, least significant first. */
#ifndef BLAST_H
#define BLAST_H

#include "aig.h"
#include "cone.h"
#include "solver.h"

struct blast {
	struct aig g;
	const struct term_pool *pool;
	bit **bits;    /* by term id, NULL: not reached */
	size_t n_bits; /* length of that array */
	bit *room;     /* what the vectors are cut from */
	size_t left;
	bit **rooms;
	size_t n_rooms;
	uint32_t limit; /* nodes at most, 0: any number */
	struct cone cone; /* the terms that have bits */
};

void blast_init(struct blast *b, const struct term_pool *pool, uint32_t limit);
/* All terms that the roots are made of. False: too large; it may be released then, no more. */
bool blast_extend(struct blast *b, const term *roots, size_t n);
void blast_release(struct blast *b);

/* blast_arith.c: vectors of n bits; out may be none of the operands. */
void blast_add(struct aig *g, const bit *x, const bit *y, bit carry, unsigned n, bit *out);
void blast_neg(struct aig *g, const bit *x, unsigned n, bit *out);
void blast_mul(struct aig *g, const bit *x, const bit *y, unsigned n, bit *out);
/* By zero all ones and x, as in SMT-LIB; either result may be NULL. */
void blast_divide(struct aig *g, const bit *x, const bit *y, unsigned n, bit *quotient, bit *rest);
void blast_divide_signed(struct aig *g, const bit *x, const bit *y, unsigned n, bit *quotient, bit *rest);
bit blast_less(struct aig *g, const bit *x, const bit *y, unsigned n); /* unsigned */
bit blast_equal(struct aig *g, const bit *x, const bit *y, unsigned n);
enum blast_shift { BLAST_LEFT, BLAST_RIGHT, BLAST_ARITHMETIC };
void blast_shift(struct aig *g, enum blast_shift kind, const bit *x, const bit *by, unsigned n, bit *out);
#endif
