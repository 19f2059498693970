/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The walk: from program to outcome, merging paths at joins.
 *
 * A place is a block of a function instance in an iteration of each loop that
 * holds it. Its key is the sequence (position of loop header, iteration) from
 * the outermost loop inwards, then the block's own position, prefixed by the
 * keys of the calls that led here. Positions follow a weak topological order,
 * so keys in lexicographic order visit every place after all that lead to it:
 * one pass over the smallest pending key merges all paths into a join before
 * it is executed.
 */
#include "encode/walk.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static int key_compare(const struct key *a, const struct key *b)
{
	for (size_t i = 0; i < a->n && i < b->n; i++)
		if (a->at[i] != b->at[i])
			return a->at[i] < b->at[i] ? -1 : 1;
	return a->n < b->n ? -1 : a->n > b->n;
}

/* Headers of the loops that hold a block, outermost first. */
static size_t loop_chain(const struct cfg *g, int block, int *headers)
{
	size_t n = (size_t)g->blocks[block].depth, i = n;
	for (int h = g->blocks[block].loop; h >= 0; h = g->blocks[h].outer)
		headers[--i] = h;
	return n;
}

static void place_set_key(struct walk *k, struct place *p)
{
	const struct cfg *g = &p->act->fn->cfg;
	int *headers = world_alloc(k->run->world, ((size_t)g->blocks[p->block].depth + 1) * sizeof *headers);
	size_t n = loop_chain(g, p->block, headers), at = p->act->prefix.n;
	p->key.at = world_alloc(k->run->world, (at + 2 * n + 1) * sizeof *p->key.at);
	if (at)
		memcpy(p->key.at, p->act->prefix.at, at * sizeof *p->key.at);
	for (size_t i = 0; i < n; i++) {
		p->key.at[at++] = g->blocks[headers[i]].place;
		p->key.at[at++] = p->iteration[i];
	}
	p->key.at[at++] = g->blocks[p->block].place;
	p->key.n = at;
}

/* The pending list is short: kept sorted, largest key first, so that the next place is popped from the end. */
static void push_place(struct walk *k, struct place p)
{
	place_set_key(k, &p);
	size_t i = k->n;
	while (i > 0 && key_compare(&k->heap[i - 1].key, &p.key) < 0)
		i--;
	if (i > 0 && key_compare(&k->heap[i - 1].key, &p.key) == 0) {
		struct place *same = &k->heap[i - 1];
		same->state = state_merge(k->run->world, same->state, p.state);
		return;
	}
	if (k->n == k->cap) {
		k->cap = k->cap ? 2 * k->cap : 16;
		k->heap = world_checked(realloc(k->heap, k->cap * sizeof *k->heap));
	}
	memmove(k->heap + i + 1, k->heap + i, (k->n - i) * sizeof *k->heap);
	k->heap[i] = p;
	k->n++;
}

#define HARD_LIMIT 4 /* times the limit on a run's terms: for a single instruction, and what is asked of runs */
#define LOOP_MS 500        /* for one question of a loop: going on is right, only slower */
#define LOOP_TOTAL_MS 3000 /* for all whose answer was not that the loop ends */

/* Runs of like programs ask the same: the guard is the same term. */
static bool known_answer(const struct world *w, term guard, bool *repeats)
{
	for (size_t i = 0; i < w->n_loop_answers; i++)
		if (w->loop_answers[i].guard == guard) {
			*repeats = w->loop_answers[i].repeats;
			return true;
		}
	return false;
}

static bool ask_repeat(struct run *r, term guard)
{
	struct world *w = r->world;
	unsigned full = solver_set_query_ms(r->solver, LOOP_MS);
	if (full && full < LOOP_MS)
		solver_set_query_ms(r->solver, full);
	uint64_t before = solver_get_stats(r->solver).ns;
	bool repeats = solver_check(r->solver, w->pool, "loop", &guard, 1, NULL, NULL) != SOLVER_UNSAT;
	solver_set_query_ms(r->solver, full);
	if (repeats)
		w->loop_ns += solver_get_stats(r->solver).ns - before;
	if ((w->n_loop_answers & (w->n_loop_answers - 1)) == 0)
		w->loop_answers = world_grow(w, w->loop_answers, 2 * (w->n_loop_answers + 1), sizeof *w->loop_answers);
	w->loop_answers[w->n_loop_answers++] = (struct loop_answer){guard, repeats};
	return repeats;
}

