/* SPDX-License-Identifier: BSD-2-Clause */
/* Expressions of rules: their values as numbers and as terms, from rule_op.def. */
#include "checker/window/rule_term.h"

#include <stdlib.h>

#define PREFIX RULE_PREFIX
#define CALL1 RULE_CALL1
#define CALL2 RULE_CALL2

const struct rule_op_row rule_op_rows[RULE_OP_COUNT] = {
    [RULE_NUMBER] = {"", 0},
    [RULE_CONSTANT] = {"", 0},
#define RULE_OP(name, text, level, number, term) [RULE_##name] = {text, level},
#include "checker/window/rule_op.def"
#undef RULE_OP
};

const struct rule_constant rule_constants[RULE_CONSTANTS] = {{'C', 32}, {'D', 32}, {'E', 32}, {'O', 16},
							     {'P', 16}, {'K', 64}, {'M', 64}};

static uint64_t number_log2(uint64_t x)
{
	return x ? 63 - (uint64_t)__builtin_clzll(x) : 0;
}

static uint64_t number_of(enum rule_op op, uint64_t x, uint64_t y)
{
	switch (op) {
#define RULE_OP(name, text, level, number, term) \
	case RULE_##name:                        \
		return number;
#include "checker/window/rule_op.def"
#undef RULE_OP
	case RULE_NUMBER:
	case RULE_CONSTANT:
	case RULE_OP_COUNT:
		break;
	}
	abort(); /* the caller takes leaves itself */
}

uint64_t rule_value(const struct rule *r, unsigned node, const uint64_t constants[RULE_CONSTANTS])
{
	const struct rule_node *n = &r->nodes[node];
	if (n->op == RULE_NUMBER)
		return (uint64_t)n->value;
	if (n->op == RULE_CONSTANT)
		return constants[n->value];
	uint64_t x = rule_value(r, n->a, constants);
	unsigned level = rule_op_rows[n->op].level;
	return number_of(n->op, x, level == PREFIX || level == CALL1 ? 0 : rule_value(r, n->b, constants));
}

unsigned rule_constants_of(const struct rule *r, unsigned node)
{
	const struct rule_node *n = &r->nodes[node];
	if (n->op == RULE_NUMBER)
		return 0;
	if (n->op == RULE_CONSTANT)
		return 1u << n->value;
	unsigned level = rule_op_rows[n->op].level;
	return rule_constants_of(r, n->a) | (level == PREFIX || level == CALL1 ? 0 : rule_constants_of(r, n->b));
}

static term term_log2(struct term_pool *p, term x)
{
	term out = term_const(p, 64, 0);
	for (unsigned i = 1; i < 64; i++)
		out = term_ite(p, term_ult(p, x, term_const(p, 64, 1ull << i)), out, term_const(p, 64, i));
	return out;
}

static term term_of(struct term_pool *p, enum rule_op op, term x, term y)
{
#define w64(n) term_const(p, 64, n)
#define truth(t) term_zext(p, t, 64)
#define is(x) term_ne(p, x, w64(0))
	switch (op) {
#define RULE_OP(name, text, level, number, term) \
	case RULE_##name:                        \
		return term;
#include "checker/window/rule_op.def"
#undef RULE_OP
	case RULE_NUMBER:
	case RULE_CONSTANT:
	case RULE_OP_COUNT:
		break;
	}
	abort(); /* as above */
}

term rule_term(struct term_pool *p, const struct rule *r, unsigned node, const term constants[RULE_CONSTANTS])
{
	const struct rule_node *n = &r->nodes[node];
	if (n->op == RULE_NUMBER)
		return term_const(p, 64, (uint64_t)n->value);
	if (n->op == RULE_CONSTANT)
		return constants[n->value];
	term x = rule_term(p, r, n->a, constants);
	unsigned level = rule_op_rows[n->op].level;
	return term_of(p, n->op, x, level == PREFIX || level == CALL1 ? 0 : rule_term(p, r, n->b, constants));
}

bool rule_fits_imm(const struct insn *in, uint64_t value)
{
	bool half = in->width == 32 && (insn_has_form(in, FORM_ALU) || insn_has_form(in, FORM_JMP));
	return half || (in->op == ISA_ST && in->width <= 32) || in->op == ISA_LDDW || value == (uint64_t)(int32_t)value;
}

unsigned rule_slots(const struct rule_insn *side, unsigned n)
{
	unsigned slots = n;
	for (unsigned i = 0; i < n; i++)
		slots += side[i].in.op == ISA_LDDW;
	return slots;
}
