/* SPDX-License-Identifier: BSD-2-Clause */
/* bpfprove opt IN.o -o OUT.o: a better program for each of the object's, proved to do the same, in the same file. */
#include "checker/cli/command.h"
#include "clock.h"
#include "checker/equiv/objects.h"
#include "checker/exec/kernel.h"
#include "encode/object/patch.h"
#include "synth/engine/deliver.h"
#include "synth/report/report_html.h"
#include "synth/rules/rule_base.h"
#include "synth/search/search.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct request {
	const struct options *opt;
	struct optimize_options optimize;
	struct cost_table costs;
	struct search_numbers numbers;
	struct object *object;
	struct optimize_item *items;
	size_t n;
};

/* Index of the word, n if it is none of them. */
static unsigned word_index(const char *word, const char *const words[], unsigned n)
{
	unsigned i = 0;
	while (i < n && strcmp(word, words[i]))
		i++;
	return i;
}

static enum status read_goal(struct request *q)
{
	static const char *const cpus[] = {"v1", "v2", "v3", "v4"}, *const uses[] = {"auto", "require", "off"};
	const struct options *opt = q->opt;
	unsigned goal = word_index(opt->goal, opt_goals, 3), cpu = word_index(opt->cpu, cpus, 4);
	if (goal == 3)
		return command_fail(STATUS_USAGE, "--goal=%s: size, latency or verifier was expected", opt->goal);
	if (cpu == 4)
		return command_fail(STATUS_USAGE, "--cpu=%s: v1, v2, v3 or v4 was expected", opt->cpu);
	unsigned use = opt->kernel && *opt->kernel ? word_index(opt->kernel, uses, 3) : KERNEL_AUTO;
	q->optimize.engine.goal = (enum goal)goal;
	q->optimize.engine.cpu = cpu + 1;
	q->optimize.engine.kernel = opt->no_kernel ? KERNEL_OFF : (enum kernel_use)use;
	return STATUS_PROVED;
}

static enum status check_kernel(const struct request *q)
{
	char why[200];
	if (q->optimize.engine.kernel != KERNEL_REQUIRE || kernel_available(why, sizeof why))
		return STATUS_PROVED;
	return command_fail(STATUS_UNKNOWN, "--kernel=require: %s", why);
}

static enum status read_costs(struct request *q)
{
	char err[300];
	cost_table_init(&q->costs);
	if (!q->opt->costs || cost_table_read(&q->costs, q->opt->costs, err, sizeof err))
		return STATUS_PROVED;
	return command_fail(STATUS_MALFORMED, "%s", err);
}

static enum status read_numbers(struct request *q)
{
	char err[200];
	q->numbers = search_defaults;
	if (!q->opt->search || search_read_numbers(&q->numbers, q->opt->search, err, sizeof err))
		return STATUS_PROVED;
	return command_fail(STATUS_USAGE, "--search: %s", err);
}

static enum status check_solver(const struct request *q)
{
	char err[300];
	struct solver *s = objects_open_solver(q->opt->solver, 0, 0, 0, err, sizeof err);
	if (!s)
		return command_fail(STATUS_USAGE, "%s", err);
	solver_close(s);
	return STATUS_PROVED;
}

static enum status read_rules(struct request *q)
{
	char err[400];
	for (size_t i = 0; i < q->opt->rules.n; i++)
		if (!rule_base_add(q->opt->rules.at[i], q->opt->solver, err, sizeof err))
			return command_fail(STATUS_MALFORMED, "%s", err);
	return STATUS_PROVED;
}

static enum status read_request(struct request *q)
{
	const struct options *opt = q->opt;
	if (opt->jobs == 0)
		return command_fail(STATUS_USAGE, "--jobs=0: at least one was expected");
	enum status (*const parts[])(struct request *) = {read_goal, read_costs, read_numbers};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		enum status s = parts[i](q);
		if (s != STATUS_PROVED)
			return s;
	}
	enum status s = check_solver(q);
	if (s == STATUS_PROVED)
		s = check_kernel(q);
	if (s == STATUS_PROVED)
		s = read_rules(q);
	struct engine_options *e = &q->optimize.engine;
	e->seed = opt->seed;
	e->max_proposals = opt->proposals;
	e->solver = opt->solver;
	e->no_cache = opt->no_cache;
	e->costs = &q->costs;
	e->numbers = &q->numbers;
	e->table = proposers;
	e->n = n_proposers;
	e->log = opt->verbose ? stderr : NULL;
	e->stop = command_catch_interrupt();
	q->optimize.accept = (struct accept_options){.timeout = opt->timeout,
						     .query_timeout = opt->query_timeout,
						     .memory = opt->memory,
						     .parallel = options_or(opt->jobs, 1) > 1};
	q->optimize.jobs = options_or(opt->jobs, 1);
	q->optimize.budget = opt->budget;
	return s;
}

