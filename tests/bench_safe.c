/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The safety benchmark: every program of DIR/NAME.o and DIR/SET/NAME.o (the
 * corpus, and what real_objects.sh takes from Debian) that today's kernel takes,
 * each in a process of its own with limits on time and memory: verdict, time and
 * peak memory, the verifier's own time beside it.
 *
 * Fails when a program that the kernel takes is refuted or crashes the prover.
 */
#include "tests/bench_safe.h"
#include "tests/real_type.h"

#include <getopt.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct bench_run {
	struct bench bench;
	struct children kernel, prover; /* pools: of loading and of proving */
	struct safe_run_options options;
	const char *only, *json;
	bool all, list; /* also programs that the kernel refuses */
};

/* What a process is given. */
struct work {
	const struct program *p;
	const struct safe_run_options *options;
	const char *path;
};

static void run_kernel(const void *work, void *result)
{
	const struct work *w = work;
	struct bench_row *r = result;
	struct retval_tag tag = {0};
	struct retval_tags none = {0};
	snprintf(tag.name, sizeof tag.name, "%s", w->p->name);
	kernel_ask(&(struct retval_case){.path = w->path, .tags = &none, .tag = &tag, .program = w->p}, &r->kernel);
}

static void finish_kernel(void *result, const struct child_end *end)
{
	struct bench_row *r = result;
	if (!end->good)
		snprintf(r->kernel.message, sizeof r->kernel.message, "%s", end->what);
}

static void run_prover(const void *work, void *result)
{
	const struct work *w = work;
	struct bench_row *r = result;
	safe_run(w->p, w->options, &r->safe);
}

static void finish_prover(void *result, const struct child_end *end)
{
	struct bench_row *r = result;
	r->wall = end->ms;
	safe_finish(&r->safe, end);
}

static struct bench_row *add_row(struct bench *b, const char *path, const struct program *p)
{
	char copy[400];
	if (b->n == BENCH_MAX) {
		fprintf(stderr, "bench_safe: more than %d programs\n", BENCH_MAX);
		exit(70);
	}
	struct bench_row *r = &b->at[b->n++];
	snprintf(r->path, sizeof r->path, "%s", path);
	snprintf(copy, sizeof copy, "%s", path);
	char *file = strrchr(copy, '/');
	*file = '\0';
	const char *folder = strrchr(copy, '/');
	snprintf(r->set, sizeof r->set, "%.63s", folder ? folder + 1 : copy);
	snprintf(r->object, sizeof r->object, "%.95s", file + 1);
	snprintf(r->program, sizeof r->program, "%s", p->name);
	r->insns = p->n;
	return r;
}

static struct object *read_object(const char *path)
{
	char err[512];
	struct object *o;
	if (object_read(path, &o, err, sizeof err) != OBJECT_OK) {
		printf("not read: %s\n", err);
		return NULL;
	}
	if (object_resolve(o, NULL, err, sizeof err) == OBJECT_OK)
		return o;
	printf("not resolved: %s\n", err);
	object_free(o);
	return NULL;
}

static bool is_wanted(const struct bench_run *run, const struct bench_row *r)
{
	char full[512];
	snprintf(full, sizeof full, "%s/%s:%s", r->set, r->object, r->program);
	return !run->only || strstr(full, run->only);
}

/* A child has a copy of the object, which is of no further use here. */
static void ask_kernel(struct bench_run *run, const char *path)
{
	struct object *o = read_object(path);
	for (size_t i = 0; o && i < o->n_programs; i++) {
		struct program *p = o->programs[i];
		struct bench_row *r = p->error ? NULL : add_row(&run->bench, path, p);
		if (r && !is_wanted(run, r))
			memset(&run->bench.at[--run->bench.n], 0, sizeof *r);
		else if (r) {
			real_give_type(p, r->object);
			children_start(&run->kernel, run_kernel, &(struct work){p, NULL, path}, r);
		}
	}
	object_free(o);
}

