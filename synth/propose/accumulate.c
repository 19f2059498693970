/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Words that are kept, in registers or in the stack, until they are all combined by one operation whose order does not
 * matter: each is combined as soon as it is there, and only what they came to is kept.
 */
#include "encode/isa/effect.h"
#include "synth/draft/alloc.h"
#include "synth/analysis/track.h"

#define OPERANDS 16

struct operand {
	struct known value;
	uint32_t birth; /* slot that made it */
	uint8_t reg;    /* that it made it in */
};

/* dst op= src, again and again, where nobody else looks at dst. */
struct chain {
	const struct scene *s;
	const struct track *t;
	const struct block *block;
	uint32_t first, ops[OPERANDS];
	unsigned n_ops;
	uint8_t dst;
	struct operand operands[OPERANDS]; /* by birth */
	unsigned n;
	bool in_place; /* the latest operand is in dst already */
};

static bool same_value(const struct known *a, const struct known *b)
{
	unsigned same = 0;
	while (same < PARTS && part_equal(&a->b[same], &b->b[same]))
		same++;
	return same == PARTS || (a->v.id && value_equal(a->v, b->v));
}

static uint8_t result_register(const struct insn *in)
{
	return isa_rows[in->op].form == FORM_CALL ? 0 : in->dst;
}

static bool makes(const struct chain *c, uint32_t slot, const struct known *value)
{
	const struct insn *in = &c->s->p->insns[slot];
	if (in->op == ISA_WIDE_TAIL || !c->t->at[slot].reached)
		return false;
	return effect_of(in).writes & EFFECT_BIT(result_register(in)) && same_value(&c->t->result[slot], value);
}

static bool add_operand(struct chain *c, const struct known *value)
{
	if (!value->v.id || c->n == OPERANDS)
		return false;
	for (uint32_t i = c->block->start; i < c->first; i++) {
		if (!makes(c, i, value))
			continue;
		unsigned k = c->n++;
		for (; k > 0 && c->operands[k - 1].birth > i; k--)
			c->operands[k] = c->operands[k - 1];
		c->operands[k] = (struct operand){*value, i, result_register(&c->s->p->insns[i])};
		return true;
	}
	return false;
}

static bool is_free_order(const struct insn *in)
{
	return insn_has_form(in, FORM_ALU) && !in->k && in->src != in->dst &&
	       (in->op == ISA_XOR || in->op == ISA_ADD || in->op == ISA_OR || in->op == ISA_AND);
}

/* The operations from `first` on that go on with its dst, with only loads of other registers between them. */
static void find_ops(struct chain *c)
{
	const struct insn *insns = c->s->p->insns, *op = &insns[c->first];
	c->n_ops = 0;
	c->dst = op->dst;
	for (uint32_t i = c->first; i < c->block->end && c->n_ops < OPERANDS - 1; i++) {
		const struct insn *in = &insns[i];
		if (in->op == ISA_WIDE_TAIL)
			continue;
		struct effect e = effect_of(in);
		if (in->op == op->op && in->width == op->width && in->dst == c->dst && is_free_order(in))
			c->ops[c->n_ops++] = i;
		else if ((e.reads | e.writes) & EFFECT_BIT(c->dst) || !insn_has_form(in, FORM_LDX))
			break;
	}
}

/* It only keeps a word for later: a move, a spill or a fill. */
static bool is_keeping(const struct chain *c, uint32_t slot)
{
	const struct insn *in = &c->s->p->insns[slot];
	bool spill = insn_has_form(in, FORM_STX) && in->dst == 10 && in->width == 64;
	bool fill = in->op == ISA_LDX && in->src == 10 && in->width == 64;
	if (!c->t->at[slot].reached || !(spill || fill || (in->op == ISA_MOV && !in->k && in->width == 64)))
		return false;
	const struct known *value = spill ? &c->t->at[slot].r[in->src] : &c->t->result[slot];
	for (unsigned i = 0; i < c->n; i++)
		if (c->operands[i].birth < slot && same_value(value, &c->operands[i].value))
			return true;
	return false;
}

