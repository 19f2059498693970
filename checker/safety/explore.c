/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The walk: paths one after the other, depth first. A path ends where its state
 * is included in one that was explored to all ends before. At the head of a
 * loop that was passed often enough the state is widened; a path that comes
 * back to a widened head, included in it, closes the loop, if a number shows
 * that it can't go on forever (measure.c). Why that is enough: an endless run
 * would pass some widened head endlessly often (every cycle has a head, and a
 * path that ended in an explored state continues as that one did, with the same
 * head symbols), each time with the measure nearer to its bound. What is counted
 * by call, the rounds of a callback and may_gotos, says so within one call only:
 * no path of another call ends in what was explored of that one while its heads
 * are open (is_of_another_call), so that a run which leaves it never comes back.
 */
#include "contract.h"
#include "explore.h"
#include "visit.h"

#include <stdlib.h>
#include <string.h>

#define PATIENCE 32 /* rounds that bring nothing new before they are taken for endless */

enum { SLOT_JOIN = 1, SLOT_HEAD = 2, SLOT_ENTRY = 4 };

struct pending {
	struct astate s;
	struct node *node;
};

/* A widened head: its symbols mean something while a path is in its loop. */
struct head {
	uint32_t sub;
	int block;
	unsigned depth;
	bool rounds; /* of a callback: while its frame is there */
};

struct explorer {
	struct prover *v;
	struct cfg *cfgs; /* by subprogram */
	uint8_t *marks;   /* by slot */
	uint32_t *sub_of; /* by slot */
	struct visits visits;
	struct pending *stack;
	size_t n_stack, cap_stack;
	struct head *heads; /* by serial; [0]: none */
	uint32_t n_heads, cap_heads;
	struct callback_round **rounds;
	size_t n_rounds;
	bool counts;            /* a loop may end because each call has so many rounds or may_gotos only */
	uint32_t n_calls;
	struct node **widened;  /* heads in calls, those that are explored to all ends are dropped in passing */
	size_t n_widened, cap_widened;
};

static void *checked(void *p)
{
	if (!p)
		abort();
	return p;
}

/* Preparation. */

static void mark_blocks(struct explorer *x, const struct cfg *c)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct block *b = &c->blocks[i];
		if (b->loop == (int)i)
			x->marks[b->start] |= SLOT_HEAD;
		if (b->n_pred > 1)
			x->marks[b->start] |= SLOT_JOIN;
	}
}

static bool is_counted(const struct insn *in)
{
	return isa_rows[in->op].form == FORM_MAYGOTO || (in->op == ISA_LDDW && in->src == WIDE_FUNC) ||
	       (isa_rows[in->op].form == FORM_CALL && in->src == CALL_KFUNC);
}

static bool prepare(struct explorer *x)
{
	const struct program *p = x->v->p;
	x->cfgs = checked(calloc(p->n_subs, sizeof *x->cfgs));
	x->marks = checked(calloc(p->n + 1, sizeof *x->marks));
	x->sub_of = checked(calloc(p->n + 1, sizeof *x->sub_of));
	x->heads = checked(calloc(1, sizeof *x->heads));
	x->n_heads = x->cap_heads = 1;
	x->v->liveness = liveness_new(p);
	x->v->stack_used = checked(calloc(p->n_subs, sizeof *x->v->stack_used));
	visits_init(&x->visits);
	for (size_t i = 0; i < p->n; i++)
		x->counts |= is_counted(&p->insns[i]);
	for (uint32_t i = 0; i < p->n_subs; i++) {
		const struct subprogram *sub = &p->subs[i];
		char err[160];
		if (!cfg_build(p->insns, sub->start, sub->end, &x->cfgs[i], err, sizeof err)) {
			struct astate at = {.slot = sub->start};
			return prover_unmodelled(x->v, &at, REASON_INSN, err);
		}
		mark_blocks(x, &x->cfgs[i]);
		x->marks[sub->start] |= SLOT_ENTRY;
		for (uint32_t s = sub->start; s < sub->end; s++)
			x->sub_of[s] = i;
	}
	return true;
}

