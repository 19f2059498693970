/* SPDX-License-Identifier: BSD-2-Clause */
/* Terms at widths 1 to 3: every pair of operations, on every value. */
#include <criterion/criterion.h>
#include <string.h>

#include "term_random.h"

#define MAX_VALUES 64u

static const enum op ops[] = {OP_AND, OP_OR,   OP_XOR,  OP_ADD, OP_SUB, OP_MUL, OP_UDIV, OP_UREM, OP_SDIV, OP_SREM,
			      OP_SHL, OP_LSHR, OP_ASHR, OP_EQ,  OP_NE,  OP_ULT, OP_ULE,  OP_SLT,  OP_SLE};
#define N_OPS (sizeof ops / sizeof *ops)
#define N_ARITH 13u

/* A term with its value under each assignment to x and y. */
struct item {
	term t;
	uint64_t v[MAX_VALUES];
};
struct world {
	struct term_pool *p;
	unsigned width, values;
	struct term_eval *evals[MAX_VALUES];
	uint64_t assignment[MAX_VALUES][2];
	struct item atoms[2 + 8];
	size_t n_atoms;
	struct item *inner;
	size_t n_inner;
};

static uint64_t leaf_xy(void *arg, uint32_t fn, unsigned width, const uint64_t *args, size_t n)
{
	(void)width, (void)args, (void)n;
	return ((uint64_t *)arg)[fn];
}

static struct item apply(struct world *s, enum op op, const struct item *a, const struct item *b)
{
	struct expr e = {.op = op, .width = op >= OP_EQ ? 1 : s->width};
	struct item r = {.t = build_expr(s->p, &e, a->t, b ? b->t : 0, 0)};
	for (unsigned k = 0; k < s->values; k++)
		r.v[k] = ref_value(&e, a->v[k], b ? b->v[k] : 0, 0, s->width, s->width);
	return r;
}

static void check(struct world *s, const struct item *r)
{
	for (unsigned k = 0; k < s->values; k++) {
		uint64_t got = term_eval(s->evals[k], r->t);
		struct range range = term_range(s->p, r->t);
		bool known =
		    tnum_contains(term_tnum(s->p, r->t), r->v[k]) && range.lo <= r->v[k] && r->v[k] <= range.hi;
		if (got == r->v[k] && known)
			continue;
		term_print(s->p, r->t, 9, stderr);
		cr_assert_fail(" width %u: %u instead of %u", s->width, (unsigned)got, (unsigned)r->v[k]);
	}
}

static void open_world(struct world *s, unsigned width)
{
	*s = (struct world){.p = term_new_pool(), .width = width, .values = 1u << 2 * width, .n_atoms = 2};
	for (uint32_t fn = 0; fn < 2; fn++)
		s->atoms[fn].t = term_apply(s->p, fn, width, NULL, 0);
	for (unsigned k = 0; k < s->values; k++) {
		for (unsigned fn = 0; fn < 2; fn++)
			s->atoms[fn].v[k] = s->assignment[k][fn] = k >> fn * width & (unsigned)ones(width);
		s->evals[k] = term_new_eval(s->p, leaf_xy, s->assignment[k]);
	}
	for (uint64_t c = 0; c <= ones(width); c++) {
		struct item *i = &s->atoms[s->n_atoms++];
		i->t = term_const(s->p, width, c);
		for (unsigned k = 0; k < s->values; k++)
			i->v[k] = c;
	}
	s->inner = malloc(4096 * sizeof *s->inner);
}

static void close_world(struct world *s)
{
	for (unsigned k = 0; k < s->values; k++)
		term_free_eval(s->evals[k]);
	term_free_pool(s->p);
	free(s->inner);
}

static void add_inner(struct world *s, struct item r)
{
	check(s, &r);
	s->inner[s->n_inner++] = r;
}

/* Operations on atoms, alone and under ~ and -. */
static void make_inner(struct world *s)
{
	for (size_t o = 0; o < N_ARITH; o++) {
		for (size_t i = 0; i < s->n_atoms; i++) {
			for (size_t j = 0; j < s->n_atoms; j++) {
				if (i >= 2 && j >= 2)
					continue;
				struct item r = apply(s, ops[o], &s->atoms[i], &s->atoms[j]);
				add_inner(s, r);
				add_inner(s, apply(s, below(2) ? OP_NOT : OP_NEG, &r, NULL));
			}
		}
	}
}

static void check_outer(struct world *s, const struct item *a, const struct item *b)
{
	for (size_t o = 0; o < N_OPS; o++) {
		struct item r = apply(s, ops[o], a, b);
		check(s, &r);
	}
}

static void check_with_atoms(struct world *s)
{
	for (size_t i = 0; i < s->n_inner; i++) {
		for (size_t j = 0; j < s->n_atoms; j++) {
			check_outer(s, &s->inner[i], &s->atoms[j]);
			check_outer(s, &s->atoms[j], &s->inner[i]);
		}
	}
}

static void check_pairs(struct world *s)
{
	for (size_t i = 0; i < s->n_inner; i++)
		for (size_t j = 0; j < s->n_inner; j++)
			check_outer(s, &s->inner[i], &s->inner[j]);
}

Test(term_small, operations_with_atoms)
{
	for (unsigned width = 1; width <= 3; width++) {
		struct world s;
		open_world(&s, width);
		make_inner(&s);
		check_with_atoms(&s);
		close_world(&s);
	}
}

Test(term_small, pairs_of_operations)
{
	for (unsigned width = 1; width <= 2; width++) {
		struct world s;
		open_world(&s, width);
		make_inner(&s);
		check_pairs(&s);
		close_world(&s);
	}
}

/* Choices, slices and extensions of pairs of operations. */
Test(term_small, choices)
{
	struct world s;
	open_world(&s, 2);
	make_inner(&s);
	for (int i = 0; i < 60000; i++) {
		const struct item *a = &s.inner[below((unsigned)s.n_inner)], *b = &s.inner[below((unsigned)s.n_inner)];
		struct item c = apply(&s, ops[N_ARITH + below(6)], &s.inner[below((unsigned)s.n_inner)], b), r;
		r.t = term_ite(s.p, c.t, a->t, b->t);
		for (unsigned k = 0; k < s.values; k++)
			r.v[k] = c.v[k] ? a->v[k] : b->v[k];
		check(&s, &r);
		r.t = term_extract(s.p, term_concat(s.p, r.t, a->t), 2, 1);
		for (unsigned k = 0; k < s.values; k++)
			r.v[k] = ((c.v[k] ? a->v[k] : b->v[k]) << 1 & 2) | a->v[k] >> 1;
		check(&s, &r);
	}
	close_world(&s);
}
