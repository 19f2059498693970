/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rules as text:
 *
 *   rule NAME
 *     INSTRUCTION ...           pattern; registers rA..rF (wA..), constants C D E O P K M, jumps go to L
 *     when rA dead              nobody reads it behind the pattern
 *     when rA anything          a pointer as well as a number
 *     when rA points            a pointer into memory of plain bytes
 *     when rA <= EXPRESSION     before the pattern, unsigned
 *     when rA & EXPRESSION == 0 the same
 *     when EXPRESSION           of constants, is not 0
 *   =>
 *     INSTRUCTION ...           or the word nothing
 *
 * A # starts a comment. Expressions are words of 64 bits, see checker/window/rule_op.def.
 */
#ifndef RULE_TEXT_H
#define RULE_TEXT_H

#include "checker/window/rule.h"

struct rules {
	struct rule *at;
	size_t n;
};

/* All rules of a text. On failure false and err is "NAME:LINE: sentence"; out is to be released in either case. */
bool rules_parse(const char *name, const char *text, struct rules *out, char *err, size_t errlen);
void rules_release(struct rules *r);
void rule_print(const struct rule *r, FILE *out);

/* Inside: expressions. *at moves behind what was read; false: *what was expected there (static). */
bool rule_expr_parse(struct rule *r, const char **at, unsigned level, unsigned *node, const char **what);
/* Makes a node, or finds the one like it; RULE_NODES: no room. */
unsigned rule_expr_node(struct rule *r, struct rule_node n);
/* As text, in parentheses where a lower level than `level` stands. Returns the length as snprintf. */
int rule_expr_print(const struct rule *r, unsigned node, unsigned level, char *buf, size_t len);
#endif
