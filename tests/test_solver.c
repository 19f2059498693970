/* SPDX-License-Identifier: BSD-2-Clause */
/* Queries and their answers: every kind at several widths, congruence, bounds, models, random terms. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "encode/solver/solver.h"

static const struct solver_limits limits = {.query_ms = 60000};
static const char *const backends[] = {"z3", "cvc5", "sat", "smtlib:z3 -in"};
#define N_BACKENDS (sizeof backends / sizeof *backends)

/* A pool and a solver, for one test. */
struct bench {
	struct term_pool *pool;
	struct solver *solver;
};

static struct bench set_up(const char *spec)
{
	char err[200] = "";
	struct bench b = {term_new_pool(), solver_open(spec, limits, err, sizeof err)};
	cr_assert(b.solver, "%s: %s", spec, err);
	return b;
}

static void tear_down(struct bench *b)
{
	solver_close(b->solver);
	term_free_pool(b->pool);
}

static term leaf(struct bench *b, uint32_t fn, unsigned width)
{
	return term_apply(b->pool, fn, width, NULL, 0);
}

static term apply(struct bench *b, uint32_t fn, unsigned width, term arg)
{
	return term_apply(b->pool, fn, width, &arg, 1);
}

static term number(struct bench *b, unsigned width, uint64_t value)
{
	return term_const(b->pool, width, value);
}

static enum solver_answer ask(struct bench *b, const term *asserts, size_t n)
{
	enum solver_failure why;
	enum solver_answer answer = solver_check(b->solver, b->pool, "test", asserts, n, NULL, &why);
	cr_expect_eq(answer == SOLVER_UNKNOWN, why != SOLVER_NO_FAILURE);
	return answer;
}

static uint64_t value_in(const struct solver_model *m, term t)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->leaves[i] == t)
			return m->values[i];
	cr_assert(false, "the model has no value for term %u", t);
	return 0;
}

/* One way to make a term of a kind from two terms of one width. */
typedef term (*maker)(struct term_pool *p, term a, term b);

static term make_not(struct term_pool *p, term a, term b)
{
	(void)b;
	return term_not(p, a);
}

static term make_neg(struct term_pool *p, term a, term b)
{
	(void)b;
	return term_neg(p, a);
}

static term make_ite(struct term_pool *p, term a, term b)
{
	return term_ite(p, term_extract(p, a, 0, 0), b, term_not(p, a));
}

static term make_extract(struct term_pool *p, term a, term b)
{
	unsigned w = term_width(p, a);
	return term_extract(p, term_xor(p, a, b), w - 1, w / 2);
}

static term make_concat(struct term_pool *p, term a, term b)
{
	unsigned top = term_width(p, a) - 1;
	return top < 32 ? term_concat(p, a, b) : term_concat(p, term_extract(p, a, 9, 1), term_extract(p, b, top, 20));
}

static term make_zext(struct term_pool *p, term a, term b)
{
	unsigned w = term_width(p, a);
	return term_zext(p, term_add(p, a, b), w == 64 ? 64 : w + 7 > 64 ? 64 : w + 7);
}

static term make_sext(struct term_pool *p, term a, term b)
{
	unsigned w = term_width(p, a);
	return term_sext(p, term_add(p, a, b), w + 7 > 64 ? 64 : w + 7);
}

static const struct {
	const char *name;
	maker make;
} makers[] = {
    {"not", make_not},   {"and", term_and},   {"or", term_or},     {"xor", term_xor},         {"neg", make_neg},
    {"add", term_add},   {"mul", term_mul},   {"udiv", term_udiv}, {"urem", term_urem},       {"sdiv", term_sdiv},
    {"srem", term_srem}, {"shl", term_shl},   {"lshr", term_lshr}, {"ashr", term_ashr},       {"eq", term_eq},
    {"ult", term_ult},   {"slt", term_slt},   {"ite", make_ite},   {"extract", make_extract}, {"concat", make_concat},
    {"zext", make_zext}, {"sext", make_sext},
};
#define N_MAKERS (sizeof makers / sizeof *makers)

