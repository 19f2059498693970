/* SPDX-License-Identifier: BSD-2-Clause */
/* One JSON file per run: the machine, the versions, and each row. */
#include "encode/solver/solver.h"
#include "tests/bench.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

static void set_text(json_t *to, const char *key, const char *text)
{
	json_t *value = json_stringn_nocheck(text, strcspn(text, "\n"));
	json_object_set_new(to, key, value);
}

/* The first line of a file that begins with a word, behind its colon. */
static void set_line(json_t *to, const char *key, const char *path, const char *word)
{
	char line[300];
	FILE *f = fopen(path, "r");
	while (f && fgets(line, sizeof line, f)) {
		const char *value = strchr(line, ':');
		if (strncmp(line, word, strlen(word)) != 0)
			continue;
		set_text(to, key, value ? value + 1 + strspn(value + 1, " \t") : line);
		break;
	}
	if (f)
		fclose(f);
}

static void set_solvers(json_t *to)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);
	if (!f)
		abort();
	solver_print_backends(f);
	fclose(f);
	for (char *save, *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		size_t name = strcspn(line, " ");
		char key[32];
		snprintf(key, sizeof key, "%.*s", (int)name, line);
		set_text(to, key, line + name + strspn(line + name, " "));
	}
	free(text);
}

static json_t *describe_run(const struct bench_options *o)
{
	static const char *const modes[] = {[TERM_NORMAL] = "normal", [TERM_PLAIN] = "plain", [TERM_TIMED] = "timed"};
	json_t *run = json_object(), *solvers = json_object();
	struct utsname u;
	char when[32];
	double load = 0;
	time_t now = time(NULL);
	uname(&u);
	getloadavg(&load, 1);
	strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
	set_text(run, "commit", o->commit);
	set_text(run, "time", when);
	set_text(run, "kernel", u.release);
	set_line(run, "cpu", "/proc/cpuinfo", "model name");
	set_line(run, "memory", "/proc/meminfo", "MemTotal");
	json_object_set_new(run, "cores", json_integer(sysconf(_SC_NPROCESSORS_ONLN)));
	json_object_set_new(run, "load", json_real(load));
	json_object_set_new(run, "jobs", json_integer(o->limits.jobs));
	set_text(run, "compiler", __VERSION__);
	set_text(run, "solver", o->solver);
	set_text(run, "terms", modes[o->terms]);
	set_solvers(solvers);
	json_object_set_new(run, "solvers", solvers);
	return run;
}

static json_t *describe_checks(const struct bench_row *r)
{
	static const char *const names[] = {
	    [VERDICT_PROVED] = "proved", [VERDICT_REFUTED] = "refuted", [VERDICT_UNKNOWN] = "unknown"};
	json_t *list = json_array();
	for (size_t i = 0; i < r->n_checks; i++) {
		const struct bench_check *c = &r->checks[i];
		json_array_append_new(list, json_pack("[s, s, f]", names[c->verdict],
						      c->rewritten ? "rewriting" : "solver", (double)c->ms));
	}
	return list;
}

static json_t *describe_row(const struct bench_row *r)
{
	json_t *row = json_object(), *counts = json_object(), *ms = json_object();
	set_text(row, "part", bench_parts[r->part].name);
	set_text(row, "set", r->set);
	set_text(row, "object", r->object);
	set_text(row, "program", r->program);
	set_text(row, "verdict", r->verdict);
	set_text(row, "by", r->by);
	set_text(row, "reason", r->reason);
	set_text(row, "what", r->what);
	json_object_set_new(row, "slots", json_integer((json_int_t)r->slots));
	json_object_set_new(row, "mebibytes", json_real(r->mebibytes));
	for (unsigned c = 0; c < BENCH_COUNTS; c++)
		json_object_set_new(counts, bench_count_names[c], json_integer((json_int_t)r->counts[c]));
	for (unsigned t = 0; t < BENCH_TIMES; t++)
		json_object_set_new(ms, bench_time_names[t], json_real(r->ms[t]));
	json_object_set_new(row, "counts", counts);
	json_object_set_new(row, "ms", ms);
	if (r->n_checks)
		json_object_set_new(row, "checks", describe_checks(r));
	return row;
}

bool bench_save(const struct bench *b, const char *path)
{
	json_t *all = json_object(), *rows = json_array();
	json_object_set_new(all, "run", describe_run(b->o));
	for (size_t i = 0; i < b->n; i++)
		json_array_append_new(rows, describe_row(&b->at[i]));
	json_object_set_new(all, "rows", rows);
	int failed = json_dump_file(all, path, JSON_INDENT(1));
	json_decref(all);
	if (failed)
		fprintf(stderr, "bench: %s can't be written\n", path);
	return !failed;
}
