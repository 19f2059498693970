/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The real-objects benchmark: every program of DIR/SET/NAME.o (see
 * real_objects.sh) against itself after a round trip through disassembly and
 * assembly, encoded in full. Each program has a process of its own with limits
 * on time and memory; a table by set, the reasons for unknown, and JSON.
 *
 * Fails when a program is refuted or crashes, or the round trip changes it.
 */
#include "checker/equiv/equiv.h"
#include "tests/bench_real.h"
#include "tests/children.h"
#include "tests/real_type.h"

#include <getopt.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool same_insn(const struct insn *a, const struct insn *b)
{
	return a->op == b->op && a->width == b->width && a->dst == b->dst && a->src == b->src && a->k == b->k &&
	       a->off == b->off && a->imm == b->imm && a->imm64 == b->imm64;
}

/* The instructions of p from their own text; NULL with `err` if they can't be had or differ. */
static struct insn *round_trip(const struct program *p, char *err, size_t len)
{
	char *text = NULL;
	size_t size = 0, n = 0;
	FILE *f = open_memstream(&text, &size);
	if (!f)
		abort();
	for (size_t i = 0; i < p->n; i++) {
		char line[256];
		if (p->insns[i].op == ISA_WIDE_TAIL)
			continue;
		insn_print(&p->insns[i], line, sizeof line);
		fprintf(f, "%s\n", line);
	}
	fclose(f);
	struct insn *out = NULL;
	bool ok = insn_assemble(text, NULL, NULL, &out, &n, err, len);
	free(text);
	if (ok && n != p->n) {
		snprintf(err, len, "%zu slots became %zu", p->n, n);
		ok = false;
	}
	for (size_t i = 0; ok && i < n; i++)
		if (!same_insn(&p->insns[i], &out[i])) {
			snprintf(err, len, "instruction %zu changed", i);
			ok = false;
		}
	if (ok)
		return out;
	free(out);
	return NULL;
}

/* What a process is given. */
struct work {
	const struct program *p;
	const struct child_limits *limits;
};

static void decide(const struct program *a, const struct program *b, const struct child_limits *limits,
		   struct real_result *out)
{
	char err[256];
	struct solver_limits sl = {.query_ms = limits->seconds * 500,
				   .memory_mib = limits->mebibytes * 3 / 4,
				   .deadline_ns = (uint64_t)((children_now_ms() + 1e3 * limits->seconds) * 1e6)};
	struct solver *solver = solver_open(SOLVER_DEFAULT, sl, err, sizeof err);
	if (!solver)
		abort();
	struct equiv_options opt = {.solver = solver, .encode = true, .stop = &child_time_is_over};
	struct equiv_result r;
	equiv_programs(a, b, &opt, &r);
	out->verdict = (enum real_verdict)r.verdict;
	out->reason = r.reason;
	out->terms = r.terms;
	snprintf(out->what, sizeof out->what, "%s", r.what);
	snprintf(out->decided_by, sizeof out->decided_by, "%s", r.decided_by);
	equiv_release(&r);
	solver_close(solver);
}

static void run_child(const void *work, void *result)
{
	const struct work *w = work;
	struct real_result *out = result;
	double start = children_now_ms();
	struct program copy = *w->p;
	copy.insns = round_trip(w->p, out->what, sizeof out->what);
	if (copy.insns)
		decide(w->p, &copy, w->limits, out);
	else
		out->verdict = REAL_CHANGED;
	out->ms = children_now_ms() - start;
	free(copy.insns);
}

static void finish_child(void *result, const struct child_end *end)
{
	struct real_result *r = result;
	r->mebibytes = end->mebibytes;
	if (end->good)
		return;
	r->verdict = end->late ? REAL_LATE : REAL_CRASHED;
	snprintf(r->what, sizeof r->what, "%s", end->what);
}

/* The results live in shared memory, where the children fill them in. */
static struct real_result *add_result(struct real_report *report, const char *set, const char *object,
				      const char *program)
{
	if (report->n == REAL_MAX) {
		fprintf(stderr, "bench_real: more than %d programs\n", REAL_MAX);
		exit(70);
	}
	struct real_result *r = &report->at[report->n++];
	snprintf(r->set, sizeof r->set, "%s", set);
	snprintf(r->object, sizeof r->object, "%s", object);
	snprintf(r->program, sizeof r->program, "%s", program);
	r->verdict = REAL_CRASHED;
	return r;
}

