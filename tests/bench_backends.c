/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The same queries to several solvers in one run: all that `bench --log=DIR`
 * left, each different one once. A solver is asked as its users meet it: `sat`
 * in this process where the query is small, the others in a process that is
 * made for the query, with what it takes to start. `file:COMMAND` runs the
 * command on the script itself.
 *
 *   bench_backends [--json=FILE] [--seconds=N] [--most=N] [--solver=SPEC ...] DIR
 *
 * Fails when two solvers disagree, or a solver's process crashes.
 */
#include "clock.h"
#include "encode/solver/solver.h"
#include "tests/children.h"
#include "tests/command.h"
#include "tests/sample.h"
#include "tests/smt2_read.h"

#include <getopt.h>
#include <glob.h>
#include <jansson.h>
#include <string.h>

enum { SOLVERS_MAX = 8, CLASSES = 4 };

struct query_row {
	const char *path;
	size_t terms;
	bool is_read;
	struct {
		enum solver_answer answer;
		double ms;
	} by[SOLVERS_MAX];
};

struct bench {
	const char *solvers[SOLVERS_MAX], *json;
	size_t n_solvers;
	struct child_limits limits;
	size_t most; /* queries, taken evenly; 0: all */
	struct query_row *rows;
	size_t n, n_files;
};

static const char *const answer_names[] = {"sat", "unsat", "unknown"};

static enum solver_answer ask_solver(const char *spec, const struct smt2 *script, const struct child_limits *limits)
{
	char err[200];
	struct solver_limits sl = {.query_ms = limits->seconds * 1000, .memory_mib = limits->mebibytes * 3 / 4};
	struct solver *s = solver_open(spec, sl, err, sizeof err);
	if (!s) {
		fprintf(stderr, "bench_backends: %s\n", err);
		exit(64);
	}
	enum solver_answer a = solver_check(s, script->pool, "query", script->asserts, script->n_asserts, NULL, NULL);
	solver_close(s);
	return a;
}

static bool open_script(const char *path, struct smt2 *out)
{
	char err[200];
	FILE *f = fopen(path, "r");
	if (!f)
		return false;
	bool good = smt2_read(f, out, err, sizeof err);
	if (!good)
		fprintf(stderr, "%s: %s\n", path, err);
	fclose(f);
	return good;
}

/* A pool of its own for each solver: a query built in a used one may cost less. */
static void ask_all(const void *work, void *result)
{
	const struct bench *b = work;
	struct query_row *row = result;
	for (size_t i = 0; i < b->n_solvers; i++) {
		bool command = !strncmp(b->solvers[i], "file:", 5);
		struct smt2 script = {0};
		if (!command && !open_script(row->path, &script))
			exit(1);
		double start = clock_now_ms();
		row->by[i].answer = command ? command_ask(b->solvers[i] + 5, row->path, b->limits.seconds)
					    : ask_solver(b->solvers[i], &script, &b->limits);
		row->by[i].ms = clock_now_ms() - start;
		row->terms = command ? row->terms : script.n_terms;
		if (!command)
			smt2_release(&script);
	}
	row->is_read = true;
}

static void finish(void *result, const struct child_end *end)
{
	struct query_row *row = result;
	if (!end->good)
		fprintf(stderr, "%s: %s\n", row->path, end->what);
	row->is_read &= end->good;
}

static int compare_hash(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

static uint64_t hash_file(const char *path)
{
	FILE *f = fopen(path, "r");
	uint64_t h = f ? smt2_hash(f) : 0;
	if (f)
		fclose(f);
	return h;
}

/* Moves the first file of each different query to the front; returns how many. */
static size_t drop_repeated(char **paths, size_t n)
{
	struct keyed {
		uint64_t hash;
		char *path;
	} *all = calloc(n + 1, sizeof *all);
	size_t kept = 0;
	if (!all)
		abort();
	for (size_t i = 0; i < n; i++)
		all[i] = (struct keyed){hash_file(paths[i]), paths[i]};
	qsort(all, n, sizeof *all, compare_hash);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || all[i].hash != all[i - 1].hash)
			paths[kept++] = all[i].path;
	free(all);
	return kept;
}

static void run_all(struct bench *b, glob_t *g)
{
	struct child_limits limits = b->limits;
	limits.seconds = (unsigned)(b->n_solvers + 1) * limits.seconds + 10;
	struct children jobs = {.limits = limits, .finish = finish};
	size_t n = drop_repeated(g->gl_pathv, g->gl_pathc), most = b->most && b->most < n ? b->most : n;
	b->n_files = g->gl_pathc;
	b->rows = children_share((most + 1) * sizeof *b->rows);
	for (; b->n < most; b->n++) {
		b->rows[b->n].path = g->gl_pathv[b->n * n / most];
		children_start(&jobs, ask_all, b, &b->rows[b->n]);
	}
	children_wait(&jobs);
	printf("%zu queries, %zu different, %zu asked, %u s each\n\n", b->n_files, n, b->n, b->limits.seconds);
}

static const size_t class_ends[CLASSES] = {30, 300, 3000, SIZE_MAX};

static bool is_in(const struct query_row *r, size_t class)
{
	return r->is_read && r->terms <= class_ends[class] && (class == 0 || r->terms > class_ends[class - 1]);
}

static bool is_answered(const struct query_row *r, size_t solver)
{
	return r->by[solver].answer != SOLVER_UNKNOWN;
}

