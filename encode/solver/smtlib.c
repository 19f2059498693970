/* SPDX-License-Identifier: BSD-2-Clause */
/* Any command that reads SMT-LIB 2 on its standard input. Only what is exactly an answer counts as one. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"
#include "clock.h"
#include "process.h"
#include "solver.h"

/* One query to one command; the reader goes over each byte once. */
struct dialogue {
	struct process process;
	size_t start, at; /* of the expression that is being read */
	size_t depth;
	char inside; /* 0: nothing, 'w' bare word, or what began a comment, string or quoted symbol */
};

static void *open_smtlib(const char *arg, char *err, size_t errlen)
{
	if (!arg[strspn(arg, " \t")]) {
		snprintf(err, errlen, "smtlib names no command; expected smtlib:COMMAND");
		return NULL;
	}
	char *command = strdup(arg);
	if (!command)
		fault_stop_without_memory();
	return command;
}

static void close_smtlib(void *self)
{
	free(self);
}

/* Past blanks and comments. */
static const char *skip_blanks(const char *s)
{
	for (;;) {
		s += strspn(s, " \t\r\n");
		if (*s != ';')
			return s;
		s += strcspn(s, "\n");
	}
}

static void begin(struct dialogue *d, char inside)
{
	if (!d->depth)
		d->start = d->at;
	d->inside = inside;
}

/* A delimiter outside of everything that it could end. True if an expression ends behind it. */
static bool read_delimiter(struct dialogue *d, char c)
{
	if (c == ';')
		d->inside = c;
	else if (c == '"' || c == '|')
		begin(d, c);
	else if (c == '(' || c == ')')
		begin(d, 0);
	d->depth += c == '(';
	if (c != ')')
		return false;
	d->depth -= d->depth > 0;
	d->at += !d->depth;
	return !d->depth;
}

/* Inside of a comment, string or quoted symbol. True if an expression ends behind c. */
static bool read_quoted(struct dialogue *d, char c)
{
	bool comment = d->inside == ';', ends = c == (comment ? '\n' : d->inside);
	if (!ends)
		return false;
	d->inside = 0;
	d->at += !comment && !d->depth;
	return !comment && !d->depth;
}

/* True if an expression ends at d->at. */
static bool advance(struct dialogue *d)
{
	static const char delimiters[] = " \t\r\n();\"|";
	const struct process *p = &d->process;
	for (; d->at < p->n; d->at++) {
		char c = p->text[d->at];
		bool delimiter = memchr(delimiters, c, sizeof delimiters - 1);
		if (d->inside && d->inside != 'w') {
			if (read_quoted(d, c))
				return true;
		} else if (!delimiter) {
			if (!d->inside)
				begin(d, 'w');
		} else {
			bool word = d->inside == 'w' && !d->depth;
			d->inside = 0;
			if (word || read_delimiter(d, c))
				return true;
		}
	}
	return p->state != PROCESS_OPEN && d->inside == 'w' && !d->depth;
}

static char *copy_expression(const struct dialogue *d)
{
	char *text = strndup(d->process.text + d->start, d->at - d->start);
	if (!text)
		fault_stop_without_memory();
	return text;
}

/* The next expression, as a string that the caller frees; NULL: none came. */
static char *next_expression(struct dialogue *d)
{
	struct process *p = &d->process;
	d->inside = 0;
	d->start = d->at;
	for (;;) {
		if (advance(d))
			return copy_expression(d);
		if (p->state != PROCESS_OPEN)
			return NULL;
		process_receive(p);
	}
}

static enum solver_failure explain(const struct dialogue *d)
{
	static const enum solver_failure failures[] = {[PROCESS_OPEN] = SOLVER_GARBLED,
						       [PROCESS_CLOSED] = SOLVER_DIED,
						       [PROCESS_LATE] = SOLVER_TIMEOUT,
						       [PROCESS_FLOODED] = SOLVER_GARBLED};
	const struct process *p = &d->process;
	bool unread = p->n && *skip_blanks(p->text + d->start);
	return p->state == PROCESS_CLOSED && unread ? SOLVER_GARBLED : failures[p->state];
}

static char *print_script(const struct query *q, size_t *n)
{
	char *script = NULL;
	FILE *f = open_memstream(&script, n);
	if (!f)
		fault_stop_without_memory();
	fputs("(set-option :print-success false)\n(set-option :produce-models true)\n", f);
	term_print_smt2(q->pool, q->asserts, q->n_asserts, f);
	if (fclose(f))
		fault_stop_without_memory();
	return script;
}

