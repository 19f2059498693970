/* SPDX-License-Identifier: BSD-2-Clause */
/* Terms against naive arithmetic: random expressions, and all small ones. */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "term_random.h"

#define BATCHES 320
#define TREES 1000
#define ASSIGNMENTS 4

static uint64_t hits[1024];

static uint64_t leaf_value(void *arg, uint32_t fn, unsigned width, const uint64_t *args, size_t n)
{
	(void)args;
	(void)n;
	return ((struct leaves *)arg)->value[fn][width];
}

static bool fact_holds(const struct term_pool *p, term t, uint64_t v)
{
	struct range r = term_range(p, t);
	return tnum_contains(term_tnum(p, t), v) && r.lo <= v && v <= r.hi;
}

static void explain(struct term_pool *p, const struct exprs *x, size_t i, uint64_t want, uint64_t got)
{
	for (size_t j = 0; j <= i; j++) {
		const struct expr *e = &x->e[j];
		fprintf(stderr, "e%zu:%u = op%d(%d %d %d) [%u:%u] 0x%" PRIx64 "  => ", j, e->width, (int)e->op, e->a,
			e->b, e->c, e->hi, e->lo, e->value);
		term_print(p, e->t, 8, stderr);
		fputc('\n', stderr);
	}
	cr_assert_fail("e%zu is 0x%" PRIx64 ", its term 0x%" PRIx64, i, want, got);
}

/* Each part of the expression, not only its root. */
static void check_exprs(struct term_pool *p, const struct exprs *x, struct leaves *l, struct term_eval **evals)
{
	uint64_t want[256];
	for (int k = 0; k < ASSIGNMENTS; k++) {
		eval_exprs(x, &l[k], want);
		for (size_t i = 0; i < x->n; i++) {
			uint64_t got = term_eval(evals[k], x->e[i].t);
			if (got != want[i] || !fact_holds(p, x->e[i].t, want[i]) ||
			    term_width(p, x->e[i].t) != x->e[i].width)
				explain(p, x, i, want[i], got);
		}
	}
}

static void run_batch(unsigned trees)
{
	struct term_pool *p = term_new_pool();
	struct leaves l[ASSIGNMENTS];
	struct term_eval *evals[ASSIGNMENTS];
	term_bound(p, BOUNDED_FN, BOUND_LO, BOUND_HI);
	for (int k = 0; k < ASSIGNMENTS; k++) {
		random_leaves(&l[k]);
		evals[k] = term_new_eval(p, leaf_value, &l[k]);
	}
	for (unsigned i = 0; i < trees; i++) {
		struct exprs x = {.n = 0};
		random_palette();
		gen_expr(&x, random_width(1, width_limit), 2 + (int)below(6));
		build_exprs(p, &x);
		check_exprs(p, &x, l, evals);
	}
	for (int k = 0; k < ASSIGNMENTS; k++)
		term_free_eval(evals[k]);
	for (size_t i = 0; i < term_rule_count(); i++)
		hits[i] += term_rule_hits(p, i);
	term_free_pool(p);
}

Test(term, random_expressions)
{
	for (int i = 0; i < BATCHES; i++)
		run_batch(TREES);
	size_t never = 0;
	for (size_t i = 0; i < term_rule_count(); i++) {
		if (hits[i])
			continue;
		fprintf(stderr, "rule %s is never hit\n", term_rule_name(i));
		never++;
	}
	cr_assert_eq(never, 0, "%zu rules are never hit", never);
}
