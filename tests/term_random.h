/* SPDX-License-Identifier: BSD-2-Clause */
/* Random expressions with a meaning of their own: built with constructors, printed
 * naively as SMT-LIB, and evaluated with C arithmetic that knows no term. */
#ifndef TERM_RANDOM_H
#define TERM_RANDOM_H

#include <stdlib.h>

#include "encode/term/term.h"

enum op {
	OP_CONST,
	OP_LEAF,
	OP_NOT,
	OP_NEG,
	OP_AND,
	OP_OR,
	OP_XOR,
	OP_ADD,
	OP_SUB,
	OP_MUL,
	OP_UDIV,
	OP_UREM,
	OP_SDIV,
	OP_SREM,
	OP_SHL,
	OP_LSHR,
	OP_ASHR,
	OP_ITE,
	OP_EXTRACT,
	OP_CONCAT,
	OP_ZEXT,
	OP_SEXT,
	OP_BSWAP,
	OP_EQ,
	OP_NE,
	OP_ULT,
	OP_ULE,
	OP_SLT,
	OP_SLE,
	OP_IMPLIES,
	OP_COUNT
};
struct expr {
	enum op op;
	unsigned width, hi, lo;
	uint64_t value; /* CONST; LEAF: fn */
	int a, b, c;
	term t;
};
struct exprs { /* arguments before what uses them */
	size_t n;
	struct expr e[256];
};

#define LEAF_FNS 5u /* 0..3 free, 4 bounded */
#define BOUNDED_FN 4u
#define BOUND_LO 2u
#define BOUND_HI 6u

static uint64_t seed = 88172645463325252ull;
static unsigned width_limit = 64;
static bool no_products; /* leaves out what solvers find hard */

static inline uint64_t next_random(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed * 2685821657736338717ull;
}

static inline unsigned below(unsigned n)
{
	return (unsigned)((next_random() >> 32) % n);
}

static inline uint64_t ones(unsigned w)
{
	return w == 64 ? ~0ull : (1ull << w) - 1;
}

static inline uint64_t special_value(unsigned w)
{
	uint64_t one = 1ull << below(w);
	switch (below(9)) {
	case 0:
		return 0;
	case 1:
		return 1;
	case 2:
		return ones(w);
	case 3:
		return 1ull << (w - 1);
	case 4:
		return one;
	case 5:
		return one - 1;
	case 6:
		return ones(w) & -one;
	case 7:
		return below(8) & ones(w);
	default:
		return next_random() & ones(w);
	}
}

static inline int64_t as_signed(uint64_t x, unsigned w)
{
	return x >> (w - 1) & 1 ? (int64_t)(x | ~ones(w)) : (int64_t)x;
}

static inline uint64_t ref_sdivrem(uint64_t a, uint64_t b, unsigned w, bool rem)
{
	__int128 x = as_signed(a, w), y = as_signed(b, w);
	if (y == 0)
		return rem ? a : x < 0 ? 1 : ones(w);
	return (uint64_t)(rem ? x % y : x / y) & ones(w);
}

static inline uint64_t ref_bswap(uint64_t x, unsigned w)
{
	return __builtin_bswap64(x) >> (64 - w);
}

/* Value of an operation; wa is the width of the first argument, wb of the second. */
static inline uint64_t ref_value(const struct expr *e, uint64_t a, uint64_t b, uint64_t c, unsigned wa, unsigned wb)
{
	unsigned w = e->width;
	int64_t sa = as_signed(a, wa);
	switch (e->op) {
	case OP_NOT:
		return a ^ ones(w);
	case OP_NEG:
		return (0 - a) & ones(w);
	case OP_AND:
		return a & b;
	case OP_OR:
		return a | b;
	case OP_XOR:
		return a ^ b;
	case OP_ADD:
		return (a + b) & ones(w);
	case OP_SUB:
		return (a - b) & ones(w);
	case OP_MUL:
		return (a * b) & ones(w);
	case OP_UDIV:
		return b == 0 ? ones(w) : a / b;
	case OP_UREM:
		return b == 0 ? a : a % b;
	case OP_SDIV:
		return ref_sdivrem(a, b, w, false);
	case OP_SREM:
		return ref_sdivrem(a, b, w, true);
	case OP_SHL:
		return b >= w ? 0 : (a << b) & ones(w);
	case OP_LSHR:
		return b >= w ? 0 : a >> b;
	case OP_ASHR:
		return (uint64_t)(sa >> (b >= w ? 63 : b)) & ones(w);
	case OP_ITE:
		return a ? b : c;
	case OP_EXTRACT:
		return (a >> e->lo) & ones(w);
	case OP_CONCAT:
		return a << wb | b;
	case OP_ZEXT:
		return a;
	case OP_SEXT:
		return (uint64_t)sa & ones(w);
	case OP_BSWAP:
		return ref_bswap(a, w);
	case OP_EQ:
		return a == b;
	case OP_NE:
		return a != b;
	case OP_ULT:
		return a < b;
	case OP_ULE:
		return a <= b;
	case OP_SLT:
		return sa < as_signed(b, wb);
	case OP_SLE:
		return sa <= as_signed(b, wb);
	case OP_IMPLIES:
		return !a || b;
	case OP_CONST:
	case OP_LEAF:
	case OP_COUNT:
		break;
	}
	abort();
}

