/* SPDX-License-Identifier: BSD-2-Clause */
/* Statements of proofs/isa/NAME.smt2: what is said of which instruction; the text itself is the solvers'. */
#ifndef STATEMENT_H
#define STATEMENT_H

#include "encode/isa/insn.h"

/* What a statement may say, each a function NAME.part; see state.smt2. */
enum part {
	PART_DST,
	PART_SRC,
	PART_R0,
	PART_AT,
	PART_BYTES,
	PART_MEM,
	PART_TAKEN,
	PART_TARGET,
	PART_CASE,
	PART_COUNT
};
extern const char *const part_names[PART_COUNT];

struct statement {
	char name[32];
	enum isa_op op;
	const char *why_none; /* nothing is said of the row; the rest is empty. NULL: a statement */
	uint8_t codes[2];
	unsigned n_codes;
	int16_t off;
	int32_t imm;
	bool says[PART_COUNT];
	const char *text; /* of its file */
};

/* All statements of the files, in order; malloc'ed, as are the texts that they point into. Ends the program with a
 * message (65: malformed, 66: unreadable). */
struct statement *statement_read_all(char *const *files, size_t n_files, size_t *n);
/* The whole of a file as a string, malloc'ed; ends the program if it can't be read. */
char *statement_read_text(const char *file);
#endif
