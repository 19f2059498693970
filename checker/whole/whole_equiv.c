/* SPDX-License-Identifier: BSD-2-Clause */
/* Pairs of objects: what comparison or the cache answers is answered here, the rest by processes of their own. */
#include "checker/whole/whole.h"
#include "checker/equiv/report.h"
#include "checker/whole/key.h"
#include "checker/whole/results.h"
#include "checker/whole/units.h"
#include "checker/whole/verdicts.h"
#include "checker/whole/whole_report.h"
#include "checker/witness/witness.h"
#include "clock.h"
#include "encode/solver/fault.h"

#include <stdlib.h>

/* The pairs of one file. */
struct unit {
	struct object_pairs pairs;
	size_t *open; /* indices of pairs that are left for processes */
	size_t n_open;
};

struct comparing {
	struct whole_files *files;
	const struct whole_options *o;
	const struct equiv_options *eo;
	struct whole_report report;
	struct unit *units;
	struct object_types *types;
	const char *name; /* of the program that ended last, for progress */
	bool saved;       /* the counterexample */
};

static bool is_interrupted(const struct comparing *c)
{
	return c->o->stop && *c->o->stop;
}

/* True: the cache knows it. */
static bool recall(const struct comparing *c, const struct whole_file *f, struct object_pair *p)
{
	struct digest key;
	struct bytes kept = {0};
	double start = clock_now_ms();
	bool known =
	    c->o->cache && key_of_equiv(p->a, p->b, f->digest, c->eo, &key) && verdicts_find(c->o->cache, &key, &kept);
	if (known)
		known =
		    results_recall_equiv(&(struct bytes_reader){kept.at, kept.n, false}, p->a, p->b, c->eo, &p->result);
	bytes_release(&kept);
	p->result.ms = clock_now_ms() - start;
	return known;
}

static void keep(const struct comparing *c, const struct whole_file *f, const struct object_pair *p)
{
	struct digest key;
	struct bytes b = {0};
	if (c->o->cache && key_of_equiv(p->a, p->b, f->digest, c->eo, &key) && results_keep_equiv(&b, &p->result))
		verdicts_put(c->o->cache, &key, &b);
	bytes_release(&b);
}

static size_t open_unit(void *arg, size_t i)
{
	struct comparing *c = arg;
	struct whole_file *f = &c->files->at[i];
	struct unit *u = &c->units[i];
	if (files_is_alone(c->files, f) || is_interrupted(c) || !files_open(f, c->types, c->o->type))
		return 0;
	objects_pair(f->object[0], f->object[1], c->o->program, c->o->allow_missing, &u->pairs);
	u->open = fault_calloc(u->pairs.n, sizeof *u->open);
	for (int k = 0; c->o->cache && k < 2; k++)
		f->digest[k] = key_of_object(f->object[k]);
	for (size_t k = 0; k < u->pairs.n; k++) {
		struct object_pair *p = &u->pairs.at[k];
		if (p->a && p->b && !equiv_settle(p->a, p->b, c->eo, &p->result) && !recall(c, f, p))
			u->open[u->n_open++] = k;
	}
	return u->n_open;
}

static void decide(void *arg, size_t unit, size_t question, struct bytes *out)
{
	const struct comparing *c = arg;
	const struct unit *u = &c->units[unit];
	const struct object_pair *p = &u->pairs.at[u->open[question]];
	struct equiv_result result;
	if (c->files->folders && c->eo->solver)
		solver_set_deadline(c->eo->solver, c->o->timeout ? clock_now_ns() + 1000000000ull * c->o->timeout : 0);
	equiv_programs(p->a, p->b, c->eo, &result);
	results_send_equiv(out, &result);
	equiv_release(&result);
}

static void take(void *arg, size_t unit, size_t question, enum crew_end end, struct bytes_reader *in)
{
	struct comparing *c = arg;
	const struct unit *u = &c->units[unit];
	struct object_pair *p = &u->pairs.at[u->open[question]];
	c->name = p->a->name;
	bool whole = end == CREW_DONE && results_receive_equiv(in, p->a, p->b, &p->result);
	if (whole)
		keep(c, &c->files->at[unit], p);
	else
		p->result = (struct equiv_result){
		    .verdict = VERDICT_UNKNOWN, .reason = results_reason(end), .decided_by = "nothing"};
	c->report.sums->faulted |= end == CREW_FAULT;
}

