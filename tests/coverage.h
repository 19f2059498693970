/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows of the tables that have an exact model, and which text cases exercise them. */
#ifndef COVERAGE_H
#define COVERAGE_H

#include "encode/object/program.h"

enum coverage_area {
	COVERAGE_INSN,    /* isa.def, at each width and form of operand */
	COVERAGE_HELPER,  /* helper.def */
	COVERAGE_MODEL,   /* helper_model.def */
	COVERAGE_MAP,     /* maptype.def */
	COVERAGE_PROGRAM, /* progtype.def */
	COVERAGE_CONTEXT, /* context.def: loads of each field, stores to those that may be written */
	COVERAGE_AREAS
};

/* How often one program has what a row is about. */
struct coverage_count {
	char row[64];
	size_t n;
};
struct coverage {
	struct coverage_count *counts;
	size_t n;
};

/* Every row that must be exercised; the caller frees counts. */
void coverage_rows(enum coverage_area area, struct coverage *out);
/* What the program has of that area, in no order; the caller frees counts. */
void coverage_program(enum coverage_area area, const struct program *p, struct coverage *out);
size_t coverage_find(const struct coverage *c, const char *row); /* 0: it has none */
#endif
