/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arrivals at a node: what is said of it holds, or is weakened. What the solver
 * shows against it is taken in, with other states like it; what it can't decide
 * is given up, but for what the terms of the words say by themselves.
 */
#include "checker/cut/assume.h"
#include "checker/cut/linear.h"
#include "checker/cut/sample.h"
#include "checker/cut/simplify.h"
#include "checker/cut/step.h"
#include "encode/solver/fault.h"

#include <stdlib.h>
#include <string.h>

#define WANDER 60     /* steps from an arrival, to see others like it */
#define WEAKENINGS 40 /* of one arrival's relations, before some are given up */
#define OPEN_MOST 6   /* words whose relations the solver is asked about */
#define RELATIONS_MS 400

/* An arrival at a node, whose relations may be too strong for it. */
struct arrival {
	struct step *t;
	size_t to;
	term here; /* it happens */
	struct state *s[2];
	term *words;
	uint64_t *values; /* of the words, under one assignment */
	unsigned dull;    /* assignments that taught nothing, one after another */
	bool grown;
};

#define DULL 16

static struct node *target(struct arrival *a)
{
	return &a->t->p->nodes[a->to];
}

static bool is_ordered(const struct rank *o, const uint64_t *values)
{
	uint64_t x = values[o->p], y = values[o->q];
	return o->is_signed ? (int64_t)x <= (int64_t)y : x <= y;
}

static bool learn(void *arg, struct term_eval *e)
{
	struct arrival *a = arg;
	struct node *n = target(a);
	for (size_t i = 0; i < n->n; i++)
		a->values[i] = term_eval(e, a->words[i]);
	bool grown = affine_add(&n->affine, a->values);
	for (size_t i = 0; i < n->n_twins; i++)
		if (n->twins[i].holds && term_eval(e, joint_parts(&a->t->joint, n, &n->twins[i], a->s))) {
			n->twins[i].holds = false;
			grown = true;
		}
	for (size_t i = 0; i < n->n_orders; i++)
		if (n->orders[i].holds && !is_ordered(&n->orders[i], a->values)) {
			n->orders[i].holds = false;
			grown = true;
		}
	a->dull = grown ? 0 : a->dull + 1;
	a->grown |= grown;
	return a->dull < DULL;
}

/* Takes in the arrival that the model is, and some others like it. */
static void learn_from(struct arrival *a, struct solver_model *m)
{
	struct step *t = a->t;
	struct sample s;
	struct node *n = target(a);
	term *roots = fault_calloc(n->n + 1, sizeof *roots);
	memcpy(roots, a->words, n->n * sizeof *roots);
	roots[n->n] = a->here;
	sample_init(&s, a->to * 131 + t->number + 1);
	sample_take_model(&s, t->pool, m);
	solver_release_model(m);
	struct term_eval *e = sample_eval(&s, t->pool);
	learn(a, e);
	term_free_eval(e);
	a->dull = 0;
	sample_wander(&s, t->pool, a->here, roots, n->n + 1, WANDER, learn, a);
	sample_release(&s);
	free(roots);
	step_node(t)->alive = true;
}

/* Atoms of an arrival's words that may be equal. */
struct merging {
	struct forms forms;
	uint64_t *marks; /* of each, what it was under all assignments so far */
	size_t *leader;  /* an earlier one, or itself */
};

static bool note_marks(void *arg, struct term_eval *e)
{
	struct merging *m = arg;
	for (size_t i = 0; i < m->forms.n_atoms; i++)
		m->marks[i] = (m->marks[i] ^ term_eval(e, m->forms.atoms[i])) * 0x9e3779b97f4a7c15ull;
	return true;
}

static void find_leaders(struct merging *m)
{
	for (size_t i = 0; i < m->forms.n_atoms; i++) {
		m->leader[i] = 0;
		while (m->leader[i] < i && m->marks[m->leader[i]] != m->marks[i])
			m->leader[i]++;
	}
}

static term atoms_differ(struct step *t, const struct merging *m, size_t i)
{
	struct term_pool *p = t->pool;
	term x = m->forms.atoms[i], y = m->forms.atoms[m->leader[i]];
	return term_ne(p, term_zext(p, x, 64), term_zext(p, y, 64));
}

static void unmerge(struct step *t, struct merging *m, struct solver_model *model)
{
	struct sample s;
	sample_init(&s, 1);
	sample_take_model(&s, t->pool, model);
	solver_release_model(model);
	struct term_eval *e = sample_eval(&s, t->pool);
	note_marks(m, e);
	find_leaders(m);
	term_free_eval(e);
	sample_release(&s);
}

/* Keeps only those that are equal wherever the arrival happens. */
static void prove_leaders(struct arrival *a, struct merging *m)
{
	struct step *t = a->t;
	for (unsigned round = 0; round < WEAKENINGS; round++) {
		struct solver_model model = {0};
		term differ = term_false(t->pool);
		for (size_t i = 0; i < m->forms.n_atoms; i++)
			differ = term_or(t->pool, differ, atoms_differ(t, m, i));
		enum solver_answer answer = step_ask(t, "cut-atoms", term_and(t->pool, a->here, differ), &model);
		if (answer == SOLVER_UNSAT)
			return;
		if (answer == SOLVER_UNKNOWN)
			break;
		unmerge(t, m, &model);
	}
	for (size_t i = 0; i < m->forms.n_atoms; i++) {
		term differ = term_and(t->pool, a->here, atoms_differ(t, m, i));
		if (step_ask(t, "cut-atom", differ, NULL) != SOLVER_UNSAT)
			m->leader[i] = i;
	}
}

