/* SPDX-License-Identifier: BSD-2-Clause */
/* What sweeping merges, and above all what it must not merge; sessions of the built-in solver. */
#include <criterion/criterion.h>
#include <string.h>

#include "encode/sweep.h"
#include "tests/term_random.h"

static const struct solver_limits limits = {.query_ms = 10000};

enum { F_X, F_Y, F_READ, F_SMALL }; /* inputs: two numbers, a function of one, a bounded one */

struct scene {
	struct term_pool *pool;
	struct solver *solver;
	term x, y;
};

static struct scene set_up(const char *spec)
{
	char err[200] = "";
	struct scene s = {term_new_pool(), solver_open(spec, limits, err, sizeof err), 0, 0};
	cr_assert(s.solver, "%s", err);
	s.x = term_apply(s.pool, F_X, 64, NULL, 0);
	s.y = term_apply(s.pool, F_Y, 64, NULL, 0);
	return s;
}

static void tear_down(struct scene *s)
{
	solver_close(s->solver);
	term_free_pool(s->pool);
}

/* With a session where the solver has one. */
static struct sweep_stats sweep_within(struct scene *s, term *roots, size_t n, term condition, unsigned conflicts)
{
	struct session *session = session_open(s->solver, s->pool);
	struct sweep_options opt = {
	    .condition = condition, .session = session, .conflicts = conflicts, .query_ms = 10000, .max_queries = 1000};
	struct sweep_stats stats = sweep_terms(s->pool, s->solver, roots, n, &opt);
	session_close(session);
	return stats;
}

static struct sweep_stats sweep(struct scene *s, term *roots, size_t n, term condition)
{
	return sweep_within(s, roots, n, condition, 20000);
}

static term number(struct scene *s, uint64_t v)
{
	return term_const(s->pool, 64, v);
}

static uint64_t pair_leaf(void *arg, uint32_t fn, unsigned width, const uint64_t *args, size_t n)
{
	const uint64_t *xy = arg;
	(void)width;
	return fn == F_X || fn == F_Y ? xy[fn] : n ? args[0] * 0x9e3779b97f4a7c15ull >> 7 : 3;
}

static uint64_t value_at(struct scene *s, term t, uint64_t x, uint64_t y)
{
	uint64_t xy[2] = {x, y};
	struct term_eval *e = term_new_eval(s->pool, pair_leaf, xy);
	uint64_t v = term_eval(e, t);
	term_free_eval(e);
	return v;
}

/* x as the exclusive or of two parts that rewriting does not see through: (x | y) - (~x & y). */
static term disguised(struct scene *s)
{
	term rest = term_and(s->pool, term_not(s->pool, s->x), s->y);
	return term_sub(s->pool, term_or(s->pool, s->x, s->y), rest);
}

static const char *const specs[] = {"sat", "race:sat,z3", "z3", "cross:sat,z3"};
#define N_SPECS (sizeof specs / sizeof *specs)

Test(sweep, merges_what_is_equal)
{
	for (size_t i = 0; i < N_SPECS; i++) {
		struct scene s = set_up(specs[i]);
		term root = term_eq(s.pool, term_mul(s.pool, disguised(&s), s.y), term_mul(s.pool, s.x, s.y));
		cr_assert(!term_is_true(s.pool, root));
		struct sweep_stats stats = sweep(&s, &root, 1, 0);
		cr_expect(term_is_true(s.pool, root), "%s", specs[i]);
		cr_expect_geq(stats.merges, 1);
		tear_down(&s);
	}
}

Test(sweep, keeps_what_differs_on_one_input_in_2_to_the_64)
{
	const uint64_t special = 0x9d8c7b6a59483726;
	for (size_t i = 0; i < N_SPECS; i++) {
		struct scene s = set_up(specs[i]);
		term mixed = term_xor(s.pool, s.x, term_lshr(s.pool, s.x, number(&s, 29)));
		uint64_t hit = special ^ special >> 29;
		term is_it = term_eq(s.pool, mixed, number(&s, hit));
		term roots[] = {term_ite(s.pool, is_it, s.y, s.x), term_ite(s.pool, is_it, term_not(s.pool, s.x), s.x)};
		sweep(&s, roots, 2, 0);
		cr_expect_eq(value_at(&s, roots[0], special, 5), 5u, "%s", specs[i]);
		cr_expect_eq(value_at(&s, roots[1], special, 5), ~special, "%s", specs[i]);
		cr_expect_eq(value_at(&s, roots[0], 77, 5), 77u);
		tear_down(&s);
	}
}

