/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Both sides of a window run from one symbolic state, and at each way out
 * everything that is live is compared. That a does not fault there may be
 * taken for granted: facts are of programs that are proved safe.
 */
#include "checker/window/window.h"
#include "checker/equiv/compare.h"
#include "checker/window/differ.h"
#include "checker/window/entry.h"
#include "checker/window/part.h"
#include "clock.h"

#include <stdlib.h>
#include <time.h>

#define TERM_LIMIT 100000
#define RANDOM_TRIES 24

struct model_words {
	const struct term_pool *pool;
	const struct solver_model *model;
};

struct question {
	const struct window_ask *ask;
	struct window_answer *out;
	struct ways ways;
	struct part part[2];
	struct term_pool *pool;
	struct world *world;
	struct entry entry;
	struct state *state[2];
	struct state **exits[2];
	struct run *run[2];
	uint32_t *numbers; /* identity */
	term differ;
};

static void *checked(void *p)
{
	if (!p)
		abort();
	return p;
}

static bool set_unknown(struct question *q, const char *why)
{
	q->out->verdict = VERDICT_UNKNOWN;
	q->out->why = why;
	return false;
}

static void make_world(struct question *q)
{
	const struct program *a = q->ask->a;
	size_t n = a->object->n_maps;
	const struct map **maps = checked(calloc(n + 1, sizeof *maps));
	q->numbers = checked(calloc(n + 1, sizeof *q->numbers));
	for (size_t i = 0; i < n; i++) {
		maps[i] = &a->object->maps[i];
		q->numbers[i] = (uint32_t)i;
	}
	q->pool = term_new_pool();
	q->world = world_new(q->pool, a->type, maps, n);
	q->world->term_limit = TERM_LIMIT;
	free(maps);
}

static void run_side(struct question *q, unsigned side)
{
	struct part *part = &q->part[side];
	part->program.subs = &part->sub;
	struct run *r = q->run[side] = run_new(q->world, &part->program, q->numbers);
	q->exits[side] = checked(calloc(part->program.n, sizeof *q->exits[side]));
	r->entry = q->state[side];
	r->exits = q->exits[side];
	run_execute(r);
}

static void differ(struct question *q, term t)
{
	q->differ = term_or(q->pool, q->differ, t);
}

/* At an exit of the function only r0 and memory that outlives it count. */
static term states_differ(struct question *q, uint32_t way, const struct state *a, const struct state *b,
			  uint64_t *n_some)
{
	static const struct live_at returned = {.regs = 1};
	const struct live_at *live = way == PART_RETURN ? &returned : &q->ask->live->at[way];
	term any = differ_memories(q->world, a, b, n_some);
	for (unsigned i = 0; i < 10; i++)
		if (live->regs & 1u << i)
			any = term_or(q->pool, any, differ_values(q->world, &a->regs[i], &b->regs[i]));
	return term_or(q->pool, any, differ_stacks(q->world, a->frames[0], b->frames[0], live->stack));
}

/* What goes that way, NULL if nothing does; a packet load of the window may return as well. */
static struct state *state_on_way(struct question *q, unsigned side, unsigned way)
{
	struct state *s = q->exits[side][q->part[side].n + way];
	for (uint32_t i = 0; q->ways.to[way] == PART_RETURN && i < q->part[side].n; i++) {
		struct state *early = q->exits[side][i];
		if (early)
			s = s ? state_merge(q->world, s, early) : early;
	}
	return s;
}

static void compare_ways(struct question *q)
{
	struct term_pool *p = q->pool;
	uint64_t n_some = 0;
	for (unsigned i = 0; i < q->ways.n; i++) {
		const struct state *a = state_on_way(q, 0, i), *b = state_on_way(q, 1, i);
		term in_a = a ? a->guard : term_false(p), in_b = b ? b->guard : term_false(p);
		differ(q, term_xor(p, in_a, in_b));
		if (a && b)
			differ(q, term_and(p, term_and(p, in_a, in_b), states_differ(q, q->ways.to[i], a, b, &n_some)));
	}
}

static bool sees_surroundings(const struct run *r)
{
	for (size_t i = 0; i < r->n_events; i++)
		if (r->events[i].sees)
			return true;
	return r->stamps[0] || r->stamps[1] || !term_is_false(r->world->pool, r->guessed);
}