static const uint64_t samples[][2] = {
    {0, 0},  {5, 0},      {0, 3},    {1, 1},     {~0ull, 1},     {1ull << 63, ~0ull},      {~0ull, ~0ull},
    {77, 7}, {0xf0, 0x8}, {3, 1000}, {~6ull, 3}, {~6ull, ~2ull}, {0x123456789abcdef0, 33},
};
#define N_SAMPLES (sizeof samples / sizeof *samples)

/* A sample cut to width, its top bit kept. */
static uint64_t narrow(uint64_t v, unsigned width)
{
	return width == 64 ? v : (v & range_max_of(width)) | v >> 63 << (width - 1);
}

/* Inputs fixed by assertions, results compared with what folding of constants gives: all right, or some wrong. */
static void check_kind(struct bench *b, size_t m, unsigned width)
{
	term asserts[2 * N_SAMPLES + 1], right = term_true(b->pool);
	for (uint32_t i = 0; i < N_SAMPLES; i++) {
		term v = number(b, width, narrow(samples[i][0], width)),
		     w = number(b, width, narrow(samples[i][1], width));
		term x = leaf(b, 100 + 2 * i, width), y = leaf(b, 101 + 2 * i, width);
		term folded = makers[m].make(b->pool, v, w);
		cr_assert(term_is_const(b->pool, folded, NULL), "%s of constants is not folded", makers[m].name);
		asserts[2 * i] = term_eq(b->pool, x, v);
		asserts[2 * i + 1] = term_eq(b->pool, y, w);
		right = term_and(b->pool, right, term_eq(b->pool, makers[m].make(b->pool, x, y), folded));
	}
	const char *name = makers[m].name, *spec = solver_name(b->solver);
	asserts[2 * N_SAMPLES] = right;
	cr_expect_eq(ask(b, asserts, 2 * N_SAMPLES + 1), SOLVER_SAT, "%s: %s of %u bits", spec, name, width);
	asserts[2 * N_SAMPLES] = term_not(b->pool, right);
	cr_expect_eq(ask(b, asserts, 2 * N_SAMPLES + 1), SOLVER_UNSAT, "%s: %s of %u bits", spec, name, width);
}

static void check_kinds(const char *spec)
{
	static const unsigned widths[] = {1, 2, 8, 32, 64};
	for (size_t m = 0; m < N_MAKERS; m++)
		for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
			struct bench b = set_up(spec);
			if (strcmp(makers[m].name, "concat") || widths[i] != 64)
				check_kind(&b, m, widths[i]);
			tear_down(&b);
		}
}

Test(solver, z3_knows_every_kind)
{
	check_kinds("z3");
}

Test(solver, cvc5_knows_every_kind)
{
	check_kinds("cvc5");
}

Test(solver, sat_knows_every_kind)
{
	check_kinds("sat");
}

Test(solver, smtlib_knows_every_kind)
{
	check_kinds("smtlib:z3 -in");
}

Test(solver, constants_ask_nobody)
{
	struct bench b = set_up("smtlib:false");
	struct solver_model m;
	enum solver_failure why;
	term yes = term_true(b.pool), no = term_false(b.pool);
	term all[] = {yes, term_eq(b.pool, leaf(&b, 1, 8), number(&b, 8, 1)), no};
	cr_expect_eq(solver_check(b.solver, b.pool, NULL, NULL, 0, &m, &why), SOLVER_SAT);
	cr_expect_eq(m.n, 0);
	cr_expect_eq(why, SOLVER_NO_FAILURE);
	solver_release_model(&m);
	cr_expect_eq(solver_check(b.solver, b.pool, "yes", &yes, 1, NULL, NULL), SOLVER_SAT);
	cr_expect_eq(solver_check(b.solver, b.pool, "no", all, 3, NULL, NULL), SOLVER_UNSAT);
	struct solver_stats s = solver_get_stats(b.solver);
	cr_expect_eq(s.queries, 3);
	cr_expect_eq(s.trivial, 3);
	cr_expect_eq(s.sat, 2);
	cr_expect_eq(s.unsat, 1);
	cr_expect_eq(s.unknown, 0);
	tear_down(&b);
}

