/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside of checker/equiv only: two encoded programs, what is claimed of them, and the steps to an answer. */
#ifndef QUESTION_H
#define QUESTION_H

#include "checker/equiv/equiv.h"

struct question {
	const struct equiv_options *opt;
	const struct program *prog[2];
	struct term_pool *pool;
	struct world *world;
	struct run *run[2];
	struct claims claims;
	term no_fault; /* the first program does not fault */
	term modelled; /* neither run meets what is not modelled */
	term layout;   /* how addresses stand to each other, as far as claims were changed on the strength of it */
	bool brief;    /* loops go a few rounds, and no solver is asked for long: unknown says nothing then */
	term second;   /* the first term that was made for the second program */
	struct equiv_result *out;
};

/* question.c */
void question_encode(struct question *q);
/* Back to what it was before it was encoded. */
void question_forget(struct question *q);
void question_release(struct question *q);
void question_set_unknown(struct question *q, enum reason why, const char *what);
void question_set_proved(struct question *q);
/* Terms say nothing once their pool gave up: nothing is proved from them. */
bool question_gave_up(struct question *q);
/* Time belongs to this stage from now on; returns the one before. */
enum stage question_enter(struct question *q, enum stage next);
/* Of what failed in a solver. */
enum reason question_reason(enum solver_failure why);

/* identical.c: two programs of the same instructions on the same maps. */
bool identical_programs(const struct question *q);

/* ask.c: is there an input on which the first program does not fault, all is modelled, and `extra` holds? */
enum solver_answer ask_solver(struct question *q, const char *name, term extra, struct solver_model *model,
                              enum solver_failure *why);
/* The same of conditions alone, without the two that every question has. */
enum solver_answer ask_plain(struct question *q, const char *name, term condition, struct solver_model *model,
                             enum solver_failure *why);
/* The limit of the queries that follow, unless a shorter one holds. Returns the one before. */
unsigned ask_shorten(struct question *q, unsigned ms);

/* search.c: refuted by one of some inputs that are simply run? Where loops or size make solvers slow. */
bool search_refutes(struct question *q);

/* refute.c: an input that tells the programs apart becomes the answer's; it is the question's from now on. */
void refute_by_input(struct question *q, struct input *in);
/* A model of `question` was found, which is released: true if the concrete machine confirms it. */
bool refute_by_model(struct question *q, term question, struct solver_model *model);

/* cuts.c: proved by cut points? Asked first where the programs have loops or are large, and later where the whole programs
 * took too much. */
bool cuts_come_first(const struct question *q);
bool cuts_are_large(const struct question *q);
bool cuts_may_help(const struct question *q);
bool cuts_prove(struct question *q);

/* merge.c: replaces the claims by ones that say the same where they count, and need less of a solver. */
void merge_claims(struct question *q);

/* decide.c: proves or refutes the claims. */
void decide_claims(struct question *q);

/* vacuous.c: nothing is proved if the first program always faults. */
void vacuous_check(struct question *q);
#endif
