/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One step of the product: both programs from a node to wherever they stop
 * next. What has to hold there is asked of the solver: events and memories are
 * the same, results are the same where both return, and the relations of the
 * node that is reached. Of those, what an arrival violates is given up.
 */
#include "checker/cut/linear.h"
#include "checker/cut/assume.h"
#include "checker/cut/product.h"
#include "checker/cut/sample.h"
#include "checker/cut/simplify.h"
#include "checker/equiv/compare.h"
#include "checker/window/differ.h"
#include "encode/sweep.h"

#include <stdlib.h>
#include <string.h>

#define TERM_LIMIT 400000
#define UNROLL 64     /* of loops that hold no stop */
#define FIRST_MS 100  /* for a query, before equal terms are looked for */
#define SWEEP_MS 3000 /* for all of them */
#define SWEEP_CONFLICTS 200
#define SWEEP_QUERY_MS 100
#define SWEEP_QUERIES 300
#define WANDER 60     /* steps from an arrival, to see others like it */
#define WEAKENINGS 40 /* of one arrival's relations, before some are given up */
#define OPEN_MOST 6   /* words whose relations the solver is asked about */
#define RELATIONS_MS 400

/* One side's way from a stop to another, or to its end. */
struct way {
	uint32_t to; /* slot, or CUT_EXIT */
	struct state *s;
};

struct ways {
	struct way *at;
	size_t n;
};

/* A case of how they go on: where the condition holds, those that move move. */
struct turn {
	term when;
	bool moves[2];
};

/* Something that must not be. */
struct demand {
	term broken;
	const char *why;
};

struct step {
	struct product *p;
	size_t number; /* of the node */
	struct term_pool *pool;
	struct joint joint;
	struct run *run[2], *idle[2];
	struct state **exits[2], **arrivals[2];
	struct ways ways[2];
	struct turn turns[2];
	unsigned n_turns;
	term given;
	struct demand *demands;
	size_t n_demands;
	const char *why;
};

static void *checked(void *p)
{
	if (!p)
		abort();
	return p;
}

static struct node *node_of(struct step *t)
{
	return &t->p->nodes[t->number];
}

static bool fail(struct step *t, const char *why)
{
	t->why = t->why ? t->why : why;
	return false;
}

/* What the solver can't tell soon may be small once equal parts are one. */
static enum solver_answer ask(struct step *t, const char *name, term a, struct solver_model *m)
{
	struct solver *s = t->p->solver;
	struct sweep_options o = {.conflicts = SWEEP_CONFLICTS,
				  .query_ms = SWEEP_QUERY_MS,
				  .total_ms = SWEEP_MS,
				  .max_queries = SWEEP_QUERIES};
	if (term_is_false(t->pool, a))
		return SOLVER_UNSAT;
	t->p->out->queries++;
	unsigned ms = solver_set_query_ms(s, FIRST_MS);
	enum solver_answer answer = solver_check(s, t->pool, name, &a, 1, m, NULL);
	solver_set_query_ms(s, ms);
	if (answer != SOLVER_UNKNOWN)
		return answer;
	o.stop = t->p->o->stop;
	o.session = session_open(s, t->pool);
	sweep_terms(t->pool, s, &a, 1, &o);
	session_close(o.session);
	return term_is_false(t->pool, a) ? SOLVER_UNSAT : solver_check(s, t->pool, name, &a, 1, m, NULL);
}

/* Running */

static void run_side(struct step *t, unsigned side)
{
	struct side *s = &t->p->side[side];
	struct node *n = node_of(t);
	struct run *r = t->run[side] = run_new(t->joint.w, s->p, s->numbers);
	t->idle[side] = run_new(t->joint.w, s->p, s->numbers);
	t->exits[side] = checked(calloc(s->p->n + 1, sizeof *t->exits[side]));
	t->arrivals[side] = checked(calloc(s->p->n + 1, sizeof *t->arrivals[side]));
	if (n->at[side] == CUT_EXIT)
		return;
	r->entry = t->joint.state[side];
	r->exits = t->exits[side];
	r->arrivals = t->arrivals[side];
	r->stops = s->stops;
	r->start = n->at[side];
	r->rounds = n->plan.rounds[side];
	r->late = n->plan.late[side];
	r->solver = t->p->solver;
	r->stop = t->p->o->stop;
	r->unroll = UNROLL;
	run_execute(r);
}

