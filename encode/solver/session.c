/* SPDX-License-Identifier: BSD-2-Clause */
#include "session.h"

#include <ccadical.h>
#include <stdlib.h>

#include "blast.h"
#include "clock.h"
#include "cnf.h"
#include "fault.h"

#define NODES_MAX 1000000 /* of the graph, and so a bound of memory */

struct session {
	struct solver *owner;
	CCaDiCaL *solver;
	struct cnf cnf;
	bool full;
	struct session_stats stats;
};

static void add_literal(void *solver, int literal)
{
	ccadical_add(solver, literal);
}

struct session *session_open(struct solver *s, struct term_pool *pool)
{
	if (!solver_is_incremental(s))
		return NULL;
	struct session *out = fault_calloc(1, sizeof *out);
	out->owner = s;
	out->solver = ccadical_init();
	ccadical_set_option(out->solver, "quiet", 1);
	ccadical_set_option(out->solver, "inprocessing", 0); /* pays in long questions only */
	cnf_open(&out->cnf, pool, NODES_MAX, add_literal, out->solver);
	return out;
}

void session_close(struct session *s)
{
	if (!s)
		return;
	ccadical_release(s->solver);
	cnf_release(&s->cnf);
	free(s);
}

/* lo <= leaf <= hi */
static void assert_bounds(struct session *s, term leaf)
{
	uint64_t lo, hi;
	bit low[64], high[64];
	const bit *x = s->cnf.blast.bits[leaf];
	unsigned n = term_width(s->cnf.blast.pool, leaf);
	if (!term_bound_of(s->cnf.blast.pool, term_fn(s->cnf.blast.pool, leaf), &lo, &hi))
		return;
	for (unsigned i = 0; i < n; i++) {
		low[i] = lo >> i & 1 ? BIT_TRUE : BIT_FALSE;
		high[i] = hi >> i & 1 ? BIT_TRUE : BIT_FALSE;
	}
	cnf_assert(&s->cnf, -cnf_literal(&s->cnf, blast_less(&s->cnf.blast.g, x, low, n)));
	if (hi < range_max_of(n))
		cnf_assert(&s->cnf, -cnf_literal(&s->cnf, blast_less(&s->cnf.blast.g, high, x, n)));
}

/* t's bit; false: no room. */
static bool reach(struct session *s, term t, int *literal)
{
	size_t before = s->cnf.blast.cone.n;
	if (s->full || !blast_extend(&s->cnf.blast, &t, 1)) {
		s->full = true;
		return false;
	}
	for (size_t i = before; i < s->cnf.blast.cone.n; i++)
		if (term_kind(s->cnf.blast.pool, s->cnf.blast.cone.terms[i]) == TERM_APPLY)
			assert_bounds(s, s->cnf.blast.cone.terms[i]);
	*literal = cnf_literal(&s->cnf, s->cnf.blast.bits[t][0]);
	return true;
}

static int must_stop(void *state)
{
	const struct session *s = state;
	return solver_is_late(s->owner);
}

enum solver_answer session_ask(struct session *s, const term *assumed, size_t n, unsigned conflicts)
{
	int literals[SESSION_ASSUMED_MAX], answer = 0;
	uint64_t start = clock_now_ns();
	bool fits = n <= SESSION_ASSUMED_MAX;
	for (size_t i = 0; i < n && fits; i++) /* a clause that is added drops what is assumed */
		fits = reach(s, assumed[i], &literals[i]);
	if (fits) {
		for (size_t i = 0; i < n; i++)
			ccadical_assume(s->solver, literals[i]);
		ccadical_limit(s->solver, "conflicts", (int)conflicts);
		ccadical_set_terminate(s->solver, s, must_stop);
		answer = ccadical_solve(s->solver);
	}
	s->stats.ns += clock_now_ns() - start;
	++*(answer == 10 ? &s->stats.sat : answer == 20 ? &s->stats.unsat : &s->stats.unknown);
	return answer == 10 ? SOLVER_SAT : answer == 20 ? SOLVER_UNSAT : SOLVER_UNKNOWN;
}

bool session_value(const struct session *s, term leaf, uint64_t *value)
{
	const bit *bits = leaf < s->cnf.blast.n_bits ? s->cnf.blast.bits[leaf] : NULL;
	*value = 0;
	for (unsigned k = 0; bits && k < term_width(s->cnf.blast.pool, leaf); k++) {
		int v = bit_node(bits[k]) < s->cnf.cap ? s->cnf.variable[bit_node(bits[k])] : 0;
		if (v && ccadical_val(s->solver, v) > 0)
			*value |= 1ull << k;
	}
	return bits;
}

struct session_stats session_get_stats(const struct session *s)
{
	return s->stats;
}
