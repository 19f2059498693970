/* SPDX-License-Identifier: BSD-2-Clause */
/* The report of `bpfprove opt --report`: one HTML file without scripts or anything from elsewhere. */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

#include "synth/report/opt_report.h"

/* Writes the run as an HTML page, which is also well-formed XML. */
void report_html_print(const struct opt_view *v, FILE *out);
/* The same as a file; false with one sentence. */
bool report_html_write(const struct opt_view *v, const char *path, char *err, size_t len);

/* Text inside an element or an attribute. */
void report_html_text(const char *s, FILE *out);
/* report_listing.c: the program as it came beside the version of step `final`, with the steps that made the difference.
 */
void report_listing_print(const struct program *p, const struct engine_step *steps, size_t final, FILE *out);
/* report_picture.c: what the program cost after each step up to `final`, over time. */
void report_picture_print(const struct engine_step *steps, size_t final, double seconds, enum goal goal, FILE *out);
/* The measure that the goal is about. */
double report_picture_cost(const struct cost *c, enum goal goal);
extern const char *const report_picture_units[]; /* by enum goal */
#endif
