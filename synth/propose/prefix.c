/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two ways that begin alike and are told apart by a constant in a register:
 * one copy of what is alike serves both, and the register is asked again
 * behind it.
 */
#include "synth/analysis/block.h"
#include "synth/analysis/certain.h"
#include "synth/draft/edit.h"
#include "scalar.h"

#define LEAST 3 /* instructions: the comparison and a goto are put in their place */

/* Slots from a and from b on that are equal and leave the register alone. */
static uint32_t count_equal(const struct scene *s, const struct flow *f, uint32_t a, uint32_t b, unsigned reg)
{
	uint32_t n = 0;
	while (a + n < s->p->n && b + n < s->p->n && a + n != b && b + n != a) {
		const struct insn *in = &s->p->insns[a + n];
		if (!block_equal(in, &s->p->insns[b + n]) || insn_has_target(in) ||
		    f->effects[a + n].writes & EFFECT_BIT(reg))
			break;
		if (in->op != ISA_WIDE_TAIL &&
		    (!insn_falls_through(in) || !edit_allows(s, a + n) || !edit_allows(s, b + n)))
			break;
		n++;
	}
	while (n > 0 && s->p->insns[a + n - 1].op == ISA_LDDW)
		n--;
	return n;
}

/* Is it that constant at a, and never at b? */
static bool tells_apart(const struct scene *s, uint32_t a, uint32_t b, unsigned reg, uint64_t *word)
{
	const struct facts_at *at = &s->facts->at[b];
	return certain_number(s, a, reg, word) && fits_immediate(*word) && at->reached &&
	       at->r[reg].kind == KIND_NUMBER &&
	       scalar_decide(SCALAR_EQ, 64, at->r[reg].value, scalar_const(*word)) == 0;
}

/* Who came to a, or to b, goes through b's copy. */
static bool offer_prefix(const struct scene *s, uint32_t a, uint32_t b, uint32_t n, unsigned reg, uint64_t word)
{
	struct draft *d = scene_draft(s);
	struct insn test = {.op = ISA_JEQ, .width = 64, .dst = (uint8_t)reg, .k = true, .imm = (int32_t)(int64_t)word};
	uint32_t to = a + n;
	for (uint32_t i = 0; i < d->n; i++)
		if (insn_has_target(&d->items[i].in) && d->items[i].target == a)
			d->items[i].target = b;
	for (uint32_t i = a; i < a + n; i++)
		d->items[i].dead = true;
	if (!draft_replace(d, b + n, b + n, &test, &to, 1)) {
		draft_free(d);
		return true;
	}
	return s->offer(s, d, "one beginning for two ways");
}

static bool is_fallen_into(const struct scene *s, uint32_t slot)
{
	const struct insn *before = &s->p->insns[slot - 1];
	return slot == 0 || before->op == ISA_WIDE_TAIL || insn_falls_through(before);
}

static bool try_pair(const struct scene *s, const struct flow *f, uint32_t a, uint32_t b)
{
	if (program_sub(s->p, a) != program_sub(s->p, b) || !block_equal(&s->p->insns[a], &s->p->insns[b]))
		return true;
	for (unsigned reg = 0; reg < 10; reg++) {
		uint64_t word;
		if (!tells_apart(s, a, b, reg, &word))
			continue;
		uint32_t n = count_equal(s, f, a, b, reg);
		if (n >= LEAST && !offer_prefix(s, a, b, n, reg, word))
			return false;
	}
	return true;
}

/* The first slots of blocks that are only jumped to. */
static bool is_start(const struct scene *s, const struct flow *f, uint32_t slot)
{
	return f->pred_start[slot + 1] > f->pred_start[slot] && edit_allows(s, slot) && !is_fallen_into(s, slot);
}

void propose_prefix(const struct scene *s)
{
	struct flow *f = flow_new(s->p);
	bool go_on = true;
	for (uint32_t a = 1; a < s->p->n && go_on; a++) {
		if (!is_start(s, f, a))
			continue;
		for (uint32_t b = 1; b < s->p->n && go_on; b++)
			if (a != b && edit_allows(s, b))
				go_on = try_pair(s, f, a, b);
	}
	flow_free(f);
}
