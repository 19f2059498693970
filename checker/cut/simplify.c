/* SPDX-License-Identifier: BSD-2-Clause */
#include "checker/cut/simplify.h"
#include "encode/solver/fault.h"

#include <stdlib.h>
#include <string.h>

#define FACTOR_MOST 16 /* as a power of two */

/* Places that move together, by the columns of the directions. */
struct class
{
	size_t first;     /* column */
	bool of_a, works; /* some place of a; some place that a loop works with */
	bool constant;    /* no direction moves it */
};

struct simplifier {
	struct node *n;
	struct affine old;
	struct class *classes;
	size_t n_classes;
	size_t *class_of; /* by column */
	uint64_t *vector;
};

/* Classes */

/* In every direction x moves as y does times a factor, by the low bits that the mask has. */
static bool moves_as(const struct affine *a, size_t x, size_t y, uint64_t factor, uint64_t mask)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->row[i] && (a->row[i][x] - factor * a->row[i][y]) & mask)
			return false;
	return true;
}

static bool is_constant(const struct affine *a, size_t x)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->row[i] && a->row[i][x])
			return false;
	return true;
}

static void add_to_class(struct simplifier *y, size_t c)
{
	size_t k = 0;
	while (k < y->n_classes && !moves_as(&y->old, c, y->classes[k].first, 1, ~0ull))
		k++;
	struct class *x = &y->classes[k];
	if (k == y->n_classes)
		y->classes[y->n_classes++] = (struct class){.first = c, .constant = is_constant(&y->old, c)};
	x->of_a |= y->n->places[c].side == 0;
	x->works |= y->n->places[c].works;
	y->class_of[c] = k;
}

/* New directions */

static void move_class(struct simplifier *y, size_t k, uint64_t by)
{
	for (size_t c = 0; c < y->n->n; c++)
		if (y->class_of[c] == k)
			y->vector[c] += by;
}

static void add_direction(struct simplifier *y)
{
	for (size_t c = 0; c < y->n->n; c++)
		y->vector[c] += y->n->affine.base[c];
	affine_add(&y->n->affine, y->vector);
	memset(y->vector, 0, y->n->n * sizeof *y->vector);
}

/* Like which of a's classes one of b's moves, in how many bits; n_classes: like none. */
static size_t find_leader(const struct simplifier *y, const struct class *x, uint64_t *factor, unsigned *bits)
{
	for (*bits = 64; *bits >= 8; *bits /= 2)
		for (size_t k = 0; k < y->n_classes; k++) {
			const struct class *a = &y->classes[k];
			for (unsigned shift = 0;
			     a->of_a && !a->constant && !a->works && shift < (*bits == 64 ? FACTOR_MOST : 1); shift++) {
				*factor = 1ull << shift;
				if (moves_as(&y->old, x->first, a->first, *factor, ~0ull >> (64 - *bits)))
					return k;
			}
		}
	return y->n_classes;
}

static void free_class(struct simplifier *y, size_t k, size_t *leader, uint64_t *factor)
{
	struct class *x = &y->classes[k];
	unsigned bits = 0;
	leader[k] = x->of_a ? k : find_leader(y, x, &factor[k], &bits);
	if (x->of_a || bits == 64)
		return;
	move_class(y, k, leader[k] == y->n_classes ? 1 : 1ull << bits);
	add_direction(y);
}

static void free_classes(struct simplifier *y)
{
	size_t *leader = fault_calloc(y->n_classes + 1, sizeof *leader);
	uint64_t *factor = fault_calloc(y->n_classes + 1, sizeof *factor);
	for (size_t k = 0; k < y->n_classes; k++) {
		leader[k] = y->n_classes;
		factor[k] = 1;
		if (!y->classes[k].works && !y->classes[k].constant)
			free_class(y, k, leader, factor);
	}
	for (size_t k = 0; k < y->n_classes; k++) {
		if (leader[k] != k)
			continue;
		for (size_t l = 0; l < y->n_classes; l++)
			if (leader[l] == k)
				move_class(y, l, factor[l]);
		add_direction(y);
	}
	free(leader);
	free(factor);
}

/* What the loops work with stays as it was, among itself. */
static void keep_works(struct simplifier *y)
{
	for (size_t i = 0; i < y->old.n; i++) {
		for (size_t c = 0; y->old.row[i] && c < y->n->n; c++)
			y->vector[c] = y->classes[y->class_of[c]].works ? y->old.row[i][c] : 0;
		if (y->old.row[i])
			add_direction(y);
	}
}

static void start_again(struct simplifier *y)
{
	struct affine *a = &y->n->affine;
	y->old = *a;
	affine_init(a, y->n->n);
	affine_add(a, y->old.base);
}

void simplify_relations(struct node *n)
{
	struct simplifier y = {.n = n};
	if (n->affine.empty)
		return;
	y.classes = fault_calloc(n->n + 1, sizeof *y.classes);
	y.class_of = fault_calloc(n->n + 1, sizeof *y.class_of);
	y.vector = fault_calloc(n->n + 1, sizeof *y.vector);
	start_again(&y);
	for (size_t c = 0; c < n->n; c++)
		add_to_class(&y, c);
	free_classes(&y);
	keep_works(&y);
	affine_reduce(&n->affine);
	affine_release(&y.old);
	free(y.classes);
	free(y.class_of);
	free(y.vector);
}
