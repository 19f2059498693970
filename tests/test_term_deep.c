/* SPDX-License-Identifier: BSD-2-Clause */
/* Deep terms cost no C stack, and text is what it says. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "encode/term/term.h"

#define DEPTH 100000

static uint64_t leaf(void *arg, uint32_t fn, unsigned width, const uint64_t *args, size_t n)
{
	(void)arg, (void)width, (void)args, (void)n;
	return fn * 0x9e3779b97f4a7c15ull;
}

/* The step's operation on a chain and a term; what it does to a value. */
struct step {
	term (*make)(struct term_pool *p, term a, term b);
	uint64_t (*value)(uint64_t a, uint64_t b);
};

static uint64_t value_add(uint64_t a, uint64_t b)
{
	return a + b;
}
static uint64_t value_xor(uint64_t a, uint64_t b)
{
	return a ^ b;
}
static uint64_t value_mul(uint64_t a, uint64_t b)
{
	return a * b;
}
static uint64_t value_and(uint64_t a, uint64_t b)
{
	return a & b;
}
static term choose(struct term_pool *p, term a, term b)
{
	return term_ite(p, term_ult(p, a, b), a, b);
}
static uint64_t value_choose(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static const struct step steps[] = {
    {term_add, value_add}, {term_xor, value_xor}, {term_mul, value_mul}, {term_and, value_and}, {choose, value_choose},
};
#define N_STEPS (sizeof steps / sizeof *steps)

/* Step i of `mixed` chains is operation i mod N_STEPS, else always the same. */
static term chain(struct term_pool *p, size_t which, bool mixed, uint64_t *value)
{
	term t = term_apply(p, 1, 64, NULL, 0);
	*value = leaf(NULL, 1, 64, NULL, 0);
	for (uint32_t i = 2; i < DEPTH; i++) {
		const struct step *s = &steps[mixed ? i % N_STEPS : which];
		t = s->make(p, t, term_apply(p, i, 64, NULL, 0));
		*value = s->value(*value, leaf(NULL, i, 64, NULL, 0));
	}
	return t;
}

static void check(struct term_pool *p, struct term_eval *e, term t, uint64_t value)
{
	cr_assert_eq(term_eval(e, t), value);
	cr_assert_eq(term_eval(e, term_extract(p, t, 31, 0)), (uint32_t)value);
	cr_assert_eq(term_eval(e, term_eq(p, t, term_const(p, 64, value))), 1);
	cr_assert_eq(term_eval(e, term_neg(p, t)), -value);
	cr_assert_eq(term_eval(e, term_not(p, t)), ~value);
	cr_assert_eq(term_eval(e, term_sub(p, t, term_const(p, 64, 1))), value - 1);
	cr_assert_eq(term_eval(e, term_bswap(p, t)), __builtin_bswap64(value));
}

static void small_stack(void)
{
	cr_assert_eq(setrlimit(RLIMIT_STACK, &(struct rlimit){1 << 20, 1 << 20}), 0);
}

Test(term_deep, chains, .init = small_stack)
{
	for (size_t i = 0; i <= N_STEPS; i++) {
		struct term_pool *p = term_new_pool();
		struct term_eval *e = term_new_eval(p, leaf, NULL);
		uint64_t value;
		term t = chain(p, i, i == N_STEPS, &value), *leaves;
		check(p, e, t, value);
		cr_assert_eq(term_leaves(p, &t, 1, &leaves), DEPTH - 1);
		free(leaves);
		cr_assert_geq(term_size(p, &t, 1), 2 * DEPTH - 3);
		term_free_eval(e);
		term_free_pool(p);
	}
}

Test(term_deep, path_conditions, .init = small_stack)
{
	struct term_pool *p = term_new_pool();
	term path = term_true(p), either = term_false(p), c = term_apply(p, 0, 1, NULL, 0);
	for (uint32_t i = 1; i < DEPTH; i++) {
		path = term_and(p, path, term_apply(p, i, 1, NULL, 0));
		either = term_or(p, either, term_apply(p, i, 1, NULL, 0));
	}
	cr_assert_eq(term_or(p, term_and(p, path, c), term_and(p, path, term_not(p, c))), path);
	cr_assert_eq(term_ite(p, c, path, path), path);
	cr_assert_eq(term_xor(p, either, either), term_false(p));
	term_free_pool(p);
}

Test(term_deep, text, .init = small_stack)
{
	struct term_pool *p = term_new_pool();
	uint64_t value;
	term t = chain(p, 0, true, &value), root = term_ult(p, t, term_const(p, 64, 5));
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	term_print_smt2(p, &root, 1, out);
	term_print(p, t, DEPTH, out);
	fclose(out);
	cr_assert_gt(len, 20 * DEPTH);
	free(text);
	term_free_pool(p);
}

static void print_to(struct term_pool *p, term t, const char *want)
{
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	term_print(p, t, 2, out);
	fclose(out);
	cr_assert_str_eq(text, want);
	free(text);
}

Test(term_deep, infix)
{
	struct term_pool *p = term_new_pool();
	term x = term_apply(p, 7, 32, NULL, 0), y = term_apply(p, 8, 32, NULL, 0), c = term_apply(p, 9, 1, NULL, 0);
	print_to(p, term_add(p, x, term_const(p, 32, 4)), "(f7!1 + 0x4:32)");
	print_to(p, term_zext(p, term_extract(p, y, 7, 0), 32), "zext32(f8!2[7:0])");
	print_to(p, term_ite(p, c, x, y), "ite(f9!3, f7!1, f8!2)");
	print_to(p, term_not(p, term_ult(p, x, y)), "~(f7!1 <u f8!2)");
	term_free_pool(p);
}

Test(term_deep, script)
{
	struct term_pool *p = term_new_pool();
	term x = term_apply(p, 7, 8, NULL, 0), root = term_ult(p, x, term_const(p, 8, 5));
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	term_print_smt2(p, &root, 1, out);
	fclose(out);
	cr_assert_str_eq(text, "(set-logic QF_BV)\n(declare-const t1 (_ BitVec 8))\n"
			       "(define-fun t3 () (_ BitVec 1) (ite (bvult t1 (_ bv5 8)) #b1 #b0))\n"
			       "(assert (= #b1 t3))\n(check-sat)\n");
	free(text);
	term_free_pool(p);
}
