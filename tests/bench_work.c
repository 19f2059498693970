/* SPDX-License-Identifier: BSD-2-Clause */
/* Comparisons and proofs of safety, by stage. */
#include "checker/equiv/objects.h"
#include "checker/safety/safety.h"
#include "tests/bench.h"
#include "tests/real_type.h"
#include "tests/round_trip.h"

#include <stdlib.h>
#include <string.h>

enum { AGAIN_MS = 3000 /* longer comparisons are not done again for the time of rewriting */ };

static const char *const verdict_names[] = {
    [VERDICT_PROVED] = "proved", [VERDICT_REFUTED] = "refuted", [VERDICT_UNKNOWN] = "unknown"};

struct program *bench_load(struct bench_row *row, unsigned n)
{
	struct object *o;
	char err[sizeof row->what];
	double start = clock_now_ms();
	enum object_error e = objects_read(row->path[n], NULL, &o, err, sizeof err);
	row->ms[BENCH_LOAD] += clock_now_ms() - start;
	snprintf(row->what, sizeof row->what, "%s", e == OBJECT_OK ? "the object lacks the program" : err);
	for (size_t i = 0; e == OBJECT_OK && i < o->n_programs; i++) {
		struct program *p = o->programs[i];
		if (strcmp(p->name, row->program) != 0)
			continue;
		const char *slash = strrchr(row->path[n], '/');
		real_give_type(p, slash ? slash + 1 : row->path[n]);
		row->slots = n ? row->slots : p->n;
		snprintf(row->what, sizeof row->what, "%.159s", p->error ? p->error : "");
		return p->error ? NULL : p;
	}
	return NULL;
}

void bench_solver_spec(const struct bench_row *row, const struct bench_options *o, const char *solver, char *out,
		       size_t len)
{
	if (o->log)
		snprintf(out, len, "log:%s/%05zu:%s", o->log, row->index, solver);
	else
		snprintf(out, len, "%s", solver);
}

static struct solver *open_solver(const struct bench_row *row, const struct bench_options *o)
{
	char err[200], spec[BENCH_PATH];
	bench_solver_spec(row, o, o->solver, spec, sizeof spec);
	struct solver_limits limits = {.query_ms = o->limits.seconds * 500,
				       .memory_mib = o->limits.mebibytes * 3 / 4,
				       .deadline_ns = clock_now_ns() + o->limits.seconds * 900000000ull};
	struct solver *s = solver_open(spec, limits, err, sizeof err);
	if (s)
		return s;
	fprintf(stderr, "bench: %s\n", err);
	exit(64);
}

static void note_counts(struct bench_row *row, const struct equiv_result *r)
{
	const struct {
		enum bench_count count;
		uint64_t n;
	} all[] = {{BENCH_TERMS, r->terms},
		   {BENCH_BY_FACT, r->term_stats.by_fact},
		   {BENCH_BY_RULE, r->term_stats.by_rule},
		   {BENCH_SAME, r->claims_by[CLAIM_BY_TERMS]},
		   {BENCH_FACTS, r->claims_by[CLAIM_BY_FACTS]},
		   {BENCH_RULES, r->claims_by[CLAIM_BY_RULES]},
		   {BENCH_CLAIMS, r->claims},
		   {BENCH_MERGED, r->claims_by[CLAIM_BY_MERGING]},
		   {BENCH_SESSION, r->claims_by[CLAIM_BY_SESSION]},
		   {BENCH_QUERIES, r->queries.queries},
		   {BENCH_TRIVIAL, r->queries.trivial},
		   {BENCH_SAT, r->queries.sat},
		   {BENCH_UNSAT, r->queries.unsat},
		   {BENCH_UNKNOWN, r->queries.unknown}};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		row->counts[all[i].count] = all[i].n;
}