static void add_way(struct ways *w, uint32_t to, struct state *s)
{
	w->at[w->n++] = (struct way){to, s};
}

/* Tail calls that succeed are in `final`. */
static void gather_ways(struct step *t, unsigned side)
{
	struct ways *w = &t->ways[side];
	const struct program *p = t->p->side[side].p;
	struct world *world = t->joint.w;
	struct state *end = t->run[side]->final;
	w->at = checked(calloc(p->n + 2, sizeof *w->at));
	for (uint32_t i = 0; i < p->n; i++) {
		if (t->exits[side][i])
			end = end ? state_merge(world, end, t->exits[side][i]) : t->exits[side][i];
		if (t->arrivals[side][i])
			add_way(w, i, t->arrivals[side][i]);
	}
	if (end)
		add_way(w, CUT_EXIT, end);
}

/* What a state in the middle of a program doesn't know enough of. */
static const char *find_gap(struct step *t, unsigned side)
{
	const struct run *r = t->run[side];
	struct node *n = node_of(t);
	if (r->stamps[0] || r->stamps[1])
		return "a stretch uses the packet's time stamp";
	if (!term_is_false(t->pool, r->guessed))
		return "a stretch calls back what is not modelled";
	for (size_t i = 0; i < r->n_events; i++)
		if (r->events[i].kind == EVENT_TAIL_RETURNS)
			return "a stretch has a tail call that returns";
	for (size_t i = 0; i < t->ways[side].n && !n->start; i++)
		if (t->ways[side].at[i].s->counters[COUNT_EPOCH] != t->joint.state[side]->counters[COUNT_EPOCH])
			return "the packet moves behind a point";
	return NULL;
}

/* Cases */

static term goes_round(struct step *t, unsigned side)
{
	term again = term_false(t->pool);
	for (size_t i = 0; i < t->ways[side].n; i++)
		if (t->ways[side].at[i].to == node_of(t)->at[side])
			again = term_or(t->pool, again, t->ways[side].at[i].s->guard);
	return again;
}

static void make_turns(struct step *t)
{
	enum move move = node_of(t)->plan.move;
	t->turns[0] = (struct turn){term_true(t->pool), {move != MOVE_B, move != MOVE_A}};
	t->n_turns = 1;
	if (move != MOVE_A_LEADS && move != MOVE_B_LEADS)
		return;
	unsigned leader = move == MOVE_B_LEADS;
	term again = goes_round(t, leader);
	t->turns[0].when = again;
	t->turns[1].when = term_not(t->pool, again);
	t->turns[1].moves[leader] = true;
	t->n_turns = 2;
}

static struct ways waiting(struct step *t, unsigned side, struct way *room)
{
	*room = (struct way){node_of(t)->at[side], t->joint.state[side]};
	return (struct ways){room, 1};
}

/* Demands */

static void demand(struct step *t, term broken, const char *why)
{
	if (term_is_false(t->pool, broken))
		return;
	if ((t->n_demands & (t->n_demands - 1)) == 0)
		t->demands = checked(realloc(t->demands, 2 * (t->n_demands + 1) * sizeof *t->demands));
	t->demands[t->n_demands++] = (struct demand){broken, why};
}

/* What a fault of either program means: facts forget which values of several places go together (window.c), so that a
 * program which is proved safe seems to leave its bounds or to meet NULL. What is unwritten counts as read by the proof
 * of safety where helpers may leave old bytes: of a, that reading it is a fault may be taken for granted, but not of b.
 */
