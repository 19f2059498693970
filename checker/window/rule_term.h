/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules as terms, inside of checker/window. */
#ifndef RULE_TERM_H
#define RULE_TERM_H

#include "checker/window/rule.h"
#include "encode/machine/machine.h"

/* The word of an expression for given constants. */
term rule_term(struct term_pool *p, const struct rule *r, unsigned node, const term constants[RULE_CONSTANTS]);

/* What a register variable holds before the first instruction. */
enum rule_holds { RULE_HOLDS_NUMBER, RULE_HOLDS_POINTER, RULE_HOLDS_WORD, RULE_HOLDS_NOTHING };

struct rule_access {
	bool store;
	unsigned bytes;
	uint32_t region;
	term off;
};

/* One side of a rule, run. */
struct rule_side {
	struct program program;
	struct insn insns[RULE_INSNS];
	struct run_field fields[RULE_INSNS];
	struct run *run;
	struct state *state; /* at the end */
	term taken;          /* it jumps to L */
	struct rule_access accesses[RULE_INSNS];
	unsigned n_accesses;
	bool complete; /* false: it meets what is not modelled, or faults for sure */
};

/* A bit a register variable: the pattern reads it before it writes it; or it writes it. */
unsigned rule_reads(const struct rule_insn *side, unsigned n);
unsigned rule_writes(const struct rule_insn *side, unsigned n);

/* Runs a side from a state, which stays as it is. */
void rule_side_run(struct rule_side *out, struct world *w, const struct rule *r, bool result, const struct state *from,
		   const term constants[RULE_CONSTANTS]);
void rule_side_release(struct rule_side *side);
/* Free inputs: constants, and a state whose registers hold them; pointers go into memory of their own, or (same) all
 * into one. */
void rule_inputs(struct world *w, term constants[RULE_CONSTANTS]);
struct state *rule_state(struct world *w, const struct rule *r, const enum rule_holds holds[RULE_REGS], bool same);
#define RULE_INPUT_REGS 0u /* indices of IN_SOME: registers' words, pointers' offsets; then constants */
#define RULE_INPUT_CONSTANTS 100u
#define RULE_MEMORY 65536u /* bytes of each memory */
#endif
