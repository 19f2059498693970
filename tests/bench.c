/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time and memory by stage, of comparisons, proofs of safety and windows: see
 * bench_part.def for what is measured. Each row has a process of its own with
 * limits; results go to tables and one JSON file.
 *
 * Fails when a process crashes or hangs, two builds of one source, or a program
 * and itself, are refuted, or a program's text is not the program.
 */
#include "tests/bench.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct job {
	const struct bench_options *o;
	struct bench_row *row;
};

static void run_child(const void *work, void *result)
{
	const struct job *job = work;
	bench_parts[job->row->part].work(result, job->o);
}

static void finish_child(void *result, const struct child_end *end)
{
	struct bench_row *row = result;
	row->mebibytes = end->mebibytes;
	if (end->good)
		return;
	snprintf(row->verdict, sizeof row->verdict, "%s", end->late ? "late" : "crashed");
	snprintf(row->what, sizeof row->what, "%s", end->what);
	row->ms[BENCH_TOTAL] = end->ms;
}

static bool is_bad(const struct bench_row *r)
{
	bool same = r->part == BENCH_builds || r->part == BENCH_self || r->part == BENCH_compilers;
	return !strcmp(r->verdict, "crashed") || !strcmp(r->verdict, "late") || !strcmp(r->verdict, "changed") ||
	       (same && !strcmp(r->verdict, "refuted"));
}

static int run_all(struct bench *b)
{
	struct children jobs = {.limits = b->o->limits, .finish = finish_child};
	int status = 0;
	bench_plan_all(b);
	for (size_t i = 0; i < b->n; i++) {
		if (isatty(STDERR_FILENO))
			fprintf(stderr, "\r%zu of %zu ", i, b->n);
		children_start(&jobs, run_child, &(struct job){b->o, &b->at[i]}, &b->at[i]);
	}
	children_wait(&jobs);
	for (size_t i = 0; i < b->n; i++)
		status |= is_bad(&b->at[i]);
	return status;
}

int main(int argc, char **argv)
{
	char scratch[] = "/tmp/bench.XXXXXX";
	struct bench_options o;
	struct bench b = {.o = &o};
	bench_set_defaults(&o, scratch);
	if (!bench_parse_options(&o, argc, argv))
		return bench_usage();
	if (o.log && mkdir(o.log, 0777) != 0) {
		perror(o.log);
		return 66;
	}
	if (!mkdtemp(scratch)) {
		perror(scratch);
		return 66;
	}
	int status = run_all(&b);
	bench_remove_mutants(scratch);
	bench_print(&b, stdout);
	return o.json && !bench_save(&b, o.json) ? 66 : status;
}
