/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CaDiCaL's C interface has no proofs, but it tells of every clause that it
 * learns. Without inprocessing each of these follows from the clauses before it
 * by unit propagation, so that together they are a proof; whether they are is
 * checked here, not assumed.
 */
#include "refutation.h"

#include <ccadical.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "cnf.h"
#include "fault.h"
#include "rup.h"

#define MAX_NODES 4000000u
#define MAX_PROOF (1u << 28) /* bytes */

/* Clauses, each ended by 0. */
struct formula {
	int *literals;
	size_t n, cap, clauses;
	int variables;
};

struct search {
	FILE *proof;
	uint64_t end_ns;
	bool too_long;
	bool ended; /* by the empty clause */
};

static FILE *open_text(char **text, size_t *n)
{
	FILE *f = open_memstream(text, n);
	if (!f)
		fault_stop_without_memory();
	return f;
}

static void close_text(FILE *f)
{
	if (fclose(f))
		fault_stop_without_memory();
}

static void take_literal(void *sink, int literal)
{
	struct formula *f = sink;
	if (f->n == f->cap) {
		f->cap = f->cap ? 2 * f->cap : 4096;
		f->literals = fault_realloc(f->literals, f->cap, sizeof *f->literals);
	}
	f->literals[f->n++] = literal;
	f->clauses += !literal;
}

/* False: too large. */
static bool make_formula(const struct query *q, struct formula *f)
{
	struct cnf c;
	*f = (struct formula){0};
	bool fits = cnf_init(&c, q, MAX_NODES);
	if (fits)
		cnf_encode(&c, take_literal, f);
	f->variables = c.n_variables;
	cnf_release(&c);
	return fits;
}

static char *print_formula(const struct formula *f, size_t *n)
{
	char *text = NULL;
	FILE *out = open_text(&text, n);
	fprintf(out, "p cnf %d %zu\n", f->variables, f->clauses);
	for (size_t i = 0; i < f->n; i++)
		fprintf(out, f->literals[i] ? "%d " : "%d\n", f->literals[i]);
	close_text(out);
	return text;
}

char *refutation_clauses(const struct query *q, size_t *n)
{
	struct formula f;
	char *text = make_formula(q, &f) ? print_formula(&f, n) : NULL;
	free(f.literals);
	return text;
}

static void learn(void *state, int *clause)
{
	struct search *s = state;
	s->ended = !*clause;
	for (; !s->too_long && *clause; clause++)
		fprintf(s->proof, "%d ", *clause);
	if (!s->too_long)
		fputs("0\n", s->proof);
	s->too_long |= ftell(s->proof) > MAX_PROOF;
}

static int must_stop(void *state)
{
	const struct search *s = state;
	return s->too_long || (s->end_ns && clock_now_ns() >= s->end_ns);
}

static bool refute(const struct formula *f, uint64_t end_ns, struct refutation *out)
{
	struct search s = {.end_ns = end_ns, .proof = open_text(&out->proof, &out->n_proof)};
	CCaDiCaL *solver = ccadical_init();
	ccadical_set_option(solver, "quiet", 1);
	ccadical_set_option(solver, "inprocessing", 0);
	ccadical_set_option(solver, "stabilize", 0); /* and no walk: both look for models */
	ccadical_set_option(solver, "walk", 0);
	ccadical_set_learn(solver, &s, INT_MAX, learn);
	ccadical_set_terminate(solver, &s, must_stop);
	for (size_t i = 0; i < f->n; i++)
		ccadical_add(solver, f->literals[i]);
	bool refuted = ccadical_solve(solver) == 20 && !s.too_long;
	ccadical_release(solver);
	if (!s.ended) /* it does not tell of what it sees while clauses are added */
		fputs("0\n", s.proof);
	close_text(s.proof);
	return refuted;
}

/* Leaves out what the proof does not need; false: it is none. */
static bool shorten(struct refutation *r, uint64_t end_ns)
{
	char err[200], *core = NULL;
	size_t n;
	FILE *f = open_text(&core, &n);
	bool good = rup_trim(r->clauses, r->proof, end_ns, f, err, sizeof err) == RUP_PROVED;
	close_text(f);
	free(r->proof);
	r->proof = core;
	r->n_proof = n;
	return good && rup_check(r->clauses, r->proof, end_ns, err, sizeof err) == RUP_PROVED;
}

bool refutation_find(const struct query *q, uint64_t end_ns, struct refutation *out)
{
	struct formula f;
	*out = (struct refutation){0};
	bool good = make_formula(q, &f) && refute(&f, end_ns, out);
	if (good) {
		out->clauses = print_formula(&f, &out->n_clauses);
		good = shorten(out, end_ns);
	}
	free(f.literals);
	if (!good)
		refutation_release(out);
	return good;
}

void refutation_release(struct refutation *r)
{
	free(r->clauses);
	free(r->proof);
	*r = (struct refutation){0};
}