/* The first counterexample of all files. */
static void save_witness(struct comparing *c, const struct object_pairs *pairs)
{
	char err[512];
	for (size_t i = 0; c->o->witness && !c->saved && i < pairs->n; i++) {
		const struct object_pair *p = &pairs->at[i];
		if (!p->result.witness)
			continue;
		c->saved = true;
		if (witness_save(p->a, p->b, &p->result, c->o->witness, err, sizeof err))
			continue;
		fprintf(stderr, "bpfprove: %s\n", err);
		c->report.sums->unsaved = true;
	}
}

static void add_queries(struct solver_stats *sum, const struct solver_stats *s)
{
	sum->queries += s->queries;
	sum->trivial += s->trivial;
	sum->ns += s->ns;
}

static void count(struct whole_sums *s, const struct object_pairs *pairs)
{
	for (size_t i = 0; i < pairs->n; i++) {
		const struct object_pair *p = &pairs->at[i];
		s->programs++;
		if (!p->a || !p->b) {
			s->alone++;
			continue;
		}
		s->proved += p->result.verdict == VERDICT_PROVED;
		s->refuted += p->result.verdict == VERDICT_REFUTED;
		s->unknown += p->result.verdict == VERDICT_UNKNOWN;
		s->identical += p->result.identical;
		s->cached += p->result.cached;
		add_queries(&s->queries, &p->result.queries);
		if (p->result.verdict == VERDICT_UNKNOWN && !s->reason)
			s->reason = p->result.reason;
	}
}

static void report_pairs(struct comparing *c, const struct whole_file *f, const struct object_pairs *pairs)
{
	struct whole_report *r = &c->report;
	count(r->sums, pairs);
	if (!pairs->n)
		return;
	if (c->o->json)
		whole_report_add_json(r, f->name, report_json(pairs));
	else if (c->files->folders)
		report_print_file(f->name, pairs, c->o->out);
	else
		report_print(pairs, c->o->out);
	save_witness(c, pairs);
}

/* A program that was asked for by name is one that the loader refused: said, as for a file that it refuses. */
static void report_refused(struct comparing *c, const struct object_pairs *pairs)
{
	for (size_t i = 0; c->o->program && i < pairs->n; i++) {
		const struct program *sides[] = {pairs->at[i].a, pairs->at[i].b};
		for (int k = 0; k < 2; k++)
			if (sides[k] && sides[k]->error) {
				fprintf(stderr, "bpfprove: %s\n", sides[k]->error);
				c->report.sums->malformed++;
				return;
			}
	}
}

static void close_unit(void *arg, size_t i)
{
	struct comparing *c = arg;
	struct whole_file *f = &c->files->at[i];
	struct unit *u = &c->units[i];
	if (f->object[1]) {
		c->report.sums->files++;
		/* for two files whole_equiv says what there is nothing to say about */
		if (c->files->folders ||
		    objects_check(&u->pairs, f->path[0], c->o->program, c->report.err, c->report.len))
			report_pairs(c, f, &u->pairs);
		report_refused(c, &u->pairs);
		whole_report_types(&c->report, f);
	} else {
		whole_report_unread(&c->report, f, is_interrupted(c));
	}
	objects_release(&u->pairs);
	free(u->open);
	*u = (struct unit){0};
	files_close(f);
}

static void show(void *arg, size_t done, size_t known)
{
	const struct comparing *c = arg;
	c->o->show(done, known, done == known ? "" : c->name);
}

bool whole_equiv(struct whole_files *files, const struct whole_options *o, const struct equiv_options *eo,
		 struct whole_sums *sums, char *err, size_t len)
{
	double start = clock_now_ms();
	struct comparing c = {.files = files,
			      .o = o,
			      .eo = eo,
			      .units = fault_calloc(files->n, sizeof *c.units),
			      .types = object_types_new(o->btf)};
	whole_report_begin(&c.report, files, o, sums, "pairs", err, len);
	struct units u = {files->n, open_unit, decide, take, close_unit, o->show ? show : NULL, &c};
	units_run(&u, o->jobs, o->stop);
	free(c.units);
	object_types_free(c.types);
	sums->ms = clock_now_ms() - start;
	return whole_report_end(&c.report);
}
