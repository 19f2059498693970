/* SPDX-License-Identifier: BSD-2-Clause */
/* Echelon forms over the words modulo 2^64. */
#include "checker/cut/affine.h"
#include "encode/solver/fault.h"

#include <stdlib.h>
#include <string.h>

void affine_init(struct affine *a, size_t n)
{
	*a = (struct affine){.n = n, .empty = true};
	a->base = fault_calloc(n + 1, sizeof *a->base);
	a->row = fault_calloc(n + 1, sizeof *a->row);
}

void affine_release(struct affine *a)
{
	for (size_t i = 0; a->row && i < a->n; i++)
		free(a->row[i]);
	free(a->row);
	free(a->base);
	*a = (struct affine){0};
}

/* Of an odd number: each step doubles the bits that are right (Newton). */
static uint64_t inverse(uint64_t odd)
{
	uint64_t x = odd;
	for (int i = 0; i < 5; i++)
		x *= 2 - odd * x;
	return x;
}

static unsigned zeros(uint64_t x)
{
	return (unsigned)__builtin_ctzll(x);
}

/* to -= factor * from, from a column on. */
static void subtract(const struct affine *a, uint64_t *to, const uint64_t *from, uint64_t factor, size_t column)
{
	for (size_t i = column; factor && i < a->n; i++)
		to[i] -= factor * from[i];
}

static void scale(const struct affine *a, uint64_t *v, uint64_t factor)
{
	for (size_t i = 0; i < a->n; i++)
		v[i] *= factor;
}

static uint64_t *copy(const struct affine *a, const uint64_t *v)
{
	uint64_t *c = fault_calloc(a->n + 1, sizeof *c);
	memcpy(c, v, a->n * sizeof *c);
	return c;
}

static bool reduce_in(struct affine *a, uint64_t *v);

/* v becomes the row of its first column; what is left of a multiple of it is one of the set's directions too. */
static void place_row(struct affine *a, const uint64_t *v, size_t column)
{
	uint64_t *row = copy(a, v);
	unsigned shift = zeros(v[column]);
	scale(a, row, inverse(v[column] >> shift));
	a->row[column] = row;
	if (!shift)
		return;
	uint64_t *rest = copy(a, row);
	scale(a, rest, 1ull << (64 - shift));
	reduce_in(a, rest);
	free(rest);
}

/* v is used up. */
static bool reduce_in(struct affine *a, uint64_t *v)
{
	bool grown = false;
	for (size_t c = 0; c < a->n; c++) {
		uint64_t *row = a->row[c];
		if (!v[c])
			continue;
		if (!row) {
			place_row(a, v, c);
			return true;
		}
		if (zeros(v[c]) < zeros(row[c])) { /* v says more of this column */
			a->row[c] = NULL;
			place_row(a, v, c);
			memcpy(v, row, a->n * sizeof *v);
			free(row);
			row = a->row[c];
			grown = true;
		}
		subtract(a, v, row, v[c] >> zeros(row[c]), c);
	}
	return grown;
}

bool affine_add(struct affine *a, const uint64_t *x)
{
	if (a->empty) {
		memcpy(a->base, x, a->n * sizeof *x);
		a->empty = false;
		return true;
	}
	uint64_t *v = copy(a, x);
	subtract(a, v, a->base, 1, 0);
	bool grown = reduce_in(a, v);
	free(v);
	return grown;
}

bool affine_add_direction(struct affine *a, const uint64_t *direction)
{
	uint64_t *v = copy(a, direction);
	bool grown = reduce_in(a, v);
	free(v);
	return grown;
}

unsigned affine_shift(const struct affine *a, size_t column)
{
	return zeros(a->row[column][column]);
}

void affine_reduce(struct affine *a)
{
	for (size_t c = 0; c < a->n; c++) {
		const uint64_t *row = a->row[c];
		if (!row)
			continue;
		for (size_t i = 0; i < c; i++)
			if (a->row[i])
				subtract(a, a->row[i], row, a->row[i][c] >> zeros(row[c]), c);
		subtract(a, a->base, row, a->base[c] >> zeros(row[c]), c);
	}
}

size_t affine_relations(const struct affine *a)
{
	size_t n = 0;
	for (size_t i = 0; i < a->n; i++)
		n += !a->row[i];
	return n;
}
