/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/bench_corpus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH = 512, TEXT = 256 };

const struct corpus_pair corpus_pairs[] = {
    {"14.O2", "14.O2", true}, {"14.O2", "14.O1", false}, {"14.O2", "14.Os", false}, {"14.O2", "19.O1", false},
    {"14.O2", "19.O2", true}, {"14.O2", "19.Os", false}, {"19.O2", "19.O1", false}, {"19.O2", "19.O2", false},
};
const size_t n_corpus_pairs = sizeof corpus_pairs / sizeof *corpus_pairs;
const char corpus_mutant_build[] = "14.O2";

char *corpus_path(const char *folder, const char *program, const char *rest)
{
	char *path;
	if (asprintf(&path, "%s/%s.%s.o", folder, program, rest) < 0)
		abort();
	return path;
}

struct mutate *corpus_open(const char *path)
{
	char err[TEXT];
	struct mutate *m = mutate_open(path, NULL, err, sizeof(err));
	if (m)
		return m;
	fprintf(stderr, "%s\n", err);
	exit(66);
}

static void make_mutant(const struct mutate *m, enum mutation kind, size_t index, char *original, char *mutant,
			const char *program, corpus_take *take, void *arg)
{
	char text[TEXT], err[TEXT];
	mutate_describe(m, kind, index, text, sizeof(text));
	if (!mutate_apply(m, kind, index, mutant, err, sizeof(err))) {
		fprintf(stderr, "%s\n", err);
		exit(66);
	}
	take(arg, program, original, mutant, text, mutate_slots(m));
}

/* Goes round the kinds; the sites of one kind are taken evenly spread over the program. */
void corpus_mutants(const char *objects, const char *scratch, const char *program, size_t n, corpus_take *take,
		    void *arg)
{
	char *path = corpus_path(objects, program, corpus_mutant_build);
	struct mutate *m = corpus_open(path);
	size_t taken = 0, kinds = 0;
	for (enum mutation kind = 0; kind < MUTATE_KINDS; kind++)
		kinds += mutate_count(m, kind) > 0;
	size_t rounds = kinds ? (n + kinds - 1) / kinds : 0;
	for (size_t round = 0; round < rounds; round++)
		for (enum mutation kind = 0; kind < MUTATE_KINDS; kind++) {
			size_t count = mutate_count(m, kind), of = count < rounds ? count : rounds;
			if (round >= of || taken == n)
				continue;
			size_t index = (2 * round + 1) * count / (2 * of);
			char rest[64];
			snprintf(rest, sizeof(rest), "%s.%zu", mutate_names[kind], index);
			make_mutant(m, kind, index, corpus_path(objects, program, corpus_mutant_build),
				    corpus_path(scratch, program, rest), program, take, arg);
			taken++;
		}
	mutate_close(m);
	free(path);
}

size_t corpus_find(const char *objects, glob_t *found, char ***names)
{
	char pattern[PATH];
	size_t suffix = strlen(corpus_mutant_build) + strlen("..o");
	snprintf(pattern, sizeof(pattern), "%s/*.%s.o", objects, corpus_mutant_build);
	if (glob(pattern, 0, NULL, found) != 0)
		return 0;
	*names = found->gl_pathv;
	for (size_t i = 0; i < found->gl_pathc; i++) {
		char *name = found->gl_pathv[i];
		memmove(name, name + strlen(objects) + 1, strlen(name) - strlen(objects));
		name[strlen(name) - suffix] = 0;
	}
	return found->gl_pathc;
}
