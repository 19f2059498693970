/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The equivalence benchmark: every corpus program across its six builds, and
 * mutants of it, through the bpfprove binary.
 *
 * Fails when two builds of one source are refuted, a run crashes, a program
 * against itself is not what its header line says, the kernel contradicts a
 * refutation, or a mutant is proved equal that the kernel tells apart.
 */
#include <getopt.h>
#include <glob.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/bench_diff.h"
#include "tests/bench_run.h"
#include "tests/mutate.h"

enum { NAME = 64, PATH = 512, TEXT = 256 };

static const struct pair {
	const char *a, *b;
	bool quick;
} pairs[] = {
    {"14.O2", "14.O2", true}, {"14.O2", "14.O1", false}, {"14.O2", "14.Os", false}, {"14.O2", "19.O1", false},
    {"14.O2", "19.O2", true}, {"14.O2", "19.Os", false}, {"19.O2", "19.O1", false}, {"19.O2", "19.O2", false},
};
static const char mutant_build[] = "14.O2"; /* whose mutants are compared with it */

struct bench {
	struct run_options run;
	const char *objects, *sources;
	char scratch[PATH];
	bool quick, keep;
	size_t mutants; /* per program */
	char **names;
	size_t n_names;
};

/* What a run is about; runs and cases are parallel arrays. */
struct cases {
	struct run *runs;
	struct about {
		const char *program;
		char text[TEXT]; /* the two builds, or the mutant's description */
		char insns[24];
		bool is_self, same_code;
	} * about;
	size_t n;
};

static void *grow(void *array, size_t n, size_t size)
{
	void *grown = reallocarray(array, n, size);
	if (!grown)
		abort();
	return grown;
}

static char *format_path(const char *folder, const char *program, const char *rest)
{
	char *path;
	if (asprintf(&path, "%s/%s.%s.o", folder, program, rest) < 0)
		abort();
	return path;
}

/* Takes both paths. */
static struct about *add_case(struct cases *c, const char *program, char *a, char *b)
{
	c->runs = grow(c->runs, c->n + 1, sizeof(*c->runs));
	c->about = grow(c->about, c->n + 1, sizeof(*c->about));
	c->runs[c->n] = (struct run){.a = a, .b = b};
	c->about[c->n] = (struct about){.program = program};
	return &c->about[c->n++];
}

static void free_cases(struct cases *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->runs[i].a);
		free(c->runs[i].b);
	}
	free(c->runs);
	free(c->about);
}

static struct mutate *open_object(const char *path)
{
	char err[TEXT];
	struct mutate *m = mutate_open(path, NULL, err, sizeof(err));
	if (m)
		return m;
	fprintf(stderr, "%s\n", err);
	exit(66);
}

static void compare_code(struct about *about, const char *first, const char *second)
{
	struct mutate *a = open_object(first), *b = open_object(second);
	about->same_code = mutate_same_code(a, b);
	snprintf(about->insns, sizeof(about->insns), "%zu%s%zu", mutate_slots(a), about->same_code ? "=" : "/",
		 mutate_slots(b));
	mutate_close(a);
	mutate_close(b);
}

static void plan_pairs(const struct bench *b, struct cases *c, const char *program)
{
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		if (b->quick && !pairs[i].quick)
			continue;
		char *first = format_path(b->objects, program, pairs[i].a);
		char *second = format_path(b->objects, program, pairs[i].b);
		struct about *about = add_case(c, program, first, second);
		about->is_self = pairs[i].a == pairs[i].b || strcmp(pairs[i].a, pairs[i].b) == 0;
		snprintf(about->text, sizeof(about->text), "%s : %s", pairs[i].a, pairs[i].b);
		compare_code(about, first, second);
	}
}

