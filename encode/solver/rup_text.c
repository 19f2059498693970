/* SPDX-License-Identifier: BSD-2-Clause */
/* Formulas in DIMACS and proofs in DRAT's text form, read and checked in one go. */
#include "clock.h"
#include "fault.h"
#include "rup.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_VARIABLES (1l << 24)
#define LOOK_STEPS 64 /* between two looks at the clock */

struct reader {
	const char *at;
	size_t line;
	long variables;
	int *literals; /* of the clause that was read last */
	size_t n, cap;
	struct rup *rup;
	bool keeps_core;
	char *err;
	size_t errlen;
};

__attribute__((format(printf, 3, 4))) static enum rup_verdict fail(struct reader *r, enum rup_verdict v,
								   const char *fmt, ...)
{
	va_list ap;
	int n = snprintf(r->err, r->errlen, "line %zu: ", r->line);
	va_start(ap, fmt);
	if (n >= 0 && (size_t)n < r->errlen)
		vsnprintf(r->err + n, r->errlen - (size_t)n, fmt, ap);
	va_end(ap);
	return v;
}

static void skip_blanks(struct reader *r)
{
	for (; *r->at == ' ' || *r->at == '\t' || *r->at == '\r' || *r->at == '\n'; r->at++)
		r->line += *r->at == '\n';
}

/* Past blanks and lines of comment. */
static void skip_comments(struct reader *r)
{
	skip_blanks(r);
	while (*r->at == 'c') {
		r->at += strcspn(r->at, "\n");
		skip_blanks(r);
	}
}

/* At most nine digits. */
static bool read_number(struct reader *r, long *out)
{
	bool negative = *r->at == '-';
	const char *digits = r->at + negative;
	size_t n = strspn(digits, "0123456789");
	if (n == 0 || n > 9)
		return false;
	*out = strtol(r->at, NULL, 10);
	r->at = digits + n;
	return !*r->at || strchr(" \t\r\n", *r->at);
}

static void push(struct reader *r, int literal)
{
	if (r->n == r->cap) {
		r->cap = r->cap ? 2 * r->cap : 64;
		r->literals = fault_realloc(r->literals, r->cap, sizeof *r->literals);
	}
	r->literals[r->n++] = literal;
}

/* Literals up to a 0. */
static bool read_clause(struct reader *r)
{
	long v;
	r->n = 0;
	for (;;) {
		skip_blanks(r);
		if (!read_number(r, &v) || labs(v) > r->variables)
			return false;
		if (!v)
			return true;
		push(r, (int)v);
	}
}

static bool take_word(struct reader *r, const char *word)
{
	skip_blanks(r);
	if (strncmp(r->at, word, strlen(word)) != 0)
		return false;
	r->at += strlen(word);
	return true;
}

static bool read_count(struct reader *r, long *out)
{
	skip_blanks(r);
	return read_number(r, out) && *out >= 0;
}

static enum rup_verdict read_formula(struct reader *r)
{
	long clauses;
	skip_comments(r);
	if (!take_word(r, "p") || !take_word(r, "cnf") || !read_count(r, &r->variables) || !read_count(r, &clauses) ||
	    r->variables > MAX_VARIABLES)
		return fail(r, RUP_MALFORMED, "expected p cnf VARIABLES CLAUSES");
	r->rup = rup_new((int)r->variables);
	if (r->keeps_core)
		rup_keep_core(r->rup);
	for (long i = 0; i < clauses; i++) {
		skip_comments(r);
		if (!read_clause(r))
			return fail(r, RUP_MALFORMED, "expected clause %ld of %ld in variables up to %ld", i + 1,
				    clauses, r->variables);
		rup_add_premise(r->rup, r->literals, r->n);
	}
	skip_comments(r);
	return *r->at ? fail(r, RUP_MALFORMED, "expected no more than %ld clauses", clauses) : RUP_PROVED;
}

static enum rup_verdict read_step(struct reader *r)
{
	bool deletion = *r->at == 'd';
	r->at += deletion;
	if (deletion && r->keeps_core)
		return fail(r, RUP_MALFORMED, "expected no deletion");
	if (!read_clause(r))
		return fail(r, RUP_MALFORMED, "expected a clause in variables up to %ld", r->variables);
	if (deletion ? rup_delete(r->rup, r->literals, r->n) : rup_add_lemma(r->rup, r->literals, r->n))
		return RUP_PROVED;
	return fail(r, RUP_WRONG, deletion ? "there is no such clause" : "this clause does not follow");
}

static enum rup_verdict read_proof(struct reader *r, uint64_t end_ns)
{
	bool refuted = false;
	unsigned steps = 0;
	for (skip_comments(r); *r->at; skip_comments(r)) {
		bool deletion = *r->at == 'd';
		enum rup_verdict v = read_step(r);
		if (v != RUP_PROVED)
			return v;
		if (!(++steps % LOOK_STEPS) && end_ns && clock_now_ns() > end_ns)
			return fail(r, RUP_LATE, "the time limit is reached");
		refuted = !deletion && r->n == 0;
	}
	return refuted ? RUP_PROVED : fail(r, RUP_WRONG, "the last step is not the empty clause");
}

static enum rup_verdict check(struct reader *r, const char *proof, uint64_t end_ns)
{
	enum rup_verdict v = read_formula(r);
	if (v != RUP_PROVED)
		return v;
	r->at = proof;
	r->line = 1;
	return read_proof(r, end_ns);
}

enum rup_verdict rup_check(const char *formula, const char *proof, uint64_t end_ns, char *err, size_t errlen)
{
	struct reader r = {.at = formula, .line = 1, .err = err, .errlen = errlen};
	enum rup_verdict v = check(&r, proof, end_ns);
	rup_free(r.rup);
	free(r.literals);
	return v;
}

enum rup_verdict rup_trim(const char *formula, const char *proof, uint64_t end_ns, FILE *core, char *err, size_t errlen)
{
	struct reader r = {.at = formula, .line = 1, .keeps_core = true, .err = err, .errlen = errlen};
	enum rup_verdict v = check(&r, proof, end_ns);
	if (v == RUP_PROVED)
		rup_print_core(r.rup, core);
	rup_free(r.rup);
	free(r.literals);
	return v;
}
