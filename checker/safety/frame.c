/* SPDX-License-Identifier: BSD-2-Clause */
/* Frames of the abstract machine: calls, returns, and the rounds of callbacks. */
#include "explorer.h"

#include <stdlib.h>
#include <string.h>

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

bool frame_enter(struct explorer *x, struct astate *s, uint32_t target, const struct callback_round *callback)
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

void frame_leave(struct astate *s)
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

bool frame_begin_rounds(struct explorer *x, struct astate *s, const struct insn *in, struct node *node)
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
		explore_replace(s, &done);
		return true;
	}
	explore_push(x, &done, node);
	if (!frame_enter(x, s, c.target, kept))
		return false;
	memcpy(s->frames[s->depth - 1].args, c.args, sizeof c.args);
	give_arguments(s);
	return true;
}

bool frame_end_round(struct explorer *x, struct astate *s, struct node *node)
{
	struct aframe *f = &s->frames[s->depth - 1];
	const struct callback_round *c = f->callback;
	struct aval r0 = s->r[0];
	bool ok = r0.kind == KIND_NUMBER && state_number(s, &r0).umax <= 1;
	if (!prover_oblige(x->v, s, OBLIGATION_CALLBACK, ok, "the callback returns 0 or 1") ||
	    !prover_oblige(x->v, s, OBLIGATION_SECRET, x->v->opt->privileged || !state_tainted(s, &r0),
			   "the number of rounds tells nothing of an address"))
		return false;
	struct astate done;
	state_clone(&done, s);
	frame_leave(&done);
	finish_rounds(&done, c);
	if (f->begun >= c->rounds.umax)
		return explore_replace(s, &done);
	explore_push(x, &done, node);
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