static void check_congruence(struct bench *b)
{
	term x = leaf(b, 1, 64), y = leaf(b, 2, 64), fx = apply(b, 3, 8, x), fy = apply(b, 3, 8, y);
	term differ = term_ne(b->pool, fx, fy);
	cr_expect_eq(ask(b, (term[]){differ, term_eq(b->pool, x, y)}, 2), SOLVER_UNSAT);
	cr_expect_eq(ask(b, (term[]){differ, term_eq(b->pool, term_add(b->pool, x, y), number(b, 64, 9))}, 2),
		     SOLVER_SAT);
	struct solver_model m;
	cr_expect_eq(solver_check(b->solver, b->pool, "model", &differ, 1, &m, NULL), SOLVER_SAT);
	cr_expect_neq(value_in(&m, fx), value_in(&m, fy));
	cr_expect_neq(value_in(&m, x), value_in(&m, y));
	solver_release_model(&m);
}

/* f^3(x) = x and f^5(x) = x imply f(x) = x. */
static void check_nested_congruence(struct bench *b)
{
	term f[6] = {leaf(b, 1, 32)};
	for (size_t i = 1; i < 6; i++)
		f[i] = apply(b, 4, 32, f[i - 1]);
	term all[] = {term_eq(b->pool, f[3], f[0]), term_eq(b->pool, f[5], f[0]), term_ne(b->pool, f[1], f[0])};
	cr_expect_eq(ask(b, all, 3), SOLVER_UNSAT);
	cr_expect_eq(ask(b, all + 1, 2), SOLVER_SAT);
}

static void check_constant_arguments(struct bench *b)
{
	term x = leaf(b, 1, 64), g5 = apply(b, 5, 8, number(b, 64, 5)), g6 = apply(b, 5, 8, number(b, 64, 6));
	term gx = apply(b, 5, 8, x), one = number(b, 8, 1);
	term all[] = {term_eq(b->pool, g5, one), term_ne(b->pool, g6, one), term_eq(b->pool, x, number(b, 64, 5)),
		      term_ne(b->pool, gx, one)};
	cr_expect_eq(ask(b, all, 2), SOLVER_SAT);
	cr_expect_eq(ask(b, all, 4), SOLVER_UNSAT);
	all[3] = term_eq(b->pool, gx, one);
	cr_expect_eq(ask(b, all, 4), SOLVER_SAT);
}

/* The same number is the same argument at any width; another count of arguments is another function. */
static void check_argument_shapes(struct bench *b)
{
	term x = leaf(b, 1, 8), y = leaf(b, 2, 16), one[] = {x}, two[] = {x, x};
	term hx = term_apply(b->pool, 6, 8, one, 1), hxx = term_apply(b->pool, 6, 8, two, 2), hy = apply(b, 6, 8, y);
	term same = term_eq(b->pool, term_zext(b->pool, x, 16), y);
	cr_expect_eq(ask(b, (term[]){same, term_ne(b->pool, hx, hy)}, 2), SOLVER_UNSAT);
	cr_expect_eq(ask(b, (term[]){same, term_ne(b->pool, hxx, hy)}, 2), SOLVER_SAT);
}

Test(solver, congruence)
{
	for (size_t i = 0; i < N_BACKENDS; i++) {
		struct bench b = set_up(backends[i]);
		check_congruence(&b);
		check_nested_congruence(&b);
		check_constant_arguments(&b);
		check_argument_shapes(&b);
		tear_down(&b);
	}
}

/* Bits of a model must make a function for the caller, whose lookups go through arguments too. */
Test(solver, model_is_a_function_inside_arguments)
{
	struct bench b = set_up("z3");
	term x = leaf(&b, 1, 8), y = leaf(&b, 2, 8), gx = apply(&b, 3, 8, x), gy = apply(&b, 3, 8, y);
	term all[] = {term_eq(b.pool, apply(&b, 4, 8, gx), number(&b, 8, 7)), term_eq(b.pool, gy, number(&b, 8, 9)),
		      term_eq(b.pool, apply(&b, 4, 8, gy), number(&b, 8, 8))};
	struct solver_model m;
	cr_assert_eq(solver_check(b.solver, b.pool, "inside", all, 3, &m, NULL), SOLVER_SAT);
	cr_expect_neq(value_in(&m, gx), 9);
	cr_expect_neq(value_in(&m, x), value_in(&m, y));
	solver_release_model(&m);
	tear_down(&b);
}