enum meaning { IMPOSSIBLE, UNWRITTEN, UNMODELLED };

static enum meaning meaning_of(enum fault kind, unsigned side)
{
	if (kind == FAULT_BOUNDS || kind == FAULT_NULL)
		return IMPOSSIBLE;
	if (kind == FAULT_REG_UNINIT || kind == FAULT_STACK_UNINIT)
		return side ? UNWRITTEN : IMPOSSIBLE;
	return UNMODELLED;
}

static term faults_of(struct step *t, unsigned side, enum meaning meaning)
{
	const struct run *r = t->run[side];
	term any = term_false(t->pool);
	for (size_t i = 0; i < r->n_faults; i++)
		if (meaning_of(r->faults[i].kind, side) == meaning)
			any = term_or(t->pool, any, r->faults[i].guard);
	return any;
}

static void demand_models(struct step *t, const struct turn *turn)
{
	for (unsigned side = 0; side < 2; side++) {
		if (!turn->moves[side])
			continue;
		term unknown = term_or(t->pool, run_any_unknown(t->run[side]), faults_of(t, side, UNMODELLED));
		term unwritten = faults_of(t, side, UNWRITTEN);
		demand(t, term_and(t->pool, turn->when, unknown), "a stretch does something that is not modelled");
		demand(t, term_and(t->pool, turn->when, unwritten), "the second program may read what is not written");
	}
}

static void demand_events(struct step *t, const struct turn *turn)
{
	struct claims none = {0};
	struct comparison c = {.world = t->joint.w, .pool = t->pool, .claims = &none, .n_some = t->joint.n_some};
	struct run *a = turn->moves[0] ? t->run[0] : t->idle[0], *b = turn->moves[1] ? t->run[1] : t->idle[1];
	for (int visible = 0; visible < 2; visible++) {
		term same = compare_events(&c, a, b, visible);
		demand(t, term_and(t->pool, turn->when, term_not(t->pool, same)), "events differ");
	}
	t->joint.n_some = c.n_some;
	claims_release(&none);
}

static term both_at(struct step *t, const struct turn *turn, const struct way *a, const struct way *b)
{
	return term_and(t->pool, turn->when, term_and(t->pool, a->s->guard, b->s->guard));
}

static void demand_ends(struct step *t, term here, const struct way *a, const struct way *b)
{
	struct claims claims = {0};
	struct comparison c = {.world = t->joint.w, .pool = t->pool, .a = a->s, .b = b->s, .claims = &claims};
	c.n_some = t->joint.n_some;
	compare_results(&c);
	for (size_t i = 0; i < claims.n; i++)
		demand(t, term_and(t->pool, here, claims.at[i].differ), "results differ");
	claims_release(&claims);
	compare_states(&c);
	for (size_t i = 0; i < claims.n; i++)
		demand(t, term_and(t->pool, here, claims.at[i].differ), "memories differ at the end");
	claims_release(&claims);
	t->joint.n_some = c.n_some;
}

static void demand_pair(struct step *t, const struct turn *turn, const struct way *a, const struct way *b)
{
	term here = both_at(t, turn, a, b);
	if (term_is_false(t->pool, here))
		return;
	if (a->to == CUT_EXIT && b->to == CUT_EXIT) {
		demand_ends(t, here, a, b);
		return;
	}
	if (progtype_may_be_void(t->p->type) && (a->to == CUT_EXIT || b->to == CUT_EXIT))
		demand(t, here, "one program ends before the other, maybe without a result");
	term differ = differ_memories(t->joint.w, a->s, b->s, &t->joint.n_some);
	demand(t, term_and(t->pool, here, differ), "memories differ at a point");
}

typedef bool (*pair_visitor)(struct step *t, const struct turn *turn, const struct way *a, const struct way *b);

