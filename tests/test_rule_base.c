/* SPDX-License-Identifier: BSD-2-Clause */
/* The shipped rules: each proved for all its instances by two solvers, useful, and none twice. */
#include "checker/window/rule_proof.h"
#include "encode/solver/engine.h"
#include "synth/learn/learn.h"
#include "synth/learn/learn_form.h"
#include "synth/rules/rule_base.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void prove_all(const char *spec)
{
	char err[256];
	const struct rules *base = rule_base();
	struct solver *s = solver_open(spec, (struct solver_limits){.query_ms = 20000}, err, sizeof err);
	cr_assert(s, "%s", err);
	struct rule_proof *proofs = calloc(base->n, sizeof *proofs);
	rule_prove_all(base->at, base->n, s, proofs);
	for (size_t i = 0; i < base->n; i++)
		cr_expect_eq(proofs[i].verdict, VERDICT_PROVED, "%s: %s", base->at[i].name, proofs[i].why);
	free(proofs);
	solver_close(s);
}

Test(rule_base, every_rule_is_proved_by_one_solver, .timeout = 250)
{
	prove_all("sat");
}

Test(rule_base, every_rule_is_proved_by_another, .timeout = 250)
{
	prove_all("cvc5");
}

Test(rule_base, rules_are_many_and_save_something)
{
	const struct rules *base = rule_base();
	cr_expect_geq(base->n, 300, "%zu", base->n);
	for (size_t i = 0; i < base->n; i++) {
		const struct rule *r = &base->at[i];
		unsigned before = rule_slots(r->pattern, r->n_pattern), after = rule_slots(r->result, r->n_result);
		cr_expect_leq(after, before, "%s", r->name);
		cr_expect_lt(learn_cost(r->result, r->n_result), learn_cost(r->pattern, r->n_pattern), "%s", r->name);
	}
}

static char *text_of(const struct rule *r)
{
	char *text = NULL;
	size_t len;
	struct rule unnamed = *r;
	FILE *out = open_memstream(&text, &len);
	memcpy(unnamed.name, "r", 2);
	rule_print(&unnamed, out);
	fclose(out);
	return text;
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

Test(rule_base, names_and_texts_are_there_once)
{
	const struct rules *base = rule_base();
	char **texts = calloc(base->n, sizeof *texts);
	for (size_t i = 0; i < base->n; i++) {
		texts[i] = text_of(&base->at[i]);
		for (size_t k = 0; k < i; k++)
			cr_expect_str_neq(base->at[i].name, base->at[k].name);
	}
	qsort(texts, base->n, sizeof *texts, compare_texts);
	for (size_t i = 1; i < base->n; i++)
		cr_expect_str_neq(texts[i - 1], texts[i]);
	for (size_t i = 0; i < base->n; i++)
		free(texts[i]);
	free(texts);
}

/* A file has what its name says, in the form that learn writes. */
Test(rule_base, files_are_by_topic)
{
	for (size_t i = 0; i < n_rule_files; i++) {
		struct rules rules;
		char err[256], name[64];
		cr_assert(rules_parse(rule_files[i].name, rule_files[i].text, &rules, err, sizeof err), "%s", err);
		for (size_t k = 0; k < rules.n; k++) {
			snprintf(name, sizeof name, "%s.rule", learn_topic(&rules.at[k]));
			cr_expect_str_eq(rule_files[i].name, name, "%s", rules.at[k].name);
		}
		rules_release(&rules);
	}
}

static bool add_text(const char *text, char *err, size_t len)
{
	char path[] = "/tmp/test_rule_base_XXXXXX";
	int fd = mkstemp(path);
	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	bool good = rule_base_add(path, "z3", err, len);
	const char *tail = strstr(err, path);
	if (!good && tail)
		memmove(err, tail + strlen(path), strlen(tail + strlen(path)) + 1);
	unlink(path);
	return good;
}

Test(rule_base, own_rules_are_proved_when_they_are_read)
{
	char err[400] = "";
	size_t before = rule_base()->n;
	cr_expect(
	    add_text("rule mine\n rA += 3\n rA += 4\n=>\n rA += 7\nrule mine-2\n rA ^= rB\n rA ^= rB\n=>\n nothing\n",
		     err, sizeof err),
	    "%s", err);
	cr_assert_eq(rule_base()->n, before + 2);
	cr_expect_str_eq(rule_base()->at[before].name, "mine");
	cr_expect_not(
	    add_text("rule good\n rA += 3\n rA += 4\n=>\n rA += 7\nrule bad\n rA += 3\n wA += 4\n=>\n rA += 7\n", err,
		     sizeof err));
	cr_expect_str_eq(err, ":6: the rule bad is wrong: pattern and result differ");
	cr_expect_not(add_text("rule half\n rA += 3\n", err, sizeof err));
	cr_expect_str_eq(err, ":1: the rule half has no result");
	cr_expect_not(rule_base_add("/nowhere/mine.rule", "z3", err, sizeof err));
	cr_expect_str_eq(err, "/nowhere/mine.rule can't be read: No such file or directory");
	cr_expect_eq(rule_base()->n, before + 2, "of a file with a wrong rule none is taken");
}