/* 77 is odd, so 77 * a + 13 = 33 has one solution of 8 bits: 100. */
static enum solver_answer solve_at_100(struct bench *b, uint32_t fn)
{
	term a = leaf(b, fn, 8);
	term sum = term_add(b->pool, term_mul(b->pool, a, number(b, 8, 77)), number(b, 8, 13));
	term is = term_eq(b->pool, sum, number(b, 8, 33));
	struct solver_model m;
	enum solver_answer answer = solver_check(b->solver, b->pool, "bounds", &is, 1, &m, NULL);
	if (answer == SOLVER_SAT) {
		cr_expect_eq(m.n, 1);
		cr_expect_eq(value_in(&m, a), 100);
	}
	solver_release_model(&m);
	return answer;
}

Test(solver, bounds)
{
	for (size_t i = 0; i < N_BACKENDS; i++) {
		struct bench b = set_up(backends[i]);
		term_bound(b.pool, 11, 3, 99);
		term_bound(b.pool, 12, 101, 255);
		term_bound(b.pool, 13, 100, 101);
		term_bound(b.pool, 14, 0, 255);
		cr_expect_eq(solve_at_100(&b, 10), SOLVER_SAT);
		cr_expect_eq(solve_at_100(&b, 11), SOLVER_UNSAT);
		cr_expect_eq(solve_at_100(&b, 12), SOLVER_UNSAT);
		cr_expect_eq(solve_at_100(&b, 13), SOLVER_SAT);
		cr_expect_eq(solve_at_100(&b, 14), SOLVER_SAT);
		tear_down(&b);
	}
}

static void check_depth(const char *spec)
{
	struct bench b = set_up(spec);
	term t = leaf(&b, 1, 8);
	for (uint32_t i = 0; i < 6000; i++) {
		term k = leaf(&b, 2 + i % 40, 8);
		t = i % 2 ? term_not(b.pool, term_or(b.pool, t, k)) : term_xor(b.pool, term_not(b.pool, t), k);
	}
	term is = term_eq(b.pool, t, number(&b, 8, 17));
	cr_expect_eq(ask(&b, &is, 1), SOLVER_SAT);
	tear_down(&b);
}

Test(solver, deep_terms)
{
	check_depth("z3");
	check_depth("cvc5");
	check_depth("sat");
}

static uint64_t random_state = 0x243f6a8885a308d3;

static uint64_t next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

/* Terms to draw from: `a` has one width, and anything made is brought back to it. */
struct urn {
	struct bench *b;
	unsigned width;
	term terms[24];
	size_t n;
};

static term draw(struct urn *u)
{
	return u->terms[next_random() % u->n];
}

static term make_random(struct urn *u)
{
	struct term_pool *p = u->b->pool;
	uint64_t r = next_random();
	if (r % 8 == 0)
		return number(u->b, u->width, next_random() >> next_random() % 64);
	if (r % 8 == 1)
		return apply(u->b, 50, u->width, draw(u));
	size_t m = next_random() % N_MAKERS;
	if (u->width == 64 && makers[m].make == make_concat)
		m = 0;
	return term_resize(p, makers[m].make(p, draw(u), draw(u)), u->width);
}

static void check_random(struct bench *b, struct solver *other)
{
	static const unsigned widths[] = {1, 4, 8, 16};
	struct urn u = {.b = b, .width = widths[next_random() % 4], .n = 3};
	static uint32_t fn = 1000;
	term asserts[3];
	for (size_t i = 0; i < 3; i++)
		u.terms[i] = leaf(b, fn++, u.width);
	while (u.n < 24) {
		u.terms[u.n] = make_random(&u);
		u.n++;
	}
	for (size_t i = 0; i < 3; i++) {
		asserts[i] = term_eq(b->pool, u.terms[21 + i], draw(&u));
		asserts[i] = next_random() % 2 ? asserts[i] : term_not(b->pool, asserts[i]);
	}
	enum solver_answer x = ask(b, asserts, 3), y = solver_check(other, b->pool, "other", asserts, 3, NULL, NULL);
	cr_expect_neq(x, SOLVER_UNKNOWN);
	cr_expect_eq(x, y, "one says %d, cvc5 says %d", (int)x, (int)y);
}

