/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Helpers that call a function of the program again and again: bpf_loop and
 * bpf_for_each_map_elem of arrays. Each round is an activation of its own,
 * whose key follows the calling block's, so that the paths through a round
 * merge before the next one begins.
 */
#include "encode/machine/call.h"
#include "encode/walk.h"

#include <linux/bpf.h>

#define MAX_LOOPS (8u << 20) /* kernel: BPF_MAX_LOOPS */
#define ERR_INVAL 22

struct driver {
	const struct place *at; /* the block that ends with the call */
	uint32_t target;        /* slot of the callback */
	bool each;              /* for_each_map_elem */
	term rounds;            /* at most, 64 bits */
	struct value map, context;
	uint32_t map_number;
	struct activation *last; /* of the latest round */
};

static struct key key_of_round(struct walk *k, const struct driver *d, unsigned round)
{
	const struct key *at = &d->at->key;
	struct key key = {world_alloc(k->run->world, (at->n + 2) * sizeof *key.at), at->n + 2};
	for (size_t i = 0; i < at->n; i++)
		key.at[i] = at->at[i];
	key.at[at->n] = (int)d->target;
	key.at[at->n + 1] = (int)round;
	return key;
}

/* Paths that come to one round share its activation. */
static struct activation *activation_of_round(struct walk *k, struct driver *d, unsigned round)
{
	if (d->last && d->last->round == round)
		return d->last;
	d->last = walk_new_activation(k, d->at, d->target);
	d->last->prefix = key_of_round(k, d, round);
	d->last->driver = d;
	d->last->round = round;
	return d->last;
}

/* The callback's arguments; what a frame's number names dies with it. */
static void set_arguments(struct walk *k, const struct driver *d, const struct activation *a, struct state *s)
{
	struct world *w = k->run->world;
	term index = word_const(w, a->round), zero = word_const(w, 0);
	for (int i = 1; i <= 5; i++)
		s->regs[i] = value_uninit(w);
	if (!d->each) {
		s->regs[1] = value_number(w, index);
		s->regs[2] = d->context;
		return;
	}
	tuple key = tuple_make(w, (term[]){a->call, index}, 2);
	s->regs[1] = d->map;
	s->regs[2] = value_pointer(w, region_make(w, REGION_KEY, s->depth, key), zero);
	s->regs[3] = value_pointer(w, region_make(w, REGION_VALUE, d->map_number, tuple_make(w, &index, 1)), zero);
	s->regs[4] = d->context;
}

static void enter_round(struct walk *k, struct driver *d, struct state *s, unsigned round)
{
	struct activation *a = activation_of_round(k, d, round);
	set_arguments(k, d, a, s);
	walk_enter(k, a, s);
}

/* The helper returns to the program where `cond`; the rest of the path is left in s. */
static void return_where(struct walk *k, const struct activation *a, struct state *s, term cond, term result)
{
	struct world *w = k->run->world;
	struct state *done = state_copy(w, s);
	done->guard = term_and(w->pool, s->guard, cond);
	s->guard = term_and(w->pool, s->guard, term_not(w->pool, cond));
	done->regs[0] = value_number(w, result);
	for (int i = 1; i <= 5; i++)
		done->regs[i] = value_uninit(w);
	walk_resume_caller(k, a, done);
}

/* The number of rounds at most; false: the path ends.
 *
 * bpf_loop with more than BPF_MAX_LOOPS returns -E2BIG as 64 or as 32 bits, and reads 32 or 64 bits of the number,
 * as the verifier inlines the call or not (inline_bpf_loop). */
static bool count_rounds(struct call *c, bool each, term *rounds)
{
	struct world *w = c->world;
	struct term_pool *p = c->pool;
	struct state under = *c->state;
	if (!each) {
		*rounds = value_word(w, &c->arg[0]);
		term many = term_ult(p, word_const(w, MAX_LOOPS), *rounds);
		term legal = term_eq(p, c->word[3], word_const(w, 0));
		term open = term_and(p, legal, many);
		under.guard = term_and(p, under.guard, open);
		run_unknown(c->run, &under, REASON_CALLBACK, "more than BPF_MAX_LOOPS");
		c->state->guard = term_and(p, c->state->guard, term_not(p, open));
		return !term_is_false(p, c->state->guard);
	}
	const struct map *def = w->maps[c->map].def;
	*rounds = map_entries(w, c->map);
	if (!def->is_data && maptype_rows[def->type].model == MAP_ARRAY)
		return true;
	run_unknown(c->run, c->state, REASON_CALLBACK, def->name); /* the order is the kernel's */
	return false;
}

/* Once for each function that the argument may be. */
static void begin_rounds(struct walk *k, const struct place *p, const struct driver *d, struct state *s,
			 const struct value *fn)
{
	struct world *w = k->run->world;
	for (uint32_t i = 0; i < fn->n; i++) {
		const struct region *g = region_at(w, fn->alts[i].region);
		struct state *one = state_copy(w, s);
		one->guard = term_and(w->pool, s->guard, fn->alts[i].guard);
		if (g->kind != REGION_FUNC || term_is_false(w->pool, one->guard))
			continue; /* a fault */
		struct driver *own = world_alloc(w, sizeof *own);
		struct place *at = world_alloc(w, sizeof *at);
		*own = *d;
		*at = *p;
		own->at = at;
		own->target = g->id;
		enter_round(k, own, one, 0);
	}
}

void walk_begin_rounds(struct walk *k, const struct place *p, struct state *s, uint32_t helper)
{
	struct run *r = k->run;
	struct world *w = r->world;
	struct call c;
	const struct helper_row *row = helper_find(helper);
	struct driver d = {.each = row->model == MODEL_FOR_EACH};
	if (d.each && s->regs[1].n > 1) {
		run_unknown(r, s, REASON_CALLBACK, "one of several maps");
		return;
	}
	if (!call_begin(&c, r, s, row) || !count_rounds(&c, d.each, &d.rounds))
		return;
	d.map = c.arg[0];
	d.map_number = c.map;
	d.context = c.arg[2];
	term zero = word_const(w, 0), refused = term_ne(w->pool, c.word[3], zero);
	term none = term_or(w->pool, refused, term_eq(w->pool, d.rounds, zero));
	struct activation here = {.caller = p->act, .call_block = p->block, .call_iteration = p->iteration};
	return_where(k, &here, s, none, term_ite(w->pool, refused, call_errno(&c, ERR_INVAL), zero));
	begin_rounds(k, p, &d, s, &c.arg[1]);
}

void walk_end_round(struct walk *k, const struct activation *a, struct state *s)
{
	struct run *r = k->run;
	struct world *w = r->world;
	struct term_pool *p = w->pool;
	struct driver *d = a->driver;
	struct value v = step_reg(r, s, 0);
	term word = value_word(w, &v), done = word_const(w, a->round + 1ull);
	run_fault(r, s, FAULT_CALLBACK, term_ult(p, word_const(w, 1), word));
	term stop = term_or(p, term_ne(p, word, word_const(w, 0)), term_ule(p, d->rounds, done));
	return_where(k, a, s, stop, done);
	if (!walk_may_repeat(k, s, a->round + 1))
		return;
	if (a->round + 1 >= r->unroll) {
		run_unknown(r, s, REASON_LOOP, "");
		return;
	}
	enter_round(k, d, s, a->round + 1);
}
