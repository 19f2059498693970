/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads laws; see law.h. */
#include "proofs/term/law.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char letters[] = "wmnhls";

struct reader {
	const char *rule, *at, *end;
	struct law *law;
};

static _Noreturn void fail(const struct reader *r, const char *what)
{
	fprintf(stderr, "rule %s: %s at \"%.*s\"\n", r->rule, what, (int)(r->end - r->at), r->at);
	exit(65);
}

static void skip(struct reader *r)
{
	while (r->at < r->end && isspace((unsigned char)*r->at))
		r->at++;
}

static bool is_next(struct reader *r, const char *token)
{
	size_t len = strlen(token);
	skip(r);
	return (size_t)(r->end - r->at) >= len && !strncmp(r->at, token, len);
}

static bool take(struct reader *r, const char *token)
{
	bool there = is_next(r, token);
	if (there)
		r->at += strlen(token);
	return there;
}

static void expect(struct reader *r, const char *token)
{
	if (!take(r, token))
		fail(r, token);
}

static bool is_name(char c)
{
	return isalnum((unsigned char)c);
}

/* A letter that stands for a number: its index, else -1. */
static int letter(struct reader *r)
{
	skip(r);
	bool single = r->at < r->end && (r->at + 1 == r->end || !is_name(r->at[1]));
	const char *found = single && *r->at ? strchr(letters, *r->at) : NULL;
	return found ? (int)(found - letters) : -1;
}

static void add_summand(struct reader *r, struct law_number *v, int sign)
{
	int i = letter(r);
	if (i >= 0) {
		v->of[i] += sign;
		r->law->uses[i] = true;
		r->at++;
	} else if (r->at < r->end && isdigit((unsigned char)*r->at)) {
		v->k += sign * (int)strtol(r->at, (char **)&r->at, 10);
	} else {
		fail(r, "expected a number");
	}
}

static struct law_number read_number(struct reader *r)
{
	struct law_number v = {.set = true};
	add_summand(r, &v, 1);
	while (is_next(r, "+") || (is_next(r, "-") && !is_next(r, "->")))
		add_summand(r, &v, *r->at++ == '+' ? 1 : -1);
	return v;
}

static int add(struct reader *r, struct law_node n)
{
	if (r->law->n == LAW_NODES)
		fail(r, "too long");
	r->law->nodes[r->law->n] = n;
	return r->law->n++;
}

static int operation(struct reader *r, enum term_kind op, int a, int b, int c)
{
	return add(r, (struct law_node){.kind = LAW_OPERATION,
					.op = op,
					.args = {a, b, c},
					.n_args = c >= 0   ? 3
						  : b >= 0 ? 2
							   : 1});
}

static int read_expression(struct reader *r, int level);

static int read_arguments(struct reader *r, struct law_node n)
{
	expect(r, "(");
	do {
		if (n.n_args == 3)
			fail(r, "expected )");
		n.args[n.n_args++] = read_expression(r, 0);
	} while (take(r, ","));
	expect(r, ")");
	return add(r, n);
}

static int find_name(struct reader *r, const char *name)
{
	struct law *l = r->law;
	int i = 0;
	while (i < l->n_names && strcmp(l->names[i], name))
		i++;
	if (i == LAW_NAMES)
		fail(r, "too many names");
	if (i == l->n_names)
		strcpy(l->names[l->n_names++], name);
	return i;
}

static int read_word(struct reader *r)
{
	char word[8] = "";
	size_t len = 0;
	while (r->at < r->end && is_name(*r->at) && len < 7)
		word[len++] = *r->at++;
	if (!strcmp(word, "zext") || !strcmp(word, "sext"))
		return read_arguments(
		    r, (struct law_node){.kind = LAW_OPERATION, .op = *word == 'z' ? TERM_ZEXT : TERM_SEXT});
	if (!strcmp(word, "ite"))
		return read_arguments(r, (struct law_node){.kind = LAW_OPERATION, .op = TERM_ITE});
	if (!strcmp(word, "f"))
		return read_arguments(r, (struct law_node){.kind = LAW_FUNCTION});
	if (!strcmp(word, "ones"))
		return add(r, (struct law_node){.kind = LAW_ONES});
	if (len == 0 || len > 3)
		fail(r, "expected a term");
	bool constant = *word == 'k' || *word == 'j';
	return add(r, (struct law_node){.kind = constant ? LAW_CONSTANT : LAW_TERM, .name = find_name(r, word)});
}

static int read_primary(struct reader *r)
{
	int i = letter(r);
	if (take(r, "(")) {
		i = read_expression(r, 0);
		expect(r, ")");
		return i;
	}
	if (i < 0 && !(r->at < r->end && isdigit((unsigned char)*r->at)))
		return read_word(r);
	struct law_node n = {.kind = LAW_NUMBER, .value = {.set = true}};
	add_summand(r, &n.value, 1);
	return add(r, n);
}

/* A width is a letter, digits, or a sum in parentheses. */
static struct law_number read_width(struct reader *r)
{
	struct law_number v = {.set = true};
	if (!take(r, "(")) {
		add_summand(r, &v, 1);
		return v;
	}
	v = read_number(r);
	expect(r, ")");
	return v;
}

