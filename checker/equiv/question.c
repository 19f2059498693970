/* SPDX-License-Identifier: BSD-2-Clause */
/* From two programs to terms: what both do, and the claims that they differ. */
#include <string.h>

#include "checker/equiv/question.h"

#define BRIEF_ROUNDS 24
#define BRIEF_TERMS 60000

enum reason question_reason(enum solver_failure f)
{
	switch (f) {
	case SOLVER_TIMEOUT: return REASON_TIMEOUT;
	case SOLVER_MEMORY: return REASON_MEMORY;
	case SOLVER_DIED: return REASON_SOLVER_DIED;
	case SOLVER_GARBLED: return REASON_SOLVER_GARBLED;
	case SOLVER_GAVE_UP:
	case SOLVER_NO_FAILURE:
		break;
	}
	return REASON_SOLVER_GAVE_UP;
}

void question_set_unknown(struct question *q, enum reason why, const char *what)
{
	q->out->verdict = VERDICT_UNKNOWN;
	q->out->reason = why;
	snprintf(q->out->what, sizeof q->out->what, "%s", what);
}

void question_set_proved(struct question *q)
{
	q->out->verdict = VERDICT_PROVED;
	q->out->reason = REASON_NONE;
	*q->out->what = 0;
}

enum stage question_enter(struct question *q, enum stage next)
{
	return stages_enter(&q->out->stages, next, q->opt->solver ? solver_get_stats(q->opt->solver).ns : 0);
}

void question_encode(struct question *q)
{
	enum stage before = question_enter(q, STAGE_ENCODE);
	const struct pairing *p = &q->out->pairing;
	q->pool = term_new_pool();
	term_set_mode(q->pool, q->opt->terms);
	q->world = world_new(q->pool, q->prog[0]->type, p->maps, p->n);
	if (q->brief)
		q->world->term_limit = BRIEF_TERMS;
	for (int i = 0; i < 2; i++) {
		q->second = (term)term_count(q->pool) + 1;
		q->run[i] = run_new(q->world, q->prog[i], p->number[i]);
		q->run[i]->solver = q->opt->solver;
		q->run[i]->stop = q->opt->stop;
		if (q->opt->unroll)
			q->run[i]->unroll = q->opt->unroll;
		else if (q->brief)
			q->run[i]->unroll = BRIEF_ROUNDS;
		run_execute(q->run[i]);
	}
	question_enter(q, STAGE_COMPARE);
	compare_tail_calls(q->run[0], q->run[1]);
	term unknown = term_or(q->pool, run_any_unknown(q->run[0]), run_any_unknown(q->run[1]));
	q->no_fault = term_not(q->pool, run_any_fault(q->run[0]));
	q->modelled = term_not(q->pool, unknown);
	q->layout = term_true(q->pool);
	compare_runs(q->run[0], q->run[1], &q->claims);
	q->out->claims = q->claims.n;
	memcpy(q->out->claims_by, q->claims.by, sizeof q->claims.by);
	q->out->terms = term_count(q->pool);
	question_enter(q, before);
}

void question_release(struct question *q)
{
	claims_release(&q->claims);
	run_free(q->run[0]);
	run_free(q->run[1]);
	world_free(q->world);
	if (q->pool)
		term_free_pool(q->pool);
}

void question_forget(struct question *q)
{
	question_release(q);
	q->claims = (struct claims){0};
	q->run[0] = q->run[1] = NULL;
	q->world = NULL;
	q->pool = NULL;
}

bool question_gave_up(struct question *q)
{
	enum reason why = run_end(q->run[0]);
	if (why)
		question_set_unknown(q, why, "");
	return why != REASON_NONE;
}
