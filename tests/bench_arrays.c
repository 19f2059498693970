/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory without arrays against the solvers' arrays: the same question about
 * two programs as one script with packets and map values as our terms, and one
 * with them as arrays (kept.h), each to the commands z3 and cvc5.
 *
 *   bench_arrays [--corpus=DIR] [--real=DIR] [--parts=..] [--quick] [--only=TEXT] [--seconds=N] [--jobs=N]
 *
 * Fails when two answers to one question differ, or a process crashes.
 */
#include "checker/equiv/objects.h"
#include "tests/array_script.h"
#include "tests/bench.h"
#include "tests/command.h"
#include "tests/sample.h"

#include <string.h>
#include <unistd.h>

enum way { TERMS, ARRAYS, WAYS };
static const char *const way_names[WAYS] = {"terms", "arrays"};
static const char *const commands[] = {"z3 -smt2", "cvc5"};
enum { COMMANDS = sizeof commands / sizeof *commands };

struct outcome {
	bool done;
	enum array_state state[WAYS];
	struct array_stats stats[WAYS];
	long bytes[WAYS];
	struct {
		enum solver_answer answer;
		double ms;
	} by[WAYS][COMMANDS];
};

struct job {
	struct bench_row *row;
	const struct bench_options *o;
};

static void ask_commands(struct outcome *out, enum way way, const char *path, unsigned seconds)
{
	for (unsigned c = 0; c < COMMANDS; c++) {
		double start = clock_now_ms();
		out->by[way][c].answer = command_ask(commands[c], path, seconds);
		out->by[way][c].ms = clock_now_ms() - start;
	}
}

static void measure(const struct job *job, enum way way, const struct program *a, const struct program *b,
		    struct outcome *out)
{
	char path[BENCH_PATH], err[200];
	snprintf(path, sizeof path, "%s/%05zu.%s.smt2", job->o->scratch, job->row->index, way_names[way]);
	FILE *f = fopen(path, "w+");
	struct solver_limits limits = {.query_ms = 1000};
	struct solver *loops = solver_open("sat", limits, err, sizeof err);
	if (!f || !loops)
		exit(66);
	out->state[way] = array_write(a, b, loops, way == ARRAYS, f, &out->stats[way]);
	out->bytes[way] = ftell(f);
	fclose(f);
	solver_close(loops);
	if (out->state[way] == ARRAY_OPEN)
		ask_commands(out, way, path, job->o->limits.seconds);
	unlink(path);
}

static void run_child(const void *work, void *result)
{
	const struct job *job = work;
	struct outcome *out = result;
	struct program *a = bench_load(job->row, 0), *b = bench_load(job->row, 1);
	for (enum way way = 0; a && b && way < WAYS; way++)
		measure(job, way, a, b, out);
	if (!a || !b)
		out->state[TERMS] = out->state[ARRAYS] = ARRAY_REFUSED;
	out->done = true;
}

static void finish_child(void *result, const struct child_end *end)
{
	struct outcome *out = result;
	out->done &= end->good;
}

static enum solver_answer answer_of(const struct outcome *out, enum way way, unsigned command)
{
	static const enum solver_answer known[] = {[ARRAY_UNSAT] = SOLVER_UNSAT,
						   [ARRAY_SAT] = SOLVER_SAT,
						   [ARRAY_OPEN] = SOLVER_UNKNOWN,
						   [ARRAY_REFUSED] = SOLVER_UNKNOWN};
	return out->state[way] == ARRAY_OPEN ? out->by[way][command].answer : known[out->state[way]];
}

/* Questions that both ways can state. */
static bool counts(const struct outcome *out)
{
	return out->done && out->state[TERMS] != ARRAY_REFUSED && out->state[ARRAYS] != ARRAY_REFUSED &&
	       out->stats[ARRAYS].reads;
}

static void print_way(const struct outcome *all, size_t n, enum way way, unsigned command)
{
	struct sample ms = {0};
	size_t asked = 0, answered = 0;
	for (size_t i = 0; i < n; i++) {
		if (!counts(&all[i]))
			continue;
		asked += all[i].state[way] == ARRAY_OPEN;
		answered += answer_of(&all[i], way, command) != SOLVER_UNKNOWN;
		sample_add(&ms, all[i].by[way][command].ms); /* 0 where nothing is left to ask */
	}
	printf("%-10s %-8s %9zu %7zu %9zu %10.1f %10.1f %10.1f %11.0f\n", commands[command], way_names[way], ms.n,
	       asked, answered, sample_percentile(&ms, 50), sample_percentile(&ms, 90), sample_percentile(&ms, 100),
	       sample_sum(&ms));
	sample_release(&ms);
}

