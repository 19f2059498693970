/* SPDX-License-Identifier: BSD-2-Clause */
/* The checker of refutations: proofs that are, and near misses that must not pass. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "encode/solver/query.h"
#include "encode/solver/refutation.h"
#include "encode/solver/rup.h"

/* All clauses over two variables: no model. */
static const char square[] = "c all four\np cnf 2 4\n1 2 0\n1 -2 0\n-1 2 0\n-1 -2 0\n";

static enum rup_verdict check(const char *formula, const char *proof, char *err, size_t errlen)
{
	*err = 0;
	return rup_check(formula, proof, 0, err, errlen);
}

static void expect(const char *formula, const char *proof, enum rup_verdict verdict, const char *why)
{
	char err[200];
	enum rup_verdict v = check(formula, proof, err, sizeof err);
	cr_expect_eq(v, verdict, "%s: expected %d, found %d (%s)", proof, verdict, v, err);
	cr_expect(strstr(err, why), "%s: expected %s, found %s", proof, why, err);
}

Test(rup, proofs)
{
	expect(square, "1 0\n0\n", RUP_PROVED, "");
	expect(square, "-2 0 0", RUP_PROVED, "");
	expect(square, "c a comment\n1 2 1 0\nd 1 2 0\n1 0\n0\n", RUP_PROVED, "");
	expect("p cnf 1 2\n1 0\n-1 0\n", "0\n", RUP_PROVED, "");
	expect("p cnf 1 1\n0\n", "0\n", RUP_PROVED, "");
	expect("p cnf 3 2\n1 2\n3 0 -1 0\n", "2 3 0\n", RUP_WRONG, "not the empty clause");
}

Test(rup, the_empty_clause_comes_last)
{
	expect(square, "", RUP_WRONG, "not the empty clause");
	expect(square, "1 0\n", RUP_WRONG, "not the empty clause");
	expect(square, "1 0\n0\n1 0\n", RUP_WRONG, "not the empty clause");
	expect(square, "1 0\n0\nd 1 2 0\n", RUP_WRONG, "not the empty clause");
	expect("p cnf 1 2\n1 0\n-1 0\n", "", RUP_WRONG, "not the empty clause");
}

Test(rup, steps_that_do_not_follow)
{
	static const char open[] = "p cnf 3 3\n1 2 0\n1 -2 0\n-1 3 0\n"; /* has a model */
	expect(open, "0\n", RUP_WRONG, "does not follow");
	expect(open, "1 0\n0\n", RUP_WRONG, "line 2: this clause does not follow");
	expect(open, "-1 0\n0\n", RUP_WRONG, "line 1: this clause does not follow");
	expect(open, "1 0\n3 0\n-3 0\n0\n", RUP_WRONG, "line 3");
	expect(square, "0\n", RUP_WRONG, "line 1"); /* true, but not by unit propagation */
	/* blocked on 1: adding it keeps satisfiability, but it isn't implied */
	expect("p cnf 2 1\n1 2 0\n", "-1 -2 0\n0\n", RUP_WRONG, "line 1");
}

Test(rup, deletions_count)
{
	expect(square, "d 1 2 0\n1 0\n0\n", RUP_WRONG, "line 2");
	expect(square, "d 2 1 0\n1 0\n0\n", RUP_WRONG, "line 2");
	expect(square, "d 1 0\n1 0\n0\n", RUP_WRONG, "no such clause");
	expect(square, "d 1 2 0\nd 1 2 0\n", RUP_WRONG, "line 2: there is no such clause");
	expect("p cnf 2 5\n1 2 0\n1 2 0\n1 -2 0\n-1 2 0\n-1 -2 0\n", "d 1 2 0\n1 0\n0\n", RUP_PROVED, "");
	expect("p cnf 2 5\n1 2 0\n1 2 0\n1 -2 0\n-1 2 0\n-1 -2 0\n", "d 1 2 0\nd 1 2 0\n1 0\n0\n", RUP_WRONG, "line 3");
}

Test(rup, what_is_no_proof)
{
	expect("", "0\n", RUP_MALFORMED, "expected p cnf");
	expect("p cnf 2\n", "0\n", RUP_MALFORMED, "expected p cnf");
	expect("p cnf 2 2\n1 0\n", "0\n", RUP_MALFORMED, "expected clause 2 of 2");
	expect("p cnf 2 1\n1 0\n2 0\n", "0\n", RUP_MALFORMED, "no more than 1");
	expect("p cnf 2 1\n3 0\n", "0\n", RUP_MALFORMED, "variables up to 2");
	expect("p cnf 999999999 1\n3 0\n", "0\n", RUP_MALFORMED, "expected p cnf");
	expect(square, "1 0\nx 0\n", RUP_MALFORMED, "line 2");
	expect(square, "1 0\n0", RUP_PROVED, "");
	expect(square, "1 0\n2", RUP_MALFORMED, "line 2");
	expect(square, "3 0\n0\n", RUP_MALFORMED, "variables up to 2");
	expect(square, "1.0 0\n0\n", RUP_MALFORMED, "line 1");
	expect(square, "d1 2 0\n--1 0\n", RUP_MALFORMED, "line 2");
	expect(square, "99999999999999999999 0\n", RUP_MALFORMED, "line 1");
}

