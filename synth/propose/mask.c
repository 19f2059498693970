/* SPDX-License-Identifier: BSD-2-Clause */
/* Bits that are cut out only to ask whether there are any: one instruction asks for them in place. */
#include "synth/analysis/block.h"
#include "synth/analysis/certain.h"
#include "synth/draft/edit.h"

/* A question whether bits of a register are there: `jump` asks, `mask` cut them out. */
struct question {
	uint32_t jump, mask, move; /* slots; move: copied the register before, or it is `mask` */
	unsigned reg;              /* whose bits they are, at the jump */
	struct insn test;          /* the jump, if some are there */
};

static bool asks_for_zero(const struct insn *in)
{
	return insn_has_form(in, FORM_JMP) && in->k && in->imm == 0 && (in->op == ISA_JEQ || in->op == ISA_JNE);
}

/* The slot of the run that writes the register last before another one. */
static bool find_write(const struct flow *f, struct run r, uint32_t before, unsigned reg, uint32_t *slot)
{
	for (uint32_t i = before; i-- > r.start;)
		if (f->effects[i].writes & EFFECT_BIT(reg)) {
			*slot = i;
			return true;
		}
	return false;
}

static bool has_one_use(const struct flow *f, uint32_t def, unsigned reg, uint32_t use)
{
	struct web w;
	flow_web_of(f, def, reg, false, &w);
	bool one = w.n_uses == 1 && w.use[use] && w.n_defs == 1;
	web_release(&w);
	return one;
}

/* Is the register that was copied still there at the jump, and the copy only for the mask? */
static bool is_spare_copy(const struct scene *s, const struct flow *f, struct run r, uint32_t copy,
			  const struct question *q)
{
	const struct insn *in = &s->p->insns[copy];
	uint32_t write;
	return in->op == ISA_MOV && !in->k && in->width == 64 && has_one_use(f, copy, in->dst, q->mask) &&
	       (!find_write(f, r, q->jump, in->src, &write) || write < copy);
}

static bool find_question(const struct scene *s, const struct flow *f, uint32_t jump, struct question *q)
{
	const struct insn *in = &s->p->insns[jump];
	struct run r = block_before(s, f, jump);
	uint32_t copy;
	*q = (struct question){.jump = jump};
	if (!asks_for_zero(in) || !find_write(f, r, jump, in->dst, &q->mask))
		return false;
	const struct insn *mask = &s->p->insns[q->mask];
	if (mask->op != ISA_AND || !mask->k || !has_one_use(f, q->mask, in->dst, jump))
		return false;
	q->move = q->mask;
	q->reg = in->dst;
	if (find_write(f, r, q->mask, in->dst, &copy) && is_spare_copy(s, f, r, copy, q)) {
		q->reg = s->p->insns[copy].src;
		q->move = copy;
	}
	q->test = *in;
	q->test.op = ISA_JSET;
	q->test.dst = (uint8_t)q->reg;
	q->test.imm = mask->imm;
	q->test.width = mask->width < in->width ? mask->width : in->width;
	return true;
}

static void kill_parts(struct draft *d, const struct question *q)
{
	draft_kill(d, q->mask);
	if (q->move != q->mask)
		draft_kill(d, q->move);
}

/* The jump where there are none goes around a goto. */
static bool offer_around(const struct scene *s, const struct question *q)
{
	const struct insn with[2] = {q->test, make_goto()};
	const uint32_t targets[2] = {q->jump + 1, (uint32_t)insn_target(&s->p->insns[q->jump], q->jump)};
	struct draft *d = scene_draft(s);
	kill_parts(d, q);
	draft_replace(d, q->jump, q->jump + 1, with, targets, 2);
	return s->offer(s, d, "bits asked for in place");
}

static bool is_constant(const struct insn *in)
{
	return in->op == ISA_MOV && in->k;
}

/* `x = 4; if none goto on; x = 8; on:` is `x = 8; if some goto on; x = 4; on:`. */
static bool offer_exchanged(const struct scene *s, const struct flow *f, const struct question *q)
{
	const struct insn *jump = &s->p->insns[q->jump], *second = jump + 1;
	uint32_t first, reads = 0;
	struct run r = block_before(s, f, q->jump);
	if (insn_target(jump, q->jump) != q->jump + 2 || !is_constant(second) || second->dst == q->reg ||
	    !find_write(f, r, q->jump, second->dst, &first) || !is_constant(&s->p->insns[first]))
		return true;
	for (uint32_t i = first + 1; i <= q->jump; i++)
		reads |= f->effects[i].reads & EFFECT_BIT(second->dst);
	if (reads || first == q->move || f->pred_start[q->jump + 2] - f->pred_start[q->jump + 1] != 1)
		return true;
	struct draft *d = scene_draft(s);
	kill_parts(d, q);
	draft_set(d, first, *second, 0);
	draft_set(d, q->jump + 1, s->p->insns[first], 0);
	draft_set(d, q->jump, q->test, q->jump + 2);
	return s->offer(s, d, "bits asked for in place");
}

static bool offer_set(const struct scene *s, const struct question *q)
{
	struct draft *d = scene_draft(s);
	kill_parts(d, q);
	draft_set(d, q->jump, q->test, d->items[q->jump].target);
	return s->offer(s, d, "bits asked for in place");
}

void propose_mask(const struct scene *s)
{
	struct flow *f = flow_new(s->p);
	bool go_on = true;
	for (uint32_t i = 0; i + 2 < s->p->n && go_on; i++) {
		struct question q;
		if (!edit_allows(s, i) || !find_question(s, f, i, &q))
			continue;
		if (s->p->insns[i].op == ISA_JNE)
			go_on = offer_set(s, &q);
		else
			go_on = offer_exchanged(s, f, &q) && offer_around(s, &q);
	}
	flow_free(f);
}