/* Arrays over terms, of the questions that are left to ask in both ways and that both answer. */
static void print_ratio(const struct outcome *all, size_t n, unsigned command)
{
	struct sample ratios = {0};
	double sum[WAYS] = {0};
	for (size_t i = 0; i < n; i++) {
		const struct outcome *o = &all[i];
		if (!counts(o) || o->state[TERMS] != ARRAY_OPEN || o->state[ARRAYS] != ARRAY_OPEN ||
		    answer_of(o, TERMS, command) == SOLVER_UNKNOWN || answer_of(o, ARRAYS, command) == SOLVER_UNKNOWN)
			continue;
		for (enum way way = 0; way < WAYS; way++)
			sum[way] += o->by[way][command].ms;
		sample_add(&ratios, o->by[ARRAYS][command].ms / o->by[TERMS][command].ms);
	}
	printf("%-10s arrays over terms, where both are asked and answer (%zu): median %.2f, 90 %% %.2f, most %.1f, of "
	       "sums %.2f\n\n",
	       commands[command], ratios.n, sample_percentile(&ratios, 50), sample_percentile(&ratios, 90),
	       sample_percentile(&ratios, 100), sum[TERMS] > 0 ? sum[ARRAYS] / sum[TERMS] : 0);
	sample_release(&ratios);
}

static void print_sizes(const struct outcome *all, size_t n)
{
	for (enum way way = 0; way < WAYS; way++) {
		struct sample ms = {0}, terms = {0}, bytes = {0};
		for (size_t i = 0; i < n; i++) {
			if (!counts(&all[i]))
				continue;
			sample_add(&ms, all[i].stats[way].ms);
			sample_add(&terms, (double)all[i].stats[way].terms);
			sample_add(&bytes, (double)all[i].bytes[way]);
		}
		printf("%-8s encoding: median %.2f ms, total %.0f ms; terms: median %.0f, total %.0f; script: median "
		       "%.0f bytes, total %.0f\n",
		       way_names[way], sample_percentile(&ms, 50), sample_sum(&ms), sample_percentile(&terms, 50),
		       sample_sum(&terms), sample_percentile(&bytes, 50), sample_sum(&bytes));
		sample_release(&ms);
		sample_release(&terms);
		sample_release(&bytes);
	}
	printf("\n");
}

static size_t count_faults(const struct bench *b, const struct outcome *all)
{
	size_t wrong = 0;
	for (size_t i = 0; i < b->n; i++) {
		bool said[3] = {false};
		for (unsigned k = 0; all[i].done && k < WAYS * COMMANDS; k++)
			said[answer_of(&all[i], k % WAYS, k / WAYS)] = true;
		bool bad = !all[i].done || (said[SOLVER_SAT] && said[SOLVER_UNSAT]);
		if (bad)
			printf("%s: %s/%s:%s\n", all[i].done ? "answers differ" : "crashed or late", b->at[i].set,
			       b->at[i].object, b->at[i].program);
		wrong += bad && all[i].done;
	}
	return wrong;
}

static int report(const struct bench *b, const struct outcome *all)
{
	size_t both = 0, terms = 0, arrays = 0;
	for (size_t i = 0; i < b->n; i++) {
		both += counts(&all[i]);
		terms += all[i].done && all[i].state[TERMS] != ARRAY_REFUSED;
		arrays += all[i].done && all[i].state[ARRAYS] != ARRAY_REFUSED;
	}
	printf("%zu pairs of programs, %zu stated with terms, %zu with arrays, %zu in both with reads of memory\n\n",
	       b->n, terms, arrays, both);
	print_sizes(all, b->n);
	printf("%-10s %-8s %9s %7s %9s %10s %10s %10s %11s\n", "solver", "memory", "questions", "asked", "answered",
	       "median ms", "90 % ms", "most ms", "total ms");
	for (unsigned c = 0; c < COMMANDS; c++) {
		for (enum way way = 0; way < WAYS; way++)
			print_way(all, b->n, way, c);
		print_ratio(all, b->n, c);
	}
	size_t wrong = count_faults(b, all);
	printf("answers that differ: %zu\n", wrong);
	return wrong ? 1 : 0;
}

int main(int argc, char **argv)
{
	char scratch[] = "/tmp/bench.XXXXXX";
	struct bench_options o;
	struct bench b = {.o = &o};
	bench_set_defaults(&o, scratch);
	memset(o.parts, 0, sizeof o.parts);
	o.parts[BENCH_builds] = o.parts[BENCH_mutants] = o.parts[BENCH_compilers] = true;
	o.limits.seconds = 5;
	if (!bench_parse_options(&o, argc, argv))
		return bench_usage();
	if (!mkdtemp(scratch)) {
		perror(scratch);
		return 66;
	}
	bench_plan_all(&b);
	struct outcome *all = children_share((b.n + 1) * sizeof *all);
	struct children jobs = {.limits = o.limits, .finish = finish_child};
	jobs.limits.seconds = 2 * COMMANDS * o.limits.seconds + 30;
	for (size_t i = 0; i < b.n; i++)
		children_start(&jobs, run_child, &(struct job){&b.at[i], &o}, &all[i]);
	children_wait(&jobs);
	bench_remove_mutants(scratch);
	return report(&b, all);
}
