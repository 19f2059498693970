/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Z3 through its C API. A term of width 1 becomes a Boolean; where an operator
 * wants a bit vector it is converted there.
 */
#include <stdlib.h>
#include <string.h>
#include <z3.h>

#include "cone.h"
#include "fault.h"
#include "solver.h"

typedef Z3_ast (*binary)(Z3_context, Z3_ast, Z3_ast);

struct z3 {
	Z3_context context;
	Z3_error_code error; /* that ended the query */
	char version[128];
};

/* One translation. */
struct translation {
	Z3_context context;
	const struct term_pool *pool;
	Z3_ast *asts; /* by id */
	Z3_sort sorts[65];
};

static Z3_ast and_bool(Z3_context c, Z3_ast a, Z3_ast b)
{
	Z3_ast both[] = {a, b};
	return Z3_mk_and(c, 2, both);
}

static Z3_ast or_bool(Z3_context c, Z3_ast a, Z3_ast b)
{
	Z3_ast both[] = {a, b};
	return Z3_mk_or(c, 2, both);
}

/* Two-argument kinds: of bit vectors, of Booleans (NULL: converted), and whether the result is a Boolean. */
static const struct {
	binary of_bits, of_bools;
	bool predicate;
} binaries[TERM_KIND_COUNT] = {
    [TERM_AND] = {Z3_mk_bvand, and_bool, false},  [TERM_OR] = {Z3_mk_bvor, or_bool, false},
    [TERM_XOR] = {Z3_mk_bvxor, Z3_mk_xor, false}, [TERM_ADD] = {Z3_mk_bvadd, NULL, false},
    [TERM_MUL] = {Z3_mk_bvmul, NULL, false},      [TERM_UDIV] = {Z3_mk_bvudiv, NULL, false},
    [TERM_UREM] = {Z3_mk_bvurem, NULL, false},    [TERM_SDIV] = {Z3_mk_bvsdiv, NULL, false},
    [TERM_SREM] = {Z3_mk_bvsrem, NULL, false},    [TERM_SHL] = {Z3_mk_bvshl, NULL, false},
    [TERM_LSHR] = {Z3_mk_bvlshr, NULL, false},    [TERM_ASHR] = {Z3_mk_bvashr, NULL, false},
    [TERM_EQ] = {Z3_mk_eq, Z3_mk_eq, true},       [TERM_ULT] = {Z3_mk_bvult, NULL, true},
    [TERM_SLT] = {Z3_mk_bvslt, NULL, true},       [TERM_CONCAT] = {Z3_mk_concat, NULL, false},
};

static Z3_sort sort_of(struct translation *x, unsigned width)
{
	if (!x->sorts[width])
		x->sorts[width] = width == 1 ? Z3_mk_bool_sort(x->context) : Z3_mk_bv_sort(x->context, width);
	return x->sorts[width];
}

static Z3_ast bit(struct translation *x, unsigned value)
{
	return Z3_mk_unsigned_int64(x->context, value, Z3_mk_bv_sort(x->context, 1));
}

static Z3_ast as_bits(struct translation *x, term t)
{
	Z3_ast a = x->asts[t];
	return term_width(x->pool, t) == 1 ? Z3_mk_ite(x->context, a, bit(x, 1), bit(x, 0)) : a;
}

/* A bit vector as the result of a term of this width. */
static Z3_ast from_bits(struct translation *x, unsigned width, Z3_ast a)
{
	return width == 1 ? Z3_mk_eq(x->context, a, bit(x, 1)) : a;
}

static Z3_ast translate_binary(struct translation *x, term t)
{
	enum term_kind k = term_kind(x->pool, t);
	term a = term_arg(x->pool, t, 0), b = term_arg(x->pool, t, 1);
	if (!binaries[k].of_bits)
		FAULT_STOP("term %u has a kind %d that Z3 is not told about", t, (int)k);
	if (term_width(x->pool, a) == 1 && binaries[k].of_bools)
		return binaries[k].of_bools(x->context, x->asts[a], x->asts[b]);
	Z3_ast result = binaries[k].of_bits(x->context, as_bits(x, a), as_bits(x, b));
	return binaries[k].predicate ? result : from_bits(x, term_width(x->pool, t), result);
}

static Z3_ast translate_const(struct translation *x, term t)
{
	uint64_t value = 0;
	unsigned width = term_width(x->pool, t);
	term_is_const(x->pool, t, &value);
	if (width == 1)
		return value ? Z3_mk_true(x->context) : Z3_mk_false(x->context);
	return Z3_mk_unsigned_int64(x->context, value, sort_of(x, width));
}

static Z3_ast translate_unary(struct translation *x, term t, enum term_kind k)
{
	term a = term_arg(x->pool, t, 0);
	unsigned width = term_width(x->pool, t), grow = width - term_width(x->pool, a);
	if (k == TERM_NOT && width == 1)
		return Z3_mk_not(x->context, x->asts[a]);
	Z3_ast bits = as_bits(x, a);
	Z3_ast result = k == TERM_NOT    ? Z3_mk_bvnot(x->context, bits)
			: k == TERM_NEG  ? Z3_mk_bvneg(x->context, bits)
			: k == TERM_ZEXT ? Z3_mk_zero_ext(x->context, grow, bits)
			: k == TERM_SEXT ? Z3_mk_sign_ext(x->context, grow, bits)
					 : Z3_mk_extract(x->context, term_hi(x->pool, t), term_lo(x->pool, t), bits);
	return from_bits(x, width, result);
}