/* Models are held against the terms in solver_check. */
Test(solver, random_queries_agree)
{
	char err[200];
	struct bench b = set_up("z3");
	struct solver *other = solver_open("cvc5", limits, err, sizeof err);
	for (int i = 0; i < 250; i++)
		check_random(&b, other);
	struct solver_stats s = solver_get_stats(b.solver);
	cr_log_info("%lu queries: %lu trivial, %lu sat, %lu unsat", s.queries, s.trivial, s.sat, s.unsat);
	cr_expect_gt(s.sat, 20);
	cr_expect_gt(s.unsat, 20);
	cr_expect_lt(s.trivial, 200);
	solver_close(other);
	tear_down(&b);
}

Test(solver, random_queries_agree_with_the_built_in_one)
{
	char err[200];
	struct bench b = set_up("sat");
	struct solver *other = solver_open("cvc5", limits, err, sizeof err);
	for (int i = 0; i < 250; i++)
		check_random(&b, other);
	struct solver_stats s = solver_get_stats(b.solver);
	cr_expect_gt(s.sat, 40);
	cr_expect_gt(s.unsat, 40);
	solver_close(other);
	tear_down(&b);
}

Test(solver, specifications)
{
	static const char *const good[] = {
	    "z3", "cvc5", "cross", "race", "cross:z3,cvc5", "race:cvc5,smtlib:x,y", "log:/tmp:z3", "smtlib:whatever"};
	static const struct {
		const char *spec, *sentence;
	} bad[] = {
	    {"", "no solver is named ''; expected z3, cvc5, sat or smtlib:COMMAND"},
	    {"z33", "no solver is named 'z33'; expected z3, cvc5, sat or smtlib:COMMAND"},
	    {"z3:fast", "z3 takes no argument, but got 'fast'"},
	    {"cvc5:x", "cvc5 takes no argument, but got 'x'"},
	    {"smtlib", "smtlib names no command; expected smtlib:COMMAND"},
	    {"smtlib: ", "smtlib names no command; expected smtlib:COMMAND"},
	    {"cross:z3", "'z3' is one solver; expected two with a comma between them"},
	    {"race:z3,foo", "no solver is named 'foo'; expected z3, cvc5, sat or smtlib:COMMAND"},
	    {"race:foo,z3", "no solver is named 'foo'; expected z3, cvc5, sat or smtlib:COMMAND"},
	    {"log:/tmp", "'log:/tmp' names no folder or no solver; expected log:DIR:SOLVER"},
	    {"log", "'log:' names no folder or no solver; expected log:DIR:SOLVER"},
	    {"log:/dev/null:z3", "/dev/null is not a folder that can be written to"},
	    {"log:/nowhere/at/all:z3", "log folder /nowhere/at/all can't be made: No such file or directory"},
	    {"log:/tmp:foo", "no solver is named 'foo'; expected z3, cvc5, sat or smtlib:COMMAND"},
	};
	char err[200];
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		struct solver *s = solver_open(good[i], limits, err, sizeof err);
		cr_assert(s, "%s: %s", good[i], err);
		cr_expect_str_eq(solver_name(s), good[i]);
		solver_close(s);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		cr_expect_null(solver_open(bad[i].spec, limits, err, sizeof err), "%s", bad[i].spec);
		cr_expect_str_eq(err, bad[i].sentence);
	}
}

Test(solver, prints_backends)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);
	solver_print_backends(f);
	fclose(f);
	cr_expect(strstr(text, "z3 "));
	cr_expect(strstr(text, "cvc5"));
	cr_expect(strstr(text, "smtlib"));
	free(text);
}