static void note_result(struct bench_row *row, const struct equiv_result *r)
{
	bool solver = r->queries.queries > r->queries.trivial;
	snprintf(row->verdict, sizeof row->verdict, "%s", verdict_names[r->verdict]);
	snprintf(row->by, sizeof row->by, "%s%s", r->decided_by,
		 solver && r->swept && strcmp(r->decided_by, "sweeping") ? ", swept" : "");
	if (r->verdict == VERDICT_UNKNOWN)
		snprintf(row->reason, sizeof row->reason, "%s", reason_texts[r->reason]);
	snprintf(row->what, sizeof row->what, "%.159s", r->what);
	for (enum stage s = 0; s < STAGE_COUNT; s++)
		row->ms[BENCH_STAGES + s] = 1e-6 * (double)r->stages.ns[s];
	row->ms[BENCH_TOTAL] = row->ms[BENCH_LOAD] + r->ms;
	note_counts(row, r);
}

static void compare(const struct program *a, const struct program *b, const struct bench_row *row,
		    struct solver *solver, enum term_mode mode, struct equiv_result *r)
{
	struct equiv_options eo = {
	    .solver = solver, .encode = row->part == BENCH_self, .terms = mode, .stop = &child_time_is_over};
	equiv_programs(a, b, &eo, r);
}

/* A second run is for the time of rewriting alone: looking at the clock for each term would change the others. */
static void measure(const struct program *a, const struct program *b, struct bench_row *row, struct solver *solver,
		    enum term_mode mode)
{
	struct equiv_result r;
	compare(a, b, row, solver, mode, &r);
	note_result(row, &r);
	bool again = mode == TERM_NORMAL && r.ms < AGAIN_MS;
	equiv_release(&r);
	if (!again)
		return;
	compare(a, b, row, solver, TERM_TIMED, &r);
	row->ms[BENCH_REWRITE] = 1e-6 * (double)r.term_stats.ns;
	equiv_release(&r);
}

void bench_do_equiv(struct bench_row *row, const struct bench_options *o)
{
	struct program *a = bench_load(row, 0), *b = a ? bench_load(row, 1) : NULL;
	snprintf(row->verdict, sizeof row->verdict, "not read");
	if (!a || !b)
		return;
	struct solver *solver = open_solver(row, o);
	measure(a, b, row, solver, o->terms);
	solver_close(solver);
}

/* Against what its own text is, encoded in full. */
void bench_do_self(struct bench_row *row, const struct bench_options *o)
{
	struct program *p = bench_load(row, 0);
	snprintf(row->verdict, sizeof row->verdict, "%s", p ? "changed" : "not read");
	if (!p)
		return;
	struct program copy = *p;
	copy.insns = round_trip(p, row->what, sizeof row->what);
	if (!copy.insns)
		return;
	struct solver *solver = open_solver(row, o);
	measure(p, &copy, row, solver, o->terms);
	solver_close(solver);
	free(copy.insns);
}

void bench_do_safe(struct bench_row *row, const struct bench_options *o)
{
	struct safety_result r;
	struct safety_options so = {.privileged = true,
				    .timeout_ms = o->limits.seconds * 900,
				    .solver = o->solver,
				    .stop = &child_time_is_over};
	struct program *p = bench_load(row, 0);
	snprintf(row->verdict, sizeof row->verdict, "not read");
	if (!p)
		return;
	double start = clock_now_ms();
	safety_check(p, &so, &r);
	row->ms[BENCH_TOTAL] = row->ms[BENCH_LOAD] + clock_now_ms() - start;
	snprintf(row->verdict, sizeof row->verdict, "%s", verdict_names[r.verdict]);
	snprintf(row->by, sizeof row->by, "%s", r.solved ? "abstract run and solver" : "abstract run");
	if (r.verdict == VERDICT_UNKNOWN)
		snprintf(row->reason, sizeof row->reason, "%s", reason_texts[r.reason]);
	snprintf(row->what, sizeof row->what, "%.159s", r.detail);
	safety_release(&r);
}
