/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * contain PROGRAMS SEED [DIR...]: random programs, and changes of accepted ones (as attack_safe makes them); exit
 * status 1 if a concrete state of a proved one is in none of the abstract states that the prover saw there.
 */
#include "tests/attack_base.h"
#include "tests/contain.h"
#include "tests/shrink.h"

#include <stdio.h>
#include <stdlib.h>

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

int main(int argc, char **argv)
{
	struct attack_bases bases = {0};
	uint64_t n = argc > 1 ? strtoull(argv[1], NULL, 0) : 1000, first = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	uint64_t programs = 0, proved = 0, states = 0, outside = 0;
	for (int i = 3; i < argc; i++)
		attack_read_bases(&bases, argv[i]);
	for (uint64_t seed = first; seed < first + n; seed++) {
		struct attack_program a;
		if (!attack_make(&bases, seed, &a))
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
