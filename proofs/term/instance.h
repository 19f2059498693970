/* SPDX-License-Identifier: BSD-2-Clause */
/* Nodes as laws describe them, made without rewriting, and what the code of a rule makes of them. */
#ifndef PROOF_INSTANCE_H
#define PROOF_INSTANCE_H

#include "encode/term/pool.h"
#include "proofs/term/law.h"

uint64_t random_word(void);
unsigned random_below(unsigned n);

/* What the random facts and constants of one instance have to do with each other. */
struct theme {
	unsigned width;
	bool plain;                /* no facts */
	uint64_t low, mask, bound; /* bits below a place, any bits, any value */
	uint64_t edges[64];        /* ends of the ranges of terms made so far, and beside them */
	unsigned n_edges;
};
struct theme theme_choose(unsigned width);
/* A new input with random facts, or none. */
term theme_leaf(struct term_pool *p, struct theme *t, unsigned width);
uint64_t theme_value(const struct theme *t, unsigned width);

/* An instance of the law's left side, with or without facts of its terms; *top is the node, not in the pool yet. False:
 * it is decided by its facts or constants already, so that no rule sees it. */
bool instance_make(struct term_pool *p, const struct law *l, const int numbers[LAW_NUMBERS], bool plain,
		   struct node *top);

/* Prints the question whether a and b can differ: L<id>, R<id>, q<id>, and the facts of their inputs as assertions. */
void instance_print(struct term_pool *p, term a, term b, const char *about, unsigned id, FILE *out);
/* The same: can t be what the fact does not hold of? */
void instance_print_fact(struct term_pool *p, term t, struct fact f, const char *about, unsigned id, FILE *out);
#endif
