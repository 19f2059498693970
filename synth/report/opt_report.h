/* SPDX-License-Identifier: BSD-2-Clause */
/* What `bpfprove opt` says on standard output. */
#ifndef OPT_REPORT_H
#define OPT_REPORT_H

#include "synth/engine/optimize.h"

#include <jansson.h>

/* A whole run. */
struct opt_view {
	const char *in, *out;
	const struct optimize_item *items;
	size_t n;
	enum goal goal;
	double seconds;
};

extern const char *const opt_goals[]; /* by enum goal; NULL at the end */

/* 8-byte slots of a program as it came and as it was written. */
uint64_t opt_report_before(const struct optimize_item *item);
uint64_t opt_report_after(const struct optimize_item *item);
/* Why it is as it is: who changed it and how often, or why it was left alone. */
void opt_report_text(const struct optimize_item *item, char *buf, size_t len);
void opt_report_print(const struct opt_view *v, FILE *out);
/* The caller's reference. */
json_t *opt_report_json(const struct opt_view *v);
#endif