Test(sweep, what_is_not_decided_is_not_merged)
{
	struct scene s = set_up("sat");
	/* a product that is the square of a prime, on one input of 2^64 */
	term square = number(&s, 4294967291ull * 4294967291ull), one = number(&s, 1);
	term low_x = term_and(s.pool, s.x, number(&s, 0xffffffff)),
	     low_y = term_and(s.pool, s.y, number(&s, 0xffffffff));
	term hit = term_eq(s.pool, term_mul(s.pool, low_x, low_y), square);
	term root = term_and(s.pool, hit, term_and(s.pool, term_ult(s.pool, one, low_x), term_ult(s.pool, one, low_y)));
	struct sweep_stats stats = sweep_within(&s, &root, 1, 0, 5);
	cr_expect_geq(stats.unknown, 1);
	cr_expect_eq(value_at(&s, root, 4294967291ull, 4294967291ull), 1u);
	tear_down(&s);
}

Test(sweep, a_condition_merges_only_where_it_is_asked_for)
{
	for (size_t i = 0; i < N_SPECS; i++) {
		struct scene s = set_up(specs[i]);
		/* a remainder by 8 and the low bits: one thing for a number that is not negative */
		term rest = term_srem(s.pool, s.x, number(&s, 8)), low = term_and(s.pool, s.x, number(&s, 7));
		term condition = term_sle(s.pool, number(&s, 0), s.x);
		term differ = term_ne(s.pool, rest, low), under = differ;
		sweep(&s, &differ, 1, 0);
		cr_expect_eq(value_at(&s, differ, (uint64_t)-3, 0), 1u, "%s: without the condition", specs[i]);
		struct sweep_stats stats = sweep(&s, &under, 1, condition);
		cr_expect(term_is_false(s.pool, under), "%s: with it", specs[i]);
		cr_expect_geq(stats.merges, 1);
		tear_down(&s);
	}
}

Test(sweep, a_condition_that_chance_does_not_meet)
{
	struct scene s = set_up("sat");
	term condition = term_eq(s.pool, term_mul(s.pool, s.x, number(&s, 3)), number(&s, 0x1234567));
	uint64_t x = 0x1234567 * 0xaaaaaaaaaaaaaaabull; /* the inverse of 3 */
	term root = term_ite(s.pool, term_ult(s.pool, s.x, s.y), s.x, s.y);
	sweep(&s, &root, 1, condition);
	cr_expect_eq(value_at(&s, root, x, 3), 3u);
	cr_expect_eq(value_at(&s, root, x, x + 9), x);
	tear_down(&s);
}

Test(sweep, inputs_of_equal_arguments_are_one)
{
	struct scene s = set_up("sat");
	term same = disguised(&s), f = term_apply(s.pool, F_READ, 64, &s.x, 1),
	     g = term_apply(s.pool, F_READ, 64, &same, 1);
	term other = term_add(s.pool, s.x, number(&s, 1)), h = term_apply(s.pool, F_READ, 64, &other, 1);
	term roots[] = {term_ne(s.pool, f, g), term_ne(s.pool, f, h)};
	sweep(&s, roots, 2, 0);
	cr_expect(term_is_false(s.pool, roots[0]));
	cr_expect_eq(value_at(&s, roots[1], 4, 0), 1u);
	tear_down(&s);
}

Test(sweep, inputs_of_arguments_that_are_equal_by_chance_stay_two)
{
	struct scene s = set_up("sat");
	term f = term_apply(s.pool, F_READ, 64, &s.x, 1), g = term_apply(s.pool, F_READ, 64, &s.y, 1);
	term equal = term_eq(s.pool, s.x, s.y);
	/* the first is false for every function, the second is not */
	term roots[] = {term_and(s.pool, equal, term_ne(s.pool, f, g)),
			term_and(s.pool, term_not(s.pool, equal), term_ne(s.pool, f, g))};
	sweep(&s, roots, 2, 0);
	cr_expect_eq(value_at(&s, roots[0], 8, 8), 0u);
	cr_expect_eq(value_at(&s, roots[1], 8, 9), 1u);
	tear_down(&s);
}

