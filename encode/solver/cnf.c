/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Nodes become clauses only as far as the assertions reach, each in the
 * directions that count in both ways (G. Tseitin, 1968); choices and exclusive
 * ors are one gate.
 */
#include "cnf.h"

#include <stdlib.h>
#include <string.h>

#include "fault.h"

static void clause(struct cnf *c, int x, int y, int z)
{
	c->add(c->sink, x);
	if (y)
		c->add(c->sink, y);
	if (z)
		c->add(c->sink, z);
	c->add(c->sink, 0);
}

static int literal(const struct cnf *c, bit x)
{
	int v = c->variable[bit_node(x)];
	return x & 1 ? -v : v;
}

/* Its variable; a node that is new is put on the stack. */
static void reach(struct cnf *c, bit x, size_t *n)
{
	uint32_t node = bit_node(x);
	if (c->variable[node])
		return;
	c->variable[node] = ++c->n_variables;
	if (!aig_is_input(&c->blast.g, node))
		c->stack[(*n)++] = node;
}

static void encode_ite(struct cnf *c, int out, int which, int a, int b)
{
	clause(c, -out, -which, a);
	clause(c, out, -which, -a);
	clause(c, -out, which, b);
	clause(c, out, which, -b);
}

static void encode_node(struct cnf *c, uint32_t node, size_t *n)
{
	const struct aig *g = &c->blast.g;
	int out = c->variable[node];
	bit which, a, b;
	if (node == 0) {
		clause(c, -out, 0, 0);
	} else if (aig_match_ite(g, node, &which, &a, &b)) {
		reach(c, which, n);
		reach(c, a, n);
		reach(c, b, n);
		encode_ite(c, out, literal(c, which), literal(c, a), literal(c, b));
	} else {
		a = g->nodes[node].a;
		b = g->nodes[node].b;
		reach(c, a, n);
		reach(c, b, n);
		int x = literal(c, a), y = literal(c, b);
		clause(c, -out, x, 0);
		clause(c, -out, y, 0);
		clause(c, out, -x, -y);
	}
}

static void grow(struct cnf *c)
{
	uint32_t cap = c->blast.g.n + 1;
	if (cap <= c->cap)
		return;
	cap = cap < 2 * c->cap ? 2 * c->cap : cap;
	c->variable = fault_realloc(c->variable, cap, sizeof *c->variable);
	c->stack = fault_realloc(c->stack, cap, sizeof *c->stack);
	memset(c->variable + c->cap, 0, (cap - c->cap) * sizeof *c->variable);
	c->cap = cap;
}

/* Every node goes on the stack at most once. */
int cnf_literal(struct cnf *c, bit x)
{
	size_t n = 0;
	grow(c);
	reach(c, x, &n);
	while (n > 0) {
		uint32_t node = c->stack[--n];
		encode_node(c, node, &n);
	}
	return literal(c, x);
}

void cnf_assert(struct cnf *c, int literal)
{
	clause(c, literal, 0, 0);
}

bool cnf_init(struct cnf *c, const struct query *q, uint32_t nodes)
{
	*c = (struct cnf){.q = q};
	blast_init(&c->blast, q->pool, nodes);
	return blast_extend(&c->blast, q->asserts, q->n_asserts);
}

void cnf_open(struct cnf *c, const struct term_pool *pool, uint32_t nodes, void (*add)(void *sink, int literal),
	      void *sink)
{
	*c = (struct cnf){.add = add, .sink = sink};
	blast_init(&c->blast, pool, nodes);
}

void cnf_encode(struct cnf *c, void (*add)(void *sink, int literal), void *sink)
{
	c->add = add;
	c->sink = sink;
	for (size_t i = 0; i < c->q->n_asserts; i++)
		cnf_assert(c, cnf_literal(c, c->blast.bits[c->q->asserts[i]][0]));
}

void cnf_release(struct cnf *c)
{
	blast_release(&c->blast);
	free(c->variable);
	free(c->stack);
}
