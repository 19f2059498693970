/* SPDX-License-Identifier: BSD-2-Clause */
/* Scripts come back as the terms that they were printed from. */
#include "tests/smt2_read.h"

#include "tests/random.h"

#include <criterion/criterion.h>
#include <string.h>

enum { LEAVES = 4, STEPS = 60, INPUTS = 40 };

static uint64_t leaf_value(void *arg, uint32_t fn, unsigned width, const uint64_t *args, size_t n)
{
	uint64_t h = *(uint64_t *)arg + fn * 0x9e3779b97f4a7c15ull;
	(void)args, (void)n;
	h = (h ^ h >> 30) * 0xbf58476d1ce4e5b9ull;
	return (h ^ h >> 27) & (width < 64 ? (1ull << width) - 1 : ~0ull);
}

static term step(struct term_pool *p, struct random *r, const term *t, unsigned n)
{
	typedef term two(struct term_pool *, term, term);
	static two *const twos[] = {term_and,  term_or,   term_xor,  term_add, term_mul,  term_udiv,
				    term_urem, term_sdiv, term_srem, term_shl, term_lshr, term_ashr};
	term a = t[random_below(r, n)], b = t[random_below(r, n)];
	switch (random_below(r, 6)) {
	case 0:
		return term_ite(p, term_ult(p, a, b), a, term_not(p, b));
	case 1:
		return term_ite(p, term_slt(p, a, b), term_neg(p, a), b);
	case 2:
		return term_zext(p, term_extract(p, a, 40, 9), 64);
	case 3:
		return term_concat(p, term_extract(p, a, 15, 0), term_sext(p, term_extract(p, b, 7, 0), 48));
	default:
		return twos[random_below(r, sizeof twos / sizeof *twos)](p, a, b);
	}
}

/* A leaf of the text has its number there as its function: the same as the leaf's number here, as leaves come first. */
static term make(struct term_pool *p, uint64_t seed)
{
	struct random r = {seed};
	term t[LEAVES + STEPS];
	for (unsigned i = 0; i < LEAVES; i++)
		t[i] = term_apply(p, i + 1, 64, NULL, 0);
	for (unsigned i = LEAVES; i < LEAVES + STEPS; i++)
		t[i] = step(p, &r, t, i);
	return term_eq(p, t[LEAVES + STEPS - 1], t[LEAVES + STEPS - 2]);
}

static FILE *text_file(const char *text)
{
	FILE *f = tmpfile();
	cr_assert(f);
	fputs(text, f);
	rewind(f);
	return f;
}

static uint64_t value_of(const struct term_pool *p, term t, uint64_t seed)
{
	struct term_eval *e = term_new_eval(p, leaf_value, &seed);
	uint64_t v = term_eval(e, t);
	term_free_eval(e);
	return v;
}

Test(smt2_read, means_what_was_printed)
{
	size_t open = 0;
	for (uint64_t seed = 1; seed <= 200; seed++) {
		struct term_pool *p = term_new_pool();
		term t = make(p, seed);
		struct smt2 s;
		char err[200] = "";
		FILE *f = tmpfile();
		term_print_smt2(p, &t, 1, f);
		fputs("; status: unsat (0.1 ms)\n", f);
		rewind(f);
		cr_assert(smt2_read(f, &s, err, sizeof err), "%s", err);
		cr_assert_eq(s.n_asserts, 1);
		cr_expect_str_eq(s.status, "unsat");
		for (uint64_t i = 0; i < INPUTS; i++)
			cr_expect_eq(value_of(p, t, i), value_of(s.pool, s.asserts[0], i), "seed %lu", seed);
		open += !term_is_const(p, t, NULL);
		smt2_release(&s);
		fclose(f);
		term_free_pool(p);
	}
	cr_expect_gt(open, 100);
}

Test(smt2_read, refuses_what_is_none_of_ours)
{
	static const char *const texts[] = {
	    "(define-fun t5 () (_ BitVec 8) (bvadd t1 t2))\n",
	    "(declare-const t1 (_ BitVec 8))\n(define-fun t2 () (_ BitVec 9) (bvadd t1 t1))\n",
	    "(declare-const t1 (_ BitVec 65))\n",
	    "(declare-const t1 (_ BitVec 8))\n(define-fun t2 () (_ BitVec 8) (bvnand t1 t1))\n",
	    "(declare-const t1 (_ BitVec 8))\n(assert (= #b1 t1))\n",
	    "(push 1)\n",
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct smt2 s;
		char err[200];
		FILE *f = text_file(texts[i]);
		cr_expect_not(smt2_read(f, &s, err, sizeof err), "%s", texts[i]);
		smt2_release(&s);
		fclose(f);
	}
}

static uint64_t hash(const char *text)
{
	FILE *f = text_file(text);
	uint64_t h = smt2_hash(f);
	fclose(f);
	return h;
}

Test(smt2_read, queries_are_told_apart_by_what_they_say)
{
	const char *a = "(define-fun t7 () (_ BitVec 8) (bvsub t3 t4))\n";
	cr_expect_eq(hash(a), hash("(define-fun t9 () (_ BitVec 8) (bvsub t1 t2))\n; status: sat (1.0 ms)\n"));
	cr_expect_neq(hash(a), hash("(define-fun t7 () (_ BitVec 8) (bvsub t3 t3))\n"));
	cr_expect_neq(hash(a), hash("(define-fun t7 () (_ BitVec 8) (bvadd t3 t4))\n"));
}
