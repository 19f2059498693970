/* SPDX-License-Identifier: BSD-2-Clause */
/* Expressions of rules, read and printed. */
#include "synth/rules/rule_text.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

unsigned rule_expr_node(struct rule *r, struct rule_node n)
{
	for (unsigned i = 0; i < r->n_nodes; i++)
		if (r->nodes[i].op == n.op && r->nodes[i].a == n.a && r->nodes[i].b == n.b &&
		    r->nodes[i].value == n.value)
			return i;
	if (r->n_nodes == RULE_NODES)
		return RULE_NODES;
	r->nodes[r->n_nodes] = n;
	return r->n_nodes++;
}

static bool make(struct rule *r, struct rule_node n, unsigned *node, const char **what)
{
	*node = rule_expr_node(r, n);
	*what = "fewer operators in one rule";
	return *node < RULE_NODES;
}

static void skip_blanks(const char **at)
{
	while (**at == ' ' || **at == '\t')
		++*at;
}

static bool accept(const char **at, const char *text)
{
	skip_blanks(at);
	if (strncmp(*at, text, strlen(text)) != 0)
		return false;
	*at += strlen(text);
	return true;
}

/* The infix operator at a place, the longest there is; RULE_OP_COUNT if none. */
static unsigned infix_at(const char *at)
{
	unsigned best = RULE_OP_COUNT;
	size_t len = 0;
	for (unsigned i = RULE_CONSTANT + 1; i < RULE_OP_COUNT; i++) {
		const struct rule_op_row *row = &rule_op_rows[i];
		size_t n = strlen(row->text);
		if (row->level < RULE_PREFIX && n > len && !strncmp(at, row->text, n)) {
			best = i;
			len = n;
		}
	}
	return best;
}

static bool parse_call(struct rule *r, const char **at, unsigned *node, const char **what)
{
	size_t len = 0;
	while (isalnum((unsigned char)(*at)[len]) || (*at)[len] == '_')
		len++;
	for (unsigned i = RULE_CONSTANT + 1; i < RULE_OP_COUNT; i++) {
		const struct rule_op_row *row = &rule_op_rows[i];
		unsigned x, y = 0;
		if (row->level < RULE_CALL1 || strlen(row->text) != len || strncmp(*at, row->text, len) != 0)
			continue;
		*at += len;
		*what = "parentheses around arguments";
		if (!accept(at, "(") || !rule_expr_parse(r, at, 1, &x, what))
			return false;
		if (row->level == RULE_CALL2 && (!accept(at, ",") || !rule_expr_parse(r, at, 1, &y, what)))
			return false;
		*what = "parentheses around arguments";
		return accept(at, ")") &&
		       make(r, (struct rule_node){.op = (uint8_t)i, .a = (uint8_t)x, .b = (uint8_t)y}, node, what);
	}
	*what = "an expression";
	return false;
}

static bool parse_operand(struct rule *r, const char **at, unsigned *node, const char **what)
{
	unsigned x;
	if (accept(at, "(")) {
		if (!rule_expr_parse(r, at, 1, node, what))
			return false;
		*what = "a closing parenthesis";
		return accept(at, ")");
	}
	for (unsigned op = RULE_NEG; op <= RULE_NOT; op++)
		if (accept(at, rule_op_rows[op].text))
			return parse_operand(r, at, &x, what) &&
			       make(r, (struct rule_node){.op = (uint8_t)op, .a = (uint8_t)x}, node, what);
	if (isdigit((unsigned char)**at)) {
		char *end;
		uint64_t v = strtoull(*at, &end, 0);
		*at = end;
		return make(r, (struct rule_node){.op = RULE_NUMBER, .value = (int64_t)v}, node, what);
	}
	for (unsigned i = 0; i < RULE_CONSTANTS; i++)
		if (**at == rule_constants[i].name && !isalnum((unsigned char)(*at)[1])) {
			++*at;
			return make(r, (struct rule_node){.op = RULE_CONSTANT, .value = i}, node, what);
		}
	return parse_call(r, at, node, what);
}

bool rule_expr_parse(struct rule *r, const char **at, unsigned level, unsigned *node, const char **what)
{
	if (!parse_operand(r, at, node, what))
		return false;
	for (;;) {
		unsigned right;
		skip_blanks(at);
		unsigned op = infix_at(*at);
		if (op == RULE_OP_COUNT || rule_op_rows[op].level < level)
			return true;
		*at += strlen(rule_op_rows[op].text);
		if (!rule_expr_parse(r, at, rule_op_rows[op].level + 1, &right, what))
			return false;
		struct rule_node n = {.op = (uint8_t)op, .a = (uint8_t)*node, .b = (uint8_t)right};
		if (!make(r, n, node, what))
			return false;
	}
}

static int print_number(int64_t v, unsigned level, char *buf, size_t len)
{
	bool small = v > -4096 && v < 4096;
	if (v < 0 && level > 10)
		return snprintf(buf, len, "(-%" PRIu64 ")", -(uint64_t)v);
	if (v < 0 && v >= INT32_MIN)
		return snprintf(buf, len, small ? "-%" PRIu64 : "-0x%" PRIx64, -(uint64_t)v);
	return snprintf(buf, len, small ? "%" PRIu64 : "0x%" PRIx64, (uint64_t)v);
}

int rule_expr_print(const struct rule *r, unsigned node, unsigned level, char *buf, size_t len)
{
	const struct rule_node *n = &r->nodes[node];
	const struct rule_op_row *row = &rule_op_rows[n->op];
	char x[400], y[400];
	if (n->op == RULE_NUMBER)
		return print_number(n->value, level, buf, len);
	if (n->op == RULE_CONSTANT)
		return snprintf(buf, len, "%c", rule_constants[n->value].name);
	bool infix = row->level < RULE_PREFIX;
	unsigned inner = infix ? row->level : row->level == RULE_PREFIX ? RULE_PREFIX : 1;
	rule_expr_print(r, n->a, inner, x, sizeof x);
	if (row->level == RULE_PREFIX)
		return snprintf(buf, len, "%s%s", row->text, x);
	if (row->level == RULE_CALL1)
		return snprintf(buf, len, "%s(%s)", row->text, x);
	rule_expr_print(r, n->b, infix ? inner + 1 : 1, y, sizeof y);
	if (row->level == RULE_CALL2)
		return snprintf(buf, len, "%s(%s, %s)", row->text, x, y);
	return snprintf(buf, len, row->level < level ? "(%s %s %s)" : "%s %s %s", x, row->text, y);
}
