/* SPDX-License-Identifier: BSD-2-Clause */
/* The search for rules: what it finds first is right, useful and no instance of something else. */
#include "checker/window/rule_proof.h"
#include "synth/learn/learn.h"
#include "synth/learn/learn_form.h"
#include "synth/learn/learn_shape.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

struct watch {
	volatile int stop;
	uint64_t enough;
};

static void watch_progress(void *arg, const struct learn_counts *c, const char *what)
{
	struct watch *w = arg;
	(void)what;
	w->stop = c->proved >= w->enough;
}

static void learn(uint64_t enough, struct rules *rules)
{
	char err[256];
	struct watch w = {0, enough};
	struct learn_counts c;
	struct learn_options o = {
	    .solver = "sat", .query_ms = 1500, .stop = &w.stop, .progress = watch_progress, .arg = &w};
	cr_assert(learn_rules(&o, rules, &c, err, sizeof err), "%s", err);
	cr_assert_eq(c.proved, rules->n);
	cr_assert_geq(rules->n, enough);
}

Test(learn, rules_are_right_and_save_something)
{
	char err[256];
	struct rules rules;
	struct solver *s = solver_open("z3", (struct solver_limits){.query_ms = 10000}, err, sizeof err);
	learn(25, &rules);
	for (size_t i = 0; i < rules.n; i++) {
		const struct rule *r = &rules.at[i];
		struct rule_proof proof;
		rule_prove(r, s, &proof);
		cr_expect_eq(proof.verdict, VERDICT_PROVED, "%s: %s", r->name, proof.why);
		cr_expect_lt(learn_cost(r->result, r->n_result), learn_cost(r->pattern, r->n_pattern), "%s", r->name);
		for (size_t k = 0; k < i; k++)
			cr_expect_str_neq(r->name, rules.at[k].name);
	}
	solver_close(s);
	rules_release(&rules);
}

/* Constants of an LDDW that fit elsewhere, among the first finds. */
Test(learn, conditions_are_found)
{
	struct rules rules;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	learn(25, &rules);
	for (size_t i = 0; i < rules.n; i++)
		rule_print(&rules.at[i], out);
	fclose(out);
	cr_expect(strstr(text, "  rA = K ll\n  when K == sext32(K)\n=>\n  rA = K\n"), "%s", text);
	cr_expect(strstr(text, "  rA = K ll\n  when K == low32(K)\n=>\n  wA = K\n"), "%s", text);
	cr_expect(strstr(text, "  rA *= C\n  when rA anything\n  when is_power(C)\n=>\n  rA <<= log2(C)\n"), "%s", text);
	free(text);
	rules_release(&rules);
}

static bool has_shape(const struct seen *shapes, const char *pattern)
{
	char text[200], err[200];
	struct rules rules;
	snprintf(text, sizeof text, "rule r\n%s\n=>\nnothing\n", pattern);
	cr_assert(rules_parse("r", text, &rules, err, sizeof err), "%s", err);
	bool has = learn_shapes_have(shapes, &rules.at[0]);
	rules_release(&rules);
	return has;
}

Test(learn, pairs_are_those_of_programs)
{
	struct object *o;
	char err[200];
	struct seen shapes = {0};
	const char *text = "r2 = *(u32 *)(r1 + 4)\nr3 = 9\nr2 += 5\nr2 <<= 56\nr2 s>>= 56\nif r2 s> 7 goto out\nr2 &= 3\n"
			   "out: r0 = r2\nexit\n";
	cr_assert_eq(object_assemble("test", text, &o, err, sizeof err), OBJECT_OK, "%s", err);
	learn_shapes_add(&shapes, o->programs[0]);
	cr_expect(has_shape(&shapes, "rA = *(u32 *)(rB + O)\nrA += C"), "one stands between them");
	cr_expect(has_shape(&shapes, "rA += 5\nrA <<= C"));
	cr_expect_not(has_shape(&shapes, "rA += 6\nrA <<= C"), "another number");
	cr_expect_not(has_shape(&shapes, "wA += 5\nrA <<= C"), "another width");
	cr_expect_not(has_shape(&shapes, "rA += 5\nrB <<= C"), "another register");
	cr_expect(has_shape(&shapes, "rA = (s8)rA\nif rA s> C goto L"), "what newer compilers make of two shifts");
	cr_expect(has_shape(&shapes, "rA <<= 48\nrA s>>= 48"), "another width of the same");
	cr_expect_not(has_shape(&shapes, "rA <<= C\nrA >>= C"));
	seen_release(&shapes);
	object_free(o);
}