/* CO-RE relocations stay what they are, so that the result holds for every kernel; what they would become in this one
 * is what safety is proved of. */
static enum status read_object(struct request *q)
{
	struct options plain = *q->opt;
	plain.btf = "none";
	enum status s = command_read(&plain, "opt", &q->object);
	if (s != STATUS_PROVED)
		return s;
	char err[400];
	if (object_answer(q->object, q->opt->btf, err, sizeof err) != OBJECT_OK)
		return command_fail(q->opt->btf ? STATUS_UNREADABLE : STATUS_MALFORMED, "%s", err);
	const struct object *o = q->object;
	q->items = command_alloc((o->n_programs + 1) * sizeof *q->items);
	for (size_t i = 0; i < o->n_programs; i++) {
		const struct program *p = o->programs[i];
		if (!q->opt->program || !strcmp(q->opt->program, p->name) || !strcmp(q->opt->program, p->section))
			q->items[q->n++].program = p;
	}
	if (!q->n && q->opt->program)
		return command_fail(STATUS_USAGE, "%s: no program of the name %s", o->path, q->opt->program);
	return q->n ? s : command_fail(STATUS_MALFORMED, "%s: expected a program, found none", o->path);
}

/* Told before the search rather than after it. */
static enum status check_writable(const struct request *q)
{
	char err[400];
	uint8_t *bytes;
	size_t len;
	if (!q->opt->output)
		return STATUS_PROVED;
	if (!object_patch_bytes(q->object, NULL, 0, &bytes, &len, err, sizeof err))
		return command_fail(STATUS_USAGE, "%s", err);
	free(bytes);
	return STATUS_PROVED;
}

static void show(const struct optimize_progress *p)
{
	if (!isatty(STDERR_FILENO))
		return;
	fprintf(stderr, "\r\033[K");
	if (p->done < p->n)
		fprintf(stderr,
			"  %zu of %zu: %s %" PRIu64 " -> %" PRIu64 ", %.0f proposals/s, tested %" PRIu64
			", proved %" PRIu64 ", refuted %" PRIu64 ", adopted %" PRIu64,
			p->done, p->n, p->name, p->before, p->best,
			p->seconds > 0 ? (double)p->proposals / p->seconds : 0, p->tested, p->proved, p->refuted,
			p->adopted);
	fflush(stderr);
}

static void print_report(const struct request *q, const struct opt_view *v)
{
	if (!q->opt->json) {
		opt_report_print(v, stdout);
		return;
	}
	json_t *all = opt_report_json(v);
	json_dumpf(all, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(all);
}

static enum status report(const struct request *q, double seconds)
{
	char err[600];
	const struct opt_view v = {
	    q->object->path, q->opt->output ? q->opt->output : "", q->items, q->n, q->optimize.engine.goal, seconds};
	print_report(q, &v);
	if (q->opt->report && !report_html_write(&v, q->opt->report, err, sizeof err))
		return command_fail(STATUS_UNREADABLE, "%s", err);
	return STATUS_PROVED;
}

/* Unknown only if nothing could be judged at all. */
static enum status status_of(const struct request *q)
{
	for (size_t i = 0; i < q->n; i++)
		if (q->items[i].done && q->items[i].outcome.engine.tried)
			return STATUS_PROVED;
	return STATUS_UNKNOWN;
}

/* Without -o nothing is written. */
static enum status deliver(struct request *q)
{
	char err[600];
	struct deliver_options d = {.btf = q->opt->btf,
				    .kernel = q->optimize.engine.kernel != KERNEL_OFF,
				    .type = q->opt->type ? progtype_find(q->opt->type) : PROGTYPE_UNSPEC};
	enum deliver_status s = q->opt->output
				    ? deliver_object(q->object, q->items, q->n, &d, q->opt->output, err, sizeof err)
				    : DELIVER_DONE;
	if (s == DELIVER_WRONG)
		return command_fail(STATUS_FAULT, "%s; this is a bug, and nothing was written", err);
	return s == DELIVER_DONE ? STATUS_PROVED : command_fail(STATUS_UNREADABLE, "%s", err);
}

static enum status optimize(struct request *q)
{
	uint64_t start = clock_now_ns();
	optimize_programs(q->items, q->n, &q->optimize, show);
	enum status s = deliver(q);
	if (s == STATUS_PROVED)
		s = report(q, 1e-9 * (double)(clock_now_ns() - start));
	return s == STATUS_PROVED ? status_of(q) : s;
}

enum status command_opt(const struct options *opt)
{
	struct request q = {.opt = opt};
	enum status s = read_request(&q);
	if (s == STATUS_PROVED)
		s = read_object(&q);
	if (s == STATUS_PROVED)
		s = check_writable(&q);
	if (s == STATUS_PROVED)
		s = optimize(&q);
	for (size_t i = 0; i < q.n; i++)
		outcome_release(&q.items[i].outcome);
	free(q.items);
	object_free(q.object);
	return s;
}
