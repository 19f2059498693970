/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/array_script.h"

#include "checker/equiv/address.h"
#include "clock.h"
#include "encode/machine/kept.h"
#include "encode/solver/query.h"

#include <inttypes.h>
#include <stdlib.h>

struct question {
	struct pairing pairing;
	struct term_pool *pool;
	struct world *world;
	struct run *run[2];
	struct claims claims;
};

/* A leaf that is no number but memory or a read of it; its index has as many bits as its array says. */
struct printer {
	size_t reads;
	bool bad; /* some index has another width */
};

static bool is_kept(const struct term_pool *p, term t, uint32_t range)
{
	uint32_t fn = term_kind(p, t) == TERM_APPLY ? term_fn(p, t) : 0;
	return fn >= range && fn < range + (KEPT_STORE - KEPT_INITIAL);
}

static unsigned index_bits(const struct term_pool *p, term array)
{
	uint64_t bits;
	while (!is_kept(p, array, KEPT_INITIAL))
		array = term_arg(p, array, is_kept(p, array, KEPT_CHOOSE) ? 1 : 0);
	return term_is_const(p, term_arg(p, array, 0), &bits) ? (unsigned)bits : 0;
}

/* Words of the key are arguments from `key` on; the offset, `more` bytes further, is argument 1. */
static void print_index(struct printer *w, const struct term_pool *p, term t, size_t key, unsigned more, FILE *out)
{
	size_t n = term_arity(p, t);
	w->bad |= 64 * (1 + n - key) != index_bits(p, term_arg(p, t, 0));
	for (size_t i = key; i < n; i++) {
		fputs(" (concat", out);
		term_print_operand(p, term_arg(p, t, i), out);
	}
	fputs(more ? " (bvadd" : "", out);
	term_print_operand(p, term_arg(p, t, 1), out);
	if (more)
		fprintf(out, " (_ bv%u 64))", more);
	for (size_t i = key; i < n; i++)
		fputc(')', out);
}

static void print_array_head(const struct term_pool *p, term t, FILE *out)
{
	fprintf(out, "(define-fun t%" PRIu32 " () (Array (_ BitVec %u) (_ BitVec 8)) ", t, index_bits(p, t));
}

static void print_store(struct printer *w, const struct term_pool *p, term t, FILE *out)
{
	term val = term_arg(p, t, 2);
	unsigned bytes = term_width(p, val) / 8;
	print_array_head(p, t, out);
	for (unsigned i = 0; i < bytes; i++)
		fputs("(store ", out);
	fprintf(out, "t%" PRIu32, term_arg(p, t, 0));
	for (unsigned i = 0; i < bytes; i++) {
		print_index(w, p, t, 3, i, out);
		fprintf(out, " ((_ extract %u %u)", 8 * i + 7, 8 * i);
		term_print_operand(p, val, out);
		fputs("))", out);
	}
	fputs(")\n", out);
}

static void print_choose(const struct term_pool *p, term t, FILE *out)
{
	print_array_head(p, t, out);
	fputs("(ite (= #b1", out);
	term_print_operand(p, term_arg(p, t, 0), out);
	fprintf(out, ") t%" PRIu32 " t%" PRIu32 "))\n", term_arg(p, t, 1), term_arg(p, t, 2));
}

static void print_read(struct printer *w, const struct term_pool *p, term t, FILE *out)
{
	fprintf(out, "(define-fun t%" PRIu32 " () (_ BitVec 8) (select t%" PRIu32, t, term_arg(p, t, 0));
	print_index(w, p, t, 2, 0, out);
	fputs("))\n", out);
	w->reads++;
}