/* Behind the line's end. */
static const char *line_end(const char *at)
{
	return at + strcspn(at, "\n") + 1;
}

/* n + 1 pigeons in n holes */
static char *pigeons(int n)
{
	char *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	cr_assert(f);
	fprintf(f, "p cnf %d %d\n", n * (n + 1), n + 1 + n * n * (n + 1) / 2);
	for (int p = 0; p <= n; p++)
		for (int h = 0; h <= n; h++)
			fprintf(f, h == n ? "0\n" : "%d ", p * n + h + 1);
	for (int h = 0; h < n; h++)
		for (int p = 0; p <= n; p++)
			for (int q = 0; q < p; q++)
				fprintf(f, "-%d -%d 0\n", p * n + h + 1, q * n + h + 1);
	fclose(f);
	return text;
}

/* a * b = c * d where only the order of a sum differs: takes the solver some conflicts. */
static term hard_question(struct term_pool *p, unsigned width)
{
	term x = term_apply(p, 1, width, NULL, 0), y = term_apply(p, 2, width, NULL, 0),
	     z = term_apply(p, 3, width, NULL, 0);
	term left = term_mul(p, term_add(p, x, y), z);
	return term_ne(p, left, term_add(p, term_mul(p, x, z), term_mul(p, y, z)));
}

static bool refuted(unsigned width, struct refutation *r)
{
	struct query q;
	struct term_pool *p = term_new_pool();
	term t = hard_question(p, width);
	cr_assert_eq(query_build(&q, p, "test", &t, 1, &(struct query_limit){0}), QUERY_OPEN);
	bool found = refutation_find(&q, 0, r);
	query_release(&q);
	term_free_pool(p);
	return found;
}

Test(rup, solver_proofs_hold)
{
	char err[200];
	struct refutation r;
	cr_assert(refuted(5, &r));
	cr_expect_gt(r.n_proof, 200);
	expect(r.clauses, r.proof, RUP_PROVED, "");
	expect(r.clauses, "0\n", RUP_WRONG, "line 1");
	expect(r.clauses, line_end(r.proof), RUP_WRONG, "");
	r.proof[r.n_proof - 2] = '\0'; /* without the empty clause */
	expect(r.clauses, r.proof, RUP_WRONG, "not the empty clause");
	char *other = pigeons(3); /* a proof of something else */
	cr_expect_neq(check(other, r.proof, err, sizeof err), RUP_PROVED);
	free(other);
	refutation_release(&r);
}

Test(rup, no_proof_of_what_has_a_model)
{
	struct refutation r;
	struct query q;
	struct term_pool *p = term_new_pool();
	term x = term_apply(p, 1, 8, NULL, 0), y = term_apply(p, 2, 8, NULL, 0);
	term t = term_eq(p, term_mul(p, x, y), term_const(p, 8, 15));
	cr_assert_eq(query_build(&q, p, "test", &t, 1, &(struct query_limit){0}), QUERY_OPEN);
	cr_expect_not(refutation_find(&q, 0, &r));
	cr_expect_null(r.proof);
	query_release(&q);
	term_free_pool(p);
}

/* The text without the line that holds offset `at`, or with another literal there (`flip`). */
static char *damaged(const char *text, size_t at, bool flip)
{
	char *out;
	size_t begin = at, len;
	FILE *f = open_memstream(&out, &len);
	cr_assert(f);
	while (begin && text[begin - 1] != '\n')
		begin--;
	bool negative = flip && text[begin] == '-';
	fprintf(f, "%.*s%s%s", (int)begin, text, flip && !negative ? "-" : "",
		flip ? text + begin + negative : line_end(text + begin));
	cr_assert(!fclose(f));
	return out;
}

/* Its core proves the same; gives the number of its lemmas. */
static size_t expect_core(const char *formula, const char *proof)
{
	char err[200], *core;
	size_t len, n = 0;
	FILE *f = open_memstream(&core, &len);
	cr_assert(f);
	cr_assert_eq(rup_trim(formula, proof, 0, f, err, sizeof err), RUP_PROVED, "%s", err);
	cr_assert(!fclose(f));
	for (const char *at = core; *at; at = line_end(at))
		n += *at != 'd';
	expect(formula, core, RUP_PROVED, "");
	free(core);
	return n;
}

static void check_core(const char *formula, const char *proof, size_t lemmas)
{
	size_t n = expect_core(formula, proof);
	cr_expect_eq(n, lemmas, "%s: %zu lemmas", proof, n);
}