/* What is known of the words by their terms, where equal atoms are one. */
static bool cover(struct arrival *a)
{
	struct step *t = a->t;
	struct node *n = target(a);
	struct merging m = {0};
	forms_init(&m.forms, t->pool, a->words, n->n);
	m.marks = fault_calloc(m.forms.n_atoms + 1, sizeof *m.marks);
	m.leader = fault_calloc(m.forms.n_atoms + 1, sizeof *m.leader);
	struct solver_model model = {0};
	bool there = step_ask(t, "cut-arrival", a->here, &model) == SOLVER_SAT;
	if (there) {
		struct sample s;
		sample_init(&s, a->to * 131 + t->number + 1);
		sample_take_model(&s, t->pool, &model);
		solver_release_model(&model);
		sample_wander(&s, t->pool, a->here, m.forms.atoms, m.forms.n_atoms, WANDER, note_marks, &m);
		sample_release(&s);
		find_leaders(&m);
		prove_leaders(a, &m);
	}
	for (size_t i = 0; there && i < m.forms.n_atoms; i++)
		if (m.leader[i] != i)
			forms_merge(&m.forms, i, m.leader[i]);
	bool grown = forms_cover(&m.forms, &n->affine);
	forms_release(&m.forms);
	free(m.marks);
	free(m.leader);
	return grown;
}

/* What is left of an arrival to be shown: that the words are in the set is known where the set covers them by their
 * terms, and is not asked where too much is open. */
static term what_is_open(struct arrival *a, bool *covered)
{
	struct step *t = a->t;
	struct node *n = target(a);
	size_t open = 0;
	term leaves = *covered ? term_false(t->pool) : joint_leaves(&t->joint, n, a->words, &open);
	if (open > OPEN_MOST) {
		a->grown |= cover(a);
		*covered = true;
		leaves = term_false(t->pool);
	}
	return term_or(t->pool, leaves, joint_violates(&t->joint, n, a->s, a->words));
}

/* Gives up what the solver does not decide: the set first, which its terms can cover, then the rest; false: nothing is
 * left. */
static bool give_up(struct arrival *a, bool *covered)
{
	struct node *n = target(a);
	bool any = false;
	if (!*covered) {
		a->grown |= cover(a);
		return *covered = true;
	}
	for (size_t i = 0; i < n->n_orders; i++) {
		any |= n->orders[i].holds;
		n->orders[i].holds = false;
	}
	for (size_t i = 0; !any && i < n->n_twins; i++) {
		any |= n->twins[i].holds;
		n->twins[i].holds = false;
	}
	a->grown |= any;
	return any;
}

/* The first arrival at a node. */
static bool begin(struct arrival *a)
{
	struct step *t = a->t;
	struct solver_model m = {0};
	switch (step_ask(t, "cut-arrival", a->here, &m)) {
	case SOLVER_UNSAT:
		return true;
	case SOLVER_SAT:
		learn_from(a, &m);
		simplify_relations(target(a));
		return true;
	case SOLVER_UNKNOWN:
		break;
	}
	return step_fail(t, "the solver does not decide where a stretch ends");
}

/* Until no arrival violates what is said of the node. */
static bool settle(struct arrival *a)
{
	struct step *t = a->t;
	bool covered = false;
	if (target(a)->affine.empty && !begin(a))
		return false;
	if (target(a)->affine.empty) /* nothing arrives */
		return true;
	for (unsigned i = 0;; i++) {
		struct solver_model m = {0};
		term open = what_is_open(a, &covered);
		enum solver_answer answer = step_ask(t, "cut-relations", term_and(t->pool, a->here, open), &m);
		if (answer == SOLVER_UNSAT)
			return true;
		if (answer == SOLVER_SAT) {
			learn_from(a, &m);
			simplify_relations(target(a));
		}
		if ((answer == SOLVER_UNKNOWN || i >= WEAKENINGS) && !give_up(a, &covered))
			return step_fail(t, "no relations are found");
		if (term_gave_up(t->pool))
			return step_fail(t, "a stretch needs too many terms");
	}
}

bool arrive_check(struct step *t, size_t to, term here, struct state *const s[2])
{
	struct product *p = t->p;
	struct arrival a = {.t = t, .to = to, .here = here, .s = {s[0], s[1]}};
	struct node *n = target(&a);
	a.words = fault_calloc(n->n + 1, sizeof *a.words);
	a.values = fault_calloc(n->n + 1, sizeof *a.values);
	joint_read(&t->joint, n, a.s, a.words);
	term unwritten = joint_unwritten(&t->joint, n, a.s);
	if (step_ask(t, "cut-written", term_and(t->pool, a.here, unwritten), NULL) != SOLVER_UNSAT)
		step_fail(t, "a place of the second program may be unwritten at a point");
	assume_terms(t->pool, a.here, a.words, n->n);
	unsigned full = solver_set_query_ms(p->solver, RELATIONS_MS);
	bool settled = settle(&a);
	solver_set_query_ms(p->solver, full);
	target(&a)->waits |= a.grown;
	free(a.words);
	free(a.values);
	return settled && !t->why;
}
