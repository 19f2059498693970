/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of questions: each asks whether one of many cases can fail. */
#ifndef PROOF_QUESTION_H
#define PROOF_QUESTION_H

#include "proofs/term/instance.h"

#include <stdlib.h>

struct questions {
	FILE *file, *out; /* out: the cases of the question under way */
	char *text;
	size_t size;
	unsigned n, first, next, least, most; /* questions; cases of the one under way, their widths */
};

/* A file that can't be written ends the program with status 66. */
void question_open(struct questions *q, const char *directory, const char *name);
/* The number of a new case, which the caller prints to q->out: it defines q<number>. */
unsigned question_add(struct questions *q, unsigned width);
/* Can one of the cases since the last question fail? */
void question_end(struct questions *q, const char *what);
/* Returns the number of questions. */
unsigned question_close(struct questions *q);

/* A line of the list: a statement about a function, and its widths, a bit each. */
void question_print(const char *name, const char *prefix, const char *function, unsigned questions, uint64_t widths,
		    bool hard);

/* The questions that are not about a rule, or the one of this name: a file and a line for each. False: there is none.
 */
bool question_all_kinds(const char *directory, const char *only);
#endif