/* After all loading, so that the two don't disturb each other. */
static void ask_prover(struct bench_run *run)
{
	struct object *o = NULL;
	for (size_t i = 0; i < run->bench.n; i++) {
		struct bench_row *r = &run->bench.at[i];
		if (i == 0 || strcmp(r->path, r[-1].path)) {
			object_free(o);
			o = read_object(r->path);
		}
		struct program *p = o ? object_find(o, r->program) : NULL;
		r->is_run = p && (run->all || r->kernel.says == KERNEL_TAKES);
		if (!r->is_run)
			continue;
		real_give_type(p, r->object);
		children_start(&run->prover, run_prover, &(struct work){p, &run->options, r->path}, r);
	}
	object_free(o);
	children_wait(&run->prover);
}

static bool load_pattern(struct bench_run *run, const char *dir, const char *pattern)
{
	char full[4096];
	glob_t g;
	snprintf(full, sizeof full, "%s/%s", dir, pattern);
	if (glob(full, 0, NULL, &g))
		return false;
	for (size_t i = 0; i < g.gl_pathc; i++) {
		ask_kernel(run, g.gl_pathv[i]);
		if (isatty(STDERR_FILENO))
			fprintf(stderr, "\r%zu of %zu objects ", i + 1, g.gl_pathc);
	}
	globfree(&g);
	return true;
}

static bool read_options(struct bench_run *run, int argc, char **argv)
{
	static const struct option options[] = {{"json", required_argument, NULL, 'o'},
						{"only", required_argument, NULL, 'n'},
						{"jobs", required_argument, NULL, 'j'},
						{"seconds", required_argument, NULL, 's'},
						{"mebibytes", required_argument, NULL, 'm'},
						{"all", no_argument, NULL, 'a'},
						{"list", no_argument, NULL, 'l'},
						{"unprivileged", no_argument, NULL, 'u'},
						{0}};
	struct child_limits *l = &run->prover.limits;
	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		switch (c) {
		case 'o':
			run->json = optarg;
			break;
		case 'n':
			run->only = optarg;
			break;
		case 'j':
			l->jobs = (unsigned)atoi(optarg);
			break;
		case 's':
			l->seconds = (unsigned)atoi(optarg);
			break;
		case 'm':
			l->mebibytes = (unsigned)atoi(optarg);
			break;
		case 'a':
			run->all = true;
			break;
		case 'l':
			run->list = true;
			break;
		case 'u':
			run->options.privileged = false;
			break;
		default:
			return false;
		}
	}
	return optind < argc && l->jobs && l->jobs <= CHILDREN_MAX && l->seconds && l->mebibytes;
}

int main(int argc, char **argv)
{
	struct bench_run run = {.kernel = {{.seconds = 60, .mebibytes = 2048, .jobs = 8}, .finish = finish_kernel},
				.prover = {{.seconds = 30, .mebibytes = 2048, .jobs = 1}, .finish = finish_prover},
				.options = {.privileged = true}};
	if (!read_options(&run, argc, argv)) {
		fprintf(stderr,
			"usage: bench_safe [--json=FILE] [--jobs=N] [--only=TEXT] [--seconds=N] [--mebibytes=N]\n"
			"                  [--unprivileged] [--all] [--list] DIR...\n");
		return 64;
	}
	run.options.timeout_ms = run.prover.limits.seconds * 1000;
	run.bench.at = children_share(BENCH_MAX * sizeof *run.bench.at);
	for (int i = optind; i < argc; i++) {
		bool direct = load_pattern(&run, argv[i], "*.o");
		if (!load_pattern(&run, argv[i], "*/*.o") && !direct) {
			fprintf(stderr, "bench_safe: no objects in %s\n", argv[i]);
			return 66;
		}
	}
	children_wait(&run.kernel);
	ask_prover(&run);
	bench_print(&run.bench, run.list, stdout);
	if (run.json && !bench_save(&run.bench, run.json))
		return 66;
	return bench_is_good(&run.bench) ? 0 : 1;
}
