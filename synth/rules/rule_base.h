/* SPDX-License-Identifier: BSD-2-Clause */
/* The rules that come with the program: all of synth/rules/, which a test proves with two solvers. */
#ifndef RULE_BASE_H
#define RULE_BASE_H

#include "synth/rules/rule_text.h"

/* The files' names without the folder and their texts, n of them; made by the Makefile. */
struct rule_file {
	const char *name, *text;
};
extern const struct rule_file rule_files[];
extern const size_t n_rule_files;

/* All of them, read once, and what was added; never NULL. */
const struct rules *rule_base(void);
/* Adds the rules of a file if all are proved by a solver of that spec. False: err says why not, and nothing is added.
 * Not while others look at the rules. */
bool rule_base_add(const char *path, const char *solver, char *err, size_t errlen);
#endif
