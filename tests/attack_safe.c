/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * attack_safe [--programs=N] [--seed=S] [--kernel=K] [--only] [DIR...]: random programs, made from accepted ones, at
 * the safety prover. Whatever it proves runs on 50 inputs in the concrete
 * machine with all checks on, and none may fault or come back to a state it was in; one in K of
 * those (0: none) is loaded into the live kernel as well, and where that takes
 * it, a test run has to agree with the concrete machine. DIR: texts and objects
 * of accepted programs. --only: the one program of seed S, printed.
 *
 * Workers take the seeds in chunks, so that a crash is one seed's.
 */
#include "checker/exec/probe.h"
#include "checker/safety/safety.h"
#include "tests/attack_base.h"
#include "tests/campaign.h"
#include "tests/children.h"
#include "tests/shrink.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	INPUTS = 50,
	CHUNK = 250,
	TIMEOUT_MS = 3000,
	LONG_RUN = 3000000 /* instructions */
};

/* What a worker finds, in shared memory. */
struct chunk {
	uint64_t first, n, at; /* at: the seed at work */
	size_t programs, proved, unknown, refuted, unsound, busy, kernel_runs, kernel_differs;
};

struct attack {
	struct attack_bases bases;
	uint64_t programs, seed, kernel; /* kernel: one in so many proved programs */
	bool only;
	struct chunk *chunks;
	size_t n_chunks, crashes;
};
static struct attack attack = {.programs = 20000, .seed = 1, .kernel = 10};

static enum verdict prove(const struct program *p, bool privileged)
{
	struct safety_options o = {.privileged = privileged, .no_search = true, .timeout_ms = TIMEOUT_MS};
	struct safety_result r;
	safety_check(p, &o, &r);
	enum verdict v = r.verdict;
	safety_release(&r);
	return v;
}

/* Is the program proved, and does it fault all the same? */
struct question {
	bool privileged;
	uint64_t seed;
	char what[300];
	struct input *witness; /* of the last fault found; owned */
};

static bool faults(struct question *q, const struct program *p)
{
	struct probe_options o = {
	    .runs = INPUTS, .seed = q->seed, .exec = {.safety = SAFETY_ON | (q->privileged ? SAFETY_PRIVILEGED : 0)}};
	struct exec_outcome out;
	struct input *witness;
	if (!probe_fault(p, &o, &witness, &out))
		return false;
	snprintf(q->what, sizeof q->what, "instruction %u: %s: %s", out.slot, fault_texts[out.fault], out.what);
	exec_release(&out);
	input_free(q->witness);
	q->witness = witness;
	return true;
}

static bool is_unsound(void *arg, const struct program *p)
{
	struct question *q = arg;
	return prove(p, q->privileged) == VERDICT_PROVED && faults(q, p);
}

/* Only maps with names and bytes that a text can have. */
static bool is_printable(const struct program *p)
{
	for (size_t i = 0; i < p->object->n_maps; i++)
		if (p->object->maps[i].is_data && p->object->maps[i].n_vars != 1)
			return false;
	return true;
}

static void print_program(const struct program *p)
{
	if (is_printable(p)) {
		shrink_print(p, stdout);
		return;
	}
	for (size_t i = 0; i < p->n; i++) {
		char line[200];
		insn_print(&p->insns[i], line, sizeof line);
		printf("%4zu  %s\n", i, line);
	}
}

static void report(const struct attack_program *a, uint64_t seed, struct question *q)
{
	printf("--- seed %llu (%s), %s: proved, but %s\n", (unsigned long long)seed, a->name,
	       q->privileged ? "privileged" : "unprivileged", q->what);
	struct program p = a->program;
	shrink_program(&p, is_unsound, q);
	is_unsound(q, &p);
	printf("shrunk: %s\n", q->what);
	print_program(&p);
	fflush(stdout);
}

/* Runs that go on and on, which a search for faults does not count: they may end all the same, so this is a note only.
 * One whose state repeats is a fault. */
static bool is_long(const struct attack_program *a, uint64_t seed)
{
	bool busy = false;
	for (unsigned kind = 0; kind < RANDOM_INPUTS && !busy; kind += 3) {
		struct input *in = random_program_input(&a->program, kind, seed);
		struct exec_outcome out;
		exec_run(&a->program, in, &(struct exec_options){.max_steps = LONG_RUN, .no_output = true}, &out);
		busy = out.end == EXEC_FAULT && out.fault == FAULT_ENDLESS;
		exec_release(&out);
		input_free(in);
	}
	if (busy) {
		printf("--- seed %llu (%s): proved, but still busy after %d instructions\n", (unsigned long long)seed,
		       a->name, LONG_RUN);
		print_program(&a->program);
		fflush(stdout);
	}
	return busy;
}

/* What depends on an address is not the same in the kernel. */
static bool is_free_of_addresses(const struct attack_program *a, const struct question *q)
{
	return !q->privileged || prove(&a->program, false) == VERDICT_PROVED;
}

static void ask_kernel(const struct attack_program *a, uint64_t seed, struct chunk *c)
{
	struct campaign campaign = {.out = stdout};
	struct program p = a->program;
	for (unsigned kind = 1; kind < 4; kind++) {
		struct input *in = random_program_input(&p, kind, seed);
		if (is_printable(&p))
			campaign_compare_kernel(&campaign, &p, in, seed);
		input_free(in);
	}
	c->kernel_runs += campaign.kernel_runs > 0;
	c->kernel_differs += campaign.kernel_disagreements > 0;
}

