/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rules read from text. An instruction is handed to the assembler with r0..r5
 * for the register variables and 1 and 0 for immediate and offset, whose
 * expressions are kept beside it.
 */
#include "synth/rules/rule_text.h"

#include "encode/isa/effect.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct reader {
	struct rule *rule;
	const char *name;
	unsigned line;
	unsigned bound; /* constants, a bit each, that the pattern has */
	bool in_result;
	char *err;
	size_t errlen;
};

static bool fail(struct reader *q, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool fail(struct reader *q, const char *format, ...)
{
	char text[160];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	snprintf(q->err, q->errlen, "%s:%u: %s", q->name, q->line, text);
	return false;
}

static bool accept(const char **at, const char *text)
{
	while (**at == ' ' || **at == '\t')
		++*at;
	if (strncmp(*at, text, strlen(text)) != 0)
		return false;
	*at += strlen(text);
	return true;
}

/* rA, wB: its letter and number; false if there is something else. */
static bool accept_register(const char **at, char *kind, unsigned *reg)
{
	accept(at, "");
	const char *s = *at;
	if ((*s != 'r' && *s != 'w') || s[1] < 'A' || s[1] >= 'A' + RULE_REGS || isalnum((unsigned char)s[2]))
		return false;
	*kind = *s;
	*reg = (unsigned)(s[1] - 'A');
	*at += 2;
	return true;
}

/* An instruction while it is read: text for the assembler, nodes beside it. */
struct draft_text {
	char text[160];
	size_t len;
	unsigned imm, off; /* 1 + node, 0: none */
	bool jumps;
};

static void put(struct draft_text *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(struct draft_text *d, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int n = vsnprintf(d->text + d->len, sizeof d->text - d->len, format, args);
	va_end(args);
	d->len += (size_t)n < sizeof d->text - d->len ? (size_t)n : sizeof d->text - d->len - 1;
}

static bool read_register(struct reader *q, const char **at, struct draft_text *d)
{
	char kind;
	unsigned reg;
	if (!accept_register(at, &kind, &reg))
		return fail(q, "expected a register rA to r%c or wA to w%c at \"%s\"", 'A' + RULE_REGS - 1,
			    'A' + RULE_REGS - 1, *at);
	put(d, "%c%u", kind, reg);
	if (reg >= q->rule->n_regs)
		q->rule->n_regs = reg + 1;
	return true;
}

static bool read_expression(struct reader *q, const char **at, unsigned level, unsigned *node)
{
	const char *what;
	if (!rule_expr_parse(q->rule, at, level, node, &what))
		return fail(q, "expected %s at \"%s\"", what, *at);
	return true;
}

/* In the pattern a constant alone, of the field's size, stands for whatever is there; everything else names constants
 * that are known by then. */
static bool read_field(struct reader *q, const char **at, unsigned bits, unsigned *out)
{
	unsigned node;
	if (!read_expression(q, at, 1, &node))
		return false;
	const struct rule_node *n = &q->rule->nodes[node];
	if (!q->in_result && n->op == RULE_CONSTANT && rule_constants[n->value].bits == bits)
		q->bound |= 1u << n->value;
	unsigned unbound = rule_constants_of(q->rule, node) & ~q->bound;
	if (unbound)
		return fail(q, "the constant %c is not known here", rule_constants[__builtin_ctz(unbound)].name);
	*out = node + 1;
	return true;
}

static bool read_operand(struct reader *q, const char **at, struct draft_text *d)
{
	char kind;
	unsigned reg;
	const char *start = *at;
	if (accept_register(at, &kind, &reg)) {
		*at = start;
		return read_register(q, at, d);
	}
	put(d, "1");
	return read_field(q, at, 32, &d->imm);
}

/* *(u8 *)(rB + O) */
static bool read_place(struct reader *q, const char **at, struct draft_text *d)
{
	const char *end = strchr(*at, ')');
	if (!end)
		return fail(q, "expected an access such as *(u8 *)(rA + O) at \"%s\"", *at);
	put(d, "%.*s(", (int)(end + 1 - *at), *at);
	*at = end + 1;
	if (!accept(at, "("))
		return fail(q, "expected an address in parentheses at \"%s\"", *at);
	if (!read_register(q, at, d))
		return false;
	accept(at, "+");
	put(d, " + 0)");
	if (accept(at, ")")) {
		d->off = rule_expr_node(q->rule, (struct rule_node){.op = RULE_NUMBER}) + 1;
		return d->off <= RULE_NODES || fail(q, "the rule has too many operators");
	}
	if (!read_field(q, at, 16, &d->off))
		return false;
	return accept(at, ")") || fail(q, "expected ) at \"%s\"", *at);
}

static bool read_branch(struct reader *q, const char **at, struct draft_text *d)
{
	put(d, "if ");
	if (!read_register(q, at, d))
		return false;
	accept(at, "");
	size_t n = strcspn(*at, " ");
	put(d, " %.*s ", (int)n, *at);
	*at += n;
	if (!read_operand(q, at, d))
		return false;
	if (!accept(at, "goto L"))
		return fail(q, "expected goto L at \"%s\"", *at);
	put(d, " goto +0");
	d->jumps = true;
	return true;
}

/* be16 rA, and not bswap16(C) */
static size_t swap_length(const char *at)
{
	static const char *const names[] = {"be16", "be32",    "be64",    "le16",   "le32",
					    "le64", "bswap16", "bswap32", "bswap64"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strncmp(at, names[i], strlen(names[i])) && at[strlen(names[i])] == ' ')
			return strlen(names[i]);
	return 0;
}

/* What stands behind the = of an assignment to a register. */
static bool read_source(struct reader *q, const char **at, struct draft_text *d)
{
	accept(at, "");
	size_t n = swap_length(*at), len = strlen(*at);
	const char *rest = *at;
	char kind;
	unsigned reg;
	if (!strncmp(*at, "*(", 2))
		return read_place(q, at, d);
	if (!strncmp(*at, "(s", 2))
		n = strcspn(*at, ")") + 1;
	else if (accept(&rest, "-") && accept_register(&rest, &kind, &reg))
		n = 1;
	if (n) {
		put(d, "%.*s%s", (int)n, *at, n > 1 && **at != '(' ? " " : "");
		*at += n;
		return read_register(q, at, d);
	}
	if (len > 3 && !strcmp(*at + len - 3, " ll")) {
		put(d, "1 ll");
		return read_field(q, at, 64, &d->imm) && (accept(at, "ll") || fail(q, "expected ll at \"%s\"", *at));
	}
	return read_operand(q, at, d);
}

static bool read_assignment(struct reader *q, const char **at, struct draft_text *d)
{
	if (!read_register(q, at, d))
		return false;
	accept(at, "");
	size_t n = strcspn(*at, " ");
	put(d, " %.*s ", (int)n, *at);
	bool plain = n == 1 && **at == '=';
	*at += n;
	return plain ? read_source(q, at, d) : read_operand(q, at, d);
}

static bool read_statement(struct reader *q, const char *at, struct draft_text *d)
{
	if (!strcmp(at, "goto L")) {
		put(d, "goto +0");
		d->jumps = true;
		return true;
	}
	bool ok;
	if (accept(&at, "if ")) {
		ok = read_branch(q, &at, d);
	} else if (!strncmp(at, "*(", 2)) {
		ok = read_place(q, &at, d);
		if (ok && !accept(&at, "= "))
			return fail(q, "expected = at \"%s\"", at);
		put(d, " = ");
		ok = ok && read_operand(q, &at, d);
	} else {
		ok = read_assignment(q, &at, d);
	}
	return ok && (!*at || fail(q, "expected the end of the line at \"%s\"", at));
}

static bool is_rule_form(const struct insn *in)
{
	static const enum isa_form forms[] = {FORM_ALU,  FORM_ALUX, FORM_ALU1, FORM_END, FORM_JA, FORM_JMP,
					      FORM_WIDE, FORM_LDX,  FORM_LDXS, FORM_ST,  FORM_STX};
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		if (insn_has_form(in, forms[i]))
			return true;
	return false;
}

static bool read_instruction(struct reader *q, const char *line)
{
	struct rule *r = q->rule;
	struct rule_insn *side = q->in_result ? r->result : r->pattern;
	unsigned *n = q->in_result ? &r->n_result : &r->n_pattern;
	struct draft_text d = {.len = 0};
	struct insn *insns;
	size_t slots;
	char err[120];
	if (*n == RULE_INSNS)
		return fail(q, "a side has at most %d instructions", RULE_INSNS);
	if (*n && (insn_has_form(&side[*n - 1].in, FORM_JMP) || insn_has_form(&side[*n - 1].in, FORM_JA)))
		return fail(q, "nothing may follow a jump");
	if (!read_statement(q, line, &d))
		return false;
	put(&d, "\nr0 = 0\nexit\n");
	if (!insn_assemble(d.text, NULL, NULL, &insns, &slots, err, sizeof err))
		return fail(q, "this is no instruction: %s", line);
	side[*n] = (struct rule_insn){insns[0], (uint8_t)d.imm, (uint8_t)d.off};
	free(insns);
	if (!is_rule_form(&side[*n].in))
		return fail(q, "rules have no such instruction: %s", line);
	++*n;
	return true;
}

static bool add_fact(struct reader *q, enum rule_fact_kind kind, unsigned reg, const char **at)
{
	struct rule *r = q->rule;
	unsigned node;
	if (!read_expression(q, at, kind == RULE_BELOW ? 5 : 8, &node))
		return false;
	if (r->n_facts == RULE_FACTS)
		return fail(q, "a rule has at most %d facts", RULE_FACTS);
	if (rule_constants_of(r, node) & ~q->bound)
		return fail(q, "a constant is not known here");
	r->facts[r->n_facts++] = (struct rule_fact){kind, (uint8_t)reg, (uint8_t)node};
	return true;
}

static bool read_register_condition(struct reader *q, const char *at, unsigned reg)
{
	struct rule *r = q->rule;
	uint8_t bit = (uint8_t)(1u << reg);
	bool ok = true;
	if (reg >= r->n_regs)
		return fail(q, "the pattern has no r%c", 'A' + reg);
	if (accept(&at, "dead"))
		r->dead |= bit;
	else if (accept(&at, "anything"))
		r->any |= bit;
	else if (accept(&at, "points"))
		r->points |= bit;
	else if (accept(&at, "<="))
		ok = add_fact(q, RULE_BELOW, reg, &at);
	else if (accept(&at, "&"))
		ok = add_fact(q, RULE_ZEROS, reg, &at) &&
		     (accept(&at, "== 0") || fail(q, "expected == 0 at \"%s\"", at));
	else
		return fail(q, "expected dead, anything, points, <= or & at \"%s\"", at);
	return ok && (!*at || fail(q, "expected the end of the line at \"%s\"", at));
}

static bool read_condition(struct reader *q, const char *at)
{
	struct rule *r = q->rule;
	unsigned reg, node;
	char kind;
	if (accept_register(&at, &kind, &reg))
		return read_register_condition(q, at, reg);
	if (!read_expression(q, &at, 1, &node))
		return false;
	if (*at)
		return fail(q, "expected the end of the line at \"%s\"", at);
	if (r->n_conditions == RULE_FACTS)
		return fail(q, "a rule has at most %d conditions", RULE_FACTS);
	if (rule_constants_of(r, node) & ~q->bound)
		return fail(q, "a constant is not known here");
	r->conditions[r->n_conditions++] = (uint8_t)node;
	return true;
}

static bool jumps(const struct rule_insn *side, unsigned n)
{
	return n && (insn_has_form(&side[n - 1].in, FORM_JMP) || insn_has_form(&side[n - 1].in, FORM_JA));
}

/* What the whole rule has to be. */
static bool finish(struct reader *q, bool said_nothing)
{
	struct rule *r = q->rule;
	unsigned here = q->line;
	q->line = r->line;
	if (!q->in_result)
		return fail(q, "the rule %s has no result", r->name);
	if (!r->n_pattern)
		return fail(q, "the rule %s has no pattern", r->name);
	if (said_nothing != (r->n_result == 0))
		return fail(q, "the result of the rule %s is either instructions or the word nothing", r->name);
	unsigned named = 0;
	for (unsigned i = 0; i < r->n_pattern; i++)
		named |= (unsigned)(effect_of(&r->pattern[i].in).reads | effect_of(&r->pattern[i].in).writes);
	if (named != (1u << r->n_regs) - 1)
		return fail(q, "the rule %s has an r%c that is not in its pattern", r->name,
			    'A' + __builtin_ctz(~named));
	if (jumps(r->result, r->n_result) && !jumps(r->pattern, r->n_pattern))
		return fail(q, "the result of the rule %s jumps, but not its pattern", r->name);
	if ((r->any & r->points) != 0)
		return fail(q, "a register of the rule %s can't be a pointer and anything", r->name);
	q->line = here;
	return true;
}

static struct rule *add_rule(struct rules *out)
{
	if ((out->n & (out->n - 1)) == 0) {
		out->at = reallocarray(out->at, 2 * (out->n ? out->n : 1), sizeof *out->at);
		if (!out->at)
			abort();
	}
	struct rule *r = &out->at[out->n++];
	memset(r, 0, sizeof *r);
	return r;
}

static bool begin_rule(struct reader *q, const char *name, struct rules *out)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_.");
	if (!n || name[n] || n >= RULE_NAME)
		return fail(q, "a rule's name has small letters, digits, - _ and . and is not long");
	for (size_t i = 0; i < out->n; i++)
		if (!strcmp(out->at[i].name, name))
			return fail(q, "there are two rules %s", name);
	q->rule = add_rule(out);
	q->rule->line = q->line;
	q->bound = 0;
	q->in_result = false;
	memcpy(q->rule->name, name, n + 1);
	return true;
}

/* One line without comment and blanks around it. */
static bool read_line(struct reader *q, const char *line, struct rules *out, bool *said_nothing)
{
	if (!strncmp(line, "rule ", 5)) {
		if (q->rule && !finish(q, *said_nothing))
			return false;
		*said_nothing = false;
		return begin_rule(q, line + 5, out);
	}
	if (!q->rule)
		return fail(q, "expected a line \"rule NAME\"");
	if (!strcmp(line, "=>")) {
		if (q->in_result)
			return fail(q, "there are two => in the rule %s", q->rule->name);
		q->in_result = true;
		return true;
	}
	if (!strncmp(line, "when ", 5))
		return !q->in_result ? read_condition(q, line + 5) : fail(q, "conditions stand before the =>");
	if (q->in_result && !strcmp(line, "nothing")) {
		*said_nothing = true;
		return true;
	}
	return read_instruction(q, line);
}

bool rules_parse(const char *name, const char *text, struct rules *out, char *err, size_t errlen)
{
	struct reader q = {.name = name, .err = err, .errlen = errlen};
	bool said_nothing = false;
	*out = (struct rules){0};
	while (*text) {
		char line[200];
		size_t n = strcspn(text, "\n"), len = strcspn(text, "#\n");
		unsigned next = q.line + 1;
		q.line = next;
		while (len && isspace((unsigned char)text[len - 1]))
			len--;
		const char *start = text;
		while (len && isspace((unsigned char)*start))
			start++, len--;
		if (len >= sizeof line)
			return fail(&q, "the line is too long");
		memcpy(line, start, len);
		line[len] = 0;
		if (len && !read_line(&q, line, out, &said_nothing))
			return false;
		text += n + (text[n] == '\n');
	}
	return !q.rule || finish(&q, said_nothing);
}

void rules_release(struct rules *r)
{
	free(r->at);
	*r = (struct rules){0};
}