Test(sweep, truth_values_that_are_each_others_inverse)
{
	struct scene s = set_up("sat");
	term below = term_ult(s.pool, s.x, s.y);
	/* the sign of a difference: the inverse where nothing overflows, and the same as a borrow at 65 bits */
	term sign = term_extract(s.pool, term_sub(s.pool, s.y, s.x), 63, 63), roots[] = {term_eq(s.pool, below, sign)};
	sweep(&s, roots, 1, 0);
	cr_expect_eq(value_at(&s, roots[0], 1, 2), 0u);
	cr_expect_eq(value_at(&s, roots[0], 1, 1ull << 63 | 5), 1u);
	term a = term_extract(s.pool, s.x, 31, 0), b = term_extract(s.pool, s.y, 31, 0),
	     none = term_const(s.pool, 1, 0);
	term wide = term_sub(s.pool, term_zext(s.pool, a, 64), term_zext(s.pool, b, 64));
	roots[0] = term_eq(s.pool, term_ult(s.pool, a, b), term_eq(s.pool, term_extract(s.pool, wide, 40, 40), none));
	cr_assert(!term_is_const(s.pool, roots[0], NULL));
	sweep(&s, roots, 1, 0);
	cr_expect(term_is_false(s.pool, roots[0]));
	tear_down(&s);
}

Test(sweep, each_branch_knows_its_own_condition)
{
	struct scene s = set_up("sat");
	term c = term_ult(s.pool, s.x, s.y), one = number(&s, 1);
	term inner = term_add(s.pool, term_ite(s.pool, c, s.x, s.y), one);
	term roots[] = {term_ite(s.pool, c, s.x, inner), term_ite(s.pool, c, inner, s.x),
			term_and(s.pool, c, term_ult(s.pool, inner, number(&s, 9)))};
	sweep(&s, roots, 3, 0);
	cr_expect_eq(value_at(&s, roots[0], 8, 5), 6u);
	cr_expect_eq(value_at(&s, roots[0], 5, 8), 5u);
	cr_expect_eq(value_at(&s, roots[1], 5, 8), 6u);
	cr_expect_eq(value_at(&s, roots[1], 8, 5), 8u);
	cr_expect_eq(value_at(&s, roots[2], 8, 5), 0u);
	cr_expect_eq(value_at(&s, roots[2], 5, 20), 1u);
	cr_expect_eq(value_at(&s, roots[2], 15, 20), 0u);
	tear_down(&s);
}

Test(sweep, declared_bounds_hold)
{
	struct scene s = set_up("sat");
	term_bound(s.pool, F_SMALL, 2, 9);
	term small = term_apply(s.pool, F_SMALL, 64, NULL, 0);
	/* 8 and 9 are the only ones with the fourth bit, and have none of the second and third */
	term high = term_extract(s.pool, small, 3, 3), rest = term_extract(s.pool, small, 2, 1);
	term last = term_extract(s.pool, small, 0, 0), none = term_const(s.pool, 2, 0);
	term roots[] = {term_implies(s.pool, high, term_eq(s.pool, rest, none)), term_implies(s.pool, high, last)};
	cr_assert(!term_is_true(s.pool, roots[0]));
	sweep(&s, roots, 2, 0);
	cr_expect(term_is_true(s.pool, roots[0]));
	cr_expect(!term_is_true(s.pool, roots[1]));
	tear_down(&s);
}

/* Values of random inputs that respect the bound of BOUNDED_FN. */
static uint64_t random_leaf(void *arg, uint32_t fn, unsigned width, const uint64_t *args, size_t n)
{
	uint64_t h = *(uint64_t *)arg + fn * 0x9e3779b97f4a7c15ull + width;
	(void)args;
	(void)n;
	h = (h ^ h >> 30) * 0xbf58476d1ce4e5b9ull;
	h ^= h >> 27;
	return fn == BOUNDED_FN ? BOUND_LO + h % (BOUND_HI - BOUND_LO + 1) : h & range_max_of(width);
}

Test(sweep, random_terms_keep_their_values)
{
	no_products = true;
	width_limit = 16;
	for (unsigned round = 0; round < 40; round++) {
		struct scene s = set_up(round % 8 ? "sat" : "z3");
		static struct exprs es;
		term before[8], after[8];
		es.n = 0;
		random_palette();
		while (es.n < 100)
			gen_expr(&es, 16, 5);
		build_exprs(s.pool, &es);
		for (size_t i = 0; i < 8; i++)
			before[i] = after[i] = es.e[es.n - 1 - i].t;
		sweep(&s, after, 8, 0);
		for (uint64_t k = 0; k < 50; k++) {
			struct term_eval *e = term_new_eval(s.pool, random_leaf, &k);
			for (size_t i = 0; i < 8; i++)
				cr_assert_eq(term_eval(e, before[i]), term_eval(e, after[i]), "round %u", round);
			term_free_eval(e);
		}
		tear_down(&s);
	}
}

