/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A helper that runs a function of the program which nothing here enters
 * (bpf_user_ringbuf_drain): an opaque call whose event has the function's code.
 * Whether the function ran is input. What it then did is, too, although its
 * code decides: no difference that needs it is one that the kernel shows.
 */
#include "encode/machine/call.h"

/* Where the function did not run: no sample, or another run drains the buffer. */
static term idle_result(struct call *c, term result)
{
	term odd = term_eq(c->pool, term_extract(c->pool, result, 0, 0), term_true(c->pool));
	return term_ite(c->pool, odd, call_errno(c, 16), word_const(c->world, 0));
}

bool call_opaque_code(struct call *c)
{
	struct world *w = c->world;
	struct term_pool *p = c->pool;
	struct state *idle = state_copy(w, c->state);
	term position = *state_counter(w, idle, COUNT_OPAQUE);
	term which = word_const(w, (uint64_t)helper_code_argument(c->row));
	term input = term_zext(p, world_input2(w, IN_OUT_LEN, position, which), 64);
	term ran = term_ne(p, input, word_const(w, 0)), still = term_not(p, ran);
	if (!call_opaque(c))
		return false;
	*state_counter(w, idle, COUNT_OPAQUE) = *state_counter(w, c->state, COUNT_OPAQUE);
	term result = c->result.word, guard = c->state->guard;
	idle->guard = term_and(p, guard, still);
	c->state->guard = term_and(p, guard, ran);
	c->run->guessed = term_or(p, c->run->guessed, c->state->guard);
	*c->state = *state_merge(w, c->state, idle);
	call_set_number(c, term_ite(p, ran, result, idle_result(c, result)));
	return true;
}