/* May a register hold the sum between the first operand's birth and the last operation? */
static bool is_accumulator(const struct chain *c, const bool *killed, unsigned reg)
{
	uint32_t start = c->operands[0].birth + 1, end = c->ops[c->n_ops - 1] + 1;
	for (uint32_t i = start; i < end; i++) {
		const struct insn *in = &c->s->p->insns[i];
		if (killed[i - c->block->start] || in->op == ISA_WIDE_TAIL)
			continue;
		struct effect e = effect_of(in);
		bool chained = i >= c->first && reg == c->dst;
		if ((e.reads | e.writes) & EFFECT_BIT(reg) && !chained)
			return false;
	}
	return reg == c->dst || end >= c->s->p->n || !(c->s->live->at[end].regs & EFFECT_BIT(reg));
}

static struct insn move_insn(unsigned dst, unsigned src)
{
	return (struct insn){.op = ISA_MOV, .width = 64, .dst = (uint8_t)dst, .src = (uint8_t)src};
}

static bool offer_accumulator(const struct chain *c, const bool *killed, unsigned reg)
{
	const struct scene *s = c->s;
	struct draft *d = scene_draft(s);
	struct insn op = s->p->insns[c->first];
	unsigned last = c->n - (c->in_place ? 1 : 0);
	for (uint32_t i = c->block->start; i < c->block->end; i++)
		if (killed[i - c->block->start])
			draft_kill(d, i);
	if (c->in_place) {
		op.src = (uint8_t)reg;
		draft_insert(d, c->first, op, 0, s->origin ? s->origin[c->first] : c->first);
	} else if (reg != c->dst) {
		draft_insert(d, c->first, move_insn(c->dst, reg), 0, s->origin ? s->origin[c->first] : c->first);
	}
	for (unsigned i = last; i-- > 0;) {
		uint32_t birth = c->operands[i].birth;
		op.dst = (uint8_t)reg;
		op.src = c->operands[i].reg;
		draft_insert(d, birth + 1, i ? op : move_insn(reg, c->operands[i].reg), 0,
			     s->origin ? s->origin[birth] : birth);
	}
	return s->offer(s, d, "combined as soon as they are there");
}

static bool try_registers(const struct chain *c)
{
	bool *killed = checked(calloc(c->block->end - c->block->start + 1, sizeof *killed));
	bool go_on = true;
	for (uint32_t i = c->operands[0].birth + 1; i < c->ops[c->n_ops - 1]; i++)
		killed[i - c->block->start] = c->s->p->insns[i].op != ISA_WIDE_TAIL && is_keeping(c, i);
	for (unsigned i = 0; i < c->n_ops; i++)
		killed[c->ops[i] - c->block->start] = true;
	for (uint32_t i = c->block->start; i < c->block->end; i++)
		go_on &= !killed[i - c->block->start] || c->s->may_edit(c->s, i);
	unsigned tried = 0;
	if (go_on && is_accumulator(c, killed, c->dst) && !c->in_place)
		go_on = offer_accumulator(c, killed, c->dst), tried++;
	for (unsigned r = 10; r-- > 0 && tried < 2 && go_on;)
		if (r != c->dst && is_accumulator(c, killed, r))
			go_on = offer_accumulator(c, killed, r), tried++;
	free(killed);
	return go_on;
}

/* What the chain combines; operations whose operand is older than the block stay where they are, behind it. */
static bool try_chain(struct chain *c)
{
	find_ops(c);
	c->n = 0;
	if (!add_operand(c, &c->t->at[c->first].r[c->dst]))
		return true;
	struct known first = c->operands[0].value;
	unsigned moved = 0;
	for (; moved < c->n_ops; moved++)
		if (!add_operand(c, &c->t->at[c->ops[moved]].r[c->s->p->insns[c->ops[moved]].src]))
			break;
	c->n_ops = moved;
	if (c->n < 2)
		return true;
	const struct operand *last = &c->operands[c->n - 1];
	c->in_place = same_value(&last->value, &first) && last->reg == c->dst;
	return try_registers(c);
}

void propose_accumulate(const struct scene *s)
{
	struct track *t = track_new(s);
	bool go_on = true;
	for (size_t i = 0; i < s->p->n_subs; i++)
		for (size_t k = 0; k < s->cfgs[i].n; k++) {
			struct chain c = {.s = s, .t = t, .block = &s->cfgs[i].blocks[k]};
			for (uint32_t at = c.block->start; at < c.block->end && go_on; at++) {
				if (!t->at[at].reached || !is_free_order(&s->p->insns[at]))
					continue;
				c.first = at;
				go_on = try_chain(&c);
				at = c.n_ops ? c.ops[c.n_ops - 1] : at;
			}
		}
	track_free(t);
}