static void plan_mutant(const struct bench *b, struct cases *c, const char *program, const struct mutate *m,
			enum mutation kind, size_t index)
{
	char rest[NAME], err[TEXT];
	snprintf(rest, sizeof(rest), "%s.%zu", mutate_names[kind], index);
	char *first = format_path(b->objects, program, mutant_build), *second = format_path(b->scratch, program, rest);
	struct about *about = add_case(c, program, first, second);
	mutate_describe(m, kind, index, about->text, sizeof(about->text));
	snprintf(about->insns, sizeof(about->insns), "%zu", mutate_slots(m));
	if (!mutate_apply(m, kind, index, second, err, sizeof(err))) {
		fprintf(stderr, "%s\n", err);
		exit(66);
	}
}

/* Goes round the kinds; the sites of one kind are taken evenly spread over the program. */
static void plan_mutants(const struct bench *b, struct cases *c, const char *program)
{
	char *path = format_path(b->objects, program, mutant_build);
	struct mutate *m = open_object(path);
	size_t taken = 0, kinds = 0;
	for (enum mutation kind = 0; kind < MUTATE_KINDS; kind++)
		kinds += mutate_count(m, kind) > 0;
	size_t rounds = kinds ? (b->mutants + kinds - 1) / kinds : 0;
	for (size_t round = 0; round < rounds; round++)
		for (enum mutation kind = 0; kind < MUTATE_KINDS; kind++) {
			size_t count = mutate_count(m, kind), of = count < rounds ? count : rounds;
			if (round >= of || taken == b->mutants)
				continue;
			plan_mutant(b, c, program, m, kind, (2 * round + 1) * count / (2 * of));
			taken++;
		}
	mutate_close(m);
	free(path);
}

/* The verdict that the source's header line expects of a program against itself. */
static bool is_expected(const struct bench *b, const char *program, enum run_verdict verdict)
{
	char path[PATH], line[TEXT], word[16] = "";
	snprintf(path, sizeof(path), "%s/%s.c", b->sources, program);
	FILE *f = fopen(path, "r");
	while (f && !word[0] && fgets(line, sizeof(line), f))
		sscanf(line, "// verdict: self=%15[a-z]", word);
	if (f)
		fclose(f);
	return strcmp(word, run_verdict_names[verdict]) == 0;
}