Test(under, choices_that_the_condition_decides_are_gone)
{
	struct scene s = set_up("sat");
	term c = term_ult(s.pool, s.x, s.y), d = term_eq(s.pool, s.x, number(&s, 7)), both = term_and(s.pool, c, d);
	term inner = term_ite(s.pool, c, s.x, s.y), sum = term_add(s.pool, inner, term_ite(s.pool, d, s.y, s.x));
	cr_expect_eq(term_under(s.pool, both, sum), term_add(s.pool, s.x, s.y));
	cr_expect_eq(term_under(s.pool, term_not(s.pool, c), inner), s.y);
	/* that not both hold decides neither */
	cr_expect_eq(term_under(s.pool, term_not(s.pool, both), sum), sum);
	cr_expect(term_is_true(s.pool, term_under(s.pool, both, c)));
	tear_down(&s);
}

Test(under, random_terms_keep_their_values_where_the_condition_holds)
{
	size_t held = 0, changed = 0;
	no_products = true;
	width_limit = 8;
	for (unsigned round = 0; round < 300; round++) {
		struct scene s = set_up("sat");
		static struct exprs es;
		es.n = 0;
		random_palette();
		int c = gen_expr(&es, 1, 5), t = gen_expr(&es, 8, 5), d = gen_expr(&es, 1, 3);
		build_exprs(s.pool, &es);
		term condition = term_and(s.pool, es.e[c].t, es.e[d].t);
		term whole = term_ite(s.pool, es.e[c].t, es.e[t].t,
				      term_ite(s.pool, es.e[d].t, es.e[t].t, term_not(s.pool, es.e[t].t)));
		term under = term_under(s.pool, condition, whole);
		changed += under != whole;
		for (uint64_t k = 0; k < 40; k++) {
			struct term_eval *e = term_new_eval(s.pool, random_leaf, &k);
			bool holds = term_eval(e, condition) != 0;
			held += holds;
			cr_assert(!holds || term_eval(e, under) == term_eval(e, whole), "round %u", round);
			term_free_eval(e);
		}
		tear_down(&s);
	}
	cr_expect_gt(held, 100u);
	cr_expect_gt(changed, 10u);
}

Test(session, questions_do_not_disturb_each_other)
{
	struct scene s = set_up("sat");
	struct session *session = session_open(s.solver, s.pool);
	term small = term_ult(s.pool, s.x, number(&s, 4)), large = term_ult(s.pool, number(&s, 9), s.x);
	const term both[] = {small, large};
	uint64_t value;
	cr_assert(session);
	cr_expect(!session_value(session, s.x, &value));
	for (int i = 0; i < 3; i++) {
		cr_expect_eq(session_ask(session, both, 2, 100), SOLVER_UNSAT);
		cr_expect_eq(session_ask(session, &large, 1, 100), SOLVER_SAT);
		cr_expect(session_value(session, s.x, &value));
		cr_expect_gt(value, 9u);
		cr_expect_eq(session_ask(session, &small, 1, 100), SOLVER_SAT);
		cr_expect(session_value(session, s.x, &value));
		cr_expect_lt(value, 4u);
	}
	const term wrong[] = {term_false(s.pool)};
	cr_expect_eq(session_ask(session, wrong, 1, 100), SOLVER_UNSAT);
	session_close(session);
	tear_down(&s);
}

Test(session, gives_up_within_its_conflicts)
{
	struct scene s = set_up("sat");
	struct session *session = session_open(s.solver, s.pool);
	/* factors of a product of two primes */
	term low_x = term_zext(s.pool, term_extract(s.pool, s.x, 31, 0), 64);
	term low_y = term_zext(s.pool, term_extract(s.pool, s.y, 31, 0), 64);
	const term hard[] = {term_eq(s.pool, term_mul(s.pool, low_x, low_y), number(&s, 4294967291ull * 4294967279ull)),
			     term_ult(s.pool, number(&s, 1), low_x), term_ult(s.pool, low_x, low_y)};
	cr_expect_eq(session_ask(session, hard, 3, 10), SOLVER_UNKNOWN);
	cr_expect_eq(session_get_stats(session).unknown, 1u);
	session_close(session);
	tear_down(&s);
}

Test(session, only_where_one_answer_is_enough)
{
	static const struct {
		const char *spec;
		bool has;
	} rows[] = {{"sat", true},           {"race:sat,z3", true},   {"race:z3,sat", true}, {"z3", false},
		    {"cross:sat,z3", false}, {"race:z3,cvc5", false}, {"cvc5", false},       {"log:/tmp:sat", false}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct scene s = set_up(rows[i].spec);
		struct session *session = session_open(s.solver, s.pool);
		cr_expect_eq(session != NULL, rows[i].has, "%s", rows[i].spec);
		session_close(session);
		tear_down(&s);
	}
}
