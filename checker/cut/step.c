/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One step of the product: both programs from a node to wherever they stop
 * next. What has to hold there is asked of the solver: events and memories are
 * the same, results are the same where both return, and the relations of the
 * node that is reached. Of those, what an arrival violates is given up.
 */
#include "checker/cut/sample.h"
#include "checker/cut/step.h"
#include "checker/equiv/compare.h"
#include "checker/window/differ.h"
#include "encode/sweep.h"
#include "encode/solver/fault.h"

#include <stdlib.h>
#include <string.h>

#define TERM_LIMIT 400000
#define UNROLL 64     /* of loops that hold no stop */
#define FIRST_MS 100  /* for a query, before equal terms are looked for */
#define SWEEP_MS 3000 /* for all of them */
#define SWEEP_CONFLICTS 200
#define SWEEP_QUERY_MS 100
#define SWEEP_QUERIES 300

struct node *step_node(struct step *t)
{
	return &t->p->nodes[t->number];
}

bool step_fail(struct step *t, const char *why)
{
	t->why = t->why ? t->why : why;
	return false;
}

enum solver_answer step_ask(struct step *t, const char *name, term a, struct solver_model *m)
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
	struct node *n = step_node(t);
	struct run *r = t->run[side] = run_new(t->joint.w, s->p, s->numbers);
	t->idle[side] = run_new(t->joint.w, s->p, s->numbers);
	t->exits[side] = fault_calloc(s->p->n + 1, sizeof *t->exits[side]);
	t->arrivals[side] = fault_calloc(s->p->n + 1, sizeof *t->arrivals[side]);
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
	w->at = fault_calloc(p->n + 2, sizeof *w->at);
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
	struct node *n = step_node(t);
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
		if (t->ways[side].at[i].to == step_node(t)->at[side])
			again = term_or(t->pool, again, t->ways[side].at[i].s->guard);
	return again;
}

static void make_turns(struct step *t)
{
	enum move move = step_node(t)->plan.move;
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
	*room = (struct way){step_node(t)->at[side], t->joint.state[side]};
	return (struct ways){room, 1};
}

/* Demands */

static void demand(struct step *t, term broken, const char *why)
{
	if (term_is_false(t->pool, broken))
		return;
	if ((t->n_demands & (t->n_demands - 1)) == 0)
		t->demands = fault_realloc(t->demands, 2 * (t->n_demands + 1), sizeof *t->demands);
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
	switch (step_ask(t, "cut", term_and(t->pool, t->given, any), &m)) {
	case SOLVER_UNSAT:
		return true;
	case SOLVER_SAT:
		step_fail(t, broken_demand(t, &m));
		solver_release_model(&m);
		return false;
	case SOLVER_UNKNOWN:
		break;
	}
	return step_fail(t, "the solver does not decide a stretch");
}
static bool is_reached(const struct product *p, unsigned side, uint32_t to)
{
	return to == CUT_EXIT || p->side[side].facts->at[to].reached;
}

static bool visit_arrival(struct step *t, const struct turn *turn, const struct way *x, const struct way *y)
{
	term here = term_and(t->pool, t->given, both_at(t, turn, x, y));
	if (term_is_false(t->pool, here) || (x->to == CUT_EXIT && y->to == CUT_EXIT))
		return true;
	if (!is_reached(t->p, 0, x->to) || !is_reached(t->p, 1, y->to))
		return true;
	return arrive_check(t, product_find_node(t->p, x->to, y->to, t->number), here,
			    (struct state *const[]){x->s, y->s});
}

/* Some state gets through: a proof about nothing is none. */
static bool is_alive(struct step *t)
{
	struct solver_model m = {0};
	if (step_node(t)->alive)
		return true;
	if (!term_is_true(t->pool, t->given)) {
		if (step_ask(t, "cut-given", t->given, &m) != SOLVER_SAT)
			return step_fail(t, "no state gets through a stretch");
		solver_release_model(&m);
	}
	return step_node(t)->alive = true;
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
			return step_fail(t, gap);
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
		good = step_fail(&t, "a stretch needs too many terms");
	release(&t);
	return good ? NULL : t.why;
}
