/* SPDX-License-Identifier: BSD-2-Clause */
/* What is said of all files together, and of those that could not be read. */
#ifndef WHOLE_REPORT_H
#define WHOLE_REPORT_H

#include "checker/whole/whole.h"

#include <jansson.h>

struct whole_report {
	const struct whole_files *files;
	const struct whole_options *o;
	struct whole_sums *sums;
	const char *list; /* what a file's programs are called in JSON */
	json_t *json;     /* of all files; of the only one if there is no folder */
	char *err;        /* why there was nothing to decide */
	size_t len;
};

void whole_report_begin(struct whole_report *r, const struct whole_files *files, const struct whole_options *o,
			struct whole_sums *sums, const char *list, char *err, size_t len);
/* Takes the reference over. */
void whole_report_add_json(struct whole_report *r, const char *name, json_t *file);
/* A file without a partner, one that can't be read, or one that was not reached. */
void whole_report_unread(struct whole_report *r, const struct whole_file *f, bool interrupted);
/* Whose types its CO-RE relocations have, if that is to be told. */
void whole_report_types(const struct whole_report *r, const struct whole_file *f);
/* The sums, or the JSON. False: there was nothing to decide, and `err` says so. */
bool whole_report_end(struct whole_report *r);
#endif