/* The solver is asked at iterations 4, 8, 16 ... as long as its answers are worth the time. */
bool walk_may_repeat(struct walk *k, const struct state *s, unsigned iteration)
{
	struct run *r = k->run;
	bool repeats;
	if (term_is_false(r->world->pool, s->guard))
		return false;
	if (!r->solver || iteration < 4 || (iteration & (iteration - 1)))
		return true;
	if (known_answer(r->world, s->guard, &repeats))
		return repeats;
	bool there_is = r->world->loop_ns <= 1000000ull * LOOP_TOTAL_MS;
	return !solver_has_time(r->solver, there_is) || ask_repeat(r, s->guard);
}

/* A part's run ends before that block: true, with the state left there. */
static bool arrive(struct walk *k, const struct place *next, bool back)
{
	struct run *r = k->run;
	const struct block *b = &next->act->fn->cfg.blocks[next->block];
	if (!r->stops || next->act->caller || !r->stops[b->start])
		return false;
	unsigned least = back && b->start == r->start ? r->rounds : r->late;
	if (b->size > 0 && (unsigned)next->iteration[b->depth - 1] < least)
		return false;
	struct state **at = &r->arrivals[b->start];
	*at = *at ? state_merge(r->world, *at, next->state) : next->state;
	return true;
}

/* Control goes from p's block to `to` with state s. */
static void follow_edge(struct walk *k, const struct place *p, int to, struct state *s)
{
	struct run *r = k->run;
	const struct cfg *g = &p->act->fn->cfg;
	if (term_is_false(r->world->pool, s->guard))
		return;
	size_t depth = (size_t)g->blocks[to].depth;
	struct place next = {.act = p->act, .block = to, .state = s};
	next.iteration = world_alloc(r->world, (depth + 1) * sizeof *next.iteration);
	int *from_chain = world_alloc(r->world, ((size_t)g->blocks[p->block].depth + 1) * sizeof *from_chain);
	int *to_chain = world_alloc(r->world, (depth + 1) * sizeof *to_chain);
	size_t n = loop_chain(g, p->block, from_chain), m = loop_chain(g, to, to_chain);
	for (size_t i = 0; i < m && i < n && from_chain[i] == to_chain[i]; i++)
		next.iteration[i] = p->iteration[i];
	bool back = cfg_is_back_edge(g, p->block, to);
	unsigned round = back ? (unsigned)++next.iteration[m - 1] : 0;
	if (arrive(k, &next, back))
		return;
	if (back) {
		if (!walk_may_repeat(k, s, round))
			return;
		if (round > r->unroll) {
			run_unknown(r, s, REASON_LOOP, "");
			return;
		}
	}
	push_place(k, next);
}

static const struct function *function_at(const struct walk *k, uint32_t slot)
{
	for (size_t i = 0; i < k->n_fns; i++)
		if (k->fns[i].sub->start == slot)
			return &k->fns[i];
	return NULL;
}

/* A function's first block may be a loop's header. */
static void push_entry(struct walk *k, struct activation *a, int block, struct state *s)
{
	size_t depth = (size_t)a->fn->cfg.blocks[block].depth;
	int *iteration = world_alloc(k->run->world, (depth + 1) * sizeof *iteration);
	push_place(k, (struct place){.act = a, .block = block, .iteration = iteration, .state = s});
}

struct activation *walk_new_activation(struct walk *k, const struct place *p, uint32_t target)
{
	struct world *w = k->run->world;
	struct activation *a = world_alloc(w, sizeof *a);
	a->caller = p->act;
	a->fn = function_at(k, target);
	a->prefix = p->key;
	a->call_block = p->block;
	a->call_iteration = p->iteration;
	a->call = word_const(w, ++k->calls);
	return a;
}

void walk_enter(struct walk *k, struct activation *a, struct state *s)
{
	struct run *r = k->run;
	struct world *w = r->world;
	if (s->depth == MAX_FRAMES) {
		run_fault(r, s, FAULT_STACK_DEPTH, term_true(w->pool));
		return;
	}
	for (int i = 0; i < 5; i++)
		s->saved[s->depth - 1][i] = s->regs[6 + i];
	s->frames[s->depth] = frame_new(w);
	s->calls[s->depth] = tuple_make(w, &a->call, 1);
	uint32_t stack = region_make(w, REGION_STACK, s->depth, s->calls[s->depth]);
	s->regs[10] = value_pointer(w, stack, word_const(w, STACK_BYTES));
	for (int i = 6; i < 10; i++)
		s->regs[i] = value_uninit(w);
	s->regs[0] = value_uninit(w);
	s->depth++;
	push_entry(k, a, 0, s);
}

