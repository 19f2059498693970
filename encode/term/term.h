/* SPDX-License-Identifier: BSD-2-Clause */
/* Bit-vector terms: a hash-consed DAG. Equal ids are equal terms; different
 * ids may still be equal. Terms live as long as their pool. */
#ifndef TERM_H
#define TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "range.h"
#include "tnum.h"

typedef uint32_t term; /* 0 is no term */

/* Widths are 1 to 64 bits. A truth value is a term of width 1. */
enum term_kind {
	TERM_CONST,   /* value */
	TERM_APPLY,   /* an input: function `fn` of arguments (see input.def); a leaf for solvers, congruent */
	TERM_NOT, TERM_AND, TERM_OR, TERM_XOR,
	TERM_NEG, TERM_ADD, TERM_MUL,
	TERM_UDIV, TERM_UREM, /* by zero as in SMT-LIB: all ones, and the dividend */
	TERM_SDIV, TERM_SREM, /* bvsdiv, bvsrem of SMT-LIB */
	TERM_SHL, TERM_LSHR, TERM_ASHR, /* amount >= width: 0, 0, sign, as in SMT-LIB */
	TERM_EQ, TERM_ULT, TERM_SLT,    /* width 1 */
	TERM_ITE,     /* arg 0 has width 1 */
	TERM_EXTRACT, /* bits hi..lo of arg 0 */
	TERM_CONCAT,  /* arg 0 is the high part */
	TERM_ZEXT, TERM_SEXT,
	TERM_KIND_COUNT
};

struct term_pool;

struct term_pool *term_new_pool(void);
void term_free_pool(struct term_pool *p);
size_t term_count(const struct term_pool *p);
/* Bytes that the pool holds now. */
size_t term_memory(const struct term_pool *p);

/* A pool gives up when it has no memory, too many terms, or was told to stop. From then on every construction gives a
 * constant of the right width, at once: loops end soon and nothing has to fail, but no term means anything any more.
 * Who draws a conclusion from terms looks here after the last of them was made. */
enum term_end { TERM_GOES_ON, TERM_NO_MEMORY, TERM_TOO_MANY, TERM_STOPPED };
enum term_end term_gave_up(const struct term_pool *p);
void term_give_up(struct term_pool *p, enum term_end why); /* the first reason stays */
/* At most so many terms, and as long as stop(arg) is false, which is asked from time to time (NULL: never). */
void term_set_limit(struct term_pool *p, size_t terms, bool (*stop)(void *arg), void *arg);
/* Work of the caller's own that makes few terms: counts for the question whether to stop. */
bool term_tick(struct term_pool *p); /* false: the pool gave up */

/* Constructors rewrite: the result is an equal term, often a simpler one.
 * Width contracts are asserted (a violation is a bug, abort). */
term term_const(struct term_pool *p, unsigned width, uint64_t value); /* value is cut to width */
term term_true(struct term_pool *p);
term term_false(struct term_pool *p);
/* Application of input function `fn` (any number the caller chooses) to n <= 255
 * arguments of any widths; the same fn with the same arguments is the same term. */
term term_apply(struct term_pool *p, uint32_t fn, unsigned width, const term *args, size_t n);
term term_not(struct term_pool *p, term a);
term term_and(struct term_pool *p, term a, term b);
term term_or(struct term_pool *p, term a, term b);
term term_xor(struct term_pool *p, term a, term b);
term term_neg(struct term_pool *p, term a);
term term_add(struct term_pool *p, term a, term b);
term term_sub(struct term_pool *p, term a, term b); /* add of neg */
term term_mul(struct term_pool *p, term a, term b);
term term_udiv(struct term_pool *p, term a, term b);
term term_urem(struct term_pool *p, term a, term b);
term term_sdiv(struct term_pool *p, term a, term b);
term term_srem(struct term_pool *p, term a, term b);
term term_shl(struct term_pool *p, term a, term b);  /* a, b of one width */
term term_lshr(struct term_pool *p, term a, term b);
term term_ashr(struct term_pool *p, term a, term b);
term term_eq(struct term_pool *p, term a, term b);
term term_ne(struct term_pool *p, term a, term b);
term term_ult(struct term_pool *p, term a, term b);
term term_ule(struct term_pool *p, term a, term b);
term term_slt(struct term_pool *p, term a, term b);
term term_sle(struct term_pool *p, term a, term b);
term term_implies(struct term_pool *p, term a, term b);
term term_ite(struct term_pool *p, term c, term a, term b);
term term_extract(struct term_pool *p, term a, unsigned hi, unsigned lo);
term term_concat(struct term_pool *p, term hi, term lo); /* widths add up to at most 64 */
term term_zext(struct term_pool *p, term a, unsigned width); /* width >= a's; equal: a */
term term_sext(struct term_pool *p, term a, unsigned width);
term term_bswap(struct term_pool *p, term a); /* width a multiple of 8 */
/* a cut or zero-extended to width */
term term_resize(struct term_pool *p, term a, unsigned width);