Test(rup, cores)
{
	static const char chain[] = "p cnf 5 7\n1 2 0\n-1 3 0\n-2 3 0\n4 5 0\n4 -5 0\n-3 1 0\n-3 -1 0\n";
	char err[200], *none;
	size_t len;
	check_core(square, "1 0\n0\n", 2);
	check_core(square, "1 2 0\n1 2 -2 0\n1 0\n0\n", 2);
	check_core(chain, "4 0\n4 3 0\n3 0\n0\n", 2);
	check_core(chain, "4 5 3 0\n2 3 0\n3 2 4 0\n3 0\n-1 3 4 0\n0\n", 3);
	check_core("p cnf 1 2\n1 0\n-1 0\n", "1 0\n0\n", 1);
	check_core("p cnf 3 5\n1 2 0\n1 -2 0\n-1 3 0\n-1 -3 2 0\n-1 -2 -3 0\n", "2 1 3 0\n1 0\n3 0\n0\n", 2);
	FILE *f = open_memstream(&none, &len);
	cr_expect_eq(rup_trim(square, "1 0\nd 1 2 0\n0\n", 0, f, err, sizeof err), RUP_MALFORMED);
	cr_expect_eq(rup_trim(square, "0\n", 0, f, err, sizeof err), RUP_WRONG);
	fclose(f);
	cr_expect_str_empty(none);
	free(none);
}

/* A brute-force opinion on a formula of at most 20 variables. */
static bool has_model(const char *formula)
{
	long variables, clauses;
	const char *body = line_end(formula);
	cr_assert_eq(sscanf(formula, "p cnf %ld %ld", &variables, &clauses), 2);
	for (uint32_t model = 0; model < 1u << variables; model++) {
		bool all = true, clause = false;
		char *end;
		for (const char *s = body; all && *(s + strspn(s, " \n")); s = end) {
			long v = strtol(s, &end, 10);
			if (!v) {
				all = clause;
				clause = false;
			} else {
				clause |= (v > 0) == (model >> (labs(v) - 1) & 1);
			}
		}
		if (all)
			return true;
	}
	return false;
}

/* Formulas of which each clause is needed: without one there is a model, and no proof may pass. */
Test(rup, damaged_formulas_and_proofs)
{
	char err[200];
	size_t wrong = 0, total = 0;
	static const char chain[] = "p cnf 6 8\n1 2 0\n-1 3 0\n-2 3 0\n-3 4 5 0\n-4 6 0\n-5 6 0\n-6 -3 1 0\n-6 -1 0\n";
	static const char proof[] = "3 0\n6 0\n-1 0\n0\n";
	expect(chain, proof, RUP_PROVED, "");
	for (size_t at = strlen("p cnf 6 8\n"); at < sizeof chain - 1; at++)
		for (int flip = 0; flip < 2; flip++) {
			char *d = damaged(chain, at, flip);
			if (!flip)
				d[8] = '7';
			bool open = has_model(d);
			enum rup_verdict v = check(d, proof, err, sizeof err);
			cr_expect(!open || v == RUP_WRONG, "%s has a model", d);
			wrong += v == RUP_WRONG;
			total++;
			free(d);
		}
	cr_expect_gt(wrong, total / 2);
}

/* Random formulas, random proofs: whatever passes has no model. */
Test(rup, random_proofs_prove_nothing_false)
{
	char err[200];
	uint64_t seed = 7;
	size_t passed = 0;
	for (int round = 0; round < 4000; round++) {
		char formula[600], proof[200];
		int at = snprintf(formula, sizeof formula, "p cnf 4 %d\n", 14), to = 0;
		for (int i = 0; i < 14 * 3; i++) {
			seed = seed * 6364136223846793005ull + 1442695040888963407ull;
			int v = (int)(seed >> 40 & 3) + 1;
			at += snprintf(formula + at, sizeof formula - (size_t)at, "%d %s", seed >> 50 & 1 ? v : -v,
				       i % 3 == 2 ? "0\n" : "");
		}
		for (int i = 0; i < 6; i++) {
			seed = seed * 6364136223846793005ull + 1442695040888963407ull;
			int v = (int)(seed >> 40 & 3) + 1, w = (int)(seed >> 44 & 3) + 1;
			to += snprintf(proof + to, sizeof proof - (size_t)to, seed >> 51 & 1 ? "%d 0\n" : "%d %d 0\n",
				       seed >> 50 & 1 ? v : -v, seed >> 52 & 1 ? w : -w);
		}
		snprintf(proof + to, sizeof proof - (size_t)to, "0\n");
		if (check(formula, proof, err, sizeof err) != RUP_PROVED)
			continue;
		passed++;
		cr_expect_not(has_model(formula), "%s%s", formula, proof);
		expect_core(formula, proof);
	}
	cr_expect_gt(passed, 10);
}