static int read_postfix(struct reader *r)
{
	int i = read_primary(r);
	for (;;) {
		if (take(r, ":")) {
			r->law->nodes[i].width = read_width(r);
		} else if (take(r, "[")) {
			i = operation(r, TERM_EXTRACT, i, -1, -1);
			r->law->nodes[i].hi = read_number(r);
			expect(r, ":");
			r->law->nodes[i].lo = read_number(r);
			expect(r, "]");
		} else {
			return i;
		}
	}
}

static int read_unary(struct reader *r)
{
	if (take(r, "~"))
		return operation(r, TERM_NOT, read_unary(r), -1, -1);
	if (!is_next(r, "->") && take(r, "-"))
		return operation(r, TERM_NEG, read_unary(r), -1, -1);
	return read_postfix(r);
}

struct infix {
	const char *text;
	int level;
	enum term_kind op;
	bool negated;
};
/* Longer ones before their beginnings. A negated one is the complement, or has its second operand negated. */
static const struct infix infixes[] = {
    {".", 7, TERM_CONCAT, false}, {"*", 6, TERM_MUL, false},   {"/u", 6, TERM_UDIV, false},
    {"%u", 6, TERM_UREM, false},  {"/s", 6, TERM_SDIV, false}, {"%s", 6, TERM_SREM, false},
    {"+", 5, TERM_ADD, false},    {"-", 5, TERM_ADD, true},    {"<<", 4, TERM_SHL, false},
    {">>s", 4, TERM_ASHR, false}, {">>", 4, TERM_LSHR, false}, {"&", 3, TERM_AND, false},
    {"^", 2, TERM_XOR, false},    {"|", 1, TERM_OR, false},    {"==", 0, TERM_EQ, false},
    {"!=", 0, TERM_EQ, true},     {"<u", 0, TERM_ULT, false},  {"<s", 0, TERM_SLT, false},
};

static const struct infix *next_infix(struct reader *r, int level)
{
	for (size_t i = 0; i < sizeof infixes / sizeof *infixes; i++)
		if (infixes[i].level >= level && is_next(r, infixes[i].text) && !is_next(r, "->"))
			return &infixes[i];
	return NULL;
}

static int read_expression(struct reader *r, int level)
{
	int a = read_unary(r);
	for (const struct infix *in; (in = next_infix(r, level)) != NULL;) {
		r->at += strlen(in->text);
		int b = read_expression(r, in->op == TERM_CONCAT ? in->level : in->level + 1);
		if (in->negated && in->op == TERM_ADD)
			b = operation(r, TERM_NEG, b, -1, -1);
		a = operation(r, in->op, a, b, -1);
		if (in->negated && in->op == TERM_EQ)
			a = operation(r, TERM_NOT, a, -1, -1);
	}
	return a;
}

/* Longer ones before their beginnings. */
static const char *const relations[] = {"<=", ">=", "==", "<", ">"};

static void read_limit(struct reader *r)
{
	struct law_limit limit = {.left = read_number(r)};
	for (size_t i = 0; i < sizeof relations / sizeof *relations && !*limit.relation; i++)
		if (take(r, relations[i]))
			strcpy(limit.relation, relations[i]);
	if (!*limit.relation)
		fail(r, "expected < > <= >= or ==");
	limit.right = read_number(r);
	r->law->limits[r->law->n_limits++] = limit;
}

static void read_condition(struct reader *r)
{
	struct law *l = r->law;
	if (l->n_limits + l->n_conditions == LAW_CONDITIONS)
		fail(r, "too many conditions");
	if (letter(r) >= 0)
		read_limit(r);
	else
		l->conditions[l->n_conditions++] = read_expression(r, 0);
}

static void read_law(struct reader *r)
{
	struct law *l = r->law;
	skip(r);
	if ((size_t)(r->end - r->at) >= sizeof l->text)
		fail(r, "too long");
	memcpy(l->text, r->at, (size_t)(r->end - r->at));
	l->left = read_expression(r, 0);
	expect(r, "->");
	l->right = read_expression(r, 0);
	if (take(r, "where"))
		do
			read_condition(r);
		while (take(r, ","));
	skip(r);
	if (r->at != r->end)
		fail(r, "expected the end");
}

/* The text with each "a1 & .. & a9" written out. */
static char *write_out(const char *rule, const char *text)
{
	char *long_text, *at, name, op;
	size_t size;
	int first, last;
	FILE *out = open_memstream(&long_text, &size);
	if (!out)
		abort();
	while ((at = strstr(text, "..")) != NULL) {
		if (at - text < 5 || sscanf(at - 5, "%c%1d %c", &name, &first, &op) != 3 ||
		    sscanf(at + 6, "%d", &last) != 1) {
			fprintf(stderr, "rule %s: expected a1 & .. & a9 at \"%s\"\n", rule, at);
			exit(65);
		}
		fwrite(text, 1, (size_t)(at - text), out);
		while (++first < last)
			fprintf(out, "%c%d %c ", name, first, op);
		text = at + 5;
	}
	fputs(text, out);
	fclose(out);
	return long_text;
}

size_t law_read(const char *rule, const char *text, struct law **out)
{
	size_t n = 0;
	char *written_out = write_out(rule, text);
	*out = NULL;
	for (const char *at = written_out, *end; at; at = *end ? end + 1 : NULL) {
		end = strchrnul(at, ';');
		*out = reallocarray(*out, n + 1, sizeof **out);
		if (!*out)
			abort();
		struct reader r = {rule, at, end, memset(*out + n++, 0, sizeof **out)};
		r.law->uses[LAW_WIDTH] = true;
		read_law(&r);
	}
	free(written_out);
	return n;
}
