/* SPDX-License-Identifier: BSD-2-Clause */
#include "aig.h"

#include <stdlib.h>
#include <string.h>

#include "fault.h"

void aig_init(struct aig *g)
{
	g->cap = 1024;
	g->nodes = fault_calloc(g->cap, sizeof *g->nodes);
	g->index = fault_calloc(2 * (size_t)g->cap, sizeof *g->index);
	g->n = 1; /* false */
}

void aig_release(struct aig *g)
{
	free(g->nodes);
	free(g->index);
	*g = (struct aig){0};
}

static size_t slot_of(const struct aig *g, bit a, bit b)
{
	uint64_t h = ((uint64_t)a << 32 | b) * 0x9e3779b97f4a7c15ull;
	size_t i = (size_t)(h >> 32) & (2 * (size_t)g->cap - 1);
	while (g->index[i] && (g->nodes[g->index[i]].a != a || g->nodes[g->index[i]].b != b))
		i = (i + 1) & (2 * (size_t)g->cap - 1);
	return i;
}

static void grow(struct aig *g)
{
	g->nodes = fault_realloc(g->nodes, 2 * (size_t)g->cap, sizeof *g->nodes);
	g->cap *= 2;
	free(g->index);
	g->index = fault_calloc(2 * (size_t)g->cap, sizeof *g->index);
	for (uint32_t i = 1; i < g->n; i++)
		if (!aig_is_input(g, i))
			g->index[slot_of(g, g->nodes[i].a, g->nodes[i].b)] = i;
}

bit aig_input(struct aig *g)
{
	if (g->n == g->cap)
		grow(g);
	g->nodes[g->n] = (struct aig_node){0, 0};
	return 2 * g->n++;
}

static bool is_and(const struct aig *g, bit x)
{
	return g->nodes[bit_node(x)].a != 0;
}

/* x and what is known of it: is y implied, or its inverse? The conjuncts of x, if it is a plain conjunction. */
static bool holds_in(const struct aig *g, bit x, bit y)
{
	const struct aig_node *n = &g->nodes[bit_node(x)];
	return !(x & 1) && is_and(g, x) && (n->a == y || n->b == y);
}

static bool make_simple(struct aig *g, bit a, bit b, bit *out)
{
	if (a == BIT_FALSE || b == BIT_FALSE || a == bit_not(b))
		*out = BIT_FALSE;
	else if (a == BIT_TRUE || a == b)
		*out = b;
	else if (b == BIT_TRUE)
		*out = a;
	else if (holds_in(g, a, b))
		*out = a;
	else if (holds_in(g, b, a))
		*out = b;
	else if (holds_in(g, a, bit_not(b)) || holds_in(g, b, bit_not(a)))
		*out = BIT_FALSE;
	else
		return false;
	return true;
}

/* a and not (x and y), where a is, or holds, x: a and not y. False: no such thing. */
static bool make_rest(struct aig *g, bit a, bit b, bit *out)
{
	if (!(b & 1) || !is_and(g, b))
		return false;
	struct aig_node n = g->nodes[bit_node(b)];
	if (n.a == a || holds_in(g, a, n.a))
		*out = aig_and(g, a, bit_not(n.b));
	else if (n.b == a || holds_in(g, a, n.b))
		*out = aig_and(g, a, bit_not(n.a));
	else if (n.a == bit_not(a) || n.b == bit_not(a) || holds_in(g, a, bit_not(n.a)) || holds_in(g, a, bit_not(n.b)))
		*out = a;
	else
		return false;
	return true;
}

bit aig_and(struct aig *g, bit a, bit b)
{
	bit out;
	if (make_simple(g, a, b, &out) || make_rest(g, a, b, &out) || make_rest(g, b, a, &out))
		return out;
	if (a > b) {
		bit t = a;
		a = b;
		b = t;
	}
	if (g->n == g->cap)
		grow(g);
	size_t slot = slot_of(g, a, b);
	if (g->index[slot])
		return 2 * g->index[slot];
	g->nodes[g->n] = (struct aig_node){a, b};
	g->index[slot] = g->n;
	return 2 * g->n++;
}

bit aig_or(struct aig *g, bit a, bit b)
{
	return bit_not(aig_and(g, bit_not(a), bit_not(b)));
}

bit aig_xor(struct aig *g, bit a, bit b)
{
	return aig_and(g, bit_not(aig_and(g, a, b)), bit_not(aig_and(g, bit_not(a), bit_not(b))));
}

bit aig_ite(struct aig *g, bit c, bit a, bit b)
{
	if (a == b)
		return a;
	if (a == bit_not(b))
		return bit_not(aig_xor(g, c, a));
	return bit_not(aig_and(g, bit_not(aig_and(g, c, a)), bit_not(aig_and(g, bit_not(c), b))));
}

bool aig_match_ite(const struct aig *g, uint32_t node, bit *c, bit *a, bit *b)
{
	struct aig_node n = g->nodes[node];
	if (!(n.a & 1) || !(n.b & 1) || !is_and(g, n.a) || !is_and(g, n.b))
		return false;
	struct aig_node x = g->nodes[bit_node(n.a)], y = g->nodes[bit_node(n.b)];
	/* not (c and d) and not (not c and e) = c ? not d : not e */
	for (int swap = 0; swap < 4; swap++) {
		bit c1 = swap & 1 ? x.b : x.a, d = swap & 1 ? x.a : x.b;
		bit c2 = swap & 2 ? y.b : y.a, e = swap & 2 ? y.a : y.b;
		if (c1 != bit_not(c2))
			continue;
		*c = c1;
		*a = bit_not(d);
		*b = bit_not(e);
		return true;
	}
	return false;
}
