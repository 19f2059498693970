/* SPDX-License-Identifier: BSD-2-Clause */
/* A query as clauses: the same ones in the same order each time. */
#ifndef CNF_H
#define CNF_H

#include "blast.h"

struct cnf {
	const struct query *q;
	struct blast blast;
	/* Takes the clauses' literals one by one, a 0 behind each clause; arg is `sink`. */
	void (*add)(void *sink, int literal);
	void *sink;
	int32_t *variable; /* by node, 0: none */
	int32_t n_variables;
	uint32_t *stack;
};

/* Bit-blasts. False: more than `nodes` (0: any number). To be released in either case. */
bool cnf_init(struct cnf *c, const struct query *q, uint32_t nodes);
void cnf_encode(struct cnf *c, void (*add)(void *sink, int literal), void *sink);
void cnf_release(struct cnf *c);
#endif
