/* SPDX-License-Identifier: BSD-2-Clause */
#include "synth/engine/offer.h"
#include "clock.h"

#include "checker/safety/kernel_rule.h"
#include "synth/draft/alloc.h"
#include "synth/engine/editable.h"

#include <stdarg.h>
#include <string.h>

#define WINDOW_MS 1500 /* for a window's query, as the time allows */
#define WHOLE_MS 3000  /* for a whole program's */
#define PATIENT 10     /* times that, where proposals are counted and the clock must not decide */
#define WHOLE_PART 4   /* of the time may go to comparing whole programs */
#define WHOLE_MAX 24   /* such questions, where proposals are counted */

uint64_t offer_count(const struct engine *e)
{
	return e->r->counts.offered + e->r->counts.search.proposals;
}

bool offer_is_over(const struct engine *e)
{
	const struct engine_options *o = e->o;
	return e->gone || (o->stop && *o->stop) || (o->max_proposals && offer_count(e) >= o->max_proposals) ||
	       (o->deadline_ns && clock_now_ns() >= o->deadline_ns);
}

double offer_seconds(const struct engine *e)
{
	return 1e-9 * (double)(clock_now_ns() - e->start_ns);
}

const struct engine_step *offer_last_step(const struct engine *e)
{
	return &e->r->steps[e->r->n_steps - 1];
}

void offer_show(const struct engine *e)
{
	if (e->o->progress)
		e->o->progress(e->o->progress_arg, &e->r->counts, &offer_last_step(e)->cost);
}

__attribute__((format(printf, 3, 4))) static void say(const struct engine *e, const char *what, const char *fmt, ...)
{
	va_list ap;
	if (!e->o->log)
		return;
	fprintf(e->o->log, "%s: %s (%s): ", e->scene.p->name, e->by->name, what);
	va_start(ap, fmt);
	vfprintf(e->o->log, fmt, ap);
	va_end(ap);
	fputc('\n', e->o->log);
}

struct judge_options offer_judge_options(const struct engine *e)
{
	unsigned patience = e->o->max_proposals ? PATIENT : 1;
	return (struct judge_options){.solver = e->o->solver,
				      .window_ms = patience * WINDOW_MS,
				      .whole_ms = patience * WHOLE_MS,
				      .privileged = e->r->privileged,
				      .stop = e->o->stop};
}

static bool is_taken_by_kernel(struct engine *e, const struct program *p, const char *what)
{
	struct kernel_view view = {0};
	if (!e->r->loads || e->o->kernel == KERNEL_OFF)
		return true;
	e->r->counts.kernel_loads++;
	kernel_rule_ask(p, &view);
	if (view.asked && view.status == KERNEL_RAN)
		return true;
	e->r->counts.refused++;
	say(e, what, "the kernel refuses it: %s", view.text);
	return false;
}

/* Whole programs take long, so windows alone decide until they have nothing more to give. */
static enum judge_whole level_of(const struct engine *e, uint64_t change)
{
	struct judge_stats now = judge_get_stats(e->judge), *before = &e->r->counts.judge;
	double ms = before->program_ms + now.program_ms;
	bool time = e->o->deadline_ns ? ms < 1e-6 * (double)(e->o->deadline_ns - e->start_ns) / WHOLE_PART
				      : before->programs + now.programs < WHOLE_MAX;
	return time && !seen_has(&e->hopeless, change + e->level) ? e->level : JUDGE_NOT_WHOLE;
}

static bool ask_judge(struct engine *e, const struct program *p, uint64_t change, struct engine_step *step)
{
	struct engine_counts *c = &e->r->counts;
	struct judge_answer a;
	enum judge_whole level = level_of(e, change);
	judge_set_whole(e->judge, level);
	c->judged++;
	judge_ask(e->judge, p, &a);
	step->how = a.how;
	step->proof_ms = a.ms;
	c->proved += a.verdict == VERDICT_PROVED;
	c->refuted += a.verdict == VERDICT_REFUTED;
	c->unknown += a.verdict == VERDICT_UNKNOWN;
	if (a.verdict == VERDICT_PROVED)
		return true;
	if (level != JUDGE_NOT_WHOLE)
		seen_add(&e->hopeless, change + level);
	say(e, step->what, "%s by %s: %s", a.verdict == VERDICT_REFUTED ? "refuted" : "unknown", a.how, a.why);
	return false;
}