static bool each_pair(struct step *t, pair_visitor visit)
{
	for (unsigned i = 0; i < t->n_turns; i++) {
		struct way room[2];
		struct ways w[2];
		for (unsigned side = 0; side < 2; side++)
			w[side] = t->turns[i].moves[side] ? t->ways[side] : waiting(t, side, &room[side]);
		for (size_t a = 0; a < w[0].n; a++)
			for (size_t b = 0; b < w[1].n; b++)
				if (!visit(t, &t->turns[i], &w[0].at[a], &w[1].at[b]))
					return false;
	}
	return true;
}

static bool visit_demands(struct step *t, const struct turn *turn, const struct way *a, const struct way *b)
{
	demand_pair(t, turn, a, b);
	return true;
}

/* Which demand is it that the model breaks? */
static const char *broken_demand(struct step *t, const struct solver_model *m)
{
	struct sample s;
	const char *why = "the programs differ";
	sample_init(&s, 1);
	sample_take_model(&s, t->pool, m);
	struct term_eval *e = sample_eval(&s, t->pool);
	for (size_t i = t->n_demands; i-- > 0;)
		if (term_eval(e, t->demands[i].broken))
			why = t->demands[i].why;
	term_free_eval(e);
	sample_release(&s);
	return why;
}

static bool meet_demands(struct step *t)
{
	struct solver_model m = {0};
	term any = term_false(t->pool);
	for (unsigned i = 0; i < t->n_turns; i++) {
		demand_models(t, &t->turns[i]);
		demand_events(t, &t->turns[i]);
	}
	each_pair(t, visit_demands);
	for (size_t i = 0; i < t->n_demands; i++)
		any = term_or(t->pool, any, t->demands[i].broken);
	switch (ask(t, "cut", term_and(t->pool, t->given, any), &m)) {
	case SOLVER_UNSAT:
		return true;
	case SOLVER_SAT:
		fail(t, broken_demand(t, &m));
		solver_release_model(&m);
		return false;
	case SOLVER_UNKNOWN:
		break;
	}
	return fail(t, "the solver does not decide a stretch");
}

/* Relations */

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
	term *roots = checked(malloc((n->n + 1) * sizeof *roots));
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
	node_of(t)->alive = true;
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
		enum solver_answer answer = ask(t, "cut-atoms", term_and(t->pool, a->here, differ), &model);
		if (answer == SOLVER_UNSAT)
			return;
		if (answer == SOLVER_UNKNOWN)
			break;
		unmerge(t, m, &model);
	}
	for (size_t i = 0; i < m->forms.n_atoms; i++) {
		term differ = term_and(t->pool, a->here, atoms_differ(t, m, i));
		if (ask(t, "cut-atom", differ, NULL) != SOLVER_UNSAT)
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
	m.marks = checked(calloc(m.forms.n_atoms + 1, sizeof *m.marks));
	m.leader = checked(calloc(m.forms.n_atoms + 1, sizeof *m.leader));
	struct solver_model model = {0};
	bool there = ask(t, "cut-arrival", a->here, &model) == SOLVER_SAT;
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
	switch (ask(t, "cut-arrival", a->here, &m)) {
	case SOLVER_UNSAT:
		return true;
	case SOLVER_SAT:
		learn_from(a, &m);
		simplify_relations(target(a));
		return true;
	case SOLVER_UNKNOWN:
		break;
	}
	return fail(t, "the solver does not decide where a stretch ends");
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
		enum solver_answer answer = ask(t, "cut-relations", term_and(t->pool, a->here, open), &m);
		if (answer == SOLVER_UNSAT)
			return true;
		if (answer == SOLVER_SAT) {
			learn_from(a, &m);
			simplify_relations(target(a));
		}
		if ((answer == SOLVER_UNKNOWN || i >= WEAKENINGS) && !give_up(a, &covered))
			return fail(t, "no relations are found");
		if (term_gave_up(t->pool))
			return fail(t, "a stretch needs too many terms");
	}
}

static bool is_reached(const struct product *p, unsigned side, uint32_t to)
{
	return to == CUT_EXIT || p->side[side].facts->at[to].reached;
}

