/* SPDX-License-Identifier: BSD-2-Clause */
/* What a draft need not keep: code that nobody gets to, jumps to what follows anyway, results that nobody reads. */
#include "checker/safety/liveness.h"
#include "encode/isa/effect.h"
#include "synth/draft/draft.h"
#include "synth/draft/alloc.h"

#include <stdlib.h>

struct reach {
	const struct draft *d;
	bool *seen;
	uint32_t *stack;
	uint32_t n;
};

static void reach_push(struct reach *r, uint32_t i)
{
	i = draft_next(r->d, i);
	if (i < r->d->n && !r->seen[i]) {
		r->seen[i] = true;
		r->stack[r->n++] = i;
	}
}

/* Every function stays, also one that nobody calls any more: the object has a symbol for it. */
static uint32_t kill_unreached(struct draft *d)
{
	struct reach r = {.d = d,
			  .seen = checked(calloc(d->n + 1, sizeof *r.seen)),
			  .stack = checked(calloc(d->n + 1, sizeof *r.stack))};
	uint32_t killed = 0;
	for (size_t s = 0; s < d->base->n_subs; s++)
		reach_push(&r, d->subs[s].start);
	while (r.n > 0) {
		uint32_t i = r.stack[--r.n];
		const struct insn *in = &d->items[i].in;
		if (insn_falls_through(in))
			reach_push(&r, i + (in->op == ISA_LDDW ? 2 : 1));
		if (insn_is_jump(in))
			reach_push(&r, d->items[i].target);
	}
	for (uint32_t i = 0; i < d->n; i++)
		if (!d->items[i].dead && d->items[i].in.op != ISA_WIDE_TAIL && !r.seen[i]) {
			killed += d->items[i].in.op == ISA_LDDW ? 2 : 1;
			draft_kill(d, i);
		}
	free(r.seen);
	free(r.stack);
	return killed;
}

static uint32_t kill_jumps(struct draft *d)
{
	uint32_t killed = 0;
	for (uint32_t i = 0; i < d->n; i++) {
		const struct item *it = &d->items[i];
		if (it->dead || it->in.op == ISA_WIDE_TAIL || !insn_is_jump(&it->in) || it->in.op == ISA_MAY_GOTO)
			continue;
		if (draft_next(d, it->target) == draft_next(d, i + 1)) {
			draft_kill(d, i);
			killed++;
		}
	}
	return killed;
}

static bool is_move_to_itself(const struct insn *in)
{
	return in->op == ISA_MOV && in->width == 64 && !in->k && in->src == in->dst;
}

static uint32_t kill_unread(struct draft *d)
{
	struct version v;
	uint32_t killed = 0;
	if (!draft_build(d, &v))
		return 0;
	struct liveness *l = liveness_new(v.p);
	for (uint32_t i = 0, at = 0; i < d->n; i++) {
		const struct item *it = &d->items[i];
		if (it->dead)
			continue;
		uint32_t slots = it->in.op == ISA_LDDW ? 2 : 1, next = at + slots;
		bool pure = it->in.op != ISA_WIDE_TAIL && effect_is_result(&it->in) && next < v.p->n;
		if (pure && (!(l->in[next] & 1u << it->in.dst) || is_move_to_itself(&it->in))) {
			killed += slots;
			draft_kill(d, i);
		}
		at++;
		if (it->in.op == ISA_LDDW && it->dead)
			at++, i++;
	}
	liveness_free(l);
	version_release(&v);
	return killed;
}

uint32_t draft_sweep(struct draft *d)
{
	uint32_t all = 0;
	for (uint32_t killed = 1; killed; all += killed) {
		killed = kill_unreached(d);
		killed += kill_jumps(d);
		killed += kill_unread(d);
	}
	return all;
}