static inline term build_expr(struct term_pool *p, const struct expr *e, term a, term b, term c)
{
	switch (e->op) {
	case OP_CONST:
		return term_const(p, e->width, e->value);
	case OP_LEAF:
		return term_apply(p, (uint32_t)e->value, e->width, NULL, 0);
	case OP_NOT:
		return term_not(p, a);
	case OP_NEG:
		return term_neg(p, a);
	case OP_AND:
		return term_and(p, a, b);
	case OP_OR:
		return term_or(p, a, b);
	case OP_XOR:
		return term_xor(p, a, b);
	case OP_ADD:
		return term_add(p, a, b);
	case OP_SUB:
		return term_sub(p, a, b);
	case OP_MUL:
		return term_mul(p, a, b);
	case OP_UDIV:
		return term_udiv(p, a, b);
	case OP_UREM:
		return term_urem(p, a, b);
	case OP_SDIV:
		return term_sdiv(p, a, b);
	case OP_SREM:
		return term_srem(p, a, b);
	case OP_SHL:
		return term_shl(p, a, b);
	case OP_LSHR:
		return term_lshr(p, a, b);
	case OP_ASHR:
		return term_ashr(p, a, b);
	case OP_ITE:
		return term_ite(p, a, b, c);
	case OP_EXTRACT:
		return term_extract(p, a, e->hi, e->lo);
	case OP_CONCAT:
		return term_concat(p, a, b);
	case OP_ZEXT:
		return term_zext(p, a, e->width);
	case OP_SEXT:
		return term_sext(p, a, e->width);
	case OP_BSWAP:
		return term_bswap(p, a);
	case OP_EQ:
		return term_eq(p, a, b);
	case OP_NE:
		return term_ne(p, a, b);
	case OP_ULT:
		return term_ult(p, a, b);
	case OP_ULE:
		return term_ule(p, a, b);
	case OP_SLT:
		return term_slt(p, a, b);
	case OP_SLE:
		return term_sle(p, a, b);
	case OP_IMPLIES:
		return term_implies(p, a, b);
	case OP_COUNT:
		break;
	}
	abort();
}

static inline int add_expr(struct exprs *x, struct expr e)
{
	x->e[x->n] = e;
	return (int)x->n++;
}

/* An operand of this width that is there already: shared operands are what most rules need. */
static inline int find_expr(const struct exprs *x, unsigned w)
{
	for (int tries = 0; x->n && tries < 6; tries++) {
		int i = (int)below((unsigned)x->n);
		if (x->e[i].width == w)
			return i;
	}
	return -1;
}

/* What one expression is made of: few widths, leaves and operations meet more often than many. */
static struct {
	unsigned n_widths, widths[3], n_ops, n_fns;
	enum op ops[5];
} palette;

static inline unsigned any_width(unsigned max)
{
	static const unsigned widths[] = {1, 1, 2, 3, 4, 5, 7, 8, 8, 16, 16, 24, 32, 32, 33, 48, 63, 64, 64};
	unsigned w = below(4) ? widths[below(sizeof widths / sizeof *widths)] : 1 + below(64);
	max = max < width_limit ? max : width_limit;
	return w <= max ? w : 1 + below(max);
}

/* min <= width <= max */
static inline unsigned random_width(unsigned min, unsigned max)
{
	for (unsigned tries = 0; palette.n_widths && tries < 4; tries++) {
		unsigned w = palette.widths[below(palette.n_widths)];
		if (w >= min && w <= max)
			return w;
	}
	unsigned w = any_width(max);
	return w < min ? min + below(max - min + 1) : w;
}

static inline void random_palette(void)
{
	palette.n_widths = below(4);
	palette.n_ops = below(6);
	palette.n_fns = 1 + below(LEAF_FNS);
	for (unsigned i = 0; i < 3; i++)
		palette.widths[i] = any_width(64);
	if (below(2))
		palette.widths[0] = 1;
	for (unsigned i = 0; i < 5; i++)
		palette.ops[i] = (enum op)(OP_NOT + below(OP_COUNT - OP_NOT));
}

static inline enum op random_op(unsigned w)
{
	for (;;) {
		enum op op = (enum op)(OP_NOT + below(OP_COUNT - OP_NOT));
		if (palette.n_ops && below(4))
			op = palette.ops[below(palette.n_ops)];
		bool truth = op >= OP_EQ, narrow = w < 2 && (op == OP_CONCAT || op == OP_ZEXT || op == OP_SEXT);
		bool product = op >= OP_MUL && op <= OP_SREM;
		if (!(truth && w != 1) && !(product && no_products) && !narrow && !(op == OP_BSWAP && w % 8))
			return op;
	}
}

static inline int gen_expr(struct exprs *x, unsigned w, int depth);

