/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stochastic search over a passage (Schkufza, Sharma, Aiken: "Stochastic
 * superoptimization", ASPLOS 2013; K2): a walk over candidates whose cost is
 * the bits that are wrong on trials plus what they take. A chain knows moves
 * with undo, a cost that stops early at a bound, and a judge of what passes.
 */
#ifndef SEARCH_H
#define SEARCH_H

#include "synth/search/hunt.h"
#include "synth/search/vocabulary.h"

struct search_numbers {
	double share[SEARCH_MOVES]; /* of the proposals, by move: to each other */
#define SEARCH_MOVE(...)
#define SEARCH_NUMBER(name, ...) double name;
#include "synth/search/search.def"
#undef SEARCH_MOVE
#undef SEARCH_NUMBER
};
extern const struct search_numbers search_defaults;
extern const char *const search_move_names[SEARCH_MOVES];
/* Sets what the text has other values for: NAME=NUMBER,... with the names of search.def. False with one sentence. */
bool search_read_numbers(struct search_numbers *o, const char *text, char *err, size_t len);

/* A candidate: as many places as the slice has instructions; an empty one is an ISA_WIDE_TAIL. An LDDW has one place.
 */
struct search_chain {
	struct insn at[PASSAGE_SLICE];
	unsigned n;
	double cost;
	uint64_t random;
	uint64_t since; /* proposals since it began at the passage */
};

/* What a move has changed. */
struct search_undo {
	unsigned at, n;
	struct insn was[2];
};

/* At the passage itself. */
void search_begin(struct search_chain *c, const struct hunt *h, const struct search_numbers *o);
/* Changes the candidate. False: there was nothing to change, and nothing is. */
bool search_move(struct search_chain *c, const struct hunt *h, const struct vocabulary *v, enum search_move m,
		 struct search_undo *u);
void search_take_back(struct search_chain *c, const struct search_undo *u);
/* What the candidate costs, or something above the bound if it costs more than that. */
double search_cost(const struct search_chain *c, const struct hunt *h, const struct search_numbers *o, double bound,
		   bool *passes);

/* The hunter, with defaults. */
void search_passage(struct hunt *h);
extern const struct hunt_plan search_plan;
#endif
