/* SPDX-License-Identifier: BSD-2-Clause */
#include "synth/report/opt_report.h"
#include "synth/search/search.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

const char *const opt_goals[] = {
    [GOAL_SIZE] = "size", [GOAL_LATENCY] = "latency", [GOAL_VERIFIER] = "verifier", [GOAL_VERIFIER + 1] = NULL};

uint64_t opt_report_before(const struct optimize_item *item)
{
	return item->program->n;
}

static const struct engine_step *final_of(const struct optimize_item *item)
{
	return item->done && item->outcome.final ? &item->outcome.engine.steps[item->outcome.final] : NULL;
}

uint64_t opt_report_after(const struct optimize_item *item)
{
	const struct engine_step *s = final_of(item);
	return s ? s->v.p->n : item->program->n;
}

static double cut_of(uint64_t before, uint64_t after)
{
	return before ? 100 * ((double)before - (double)after) / (double)before : 0;
}

__attribute__((format(printf, 3, 4))) static void append(char *buf, size_t len, const char *fmt, ...)
{
	size_t at = strlen(buf);
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(buf + at, len - at, fmt, ap);
	va_end(ap);
}

/* How many of the steps that count each proposer made, in the order of their first. */
static void list_proposers(const struct outcome *o, char *buf, size_t len)
{
	const struct engine_step *steps = o->engine.steps;
	for (size_t i = 1; i <= o->final; i++) {
		size_t before = 0, times = 0;
		for (size_t k = 1; k <= o->final; k++)
			if (!strcmp(steps[k].by, steps[i].by))
				*(k < i ? &before : &times) += 1;
		if (!before)
			append(buf, len, "%s%s %zu", *buf ? ", " : "", steps[i].by, times);
	}
}

void opt_report_text(const struct optimize_item *item, char *buf, size_t len)
{
	const struct outcome *o = &item->outcome;
	*buf = 0;
	if (!item->done)
		append(buf, len, "left as it is: %s", item->why);
	else if (!o->engine.tried)
		append(buf, len, "left as it is: %s", o->engine.why);
	else if (!o->final)
		append(buf, len, "%s%s", *o->taken_back ? "left as it is: " : "nothing found", o->taken_back);
	else
		list_proposers(o, buf, len);
}

static void print_item(const struct optimize_item *item, int wide, FILE *out)
{
	char text[1024];
	const struct engine_step *s = final_of(item);
	uint64_t before = opt_report_before(item), after = opt_report_after(item);
	opt_report_text(item, text, sizeof text);
	fprintf(out, "%-*s  %6" PRIu64 "  %6" PRIu64 "  %5.1f %%  %7.1f  %s\n", wide, item->program->name, before,
		after, cut_of(before, after), s ? s->seconds : 0, text);
	if (item->done && item->outcome.final && *item->outcome.taken_back)
		fprintf(out, "%-*s  taken back: %s\n", wide, "", item->outcome.taken_back);
}

void opt_report_print(const struct opt_view *v, FILE *out)
{
	uint64_t before = 0, after = 0;
	int wide = 7;
	for (size_t i = 0; i < v->n; i++) {
		int len = (int)strlen(v->items[i].program->name);
		wide = len > wide ? len : wide;
	}
	fprintf(out, "%-*s  %6s  %6s  %7s  %7s  %s\n", wide, "program", "before", "after", "cut", "seconds", "by");
	for (size_t i = 0; i < v->n; i++) {
		before += opt_report_before(&v->items[i]);
		after += opt_report_after(&v->items[i]);
		print_item(&v->items[i], wide, out);
	}
	if (v->n > 1)
		fprintf(out, "%-*s  %6" PRIu64 "  %6" PRIu64 "  %5.1f %%\n", wide, "all", before, after,
			cut_of(before, after));
}

/* JSON. */

static json_t *number(uint64_t n)
{
	return json_integer((json_int_t)n);
}

static void set_numbers(json_t *o, size_t n, const char *const names[], const uint64_t values[])
{
	for (size_t i = 0; i < n; i++)
		json_object_set_new(o, names[i], number(values[i]));
}

/* By kind of move of the Markov chains. */
static json_t *moves_json(const struct search_stats *s)
{
	json_t *all = json_object();
	for (unsigned m = 0; m < SEARCH_MOVES; m++)
		json_object_set_new(all, search_move_names[m],
				    json_pack("{sI sI sI}", "proposed", (json_int_t)s->moves[m].proposed, "accepted",
					      (json_int_t)s->moves[m].accepted, "best", (json_int_t)s->moves[m].best));
	return all;
}

