/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads a script as term_print_smt2 writes it (a log's, with a status as its last line) back into terms. */
#ifndef SMT2_READ_H
#define SMT2_READ_H

#include "encode/term/term.h"

struct smt2 {
	struct term_pool *pool;
	term *asserts;
	size_t n_asserts, n_terms; /* terms: definitions of the text */
	char status[16];           /* "" if there is none */
};

/* False with a sentence if the text has anything else. To be released in either case. */
bool smt2_read(FILE *f, struct smt2 *out, char *err, size_t len);
void smt2_release(struct smt2 *s);
/* A hash of the text that does not depend on the numbers of terms, nor on the status. */
uint64_t smt2_hash(FILE *f);
#endif
