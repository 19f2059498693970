/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sectioned text cases: tests/cases/NAME.txt holds cases of the form
 *
 *   == what the case is about
 *   -- source
 *   (assembly with directives, see object_assemble)
 *   -- target
 *   (the same; directives of the source hold for it too unless it has its own)
 *   -- expect
 *   proved | refuted | unknown: a reason's sentence from reason.def
 *
 * Every program is also checked against itself: it must not be refuted.
 * CASES=substring runs only the cases whose name contains it.
 */
#include "checker/equiv/equiv.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

struct test_case {
	char name[128], expect[160];
	char *source, *target;
};

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

static struct object *assemble(const struct test_case *c, const char *which, const char *text)
{
	struct object *o;
	char err[512] = "";
	char name[160];
	snprintf(name, sizeof name, "%s, %s", c->name, which);
	cr_assert_eq(object_assemble(name, text, &o, err, sizeof err), OBJECT_OK, "%s", err);
	return o;
}

static void decide(const struct program *a, const struct program *b, bool encode, struct equiv_result *r)
{
	char err[256];
	struct solver_limits limits = {.query_ms = 20000, .memory_mib = 4096};
	struct solver *s = solver_open("z3", limits, err, sizeof err);
	cr_assert(s, "%s", err);
	struct equiv_options opt = {.solver = s, .encode = encode};
	equiv_programs(a, b, &opt, r);
	solver_close(s);
}

static void check_self(const struct test_case *c, const struct object *o)
{
	struct equiv_result r;
	decide(o->programs[0], o->programs[0], false, &r);
	cr_expect_eq(r.verdict, VERDICT_PROVED, "%s: a program against itself is %d", c->name, r.verdict);
	equiv_release(&r);
	decide(o->programs[0], o->programs[0], true, &r);
	cr_expect_neq(r.verdict, VERDICT_REFUTED, "%s: a program is encoded otherwise than itself", c->name);
	cr_expect_eq(r.claims, 0, "%s: %zu claims of a program against itself", c->name, r.claims);
	equiv_release(&r);
}

static void run_case(const struct test_case *c)
{
	static const char *const names[] = {"proved", "refuted", "unknown"};
	char *target = c->target;
	if (target[0] != '.') {
		target = directives_of(c->source);
		append(&target, c->target);
	}
	struct object *a = assemble(c, "source", c->source), *b = assemble(c, "target", target);
	struct equiv_result r;
	decide(a->programs[0], b->programs[0], false, &r);
	char got[600], short_got[200];
	snprintf(short_got, sizeof short_got, "%s%s%s", names[r.verdict], r.verdict == VERDICT_UNKNOWN ? ": " : "",
	         r.verdict == VERDICT_UNKNOWN ? reason_texts[r.reason] : "");
	snprintf(got, sizeof got, "%s (%s)", short_got, r.what);
	cr_expect_str_eq(short_got, c->expect, "%s: expected %s, got %s", c->name, c->expect, got);
	equiv_release(&r);
	check_self(c, a);
	object_free(a);
	object_free(b);
	if (target != c->target)
		free(target);
}

static void finish_case(struct test_case *c, size_t *n)
{
	const char *only = getenv("CASES");
	if (c->name[0] && (!only || strstr(c->name, only))) {
		cr_assert(c->source && c->target && c->expect[0], "%s: a section is missing", c->name);
		run_case(c);
		++*n;
	}
	free(c->source);
	free(c->target);
	*c = (struct test_case){0};
}

static size_t run_file(const char *path)
{
	char *text = read_file(path), *save = NULL;
	struct test_case c = {0};
	enum { NOWHERE, SOURCE, TARGET, EXPECT } at = NOWHERE;
	size_t n = 0;
	for (char *l = strtok_r(text, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
		if (!strncmp(l, "== ", 3)) {
			finish_case(&c, &n);
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
	finish_case(&c, &n);
	free(text);
	return n;
}

static char paths[64][128];

ParameterizedTestParameters(cases, file)
{
	glob_t g;
	size_t n = 0;
	if (glob("tests/cases/*.txt", 0, NULL, &g) == 0)
		for (; n < g.gl_pathc && n < 64; n++)
			snprintf(paths[n], sizeof paths[n], "%s", g.gl_pathv[n]);
	globfree(&g);
	return cr_make_param_array(char[128], paths, n);
}

ParameterizedTest(char path[128], cases, file)
{
	size_t n = run_file(path);
	fprintf(stderr, "%s: %zu cases\n", path, n);
	cr_assert(n > 0 || getenv("CASES"));
}