static json_t *counts_json(const struct engine_result *r)
{
	const struct engine_counts *c = &r->counts;
	const struct judge_stats *j = &c->judge;
	static const char *const names[] = {
	    "proposals",       "offered",
	    "broken",          "known",
	    "costlier",        "judged",
	    "proved",          "refuted",
	    "unknown",         "by_rule",
	    "unsafe",          "refused",
	    "adopted",         "kernel_loads",
	    "search_tested",   "search_proved",
	    "search_refuted",  "search_unknown",
	    "windows",         "windows_proved",
	    "windows_refuted", "windows_rewritten",
	    "whole",           "whole_proved",
	    "whole_refuted",
	};
	const uint64_t values[] = {
	    c->offered + c->search.proposals,
	    c->offered,
	    c->broken,
	    c->known,
	    c->costlier,
	    c->judged,
	    c->proved,
	    c->refuted,
	    c->unknown,
	    c->by_rule,
	    c->unsafe,
	    c->refused,
	    c->adopted,
	    c->kernel_loads,
	    c->search.tested,
	    c->search.proved,
	    c->search.refuted,
	    c->search.unknown,
	    j->windows,
	    j->windows_proved,
	    j->windows_refuted,
	    j->by_rewriting,
	    j->programs,
	    j->programs_proved,
	    j->programs_refuted,
	};
	json_t *o = json_object();
	set_numbers(o, sizeof names / sizeof *names, names, values);
	double busy = c->search.seconds;
	json_object_set_new(o, "search_seconds", json_real(busy));
	json_object_set_new(o, "moves", moves_json(&c->search));
	json_object_set_new(o, "proposals_per_second", json_real(busy > 0 ? (double)c->search.proposals / busy : 0));
	json_object_set_new(o, "solver_calls", number(j->windows - j->by_rewriting + j->programs));
	return o;
}

static json_t *cost_json(const struct cost *c)
{
	return json_pack("{sI sI sI}", "slots", (json_int_t)c->slots, "picoseconds", (json_int_t)c->ps, "verifier",
			 (json_int_t)c->steps);
}

static json_t *steps_json(const struct outcome *o)
{
	json_t *all = json_array();
	for (size_t i = 1; i <= o->final; i++) {
		const struct engine_step *s = &o->engine.steps[i];
		json_t *j = json_pack("{ss ss ss sf sf}", "by", s->by, "what", s->what, "how", s->how, "proof_ms",
				      s->proof_ms, "seconds", s->seconds);
		json_object_set_new(j, "proposals", number(s->proposals));
		json_object_set_new(j, "cost", cost_json(&s->cost));
		json_array_append_new(all, j);
	}
	return all;
}

static json_t *proposers_json(const struct engine_result *r)
{
	json_t *all = json_object();
	for (size_t i = 0; i < r->n_by; i++)
		if (r->by[i].offered || r->by[i].seconds > 0)
			json_object_set_new(all, r->by[i].name,
					    json_pack("{sI sI sf}", "offered", (json_int_t)r->by[i].offered, "adopted",
						      (json_int_t)r->by[i].adopted, "seconds", r->by[i].seconds));
	return all;
}

static json_t *accept_json(const struct accept_answer *a)
{
	return json_pack("{sf sf sf sb sb}", "sat_ms", a->ms[0], "z3_ms", a->ms[1], "safety_ms", a->safety_ms,
			 "sat_by_steps", a->by_steps[0], "z3_by_steps", a->by_steps[1]);
}

static const char *kernel_of(const struct optimize_item *item)
{
	const struct outcome *o = &item->outcome;
	if (!item->done || !o->engine.loads)
		return "not asked";
	return o->final && !o->accept.loads ? "refused" : "loads";
}

static json_t *item_json(const struct optimize_item *item)
{
	char text[1024];
	const struct outcome *o = &item->outcome;
	uint64_t before = opt_report_before(item), after = opt_report_after(item);
	bool tried = item->done && o->engine.tried;
	opt_report_text(item, text, sizeof text);
	json_t *j = json_pack("{ss ss sb sI sI sf ss ss}", "name", item->program->name, "section",
			      item->program->section, "judged", tried, "before", (json_int_t)before, "after",
			      (json_int_t)after, "cut", cut_of(before, after), "text", text, "kernel", kernel_of(item));
	if (!tried)
		return j;
	const struct engine_step *last = &o->engine.steps[o->final];
	json_object_set_new(j, "seconds", json_real(o->engine.seconds));
	json_object_set_new(j, "time_to_best", json_real(last->seconds));
	json_object_set_new(j, "complete", json_boolean(o->engine.complete));
	json_object_set_new(j, "privileged", json_boolean(o->engine.privileged));
	json_object_set_new(j, "taken_back", json_string(o->taken_back));
	json_object_set_new(j, "cost_before", cost_json(&o->engine.steps[0].cost));
	json_object_set_new(j, "cost_after", cost_json(&last->cost));
	json_object_set_new(j, "steps", steps_json(o));
	json_object_set_new(j, "accepted", accept_json(&o->accept));
	json_object_set_new(j, "counts", counts_json(&o->engine));
	json_object_set_new(j, "proposers", proposers_json(&o->engine));
	return j;
}

json_t *opt_report_json(const struct opt_view *v)
{
	json_t *programs = json_array();
	uint64_t before = 0, after = 0;
	for (size_t i = 0; i < v->n; i++) {
		before += opt_report_before(&v->items[i]);
		after += opt_report_after(&v->items[i]);
		json_array_append_new(programs, item_json(&v->items[i]));
	}
	return json_pack("{ss ss ss sf sI sI sf so}", "in", v->in, "out", v->out, "goal", opt_goals[v->goal], "seconds",
			 v->seconds, "before", (json_int_t)before, "after", (json_int_t)after, "cut",
			 cut_of(before, after), "programs", programs);
}
