/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * attack_window PROGRAMS SEED [DIR...]: random programs and those of the folders' objects, changed in a few
 * instructions each; exit status 1 if windows prove a change that shows in a run of the concrete machine.
 */
#include "tests/attack_base.h"
#include "tests/attack_window.h"
#include "tests/random_relation.h"

#include <stdio.h>
#include <stdlib.h>

enum { CHANGES = 12 };

static void attack_object(const struct object *o, const char *name, uint64_t seed, struct attack_window *out)
{
	for (size_t i = 0; i < o->n_programs && !*out->wrong; i++)
		if (!o->programs[i]->error)
			attack_window(o->programs[i], seed, CHANGES, out);
	if (*out->wrong)
		printf("--- seed %llu, %s: %s\n", (unsigned long long)seed, name, out->wrong);
}

static void attack_relations(uint64_t seed, struct attack_window *out)
{
	struct object *o;
	char err[300];
	if (object_assemble("relations", random_relation_text(seed), &o, err, sizeof err) != OBJECT_OK)
		abort(); /* a bug of the generator or of the assembler */
	attack_object(o, "relations", seed, out);
	object_free(o);
}

static void attack_made(const struct attack_bases *b, uint64_t seed, struct attack_window *out)
{
	struct attack_program a;
	if (!attack_make(b, seed, &a))
		return;
	attack_window(&a.program, seed, CHANGES, out);
	if (*out->wrong)
		printf("--- seed %llu, %s: %s\n", (unsigned long long)seed, a.name, out->wrong);
	attack_release(&a);
}

int main(int argc, char **argv)
{
	struct attack_bases bases = {0};
	struct attack_window sum = {0};
	unsigned wrong = 0;
	if (argc < 3) {
		fprintf(stderr, "usage: %s PROGRAMS SEED [DIR...]\n", argv[0]);
		return 64;
	}
	for (int i = 3; i < argc; i++)
		attack_read_bases(&bases, argv[i]);
	uint64_t n = strtoull(argv[1], NULL, 0), first = strtoull(argv[2], NULL, 0);
	for (uint64_t seed = first; seed < first + n; seed++) {
		*sum.wrong = 0;
		if (seed % 4)
			attack_made(&bases, seed, &sum);
		else
			attack_relations(seed, &sum);
		wrong += *sum.wrong != 0;
		fflush(stdout);
	}
	printf("%llu changes, %llu proved, %llu runs compared, %u wrong\n", (unsigned long long)sum.asked,
	       (unsigned long long)sum.proved, (unsigned long long)sum.compared, wrong);
	attack_release_bases(&bases);
	return wrong != 0;
}