/* class CLASSES: all. Ratios are to the first solver, over the queries that both answer. */
static void print_row(const struct bench *b, size_t solver, size_t class)
{
	struct sample ms = {0}, ratios = {0};
	size_t answered = 0, sat = 0;
	double both[2] = {0};
	for (size_t i = 0; i < b->n; i++) {
		const struct query_row *r = &b->rows[i];
		if (class < CLASSES ? !is_in(r, class) : !r->is_read)
			continue;
		sample_add(&ms, r->by[solver].ms);
		answered += is_answered(r, solver);
		sat += r->by[solver].answer == SOLVER_SAT;
		if (!is_answered(r, solver) || !is_answered(r, 0))
			continue;
		both[0] += r->by[0].ms;
		both[1] += r->by[solver].ms;
		sample_add(&ratios, r->by[solver].ms / r->by[0].ms);
	}
	printf("%-34s %7zu %8zu %6zu %6zu %10.3f %10.3f %10.1f %10.0f %9.1f %9.1f\n", b->solvers[solver], ms.n,
	       answered, sat, answered - sat, sample_percentile(&ms, 50), sample_percentile(&ms, 90),
	       sample_percentile(&ms, 100), sample_sum(&ms), sample_percentile(&ratios, 50),
	       both[0] > 0 ? both[1] / both[0] : 0);
	sample_release(&ms);
	sample_release(&ratios);
}

static void print_class(const struct bench *b, size_t class, const char *title)
{
	printf("%-34s %7s %8s %6s %6s %10s %10s %10s %10s %9s %9s\n", title, "queries", "answered", "sat", "unsat",
	       "median ms", "90 % ms", "most ms", "total ms", "x median", "x total");
	for (size_t s = 0; s < b->n_solvers; s++)
		print_row(b, s, class);
	printf("\n");
}

static void print_all(const struct bench *b)
{
	for (size_t c = 0; c < CLASSES; c++) {
		char title[64];
		snprintf(title, sizeof title, c + 1 < CLASSES ? "up to %zu terms" : "more terms", class_ends[c]);
		print_class(b, c, title);
	}
	print_class(b, CLASSES, "all");
}

/* Of all that solvers say of one query, definite answers are the same. */
static size_t count_disagreements(const struct bench *b)
{
	size_t wrong = 0;
	for (size_t i = 0; i < b->n; i++) {
		bool said[3] = {false};
		for (size_t s = 0; b->rows[i].is_read && s < b->n_solvers; s++)
			said[b->rows[i].by[s].answer] = true;
		if (said[SOLVER_SAT] && said[SOLVER_UNSAT])
			printf("solvers disagree: %s\n", b->rows[i].path);
		wrong += (said[SOLVER_SAT] && said[SOLVER_UNSAT]) || !b->rows[i].is_read;
	}
	return wrong;
}

static bool save(const struct bench *b)
{
	json_t *list = json_array();
	for (size_t i = 0; i < b->n; i++) {
		const struct query_row *r = &b->rows[i];
		json_t *by = json_object();
		for (size_t s = 0; s < b->n_solvers; s++)
			json_object_set_new(by, b->solvers[s],
					    json_pack("[s, f]", answer_names[r->by[s].answer], r->by[s].ms));
		json_array_append_new(
		    list, json_pack("{s:s, s:I, s:o}", "query", r->path, "terms", (json_int_t)r->terms, "by", by));
	}
	int failed = json_dump_file(list, b->json, JSON_INDENT(1));
	json_decref(list);
	if (failed)
		fprintf(stderr, "bench_backends: %s can't be written\n", b->json);
	return !failed;
}

static bool parse_options(struct bench *b, int argc, char **argv)
{
	static const struct option options[] = {
	    {"json", required_argument, NULL, 'J'}, {"seconds", required_argument, NULL, 's'},
	    {"most", required_argument, NULL, 'm'}, {"solver", required_argument, NULL, 'S'},
	    {"jobs", required_argument, NULL, 'j'}, {0}};
	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) >= 0;) {
		if (c == '?' || (c == 'S' && b->n_solvers == SOLVERS_MAX))
			return false;
		if (c == 'J')
			b->json = optarg;
		else if (c == 'S')
			b->solvers[b->n_solvers++] = optarg;
		else if (c == 'm')
			b->most = strtoul(optarg, NULL, 10);
		else
			*(c == 's' ? &b->limits.seconds : &b->limits.jobs) = (unsigned)strtoul(optarg, NULL, 10);
	}
	return optind + 1 == argc && b->limits.seconds && b->limits.jobs && b->limits.jobs <= CHILDREN_MAX;
}

int main(int argc, char **argv)
{
	static const char *const usual[] = {"sat", "z3", "cvc5"};
	struct bench b = {.limits = {.seconds = 2, .mebibytes = 2048, .jobs = 1}};
	char pattern[512];
	glob_t g;
	if (!parse_options(&b, argc, argv)) {
		fprintf(stderr, "usage: bench_backends [--json=FILE] [--seconds=N] [--most=N] [--jobs=N]\n"
				"                      [--solver=SPEC ...] DIR\n");
		return 64;
	}
	if (!b.n_solvers)
		while (b.n_solvers < sizeof usual / sizeof *usual) {
			b.solvers[b.n_solvers] = usual[b.n_solvers];
			b.n_solvers++;
		}
	snprintf(pattern, sizeof pattern, "%s/*/*.smt2", argv[optind]);
	if (glob(pattern, 0, NULL, &g) != 0) {
		fprintf(stderr, "bench_backends: no queries in %s\n", argv[optind]);
		return 66;
	}
	run_all(&b, &g);
	print_all(&b);
	size_t wrong = count_disagreements(&b);
	printf("disagreements and crashes: %zu\n", wrong);
	return b.json && !save(&b) ? 66 : wrong ? 1 : 0;
}
