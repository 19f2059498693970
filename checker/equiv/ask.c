/* SPDX-License-Identifier: BSD-2-Clause */
/* Questions about inputs on which the first program does not fault and everything is modelled. */
#include "checker/equiv/address.h"
#include "checker/equiv/loadable.h"
#include "checker/equiv/question.h"
#include "checker/witness/witness.h"

#define LAYOUTS_MAX 32 /* of kernels that refuse the first program, before the question is given up */

static const char *solver_label(const struct question *q)
{
	return q->opt->solver ? solver_name(q->opt->solver) : "no solver";
}

static enum solver_answer ask_once(struct question *q, const char *name, term extra, struct solver_model *model,
                              enum solver_failure *why)
{
	enum stage before = question_enter(q, STAGE_ASK);
	term asserts[5] = {q->no_fault, q->modelled, extra, q->layout};
	asserts[4] = address_condition(q->world, asserts, 3);
	if (!term_is_false(q->pool, extra))
		q->out->decided_by = solver_label(q);
	enum solver_answer answer = solver_check(q->opt->solver, q->pool, name, asserts, 5, model, why);
	question_enter(q, before);
	return answer;
}

/* A model's layout is one that the first program can be loaded under. */
static bool learn_layout(struct question *q, const struct solver_model *model)
{
	if (!q->run[0]->n_needs)
		return false;
	struct input *in = witness_from_model(q->pool, model);
	term learnt = loadable_learn(q->run[0], q->opt->solver, in);
	input_free(in);
	q->no_fault = term_and(q->pool, q->no_fault, learnt);
	return !term_is_true(q->pool, learnt);
}

enum solver_answer ask_solver(struct question *q, const char *name, term extra, struct solver_model *model,
                              enum solver_failure *why)
{
	enum solver_answer a = ask_once(q, name, extra, model, why);
	for (int round = 0; model && a == SOLVER_SAT && learn_layout(q, model); round++) {
		solver_release_model(model);
		if (round == LAYOUTS_MAX) {
			if (why)
				*why = SOLVER_GAVE_UP;
			return SOLVER_UNKNOWN;
		}
		a = ask_once(q, name, extra, model, why);
	}
	return a;
}

enum solver_answer ask_plain(struct question *q, const char *name, term condition, struct solver_model *model,
                             enum solver_failure *why)
{
	enum stage before = question_enter(q, STAGE_ASK);
	term asserts[2] = {condition, address_condition(q->world, &condition, 1)};
	enum solver_answer answer = solver_check(q->opt->solver, q->pool, name, asserts, 2, model, why);
	question_enter(q, before);
	return answer;
}

unsigned ask_shorten(struct question *q, unsigned ms)
{
	unsigned full = solver_set_query_ms(q->opt->solver, ms);
	if (full && full < ms)
		solver_set_query_ms(q->opt->solver, full);
	return full;
}
