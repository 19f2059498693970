/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Replacements that the judge is asked about: tests/windows/NAME.txt holds cases of the form
 *
 *   == what the case is about
 *   (assembly with directives, see object_assemble; a line that begins with "- " is the source's only, one that begins
 *   with "+ " the target's)
 *   => proved | refuted | not proved
 *
 * Proved: by windows alone. Refuted: windows don't prove it, and the whole programs differ by a replayed input. Not
 * proved: neither proves it. WINDOWS=substring runs only the cases whose name contains it.
 */
#include "checker/window/judge.h"
#include "tests/attack_base.h"
#include "tests/attack_window.h"
#include "tests/random_relation.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 8192

struct pair {
	char name[200], expect[40];
	char text[2][TEXT_MAX]; /* source, target */
};

static void add_line(char *text, const char *line)
{
	cr_assert_lt(strlen(text) + strlen(line), TEXT_MAX, "the case is too long");
	strcat(text, line);
}

static void take_line(struct pair *c, const char *line)
{
	bool out = !strncmp(line, "- ", 2), in = !strncmp(line, "+ ", 2);
	const char *text = out || in ? line + 2 : line;
	if (!in)
		add_line(c->text[0], text);
	if (!out)
		add_line(c->text[1], text);
}

static struct object *assemble(const struct pair *c, unsigned side)
{
	struct object *o;
	char err[300] = "";
	cr_assert_eq(object_assemble(c->name, c->text[side], &o, err, sizeof err), OBJECT_OK, "%s, side %u: %s",
		     c->name, side, err);
	return o;
}

static enum verdict ask(const struct pair *c, const struct program *a, const struct program *b, const char *windows,
			unsigned whole_ms, struct judge_answer *out)
{
	struct judge_options o = {
	    .solver = "z3", .windows = windows, .window_ms = 5000, .whole_ms = whole_ms, .privileged = true};
	char why[300] = "";
	struct judge *j = judge_new(a, &o, why, sizeof why);
	cr_assert(j, "%s: %s", c->name, why);
	judge_ask(j, b, out);
	judge_free(j);
	return out->verdict;
}

static void check_pair(const struct pair *c)
{
	static const char *const names[] = {"proved", "refuted", "unknown"};
	static const char *const solvers[] = {NULL, "z3"};
	struct object *a = assemble(c, 0), *b = assemble(c, 1);
	struct judge_answer out;
	bool want_proof = !strcmp(c->expect, "proved"), want_refuted = !strcmp(c->expect, "refuted");
	cr_assert(want_proof || want_refuted || !strcmp(c->expect, "not proved"), "%s: %s", c->name, c->expect);
	enum verdict got;
	for (size_t i = 0; i < sizeof solvers / sizeof *solvers; i++) {
		got = ask(c, a->programs[0], b->programs[0], solvers[i], 0, &out);
		cr_expect_eq(got == VERDICT_PROVED, want_proof, "%s: windows alone: %s (%s) %s", c->name, names[got],
			     out.window.decided_by, out.why);
	}
	if (!want_proof) {
		got = ask(c, a->programs[0], b->programs[0], NULL, 10000, &out);
		cr_expect(want_refuted ? got == VERDICT_REFUTED : got != VERDICT_PROVED, "%s: %s (%s) %s", c->name,
			  names[got], out.how, out.why);
	}
	object_free(a);
	object_free(b);
}

static bool is_wanted(const struct pair *c)
{
	const char *only = getenv("WINDOWS");
	return !only || strstr(c->name, only);
}

static unsigned check_file(const char *path)
{
	static struct pair c;
	char line[400];
	unsigned n = 0;
	FILE *f = fopen(path, "r");
	cr_assert(f, "%s can't be read", path);
	while (fgets(line, sizeof line, f)) {
		if (!strncmp(line, "== ", 3)) {
			memset(&c, 0, sizeof c);
			snprintf(c.name, sizeof c.name, "%.*s", (int)strcspn(line + 3, "\n"), line + 3);
		} else if (!strncmp(line, "=> ", 3)) {
			snprintf(c.expect, sizeof c.expect, "%.*s", (int)strcspn(line + 3, "\n"), line + 3);
			n++;
			if (is_wanted(&c))
				check_pair(&c);
		} else {
			take_line(&c, line);
		}
	}
	fclose(f);
	return n;
}

#define PATHS_MAX 32
#define PATH_SIZE 128
static char paths[PATHS_MAX][PATH_SIZE];

ParameterizedTestParameters(windows, file)
{
	glob_t g;
	size_t n = 0;
	if (!glob("tests/windows/*.txt", 0, NULL, &g))
		for (; n < g.gl_pathc && n < PATHS_MAX; n++)
			snprintf(paths[n], PATH_SIZE, "%s", g.gl_pathv[n]);
	globfree(&g);
	return cr_make_param_array(char[PATH_SIZE], paths, n);
}

ParameterizedTest(char path[PATH_SIZE], windows, file)
{
	unsigned n = check_file(path);
	fprintf(stderr, "%s: %u cases\n", path, n);
	cr_assert_gt(n, 0);
}

#define PROGRAMS 60
#define CHANGES 8

Test(windows, random_changes)
{
	struct attack_bases none = {0};
	struct attack_window sum = {0};
	for (uint64_t seed = 1; seed <= PROGRAMS; seed++) {
		struct attack_program a;
		if (!attack_make(&none, seed, &a))
			continue;
		attack_window(&a.program, seed, CHANGES, &sum);
		cr_expect_eq(*sum.wrong, 0, "seed %llu: %s", (unsigned long long)seed, sum.wrong);
		*sum.wrong = 0;
		attack_release(&a);
	}
	cr_expect_gt(sum.proved, PROGRAMS);
	cr_expect_gt(sum.compared, 10 * sum.proved);
}

Test(windows, random_changes_of_relations)
{
	struct attack_window sum = {0};
	for (uint64_t seed = 1; seed <= PROGRAMS; seed++) {
		struct object *o;
		char err[300] = "";
		cr_assert_eq(object_assemble("relations", random_relation_text(seed), &o, err, sizeof err), OBJECT_OK,
			     "%s", err);
		attack_window(o->programs[0], seed, CHANGES, &sum);
		cr_expect_eq(*sum.wrong, 0, "seed %llu: %s", (unsigned long long)seed, sum.wrong);
		*sum.wrong = 0;
		object_free(o);
	}
	cr_expect_gt(sum.proved, PROGRAMS);
}

/* A branch on what only one kernel's types say: windows may believe it, whole programs must not. */
static enum verdict ask_layout(bool any_layout, bool with_relocation)
{
	static const char *const texts[] = {"r1 = 1\nr0 = 2\nif r1 == 1 goto out\nr0 = 3\nout: exit",
					    "r1 = 1\nr0 = 2\nexit"};
	struct object *o[2];
	char err[300];
	for (unsigned i = 0; i < 2; i++)
		cr_assert_eq(object_assemble("layout", texts[i], &o[i], err, sizeof err), OBJECT_OK, "%s", err);
	struct core_relo relo = {.kind = CORE_FIELD_EXISTS,
				 .path = 77,
				 .text = "struct task_struct.pid",
				 .has_answer = true,
				 .answer = o[0]->programs[0]->insns[0]};
	for (unsigned i = 0; i < 2 && with_relocation; i++) {
		o[i]->programs[0]->relos = &relo;
		o[i]->programs[0]->n_relos = 1;
	}
	struct judge_options jo = {
	    .solver = "z3", .any_layout = any_layout, .window_ms = 5000, .whole_ms = 5000, .privileged = true};
	struct judge_answer out;
	struct judge *j = judge_new(o[0]->programs[0], &jo, err, sizeof err);
	cr_assert(j, "%s", err);
	judge_ask(j, o[1]->programs[0], &out);
	judge_free(j);
	for (unsigned i = 0; i < 2; i++) {
		o[i]->programs[0]->relos = NULL;
		o[i]->programs[0]->n_relos = 0;
		object_free(o[i]);
	}
	return out.verdict;
}

Test(windows, what_one_kernel_answers)
{
	cr_expect_eq(ask_layout(true, false), VERDICT_PROVED);
	cr_expect_neq(ask_layout(false, true), VERDICT_PROVED);
	cr_expect_neq(ask_layout(true, true), VERDICT_PROVED);
}