static bool compare(struct question *q)
{
	struct claims none = {0};
	struct comparison c = {.world = q->world, .pool = q->pool, .claims = &none};
	for (unsigned side = 0; side < 2; side++)
		if (sees_surroundings(q->run[side]))
			return set_unknown(q, "a call in the window sees more than the window");
	q->differ = term_false(q->pool);
	compare_ways(q);
	differ(q, term_not(q->pool, compare_events(&c, q->run[0], q->run[1], true)));
	differ(q, term_not(q->pool, compare_events(&c, q->run[0], q->run[1], false)));
	differ(q, run_any_fault(q->run[1]));
	claims_release(&none);
	return true;
}

/* The words that a model gives to the entry's arbitrary ones; every other input is 0. */
static uint64_t model_leaf(void *arg, uint32_t fn, unsigned width, const uint64_t *args, size_t n)
{
	const struct model_words *m = arg;
	(void)width;
	for (size_t i = 0; fn == IN_SOME && n == 1 && i < m->model->n; i++) {
		uint64_t number;
		term leaf = m->model->leaves[i];
		if (term_fn(m->pool, leaf) == fn && term_is_const(m->pool, term_arg(m->pool, leaf, 0), &number) &&
		    number == args[0])
			return m->model->values[i];
	}
	return 0;
}

static void read_model(struct question *q, const struct solver_model *model)
{
	struct model_words words = {q->pool, model};
	struct term_eval *e = term_new_eval(q->pool, model_leaf, &words);
	for (unsigned i = 0; i < 10; i++) {
		const struct value *v = &q->state[0]->regs[i];
		q->out->registers[i] = term_eval(e, v->n ? v->alts[0].off : v->word);
	}
	term_free_eval(e);
	q->out->has_registers = true;
}

/* Any words at first, then, as many numbers of a program are small, words, few bits, at most 15, or 0. */
static uint64_t shape(uint64_t h, uint64_t seed)
{
	switch (seed <= RANDOM_TRIES / 3 ? 0 : (h >> 60 ^ seed) % 4) {
	case 0:
		return h;
	case 1:
		return h & h << 7 & h << 19;
	case 2:
		return h & 15;
	default:
		return 0;
	}
}

/* Some state satisfies what was assumed: a proof about nothing is none. */
static uint64_t random_leaf(void *arg, uint32_t fn, unsigned width, const uint64_t *args, size_t n)
{
	uint64_t h = *(uint64_t *)arg + fn * 0x9e3779b97f4a7c15ull;
	for (size_t i = 0; i < n; i++)
		h = (h ^ args[i]) * 0xbf58476d1ce4e5b9ull, h ^= h >> 27;
	h = (h ^ h >> 30) * 0x94d049bb133111ebull;
	uint64_t lo = input_rows[fn].lo, hi = input_rows[fn].hi, span = hi - lo;
	h = shape(h, *(uint64_t *)arg);
	h = span == ~0ull ? h : lo + h % (span + 1);
	return width < 64 ? h & ((1ull << width) - 1) : h;
}

static bool may_hold(struct question *q, term given)
{
	bool holds = term_is_true(q->pool, given);
	for (uint64_t seed = 1; seed <= RANDOM_TRIES && !holds; seed++) {
		struct term_eval *e = term_new_eval(q->pool, random_leaf, &seed);
		holds = term_eval(e, given);
		term_free_eval(e);
	}
	if (!holds && q->ask->solver && !term_is_false(q->pool, given))
		holds = solver_check(q->ask->solver, q->pool, "window-given", &given, 1, NULL, NULL) == SOLVER_SAT;
	return holds;
}