static int compare_ms(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void print_totals(const char *title, const struct cases *c)
{
	size_t counts[RUN_VERDICTS] = {0};
	double *ms = grow(NULL, c->n + 1, sizeof(*ms));
	for (size_t i = 0; i < c->n; i++) {
		counts[c->runs[i].verdict]++;
		ms[i] = c->runs[i].ms;
	}
	qsort(ms, c->n, sizeof(*ms), compare_ms);
	printf("\n%s: %zu", title, c->n);
	for (enum run_verdict v = 0; v < RUN_VERDICTS; v++)
		printf(", %s %zu", run_verdict_names[v], counts[v]);
	if (c->n)
		printf(", median %.1f ms, longest %.1f ms", ms[c->n / 2], ms[c->n - 1]);
	printf("\n");
	free(ms);
}

/* How often each reason stands behind an unknown. */
static void print_reasons(const struct cases *c)
{
	for (size_t i = 0; i < c->n; i++) {
		size_t times = 0, earlier = 0;
		for (size_t j = 0; j < c->n; j++) {
			bool same = c->runs[j].verdict == RUN_UNKNOWN && !strcmp(c->runs[i].reason, c->runs[j].reason);
			times += same;
			earlier += same && j < i;
		}
		if (c->runs[i].verdict == RUN_UNKNOWN && !earlier)
			printf("  unknown, %s: %zu\n", c->runs[i].reason[0] ? c->runs[i].reason : "no reason given",
			       times);
	}
}

/* How many of the proofs were about two different pieces of code. */
static void print_same_code(const struct cases *c)
{
	size_t same = 0, proved = 0;
	for (size_t i = 0; i < c->n; i++) {
		same += c->about[i].same_code;
		proved += !c->about[i].same_code && c->runs[i].verdict == RUN_PROVED;
	}
	printf("  byte for byte the same code (=): %zu; of the other %zu, proved %zu\n", same, c->n - same, proved);
}

/* Returns the number of failures. */
static size_t report_pairs(const struct bench *b, const struct cases *c)
{
	size_t failures = 0;
	printf("%-18s %-8s %-14s %-8s %9s  %s\n", "program", "insns", "builds", "verdict", "ms",
	       "decided by, or reason");
	for (size_t i = 0; i < c->n; i++) {
		const struct run *r = &c->runs[i];
		const struct about *a = &c->about[i];
		bool surprise = a->is_self && !is_expected(b, a->program, r->verdict);
		bool bad = surprise || r->verdict == RUN_REFUTED || r->verdict == RUN_CRASHED;
		printf("%-18s %-8s %-14s %-8s %9.1f  %s%s%s%s\n", a->program, a->insns, a->text,
		       run_verdict_names[r->verdict], r->ms, r->decided_by, r->decided_by[0] ? " " : "",
		       r->verdict == RUN_PROVED ? "" : r->reason, bad ? "  FAILED" : "");
		failures += bad;
	}
	print_totals("pairs of builds", c);
	print_same_code(c);
	print_reasons(c);
	return failures;
}

static bool is_contradicted(const struct run *r)
{
	return strncmp(r->kernel, "contradicted", strlen("contradicted")) == 0;
}

/* A proved mutant may be equal by chance (a dead store, a redundant check): the kernel has a look. */
static bool report_proved_mutant(const struct run *r, const struct about *a)
{
	static const char *const names[] = {[DIFF_SAME] = "the same on random inputs",
					    [DIFF_DIFFERENT] = "DIFFERENT on the kernel: FAILED",
					    [DIFF_SKIPPED] = "not tried"};
	char text[TEXT] = "";
	enum diff diff = diff_objects(r->a, r->b, text, sizeof(text));
	printf("  %-18s %s: %s%s%s\n", a->program, a->text, names[diff], text[0] ? ": " : "", text);
	return diff != DIFF_DIFFERENT;
}

static size_t report_proved_mutants(const struct cases *c)
{
	size_t failures = 0;
	printf("\nproved mutants, to be reviewed:\n");
	for (size_t i = 0; i < c->n; i++)
		if (c->runs[i].verdict == RUN_PROVED)
			failures += !report_proved_mutant(&c->runs[i], &c->about[i]);
	return failures;
}

static void print_kernel_totals(const struct cases *c)
{
	static const char *const words[] = {"confirmed", "contradicted", "skipped"};
	printf("refuted mutants, by the kernel's replay:");
	for (size_t w = 0; w < sizeof(words) / sizeof(*words); w++) {
		size_t times = 0;
		for (size_t i = 0; i < c->n; i++)
			times += c->runs[i].verdict == RUN_REFUTED &&
				 !strncmp(c->runs[i].kernel, words[w], strlen(words[w]));
		printf(" %s %zu", words[w], times);
	}
	printf("\n");
}

static size_t report_mutants(const struct cases *c)
{
	size_t failures = 0;
	printf("\n%-18s %-8s %9s  %s\n", "program", "verdict", "ms", "mutant: kernel or reason");
	for (size_t i = 0; i < c->n; i++) {
		const struct run *r = &c->runs[i];
		bool bad = r->verdict == RUN_CRASHED || is_contradicted(r);
		printf("%-18s %-8s %9.1f  %s: %s%s\n", c->about[i].program, run_verdict_names[r->verdict], r->ms,
		       c->about[i].text, r->verdict == RUN_REFUTED ? r->kernel : r->reason, bad ? "  FAILED" : "");
		failures += bad;
	}
	print_totals("mutants", c);
	print_reasons(c);
	print_kernel_totals(c);
	return failures + report_proved_mutants(c);
}

static void remove_mutants(const struct bench *b, const struct cases *c)
{
	for (size_t i = 0; !b->keep && i < c->n; i++)
		unlink(c->runs[i].b);
	if (!b->keep)
		rmdir(b->scratch);
}

static int run_bench(const struct bench *b)
{
	struct cases builds = {0}, mutants = {0};
	for (size_t i = 0; i < b->n_names; i++) {
		plan_pairs(b, &builds, b->names[i]);
		plan_mutants(b, &mutants, b->names[i]);
	}
	run_all(builds.runs, builds.n, &b->run);
	size_t failures = report_pairs(b, &builds);
	fflush(stdout);
	run_all(mutants.runs, mutants.n, &b->run);
	failures += report_mutants(&mutants);
	printf("\nfailures: %zu\n", failures);
	remove_mutants(b, &mutants);
	free_cases(&builds);
	free_cases(&mutants);
	return failures ? 1 : 0;
}

/* All programs of the corpus: those that have the build whose mutants are made. */
static void find_programs(struct bench *b, glob_t *found)
{
	char pattern[PATH];
	size_t suffix = strlen(mutant_build) + strlen("..o");
	snprintf(pattern, sizeof(pattern), "%s/*.%s.o", b->objects, mutant_build);
	if (glob(pattern, 0, NULL, found) != 0)
		return;
	b->names = found->gl_pathv;
	b->n_names = found->gl_pathc;
	for (size_t i = 0; i < b->n_names; i++) {
		char *name = b->names[i];
		memmove(name, name + strlen(b->objects) + 1, strlen(name) - strlen(b->objects));
		name[strlen(name) - suffix] = 0;
	}
}

static int usage(void)
{
	fprintf(
	    stderr,
	    "usage: bench_equiv [--bpfprove=FILE] [--objects=FOLDER] [--sources=FOLDER] [--solver=NAME]\n"
	    "                   [--timeout=SECONDS] [--mutants=N] [--jobs=N] [--keep=FOLDER] [--quick] [PROGRAM...]\n");
	return 64;
}

static bool parse_options(struct bench *b, int argc, char **argv)
{
	static const struct option options[] = {
	    {"bpfprove", required_argument, NULL, 'b'}, {"objects", required_argument, NULL, 'o'},
	    {"sources", required_argument, NULL, 's'},  {"solver", required_argument, NULL, 'S'},
	    {"timeout", required_argument, NULL, 't'},  {"mutants", required_argument, NULL, 'm'},
	    {"jobs", required_argument, NULL, 'j'},     {"keep", required_argument, NULL, 'k'},
	    {"quick", no_argument, NULL, 'q'},          {0},
	};
	const char **const texts[] = {
	    ['b'] = &b->run.bpfprove, ['o'] = &b->objects, ['s'] = &b->sources, ['S'] = &b->run.solver};
	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) >= 0;) {
		if (c == '?')
			return false;
		if (c < (int)(sizeof(texts) / sizeof(*texts)) && texts[c])
			*texts[c] = optarg;
		else if (c == 't')
			b->run.timeout = (unsigned)strtoul(optarg, NULL, 10);
		else if (c == 'm')
			b->mutants = strtoul(optarg, NULL, 10);
		else if (c == 'j')
			b->run.jobs = (unsigned)strtoul(optarg, NULL, 10);
		else if (c == 'k')
			b->keep = snprintf(b->scratch, sizeof(b->scratch), "%s", optarg) > 0;
		else
			b->quick = true;
	}
	return b->run.jobs > 0 && b->run.timeout > 0;
}

int main(int argc, char **argv)
{
	struct bench b = {.run = {.bpfprove = "build/bpfprove", .timeout = 60, .jobs = 2},
			  .objects = "build/corpus",
			  .sources = "corpus",
			  .scratch = "/tmp/bench.XXXXXX",
			  .mutants = 12};
	glob_t found = {0};
	if (!parse_options(&b, argc, argv))
		return usage();
	if (b.quick && b.mutants > 4)
		b.mutants = 4;
	if (!b.keep && !mkdtemp(b.scratch)) {
		perror(b.scratch);
		return 66;
	}
	b.names = argv + optind;
	b.n_names = (size_t)(argc - optind);
	if (!b.n_names)
		find_programs(&b, &found);
	int status = run_bench(&b);
	globfree(&found);
	return status;
}