/* t's operation on other arguments, as many and as wide as t's own. */
term term_rebuild(struct term_pool *p, term t, const term *args);

/* A term that has t's value wherever the condition holds, with fewer choices if it can be seen that it decides them. */
term term_under(struct term_pool *p, term condition, term t);

/* Looking at terms. */
enum term_kind term_kind(const struct term_pool *p, term t);
unsigned term_width(const struct term_pool *p, term t);
size_t term_arity(const struct term_pool *p, term t);
term term_arg(const struct term_pool *p, term t, size_t i);
bool term_is_const(const struct term_pool *p, term t, uint64_t *value); /* value may be NULL */
bool term_is_true(const struct term_pool *p, term t);
bool term_is_false(const struct term_pool *p, term t);
uint32_t term_fn(const struct term_pool *p, term t);   /* TERM_APPLY */
unsigned term_hi(const struct term_pool *p, term t);   /* TERM_EXTRACT */
unsigned term_lo(const struct term_pool *p, term t);
/* Splits t into base + constant: base is 0 if t is a constant. */
void term_split(struct term_pool *p, term t, term *base, uint64_t *offset);

/* Facts that hold of a term under every assignment: known bits and unsigned
 * bounds, computed when the term is made. */
struct tnum term_tnum(const struct term_pool *p, term t);
struct range term_range(const struct term_pool *p, term t);
/* Declares that an APPLY term made afterwards with function fn (first made by the
 * next term_apply) has only values in [lo, hi]; the solver is told so too
 * (query.h asserts it wherever the term occurs). Once per function. */
void term_bound(struct term_pool *p, uint32_t fn, uint64_t lo, uint64_t hi);
bool term_bound_of(const struct term_pool *p, uint32_t fn, uint64_t *lo, uint64_t *hi);

/* Evaluation: `leaf` gives the value of an APPLY term from the values of its arguments. */
typedef uint64_t (*term_leaf)(void *arg, uint32_t fn, unsigned width, const uint64_t *args, size_t n);
struct term_eval;
struct term_eval *term_new_eval(const struct term_pool *p, term_leaf leaf, void *arg);
uint64_t term_eval(struct term_eval *e, term t); /* memoised per eval object; not recursive: deep DAGs are fine */
void term_free_eval(struct term_eval *e);

/* Every APPLY term in the cone of roots[0..n-1], each once, in order of id.
 * Returns the count; *out is malloc'ed, caller frees. */
size_t term_leaves(const struct term_pool *p, const term *roots, size_t n, term **out);
/* Number of distinct terms in the cone. */
size_t term_size(const struct term_pool *p, const term *roots, size_t n);

/* SMT-LIB 2 text of a closed script: set-logic QF_BV, a constant `t<id>` for
 * each APPLY leaf, one assert per root (let-free, shared terms by define-fun),
 * check-sat. No congruence: query.h adds it. */
void term_print_smt2(struct term_pool *p, const term *roots, size_t n, FILE *out);
/* The parts of such a script: everything that roots depend on, in order, each term t as the constant `t<id>`; `leaf`
 * (NULL: declare-const) writes the command that introduces an APPLY leaf. */
typedef void (*term_leaf_printer)(void *arg, const struct term_pool *p, term leaf, FILE *out);
void term_print_definitions(const struct term_pool *p, const term *roots, size_t n, term_leaf_printer leaf, void *arg,
			    FILE *out);
/* ` t<id>`, or a constant's literal. */
void term_print_operand(const struct term_pool *p, term t, FILE *out);
/* A short infix form for people and tests, cut off at depth. */
void term_print(struct term_pool *p, term t, int depth, FILE *out);

/* For measurements. PLAIN: only constants, facts and equal terms are used, no rules. TIMED: term_stats.ns counts. */
enum term_mode { TERM_NORMAL, TERM_PLAIN, TERM_TIMED };
void term_set_mode(struct term_pool *p, enum term_mode mode);
struct term_stats {
	uint64_t by_fact, by_rule; /* constructions whose result facts gave, but for those inside of rules; hits of rules */
	uint64_t ns;               /* in facts and rules of terms that were new */
	size_t bytes;              /* of the pool */
};
struct term_stats term_get_stats(const struct term_pool *p);
uint64_t term_by_fact(const struct term_pool *p); /* its by_fact, at less cost */

/* Rewrite rules: counts of hits by name, for statistics and proofs. */
size_t term_rule_count(void);
const char *term_rule_name(size_t i);
uint64_t term_rule_hits(const struct term_pool *p, size_t i);
#endif
