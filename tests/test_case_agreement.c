/* SPDX-License-Identifier: BSD-2-Clause */
/* Both programs of every text case (tests/cases) on the two machines, under random inputs. */
#include "tests/agreement.h"
#include "tests/case_text.h"
#include "tests/random_program.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEEDS = 1 };

static size_t check_input(struct agreement *a, const struct program *p, const struct input *in, const char *name)
{
	struct exec_outcome x;
	char what[300] = "";
	exec_run(p, in, NULL, &x);
	enum agreement_answer answer = agreement_check(a, in, &x, what, sizeof what);
	cr_expect_neq(answer, AGREEMENT_DIFFERS, "%s: %s", name, what);
	exec_release(&x);
	return answer == AGREEMENT_SAME;
}

static size_t check_program(const char *text, const char *name)
{
	struct object *o;
	struct agreement a;
	char err[300] = "";
	size_t same = 0;
	cr_assert_eq(object_assemble(name, text, &o, err, sizeof err), OBJECT_OK, "%s", err);
	if (o->programs[0]->type != PROGTYPE_UNSPEC) {
		agreement_open(&a, o->programs[0]);
		for (unsigned kind = 0; kind < RANDOM_INPUTS; kind++)
			for (uint64_t seed = 0; seed < SEEDS; seed++) {
				struct input *in = random_program_input(o->programs[0], kind, seed);
				same += check_input(&a, o->programs[0], in, name);
				input_free(in);
			}
		agreement_close(&a);
	}
	object_free(o);
	return same;
}

static void visit_case(void *arg, const struct case_text *c)
{
	*(size_t *)arg += check_program(c->source, c->name) + check_program(c->target, c->name);
}

static char paths[CASE_PATHS_MAX][CASE_PATH_MAX];

ParameterizedTestParameters(case_agreement, file)
{
	size_t n = case_text_paths(paths);
	return cr_make_param_array(char[CASE_PATH_MAX], paths, n);
}

ParameterizedTest(char path[CASE_PATH_MAX], case_agreement, file)
{
	size_t same = 0;
	case_text_visit(path, visit_case, &same);
	cr_expect_gt(same, 0, "%s: no run is the same", path);
}
