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

#include "tests/bench_corpus.h"
#include "tests/bench_diff.h"
#include "tests/bench_run.h"
#include "tests/sample.h"

enum { NAME = 64, PATH = 512, TEXT = 256 };

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

static void compare_code(struct about *about, const char *first, const char *second)
{
	struct mutate *a = corpus_open(first), *b = corpus_open(second);
	about->same_code = mutate_same_code(a, b);
	snprintf(about->insns, sizeof(about->insns), "%zu%s%zu", mutate_slots(a), about->same_code ? "=" : "/",
		 mutate_slots(b));
	mutate_close(a);
	mutate_close(b);
}

static void plan_pairs(const struct bench *b, struct cases *c, const char *program)
{
	for (size_t i = 0; i < n_corpus_pairs; i++) {
		if (b->quick && !corpus_pairs[i].quick)
			continue;
		char *first = corpus_path(b->objects, program, corpus_pairs[i].a);
		char *second = corpus_path(b->objects, program, corpus_pairs[i].b);
		struct about *about = add_case(c, program, first, second);
		about->is_self =
		    corpus_pairs[i].a == corpus_pairs[i].b || strcmp(corpus_pairs[i].a, corpus_pairs[i].b) == 0;
		snprintf(about->text, sizeof(about->text), "%s : %s", corpus_pairs[i].a, corpus_pairs[i].b);
		compare_code(about, first, second);
	}
}

static void take_mutant(void *cases, const char *program, char *original, char *mutant, const char *text, size_t slots)
{
	struct about *about = add_case(cases, program, original, mutant);
	snprintf(about->text, sizeof(about->text), "%s", text);
	snprintf(about->insns, sizeof(about->insns), "%zu", slots);
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

static void print_totals(const char *title, const struct cases *c)
{
	size_t counts[RUN_VERDICTS] = {0};
	struct sample ms = {0};
	for (size_t i = 0; i < c->n; i++) {
		counts[c->runs[i].verdict]++;
		sample_add(&ms, c->runs[i].ms);
	}
	printf("\n%s: %zu", title, c->n);
	for (enum run_verdict v = 0; v < RUN_VERDICTS; v++)
		printf(", %s %zu", run_verdict_names[v], counts[v]);
	if (c->n)
		printf(", median %.1f ms, longest %.1f ms", sample_percentile(&ms, 50), sample_percentile(&ms, 100));
	printf("\n");
	sample_release(&ms);
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
		corpus_mutants(b->objects, b->scratch, b->names[i], b->mutants, take_mutant, &mutants);
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
		b.n_names = corpus_find(b.objects, &found, &b.names);
	int status = run_bench(&b);
	globfree(&found);
	return status;
}
