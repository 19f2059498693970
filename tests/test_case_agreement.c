/* SPDX-License-Identifier: BSD-2-Clause */
/* Both programs of every text case (tests/cases) on the two machines, under random inputs. */
#include "tests/agreement.h"
#include "tests/random_program.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEEDS = 1, TEXT_MAX = 1 << 16 };

struct side {
	char text[TEXT_MAX];
	size_t n;
};

static void add_line(struct side *s, const char *line)
{
	s->n += (size_t)snprintf(s->text + s->n, TEXT_MAX - s->n, "%s\n", line);
	cr_assert_lt(s->n, TEXT_MAX);
}

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

static size_t check_program(const struct side *s, const char *name)
{
	struct object *o;
	struct agreement a;
	char err[300] = "";
	size_t same = 0;
	cr_assert_eq(object_assemble(name, s->text, &o, err, sizeof err), OBJECT_OK, "%s", err);
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

/* The source's directives hold for the target unless it has its own. */
static void start_target(const struct side *source, struct side *target)
{
	char copy[TEXT_MAX], *save;
	memcpy(copy, source->text, source->n + 1);
	target->n = 0;
	for (char *l = strtok_r(copy, "\n", &save); l; l = strtok_r(NULL, "\n", &save))
		if (l[0] == '.')
			add_line(target, l);
}

static size_t check_file(FILE *f)
{
	static struct side source, target;
	char line[512], name[200] = "";
	enum { NOWHERE, SOURCE, TARGET } at = NOWHERE;
	bool own = false;
	size_t same = 0;
	while (fgets(line, sizeof line, f)) {
		line[strcspn(line, "\n")] = 0;
		if (!strncmp(line, "== ", 3)) {
			snprintf(name, sizeof name, "%.190s", line + 3);
		} else if (!strcmp(line, "-- source")) {
			at = SOURCE;
			source.n = 0;
		} else if (!strcmp(line, "-- target")) {
			at = TARGET;
			own = false;
			start_target(&source, &target);
		} else if (!strcmp(line, "-- expect")) {
			at = NOWHERE;
			same += check_program(&source, name) + check_program(&target, name);
		} else if (at == TARGET && line[0] == '.' && !own) {
			own = true;
			target.n = 0;
			add_line(&target, line);
		} else if (at != NOWHERE) {
			add_line(at == SOURCE ? &source : &target, line);
		}
	}
	return same;
}

static char paths[64][128];

ParameterizedTestParameters(case_agreement, file)
{
	glob_t g;
	size_t n = 0;
	if (glob("tests/cases/*.txt", 0, NULL, &g) == 0)
		for (; n < g.gl_pathc && n < 64; n++)
			snprintf(paths[n], sizeof paths[n], "%s", g.gl_pathv[n]);
	globfree(&g);
	return cr_make_param_array(char[128], paths, n);
}

ParameterizedTest(char path[128], case_agreement, file)
{
	FILE *f = fopen(path, "r");
	cr_assert(f);
	size_t same = check_file(f);
	fclose(f);
	cr_expect_gt(same, 0, "%s: no run is the same", path);
}
