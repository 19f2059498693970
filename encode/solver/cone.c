/* SPDX-License-Identifier: BSD-2-Clause */
/* The terms that roots are made of: a scan of a bitmap from the highest id down. */
#include "cone.h"

#include <stdlib.h>
#include <string.h>

#include "fault.h"

void cone_init(struct cone *c, const struct term_pool *pool, bool through_apply)
{
	*c = (struct cone){.pool = pool, .through_apply = through_apply};
}

void cone_release(struct cone *c)
{
	free(c->seen);
	free(c->pending);
	free(c->terms);
}

static void reserve(struct cone *c, term highest)
{
	size_t words = highest / 64 + 1;
	if (words <= c->words)
		return;
	c->seen = fault_realloc(c->seen, words, sizeof *c->seen);
	c->pending = fault_realloc(c->pending, words, sizeof *c->pending);
	memset(c->seen + c->words, 0, (words - c->words) * sizeof *c->seen);
	memset(c->pending + c->words, 0, (words - c->words) * sizeof *c->pending);
	c->words = words;
}

static void request(struct cone *c, term t)
{
	uint64_t bit = 1ull << (t & 63);
	if (!(c->seen[t / 64] & bit))
		c->pending[t / 64] |= bit;
}

static void reach(struct cone *c, term t)
{
	c->seen[t / 64] |= 1ull << (t & 63);
	if (c->n == c->capacity) {
		c->capacity = c->capacity ? 2 * c->capacity : 64;
		c->terms = fault_realloc(c->terms, c->capacity, sizeof *c->terms);
	}
	c->terms[c->n++] = t;
	if (!c->through_apply && term_kind(c->pool, t) == TERM_APPLY)
		return;
	for (size_t i = 0; i < term_arity(c->pool, t); i++) {
		term a = term_arg(c->pool, t, i);
		if (a >= t)
			FAULT_STOP("term %u has an argument %u that is not older", t, a);
		request(c, a);
	}
}

void cone_extend(struct cone *c, const term *roots, size_t n)
{
	term highest = 0;
	for (size_t i = 0; i < n; i++)
		highest = roots[i] > highest ? roots[i] : highest;
	reserve(c, highest);
	for (size_t i = 0; i < n; i++)
		request(c, roots[i]);
	for (size_t w = highest / 64 + 1; w-- > 0;) {
		while (c->pending[w]) {
			unsigned bit = 63 - (unsigned)__builtin_clzll(c->pending[w]);
			c->pending[w] &= ~(1ull << bit);
			reach(c, (term)(64 * w + bit));
		}
	}
}