void walk_resume_caller(struct walk *k, const struct activation *a, struct state *s)
{
	struct place back = {.act = a->caller, .block = a->call_block, .iteration = a->call_iteration};
	follow_edge(k, &back, a->caller->fn->cfg.blocks[a->call_block].succ[CFG_NEXT], s);
}

static void leave_function(struct walk *k, const struct place *p, struct state *s)
{
	struct run *r = k->run;
	struct activation *a = p->act;
	if (!a->caller && r->exits) {
		struct state **at = &r->exits[r->slot];
		*at = *at ? state_merge(r->world, *at, s) : s;
		return;
	}
	if (!a->caller) { /* a static subprogram may leave r0 unwritten (prepare_func_exit) */
		if (!progtype_may_be_void(r->world->type))
			s->regs[0] = step_reg(r, s, 0);
		run_exit(r, s);
		return;
	}
	s->depth--;
	for (int i = 0; i < 5; i++) {
		s->regs[6 + i] = s->saved[s->depth - 1][i];
		s->regs[1 + i] = value_uninit(r->world);
	}
	if (a->driver)
		walk_end_round(k, a, s);
	else
		walk_resume_caller(k, a, s);
}

static bool calls_back(const struct insn *in)
{
	const struct helper_row *row = in->src == CALL_HELPER ? helper_find((uint32_t)in->imm) : NULL;
	return row && helper_calls_back(row);
}

static void end_block(struct walk *k, const struct place *p, struct state *s, const struct insn *last, uint32_t slot)
{
	struct run *r = k->run;
	struct world *w = r->world;
	const struct block *b = &p->act->fn->cfg.blocks[p->block];
	switch ((int)isa_rows[last->op].form) {
	case FORM_EXIT:
		leave_function(k, p, s);
		return;
	case FORM_JA:
	case FORM_JAL:
		follow_edge(k, p, b->succ[CFG_TAKEN], s);
		return;
	case FORM_JMP:
	case FORM_MAYGOTO: {
		term c = step_condition(r, s, last);
		if (term_is_const(w->pool, c, NULL)) {
			follow_edge(k, p, b->succ[term_is_true(w->pool, c) ? CFG_TAKEN : CFG_NEXT], s);
			return;
		}
		struct state *taken = state_copy(w, s);
		taken->guard = term_and(w->pool, s->guard, c);
		s->guard = term_and(w->pool, s->guard, term_not(w->pool, c));
		follow_edge(k, p, b->succ[CFG_TAKEN], taken);
		follow_edge(k, p, b->succ[CFG_NEXT], s);
		return;
	}
	case FORM_CALL:
		if (last->src == CALL_LOCAL) {
			walk_enter(k, walk_new_activation(k, p, (uint32_t)insn_target(last, slot)), s);
			return;
		}
		if (calls_back(last)) {
			walk_begin_rounds(k, p, s, (uint32_t)last->imm);
			return;
		}
		break;
	default:
		break;
	}
	follow_edge(k, p, b->succ[CFG_NEXT], s);
}

static bool ends_straight_line(const struct insn *in)
{
	enum isa_form f = isa_rows[in->op].form;
	return f == FORM_EXIT || f == FORM_JA || f == FORM_JAL || f == FORM_JMP || f == FORM_MAYGOTO ||
	       (f == FORM_CALL && (in->src == CALL_LOCAL || calls_back(in)));
}

/* Is the time over, or did somebody interrupt? Asked by the pool while terms are made. */
static bool must_stop(void *arg)
{
	const struct run *r = arg;
	return (r->stop && *r->stop) || (r->solver && solver_is_late(r->solver));
}

enum reason run_end(const struct run *r)
{
	switch (term_gave_up(r->world->pool)) {
	case TERM_GOES_ON: return REASON_NONE;
	case TERM_NO_MEMORY: return REASON_MEMORY;
	case TERM_TOO_MANY: return REASON_SIZE;
	case TERM_STOPPED: break;
	}
	return r->stop && *r->stop ? REASON_INTERRUPTED : REASON_TIMEOUT;
}

static bool is_called_back(const struct activation *a)
{
	while (a && !a->driver)
		a = a->caller;
	return a;
}

/* The state that the last instruction returned with, if it did. */
static void leave_early(struct walk *k, const struct place *p, const struct insn *last)
{
	struct state *s = k->run->leaves;
	k->run->leaves = NULL;
	if (!s || term_is_false(k->run->world->pool, s->guard))
		return;
	if (isa_rows[last->op].form == FORM_CALL && is_called_back(p->act)) /* to a helper that wants 0 or 1 */
		run_unknown(k->run, s, REASON_CALLBACK, "a tail call out of a callback");
	else
		leave_function(k, p, s);
}

