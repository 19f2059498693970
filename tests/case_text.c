/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads sectioned text cases. */
#include "tests/case_text.h"

#include <criterion/criterion.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "r");
	cr_assert(f, "%s can't be read", path);
	char *text = calloc(1, 1 << 22);
	cr_assert(text);
	size_t n = fread(text, 1, (1 << 22) - 1, f);
	cr_assert(n < (1 << 22) - 1, "%s is too long", path);
	fclose(f);
	return text;
}

static void append(char **text, const char *line)
{
	size_t n = *text ? strlen(*text) : 0;
	*text = realloc(*text, n + strlen(line) + 2);
	cr_assert(*text);
	sprintf(*text + n, "%s\n", line);
}

static char *directives_of(const char *text)
{
	char *out = strdup(""), *copy = strdup(text), *save;
	for (char *l = strtok_r(copy, "\n", &save); l; l = strtok_r(NULL, "\n", &save))
		if (l[0] == '.')
			append(&out, l);
	free(copy);
	return out;
}

/* Directives of the source hold for a target that does not begin with its own. */
static void complete_target(struct case_text *c)
{
	if (c->target[0] == '.')
		return;
	char *whole = directives_of(c->source);
	append(&whole, c->target);
	free(c->target);
	c->target = whole;
}

static void finish_case(struct case_text *c, case_visitor visit, void *arg, size_t *n)
{
	if (c->name[0]) {
		cr_assert(c->source && c->target && c->expect[0], "%s: a section is missing", c->name);
		complete_target(c);
		visit(arg, c);
		++*n;
	}
	free(c->source);
	free(c->target);
	*c = (struct case_text){0};
}

size_t case_text_visit(const char *path, case_visitor visit, void *arg)
{
	char *text = read_file(path), *save = NULL;
	struct case_text c = {0};
	enum { NOWHERE, SOURCE, TARGET, EXPECT } at = NOWHERE;
	size_t n = 0;
	for (char *l = strtok_r(text, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
		if (!strncmp(l, "== ", 3)) {
			finish_case(&c, visit, arg, &n);
			snprintf(c.name, sizeof c.name, "%s", l + 3);
			at = NOWHERE;
		} else if (!strcmp(l, "-- source")) {
			at = SOURCE;
		} else if (!strcmp(l, "-- target")) {
			at = TARGET;
		} else if (!strcmp(l, "-- expect")) {
			at = EXPECT;
		} else if (at == SOURCE) {
			append(&c.source, l);
		} else if (at == TARGET) {
			append(&c.target, l);
		} else if (at == EXPECT) {
			snprintf(c.expect, sizeof c.expect, "%s", l);
			at = NOWHERE;
		}
	}
	finish_case(&c, visit, arg, &n);
	free(text);
	return n;
}

size_t case_text_paths(char paths[CASE_PATHS_MAX][CASE_PATH_MAX])
{
	glob_t g;
	size_t n = 0;
	if (glob("tests/cases/*.txt", 0, NULL, &g) == 0) {
		cr_assert_leq(g.gl_pathc, CASE_PATHS_MAX, "%zu files of cases", (size_t)g.gl_pathc);
		for (; n < g.gl_pathc; n++)
			snprintf(paths[n], CASE_PATH_MAX, "%s", g.gl_pathv[n]);
	}
	globfree(&g);
	return n;
}
