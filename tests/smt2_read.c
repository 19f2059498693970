/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/smt2_read.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* One command a line; what is read next. */
struct reader {
	struct term_pool *pool;
	const char *at;
	term *terms; /* by number, 0: none */
	size_t n_terms;
	bool bad;
};

static bool take(struct reader *r, const char *text)
{
	size_t n = strlen(text);
	r->at += strspn(r->at, " ");
	if (strncmp(r->at, text, n) != 0)
		return false;
	r->at += n;
	return true;
}

static uint64_t take_number(struct reader *r)
{
	char *end;
	r->at += strspn(r->at, " ");
	uint64_t n = strtoull(r->at, &end, 10);
	r->bad |= end == r->at;
	r->at = end;
	return n;
}

static unsigned take_width(struct reader *r)
{
	uint64_t n = take_number(r);
	r->bad |= n < 1 || n > 64;
	return r->bad ? 1 : (unsigned)n;
}

static term nothing(struct reader *r)
{
	r->bad = true;
	return term_false(r->pool);
}

static term take_operand(struct reader *r)
{
	if (take(r, "(_ bv")) {
		uint64_t value = take_number(r);
		unsigned width = take_width(r);
		r->bad |= !take(r, ")");
		return term_const(r->pool, width, value);
	}
	if (!take(r, "t"))
		return nothing(r);
	uint64_t number = take_number(r);
	return number < r->n_terms && r->terms[number] ? r->terms[number] : nothing(r);
}

typedef term unary(struct term_pool *p, term a);
typedef term binary(struct term_pool *p, term a, term b);
static const struct {
	const char *name;
	unary *one;
	binary *two;
} operators[] = {
    {"(bvnot ", term_not, NULL},   {"(bvneg ", term_neg, NULL},      {"(bvand ", NULL, term_and},
    {"(bvor ", NULL, term_or},     {"(bvxor ", NULL, term_xor},      {"(bvadd ", NULL, term_add},
    {"(bvmul ", NULL, term_mul},   {"(bvudiv ", NULL, term_udiv},    {"(bvurem ", NULL, term_urem},
    {"(bvsdiv ", NULL, term_sdiv}, {"(bvsrem ", NULL, term_srem},    {"(bvshl ", NULL, term_shl},
    {"(bvlshr ", NULL, term_lshr}, {"(bvashr ", NULL, term_ashr},    {"(concat ", NULL, term_concat},
    {"(ite (= ", NULL, term_eq},   {"(ite (bvult ", NULL, term_ult}, {"(ite (bvslt ", NULL, term_slt},
};

static term take_indexed(struct reader *r)
{
	if (take(r, "((_ extract ")) {
		unsigned hi = (unsigned)take_number(r), lo = (unsigned)take_number(r);
		r->bad |= !take(r, ")");
		term a = take_operand(r);
		r->bad |= hi < lo || hi >= term_width(r->pool, a);
		return r->bad ? nothing(r) : term_extract(r->pool, a, hi, lo);
	}
	bool sign = take(r, "((_ sign_extend ");
	if (!sign && !take(r, "((_ zero_extend "))
		return nothing(r);
	unsigned more = (unsigned)take_number(r);
	r->bad |= !take(r, ")");
	term a = take_operand(r);
	unsigned width = term_width(r->pool, a) + more;
	if (r->bad || width > 64)
		return nothing(r);
	return sign ? term_sext(r->pool, a, width) : term_zext(r->pool, a, width);
}

static term take_choice(struct reader *r)
{
	term c = take_operand(r);
	r->bad |= !take(r, ")");
	term a = take_operand(r), b = take_operand(r);
	r->bad |= term_width(r->pool, c) != 1 || term_width(r->pool, a) != term_width(r->pool, b);
	return r->bad ? nothing(r) : term_ite(r->pool, c, a, b);
}