static void release(struct explorer *x)
{
	for (size_t i = 0; i < x->n_stack; i++)
		state_release(&x->stack[i].s);
	for (size_t i = 0; x->cfgs && i < x->v->p->n_subs; i++)
		cfg_release(&x->cfgs[i]);
	for (size_t i = 0; i < x->n_rounds; i++)
		free(x->rounds[i]);
	x->v->result->states += x->visits.states;
	visits_release(&x->visits);
	free(x->rounds);
	free(x->widened);
	free(x->stack);
	free(x->cfgs);
	free(x->marks);
	free(x->sub_of);
	free(x->heads);
	liveness_free(x->v->liveness);
	free(x->v->stack_used);
	x->v->liveness = NULL;
	x->v->stack_used = NULL;
}

void prover_use_stack(struct prover *v, uint32_t sub, int64_t off)
{
	if (off < v->stack_used[sub])
		v->stack_used[sub] = (int32_t)off;
}

static void push(struct explorer *x, const struct astate *s, struct node *node)
{
	if (x->n_stack == x->cap_stack) {
		x->cap_stack = x->cap_stack ? x->cap_stack * 2 : 32;
		x->stack = checked(realloc(x->stack, x->cap_stack * sizeof *x->stack));
	}
	struct pending *p = &x->stack[x->n_stack++];
	memcpy(&p->s, s, sizeof *s); /* takes its arrays over */
	p->node = node;
	if (node)
		node->open++;
}

/* What was left behind. */

static uint64_t mix(uint64_t h, uint64_t x)
{
	return (h ^ x) * 0x9e3779b97f4a7c15ull + (h >> 29);
}

/* Of a slot of the function at work in frame `depth` - 1. */
static uint64_t key_at(const struct astate *s, unsigned depth, uint32_t slot)
{
	uint64_t h = mix(depth, slot);
	for (unsigned d = 1; d < depth; d++)
		h = mix(mix(h, s->frames[d].back), (uintptr_t)s->frames[d].callback);
	return h;
}

static bool is_in_loop(const struct explorer *x, const struct astate *s, const struct head *h)
{
	if (s->depth < h->depth)
		return false;
	if (s->depth > h->depth || h->rounds)
		return true;
	if (x->sub_of[s->slot] != h->sub)
		return false;
	const struct cfg *c = &x->cfgs[h->sub];
	int b = cfg_find_block(c, s->slot);
	return b >= 0 && cfg_loop_holds(c, h->block, b);
}

static void forget_heads(const struct explorer *x, struct astate *s)
{
	for (sym i = 1; i < s->n_syms; i++) {
		struct symbol *y = &s->syms[i];
		if (y->def == DEF_HEAD && (!y->a || !is_in_loop(x, s, &x->heads[y->a]))) {
			y->def = DEF_NONE;
			y->a = y->b = 0;
		}
	}
}

static void forget_dead(const struct explorer *x, struct astate *s)
{
	uint16_t live = x->v->liveness->in[s->slot];
	for (unsigned i = 0; i < 10; i++)
		if (!(live >> i & 1))
			s->r[i] = aval_none();
	for (unsigned d = 1; d < s->depth; d++) {
		struct aframe *f = &s->frames[d];
		uint16_t later = x->v->liveness->in[f->back];
		for (unsigned i = 0; i < 4; i++)
			if (!(later >> (i + 6) & 1))
				f->saved[i] = aval_none();
	}
}

static void tidy(const struct explorer *x, struct astate *s)
{
	forget_dead(x, s);
	forget_heads(x, s);
	state_collect(s);
}

static uint32_t new_head(struct explorer *x, const struct astate *s, bool rounds)
{
	if (x->n_heads == x->cap_heads) {
		x->cap_heads *= 2;
		x->heads = checked(realloc(x->heads, x->cap_heads * sizeof *x->heads));
	}
	uint32_t sub = x->sub_of[s->slot];
	x->heads[x->n_heads] = (struct head){sub, cfg_find_block(&x->cfgs[sub], s->slot), s->depth, rounds};
	return x->n_heads++;
}