static void run_block(struct walk *k, const struct place *p)
{
	struct run *r = k->run;
	const struct block *b = &p->act->fn->cfg.blocks[p->block];
	const struct insn *last = NULL;
	for (uint32_t slot = b->start; slot < b->end; slot++) {
		const struct insn *in = &r->program->insns[slot];
		if (in->op == ISA_WIDE_TAIL)
			continue;
		r->slot = slot;
		r->steps++;
		last = in;
		if (r->reach && r->reach[slot])
			r->reach[slot] = term_or(r->world->pool, r->reach[slot], p->state->guard);
		if (must_stop(r))
			term_give_up(r->world->pool, TERM_STOPPED);
		enum reason why = run_end(r);
		if (!why && term_count(r->world->pool) > r->world->term_limit)
			why = REASON_SIZE; /* other paths, and what is known of them, may be worth something */
		if (why) {
			run_unknown(r, p->state, why, "");
			return;
		}
		bool goes_on = ends_straight_line(in) || step_insn(r, p->state, in);
		leave_early(k, p, in);
		if (!goes_on)
			return;
	}
	assert(last);
	end_block(k, p, p->state, last, r->slot);
}

void run_exit(struct run *r, struct state *s)
{
	struct world *w = r->world;
	s->depth = 1;
	for (int i = 1; i < 11; i++)
		s->regs[i] = value_number(w, word_const(w, 0)); /* dead */
	run_fault(r, s, FAULT_LEAK, term_ne(w->pool, s->counters[COUNT_REFERENCES], word_const(w, 0)));
	s->frames[0] = w->empty_frame;
	r->final = r->final ? state_merge(w, r->final, s) : s;
}

static bool build_functions(struct walk *k)
{
	const struct program *p = k->run->program;
	k->fns = world_checked(calloc(p->n_subs, sizeof *k->fns));
	for (size_t i = 0; i < p->n_subs; i++) {
		char err[256];
		struct function *f = &k->fns[k->n_fns];
		f->sub = &p->subs[i];
		if (!cfg_build(p->insns, f->sub->start, f->sub->end, &f->cfg, err, sizeof err)) {
			fprintf(stderr, "bpfprove: bug: %s: %s\n", p->name, err);
			abort(); /* object_read links only what cfg_build takes */
		}
		k->n_fns++;
		if (f->cfg.irreducible) {
			k->run->slot = f->sub->start;
			run_unknown(k->run, &(struct state){.guard = term_true(k->run->world->pool)}, REASON_IRREDUCIBLE, "");
			return false;
		}
	}
	return true;
}

/* The state at entry of a run on plain memory. */
static struct state *state_on_memory(struct run *r)
{
	struct world *w = r->world;
	struct state *s = state_new(w);
	term position = word_const(w, ~0ull); /* before any call */
	tuple key = tuple_make(w, &position, 1);
	for (size_t i = 0; i < r->memory_len;) {
		unsigned n = r->memory_len - i >= 8 ? 8 : 1;
		uint64_t v = 0;
		memcpy(&v, r->memory + i, n);
		term word = term_const(w->pool, 8 * n, v);
		s->mems[SPACE_MEM] = mem_store(w, s->mems[SPACE_MEM], key, word_const(w, i), n, word);
		i += n;
	}
	uint32_t region = region_make(w, REGION_MEM, (uint32_t)r->memory_len, key);
	s->regs[1] = value_number(w, word_const(w, 0));
	if (r->memory_len)
		s->regs[1] = value_pointer(w, region, word_const(w, 0));
	s->regs[2] = value_number(w, word_const(w, r->memory_len));
	return s;
}

void run_execute(struct run *r)
{
	struct walk k = {.run = r};
	struct world *w = r->world;
	struct activation root = {0};
	term_set_limit(w->pool, HARD_LIMIT * w->term_limit, must_stop, r);
	if (build_functions(&k)) {
		root.fn = &k.fns[0];
		struct state *s = r->entry ? state_copy(w, r->entry) : r->memory ? state_on_memory(r) : state_new(w);
		push_entry(&k, &root, r->stops ? cfg_find_block(&root.fn->cfg, r->start) : 0, s);
	}
	while (k.n > 0) {
		struct place p = k.heap[--k.n];
		run_block(&k, &p);
	}
	for (size_t i = 0; i < k.n_fns; i++)
		cfg_release(&k.fns[i].cfg);
	free(k.fns);
	free(k.heap);
}
