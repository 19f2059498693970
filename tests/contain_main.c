/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * contain PROGRAMS SEED [DIR...]: random programs, and changes of accepted ones (as attack_safe makes them), every
 * third about relations between numbers (random_relation.c); exit status 1 if a concrete state of a proved one is in
 * none of the abstract states that the prover saw there.
 */
#include "encode/object/loader.h"
#include "tests/attack_base.h"
#include "tests/contain.h"
#include "tests/random_relation.h"
#include "tests/shrink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INPUTS = 16 };

struct question {
	bool privileged;
	uint64_t seed;
	struct contain_result result;
};

static bool is_outside(void *arg, const struct program *p)
{
	struct question *q = arg;
	contain_check(p, q->privileged, q->seed, INPUTS, &q->result);
	return q->result.outside;
}

static void report(struct attack_program *a, struct question *q)
{
	printf("--- seed %llu (%s), %s: %s\n", (unsigned long long)q->seed, a->name,
	       q->privileged ? "privileged" : "unprivileged", q->result.what);
	shrink_program(&a->program, is_outside, q);
	is_outside(q, &a->program);
	printf("shrunk: %s\n", q->result.what);
	shrink_print(&a->program, stdout);
	fflush(stdout);
}

static bool make(const struct attack_bases *b, uint64_t seed, struct attack_program *a)
{
	char err[300];
	if (seed % 3)
		return attack_make(b, seed, a);
	*a = (struct attack_program){.name = "relations"};
	if (object_assemble("relations", random_relation_text(seed), &a->object, err, sizeof err) != OBJECT_OK) {
		fprintf(stderr, "seed %llu: %s\n", (unsigned long long)seed, err);
		abort(); /* a bug of the generator or of the assembler */
	}
	a->program = *a->object->programs[0];
	a->program.insns = malloc(a->program.n * sizeof *a->program.insns);
	if (!a->program.insns)
		abort();
	memcpy(a->program.insns, a->object->programs[0]->insns, a->program.n * sizeof *a->program.insns);
	return true;
}

int main(int argc, char **argv)
{
	struct attack_bases bases = {0};
	uint64_t n = argc > 1 ? strtoull(argv[1], NULL, 0) : 1000, first = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	uint64_t programs = 0, proved = 0, states = 0, outside = 0;
	for (int i = 3; i < argc; i++)
		attack_read_bases(&bases, argv[i]);
	for (uint64_t seed = first; seed < first + n; seed++) {
		struct attack_program a;
		if (!make(&bases, seed, &a))
			continue;
		struct question q = {.privileged = seed % 4 != 0, .seed = seed};
		bool bad = is_outside(&q, &a.program);
		programs++;
		proved += q.result.proved;
		states += q.result.checked;
		outside += bad;
		if (bad)
			report(&a, &q);
		attack_release(&a);
	}
	printf("%llu programs from seed %llu on: %llu proved, %llu concrete states; %llu programs have one outside\n",
	       (unsigned long long)programs, (unsigned long long)first, (unsigned long long)proved,
	       (unsigned long long)states, (unsigned long long)outside);
	attack_release_bases(&bases);
	return proved && !outside ? 0 : 1;
}