static bool visit_arrival(struct step *t, const struct turn *turn, const struct way *x, const struct way *y)
{
	struct product *p = t->p;
	struct arrival a = {.t = t, .here = term_and(t->pool, t->given, both_at(t, turn, x, y)), .s = {x->s, y->s}};
	if (term_is_false(t->pool, a.here) || (x->to == CUT_EXIT && y->to == CUT_EXIT))
		return true;
	if (!is_reached(p, 0, x->to) || !is_reached(p, 1, y->to))
		return true;
	a.to = product_find_node(p, x->to, y->to, t->number);
	struct node *n = target(&a);
	a.words = checked(calloc(n->n + 1, sizeof *a.words));
	a.values = checked(calloc(n->n + 1, sizeof *a.values));
	joint_read(&t->joint, n, a.s, a.words);
	term unwritten = joint_unwritten(&t->joint, n, a.s);
	if (ask(t, "cut-written", term_and(t->pool, a.here, unwritten), NULL) != SOLVER_UNSAT)
		fail(t, "a place of the second program may be unwritten at a point");
	assume_terms(t->pool, a.here, a.words, n->n);
	unsigned full = solver_set_query_ms(p->solver, RELATIONS_MS);
	bool settled = settle(&a);
	solver_set_query_ms(p->solver, full);
	target(&a)->waits |= a.grown;
	free(a.words);
	free(a.values);
	return settled && !t->why;
}

/* Some state gets through: a proof about nothing is none. */
static bool is_alive(struct step *t)
{
	struct solver_model m = {0};
	if (node_of(t)->alive)
		return true;
	if (!term_is_true(t->pool, t->given)) {
		if (ask(t, "cut-given", t->given, &m) != SOLVER_SAT)
			return fail(t, "no state gets through a stretch");
		solver_release_model(&m);
	}
	return node_of(t)->alive = true;
}

static bool is_at_work(const struct product *p, const struct node *n)
{
	for (unsigned side = 0; side < 2; side++) {
		const struct facts_at *at = n->at[side] == CUT_EXIT ? NULL : &p->side[side].facts->at[n->at[side]];
		if (at && (at->deep || at->depth != 1))
			return false;
	}
	return true;
}

static bool check(struct step *t)
{
	for (unsigned side = 0; side < 2; side++)
		run_side(t, side);
	for (unsigned side = 0; side < 2; side++) {
		gather_ways(t, side);
		const char *gap = find_gap(t, side);
		if (gap)
			return fail(t, gap);
	}
	t->given = term_and(t->pool, t->joint.entry[0].assumed, t->joint.entry[1].assumed);
	for (unsigned side = 0; side < 2; side++)
		t->given = term_and(t->pool, t->given, term_not(t->pool, faults_of(t, side, IMPOSSIBLE)));
	make_turns(t);
	return meet_demands(t) && each_pair(t, visit_arrival) && is_alive(t);
}

static void release(struct step *t)
{
	for (unsigned side = 0; side < 2; side++) {
		run_free(t->run[side]);
		run_free(t->idle[side]);
		free(t->exits[side]);
		free(t->arrivals[side]);
		free(t->ways[side].at);
	}
	free(t->demands);
	world_free(t->joint.w);
	term_free_pool(t->pool);
}

const char *step_check(struct product *p, size_t node)
{
	struct step t = {.p = p, .number = node, .pool = term_new_pool()};
	if (!is_at_work(p, &p->nodes[node]))
		return "a point is passed at several depths of calls";
	struct world *w = world_new(t.pool, p->type, p->maps->maps, p->maps->n);
	w->term_limit = TERM_LIMIT;
	joint_make(&t.joint, p, &p->nodes[node], w);
	bool good = check(&t);
	if (good && term_gave_up(t.pool))
		good = fail(&t, "a stretch needs too many terms");
	release(&t);
	return good ? NULL : t.why;
}
