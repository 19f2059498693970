/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What of a proof is needed. Each lemma is noted with the clauses that its
 * conflict came from, and with the variables that were settled for good; from the
 * empty clause back, what it rests on is marked (as in E. Goldberg, Y. Novikov,
 * "Verification of Proofs of Unsatisfiability for CNF Formulas", 2003). Nothing
 * here is believed: the shorter proof is checked like any other.
 */
#include <stdlib.h>

#include "fault.h"
#include "rup_inside.h"

struct lemma {
	uint32_t clause;
	size_t first; /* of what it rests on */
};

struct core {
	uint32_t *place, *reason; /* by variable */
	uint32_t *seen;           /* by variable: marks of one conflict */
	uint32_t now;
	int32_t *rests; /* of all lemmas: clauses, or variables that are settled, with a minus */
	size_t n_rests, cap_rests;
	struct lemma *lemmas;
	size_t n, cap;
};

void rup_keep_core(struct rup *r)
{
	size_t n = (size_t)r->variables + 1;
	r->core = fault_calloc(1, sizeof *r->core);
	r->core->place = fault_calloc(n, sizeof *r->core->place);
	r->core->reason = fault_calloc(n, sizeof *r->core->reason);
	r->core->seen = fault_calloc(n, sizeof *r->core->seen);
}

void rup_core_free(struct core *c)
{
	if (!c)
		return;
	free(c->place);
	free(c->reason);
	free(c->seen);
	free(c->rests);
	free(c->lemmas);
	free(c);
}

void rup_core_assign(struct core *c, int literal, size_t place, uint32_t reason)
{
	c->place[abs(literal)] = (uint32_t)place;
	c->reason[abs(literal)] = reason;
}

static void push(struct core *c, int32_t what)
{
	if (c->n_rests == c->cap_rests) {
		c->cap_rests = c->cap_rests ? 2 * c->cap_rests : 4096;
		c->rests = fault_realloc(c->rests, c->cap_rests, sizeof *c->rests);
	}
	c->rests[c->n_rests++] = what;
}

static void reach(struct core *c, int literal, size_t root)
{
	uint32_t *seen = &c->seen[abs(literal)];
	if (*seen == c->now)
		return;
	*seen = c->now;
	if (c->place[abs(literal)] < root)
		push(c, -abs(literal));
}

static void use(struct rup *r, uint32_t clause, size_t root)
{
	push(r->core, (int32_t)clause);
	for (int32_t i = 0; i < r->arena[clause + SIZE]; i++)
		reach(r->core, r->arena[clause + HEADER + (uint32_t)i], root);
}

void rup_core_follow(struct rup *r, size_t root, uint32_t conflict, int holds)
{
	struct core *c = r->core;
	if (c->n == c->cap) {
		c->cap = c->cap ? 2 * c->cap : 1024;
		c->lemmas = fault_realloc(c->lemmas, c->cap, sizeof *c->lemmas);
	}
	c->lemmas[c->n] = (struct lemma){.first = c->n_rests};
	c->now++;
	if (holds && c->place[abs(holds)] < root)
		reach(c, holds, root);
	if (conflict)
		use(r, conflict, root);
	for (size_t i = r->n_trail; i-- > root;) {
		int variable = abs(r->trail[i]);
		if (c->seen[variable] == c->now && c->reason[variable])
			use(r, c->reason[variable], root);
	}
}

void rup_core_add(struct core *c, uint32_t clause)
{
	c->lemmas[c->n++].clause = clause;
}

/* Marks of clauses, by their place in the arena. */
enum { NEEDED = 1, SETTLES = 2 };

struct marking {
	const struct rup *r;
	uint8_t *clauses;
	bool *variables;
	int32_t *stack; /* variables, each once */
	struct deletion {
		size_t lemma;
		uint32_t clause;
	} * deletions; /* behind the last lemma that rests on it, from the last one to the first */
	size_t n_deletions;
};

static void print_clause(const struct rup *r, uint32_t clause, FILE *out)
{
	for (int32_t i = 0; i < r->arena[clause + SIZE]; i++)
		fprintf(out, "%d ", r->arena[clause + HEADER + (uint32_t)i]);
	fputs("0\n", out);
}

/* A settled variable rests on its reason, and on the variables there. */
static void mark_settled(struct marking *m, int32_t variable)
{
	const struct rup *r = m->r;
	size_t n = 0;
	if (!m->variables[variable])
		m->stack[n++] = variable;
	m->variables[variable] = true;
	while (n) {
		uint32_t clause = r->core->reason[m->stack[--n]];
		m->clauses[clause] |= NEEDED | SETTLES;
		for (int32_t i = 0; i < r->arena[clause + SIZE]; i++) {
			int32_t next = abs(r->arena[clause + HEADER + (uint32_t)i]);
			if (!m->variables[next])
				m->stack[n++] = next;
			m->variables[next] = true;
		}
	}
}

static void mark_clause(struct marking *m, size_t lemma, uint32_t clause)
{
	if (!(m->clauses[clause] & NEEDED) && clause >= m->r->core->lemmas[0].clause)
		m->deletions[m->n_deletions++] = (struct deletion){lemma, clause};
	m->clauses[clause] |= NEEDED;
}

static void mark_all(struct marking *m)
{
	const struct core *c = m->r->core;
	m->clauses[c->lemmas[c->n - 1].clause] |= NEEDED;
	for (size_t i = c->n, end = c->n_rests; i-- > 0; end = c->lemmas[i].first) {
		if (!(m->clauses[c->lemmas[i].clause] & NEEDED))
			continue;
		for (size_t k = c->lemmas[i].first; k < end; k++) {
			if (c->rests[k] > 0)
				mark_clause(m, i, (uint32_t)c->rests[k]);
			else
				mark_settled(m, -c->rests[k]);
		}
	}
}

void rup_print_core(const struct rup *r, FILE *out)
{
	const struct core *c = r->core;
	struct marking m = {.r = r,
			    .clauses = fault_calloc(r->n, 1),
			    .variables = fault_calloc((size_t)r->variables + 1, sizeof *m.variables),
			    .stack = fault_calloc((size_t)r->variables + 1, sizeof *m.stack),
			    .deletions = fault_calloc(c->n + 1, sizeof *m.deletions)};
	if (c->n)
		mark_all(&m);
	for (size_t i = 0; i < c->n; i++) {
		if (m.clauses[c->lemmas[i].clause] & NEEDED)
			print_clause(r, c->lemmas[i].clause, out);
		for (; m.n_deletions && m.deletions[m.n_deletions - 1].lemma == i; m.n_deletions--) {
			uint32_t clause = m.deletions[m.n_deletions - 1].clause;
			if (i + 1 == c->n || m.clauses[clause] & SETTLES)
				continue;
			fputs("d ", out);
			print_clause(r, clause, out);
		}
	}
	free(m.clauses);
	free(m.variables);
	free(m.stack);
	free(m.deletions);
}
