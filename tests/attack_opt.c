/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * attack_opt PROGRAMS SEED SECONDS [DIR...]: each program is optimized for so long, and every version that was adopted
 * is held against the first on the concrete machine; exit status 1 if one differs.
 */
#include "clock.h"
#include "synth/engine/engine.h"
#include "tests/attack_base.h"
#include "tests/attack_window.h"
#include "tests/random_relation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sums {
	struct attack_window runs;
	uint64_t slots[2]; /* before, after */
	unsigned programs, wrong;
};

static void print_program(const struct program *p)
{
	char text[100];
	for (size_t i = 0; i < p->n; i++) {
		insn_print(&p->insns[i], text, sizeof text);
		printf("%5zu: %s\n", i, text);
	}
}

static void report(const struct engine_result *r, size_t step, const char *name, uint64_t seed, const char *what)
{
	const struct engine_step *s = &r->steps[step];
	printf("--- seed %llu, %s: step %zu, %s (%s), by %s: %s\n", (unsigned long long)seed, name, step, s->by,
	       s->what, s->how, what);
	print_program(s[-1].v.p);
	printf("=>\n");
	print_program(s->v.p);
	fflush(stdout);
}

static void attack(const struct program *p, const char *name, uint64_t seed, double seconds, struct sums *sums)
{
	struct cost_table costs;
	struct engine_result r;
	cost_table_init(&costs);
	struct engine_options o = {.goal = (enum goal)(seed / 4 % (GOAL_VERIFIER + 1)),
				   .cpu = 1 + (unsigned)(seed / 16 % 4),
				   .seed = seed,
				   .deadline_ns = clock_now_ns() + (uint64_t)(seconds * 1e9),
				   .jobs = 1,
				   .kernel = KERNEL_OFF,
				   .solver = "z3",
				   .no_cache = true,
				   .costs = &costs,
				   .table = proposers,
				   .n = n_proposers};
	engine_run(p, &o, &r);
	for (size_t i = 1; i < r.n_steps; i++) {
		*sums->runs.wrong = 0;
		attack_compare(r.steps[i - 1].v.p, r.steps[i].v.p, seed, &sums->runs);
		sums->wrong += *sums->runs.wrong != 0;
		if (*sums->runs.wrong)
			report(&r, i, name, seed, sums->runs.wrong);
	}
	if (r.n_steps) {
		sums->programs++;
		sums->slots[0] += p->n;
		sums->slots[1] += r.steps[r.n_steps - 1].v.p->n;
	}
	engine_release(&r);
}

static void attack_seed(const struct attack_bases *b, uint64_t seed, double seconds, struct sums *sums)
{
	struct attack_program a;
	struct object *o;
	char err[300];
	if (seed % 4 && attack_make(b, seed, &a)) {
		attack(&a.program, a.name, seed, seconds, sums);
		attack_release(&a);
	} else if (seed % 4 == 0) {
		if (object_assemble("relations", random_relation_text(seed), &o, err, sizeof err) != OBJECT_OK)
			abort(); /* a bug of the generator or of the assembler */
		attack(o->programs[0], "relations", seed, seconds, sums);
		object_free(o);
	}
}

int main(int argc, char **argv)
{
	struct attack_bases bases = {0};
	struct sums sums = {0};
	if (argc < 4) {
		fprintf(stderr, "usage: %s PROGRAMS SEED SECONDS [DIR...]\n", argv[0]);
		return 64;
	}
	for (int i = 4; i < argc; i++)
		attack_read_bases(&bases, argv[i]);
	uint64_t n = strtoull(argv[1], NULL, 0), first = strtoull(argv[2], NULL, 0);
	for (uint64_t seed = first; seed < first + n; seed++)
		attack_seed(&bases, seed, atof(argv[3]), &sums);
	printf("%u programs, %llu slots made %llu, %llu steps, %llu runs compared, %u wrong\n", sums.programs,
	       (unsigned long long)sums.slots[0], (unsigned long long)sums.slots[1],
	       (unsigned long long)sums.runs.proved, (unsigned long long)sums.runs.compared, sums.wrong);
	attack_release_bases(&bases);
	return sums.wrong != 0;
}
