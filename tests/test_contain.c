/* SPDX-License-Identifier: BSD-2-Clause */
/* The abstract states of the safety prover hold the concrete ones; and the check that says so finds those that don't.
 */
#include "encode/object/loader.h"
#include "tests/attack_base.h"
#include "tests/contain.h"
#include "tests/random_relation.h"

#include <criterion/criterion.h>
#include <glob.h>
#include <stdlib.h>

#define PROGRAMS 600
#define INPUTS 16

static void expect_inside(const struct program *p, const char *name, uint64_t seed, uint64_t *checked)
{
	struct contain_result r;
	contain_check(p, true, seed, INPUTS, &r);
	cr_expect_not(r.outside, "%s, seed %llu: %s", name, (unsigned long long)seed, r.what);
	*checked += r.checked;
}

Test(contain, random_programs)
{
	struct attack_bases none = {0};
	uint64_t checked = 0;
	for (uint64_t seed = 1; seed <= PROGRAMS; seed++) {
		struct attack_program a;
		if (!attack_make(&none, seed, &a))
			continue;
		expect_inside(&a.program, a.name, seed, &checked);
		attack_release(&a);
	}
	cr_expect_gt(checked, PROGRAMS * INPUTS);
}

Test(contain, relations)
{
	uint64_t checked = 0;
	for (uint64_t seed = 1; seed <= PROGRAMS; seed++) {
		struct object *o;
		char err[300] = "";
		cr_assert_eq(object_assemble("relations", random_relation_text(seed), &o, err, sizeof err), OBJECT_OK,
			     "%s", err);
		expect_inside(o->programs[0], "relations", seed, &checked);
		object_free(o);
	}
	cr_expect_gt(checked, PROGRAMS * INPUTS);
}

Test(contain, refused_programs)
{
	glob_t g;
	uint64_t checked = 0;
	cr_assert_eq(glob("corpus/refused/*.s", 0, NULL, &g), 0);
	for (size_t i = 0; i < g.gl_pathc; i++) {
		struct object *o;
		char err[300] = "", *text = NULL;
		size_t size = 0;
		FILE *f = fopen(g.gl_pathv[i], "r");
		cr_assert(f && getdelim(&text, &size, '\0', f) > 0, "%s can't be read", g.gl_pathv[i]);
		fclose(f);
		cr_assert_eq(object_assemble(g.gl_pathv[i], text, &o, err, sizeof err), OBJECT_OK, "%s", err);
		for (uint64_t seed = 1; seed <= 20; seed++)
			expect_inside(o->programs[0], g.gl_pathv[i], seed, &checked);
		object_free(o);
		free(text);
	}
	globfree(&g);
	cr_expect_gt(checked, 10000);
}
