/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The question: is there an input on which the first program does not fault,
 * everything is modelled, and some claim of difference holds? No: proved (if
 * nothing is left unmodelled). Yes: a witness, believed only after replay.
 */
#include "checker/equiv/equiv.h"
#include "clock.h"
#include "checker/equiv/question.h"
#include "checker/equiv/stamp.h"
#include "checker/safety/liveness.h"

#define BRIEF_CONFLICTS 500 /* of a query about programs that may better be compared by cut points */

/* Both programs as a whole: run, compared, decided. */
static void decide_whole(struct question *q)
{
	question_encode(q);
	if (question_gave_up(q))
		return;
	if (!stamp_agrees(q->run[0], q->run[1], q->opt->solver)) {
		question_set_unknown(q, REASON_CONTEXT, "tstamp beside tstamp_type");
		return;
	}
	q->out->decided_by = "rewriting";
	bool trivial = q->claims.n == 0 && term_is_true(q->pool, q->modelled) && term_is_true(q->pool, q->no_fault);
	if (trivial) {
		question_set_proved(q);
		return;
	}
	question_set_unknown(q, REASON_SOLVER_GAVE_UP, ""); /* until something says otherwise */
	decide_claims(q);
	vacuous_check(q);
	if (q->out->verdict == VERDICT_PROVED)
		question_gave_up(q);
}

/* What takes no encoding. */
static bool settle(struct question *q)
{
	const struct program *a = q->prog[0], *b = q->prog[1];
	const char *what = "";
	enum reason why = REASON_NONE;
	if (a->error || b->error) {
		question_set_unknown(q, REASON_REFUSED, a->error ? a->error : b->error);
		return true;
	}
	if (a->type != b->type) {
		question_set_unknown(q, REASON_PROGTYPES, "");
		return true;
	}
	if (!pairing_build(a, b, &q->out->pairing, &why, &what)) {
		question_set_unknown(q, why, what);
		return true;
	}
	if (q->opt->encode || !identical_programs(q))
		return false;
	question_set_proved(q);
	q->out->identical = true;
	q->out->decided_by = "identical";
	return true;
}

/* Loops that end after a few rounds are decided sooner by a run of the whole programs than by cut points. */
static bool decide_brief(struct question *q)
{
	if (!solver_is_incremental(q->opt->solver))
		return false;
	unsigned small = solver_set_small(q->opt->solver, BRIEF_CONFLICTS);
	q->brief = true;
	decide_whole(q);
	q->brief = false;
	q->out->swept &= q->out->verdict != VERDICT_UNKNOWN;
	solver_set_small(q->opt->solver, small);
	if (q->out->verdict != VERDICT_UNKNOWN)
		return true;
	question_forget(q);
	return false;
}

static void answer(struct question *q)
{
	const struct program *a = q->prog[0], *b = q->prog[1];
	if (settle(q))
		return;
	if (a->type == PROGTYPE_UNSPEC || liveness_has_unknown_arguments(a) || liveness_has_unknown_arguments(b)) {
		question_set_unknown(q, REASON_PROGTYPE, a->section);
		return;
	}
	if (cuts_come_first(q)) {
		if (!search_refutes(q) && (cuts_are_large(q) || !decide_brief(q)) && !cuts_prove(q))
			decide_whole(q);
		return;
	}
	decide_whole(q);
	if (cuts_may_help(q) && !search_refutes(q))
		cuts_prove(q);
}

static void count_queries(struct question *q, const struct solver_stats *before)
{
	struct solver_stats now = q->opt->solver ? solver_get_stats(q->opt->solver) : *before;
	q->out->queries = (struct solver_stats){.queries = now.queries - before->queries,
						.trivial = now.trivial - before->trivial,
						.sat = now.sat - before->sat,
						.unsat = now.unsat - before->unsat,
						.unknown = now.unknown - before->unknown,
						.ns = now.ns - before->ns};
	if (q->pool)
		q->out->term_stats = term_get_stats(q->pool);
}

void equiv_programs(const struct program *a, const struct program *b, const struct equiv_options *opt,
                    struct equiv_result *out)
{
	double start = clock_now_ms();
	struct solver_stats before = opt->solver ? solver_get_stats(opt->solver) : (struct solver_stats){0};
	*out = (struct equiv_result){.verdict = VERDICT_UNKNOWN, .decided_by = "nothing"};
	struct question q = {.opt = opt, .prog = {a, b}, .out = out};
	out->stages.solver_ns = before.ns;
	question_enter(&q, STAGE_OTHER);
	answer(&q);
	count_queries(&q, &before);
	question_release(&q);
	question_enter(&q, STAGE_OTHER);
	out->ms = clock_now_ms() - start;
}

bool equiv_settle(const struct program *a, const struct program *b, const struct equiv_options *opt,
                  struct equiv_result *out)
{
	double start = clock_now_ms();
	*out = (struct equiv_result){.verdict = VERDICT_UNKNOWN, .decided_by = "nothing"};
	struct question q = {.opt = opt, .prog = {a, b}, .out = out};
	bool settled = settle(&q);
	out->ms = clock_now_ms() - start;
	if (!settled)
		equiv_release(out);
	return settled;
}

void equiv_release(struct equiv_result *r)
{
	input_free(r->witness);
	pairing_release(&r->pairing);
	*r = (struct equiv_result){0};
}
