/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The check as a whole: both programs are safe, then the product of both is
 * walked until the relations at its nodes don't change any more.
 *
 * Why a proof holds. Take an input on which the first program does not fault,
 * and let both programs run on it as the plans say: from a node either side, or
 * both, go on to the next stop. Claim: whenever both stop at a node, (1) all
 * memory that outlives a run is the same on both sides, and the events so far
 * are the same; (2) the words of the node's places are in its set, twins point
 * into one element, orders hold, and b's places are written. By induction over
 * the steps: at the start all is the same. From a node, facts of either program
 * (which hold on all of its runs, since both are safe) and (2) are what its two
 * symbolic states were made from, so some assignment to their inputs makes them
 * the two states at hand; names of what happened before (calls, elements,
 * records, oracles) count from the node on, on both sides alike, since all
 * counters are the same by (1). A place that no relation is about holds an
 * arbitrary word that can't be followed. So the step that both really do is one
 * that step.c asked about: events are the same, nothing unmodelled was met, and
 * at the node that is reached (1) and (2) hold, since each node that anything
 * was learnt of was checked again afterwards. Faults that are taken for granted
 * not to happen (step.c) don't: both programs are safe. Both end, so the steps
 * end, with both returned; there results and memories were compared. Which
 * plans, points, relations and samples were guessed does not matter for that.
 */
#include "checker/cut/product.h"
#include "clock.h"

#include <stdlib.h>

#define STEPS 4000 /* of one attempt */
#define ATTEMPTS 80
#define SEARCH_TIMES 2 /* that of the first attempt, beside the limit that is given */

static struct facts *find_facts(const struct program *p, const struct cut_options *o)
{
	struct safety_options so = {.no_search = true, .timeout_ms = o->timeout_ms, .stop = o->stop};
	struct safety_result r;
	struct facts *f = facts_new(p, &so, &r);
	safety_release(&r);
	return f;
}

static bool is_before(const struct product *p, const struct node *x, const struct node *y)
{
	for (unsigned side = 0; side < 2; side++) {
		const uint32_t *order = p->side[side].order;
		uint32_t a = x->at[side] == CUT_EXIT ? UINT32_MAX : order[x->at[side]];
		uint32_t b = y->at[side] == CUT_EXIT ? UINT32_MAX : order[y->at[side]];
		if (a != b)
			return a < b;
	}
	return x->start;
}

/* The first node in the order of the programs that is to be checked; p->n: none. */
static size_t next_node(const struct product *p)
{
	size_t best = p->n;
	for (size_t i = 0; i < p->n; i++)
		if (p->nodes[i].waits && (best == p->n || is_before(p, &p->nodes[i], &p->nodes[best])))
			best = i;
	return best;
}

static bool is_over(const struct product *p)
{
	bool late = (p->solver && solver_is_late(p->solver)) || (p->deadline_ns && clock_now_ns() > p->deadline_ns);
	bool over = late || (p->o->stop && *p->o->stop);
	return p->solver ? !solver_has_time(p->solver, !over) : over;
}

static void forget_nodes(struct product *p)
{
	for (size_t i = 0; i < p->n; i++)
		node_release(&p->nodes[i]);
	p->n = 0;
}

/* NULL: everything that both can reach together is proved; else why not, and at which node. */
static const char *walk(struct product *p, size_t *failed)
{
	*failed = product_find_node(p, p->side[0].p->subs[0].start, p->side[1].p->subs[0].start, 0);
	p->nodes[*failed].waits = true;
	for (unsigned steps = 0; next_node(p) < p->n; steps++) {
		*failed = next_node(p);
		if (is_over(p) || steps == STEPS)
			return "the time is over";
		p->nodes[*failed].waits = false;
		p->out->rounds++;
		const char *why = step_check(p, *failed);
		if (why)
			return why;
	}
	return NULL;
}

static void count(struct product *p)
{
	p->out->pairs = p->n;
	p->out->relations = 0;
	for (size_t i = 0; i < p->n; i++) {
		p->out->relations += affine_relations(&p->nodes[i].affine);
		for (size_t k = 0; k < p->nodes[i].n_twins; k++)
			p->out->relations += p->nodes[i].twins[k].holds;
		for (size_t k = 0; k < p->nodes[i].n_orders; k++)
			p->out->relations += p->nodes[i].orders[k].holds;
	}
}

struct search {
	struct product *p;
	const char *why; /* of the first walk, which the answer tells */
	size_t failed;
	unsigned attempts;
};

static bool may_go_on(const struct search *s)
{
	unsigned most = s->p->o->attempts ? s->p->o->attempts : ATTEMPTS;
	return s->attempts < most && !is_over(s->p);
}

static const struct node *find_node(const struct product *p, const struct choice *c)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->nodes[i].start == c->start && p->nodes[i].at[0] == c->at[0] && p->nodes[i].at[1] == c->at[1])
			return &p->nodes[i];
	return NULL;
}

static bool attempt(struct search *s, const struct choice *c)
{
	size_t failed = 0;
	if (c)
		product_choose(s->p, c);
	forget_nodes(s->p);
	s->attempts++;
	return !walk(s->p, &failed);
}

