/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sectioned text cases of the safety prover: tests/safe/NAME.txt holds cases of the form
 *
 *   == what the case is about
 *   -- options            (may be missing)
 *   privileged
 *   -- program
 *   (assembly with directives, see object_assemble)
 *   -- expect
 *   proved | refuted FAULT at SLOT (a row of fault.def) | unknown: a sentence of reason.def
 *
 * Whatever is proved is also run on random inputs, which must not fault.
 * CASES=substring runs only the cases whose name contains it.
 */
#include "checker/safety/replay.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#define RUNS 100

struct safe_case {
	char name[128], expect[160];
	char *program;
	bool privileged;
};

static const char *const fault_names[] = {
#define FAULT(name, ...) #name,
#include "fault.def"
#undef FAULT
};

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "r");
	cr_assert(f, "%s can't be read", path);
	char *text = calloc(1, 1 << 20);
	cr_assert(text);
	size_t n = fread(text, 1, (1 << 20) - 1, f);
	cr_assert(n < (1 << 20) - 1, "%s is too long", path);
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

static void run_proved(const struct safe_case *c, const struct program *p)
{
	for (uint64_t seed = 0; seed < RUNS; seed++) {
		struct input *in = input_new();
		struct exec_outcome out;
		input_set_seed(in, seed);
		cr_expect_not(replay_faults(p, c->privileged, in, &out), "%s: proved, but seed %llu: %s", c->name,
			      (unsigned long long)seed, out.what);
		exec_release(&out);
		input_free(in);
	}
}

static void name_result(const struct safety_result *r, char *buf, size_t len)
{
	if (r->verdict == VERDICT_PROVED)
		snprintf(buf, len, "proved");
	else if (r->verdict == VERDICT_REFUTED)
		snprintf(buf, len, "refuted %s at %u", fault_names[r->outcome.fault], r->outcome.slot);
	else
		snprintf(buf, len, "unknown: %s", reason_texts[r->reason]);
}

static void run_case(const struct safe_case *c)
{
	struct object *o;
	struct safety_result r;
	struct safety_options opt = {.privileged = c->privileged};
	char err[512] = "", got[200];
	cr_assert_eq(object_assemble(c->name, c->program, &o, err, sizeof err), OBJECT_OK, "%s", err);
	safety_check(o->programs[0], &opt, &r);
	name_result(&r, got, sizeof got);
	cr_expect_str_eq(got, c->expect, "%s: expected %s, got %s (%s)", c->name, c->expect, got, r.detail);
	if (r.verdict == VERDICT_PROVED)
		run_proved(c, o->programs[0]);
	cr_expect_eq(r.witness != NULL, r.verdict == VERDICT_REFUTED, "%s", c->name);
	safety_release(&r);
	object_free(o);
}

static void finish_case(struct safe_case *c, size_t *n)
{
	const char *only = getenv("CASES");
	if (c->name[0] && (!only || strstr(c->name, only))) {
		cr_assert(c->program && c->expect[0], "%s: a section is missing", c->name);
		run_case(c);
		++*n;
	}
	free(c->program);
	*c = (struct safe_case){0};
}

static size_t run_file(const char *path)
{
	char *text = read_file(path), *save = NULL;
	struct safe_case c = {0};
	enum { NOWHERE, OPTIONS, PROGRAM, EXPECT } at = NOWHERE;
	size_t n = 0;
	for (char *l = strtok_r(text, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
		if (!strncmp(l, "== ", 3)) {
			finish_case(&c, &n);
			snprintf(c.name, sizeof c.name, "%s", l + 3);
			at = NOWHERE;
		} else if (!strncmp(l, "-- ", 3)) {
			at = !strcmp(l, "-- options")   ? OPTIONS
			     : !strcmp(l, "-- program") ? PROGRAM
			     : !strcmp(l, "-- expect")  ? EXPECT
							: NOWHERE;
			cr_assert_neq(at, NOWHERE, "%s: no such section: %s", c.name, l);
		} else if (at == OPTIONS) {
			cr_assert_str_eq(l, "privileged", "%s: no such option: %s", c.name, l);
			c.privileged = true;
		} else if (at == PROGRAM) {
			append(&c.program, l);
		} else if (at == EXPECT) {
			snprintf(c.expect, sizeof c.expect, "%s", l);
			at = NOWHERE;
		}
	}
	finish_case(&c, &n);
	free(text);
	return n;
}

static char paths[32][128];

ParameterizedTestParameters(safe_cases, file)
{
	glob_t g;
	size_t n = 0;
	if (glob("tests/safe/*.txt", 0, NULL, &g) == 0)
		for (; n < g.gl_pathc && n < 32; n++)
			snprintf(paths[n], sizeof paths[n], "%s", g.gl_pathv[n]);
	globfree(&g);
	return cr_make_param_array(char[128], paths, n);
}

ParameterizedTest(char path[128], safe_cases, file)
{
	size_t n = run_file(path);
	fprintf(stderr, "%s: %zu cases\n", path, n);
	cr_assert(n > 0 || getenv("CASES"));
}