static void print_leaf(void *arg, const struct term_pool *p, term t, FILE *out)
{
	struct printer *w = arg;
	if (is_kept(p, t, KEPT_INITIAL))
		fprintf(out, "(declare-const t%" PRIu32 " (Array (_ BitVec %u) (_ BitVec 8)))\n", t, index_bits(p, t));
	else if (is_kept(p, t, KEPT_STORE))
		print_store(w, p, t, out);
	else if (is_kept(p, t, KEPT_CHOOSE))
		print_choose(p, t, out);
	else if (is_kept(p, t, KEPT_READ))
		print_read(w, p, t, out);
	else
		fprintf(out, "(declare-const t%" PRIu32 " (_ BitVec %u))\n", t, term_width(p, t));
}

static bool print_query(const struct query *q, bool arrays, FILE *out, struct array_stats *stats)
{
	struct printer w = {0};
	fprintf(out, "(set-logic %s)\n", arrays ? "QF_ABV" : "QF_BV");
	term_print_definitions(q->pool, q->asserts, q->n_asserts, print_leaf, &w, out);
	for (size_t i = 0; i < q->n_asserts; i++) {
		fputs("(assert (= #b1", out);
		term_print_operand(q->pool, q->asserts[i], out);
		fputs("))\n", out);
	}
	fputs("(check-sat)\n", out);
	stats->reads = w.reads;
	return !w.bad;
}

static bool encode(struct question *q, const struct program *a, const struct program *b, struct solver *solver,
		   bool arrays)
{
	const struct program *side[2] = {a, b};
	enum reason why;
	const char *what;
	if (a->error || b->error || a->type != b->type || a->type == PROGTYPE_UNSPEC ||
	    !pairing_build(a, b, &q->pairing, &why, &what))
		return false;
	q->pool = term_new_pool();
	q->world = world_new(q->pool, a->type, q->pairing.maps, q->pairing.n);
	if (arrays)
		world_keep_reads(q->world);
	for (unsigned i = 0; i < 2; i++) {
		q->run[i] = run_new(q->world, side[i], q->pairing.number[i]);
		q->run[i]->solver = solver;
		run_execute(q->run[i]);
	}
	compare_tail_calls(q->run[0], q->run[1]);
	compare_runs(q->run[0], q->run[1], &q->claims);
	return !run_end(q->run[0]);
}

static enum array_state ask(struct question *q, bool arrays, FILE *out, struct array_stats *stats)
{
	struct term_pool *p = q->pool;
	struct query query;
	term differ = term_false(p);
	for (size_t i = 0; i < q->claims.n; i++)
		if (!q->claims.at[i].internal)
			differ = term_or(p, differ, q->claims.at[i].differ);
	term asserts[5] = {term_not(p, run_any_fault(q->run[0])), term_not(p, run_any_unknown(q->run[0])),
			   term_not(p, run_any_unknown(q->run[1])), differ};
	asserts[4] = address_condition(q->world, asserts, 4);
	enum query_state state = query_build(&query, p, "visible", asserts, 5, &(struct query_limit){0});
	bool good = state != QUERY_OPEN || print_query(&query, arrays, out, stats);
	query_release(&query);
	if (run_end(q->run[0]) || !good || state == QUERY_LATE)
		return ARRAY_REFUSED;
	return state == QUERY_OPEN ? ARRAY_OPEN : state == QUERY_TRUE ? ARRAY_SAT : ARRAY_UNSAT;
}

enum array_state array_write(const struct program *a, const struct program *b, struct solver *solver, bool arrays,
			     FILE *out, struct array_stats *stats)
{
	struct question q = {0};
	double start = clock_now_ms();
	*stats = (struct array_stats){0};
	enum array_state state = encode(&q, a, b, solver, arrays) ? ask(&q, arrays, out, stats) : ARRAY_REFUSED;
	stats->terms = q.pool ? term_count(q.pool) : 0;
	claims_release(&q.claims);
	run_free(q.run[0]);
	run_free(q.run[1]);
	world_free(q.world);
	if (q.pool)
		term_free_pool(q.pool);
	pairing_release(&q.pairing);
	stats->ms = clock_now_ms() - start;
	return state;
}
