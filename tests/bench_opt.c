/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The optimizer's benchmark: `bpfprove opt` on the kernel's samples (of DIR, see
 * real_objects.sh), the corpus and Debian's objects. Each result is read back,
 * loaded, and held against the first version on random inputs.
 *
 * Fails when a program grew, a result has no proof, the kernel refuses it though
 * it took the first version, or the versions differ.
 */
#include "tests/bench_opt.h"
#include "tests/children.h"

#include <getopt.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OBJECTS_MAX = 1024 };

struct bench_run {
	struct opt_bench bench;
	struct children children;
	struct opt_options options;
	const char *filter, *json, *out;
	bool all;
};

/* Of the kernel's samples those that ANCHORS.md's table has, and their like. */
static bool is_sample(const char *object)
{
	static const char *const names[] = {"xdp1_kern.",
					    "xdp2_kern.",
					    "xdp_fwd_kern.",
					    "xdp_router_ipv4.",
					    "xdp_redirect.",
					    "xdp_rxq_info_kern.",
					    "xdp_tx_iptunnel_kern.",
					    "xdp_adjust_tail_kern.",
					    "sockex1_kern.",
					    "sockex2_kern.",
					    "sockex3_kern.",
					    "sock_flags_kern.",
					    "syscall_tp_kern.",
					    "test_cgrp2_tc_kern.",
					    "tcp_"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strncmp(object, names[i], strlen(names[i])))
			return true;
	return false;
}

/* NULL: not wanted */
static struct opt_object *add_object(struct bench_run *run, const char *path)
{
	char copy[400], full[200];
	snprintf(copy, sizeof copy, "%s", path);
	char *file = strrchr(copy, '/');
	*file = '\0';
	const char *set = strrchr(copy, '/') ? strrchr(copy, '/') + 1 : copy;
	bool sample = !strncmp(set, "samples-", 8);
	snprintf(full, sizeof full, "%.63s/%.95s", set, file + 1);
	if ((sample && !run->all && !is_sample(file + 1)) || (run->filter && !strstr(full, run->filter)))
		return NULL;
	if (run->bench.n == OBJECTS_MAX) {
		fprintf(stderr, "bench_opt: more than %d objects\n", OBJECTS_MAX);
		exit(70);
	}
	struct opt_object *o = &run->bench.at[run->bench.n++];
	snprintf(o->set, sizeof o->set, "%.63s", set);
	snprintf(o->object, sizeof o->object, "%.95s", file + 1);
	snprintf(o->path, sizeof o->path, "%s", path);
	snprintf(o->out, sizeof o->out, "%.200s/%.63s.%.95s", run->out, set, file + 1);
	return o;
}

static void run_object(const void *work, void *result)
{
	opt_run(work, result);
}

static void finish_object(void *result, const struct child_end *end)
{
	struct opt_object *o = result;
	if (!end->good) {
		snprintf(o->error, sizeof o->error, "%s", end->what);
		o->status = 70;
	}
	opt_count_faults(&(struct opt_bench){o, 1}, stderr); /* at once: the whole run is long */
}

static bool load_pattern(struct bench_run *run, const char *dir, const char *pattern)
{
	char full[4096];
	glob_t g;
	snprintf(full, sizeof full, "%s/%s", dir, pattern);
	if (glob(full, 0, NULL, &g))
		return false;
	for (size_t i = 0; i < g.gl_pathc; i++) {
		struct opt_object *o = add_object(run, g.gl_pathv[i]);
		if (o && isatty(STDERR_FILENO))
			fprintf(stderr, "\r\033[K%s", g.gl_pathv[i]);
		if (o)
			children_start(&run->children, run_object, &run->options, o);
	}
	globfree(&g);
	return true;
}

static bool read_option(struct bench_run *run, int c)
{
	switch (c) {
	case 'b':
		run->options.budget = (unsigned)atoi(optarg);
		return true;
	case 'p':
		run->options.bpfprove = optarg;
		return true;
	case 'x':
		run->options.arguments = optarg;
		return true;
	case 'i':
		run->options.inputs = (unsigned)atoi(optarg);
		return true;
	case 'r':
		run->options.rounds = (unsigned)atoi(optarg);
		return true;
	case 'e':
		run->options.equiv = true;
		return true;
	case 'f':
		run->filter = optarg;
		return true;
	case 'o':
		run->json = optarg;
		return true;
	case 'w':
		run->out = optarg;
		return true;
	case 'j':
		run->children.limits.jobs = (unsigned)atoi(optarg);
		return true;
	case 'a':
		run->all = true;
		return true;
	default:
		return false;
	}
}

static bool read_options(struct bench_run *run, int argc, char **argv)
{
	static const struct option options[] = {{"budget", required_argument, NULL, 'b'},
						{"bpfprove", required_argument, NULL, 'p'},
						{"arguments", required_argument, NULL, 'x'},
						{"inputs", required_argument, NULL, 'i'},
						{"rounds", required_argument, NULL, 'r'},
						{"equiv", no_argument, NULL, 'e'},
						{"filter", required_argument, NULL, 'f'},
						{"json", required_argument, NULL, 'o'},
						{"out", required_argument, NULL, 'w'},
						{"jobs", required_argument, NULL, 'j'},
						{"all", no_argument, NULL, 'a'},
						{0}};
	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;)
		if (!read_option(run, c))
			return false;
	return optind < argc && run->children.limits.jobs && run->children.limits.jobs <= CHILDREN_MAX;
}

int main(int argc, char **argv)
{
	struct bench_run run = {
	    .children = {{.seconds = 600, .mebibytes = 16384, .jobs = 1}, .finish = finish_object},
	    .options = {.bpfprove = "build/bpfprove", .arguments = "", .budget = 60, .inputs = 10000},
	    .out = "build/opt"};
	if (!read_options(&run, argc, argv)) {
		fprintf(stderr,
			"usage: bench_opt [--budget=S] [--filter=TEXT] [--all] [--inputs=N] [--rounds=N] [--equiv] "
			"[--jobs=N]\n"
			"                 [--arguments=TEXT] [--bpfprove=PATH] [--out=DIR] [--json=FILE] DIR...\n");
		return 64;
	}
	run.bench.at = children_share(OBJECTS_MAX * sizeof *run.bench.at);
	mkdir(run.out, 0777);
	for (int i = optind; i < argc; i++) {
		bool direct = load_pattern(&run, argv[i], "*.o");
		if (!load_pattern(&run, argv[i], "*/*.o") && !direct) {
			fprintf(stderr, "bench_opt: no objects in %s\n", argv[i]);
			return 66;
		}
	}
	children_wait(&run.children);
	opt_print(&run.bench, true, stdout);
	size_t faults = opt_count_faults(&run.bench, stdout);
	if (run.json && !opt_save(&run.bench, run.json))
		return 66;
	return faults ? 1 : 0;
}
