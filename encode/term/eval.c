/* SPDX-License-Identifier: BSD-2-Clause */
/* Evaluation of terms under an interpretation of the input functions. */
#include "pool.h"

#include <stdlib.h>
#include <string.h>

static int64_t to_signed(uint64_t x, unsigned width)
{
	return (int64_t)(x << (64 - width)) >> (64 - width);
}

/* Division of magnitudes, then the sign: no overflow at the least number. */
static uint64_t sdiv(uint64_t a, uint64_t b, unsigned width)
{
	int64_t x = to_signed(a, width), y = to_signed(b, width);
	uint64_t ux = x < 0 ? -(uint64_t)x : (uint64_t)x, uy = y < 0 ? -(uint64_t)y : (uint64_t)y;
	if (!uy)
		return x < 0 ? 1 : mask_of(width);
	return (x < 0) != (y < 0) ? -(ux / uy) : ux / uy;
}

static uint64_t srem(uint64_t a, uint64_t b, unsigned width)
{
	int64_t x = to_signed(a, width), y = to_signed(b, width);
	uint64_t ux = x < 0 ? -(uint64_t)x : (uint64_t)x, uy = y < 0 ? -(uint64_t)y : (uint64_t)y;
	if (!uy)
		return a;
	return x < 0 ? -(ux % uy) : ux % uy;
}

static uint64_t ashr(uint64_t a, uint64_t b, unsigned width)
{
	return (uint64_t)(to_signed(a, width) >> (b < width ? b : width - 1));
}

uint64_t value_compute(const struct node *n, const uint64_t v[3], unsigned arg_width, unsigned low_width)
{
	unsigned w = n->width;
	uint64_t a = v[0], b = v[1], m = mask_of(w);
	switch ((enum term_kind)n->kind) {
	case TERM_NOT:
		return ~a & m;
	case TERM_AND:
		return a & b;
	case TERM_OR:
		return a | b;
	case TERM_XOR:
		return a ^ b;
	case TERM_NEG:
		return -a & m;
	case TERM_ADD:
		return (a + b) & m;
	case TERM_MUL:
		return (a * b) & m;
	case TERM_UDIV:
		return b ? a / b : m;
	case TERM_UREM:
		return b ? a % b : a;
	case TERM_SDIV:
		return sdiv(a, b, w) & m;
	case TERM_SREM:
		return srem(a, b, w) & m;
	case TERM_SHL:
		return b < w ? (a << b) & m : 0;
	case TERM_LSHR:
		return b < w ? a >> b : 0;
	case TERM_ASHR:
		return ashr(a, b, w) & m;
	case TERM_EQ:
		return a == b;
	case TERM_ULT:
		return a < b;
	case TERM_SLT:
		return to_signed(a, arg_width) < to_signed(b, arg_width);
	case TERM_ITE:
		return a ? b : v[2];
	case TERM_EXTRACT:
		return (a >> n->lo) & m;
	case TERM_CONCAT:
		return a << low_width | b;
	case TERM_ZEXT:
		return a;
	case TERM_SEXT:
		return (uint64_t)to_signed(a, arg_width) & m;
	case TERM_CONST:
	case TERM_APPLY:
	case TERM_KIND_COUNT:
		break;
	}
	pool_bug(__FILE__, __LINE__, "node has an operation");
}

struct term_eval {
	const struct term_pool *pool;
	term_leaf leaf;
	void *arg;
	uint64_t *values;
	bool *done;
	size_t size;
	term *stack;
	size_t depth, capacity;
};

struct term_eval *term_new_eval(const struct term_pool *p, term_leaf leaf, void *arg)
{
	struct term_eval *e = pool_realloc(NULL, 1, sizeof *e);
	*e = (struct term_eval){.pool = p, .leaf = leaf, .arg = arg};
	return e;
}

void term_free_eval(struct term_eval *e)
{
	if (!e)
		return;
	free(e->values);
	free(e->done);
	free(e->stack);
	free(e);
}

/* The pool may have grown since the last call. */
static void grow_values(struct term_eval *e)
{
	size_t n = e->pool->count;
	if (n <= e->size)
		return;
	if (n < 2 * e->size)
		n = 2 * e->size;
	e->values = pool_realloc(e->values, n, sizeof *e->values);
	e->done = pool_realloc(e->done, n, sizeof *e->done);
	memset(e->done + e->size, 0, (n - e->size) * sizeof *e->done);
	e->size = n;
}

static void push(struct term_eval *e, term t)
{
	if (e->depth == e->capacity) {
		e->capacity = e->capacity ? 2 * e->capacity : 64;
		e->stack = pool_realloc(e->stack, e->capacity, sizeof *e->stack);
	}
	e->stack[e->depth++] = t;
}

static uint64_t value_apply(struct term_eval *e, const struct node *n, const term *args)
{
	uint64_t v[255];
	for (size_t i = 0; i < n->c; i++)
		v[i] = e->values[args[i]];
	return e->leaf(e->arg, n->a, n->width, v, n->c) & mask_of(n->width);
}

static uint64_t value_node(struct term_eval *e, const struct node *n, const term *args)
{
	if (n->kind == TERM_CONST)
		return node_value(n);
	if (n->kind == TERM_APPLY)
		return value_apply(e, n, args);
	uint64_t v[3] = {e->values[n->a], n->b ? e->values[n->b] : 0, n->c ? e->values[n->c] : 0};
	return value_compute(n, v, width_of(e->pool, n->a), n->b ? width_of(e->pool, n->b) : 0);
}

uint64_t term_eval(struct term_eval *e, term t)
{
	POOL_CHECK(t && t < e->pool->count);
	grow_values(e);
	push(e, t);
	while (e->depth) {
		term u = e->stack[e->depth - 1];
		const struct node *n = &e->pool->nodes[u];
		const term *args;
		size_t n_args = node_args(e->pool, n, &args), before = e->depth;
		for (size_t i = 0; !e->done[u] && i < n_args; i++)
			if (!e->done[args[i]])
				push(e, args[i]);
		if (e->depth != before)
			continue;
		if (!e->done[u])
			e->values[u] = value_node(e, n, args);
		e->done[u] = true;
		e->depth--;
	}
	return e->values[t];
}
