/* SPDX-License-Identifier: BSD-2-Clause */
/* The programs of one object, or of a folder's: what the cache doesn't know is decided by processes of their own. */
#include "checker/safety/safety_report.h"
#include "checker/whole/key.h"
#include "checker/whole/results.h"
#include "checker/whole/units.h"
#include "checker/whole/verdicts.h"
#include "checker/whole/whole.h"
#include "checker/whole/whole_report.h"
#include "checker/witness/witness.h"
#include "clock.h"
#include "encode/solver/fault.h"

#include <stdlib.h>

/* The programs of one file. */
struct unit {
	struct programs programs;
	size_t *open; /* indices of those that are left for processes */
	size_t n_open;
	char why[512]; /* there are none */
};

struct checking {
	struct whole_files *files;
	const struct whole_options *o;
	const struct whole_safe_options *so;
	uint64_t end_ns;
	struct whole_report report;
	struct unit *units;
	struct object_types *types;
	const char *name;
	bool saved;
};

static bool is_interrupted(const struct checking *c)
{
	return c->o->stop && *c->o->stop;
}

static bool recall(const struct checking *c, const struct whole_file *f, struct programs_item *item)
{
	struct digest key;
	struct bytes kept = {0};
	double start = clock_now_ms();
	bool known = c->o->cache && key_of_safe(item->program, &f->digest[0], &c->so->programs.safety, &key) &&
		     verdicts_find(c->o->cache, &key, &kept);
	if (known)
		known = results_recall_safe(&(struct bytes_reader){kept.at, kept.n, false}, item->program,
					    c->so->privileged, &item->result);
	bytes_release(&kept);
	if (!known)
		return false;
	item->cached = true;
	item->ms = clock_now_ms() - start;
	programs_ask_kernel(item, &c->so->programs);
	return true;
}

static void keep(const struct checking *c, const struct whole_file *f, const struct programs_item *item)
{
	struct digest key;
	struct bytes b = {0};
	if (c->o->cache && key_of_safe(item->program, &f->digest[0], &c->so->programs.safety, &key) &&
	    results_keep_safe(&b, &item->result))
		verdicts_put(c->o->cache, &key, &b);
	bytes_release(&b);
}

static size_t open_unit(void *arg, size_t i)
{
	struct checking *c = arg;
	struct whole_file *f = &c->files->at[i];
	struct unit *u = &c->units[i];
	if (is_interrupted(c) || !files_open(f, c->types, c->o->type))
		return 0;
	programs_select(f->object[0], c->o->program, &u->programs, u->why, sizeof u->why);
	u->open = fault_calloc(u->programs.n, sizeof *u->open);
	if (c->o->cache)
		f->digest[0] = key_of_object(f->object[0]);
	for (size_t k = 0; k < u->programs.n; k++)
		if (!recall(c, f, &u->programs.at[k]))
			u->open[u->n_open++] = k;
	return u->n_open;
}

static void decide(void *arg, size_t unit, size_t question, struct bytes *out)
{
	const struct checking *c = arg;
	const struct unit *u = &c->units[unit];
	struct programs_item item = {.program = u->programs.at[u->open[question]].program};
	programs_decide_item(&item, &c->so->programs, c->end_ns);
	results_send_safe(out, &item);
	safety_release(&item.result);
}

static void take(void *arg, size_t unit, size_t question, enum crew_end end, struct bytes_reader *in)
{
	struct checking *c = arg;
	const struct unit *u = &c->units[unit];
	struct programs_item *item = &u->programs.at[u->open[question]];
	const struct program *p = item->program;
	c->name = p->name;
	if (end == CREW_DONE && results_receive_safe(in, c->so->privileged, item))
		keep(c, &c->files->at[unit], item);
	else
		*item = (struct programs_item){.program = p,
					       .result = {.verdict = VERDICT_UNKNOWN, .reason = results_reason(end)}};
	c->report.sums->faulted |= end == CREW_FAULT;
}

static void save_witness(struct checking *c, const struct programs *programs)
{
	char err[512];
	for (size_t i = 0; c->o->witness && !c->saved && i < programs->n; i++) {
		const struct programs_item *item = &programs->at[i];
		if (!item->result.witness)
			continue;
		c->saved = true;
		json_t *j = safety_report_witness(item);
		if (!witness_save_json(j, item->program->type, item->result.witness, c->o->witness, err, sizeof err)) {
			fprintf(stderr, "bpfprove: %s\n", err);
			c->report.sums->unsaved = true;
		}
		json_decref(j);
	}
}

static void count(struct whole_sums *s, const struct programs *programs)
{
	for (size_t i = 0; i < programs->n; i++) {
		const struct programs_item *item = &programs->at[i];
		s->programs++;
		s->proved += item->result.verdict == VERDICT_PROVED;
		s->refuted += item->result.verdict == VERDICT_REFUTED;
		s->unknown += item->result.verdict == VERDICT_UNKNOWN;
		s->cached += item->cached;
		if (item->result.verdict == VERDICT_UNKNOWN && !s->reason)
			s->reason = item->result.reason;
	}
}

static void report_programs(struct checking *c, const struct whole_file *f, struct unit *u)
{
	struct whole_report *r = &c->report;
	struct safety_view v = {&u->programs, c->so->privileged, c->so->explain};
	r->sums->files++;
	count(r->sums, &u->programs);
	if (!u->programs.n && !c->files->folders)
		snprintf(r->err, r->len, "%s", u->why);
	if (!u->programs.n)
		return;
	if (c->o->json)
		whole_report_add_json(r, f->name, safety_report_json(&v));
	else if (c->files->folders)
		safety_report_print_file(f->name, &v, c->o->out);
	else
		safety_report_print(&v, c->o->out);
	save_witness(c, &u->programs);
}

static void close_unit(void *arg, size_t i)
{
	struct checking *c = arg;
	struct whole_file *f = &c->files->at[i];
	struct unit *u = &c->units[i];
	if (f->object[0])
		report_programs(c, f, u);
	else
		whole_report_unread(&c->report, f, is_interrupted(c));
	programs_release(&u->programs);
	free(u->open);
	*u = (struct unit){0};
	files_close(f);
}

static void show(void *arg, size_t done, size_t known)
{
	const struct checking *c = arg;
	c->o->show(done, known, done == known ? "" : c->name);
}

bool whole_safe(struct whole_files *files, const struct whole_options *o, const struct whole_safe_options *so,
		struct whole_sums *sums, char *err, size_t len)
{
	uint64_t start = clock_now_ns();
	struct checking c = {.files = files,
			     .o = o,
			     .so = so,
			     .end_ns = start + so->programs.timeout_ms * 1000000ull,
			     .units = fault_calloc(files->n, sizeof *c.units),
			     .types = object_types_new(o->btf)};
	whole_report_begin(&c.report, files, o, sums, "programs", err, len);
	struct units u = {files->n, open_unit, decide, take, close_unit, o->show ? show : NULL, &c};
	units_run(&u, o->jobs, o->stop);
	free(c.units);
	object_types_free(c.types);
	sums->ms = 1e-6 * (double)(clock_now_ns() - start);
	return whole_report_end(&c.report);
}