static void ask_solver(struct question *q, term claim, term unmodelled)
{
	struct solver *s = q->ask->solver;
	struct solver_model m = {0};
	enum solver_failure why;
	if (!s) {
		set_unknown(q, "rewriting does not decide it");
		return;
	}
	q->out->decided_by = solver_name(s);
	if (!term_is_false(q->pool, unmodelled) &&
	    solver_check(s, q->pool, "window-modelled", &unmodelled, 1, NULL, NULL) != SOLVER_UNSAT) {
		set_unknown(q, "the window does something that is not modelled");
		return;
	}
	switch (solver_check(s, q->pool, "window", &claim, 1, &m, &why)) {
	case SOLVER_UNSAT:
		q->out->verdict = VERDICT_PROVED;
		q->out->why = "";
		return;
	case SOLVER_SAT:
		q->out->verdict = VERDICT_REFUTED;
		q->out->why = "";
		read_model(q, &m);
		solver_release_model(&m);
		return;
	case SOLVER_UNKNOWN:
		break;
	}
	set_unknown(q, "the solver does not decide it");
}

/* Facts forget which values of several places go together, so a may seem to leave its bounds or to meet NULL or what is
 * not written. What else looks like a fault of a program that has none is a gap between models. */
static bool is_forgotten(enum fault kind)
{
	return kind == FAULT_BOUNDS || kind == FAULT_NULL || kind == FAULT_REG_UNINIT || kind == FAULT_STACK_UNINIT ||
	       kind == FAULT_UNRESOLVED;
}

static term faults_of(struct question *q, const struct run *r, bool forgotten)
{
	term any = term_false(q->pool);
	for (size_t i = 0; i < r->n_faults; i++)
		if (is_forgotten(r->faults[i].kind) == forgotten)
			any = term_or(q->pool, any, r->faults[i].guard);
	return any;
}

static void decide(struct question *q)
{
	struct term_pool *p = q->pool;
	term unknown = term_or(p, run_any_unknown(q->run[0]), run_any_unknown(q->run[1]));
	unknown = term_or(p, unknown, faults_of(q, q->run[0], false));
	term given = term_and(p, q->entry.assumed, term_not(p, faults_of(q, q->run[0], true)));
	term claim = term_and(p, given, q->differ), unmodelled = term_and(p, given, unknown);
	q->out->decided_by = "rewriting";
	if (term_gave_up(p)) {
		set_unknown(q, "the window needs too many terms");
	} else if (term_is_false(p, claim) && term_is_false(p, unmodelled)) {
		q->out->verdict = VERDICT_PROVED;
		q->out->why = "";
	} else {
		ask_solver(q, claim, unmodelled);
	}
	if (q->out->verdict == VERDICT_PROVED && !may_hold(q, given))
		set_unknown(q, "no state gets through the window");
	if (term_gave_up(p))
		set_unknown(q, "the window needs too many terms");
}

static void answer(struct question *q)
{
	const struct window_ask *ask = q->ask;
	const char *why = part_find_ways(ask, &q->ways);
	q->entry.at = &ask->facts->at[ask->start];
	if (!why && !q->entry.at->reached)
		why = "no run gets to the window";
	if (!why && ask->a->type == PROGTYPE_FLOW_DISSECTOR)
		why = "flow keys are not known in the middle of a program";
	if (why) {
		set_unknown(q, why);
		return;
	}
	for (unsigned side = 0; side < 2; side++)
		part_make(ask, side, &q->ways, &q->part[side]);
	make_world(q);
	q->entry.w = q->world;
	q->entry.p = ask->a;
	q->entry.moves = ask->facts->moves;
	q->entry.slices = ask->facts->slices;
	q->entry.renews = ask->facts->changes && (q->part[0].calls || q->part[1].calls);
	q->state[0] = q->state[1] = entry_make(&q->entry);
	if (ask->facts->callbacks || ask->facts->at[ask->start].in_loop)
		q->state[1] = entry_forget_dead(&q->entry, &ask->live->at[ask->start]);
	run_side(q, 0);
	run_side(q, 1);
	if (compare(q))
		decide(q);
}

void window_check(const struct window_ask *ask, struct window_answer *out)
{
	double start = clock_now_ms();
	struct question q = {.ask = ask, .out = out};
	*out = (struct window_answer){.verdict = VERDICT_UNKNOWN, .why = "", .decided_by = "nothing"};
	answer(&q);
	for (unsigned side = 0; side < 2; side++) {
		run_free(q.run[side]);
		free(q.exits[side]);
		part_release(&q.part[side]);
	}
	world_free(q.world);
	if (q.pool)
		term_free_pool(q.pool);
	free(q.numbers);
	out->ms = clock_now_ms() - start;
}