static Z3_ast translate(struct translation *x, term t)
{
	enum term_kind k = term_kind(x->pool, t);
	if (k == TERM_CONST)
		return translate_const(x, t);
	if (k == TERM_APPLY)
		return Z3_mk_const(x->context, Z3_mk_int_symbol(x->context, (int)t),
				   sort_of(x, term_width(x->pool, t)));
	if (k == TERM_ITE)
		return Z3_mk_ite(x->context, x->asts[term_arg(x->pool, t, 0)], x->asts[term_arg(x->pool, t, 1)],
				 x->asts[term_arg(x->pool, t, 2)]);
	return term_arity(x->pool, t) == 1 ? translate_unary(x, t, k) : translate_binary(x, t);
}

static void *open_z3(const char *arg, char *err, size_t errlen)
{
	if (*arg) {
		snprintf(err, errlen, "z3 takes no argument, but got '%s'", arg);
		return NULL;
	}
	struct z3 *z = fault_calloc(1, sizeof *z);
	Z3_config config = Z3_mk_config();
	z->context = Z3_mk_context(config);
	Z3_del_config(config);
	Z3_set_error_handler(z->context, NULL);
	snprintf(z->version, sizeof z->version, "%s", Z3_get_full_version());
	return z;
}

static void close_z3(void *self)
{
	struct z3 *z = self;
	Z3_del_context(z->context);
	free(z);
}

static const char *version_z3(void *self)
{
	return ((struct z3 *)self)->version;
}

/* Notes an error of the last call; the next call would forget it. */
static bool is_well(struct z3 *z)
{
	z->error = Z3_get_error_code(z->context);
	return z->error == Z3_OK;
}

static bool translate_cone(struct z3 *z, struct translation *x, const struct cone *cone)
{
	x->asts = fault_calloc(cone->n ? (size_t)cone->terms[0] + 1 : 1, sizeof *x->asts);
	for (size_t i = cone->n; i-- > 0;) {
		x->asts[cone->terms[i]] = translate(x, cone->terms[i]);
		if (!is_well(z))
			return false;
	}
	return true;
}

/* Translates everything and asserts the roots. False if Z3 failed. */
static bool assert_query(struct z3 *z, Z3_solver solver, struct translation *x, const struct query *q)
{
	struct cone cone;
	cone_init(&cone, q->pool, false);
	cone_extend(&cone, q->asserts, q->n_asserts);
	bool well = translate_cone(z, x, &cone);
	for (size_t i = 0; i < q->n_asserts && well; i++) {
		Z3_solver_assert(z->context, solver, x->asts[q->asserts[i]]);
		well = is_well(z);
	}
	cone_release(&cone);
	return well;
}

/* A leaf that the model leaves out may have any value. */
static bool read_value(struct translation *x, Z3_model model, term leaf, uint64_t *value)
{
	Z3_ast a = NULL;
	if (!Z3_model_eval(x->context, model, x->asts[leaf], true, &a) || !a)
		return false;
	if (term_width(x->pool, leaf) > 1)
		return Z3_get_numeral_uint64(x->context, a, value);
	*value = Z3_get_bool_value(x->context, a) == Z3_L_TRUE;
	return true;
}

static bool read_model(struct translation *x, Z3_solver solver, const struct query *q, uint64_t *values)
{
	Z3_model model = Z3_solver_get_model(x->context, solver);
	if (!model)
		return false;
	for (size_t i = 0; i < q->n_leaves; i++)
		if (!read_value(x, model, q->leaves[i], &values[i]))
			return false;
	return true;
}

static enum solver_failure explain(struct z3 *z, Z3_solver solver)
{
	if (z->error)
		return z->error == Z3_MEMOUT_FAIL ? SOLVER_MEMORY : SOLVER_DIED;
	const char *reason = Z3_solver_get_reason_unknown(z->context, solver);
	if (strstr(reason, "memory") || strstr(reason, "memout"))
		return SOLVER_MEMORY;
	if (strstr(reason, "timeout") || strstr(reason, "canceled"))
		return SOLVER_TIMEOUT;
	return SOLVER_GAVE_UP;
}

/* The time limit is left to the guard: Z3's own starts a thread for each query. */
static enum solver_answer check_z3(void *self, const struct query *q, unsigned ms, uint64_t *values,
				   enum solver_failure *why)
{
	struct z3 *z = self;
	struct translation x = {.context = z->context, .pool = q->pool};
	(void)ms;
	/* Without a logic it takes 8 times as long on checksums. */
	Z3_solver solver = Z3_mk_solver_for_logic(z->context, Z3_mk_string_symbol(z->context, "QF_BV"));
	Z3_solver_inc_ref(z->context, solver);
	Z3_lbool answer = Z3_L_UNDEF;
	if (assert_query(z, solver, &x, q))
		answer = Z3_solver_check(z->context, solver);
	if (!z->error && !is_well(z))
		answer = Z3_L_UNDEF;
	if (answer == Z3_L_TRUE && !read_model(&x, solver, q, values))
		answer = Z3_L_UNDEF;
	if (answer == Z3_L_UNDEF)
		*why = explain(z, solver);
	free(x.asts);
	return answer == Z3_L_TRUE ? SOLVER_SAT : answer == Z3_L_FALSE ? SOLVER_UNSAT : SOLVER_UNKNOWN;
}

const struct solver_backend solver_z3 = {"z3", open_z3, check_z3, close_z3, version_z3, NULL};
