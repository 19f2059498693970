/* SPDX-License-Identifier: BSD-2-Clause */
/* What of the corpus is compared: builds by two compilers at three levels, and mutants of one. */
#ifndef BENCH_CORPUS_H
#define BENCH_CORPUS_H

#include "tests/mutate.h"

#include <glob.h>

struct corpus_pair {
	const char *a, *b; /* PROGRAM.a.o */
	bool quick;        /* also where little time is to be spent */
};
extern const struct corpus_pair corpus_pairs[];
extern const size_t n_corpus_pairs;
extern const char corpus_mutant_build[]; /* whose mutants are compared with it */

/* Names of all programs in a folder, by the build whose mutants are made. */
size_t corpus_find(const char *objects, glob_t *found, char ***names);
/* FOLDER/PROGRAM.rest.o; the caller frees it. */
char *corpus_path(const char *folder, const char *program, const char *rest);
/* Ends the process with a sentence if it can't be read. */
struct mutate *corpus_open(const char *path);
/* Writes at most n mutants of a program into `scratch`, spread over the kinds and over the program, and tells of each;
 * both paths become the taker's. */
typedef void corpus_take(void *arg, const char *program, char *original, char *mutant, const char *text, size_t slots);
void corpus_mutants(const char *objects, const char *scratch, const char *program, size_t n, corpus_take *take,
		    void *arg);
#endif
