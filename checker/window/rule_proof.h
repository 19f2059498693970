/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Is a rewrite rule right? Asked for all its instances at once: immediates and
 * offsets are terms, registers arbitrary words, memory arbitrary bytes.
 */
#ifndef RULE_PROOF_H
#define RULE_PROOF_H

#include "checker/window/rule.h"
#include "encode/solver/solver.h"
#include "tables.h"

struct rule_proof {
	enum verdict verdict;
	const char *why;        /* not proved: a fixed sentence, static; else "" */
	const char *decided_by; /* "rewriting" or the solver's name; static */
	double ms;
	/* refuted: an instance where pattern and result differ */
	uint64_t regs[RULE_REGS], constants[RULE_CONSTANTS];
};

/* Proved: on every instance that meets the rule's conditions and on which the pattern does not fault, the result does
 * not fault, and leaves the same in memory and in all registers that are not dead, and jumps where the pattern jumps.
 */
void rule_prove(const struct rule *r, struct solver *s, struct rule_proof *out);
/* The same of n rules, with few questions. */
void rule_prove_all(const struct rule *r, size_t n, struct solver *s, struct rule_proof *out);
#endif
