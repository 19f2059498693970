/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * And-inverter graphs with structural hashing (A. Mishchenko, S. Chatterjee, R.
 * Brayton, "DAG-aware AIG rewriting", 2006): equal nodes are one, and the local
 * rules of Boolector's two-level optimization (R. Brummayer, A. Biere, "Local
 * Two-Level And-Inverter Graph Minimization without Blowup", 2006) keep others
 * from being made.
 */
#ifndef AIG_H
#define AIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Twice the number of a node, plus 1 if it is inverted. Node 0 is false. */
typedef uint32_t bit;
#define BIT_FALSE 0u
#define BIT_TRUE 1u

struct aig_node {
	bit a, b; /* of an input both are 0 */
};

struct aig {
	struct aig_node *nodes;
	uint32_t n, cap;
	uint32_t *index; /* open addressing, twice as long as nodes; 0: free */
};

static inline bit bit_not(bit x)
{
	return x ^ 1;
}

static inline uint32_t bit_node(bit x)
{
	return x >> 1;
}

void aig_init(struct aig *g);
void aig_release(struct aig *g);
bit aig_input(struct aig *g);
static inline bool aig_is_input(const struct aig *g, uint32_t node)
{
	return node && !g->nodes[node].a && !g->nodes[node].b;
}
bit aig_and(struct aig *g, bit a, bit b);
bit aig_or(struct aig *g, bit a, bit b);
bit aig_xor(struct aig *g, bit a, bit b);
bit aig_ite(struct aig *g, bit c, bit a, bit b);
/* Is the node a choice, out = c ? a : b (an exclusive or: b is a inverted)? */
bool aig_match_ite(const struct aig *g, uint32_t node, bit *c, bit *a, bit *b);
#endif
