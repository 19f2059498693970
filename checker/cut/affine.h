/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sets of vectors of words: a point plus all combinations of some directions,
 * modulo 2^64 (Mueller-Olm and Seidl, "Analysis of modular arithmetic", 2005).
 * So x = 3 y + 7, and x = y in the low 32 bits, are such sets.
 */
#ifndef AFFINE_H
#define AFFINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Directions are rows in echelon form: row[c], if there is one, has zeros before column c, and a power of two there;
 * what a row times a power of two leaves when column c has become 0 is in the span of the rows behind it (Howell form),
 * so that a vector is in the set exactly where reducing it by the rows one after the other leaves 0.
 */
struct affine {
	size_t n;
	bool empty;
	uint64_t *base;
	uint64_t **row; /* by column, NULL: none */
};

void affine_init(struct affine *a, size_t n); /* the empty set */
void affine_release(struct affine *a);
/* The least set that holds the vector as well; false: it did before. */
bool affine_add(struct affine *a, const uint64_t *x);
/* The least set that holds with each vector all that lie in that direction from it; false: it did before. */
bool affine_add_direction(struct affine *a, const uint64_t *direction);
/* Shifts by which row[c] begins: its first word is 1 << so much. */
unsigned affine_shift(const struct affine *a, size_t column);
/* Each row is 0, or small, in the columns where later ones begin, and the point as well. */
void affine_reduce(struct affine *a);
/* Columns that the others say in full. */
size_t affine_relations(const struct affine *a);
#endif