/* The loops around a state, a hash of the latest heads of theirs that the path passed; `own`: the loop whose head it is
 * at counts as well. */
static uint64_t loops_around(struct explorer *x, const struct astate *s, bool own,
			     uint64_t (*word)(const struct node *n))
{
	uint64_t h = 0;
	for (unsigned d = 0; d < s->depth; d++) {
		bool last = d + 1 == s->depth;
		uint32_t slot = last ? s->slot : s->frames[d + 1].back - 1;
		const struct cfg *c = &x->cfgs[x->sub_of[slot]];
		int block = cfg_find_block(c, slot);
		for (int l = block < 0 ? -1 : c->blocks[block].loop; l >= 0; l = c->blocks[l].outer) {
			if (!own && last && c->blocks[l].start == slot)
				continue;
			const struct node *n =
			    visits_latest(visits_place(&x->visits, key_at(s, d + 1, c->blocks[l].start)));
			h = mix(h, n ? word(n) : 0);
		}
	}
	return h;
}

static uint64_t visits_of(const struct node *n)
{
	return n->visits;
}

static uint64_t identity_of(const struct node *n)
{
	return (uintptr_t)n;
}

/* In which rounds of its loops a state is: states of different rounds are not joined. */
static uint64_t context_of(struct explorer *x, const struct astate *s)
{
	return loops_around(x, s, true, visits_of);
}

/* The latest of the states that this one may be joined with, NULL: there are still few. */
static struct node *crowd(const struct explorer *x, const struct place *p, uint64_t context)
{
	struct node *latest = NULL;
	size_t n = 0;
	for (size_t i = 0; i < p->closed.n; i++)
		if (p->closed.at[i]->context == context) {
			latest = p->closed.at[i];
			n++;
		}
	return n >= x->v->effort.disjuncts ? latest : NULL;
}

#define NODES_A_STEP 16 /* as many are passed in the time of a step */

enum arrival { ARRIVE_NEW, ARRIVE_WIDEN, ARRIVE_END };

/* The path was here before, in a state that holds this one. */
static enum arrival close_cycle(struct explorer *x, struct node *n, const struct astate *s, bool rounds)
{
	if (n->serial && rounds)
		return ARRIVE_END;
	if (!n->serial) /* a few rounds more may end it */
		return n->visits < PATIENCE && n->visits < x->v->effort.unroll ? ARRIVE_NEW : ARRIVE_WIDEN;
	prover_oblige(x->v, s, OBLIGATION_ENDS, s->gotos > n->state->gotos || measure_ends(n, s),
		      "a number gets closer to its bound each time the loop goes round");
	return ARRIVE_END;
}

/* A widened head is come back to only while no loop around it began a new round: or this loop begins anew, and its
 * measure with it (the loop around has one of its own). */
static bool begins_anew(struct explorer *x, const struct node *latest, const struct astate *s, bool rounds)
{
	return latest->serial && !rounds && latest->outside != loops_around(x, s, false, identity_of);
}

/* Is the state that is left behind of a call with an open head, in which the path at work is not? */
static bool is_of_another_call(struct explorer *x, const struct node *n, const struct astate *s)
{
	size_t kept = 0;
	bool other = false;
	for (size_t i = 0; i < x->n_widened; i++) {
		struct node *head = x->widened[i];
		if (!head->open)
			continue;
		x->widened[kept++] = head;
		unsigned d = head->state->depth - 1;
		uint32_t call = head->state->frames[d].call;
		other |= d < s->depth && n->state->frames[d].call == call && s->frames[d].call != call;
	}
	x->n_widened = kept;
	return other;
}

static void keep_widened(struct explorer *x, struct node *n)
{
	if (!x->counts || n->state->depth == 1)
		return;
	if (x->n_widened == x->cap_widened) {
		x->cap_widened = x->cap_widened ? x->cap_widened * 2 : 16;
		x->widened = checked(realloc(x->widened, x->cap_widened * sizeof *x->widened));
	}
	x->widened[x->n_widened++] = n;
}

