/* SPDX-License-Identifier: BSD-2-Clause */
/* Where a rule's pattern stands in a program with its conditions met, and what goes in its place. No solver is asked.
 */
#ifndef RULE_MATCH_H
#define RULE_MATCH_H

#include "checker/window/rule.h"
#include "synth/propose/propose.h"

struct rule_match {
	const struct rule *rule;
	uint32_t slots[RULE_INSNS]; /* of the pattern's instructions, ascending */
	uint32_t end;               /* behind the last one */
	bool gaps;                  /* others stand between them that they can be moved over */
	uint8_t regs[RULE_REGS];
	uint64_t constants[RULE_CONSTANTS];
	struct insn result[2 * RULE_INSNS]; /* LDDW with its second slot */
	unsigned n_result;                  /* slots */
};

/* The pattern's first instruction is the one at `slot`; the others follow it at once, or (gaps) soon. False: it is not
 * there, or a condition is not known to hold. */
bool rule_match_at(const struct scene *s, const struct rule *r, uint32_t slot, bool gaps, struct rule_match *out);
/* Puts the result in the pattern's place; item numbers of the draft are still slots. False: it can't be. */
bool rule_match_apply(const struct scene *s, const struct rule_match *m, struct draft *d);
#endif
