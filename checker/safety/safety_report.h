/* SPDX-License-Identifier: BSD-2-Clause */
/* What was decided about the programs of an object, for people and as JSON. */
#ifndef SAFETY_REPORT_H
#define SAFETY_REPORT_H

#include "checker/safety/programs.h"

#include <jansson.h>
#include <stdio.h>

struct safety_view {
	const struct programs *programs;
	bool privileged, explain;
};

/* What decided, the fault, or the reason for unknown and what it is about: one line. */
void safety_report_text(const struct programs_item *item, char *buf, size_t len);
/* What the live kernel says of the program. */
void safety_report_kernel(const struct programs_item *item, char *buf, size_t len);
/* One line for each program, then what there is to say about each. */
void safety_report_print(const struct safety_view *v, FILE *out);
/* The same of one of several files: its name, and the lines without a heading. */
void safety_report_print_file(const char *name, const struct safety_view *v, FILE *out);
/* The same for programs; the caller owns the reference. */
json_t *safety_report_json(const struct safety_view *v);
/* The input that refutes, as saved by --witness; the caller owns the reference. */
json_t *safety_report_witness(const struct programs_item *item);
#endif
