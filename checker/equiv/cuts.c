/* SPDX-License-Identifier: BSD-2-Clause */
/* Where cut points are asked: loops, which a run of the whole programs unrolls, and programs too large for one. */
#include "checker/cut/align.h"
#include "checker/equiv/question.h"
#include "encode/isa/cfg.h"

#define LARGE 400       /* slots */
#define LOOPS_MS 8000   /* before the whole programs are run */
#define LARGE_MS 60000
#define QUERY_MS 3000
#define SEARCH_MS 2000

static bool has_loop(const struct program *p)
{
	struct cfg g;
	char err[200];
	bool found = false;
	if (!cfg_build(p->insns, p->subs[0].start, p->subs[0].end, &g, err, sizeof err))
		return false;
	for (size_t i = 0; i < g.n; i++)
		found |= g.blocks[i].size > 0;
	cfg_release(&g);
	return found;
}

static bool is_large(const struct program *p)
{
	return p->n > LARGE;
}

bool cuts_are_large(const struct question *q)
{
	return is_large(q->prog[0]) || is_large(q->prog[1]);
}

bool cuts_come_first(const struct question *q)
{
	const struct program *a = q->prog[0], *b = q->prog[1];
	return !q->opt->no_cuts && !q->opt->quick && (has_loop(a) || has_loop(b) || is_large(a) || is_large(b));
}

bool cuts_may_help(const struct question *q)
{
	enum reason why = q->out->reason;
	bool effort = why == REASON_LOOP || why == REASON_SIZE || why == REASON_TIMEOUT || why == REASON_SOLVER_GAVE_UP;
	return !q->opt->no_cuts && !q->opt->quick && q->out->verdict == VERDICT_UNKNOWN && effort;
}

bool cuts_prove(struct question *q)
{
	const struct program *a = q->prog[0], *b = q->prog[1];
	struct cut_points points;
	struct cut_answer answer = {.verdict = VERDICT_UNKNOWN, .why = "no points are found"};
	enum stage before = question_enter(q, STAGE_CUT);
	struct cut_options o = {.solver = q->opt->solver, .stop = q->opt->stop, .query_ms = QUERY_MS};
	if (!o.solver || !solver_replays(o.solver))
		o.search_ms = SEARCH_MS;
	if (o.search_ms)
		o.timeout_ms = is_large(a) || is_large(b) ? LARGE_MS : LOOPS_MS;
	if (align_find_points(a, b, &points))
		cut_check(a, b, &q->out->pairing, &points, &o, &answer);
	cut_points_release(&points);
	question_enter(q, before);
	q->out->cut = answer;
	if (answer.verdict != VERDICT_PROVED)
		return false;
	question_set_proved(q);
	q->out->decided_by = "cut points";
	return true;
}
