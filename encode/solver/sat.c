/* SPDX-License-Identifier: BSD-2-Clause */
/* The built-in backend: bits, an and-inverter graph, clauses, then CaDiCaL (A. Biere et al.). */
#include <ccadical.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "cnf.h"
#include "fault.h"

#define SMALL_NODES 60000 /* of a query that is answered in this process */
#define SMALL_CONFLICTS 3000
#define PATTERN_ROUNDS 4 /* of 64 random inputs each, before the SAT solver */

struct sat {
	char version[64];
};

struct encoding {
	struct cnf cnf;
	CCaDiCaL *solver;
	uint64_t end_ns; /* 0: none */
};

static void add_literal(void *solver, int literal)
{
	ccadical_add(solver, literal);
}

static int must_stop(void *state)
{
	const struct encoding *e = state;
	return e->end_ns && clock_now_ns() >= e->end_ns;
}

static void read_values(struct encoding *e, uint64_t *values)
{
	for (size_t i = 0; i < e->cnf.q->n_leaves; i++) {
		term leaf = e->cnf.q->leaves[i];
		const bit *bits = leaf < e->cnf.blast.n_bits ? e->cnf.blast.bits[leaf] : NULL;
		values[i] = 0;
		for (unsigned k = 0; bits && k < term_width(e->cnf.q->pool, leaf); k++) {
			int v = e->cnf.variable[bit_node(bits[k])];
			if (v && ccadical_val(e->solver, v) > 0)
				values[i] |= 1ull << k;
		}
	}
}

static uint64_t mix(uint64_t *seed)
{
	uint64_t z = *seed += 0x9e3779b97f4a7c15ull;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

static uint64_t simulated(const uint64_t *words, bit x)
{
	return words[bit_node(x)] ^ (x & 1 ? ~0ull : 0);
}

/* 64 inputs at once: a bit of the result stands for one on which everything that is asserted holds. */
static uint64_t simulate(const struct encoding *e, uint64_t *words, uint64_t *seed, unsigned round)
{
	const struct aig *g = &e->cnf.blast.g;
	uint64_t all = ~0ull;
	words[0] = 0;
	for (uint32_t i = 1; i < g->n; i++) {
		if (!aig_is_input(g, i))
			words[i] = simulated(words, g->nodes[i].a) & simulated(words, g->nodes[i].b);
		else /* mostly zeros, mostly ones, or half of each */
			words[i] = round % 3 == 1   ? mix(seed) & mix(seed)
				   : round % 3 == 2 ? mix(seed) | mix(seed)
						    : mix(seed);
	}
	for (size_t i = 0; i < e->cnf.q->n_asserts; i++)
		all &= simulated(words, e->cnf.blast.bits[e->cnf.q->asserts[i]][0]);
	return all;
}

static void pick_values(const struct encoding *e, const uint64_t *words, unsigned pattern, uint64_t *values)
{
	for (size_t i = 0; i < e->cnf.q->n_leaves; i++) {
		term leaf = e->cnf.q->leaves[i];
		const bit *bits = leaf < e->cnf.blast.n_bits ? e->cnf.blast.bits[leaf] : NULL;
		values[i] = 0;
		for (unsigned k = 0; bits && k < term_width(e->cnf.q->pool, leaf); k++)
			values[i] |= (simulated(words, bits[k]) >> pattern & 1) << k;
	}
}

/* A model by chance. */
static bool guess(struct encoding *e, uint64_t *values)
{
	uint64_t seed = 1, *words = fault_calloc(e->cnf.blast.g.n, sizeof *words), hit = 0;
	for (unsigned round = 0; round < PATTERN_ROUNDS && !hit; round++)
		hit = simulate(e, words, &seed, round);
	if (hit)
		pick_values(e, words, (unsigned)__builtin_ctzll(hit), values);
	free(words);
	return hit;
}

static enum solver_answer solve(struct encoding *e, int conflicts, uint64_t *values)
{
	e->solver = ccadical_init();
	ccadical_set_option(e->solver, "quiet", 1);
	cnf_encode(&e->cnf, add_literal, e->solver);
	if (e->end_ns)
		ccadical_set_terminate(e->solver, e, must_stop);
	if (conflicts)
		ccadical_limit(e->solver, "conflicts", conflicts);
	int answer = ccadical_solve(e->solver);
	if (answer == 10)
		read_values(e, values);
	ccadical_release(e->solver);
	return answer == 10 ? SOLVER_SAT : answer == 20 ? SOLVER_UNSAT : SOLVER_UNKNOWN;
}

static enum solver_answer check(const struct query *q, unsigned ms, uint32_t nodes, int conflicts, uint64_t *values)
{
	struct encoding e = {.end_ns = ms ? clock_now_ns() + 1000000ull * ms : 0};
	enum solver_answer answer = SOLVER_UNKNOWN;
	if (cnf_init(&e.cnf, q, nodes))
		answer = guess(&e, values) ? SOLVER_SAT : solve(&e, conflicts, values);
	cnf_release(&e.cnf);
	return answer;
}

static enum solver_answer check_sat(void *self, const struct query *q, unsigned ms, uint64_t *values,
				    enum solver_failure *why)
{
	(void)self;
	enum solver_answer answer = check(q, ms, 0, 0, values);
	if (answer == SOLVER_UNKNOWN)
		*why = SOLVER_TIMEOUT;
	return answer;
}

/* Bounded in nodes and conflicts, and so in time and memory. */
static enum solver_answer check_small(void *self, const struct query *q, unsigned conflicts, uint64_t *values)
{
	(void)self;
	return check(q, 0, SMALL_NODES, conflicts ? (int)conflicts : SMALL_CONFLICTS, values);
}

static void *open_sat(const char *arg, char *err, size_t errlen)
{
	if (*arg) {
		snprintf(err, errlen, "sat takes no argument, but got '%s'", arg);
		return NULL;
	}
	struct sat *s = fault_calloc(1, sizeof *s);
	snprintf(s->version, sizeof s->version, "%s", ccadical_signature());
	return s;
}

static void close_sat(void *self)
{
	free(self);
}

static const char *version_sat(void *self)
{
	return ((struct sat *)self)->version;
}

const struct solver_backend solver_sat = {"sat", open_sat, check_sat, close_sat, version_sat, check_small};