/* Another operation on the operands of expression i: what rules compare is seldom related by chance. */
static inline int gen_related(struct exprs *x, int i)
{
	struct expr e = x->e[i];
	if (e.op == OP_CONST)
		e.value = special_value(e.width);
	else if (e.op >= OP_AND && e.op <= OP_ASHR)
		e.op = (enum op)(OP_AND + below(OP_ASHR - OP_AND + 1));
	else if (e.op >= OP_EQ && e.op <= OP_SLE)
		e.op = (enum op)(OP_EQ + below(OP_SLE - OP_EQ + 1));
	else if (e.op == OP_ZEXT || e.op == OP_SEXT)
		e.op = e.op == OP_ZEXT ? OP_SEXT : OP_ZEXT;
	else if (e.op == OP_NOT || e.op == OP_NEG)
		e.op = e.op == OP_NOT ? OP_NEG : OP_NOT;
	if (no_products && e.op >= OP_MUL && e.op <= OP_SREM)
		e.op = OP_ADD;
	if (e.b >= 0 && x->e[e.a].width == x->e[e.b].width && below(2)) {
		int a = e.a;
		e.a = e.b;
		e.b = a;
	}
	return add_expr(x, e);
}

/* Operand widths follow from the operation and the result's width. */
static inline int gen_operation(struct exprs *x, unsigned w, int depth)
{
	struct expr e = {.op = random_op(w), .width = w, .a = -1, .b = -1, .c = -1};
	unsigned wa = w, wb = w;
	if (e.op == OP_ITE || e.op == OP_IMPLIES)
		wa = 1;
	else if (e.op == OP_EXTRACT)
		wa = random_width(w, width_limit);
	else if (e.op == OP_CONCAT)
		wa = random_width(1, w - 1), wb = w - wa;
	else if (e.op == OP_ZEXT || e.op == OP_SEXT)
		wa = below(4) ? random_width(1, w) : 1;
	else if (e.op >= OP_EQ)
		wa = wb = random_width(1, width_limit);
	bool binary = e.op != OP_NOT && e.op != OP_NEG && e.op != OP_EXTRACT && e.op != OP_ZEXT && e.op != OP_SEXT &&
		      e.op != OP_BSWAP;
	e.a = gen_expr(x, wa, depth - 1);
	if (binary)
		e.b = wa == wb && !below(3) ? gen_related(x, e.a) : gen_expr(x, wb, depth - 1);
	if (e.op == OP_ITE)
		e.c = below(3) ? gen_expr(x, w, depth - 1) : gen_related(x, e.b);
	if (e.op == OP_EXTRACT)
		e.lo = below(wa - w + 1), e.hi = e.lo + w - 1;
	return add_expr(x, e);
}

static inline int gen_leaf(struct exprs *x, unsigned w)
{
	if (!below(3))
		return add_expr(
		    x, (struct expr){.op = OP_CONST, .width = w, .value = special_value(w), .a = -1, .b = -1, .c = -1});
	unsigned fn = below(palette.n_fns);
	if (fn == BOUNDED_FN && w < 3)
		fn = 0;
	return add_expr(x, (struct expr){.op = OP_LEAF, .width = w, .value = fn, .a = -1, .b = -1, .c = -1});
}

static inline int gen_expr(struct exprs *x, unsigned w, int depth)
{
	if (x->n < 200 && depth > 0 && below(8)) {
		int i = below(4) ? -1 : find_expr(x, w);
		return i >= 0 ? i : gen_operation(x, w, depth);
	}
	int i = below(2) ? find_expr(x, w) : -1;
	return i >= 0 ? i : gen_leaf(x, w);
}

static inline unsigned width_at(const struct exprs *x, int i)
{
	return i < 0 ? 0 : x->e[i].width;
}

static inline void build_exprs(struct term_pool *p, struct exprs *x)
{
	for (size_t i = 0; i < x->n; i++) {
		struct expr *e = &x->e[i];
		e->t = build_expr(p, e, e->a < 0 ? 0 : x->e[e->a].t, e->b < 0 ? 0 : x->e[e->b].t,
				  e->c < 0 ? 0 : x->e[e->c].t);
	}
}

/* Values of the leaves: by fn and width. */
struct leaves {
	uint64_t value[LEAF_FNS][65];
};

static inline void random_leaves(struct leaves *l)
{
	for (unsigned fn = 0; fn < LEAF_FNS; fn++)
		for (unsigned w = 1; w <= 64; w++)
			l->value[fn][w] =
			    fn == BOUNDED_FN ? BOUND_LO + below(BOUND_HI - BOUND_LO + 1) : special_value(w);
}

static inline void eval_exprs(const struct exprs *x, const struct leaves *l, uint64_t *out)
{
	for (size_t i = 0; i < x->n; i++) {
		const struct expr *e = &x->e[i];
		if (e->op == OP_CONST || e->op == OP_LEAF)
			out[i] = e->op == OP_CONST ? e->value : l->value[e->value][e->width];
		else
			out[i] = ref_value(e, out[e->a], e->b < 0 ? 0 : out[e->b], e->c < 0 ? 0 : out[e->c],
					   width_at(x, e->a), width_at(x, e->b));
	}
}
#endif
