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
#include "tests/case_text.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdlib.h>
#include <string.h>

static struct object *assemble(const struct case_text *c, const char *which, const char *text)
{
	struct object *o;
	char err[512] = "";
	char name[200];
	snprintf(name, sizeof name, "%s, %s", c->name, which);
	cr_assert_eq(object_assemble(name, text, &o, err, sizeof err), OBJECT_OK, "%s", err);
	return o;
}

static void decide(const struct program *a, const struct program *b, bool encode, struct equiv_result *r)
{
	char err[256];
	struct solver_limits limits = {.query_ms = 20000, .memory_mib = 4096};
	struct solver *s = solver_open(SOLVER_DEFAULT, limits, err, sizeof err);
	cr_assert(s, "%s", err);
	struct equiv_options opt = {.solver = s, .encode = encode};
	equiv_programs(a, b, &opt, r);
	solver_close(s);
}

static void check_self(const struct case_text *c, const struct object *o)
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

static void run_case(const struct case_text *c)
{
	static const char *const names[] = {"proved", "refuted", "unknown"};
	struct object *a = assemble(c, "source", c->source), *b = assemble(c, "target", c->target);
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
}

static void visit_case(void *arg, const struct case_text *c)
{
	size_t *n = arg;
	const char *only = getenv("CASES");
	if (only && !strstr(c->name, only))
		return;
	run_case(c);
	++*n;
}

static char paths[CASE_PATHS_MAX][CASE_PATH_MAX];

ParameterizedTestParameters(cases, file)
{
	size_t n = case_text_paths(paths);
	return cr_make_param_array(char[CASE_PATH_MAX], paths, n);
}

ParameterizedTest(char path[CASE_PATH_MAX], cases, file)
{
	size_t n = 0;
	case_text_visit(path, visit_case, &n);
	fprintf(stderr, "%s: %zu cases\n", path, n);
	cr_assert(n > 0 || getenv("CASES"));
}
