/* SPDX-License-Identifier: BSD-2-Clause */
/* The instructions that patterns and results are tried with, by class of patterns. */
#ifndef LEARN_FORM_H
#define LEARN_FORM_H

#include "checker/window/rule.h"

struct learn_forms {
	struct rule_insn *at;
	size_t n;
};

/* Patterns of the first instruction, or the first and the second; results are one instruction of the third list, or
 * none. */
struct learn_class {
	const char *name;
	uint8_t points; /* registers, a bit each */
	bool near;      /* the constant C is a small distance */
	struct learn_forms first, second, result;
};

#define LEARN_CLASSES 9

/* Makes all classes; their expressions are nodes of `g`, which has nothing else. */
void learn_classes_make(struct rule *g, struct learn_class classes[LEARN_CLASSES]);
void learn_classes_release(struct learn_class classes[LEARN_CLASSES]);
/* What a side costs: slots first, then how long they take. */
unsigned learn_cost(const struct rule_insn *side, unsigned n);
#endif
