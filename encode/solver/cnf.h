/* SPDX-License-Identifier: BSD-2-Clause */
/* Terms as clauses: of a query, the same ones in the same order each time; or of more and more terms. */
#ifndef CNF_H
#define CNF_H

#include "blast.h"

struct cnf {
	const struct query *q; /* NULL: terms come one by one */
	struct blast blast;
	/* Takes the clauses' literals one by one, a 0 behind each clause; arg is `sink`. */
	void (*add)(void *sink, int literal);
	void *sink;
	int32_t *variable; /* by node, 0: none */
	int32_t n_variables;
	uint32_t *stack;
	uint32_t cap; /* nodes that there is room for in both */
};

/* Bit-blasts. False: more than `nodes` (0: any number). To be released in either case. */
bool cnf_init(struct cnf *c, const struct query *q, uint32_t nodes);
void cnf_encode(struct cnf *c, void (*add)(void *sink, int literal), void *sink);
void cnf_release(struct cnf *c);

/* Of terms that come one by one. */
void cnf_open(struct cnf *c, const struct term_pool *pool, uint32_t nodes, void (*add)(void *sink, int literal),
	      void *sink);
/* The literal of a bit; what it depends on has clauses from then on. */
int cnf_literal(struct cnf *c, bit x);
void cnf_assert(struct cnf *c, int literal);
#endif
