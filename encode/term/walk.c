/* SPDX-License-Identifier: BSD-2-Clause */
/* Walks over the cone of terms: everything that roots depend on. */
#include "pool.h"

#include <stdlib.h>

static int by_id(const void *x, const void *y)
{
	term a = *(const term *)x, b = *(const term *)y;
	return (a > b) - (a < b);
}

struct walk {
	uint8_t *seen; /* one bit a term */
	term *found;
	size_t n, capacity;
};

static void visit(struct walk *w, term t)
{
	if (w->seen[t / 8] >> t % 8 & 1)
		return;
	w->seen[t / 8] = (uint8_t)(w->seen[t / 8] | 1u << t % 8);
	if (w->n == w->capacity) {
		w->capacity = w->capacity ? 2 * w->capacity : 64;
		w->found = pool_realloc(w->found, w->capacity, sizeof *w->found);
	}
	w->found[w->n++] = t;
}

size_t walk_cone(const struct term_pool *p, const term *roots, size_t n, term **out)
{
	struct walk w = {.seen = calloc(p->count / 8 + 1, 1)};
	if (!w.seen)
		pool_bug(__FILE__, __LINE__, "memory for a walk is there");
	for (size_t i = 0; i < n; i++) {
		POOL_CHECK(roots[i] && roots[i] < p->count);
		visit(&w, roots[i]);
	}
	for (size_t i = 0; i < w.n; i++) {
		const term *args;
		size_t n_args = node_args(p, &p->nodes[w.found[i]], &args);
		for (size_t j = 0; j < n_args; j++)
			visit(&w, args[j]);
	}
	free(w.seen);
	if (w.n)
		qsort(w.found, w.n, sizeof *w.found, by_id);
	*out = w.found;
	return w.n;
}

size_t term_leaves(const struct term_pool *p, const term *roots, size_t n, term **out)
{
	size_t size = walk_cone(p, roots, n, out), leaves = 0;
	for (size_t i = 0; i < size; i++)
		if (kind_of(p, (*out)[i]) == TERM_APPLY)
			(*out)[leaves++] = (*out)[i];
	return leaves;
}

size_t term_size(const struct term_pool *p, const term *roots, size_t n)
{
	term *cone;
	size_t size = walk_cone(p, roots, n, &cone);
	free(cone);
	return size;
}
