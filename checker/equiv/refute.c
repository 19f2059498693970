/* SPDX-License-Identifier: BSD-2-Clause */
/* From a solver's model to a counterexample that the concrete machine confirms. */
#include <string.h>

#include "checker/equiv/friendly.h"
#include "checker/equiv/question.h"
#include "checker/witness/witness.h"

#define FRIENDLY_MS 2000

void refute_by_input(struct question *q, struct input *in)
{
	struct equiv_result *out = q->out;
	const struct program *a = q->prog[0], *b = q->prog[1];
	witness_shrink(a, b, &out->pairing, in);
	witness_replay(a, b, &out->pairing, in, out->what, sizeof out->what);
	out->witness = in;
	out->verdict = VERDICT_REFUTED;
	out->reason = REASON_NONE;
	out->opaque = witness_is_opaque(in);
	if (q->opt->kernel)
		out->kernel = witness_ask_kernel(a, b, &out->pairing, in, out->kernel_text, sizeof out->kernel_text);
	if (out->kernel == OPINION_CONTRADICTED)
		question_set_unknown(q, REASON_KERNEL, out->kernel_text);
}

/* Replaces the model by a friendlier one of the same question, if there is one soon. */
static void befriend(struct question *q, term question, struct solver_model *model)
{
	struct solver_model better;
	unsigned old = solver_set_query_ms(q->opt->solver, FRIENDLY_MS);
	for (unsigned level = 0; level < FRIENDLY_LEVELS; level++) {
		term all = term_and(q->pool, question, friendly_condition(q->world, question, level));
		if (ask_solver(q, "friendly", all, &better, NULL) != SOLVER_SAT)
			continue;
		solver_release_model(model);
		*model = better;
		break;
	}
	solver_set_query_ms(q->opt->solver, old);
}

/* A model of *question that takes no input for what a function of the programs does; false: there may be none. */
static bool avoid_guesses(struct question *q, term *question, struct solver_model *model)
{
	struct term_pool *p = q->pool;
	term guessed = term_or(p, q->run[0]->guessed, q->run[1]->guessed);
	if (term_is_false(p, guessed))
		return true;
	solver_release_model(model);
	*question = term_and(p, *question, term_not(p, guessed));
	return ask_solver(q, "not guessed", *question, model, NULL) == SOLVER_SAT;
}

static bool confirm(struct question *q, term question, struct solver_model *model)
{
	char what[256];
	if (!avoid_guesses(q, &question, model)) {
		question_set_unknown(q, REASON_OPAQUE, "what a callback does");
		return false;
	}
	if (!q->opt->quick)
		befriend(q, question, model);
	struct input *in = witness_from_model(q->pool, model);
	solver_release_model(model);
	bool unified = witness_unify(q->prog[0], q->prog[1], &q->out->pairing, in);
	if (witness_replay(q->prog[0], q->prog[1], &q->out->pairing, in, what, sizeof what)) {
		refute_by_input(q, in);
		return true;
	}
	question_set_unknown(q, unified ? REASON_OPAQUE : REASON_REPLAY, what);
	input_free(in);
	return false;
}

bool refute_by_model(struct question *q, term question, struct solver_model *model)
{
	enum stage before = question_enter(q, STAGE_REPLAY);
	bool confirmed = confirm(q, question, model);
	question_enter(q, before);
	return confirmed;
}