static void run_object(struct real_report *report, struct children *jobs, const char *path, const char *only)
{
	char set[64], err[256], *copy = strdup(path), *name = copy ? strrchr(copy, '/') : NULL;
	if (!name)
		abort();
	*name++ = '\0';
	snprintf(set, sizeof set, "%s", strrchr(copy, '/') ? strrchr(copy, '/') + 1 : copy);
	struct object *o;
	if (only && strncmp(only, set, strcspn(only, "/")) != 0) {
		free(copy);
		return;
	}
	if (object_read(path, &o, err, sizeof err) != OBJECT_OK) {
		struct real_result *r = add_result(report, set, name, "");
		r->verdict = REAL_NOT_READ;
		snprintf(r->what, sizeof r->what, "%s", err);
	} else {
		for (size_t i = 0; i < o->n_programs; i++) {
			char full[512];
			struct program *p = o->programs[i];
			real_give_type(p, name);
			snprintf(full, sizeof full, "%s/%s:%s", set, name, p->name);
			if ((only && !strstr(full, only)) || !real_is_loaded(p, name))
				continue;
			struct real_result *r = add_result(report, set, name, p->name);
			r->insns = p->n;
			if (p->error) {
				r->verdict = REAL_NOT_READ;
				snprintf(r->what, sizeof r->what, "%s", p->error);
				continue;
			}
			children_start(jobs, run_child, &(struct work){p, &jobs->limits}, r);
		}
		object_free(o);
	}
	free(copy);
}

static void run_all(struct real_report *report, const char *dir, const char *only, const struct child_limits *limits)
{
	char pattern[4096];
	glob_t g;
	struct children jobs = {.limits = *limits, .finish = finish_child};
	snprintf(pattern, sizeof pattern, "%s/*/*.o", dir);
	if (glob(pattern, 0, NULL, &g) != 0) {
		fprintf(stderr, "bench_real: no objects in %s; make real-objects fetches them\n", dir);
		exit(66);
	}
	for (size_t i = 0; i < g.gl_pathc; i++) {
		run_object(report, &jobs, g.gl_pathv[i], only);
		if (isatty(STDERR_FILENO))
			fprintf(stderr, "\r%zu of %zu objects ", i + 1, g.gl_pathc);
	}
	children_wait(&jobs);
	globfree(&g);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"json", required_argument, NULL, 'o'},
						{"jobs", required_argument, NULL, 'j'},
						{"only", required_argument, NULL, 'n'},
						{"seconds", required_argument, NULL, 's'},
						{"mebibytes", required_argument, NULL, 'm'},
						{"list", no_argument, NULL, 'l'},
						{0}};
	struct child_limits limits = {.seconds = 60, .mebibytes = 2048, .jobs = 2};
	const char *json = NULL, *only = NULL;
	bool list = false;
	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		switch (c) {
		case 'o':
			json = optarg;
			break;
		case 'j':
			limits.jobs = (unsigned)atoi(optarg);
			break;
		case 'n':
			only = optarg;
			break;
		case 's':
			limits.seconds = (unsigned)atoi(optarg);
			break;
		case 'm':
			limits.mebibytes = (unsigned)atoi(optarg);
			break;
		case 'l':
			list = true;
			break;
		default:
			return 64;
		}
	}
	if (optind + 1 != argc || limits.jobs < 1 || limits.jobs > CHILDREN_MAX || !limits.seconds ||
	    !limits.mebibytes) {
		fprintf(stderr,
			"usage: bench_real [--json=FILE] [--jobs=N] [--only=TEXT] [--seconds=N] [--mebibytes=N] "
			"[--list] DIR\n");
		return 64;
	}
	struct real_report report = {.n = 0};
	report.at = children_share(REAL_MAX * sizeof *report.at);
	run_all(&report, argv[optind], only, &limits);
	real_print(&report, list, stdout);
	if (json && !real_save(&report, json))
		return 66;
	return real_is_good(&report) ? 0 : 1;
}
