/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Instances of rules to compare sides on before anything is proved: registers,
 * constants and a few bytes of memory that meet a rule's conditions.
 */
#ifndef LEARN_SAMPLE_H
#define LEARN_SAMPLE_H

#include "checker/window/rule.h"

#define LEARN_SAMPLES 48
#define LEARN_REGS 3
#define LEARN_BYTES 64
#define LEARN_ADDRESS 0x10000u /* of the first byte */

/* Where a constant's values come from. */
enum learn_domain { DOMAIN_ANY, DOMAIN_SHIFT32, DOMAIN_SHIFT64, DOMAIN_NEAR, DOMAIN_COUNT };

struct learn_sample {
	uint64_t regs[LEARN_REGS];
	uint64_t constants[RULE_CONSTANTS];
	uint64_t nodes[RULE_NODES]; /* values of all expressions */
	uint8_t bytes[LEARN_BYTES];
};

struct learn_state {
	uint64_t regs[LEARN_REGS];
	uint8_t bytes[LEARN_BYTES];
	bool taken;
};

/* What all samples of a set have in common: nodes, facts, conditions and pointers of `rule`, whose sides don't count.
 */
struct learn_samples {
	const struct rule *rule;
	enum learn_domain c, d;
	struct learn_sample at[LEARN_SAMPLES];
};

/* False: none were found that meet the conditions. */
bool learn_samples_make(struct learn_samples *s, const struct rule *rule, enum learn_domain c, enum learn_domain d,
			uint64_t seed);
/* Values of the expressions in an instance with these registers and constants; false: it does not meet the conditions.
 */
bool learn_sample_fill(const struct learn_samples *s, struct learn_sample *at);
/* One instruction; false: a field does not hold its value, or it is an access elsewhere. */
bool learn_step(const struct learn_sample *at, struct learn_state *s, const struct rule_insn *ri);
void learn_begin(const struct learn_sample *at, struct learn_state *s);
#endif
