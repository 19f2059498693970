/* SPDX-License-Identifier: BSD-2-Clause */
/* What the benchmarks' programs have in common: parts, options, the folder of mutants. */
#include "tests/bench.h"

#include <getopt.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const struct bench_part_row bench_parts[BENCH_PARTS] = {
#define PART(name, plan, work, text) [BENCH_##name] = {#name, text, bench_plan_##plan, bench_do_##work},
#include "tests/bench_part.def"
#undef PART
};

void bench_set_defaults(struct bench_options *o, const char *scratch)
{
	*o = (struct bench_options){.limits = {.seconds = 20, .mebibytes = 2048, .jobs = 1},
				    .corpus = "build/corpus",
				    .real = "build/real/obj",
				    .scratch = scratch,
				    .solver = SOLVER_DEFAULT,
				    .commit = "unknown"};
	memset(o->parts, true, sizeof o->parts);
}

void bench_plan_all(struct bench *b)
{
	b->at = children_share(BENCH_MAX * sizeof *b->at);
	for (enum bench_part part = 0; part < BENCH_PARTS; part++)
		if (b->o->parts[part])
			bench_parts[part].plan(b, part);
	if (access(b->o->real, R_OK) != 0)
		fprintf(stderr, "bench: without Debian's objects and the kernel's samples: make real-objects\n");
}

static bool parse_parts(struct bench_options *o, char *text)
{
	memset(o->parts, 0, sizeof o->parts);
	for (char *save, *word = strtok_r(text, ",", &save); word; word = strtok_r(NULL, ",", &save)) {
		enum bench_part part = 0;
		while (part < BENCH_PARTS && strcmp(word, bench_parts[part].name) != 0)
			part++;
		if (part == BENCH_PARTS)
			return false;
		o->parts[part] = true;
	}
	return true;
}

static bool parse_mode(struct bench_options *o, const char *text)
{
	o->terms = strcmp(text, "plain") == 0 ? TERM_PLAIN : TERM_NORMAL;
	return o->terms == TERM_PLAIN || !strcmp(text, "normal");
}

bool bench_parse_options(struct bench_options *o, int argc, char **argv)
{
	static const struct option options[] = {
	    {"corpus", required_argument, NULL, 'c'},  {"real", required_argument, NULL, 'r'},
	    {"json", required_argument, NULL, 'J'},    {"commit", required_argument, NULL, 'C'},
	    {"solver", required_argument, NULL, 'S'},  {"only", required_argument, NULL, 'o'},
	    {"parts", required_argument, NULL, 'p'},   {"terms", required_argument, NULL, 't'},
	    {"seconds", required_argument, NULL, 's'}, {"mebibytes", required_argument, NULL, 'm'},
	    {"jobs", required_argument, NULL, 'j'},    {"quick", no_argument, NULL, 'q'},
	    {"all", no_argument, NULL, 'a'},           {"list", no_argument, NULL, 'L'},
	    {"log", required_argument, NULL, 'l'},     {0},
	};
	const char **const texts[128] = {['c'] = &o->corpus, ['r'] = &o->real, ['J'] = &o->json, ['C'] = &o->commit,
					 ['S'] = &o->solver, ['o'] = &o->only, ['l'] = &o->log};
	unsigned *const numbers[128] = {
	    ['s'] = &o->limits.seconds, ['m'] = &o->limits.mebibytes, ['j'] = &o->limits.jobs};
	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) >= 0;) {
		if (c == '?' || (c == 'p' && !parse_parts(o, optarg)) || (c == 't' && !parse_mode(o, optarg)))
			return false;
		if (texts[c])
			*texts[c] = optarg;
		if (numbers[c])
			*numbers[c] = (unsigned)strtoul(optarg, NULL, 10);
		o->quick |= c == 'q';
		o->all |= c == 'a';
		o->list |= c == 'L';
	}
	const struct child_limits *l = &o->limits;
	return optind == argc && l->jobs && l->jobs <= CHILDREN_MAX && l->seconds && l->mebibytes;
}

int bench_usage(void)
{
	fprintf(stderr, "usage: bench [--json=FILE] [--parts=NAME,..] [--only=TEXT] [--quick|--all] [--list] "
			"[--terms=normal|plain]\n"
			"             [--solver=SPEC] [--seconds=N] [--mebibytes=N] [--jobs=N] [--corpus=DIR]\n"
			"             [--real=DIR] [--commit=TEXT] [--log=DIR]\n"
			"parts:\n");
	for (enum bench_part part = 0; part < BENCH_PARTS; part++)
		fprintf(stderr, "  %-10s %s\n", bench_parts[part].name, bench_parts[part].text);
	return 64;
}

void bench_remove_mutants(const char *folder)
{
	glob_t g;
	char pattern[BENCH_PATH];
	snprintf(pattern, sizeof pattern, "%s/*", folder);
	if (glob(pattern, 0, NULL, &g) == 0) {
		for (size_t i = 0; i < g.gl_pathc; i++)
			unlink(g.gl_pathv[i]);
		globfree(&g);
	}
	rmdir(folder);
}
