/* SPDX-License-Identifier: BSD-2-Clause */
/* What was decided about two objects, as a table and as JSON. */
#ifndef REPORT_H
#define REPORT_H

#include "checker/equiv/objects.h"

#include <jansson.h>
#include <stdio.h>

extern const char *const report_verdicts[]; /* by enum verdict */

/* "proved", "refuted", "unknown", or "missing" where a missing partner does not count. */
const char *report_verdict(const struct object_pairs *pairs, const struct object_pair *p);
/* Why: what decided, the first difference, or the reason for unknown. */
void report_text(const struct object_pair *p, char *buf, size_t len);
/* What the live kernel says about the counterexample. */
void report_kernel(const struct object_pair *p, char *buf, size_t len);

/* One line for each pair, then the counterexamples. */
void report_print(const struct object_pairs *pairs, FILE *out);
/* The same of one of several files: its name, the lines without a heading, the counterexamples. */
void report_print_file(const char *name, const struct object_pairs *pairs, FILE *out);
/* The same for programs; the caller owns the reference. */
json_t *report_json(const struct object_pairs *pairs);
#endif
