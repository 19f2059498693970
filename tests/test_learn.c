/* SPDX-License-Identifier: BSD-2-Clause */
/* The search for rules: what it finds first is right, useful and no instance of something else. */
#include "checker/window/rule_proof.h"
#include "synth/learn.h"
#include "synth/learn_form.h"

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
