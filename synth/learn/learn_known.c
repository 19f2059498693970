/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Is a pattern an instance of a known rule, whole or in part? Registers and
 * constants are matched as in a program; conditions are looked up on the
 * pattern's samples, which can only make a rule too many known.
 */
#include "synth/learn/learn.h"

#include "encode/isa/effect.h"
#include "synth/learn/learn_form.h"
#include "synth/learn/learn_sample.h"

#include <string.h>

struct unify {
	const struct rule *known, *r;
	const struct learn_samples *s;
	uint8_t regs[RULE_REGS];
	uint8_t nodes[RULE_CONSTANTS]; /* 1 + node of r */
};

static bool bind_register(struct unify *u, uint8_t variable, uint8_t reg)
{
	if (u->regs[variable] != 0xff)
		return u->regs[variable] == reg;
	for (unsigned i = 0; i < RULE_REGS; i++)
		if (u->regs[i] == reg)
			return false;
	u->regs[variable] = reg;
	return true;
}

/* A known rule's expression on a sample of the pattern. */
static uint64_t value_on(const struct unify *u, unsigned node, const struct learn_sample *at)
{
	uint64_t constants[RULE_CONSTANTS];
	for (unsigned i = 0; i < RULE_CONSTANTS; i++)
		constants[i] = u->nodes[i] ? at->nodes[u->nodes[i] - 1] : 0;
	return rule_value(u->known, node, constants);
}

static bool bind_field(struct unify *u, uint8_t variable, uint8_t field)
{
	if (!variable || !field)
		return variable == field;
	const struct rule_node *n = &u->known->nodes[variable - 1];
	if (n->op == RULE_CONSTANT && !u->nodes[n->value]) {
		u->nodes[n->value] = field;
		return true;
	}
	for (unsigned i = 0; i < LEARN_SAMPLES; i++)
		if (value_on(u, variable - 1u, &u->s->at[i]) != u->s->at[i].nodes[field - 1])
			return false;
	return true;
}

static bool unify_instruction(struct unify *u, const struct rule_insn *k, const struct rule_insn *ri)
{
	const struct insn *a = &k->in, *b = &ri->in;
	if (a->op != b->op || a->width != b->width || a->k != b->k || a->off != b->off)
		return false;
	struct effect e = effect_of(a);
	unsigned used = e.reads | e.writes;
	if (used >> a->dst & 1 && !bind_register(u, a->dst, b->dst))
		return false;
	bool has_src =
	    !a->k && (insn_has_form(a, FORM_ALU) || insn_has_form(a, FORM_JMP) || insn_has_form(a, FORM_ALUX) ||
		      insn_has_form(a, FORM_LDX) || insn_has_form(a, FORM_LDXS) || insn_has_form(a, FORM_STX));
	if (has_src && !bind_register(u, a->src, b->src))
		return false;
	return bind_field(u, k->imm, ri->imm) && bind_field(u, k->off, ri->off);
}

/* Is a register's value behind instruction `end` of no use? */
static bool is_dead_behind(const struct rule *r, unsigned end, unsigned reg)
{
	for (unsigned i = end; i < r->n_pattern; i++) {
		struct effect e = effect_of(&r->pattern[i].in);
		if (e.reads >> reg & 1)
			return false;
		if (e.writes >> reg & 1)
			return true;
	}
	return r->dead >> reg & 1;
}

static bool facts_hold(const struct unify *u, unsigned start)
{
	for (unsigned i = 0; i < LEARN_SAMPLES; i++) {
		const struct learn_sample *at = &u->s->at[i];
		struct learn_state state;
		learn_begin(at, &state);
		for (unsigned k = 0; k < start; k++)
			if (!learn_step(at, &state, &u->r->pattern[k]))
				return false;
		for (unsigned k = 0; k < u->known->n_facts; k++) {
			const struct rule_fact *f = &u->known->facts[k];
			uint64_t v = value_on(u, f->node, at), reg = state.regs[u->regs[f->reg]];
			if (f->kind == RULE_BELOW ? reg > v : (reg & v) != 0)
				return false;
		}
		for (unsigned k = 0; k < u->known->n_conditions; k++)
			if (!value_on(u, u->known->conditions[k], at))
				return false;
	}
	return true;
}

/* What the result holds has to fit as well. */
static bool result_fits(const struct unify *u)
{
	for (unsigned i = 0; i < u->known->n_result; i++) {
		const struct rule_insn *ri = &u->known->result[i];
		for (unsigned k = 0; ri->imm && k < LEARN_SAMPLES; k++) {
			uint64_t v = value_on(u, ri->imm - 1u, &u->s->at[k]);
			bool shift = ri->in.op == ISA_LSH || ri->in.op == ISA_RSH || ri->in.op == ISA_ARSH;
			if (!rule_fits_imm(&ri->in, v) || (shift && v >= ri->in.width))
				return false;
		}
	}
	return true;
}

static bool covers(const struct rule *known, const struct rule *r, const struct learn_samples *s, unsigned start)
{
	struct unify u = {.known = known, .r = r, .s = s};
	memset(u.regs, 0xff, sizeof u.regs);
	for (unsigned i = 0; i < known->n_pattern; i++)
		if (!unify_instruction(&u, &known->pattern[i], &r->pattern[start + i]))
			return false;
	for (unsigned i = 0; i < known->n_regs; i++) {
		if (known->dead >> i & 1 && !is_dead_behind(r, start + known->n_pattern, u.regs[i]))
			return false;
		if (known->points >> i & 1 && !(r->points >> u.regs[i] & 1))
			return false;
	}
	return facts_hold(&u, start) && result_fits(&u);
}

bool learn_is_known(const struct rules *known, const struct rule *r, const struct learn_samples *s, unsigned *cost)
{
	bool found = false;
	*cost = UINT32_MAX;
	for (size_t i = 0; i < known->n; i++) {
		const struct rule *k = &known->at[i];
		for (unsigned start = 0; start + k->n_pattern <= r->n_pattern; start++) {
			if (k->pattern[0].in.op != r->pattern[start].in.op || !covers(k, r, s, start))
				continue;
			unsigned left = k->n_pattern < r->n_pattern ? 0 : learn_cost(k->result, k->n_result);
			*cost = left < *cost ? left : *cost;
			found = true;
		}
	}
	return found;
}