static void attack_seed(uint64_t seed, struct chunk *c)
{
	struct attack_program a;
	if (!attack_make(&attack.bases, seed, &a))
		return;
	struct question q = {.privileged = seed % 4 != 0, .seed = seed};
	if (attack.only)
		print_program(&a.program);
	enum verdict v = prove(&a.program, q.privileged);
	c->programs++;
	c->proved += v == VERDICT_PROVED;
	c->unknown += v == VERDICT_UNKNOWN;
	c->refuted += v == VERDICT_REFUTED;
	if (attack.only)
		printf("%s, %s\n", a.name, v == VERDICT_PROVED ? "proved" : "not proved");
	if (v == VERDICT_PROVED && faults(&q, &a.program)) {
		c->unsound++;
		report(&a, seed, &q);
	} else if (v == VERDICT_PROVED) {
		c->busy += is_long(&a, seed);
		if (attack.kernel && seed % attack.kernel == 1 % attack.kernel && is_free_of_addresses(&a, &q))
			ask_kernel(&a, seed, c);
	}
	input_free(q.witness);
	attack_release(&a);
}

static void run_chunk(const void *work, void *result)
{
	struct chunk *c = result;
	(void)work;
	for (; c->at < c->first + c->n; c->at++)
		attack_seed(c->at, c);
	fflush(stdout);
}

static void finish_chunk(void *result, const struct child_end *end)
{
	struct chunk *c = result;
	if (end->good)
		return;
	printf("--- seed %llu: the prover crashed: %s\n", (unsigned long long)c->at, end->what);
	attack.crashes++;
	c->at++;
}

static void run_all(unsigned jobs)
{
	struct children pool = {.limits = {.seconds = 600, .mebibytes = 4096, .jobs = jobs}, .finish = finish_chunk};
	attack.n_chunks = (attack.programs + CHUNK - 1) / CHUNK;
	attack.chunks = children_share((attack.n_chunks + 1) * sizeof *attack.chunks);
	bool again = true;
	for (size_t i = 0; i < attack.n_chunks; i++) {
		struct chunk *c = &attack.chunks[i];
		uint64_t rest = attack.programs - i * CHUNK;
		c->first = c->at = attack.seed + i * CHUNK;
		c->n = rest < CHUNK ? rest : CHUNK;
	}
	while (again) { /* what a crash left over */
		again = false;
		for (size_t i = 0; i < attack.n_chunks; i++) {
			struct chunk *c = &attack.chunks[i];
			if (c->at == c->first + c->n)
				continue;
			again = true;
			children_start(&pool, run_chunk, NULL, c);
			if (isatty(STDERR_FILENO))
				fprintf(stderr, "\r%zu of %zu ", i * CHUNK, (size_t)attack.programs);
		}
		children_wait(&pool);
	}
}

static bool print_sum(void)
{
	struct chunk sum = {0};
	for (size_t i = 0; i < attack.n_chunks; i++) {
		const struct chunk *c = &attack.chunks[i];
		sum.programs += c->programs;
		sum.proved += c->proved;
		sum.unknown += c->unknown;
		sum.refuted += c->refuted;
		sum.unsound += c->unsound;
		sum.busy += c->busy;
		sum.kernel_runs += c->kernel_runs;
		sum.kernel_differs += c->kernel_differs;
	}
	printf("%zu programs from seed %llu on: %zu proved, %zu unknown, %zu refuted\n", sum.programs,
	       (unsigned long long)attack.seed, sum.proved, sum.unknown, sum.refuted);
	printf("of those proved: %zu fault, %zu ran on and on, %zu ran in the kernel, %zu differ there; %zu crashes\n",
	       sum.unsound, sum.busy, sum.kernel_runs, sum.kernel_differs, attack.crashes);
	return sum.programs && !sum.unsound && !sum.kernel_differs && !attack.crashes;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
	    {"programs", required_argument, NULL, 'n'}, {"seed", required_argument, NULL, 's'},
	    {"kernel", required_argument, NULL, 'k'},   {"jobs", required_argument, NULL, 'j'},
	    {"only", no_argument, NULL, 'o'},           {0}};
	unsigned jobs = 2;
	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		if (c == 'n')
			attack.programs = strtoull(optarg, NULL, 0);
		else if (c == 's')
			attack.seed = strtoull(optarg, NULL, 0);
		else if (c == 'k')
			attack.kernel = strtoull(optarg, NULL, 0);
		else if (c == 'j')
			jobs = (unsigned)atoi(optarg);
		else if (c == 'o')
			attack.only = true;
		else
			return 64;
	}
	if (!jobs || jobs > CHILDREN_MAX || !attack.programs)
		return 64;
	for (int i = optind; i < argc; i++)
		if (!attack_read_bases(&attack.bases, argv[i])) {
			fprintf(stderr, "attack_safe: nothing to begin with in %s\n", argv[i]);
			return 66;
		}
	attack.programs = attack.only ? 1 : attack.programs;
	printf("%zu objects to begin with\n", attack.bases.n);
	run_all(jobs);
	bool good = print_sum();
	attack_release_bases(&attack.bases);
	return good ? 0 : 1;
}
