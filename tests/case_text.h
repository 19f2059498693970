/* SPDX-License-Identifier: BSD-2-Clause */
/* Sectioned text cases, as tests/cases/NAME.txt holds them (see tests/test_cases.c). */
#ifndef CASE_TEXT_H
#define CASE_TEXT_H

#include <stddef.h>

enum { CASE_PATHS_MAX = 96, CASE_PATH_MAX = 128 };

/* Both programs are whole: directives that hold for the target too stand in both. */
struct case_text {
	char name[160], expect[160];
	char *source, *target;
};
typedef void (*case_visitor)(void *arg, const struct case_text *c);

/* Gives every case of a file to the visitor; returns their number. A file that can't be read, or a case that lacks a
 * section, ends the test. */
size_t case_text_visit(const char *path, case_visitor visit, void *arg);
/* The files of cases in order of their names; returns their number. */
size_t case_text_paths(char paths[CASE_PATHS_MAX][CASE_PATH_MAX]);
#endif