/* Tries a pair's plans one after the other; stays with the one by which the programs say most of each other. */
static bool try_plans(struct search *s, struct choice c, size_t least)
{
	struct product *p = s->p;
	struct plan best = c.plan;
	size_t before = p->n_choices;
	const struct node like = {.at = {c.at[0], c.at[1]}, .start = c.start};
	for (unsigned i = 1; may_go_on(s) && choice_find(p, &like, i, &c.plan); i++) {
		if (attempt(s, &c))
			return true;
		const struct node *n = find_node(p, &c);
		size_t score = n ? choice_score(n) : 0;
		if (score > least) {
			least = score;
			best = c.plan;
		}
		p->n_choices = before;
	}
	c.plan = best;
	return may_go_on(s) && attempt(s, &c);
}

/* Other plans for pairs where loops begin, in the order in which they are reached. */
static bool search_plans(struct search *s)
{
	struct product *p = s->p;
	for (size_t i = 0; i < p->n && may_go_on(s); i++) {
		const struct node *n = &p->nodes[i];
		struct choice c = {n->start, {n->at[0], n->at[1]}, n->plan};
		struct plan other;
		if (choice_find(p, n, 1, &other) && try_plans(s, c, choice_score(n)))
			return true;
	}
	return false;
}

static void end_sooner(struct product *p, uint64_t ns)
{
	if (!p->deadline_ns || ns < p->deadline_ns)
		p->deadline_ns = ns;
}

static void answer(struct product *p)
{
	struct search s = {.p = p};
	uint64_t start = clock_now_ns();
	s.why = walk(p, &s.failed);
	for (unsigned side = 0; side < 2; side++)
		p->out->slot[side] = s.why ? p->nodes[s.failed].at[side] : 0;
	if (p->o->search_ms)
		end_sooner(p, clock_now_ns() + 1000000ull * p->o->search_ms + SEARCH_TIMES * (clock_now_ns() - start));
	if (s.why && search_plans(&s))
		s.why = NULL;
	count(p);
	p->out->verdict = s.why ? VERDICT_UNKNOWN : VERDICT_PROVED;
	p->out->why = s.why ? s.why : "";
}

static bool has_loose_types(const struct program *p)
{
	return p->n_relos > 0;
}

static const char *find_hindrance(const struct program *a, const struct program *b, const struct cut_options *o)
{
	if (has_loose_types(a) || has_loose_types(b))
		return "relocations of types are open";
	if (!o->solver)
		return "there is no solver";
	if (a->type == PROGTYPE_FLOW_DISSECTOR)
		return "flow keys are not known in the middle of a program";
	return NULL;
}

static void note_calls(struct product *p)
{
	for (unsigned side = 0; side < 2; side++) {
		p->renews |= p->side[side].facts->changes;
		p->moves |= p->side[side].facts->moves;
		p->slices |= p->side[side].facts->slices;
	}
}

/* Which keys such a map gives away for a new one depends on all that was done with it before, also by lookups. */
static bool may_evict(const struct product *p)
{
	bool lru = false;
	for (size_t i = 0; i < p->maps->n; i++)
		lru |= maptype_rows[p->maps->maps[i]->type].model == MAP_LRU;
	return lru && p->renews;
}

void cut_check(const struct program *a, const struct program *b, const struct pairing *maps,
	       const struct cut_points *points, const struct cut_options *o, struct cut_answer *out)
{
	double start = clock_now_ms();
	unsigned query_ms = o->solver && o->query_ms ? solver_set_query_ms(o->solver, o->query_ms) : 0;
	const struct program *programs[2] = {a, b};
	static const char *const unsafe[2] = {"the first program is not proved safe",
					      "the second program is not proved safe"};
	struct product p = {.maps = maps, .o = o, .solver = o->solver, .type = a->type, .out = out};
	*out = (struct cut_answer){.verdict = VERDICT_UNKNOWN, .why = find_hindrance(a, b, o)};
	if (o->timeout_ms)
		p.deadline_ns = clock_now_ns() + 1000000ull * o->timeout_ms;
	for (unsigned side = 0; side < 2 && !out->why; side++) {
		side_init(&p.side[side], programs[side], points, side);
		p.side[side].numbers = maps->number[side];
		p.side[side].facts = find_facts(programs[side], o);
		out->why = p.side[side].facts ? NULL : unsafe[side];
	}
	out->safety_ms = clock_now_ms() - start;
	if (!out->why) {
		for (unsigned side = 0; side < 2; side++)
			side_learn(&p.side[side]);
		note_calls(&p);
		out->why = may_evict(&p) ? "an LRU map may have evicted keys before a point" : NULL;
	}
	if (!out->why) {
		answer(&p);
	}
	forget_nodes(&p);
	free(p.nodes);
	free(p.choices);
	for (unsigned side = 0; side < 2; side++)
		side_release(&p.side[side]);
	if (o->solver && o->query_ms)
		solver_set_query_ms(o->solver, query_ms);
	out->ms = clock_now_ms() - start;
}