/* Is the state included in what was there before? A cycle is for its head to decide about. */
static enum arrival compare(struct explorer *x, const struct place *p, const struct astate *s, bool head, bool rounds)
{
	struct node *latest = head ? visits_latest(p) : NULL;
	x->v->work += p->closed.n / NODES_A_STEP;
	for (size_t i = p->closed.n; i-- > 0;) {
		struct node *n = p->closed.at[i];
		if (n->state->gotos <= s->gotos && state_included(s, n->state, n->serial) &&
		    !is_of_another_call(x, n, s)) {
			n->hits++;
			return ARRIVE_END;
		}
		n->misses++;
	}
	if (latest && latest->state && !begins_anew(x, latest, s, rounds) &&
	    state_included(s, latest->state, latest->serial) && !is_of_another_call(x, latest, s))
		return close_cycle(x, latest, s, rounds);
	return ARRIVE_NEW;
}

static bool replace(struct astate *s, struct astate *by)
{
	state_release(s);
	memcpy(s, by, sizeof *s);
	return true;
}

static int compare_words(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

/* Numbers that the loop's exits compare with, and those beside them: a counter stops there. */
static size_t exit_constants(const struct explorer *x, const struct astate *s, uint64_t *out, size_t most)
{
	const struct cfg *c = &x->cfgs[x->sub_of[s->slot]];
	int head = cfg_find_block(c, s->slot);
	size_t n = 0;
	for (size_t i = 0; i < c->n && n + 3 <= most; i++) {
		const struct block *b = &c->blocks[i];
		const struct insn *last = &x->v->p->insns[b->end - 1];
		if (isa_rows[last->op].form != FORM_JMP || !last->k || !cfg_loop_holds(c, head, (int)i) ||
		    (b->succ[0] >= 0 && cfg_loop_holds(c, head, b->succ[0]) && b->succ[1] >= 0 &&
		     cfg_loop_holds(c, head, b->succ[1])))
			continue;
		for (int d = -1; d <= 1; d++)
			out[n++] = (uint64_t)((int64_t)last->imm + d);
	}
	qsort(out, n, sizeof *out, compare_words);
	return n;
}

/* Symbols that earlier states of the same head gave become this one's: in each round they may be other numbers. */
static void renew_heads(const struct explorer *x, struct astate *s, uint32_t serial)
{
	const struct head *new = &x->heads[serial];
	for (sym i = 1; i < s->n_syms; i++) {
		struct symbol *y = &s->syms[i];
		if (y->def != DEF_HEAD)
			continue;
		const struct head *h = &x->heads[y->a];
		if (h->sub == new->sub && h->block == new->block && h->depth == new->depth &&
		    h->rounds == new->rounds) {
			y->a = serial;
			y->b = i;
		}
	}
}

/* Thresholds of the loop's exits, then of the program, then none. */
static bool widen(struct explorer *x, struct astate *s, const struct node *old, uint32_t serial)
{
	uint64_t exits[48];
	const uint64_t *thresholds = exits;
	size_t n = WIDEN_FAR;
	struct astate wide;
	if (old->joins < 8) {
		n = exit_constants(x, s, exits, sizeof exits / sizeof *exits);
	} else if (old->joins < 12) {
		n = x->v->n_constants;
		thresholds = x->v->constants;
	}
	if (!state_widen(old->state, s, serial, thresholds, n, &wide))
		return false;
	replace(s, &wide);
	state_collect(s);
	renew_heads(x, s, serial);
	return true;
}

/* A state that differs from all before it, in a place that has many. */
static void merge(struct explorer *x, struct astate *s, const struct node *old)
{
	struct astate both;
	size_t n = old->joins < 16 ? x->v->n_constants : WIDEN_FAR;
	bool met = old->joins > 8 ? state_widen(old->state, s, 0, x->v->constants, n, &both)
				  : state_join(old->state, s, &both);
	if (!met)
		return;
	replace(s, &both);
	forget_heads(x, s);
	state_collect(s);
}

/* At a place where paths meet; false: the path ends here. */
static bool arrive(struct explorer *x, struct astate *s, struct node **node)
{
	bool rounds = s->round, head = rounds || x->marks[s->slot] & SLOT_HEAD;
	s->round = false; /* the callback may have a loop that begins where it does */
	tidy(x, s);
	struct place *p = visits_place(&x->visits, key_at(s, s->depth, s->slot) + rounds);
	enum arrival a = compare(x, p, s, head, rounds);
	if (a == ARRIVE_END)
		return false;
	struct node *open = head ? visits_latest(p) : NULL;
	bool anew = open && begins_anew(x, open, s, rounds); /* what the symbols of the round before meant is no more */
	uint32_t visits = anew ? x->v->effort.unroll : open ? open->visits + 1 : 1, serial = 0, joins = 0;
	uint64_t context = mix(context_of(x, s), visits), outside = loops_around(x, s, false, identity_of);
	struct node *old;
	if (open && !anew && open->state && (a == ARRIVE_WIDEN || open->serial || visits > x->v->effort.unroll)) {
		serial = new_head(x, s, rounds);
		joins = open->joins + 1;
		if (!widen(x, s, open, serial))
			serial = 0;
	} else if ((old = crowd(x, p, context))) {
		joins = old->joins + 1;
		merge(x, s, old);
	}
	visits_trim(p);
	*node = visits_add(&x->visits, p, *node, s);
	(*node)->serial = serial;
	(*node)->visits = visits;
	(*node)->context = context;
	(*node)->outside = outside;
	(*node)->joins = joins;
	if (serial)
		keep_widened(x, *node);
	return true;
}

/* Calls. */

static void kill_frame(void *arg, struct aval *v)
{
	if (v->kind == KIND_STACK && v->object >= *(unsigned *)arg)
		*v = aval_none();
}

/* Cells whose pointer died hold bytes of an address. */
static void drop_empty_cells(struct astate *s)
{
	for (unsigned d = 0; d < s->depth; d++) {
		struct aframe *f = &s->frames[d];
		for (uint32_t i = f->n_cells; i-- > 0;)
			if (f->cells[i].v.kind == KIND_NONE)
				stack_clobber(s, d, f->cells[i].off, f->cells[i].off + (uint32_t)f->cells[i].size,
					      true);
	}
}

static bool enter(struct explorer *x, struct astate *s, uint32_t target, const struct callback_round *callback)
{
	if (!prover_oblige(x->v, s, OBLIGATION_DEPTH, s->depth < MAX_FRAMES, "at most 8 functions are at work"))
		return false;
	struct aframe *f = &s->frames[s->depth];
	memset(f, 0, sizeof *f);
	memcpy(f->saved, s->r + 6, sizeof f->saved);
	f->back = s->slot + 1;
	f->sub = x->sub_of[target];
	f->callback = callback;
	f->call = ++x->n_calls;
	f->gotos = s->gotos;
	s->r[0] = aval_none();
	for (unsigned i = 6; i < 10; i++)
		s->r[i] = aval_none();
	s->r[10] = aval_pointer(KIND_STACK, s->depth++, 0);
	s->slot = target;
	return true;
}

/* What a round of a callback is given: numbers are new in each. */
static void give_arguments(struct astate *s)
{
	struct aframe *f = &s->frames[s->depth - 1];
	for (unsigned i = 0; i < 5; i++) {
		struct aval a = f->args[i];
		if (a.kind == KIND_NUMBER && a.sym)
			a = (struct aval){.kind = KIND_NUMBER,
					  .sym = state_new_sym(s, state_number(s, &a), state_tainted(s, &a))};
		if (a.maybe_null)
			a.null_id = s->next_id++;
		if (f->callback->map_values && a.kind == KIND_VALUE && i == 2 &&
		    a.ref) /* another lock (contract_lock.c) */
			a.ref = s->next_id++;
		s->r[i + 1] = a;
	}
	s->r[0] = aval_none();
	for (unsigned i = 6; i < 10; i++)
		s->r[i] = aval_none();
	s->r[10] = aval_pointer(KIND_STACK, s->depth - 1, 0);
	s->slot = f->callback->target;
	s->round = true;
	f->begun++;
}

/* Back to the caller; r0 is as it is. */
static void leave(struct astate *s)
{
	struct aframe *f = &s->frames[--s->depth];
	unsigned dead = s->depth;
	memcpy(s->r + 6, f->saved, sizeof f->saved);
	s->slot = f->back;
	s->gotos = f->gotos;
	free(f->cells);
	for (unsigned i = 1; i <= 5; i++)
		s->r[i] = aval_none();
	state_visit(s, kill_frame, &dead);
	drop_empty_cells(s);
}

static const struct callback_round *keep_round(struct explorer *x, const struct callback_round *c)
{
	for (size_t i = 0; i < x->n_rounds; i++)
		if (x->rounds[i]->target == c->target && x->rounds[i]->map_values == c->map_values &&
		    scalar_equal(x->rounds[i]->rounds, c->rounds) && scalar_equal(x->rounds[i]->ret, c->ret))
			return x->rounds[i];
	x->rounds = checked(realloc(x->rounds, (x->n_rounds + 1) * sizeof *x->rounds));
	struct callback_round *kept = checked(malloc(sizeof *kept));
	*kept = *c;
	x->rounds[x->n_rounds++] = kept;
	return kept;
}

/* The helper is done: its result, and on behind the call. */
static void finish_rounds(struct astate *s, const struct callback_round *c)
{
	for (unsigned i = 1; i <= 5; i++)
		s->r[i] = aval_none();
	s->r[0] = aval_number(s, c->ret);
}

static bool begin_rounds(struct explorer *x, struct astate *s, const struct insn *in, struct node *node)
{
	struct callback_round c = {0};
	if (!helper_check_callback(x->v, s, in, &c))
		return false;
	const struct callback_round *kept = keep_round(x, &c);
	struct astate done;
	state_clone(&done, s);
	finish_rounds(&done, kept);
	done.slot++;
	if (c.rounds.umax == 0) {
		replace(s, &done);
		return true;
	}
	push(x, &done, node);
	if (!enter(x, s, c.target, kept))
		return false;
	memcpy(s->frames[s->depth - 1].args, c.args, sizeof c.args);
	give_arguments(s);
	return true;
}

static bool end_round(struct explorer *x, struct astate *s, struct node *node)
{
	struct aframe *f = &s->frames[s->depth - 1];
	const struct callback_round *c = f->callback;
	struct aval r0 = s->r[0];
	bool ok = r0.kind == KIND_NUMBER && state_number(s, &r0).umax <= 1;
	if (!prover_oblige(x->v, s, OBLIGATION_CALLBACK, ok, "the callback returns 0 or 1"))
		return false;
	struct astate done;
	state_clone(&done, s);
	leave(&done);
	finish_rounds(&done, c);
	if (f->begun >= c->rounds.umax)
		return replace(s, &done);
	push(x, &done, node);
	/* the next round begins with an empty stack */
	unsigned mine = s->depth - 1;
	for (unsigned i = 0; i < 11; i++)
		s->r[i] = aval_none();
	f->n_cells = 0;
	memset(f->written, 0, sizeof f->written);
	memset(f->secret, 0, sizeof f->secret);
	state_visit(s, kill_frame, &mine);
	drop_empty_cells(s);
	give_arguments(s);
	return true;
}

static bool run_exit(struct explorer *x, struct astate *s, struct node *node)
{
	if (s->depth == 1) {
		exit_check(x->v, s);
		return false;
	}
	if (s->frames[s->depth - 1].callback)
		return end_round(x, s, node);
	leave(s);
	return true;
}

/* One instruction. */

static bool run_jump(struct explorer *x, struct astate *s, const struct insn *in, struct node *node)
{
	struct astate other;
	bool taken, next;
	uint32_t target = (uint32_t)insn_target(in, s->slot);
	if (!branch_split(x->v, s, in, &other, &taken, &next)) {
		if (taken)
			state_release(&other);
		return false;
	}
	if (taken)
		other.slot = target;
	if (next)
		s->slot++;
	if (taken && next)
		push(x, &other, node);
	else if (taken)
		replace(s, &other);
	return taken || next;
}

/* The kernel decides, and jumps after 8 million times at the latest. */
static bool run_may_goto(struct explorer *x, struct astate *s, const struct insn *in, struct node *node)
{
	struct astate other;
	state_clone(&other, s);
	other.slot = (uint32_t)insn_target(in, s->slot);
	push(x, &other, node);
	s->gotos++;
	s->slot++;
	return true;
}

/* A tail call out of a function comes back to that function's caller, with what the other program returned, which may
 * have moved the packet. */
static bool return_from_tail(struct explorer *x, const struct astate *s, struct node *node)
{
	struct astate done;
	if (s->frames[s->depth - 1].callback)
		return prover_unmodelled(x->v, s, REASON_CALLBACK, "a tail call out of a callback");
	state_clone(&done, s);
	leave(&done);
	access_move_packet(&done);
	done.r[0] = aval_number(&done, scalar_any());
	push(x, &done, node);
	return true;
}

/* Does a run come here once at most each time that the program runs? */
static bool is_once(const struct explorer *x, const struct astate *s)
{
	for (unsigned d = 0; d < s->depth; d++) {
		uint32_t slot = d + 1 == s->depth ? s->slot : s->frames[d + 1].back - 1;
		const struct cfg *c = &x->cfgs[x->sub_of[slot]];
		int block = cfg_find_block(c, slot);
		if (s->frames[d].callback || block < 0 || c->blocks[block].loop >= 0 || c->irreducible)
			return false;
	}
	return true;
}

/* There is no further element, or there is one, of which there are finitely many. */
static void split_element(struct explorer *x, struct astate *s, struct node *node)
{
	struct astate none;
	uint32_t null_id = s->r[0].null_id;
	state_clone(&none, s);
	branch_resolve_null(&none, null_id, true);
	none.slot++;
	push(x, &none, node);
	branch_resolve_null(s, null_id, false);
	s->gotos += iterator_is_once(s, s->r[0].ref);
}

static bool run_call(struct explorer *x, struct astate *s, const struct insn *in, struct node *node)
{
	if (in->src == CALL_LOCAL)
		return enter(x, s, (uint32_t)insn_target(in, s->slot), NULL);
	const struct helper_row *row = in->src == CALL_HELPER ? helper_find((uint32_t)in->imm) : NULL;
	if (row && contract_calls_back(row))
		return begin_rounds(x, s, in, node);
	bool done;
	if (!iterator_check(x->v, s, in, is_once(x, s), &done) || (!done && !transfer_step(x->v, s, in)))
		return false;
	if (iterator_is_next(x->v, in))
		split_element(x, s, node);
	if (row && row->model == MODEL_TAIL_CALL && s->depth > 1 && !return_from_tail(x, s, node))
		return false;
	s->slot++;
	return true;
}

/* A packet load that is out of bounds ends its function with 0; the main program's contract was checked before. */
static void push_early_exit(struct explorer *x, const struct astate *s, struct node *node)
{
	struct astate other;
	state_clone(&other, s);
	other.r[0] = aval_const(0);
	leave(&other);
	push(x, &other, node);
}

static bool run_insn(struct explorer *x, struct astate *s, struct node *node)
{
	const struct insn *in = &x->v->p->insns[s->slot];
	switch (isa_rows[in->op].form) {
	case FORM_JA:
	case FORM_JAL:
		s->slot = (uint32_t)insn_target(in, s->slot);
		return true;
	case FORM_JMP:
		return run_jump(x, s, in, node);
	case FORM_EXIT:
		return run_exit(x, s, node);
	case FORM_CALL:
		return run_call(x, s, in, node);
	case FORM_LDABS:
	case FORM_LDIND:
		if (s->depth > 1 && s->frames[s->depth - 1].callback)
			return prover_unmodelled(x->v, s, REASON_CALLBACK, "packet load in a callback");
		if (s->depth > 1)
			push_early_exit(x, s, node);
		break;
	case FORM_ALU:
	case FORM_ALUX:
	case FORM_ALU1:
	case FORM_END:
	case FORM_WIDE:
	case FORM_LDX:
	case FORM_LDXS:
	case FORM_ST:
	case FORM_STX:
	case FORM_ATOMIC:
	case FORM_LOAD_ACQ:
	case FORM_STORE_REL:
	case FORM_CAST:
		break;
	case FORM_MAYGOTO:
		return run_may_goto(x, s, in, node);
	}
	if (!transfer_step(x->v, s, in))
		return false;
	s->slot += in->op == ISA_LDDW ? 2 : 1;
	return true;
}

static void walk(struct explorer *x, struct astate *s, struct node *node)
{
	bool stopped = false;
	do {
		if (!prover_step(x->v)) {
			stopped = true;
			break;
		}
		if (x->marks[s->slot] && !arrive(x, s, &node))
			break;
		if (x->v->opt->seen)
			x->v->opt->seen(x->v->opt->seen_arg, x->v->result->attempts, s);
	} while (run_insn(x, s, node));
	state_release(s);
	if (node && !stopped)
		visits_close(node);
}

/* Stack of all functions that may be at work together. */
static uint32_t deepest(const struct explorer *x, uint32_t sub, unsigned depth)
{
	const struct program *p = x->v->p;
	uint32_t most = 0, own = ((uint32_t)-x->v->stack_used[sub] + 15) & ~15u;
	if (depth >= MAX_FRAMES)
		return own;
	for (uint32_t i = p->subs[sub].start; i < p->subs[sub].end; i++) {
		const struct insn *in = &p->insns[i];
		bool calls = isa_rows[in->op].form == FORM_CALL && in->src == CALL_LOCAL;
		bool names = in->op == ISA_LDDW && in->src == WIDE_FUNC;
		if (!calls && !names)
			continue;
		uint32_t below = deepest(x, x->sub_of[insn_target(in, i)], depth + 1);
		most = below > most ? below : most;
	}
	return own + most;
}

static bool nothing_failed(const struct prover *v)
{
	for (size_t i = 0; i < v->p->n; i++)
		if (v->failed[i])
			return false;
	return true;
}

static void drain(struct explorer *x)
{
	while (x->n_stack && !x->v->stopped) {
		struct pending next = x->stack[--x->n_stack];
		walk(x, &next.s, next.node);
	}
}

/* A timer's callback runs later, alone: callback(map, key, value). */
static void push_timer(struct explorer *x, struct timer_root root)
{
	const struct map *m = &x->v->p->object->maps[root.map];
	struct astate s;
	state_init(&s, x->v->p);
	s.slot = root.target;
	s.frames[0].sub = x->sub_of[root.target];
	s.r[1] = aval_pointer(KIND_MAP, root.map, 0);
	s.r[2] = aval_pointer(KIND_MEM_RO, m->key_size, 0);
	s.r[3] = aval_pointer(KIND_VALUE, root.map, 0);
	if (lock_is_in(m))
		s.r[3].ref = s.next_id++;
	push(x, &s, NULL);
}

bool explore_run(struct prover *v)
{
	struct explorer x = {.v = v};
	struct astate s;
	if (prepare(&x)) {
		state_init(&s, v->p);
		push(&x, &s, NULL);
		drain(&x);
		for (uint32_t i = 0; i < v->n_timers && !v->stopped; i++) {
			push_timer(&x, v->timers[i]);
			drain(&x);
		}
		struct astate at = {0};
		if (v->p->n_subs > 1 && !v->stopped)
			prover_oblige(v, &at, OBLIGATION_DEPTH, deepest(&x, 0, 0) <= STACK_BYTES,
				      "the functions at work use at most 512 bytes of stack");
	}
	release(&x);
	return !v->stopped && !v->unmodelled && nothing_failed(v);
}