static bool is_safe(struct engine *e, const struct program *p, const char *what)
{
	char why[200];
	struct judge_options o = offer_judge_options(e);
	e->next = judge_new(p, &o, why, sizeof why);
	e->r->counts.unsafe += !e->next;
	if (!e->next)
		say(e, what, "not proved safe: %s", why);
	return e->next;
}

static bool is_cheaper(struct engine *e, const struct program *p, const char *what, struct cost *cost)
{
	const struct cost *old = &offer_last_step(e)->cost;
	if (cost_of(p, &e->cost, cost) && cost_compare(e->o->goal, cost, old) < 0)
		return true;
	e->r->counts.costlier++;
	say(e, what, "not better: %zu slots, %zu before", p->n, e->scene.p->n);
	return false;
}

/* Not worth a question: it was decided before. */
static bool is_news(struct engine *e, const struct version *v, uint64_t change)
{
	uint64_t hash = seen_hash_program(v->p);
	bool failed =
	    seen_has(&e->failed, change) || (e->level != JUDGE_NOT_WHOLE && seen_has(&e->hopeless, change + e->level));
	if (seen_has(&e->r->banned, hash) || seen_has(&e->r->banned, change) || failed || !seen_add(&e->seen, hash)) {
		e->r->counts.known++;
		return false;
	}
	return true;
}

void offer_push_step(struct engine_result *r, const struct engine_step *step)
{
	r->steps = checked(realloc(r->steps, (r->n_steps + 1) * sizeof *r->steps));
	r->steps[r->n_steps++] = *step;
}

static bool adopt(struct engine *e, struct version v, const char *what, bool by_rule)
{
	struct engine_step step = {.v = v, .by = e->by->name, .how = "rule"};
	uint64_t change = seen_hash_change(e->scene.p, e->scene.origin, v.p);
	snprintf(step.what, sizeof step.what, "%s", what);
	if (!is_news(e, &v, change) || !is_cheaper(e, v.p, what, &step.cost))
		return false;
	e->r->counts.by_rule += by_rule;
	if ((!by_rule && !ask_judge(e, v.p, change, &step)) || !is_taken_by_kernel(e, v.p, what) ||
	    !is_safe(e, v.p, what)) {
		seen_add(&e->failed, change);
		return false;
	}
	step.proposals = offer_count(e);
	step.seconds = offer_seconds(e);
	say(e, what, "adopted: %zu slots, %zu before", v.p->n, e->scene.p->n);
	offer_push_step(e->r, &step);
	e->r->counts.adopted++;
	e->by->adopted++;
	e->adopted = true;
	return true;
}

static bool take(const struct scene *s, struct draft *d, const char *what, bool by_rule)
{
	struct engine *e = s->engine;
	struct version v = {0};
	bool late = e->adopted || offer_is_over(e);
	if (!late) {
		e->r->counts.offered++;
		e->by->offered++;
		draft_sweep(d);
	}
	bool good = !late && draft_build(d, &v);
	if (good && (!editable_spares(e->may_edit, s->p, v.p) || !scene_allows_program(s, v.p))) {
		version_release(&v);
		good = false;
	}
	draft_free(d);
	e->r->counts.broken += !late && !good;
	if (good && !adopt(e, v, what, by_rule))
		version_release(&v);
	offer_show(e);
	return !late && !e->adopted;
}

bool offer_draft(const struct scene *s, struct draft *d, const char *what)
{
	return take(s, d, what, false);
}

bool offer_proved_draft(const struct scene *s, struct draft *d, const char *rule)
{
	return take(s, d, rule, true);
}
