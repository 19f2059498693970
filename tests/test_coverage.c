/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every row of the tables that has an exact model is exercised by text cases
 * (tests/cases): by a pair of two programs that is proved and by one that is
 * refuted. An instruction counts where the two programs have it a different
 * number of times, so that its meaning is held against that of others.
 */
#include "tests/case_text.h"
#include "tests/coverage.h"

#include "encode/object/program.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct survey {
	enum coverage_area area;
	struct coverage rows;
	bool *proved, *refuted; /* by row */
};

static struct object *assemble(const struct case_text *c, const char *text)
{
	struct object *o;
	char err[512] = "";
	cr_assert_eq(object_assemble(c->name, text, &o, err, sizeof err), OBJECT_OK, "%s", err);
	return o;
}

static bool is_exercised(const struct survey *s, const struct coverage *a, const struct coverage *b, const char *row)
{
	size_t in_a = coverage_find(a, row), in_b = coverage_find(b, row);
	return s->area == COVERAGE_INSN ? in_a != in_b : in_a || in_b;
}

static void visit_case(void *arg, const struct case_text *c)
{
	struct survey *s = arg;
	bool proved = !strcmp(c->expect, "proved"), refuted = !strcmp(c->expect, "refuted");
	if ((!proved && !refuted) || !strcmp(c->source, c->target))
		return;
	struct object *a = assemble(c, c->source), *b = assemble(c, c->target);
	struct coverage in_a, in_b;
	coverage_program(s->area, a->programs[0], &in_a);
	coverage_program(s->area, b->programs[0], &in_b);
	for (size_t i = 0; i < s->rows.n; i++)
		if (is_exercised(s, &in_a, &in_b, s->rows.counts[i].row))
			(proved ? s->proved : s->refuted)[i] = true;
	free(in_a.counts);
	free(in_b.counts);
	object_free(a);
	object_free(b);
}

static void check_area(enum coverage_area area)
{
	static char paths[CASE_PATHS_MAX][CASE_PATH_MAX];
	struct survey s = {.area = area};
	coverage_rows(area, &s.rows);
	s.proved = calloc(s.rows.n, sizeof *s.proved);
	s.refuted = calloc(s.rows.n, sizeof *s.refuted);
	cr_assert(s.proved && s.refuted);
	size_t n = case_text_paths(paths);
	for (size_t i = 0; i < n; i++)
		case_text_visit(paths[i], visit_case, &s);
	for (size_t i = 0; i < s.rows.n; i++)
		cr_expect(s.proved[i] && s.refuted[i], "%s: no text case of it is%s%s", s.rows.counts[i].row,
			  s.proved[i] ? "" : " proved", s.refuted[i] ? "" : " refuted");
	free(s.rows.counts);
	free(s.proved);
	free(s.refuted);
}

Test(coverage, instructions)
{
	check_area(COVERAGE_INSN);
}

Test(coverage, helpers)
{
	check_area(COVERAGE_HELPER);
}

Test(coverage, helper_models)
{
	check_area(COVERAGE_MODEL);
}

Test(coverage, map_types)
{
	check_area(COVERAGE_MAP);
}

Test(coverage, program_types)
{
	check_area(COVERAGE_PROGRAM);
}

Test(coverage, context_fields)
{
	check_area(COVERAGE_CONTEXT);
}
