/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A rewrite rule as data: a pattern of instructions over register variables and
 * constants, what has to hold, and the instructions that may stand in its place.
 * Register variables are different registers. Constants are words: C, D, E are
 * immediates (32 bits, sign-extended), O, P are offsets (16 bits,
 * sign-extended), K and M are immediates of an LDDW.
 */
#ifndef RULE_H
#define RULE_H

#include "encode/isa/insn.h"

#define RULE_INSNS 6
#define RULE_REGS 6
#define RULE_NODES 200
#define RULE_FACTS 6
#define RULE_NAME 64

enum rule_op {
	RULE_NUMBER,   /* value */
	RULE_CONSTANT, /* value: which, see rule_constants */
#define RULE_OP(name, ...) RULE_##name,
#include "checker/window/rule_op.def"
#undef RULE_OP
	RULE_OP_COUNT
};

/* Levels of operators that are not infix. */
enum { RULE_PREFIX = 20, RULE_CALL1, RULE_CALL2 };

struct rule_op_row {
	const char *text;
	unsigned level;
};
extern const struct rule_op_row rule_op_rows[RULE_OP_COUNT]; /* of the first two: text "" */

struct rule_constant {
	char name;
	unsigned bits; /* 16, 32: sign-extended; 64 */
};
#define RULE_CONSTANTS 7
extern const struct rule_constant rule_constants[RULE_CONSTANTS];

/* An expression: operands are the numbers of earlier nodes. */
struct rule_node {
	uint8_t op, a, b;
	int64_t value;
};

struct rule_insn {
	struct insn in;   /* registers are numbers of register variables; a jump's offset is 0: it goes to L */
	uint8_t imm, off; /* 1 + node in place of the immediate or offset, 0: there is none */
};

enum rule_fact_kind {
	RULE_BELOW, /* the register is at most the node's value, unsigned */
	RULE_ZEROS, /* the bits of the node's value are 0 in it */
};
struct rule_fact {
	enum rule_fact_kind kind;
	uint8_t reg, node;
};

struct rule {
	char name[RULE_NAME];
	unsigned line; /* of its text */
	unsigned n_regs;
	/* By register variable, a bit each: nobody reads it behind the pattern; it may be a pointer as well as a
	 * number; it is a pointer into memory whose bytes are plain (stack, packet, map values, helper memory). */
	uint8_t dead, any, points;
	struct rule_insn pattern[RULE_INSNS], result[RULE_INSNS];
	unsigned n_pattern, n_result;
	struct rule_fact facts[RULE_FACTS]; /* before the first instruction */
	unsigned n_facts;
	uint8_t conditions[RULE_FACTS]; /* nodes that are not 0 */
	unsigned n_conditions;
	struct rule_node nodes[RULE_NODES];
	unsigned n_nodes;
};

/* An expression's value for given constants. */
uint64_t rule_value(const struct rule *r, unsigned node, const uint64_t constants[RULE_CONSTANTS]);
/* A bit a constant that the expression has. */
unsigned rule_constants_of(const struct rule *r, unsigned node);
/* Does a value fit where the instruction has it? A 32-bit operation takes the low half of any. */
bool rule_fits_imm(const struct insn *in, uint64_t value);
/* 8-byte slots. */
unsigned rule_slots(const struct rule_insn *side, unsigned n);
#endif