static term take_operation(struct reader *r)
{
	if (take(r, "(ite (= #b1"))
		return take_choice(r);
	for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
		if (!take(r, operators[i].name))
			continue;
		term a = take_operand(r);
		if (operators[i].one)
			return operators[i].one(r->pool, a);
		term b = take_operand(r);
		bool widths = operators[i].two == term_concat || term_width(r->pool, a) == term_width(r->pool, b);
		return r->bad || !widths ? nothing(r) : operators[i].two(r->pool, a, b);
	}
	return take_indexed(r);
}

static void define(struct reader *r, uint64_t number, term t)
{
	if (number > UINT32_MAX) {
		r->bad = true;
		return;
	}
	if (number >= r->n_terms) {
		size_t n = 2 * (size_t)number + 64;
		r->terms = reallocarray(r->terms, n, sizeof *r->terms);
		if (!r->terms)
			abort();
		memset(r->terms + r->n_terms, 0, (n - r->n_terms) * sizeof *r->terms);
		r->n_terms = n;
	}
	r->terms[number] = t;
}

static void read_definition(struct reader *r, struct smt2 *out)
{
	bool leaf = take(r, "(declare-const t");
	if (!leaf && !take(r, "(define-fun t")) {
		r->bad = true;
		return;
	}
	uint64_t number = take_number(r);
	r->bad |= !leaf && !take(r, "()");
	r->bad |= !take(r, "(_ BitVec ");
	unsigned width = take_width(r);
	r->bad |= !take(r, ")");
	term t = leaf ? term_apply(r->pool, (uint32_t)number, width, NULL, 0) : take_operation(r);
	r->bad |= term_width(r->pool, t) != width;
	define(r, number, t);
	out->n_terms++;
}

static void read_assert(struct reader *r, struct smt2 *out)
{
	term t = take_operand(r);
	r->bad |= !take(r, "))") || term_width(r->pool, t) != 1;
	out->asserts = reallocarray(out->asserts, out->n_asserts + 1, sizeof *out->asserts);
	if (!out->asserts)
		abort();
	out->asserts[out->n_asserts++] = t;
}

static void read_line(struct reader *r, struct smt2 *out)
{
	if (take(r, "; status: "))
		sscanf(r->at, "%15[a-z]", out->status);
	else if (take(r, "(assert (= #b1"))
		read_assert(r, out);
	else if (!take(r, "(set-logic") && !take(r, "(check-sat") && *r->at != ';')
		read_definition(r, out);
}

bool smt2_read(FILE *f, struct smt2 *out, char *err, size_t len)
{
	*out = (struct smt2){.pool = term_new_pool()};
	struct reader r = {.pool = out->pool};
	char *line = NULL;
	size_t cap = 0, n = 0;
	while (!r.bad && getline(&line, &cap, f) >= 0) {
		n++;
		r.at = line;
		read_line(&r, out);
	}
	if (r.bad)
		snprintf(err, len, "line %zu is none of ours: %.60s", n, line);
	free(line);
	free(r.terms);
	return !r.bad;
}

void smt2_release(struct smt2 *s)
{
	free(s->asserts);
	term_free_pool(s->pool);
}

static uint64_t mix(uint64_t h, uint64_t x)
{
	h = (h ^ x) * 0x9e3779b97f4a7c15ull;
	return h ^ h >> 29;
}

/* Numbers of terms count as the order that they first come up in. */
uint64_t smt2_hash(FILE *f)
{
	uint32_t *order = NULL;
	size_t n = 0, cap = 0;
	uint32_t seen = 0;
	uint64_t h = 0;
	char *line = NULL;
	while (getline(&line, &cap, f) >= 0) {
		for (const char *s = line; *line != ';' && *s; s++) {
			h = mix(h, (unsigned char)*s);
			if (*s != 't' || !isdigit((unsigned char)s[1]))
				continue;
			char *end;
			size_t number = strtoul(s + 1, &end, 10);
			if (number >= n) {
				order = reallocarray(order, 2 * number + 64, sizeof *order);
				if (!order)
					abort();
				memset(order + n, 0, (2 * number + 64 - n) * sizeof *order);
				n = 2 * number + 64;
			}
			order[number] = order[number] ? order[number] : ++seen;
			h = mix(h, order[number]);
			s = end - 1;
		}
	}
	free(order);
	free(line);
	return h;
}
