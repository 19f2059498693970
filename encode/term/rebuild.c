/* SPDX-License-Identifier: BSD-2-Clause */
/* An operation on other arguments, by the constructors that everybody uses. */
#include "pool.h"

typedef term (*unary)(struct term_pool *p, term a);
typedef term (*binary)(struct term_pool *p, term a, term b);

static const unary unaries[TERM_KIND_COUNT] = {[TERM_NOT] = term_not, [TERM_NEG] = term_neg};
static const binary binaries[TERM_KIND_COUNT] = {
    [TERM_AND] = term_and,   [TERM_OR] = term_or,     [TERM_XOR] = term_xor,       [TERM_ADD] = term_add,
    [TERM_MUL] = term_mul,   [TERM_UDIV] = term_udiv, [TERM_UREM] = term_urem,     [TERM_SDIV] = term_sdiv,
    [TERM_SREM] = term_srem, [TERM_SHL] = term_shl,   [TERM_LSHR] = term_lshr,     [TERM_ASHR] = term_ashr,
    [TERM_EQ] = term_eq,     [TERM_ULT] = term_ult,   [TERM_CONCAT] = term_concat, [TERM_SLT] = term_slt,
};

term term_rebuild(struct term_pool *p, term t, const term *args)
{
	enum term_kind kind = kind_of(p, t);
	unsigned width = width_of(p, t);
	if (unaries[kind])
		return unaries[kind](p, args[0]);
	if (binaries[kind])
		return binaries[kind](p, args[0], args[1]);
	switch ((int)kind) {
	case TERM_CONST:
		return t;
	case TERM_APPLY:
		return term_apply(p, term_fn(p, t), width, args, term_arity(p, t));
	case TERM_ITE:
		return term_ite(p, args[0], args[1], args[2]);
	case TERM_EXTRACT:
		return term_extract(p, args[0], term_hi(p, t), term_lo(p, t));
	case TERM_ZEXT:
		return term_zext(p, args[0], width);
	case TERM_SEXT:
		return term_sext(p, args[0], width);
	}
	pool_bug(__FILE__, __LINE__, "every kind is built by some constructor");
}
