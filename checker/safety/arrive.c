/* SPDX-License-Identifier: BSD-2-Clause */
/* Where paths meet: is a state included in what was there before, joined with it, or widened at the head of a loop? */
#include "explorer.h"

#include <stdlib.h>

#define PATIENCE 32 /* rounds that bring nothing new before they are taken for endless */

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
		if (!insn_has_form(last, FORM_JMP) || !last->k || !cfg_loop_holds(c, head, (int)i) ||
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
	explore_replace(s, &wide);
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
	explore_replace(s, &both);
	forget_heads(x, s);
	state_collect(s);
}

bool arrive_at(struct explorer *x, struct astate *s, struct node **node)
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