static enum solver_answer read_answer(struct dialogue *d, enum solver_failure *why)
{
	static const struct {
		const char *text;
		enum solver_answer answer;
		enum solver_failure why;
	} rows[] = {
	    {"sat", SOLVER_SAT, SOLVER_NO_FAILURE},
	    {"unsat", SOLVER_UNSAT, SOLVER_NO_FAILURE},
	    {"unknown", SOLVER_UNKNOWN, SOLVER_GAVE_UP},
	    {"timeout", SOLVER_UNKNOWN, SOLVER_TIMEOUT},
	};
	char *text = next_expression(d);
	*why = text ? SOLVER_GARBLED : explain(d);
	enum solver_answer answer = SOLVER_UNKNOWN;
	for (size_t i = 0; text && i < sizeof rows / sizeof *rows; i++)
		if (!strcmp(text, rows[i].text)) {
			answer = rows[i].answer;
			*why = rows[i].why;
		}
	free(text);
	return answer;
}

static bool take(const char **s, const char *word)
{
	const char *p = skip_blanks(*s);
	if (strncmp(p, word, strlen(word)) != 0)
		return false;
	*s = p + strlen(word);
	return true;
}

/* At most 64 bits of digits. */
static bool take_number(const char **s, unsigned base, uint64_t *value)
{
	const char *p = *s;
	uint64_t v = 0;
	for (; isxdigit((unsigned char)*p); p++) {
		unsigned digit = isdigit((unsigned char)*p) ? (unsigned)(*p - '0')
							    : (unsigned)(tolower((unsigned char)*p) - 'a') + 10;
		if (digit >= base || __builtin_mul_overflow(v, base, &v) || __builtin_add_overflow(v, digit, &v))
			return false;
	}
	bool any = p > *s;
	*s = p;
	*value = v;
	return any;
}

/* (_ bvN W) */
static bool take_decimal(const char **s, uint64_t *value, uint64_t *width)
{
	if (!take(s, "(") || !take(s, "_") || !take(s, "bv") || !take_number(s, 10, value))
		return false;
	*s = skip_blanks(*s);
	return take_number(s, 10, width) && take(s, ")");
}

/* #x.., #b.., (_ bvN W), true or false, of this width. */
static bool take_value(const char **s, unsigned width, uint64_t *value)
{
	static const struct {
		const char *text;
		uint64_t value;
	} booleans[] = {{"false", 0}, {"true", 1}};
	uint64_t stated;
	bool ok;
	for (size_t i = 0; i < 2; i++)
		if (take(s, booleans[i].text)) {
			*value = booleans[i].value;
			return width == 1;
		}
	if (take(s, "#x") || take(s, "#b")) {
		unsigned bits = (*s)[-1] == 'x' ? 4 : 1;
		const char *digits = *s;
		ok = take_number(s, 1u << bits, value);
		stated = (uint64_t)(*s - digits) * bits;
	} else {
		ok = take_decimal(s, value, &stated);
	}
	return ok && stated == width && *value <= range_max_of(width);
}

static bool take_leaf(const char **s, term leaf)
{
	uint64_t id;
	bool quoted = take(s, "|");
	return take(s, "t") && take_number(s, 10, &id) && id == leaf && (!quoted || take(s, "|"));
}

static bool parse_values(const char *text, const struct query *q, uint64_t *values)
{
	const char *s = text;
	bool ok = take(&s, "(");
	for (size_t i = 0; i < q->n_leaves && ok; i++)
		ok = take(&s, "(") && take_leaf(&s, q->leaves[i]) &&
		     take_value(&s, term_width(q->pool, q->leaves[i]), &values[i]) && take(&s, ")");
	return ok && take(&s, ")") && !*skip_blanks(s);
}

static bool request_values(struct dialogue *d, const struct query *q)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);
	if (!f)
		fault_stop_without_memory();
	fputs("(get-value (", f);
	for (size_t i = 0; i < q->n_leaves; i++)
		fprintf(f, "t%u ", q->leaves[i]);
	fputs("))\n", f);
	if (fclose(f))
		fault_stop_without_memory();
	bool sent = process_send(&d->process, text, n);
	free(text);
	return sent;
}

static bool read_values(struct dialogue *d, const struct query *q, uint64_t *values, enum solver_failure *why)
{
	if (!q->n_leaves)
		return true;
	request_values(d, q);
	char *text = next_expression(d);
	bool ok = text && parse_values(text, q, values);
	if (!ok)
		*why = text ? SOLVER_GARBLED : explain(d);
	free(text);
	return ok;
}

static enum solver_answer check_smtlib(void *self, const struct query *q, unsigned ms, uint64_t *values,
				       enum solver_failure *why)
{
	struct dialogue d = {.at = 0};
	size_t n;
	uint64_t end = ms ? clock_now_ns() + (uint64_t)ms * 1000000u : 0;
	*why = SOLVER_DIED;
	if (!process_start(&d.process, self, end))
		return SOLVER_UNKNOWN;
	char *script = print_script(q, &n);
	process_send(&d.process, script, n);
	free(script);
	enum solver_answer answer = read_answer(&d, why);
	if (answer == SOLVER_SAT && !read_values(&d, q, values, why))
		answer = SOLVER_UNKNOWN;
	process_stop(&d.process);
	return answer;
}

const struct solver_backend solver_smtlib = {"smtlib", open_smtlib, check_smtlib, close_smtlib, NULL, NULL};
