/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sequences near the passage itself: one instruction is left out, and others make up for it, by another instruction in
 * the place of one, other operands in one or two, or another place for one. Reaches longer passages than enumeration.
 */
#include "synth/search/repair.h"

#include "encode/isa/effect.h"
#include "synth/search/vocabulary.h"

#include <string.h>

#define CLOCK 1024 /* proposals between looks at the clock */

struct repair {
	struct hunt *h;
	struct vocabulary v;
	struct insn at[PASSAGE_SLICE];
	unsigned n;
	bool stop;
};

static bool is_sensible(const struct repair *r)
{
	struct vocabulary_kinds k = vocabulary_begin(&r->v);
	for (unsigned i = 0; i < r->n; i++) {
		if (vocabulary_refuses(&r->at[i], k))
			return false;
		k = vocabulary_after(&r->v, &r->at[i], k);
	}
	return true;
}

static void try_sequence(struct repair *r)
{
	struct hunt *h = r->h;
	if (++h->stats.proposals % CLOCK == 0 && hunt_is_over(h))
		r->stop = true;
	if (r->stop || !trials_allow(&h->trials, r->at, r->n) || trials_ask(&h->trials, r->at, r->n) < h->trials.n)
		return;
	if (hunt_is_cheaper(h, r->at, r->n) && is_sensible(r) && hunt_try(h, r->at, r->n))
		r->stop = true;
}

/* Every other operand of instruction i; `next` goes on from there. */
static void vary(struct repair *r, unsigned i, void (*next)(struct repair *r, unsigned i))
{
	struct insn was = r->at[i], *in = &r->at[i];
	enum isa_form form = isa_rows[in->op].form;
	bool store = form == FORM_ST || form == FORM_STX, jump = form == FORM_JMP;
	bool unary = form == FORM_ALU1 || form == FORM_END || form == FORM_WIDE;
	for (unsigned to = store || jump ? r->v.from : r->v.to; to && !r->stop; to &= to - 1, *in = was) {
		in->dst = (uint8_t)__builtin_ctz(to);
		if (in->dst != was.dst && !(jump && in->dst == 10))
			next(r, i);
	}
	for (unsigned from = unary || in->k || form == FORM_ST ? 0 : r->v.from; from && !r->stop;
	     from &= from - 1, *in = was) {
		in->src = (uint8_t)__builtin_ctz(from);
		if (in->src != was.src)
			next(r, i);
	}
	for (unsigned k = 0; (in->k || form == FORM_ST) && k < r->v.n_numbers && !r->stop; k++, *in = was) {
		in->imm = r->v.numbers[k];
		if (in->imm != was.imm && vocabulary_is_legal(in))
			next(r, i);
	}
	for (unsigned width = 32; (form == FORM_ALU || jump) && width <= 64 && !r->stop; width += 32, *in = was) {
		in->width = (uint8_t)width;
		if (width != was.width && vocabulary_is_legal(in))
			next(r, i);
	}
}

static void end(struct repair *r, unsigned i)
{
	(void)i;
	try_sequence(r);
}

static void vary_later(struct repair *r, unsigned i)
{
	try_sequence(r);
	for (unsigned k = i + 1; k < r->n && !r->stop; k++)
		vary(r, k, end);
}

static void replace_each(struct repair *r)
{
	unsigned plain = r->v.n - r->v.n_jumps;
	for (unsigned i = 0; i < r->n && !r->stop; i++) {
		struct insn was = r->at[i];
		bool jump = insn_has_form(&was, FORM_JMP);
		for (unsigned k = jump ? plain : 0; k < (jump ? r->v.n : plain) && !r->stop; k++) {
			r->at[i] = r->v.at[k];
			try_sequence(r);
		}
		r->at[i] = was;
	}
}

static void move(struct repair *r, unsigned from, unsigned to)
{
	struct insn in = r->at[from];
	if (from < to)
		memmove(r->at + from, r->at + from + 1, (to - from) * sizeof in);
	else
		memmove(r->at + to + 1, r->at + to, (from - to) * sizeof in);
	r->at[to] = in;
}

static void move_each(struct repair *r)
{
	unsigned n = r->h->x->jumps ? r->n - 1 : r->n;
	for (unsigned from = 0; from < n; from++)
		for (unsigned to = 0; to < n && !r->stop; to++) {
			if (from == to || from == to + 1)
				continue;
			move(r, from, to);
			try_sequence(r);
			for (unsigned i = 0; i < r->n && !r->stop; i++)
				vary(r, i, end);
			move(r, to, from);
		}
}

/* Without one instruction. */
static void leave_out(struct repair *r, const struct insn *all, unsigned n, unsigned which)
{
	memcpy(r->at, all, n * sizeof *all);
	memmove(r->at + which, r->at + which + 1, (n - which - 1) * sizeof *all);
	r->n = n - 1;
	try_sequence(r);
	replace_each(r);
	for (unsigned i = 0; i < r->n && !r->stop; i++)
		vary(r, i, vary_later);
	if (r->n > 1)
		move_each(r);
}

void repair_passage(struct hunt *h)
{
	struct repair r = {.h = h};
	struct insn all[PASSAGE_SLICE];
	unsigned n = 0;
	for (unsigned i = 0; i < h->x->n; i++)
		if (h->x->insns[i].op != ISA_WIDE_TAIL)
			all[n++] = h->x->insns[i];
	vocabulary_init(&r.v, h->s, h->x, &h->trials);
	for (unsigned i = 0; i < n && !r.stop; i++)
		if (!insn_has_form(&all[i], FORM_JMP))
			leave_out(&r, all, n, i);
	vocabulary_release(&r.v);
}

const struct hunt_plan repair_plan = {"repair", repair_passage, 3, PASSAGE_SLICE, 16, 2000000, 1};

void propose_repair(const struct scene *s)
{
	hunt_run(s, &repair_plan);
}
