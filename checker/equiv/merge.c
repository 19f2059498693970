/* SPDX-License-Identifier: BSD-2-Clause */
/* What two programs have in common is found and merged; claims for which that is enough are settled. */
#include "checker/equiv/address.h"
#include "checker/equiv/question.h"
#include "encode/solver/fault.h"
#include "encode/sweep.h"

#include <stdlib.h>
#include <string.h>

#define SWEEP_MS 10000
#define BRIEF_MS 500
#define SWEEP_QUERIES 5000
#define ALONE_QUERIES 600   /* that share nothing */
#define MERGE_CONFLICTS 200 /* a query for one pair of terms */
#define MERGE_MS 300
#define CLAIM_CONFLICTS 1000
#define OPEN_MAX 4 /* claims that stay open, before the others are left to the solver too */

/* Merges terms of the claims that are equal where the claims count. What says where they count stays as it is. */
static void sweep(struct question *q, const struct sweep_options *so)
{
	term *roots = fault_calloc(q->claims.n + 1, sizeof *roots);
	for (size_t i = 0; i < q->claims.n; i++)
		roots[i] = q->claims.at[i].differ;
	sweep_terms(q->pool, q->opt->solver, roots, q->claims.n, so);
	for (size_t i = 0; i < q->claims.n; i++) {
		bool merged = roots[i] != q->claims.at[i].differ && term_is_false(q->pool, roots[i]);
		q->out->claims_by[CLAIM_BY_MERGING] += merged;
		q->claims.at[i].differ = roots[i];
	}
	q->out->swept = true;
	free(roots);
}

/* Claim by claim, each with its own cone, as far as congruence is not needed. False: some are open. */
static bool settle(struct question *q, struct session *s, term condition)
{
	bool all = true;
	for (size_t i = 0, open = 0; s && i < q->claims.n && open < OPEN_MAX; i++) {
		struct claim *c = &q->claims.at[i];
		const term asked[] = {c->differ, condition};
		if (!term_is_false(q->pool, c->differ) && session_ask(s, asked, 2, CLAIM_CONFLICTS) == SOLVER_UNSAT) {
			c->differ = term_false(q->pool);
			q->out->claims_by[CLAIM_BY_SESSION]++;
		}
		open += !term_is_false(q->pool, c->differ);
	}
	for (size_t i = 0; i < q->claims.n; i++)
		all &= term_is_false(q->pool, q->claims.at[i].differ);
	return all;
}

/* First the second program's terms with all others, as most claims need no more; then all. */
static bool merge_under(struct question *q, struct session *s, term condition)
{
	struct sweep_options so = {.condition = condition,
				   .first = q->second,
				   .session = s,
				   .conflicts = MERGE_CONFLICTS,
				   .query_ms = MERGE_MS,
				   .total_ms = q->brief ? BRIEF_MS : SWEEP_MS,
				   .max_queries = s ? SWEEP_QUERIES : ALONE_QUERIES,
				   .stop = q->opt->stop};
	sweep(q, &so);
	bool all = settle(q, s, condition);
	if (all || !s)
		return all;
	so.first = 0;
	sweep(q, &so);
	return settle(q, s, condition);
}

void merge_claims(struct question *q)
{
	struct term_pool *p = q->pool;
	term *roots = fault_calloc(q->claims.n + 2, sizeof *roots);
	enum stage before = question_enter(q, STAGE_SWEEP);
	for (size_t i = 0; i < q->claims.n; i++)
		roots[i] = q->claims.at[i].differ;
	roots[q->claims.n] = q->no_fault;
	roots[q->claims.n + 1] = q->modelled;
	q->layout = address_condition(q->world, roots, q->claims.n + 2);
	free(roots);
	term condition = term_and(p, term_and(p, q->no_fault, q->modelled), q->layout);
	struct session *s = session_open(q->opt->solver, p);
	if (merge_under(q, s, condition))
		q->out->decided_by = "sweeping";
	session_close(s);
	question_enter(q, before);
}
