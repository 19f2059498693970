/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds rewrite rules: patterns of one or two instructions, all results of at
 * most one, compared on samples under growing conditions; what agrees is proved
 * for all instances, and kept if no rule that is known already does as much.
 */
#ifndef LEARN_H
#define LEARN_H

#include "encode/object/program.h"
#include "synth/rules/rule_text.h"
#include "synth/engine/seen.h"

struct learn_counts {
	uint64_t patterns, agreed, refuted, unknown, subsumed, proved;
};

struct learn_options {
	const char *solver;
	unsigned query_ms;
	const struct seen *shapes;                                                   /* of learn_shape.h; NULL: all */
	volatile int *stop;                                                          /* may be NULL */
	void (*progress)(void *arg, const struct learn_counts *c, const char *what); /* may be NULL */
	void *arg;
};

/* Finds rules; *out is to be released. False: the solver can't be opened, err says why. */
bool learn_rules(const struct learn_options *o, struct rules *out, struct learn_counts *c, char *err, size_t errlen);
/* The topic that a rule belongs to: a word. Static. */
const char *learn_topic(const struct rule *r);

/* Inside: does a known rule cover what this pattern would be for, given samples of its conditions? With it, *cost is
 * what the best of them leaves of the whole pattern, or 0 if one works on a part of it. */
struct learn_samples;
bool learn_is_known(const struct rules *known, const struct rule *r, const struct learn_samples *s, unsigned *cost);
/* A name of its operations that no other rule has. */
void learn_name(struct rule *r, const struct rules *known);
/* Only the nodes and registers that the rule needs, registers in the order of their appearance. */
void learn_tidy(struct rule *r);
#endif
