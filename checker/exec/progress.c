/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A run that comes back to the state it was in never ends: between helper calls
 * that can see or change something and stores that change memory other than the
 * stack, a machine's registers, frames and stacks are all that its next steps
 * depend on. States are compared at backward jumps with the one at the latest
 * jump whose number is a power of two (R. P. Brent, An improved Monte Carlo
 * factorization algorithm, BIT 20, 1980, section 2).
 */
#include "machine.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_JUMP 64 /* before it nothing is kept: most runs are short */

struct snapshot {
	uint64_t changes, may_gotos;
	uint32_t pc;
	unsigned depth;
	uint16_t known, secret;
	struct value r[11], lock;
	struct frame frames[MAX_FRAMES];
	struct stack_memory stacks[MAX_FRAMES];
};

/* Loading one address twice makes two regions, which are the same. */
static bool same_region(const struct machine *m, uint32_t a, uint32_t b)
{
	const struct region *x = &m->regions[a], *y = &m->regions[b];
	if (a == b)
		return true;
	return x->kind == y->kind && x->base == y->base && x->size == y->size && x->gen == y->gen && x->map == y->map &&
	       x->inner == y->inner && x->is_inner == y->is_inner && x->origin == y->origin && x->dead == y->dead &&
	       x->acquired == y->acquired && x->element == y->element && x->bytes == y->bytes && !x->stack && !y->stack;
}

static bool same_values(const struct machine *m, const struct value *a, const struct value *b, size_t n, unsigned known)
{
	for (size_t i = 0; i < n; i++)
		if ((known & 1u << i) && (a[i].word != b[i].word || !same_region(m, a[i].region, b[i].region)))
			return false;
	return true;
}

static bool same_stack(const struct machine *m, const struct stack_memory *a, const struct stack_memory *b)
{
	if (memcmp(a->known, b->known, sizeof a->known) || memcmp(a->secret, b->secret, sizeof a->secret) ||
	    memcmp(a->bytes, b->bytes, sizeof a->bytes))
		return false;
	for (size_t i = 0; i < STACK_SIZE / 8; i++)
		if (!same_region(m, a->spill[i], b->spill[i]))
			return false;
	return true;
}

static bool same_frame(const struct machine *m, const struct frame *a, const struct frame *b)
{
	return a->region == b->region && a->back == b->back && a->saved_known == b->saved_known &&
	       a->saved_secret == b->saved_secret && a->stack_used == b->stack_used &&
	       a->callback.round == b->callback.round &&
	       same_values(m, a->saved, b->saved, sizeof a->saved / sizeof *a->saved, a->saved_known >> 6);
}

static bool is_repeated(const struct machine *m, const struct snapshot *s)
{
	if (s->changes != m->changes || s->may_gotos != m->may_gotos || s->pc != m->pc || s->depth != m->depth ||
	    s->known != m->known || s->secret != m->secret || !same_values(m, s->r, m->r, 11, m->known) ||
	    !same_values(m, &s->lock, &m->lock, 1, 1))
		return false;
	for (unsigned i = 0; i <= m->depth; i++)
		if (!same_frame(m, &s->frames[i], &m->frames[i]) ||
		    !same_stack(m, &s->stacks[i], m->regions[m->frames[i].region].stack))
			return false;
	return true;
}

static void take(const struct machine *m, struct snapshot *s)
{
	*s = (struct snapshot){.changes = m->changes,
			       .may_gotos = m->may_gotos,
			       .pc = m->pc,
			       .depth = m->depth,
			       .known = m->known,
			       .secret = m->secret,
			       .lock = m->lock};
	memcpy(s->r, m->r, sizeof s->r);
	memcpy(s->frames, m->frames, (m->depth + 1) * sizeof *s->frames);
	for (unsigned i = 0; i <= m->depth; i++)
		s->stacks[i] = *m->regions[m->frames[i].region].stack;
}

void progress_note_jump(struct machine *m)
{
	if (m->snapshot && is_repeated(m, m->snapshot))
		machine_fault(m, FAULT_REPEATS, "the state repeats after %llu instructions",
			      (unsigned long long)m->out->steps);
	if (++m->jumps < FIRST_JUMP || m->jumps & (m->jumps - 1))
		return;
	if (!m->snapshot)
		m->snapshot = machine_alloc(sizeof *m->snapshot);
	take(m, m->snapshot);
}
