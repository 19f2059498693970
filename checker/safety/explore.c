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
#include "explorer.h"

#include <stdlib.h>
#include <string.h>

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
	return insn_has_form(in, FORM_MAYGOTO) || (in->op == ISA_LDDW && in->src == WIDE_FUNC) ||
	       (insn_has_form(in, FORM_CALL) && in->src == CALL_KFUNC);
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

void explore_push(struct explorer *x, const struct astate *s, struct node *node)
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
bool explore_replace(struct astate *s, struct astate *by)
{
	state_release(s);
	memcpy(s, by, sizeof *s);
	return true;
}

static bool run_exit(struct explorer *x, struct astate *s, struct node *node)
{
	if (s->depth == 1) {
		exit_check(x->v, s);
		return false;
	}
	if (s->frames[s->depth - 1].callback)
		return frame_end_round(x, s, node);
	frame_leave(s);
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
		explore_push(x, &other, node);
	else if (taken)
		explore_replace(s, &other);
	return taken || next;
}

/* The kernel decides, and jumps after 8 million times at the latest. */
static bool run_may_goto(struct explorer *x, struct astate *s, const struct insn *in, struct node *node)
{
	struct astate other;
	state_clone(&other, s);
	other.slot = (uint32_t)insn_target(in, s->slot);
	explore_push(x, &other, node);
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
	frame_leave(&done);
	access_move_packet(&done);
	done.r[0] = aval_number(&done, scalar_any());
	explore_push(x, &done, node);
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
	explore_push(x, &none, node);
	branch_resolve_null(s, null_id, false);
	bool once = iterator_is_once(s, s->r[0].ref); /* so it counts for the callers' loops too */
	s->gotos += once;
	for (unsigned d = 1; d < s->depth; d++)
		s->frames[d].gotos += once;
}

static bool run_call(struct explorer *x, struct astate *s, const struct insn *in, struct node *node)
{
	if (in->src == CALL_LOCAL)
		return frame_enter(x, s, (uint32_t)insn_target(in, s->slot), NULL);
	const struct helper_row *row = in->src == CALL_HELPER ? helper_find((uint32_t)in->imm) : NULL;
	if (row && contract_calls_back(row))
		return frame_begin_rounds(x, s, in, node);
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
	frame_leave(&other);
	explore_push(x, &other, node);
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
		if (x->marks[s->slot] && !arrive_at(x, s, &node))
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
		bool calls = insn_has_form(in, FORM_CALL) && in->src == CALL_LOCAL;
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
	explore_push(x, &s, NULL);
}

bool explore_run(struct prover *v)
{
	struct explorer x = {.v = v};
	struct astate s;
	if (prepare(&x)) {
		state_init(&s, v->p);
		explore_push(&x, &s, NULL);
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
