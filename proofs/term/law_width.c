/* SPDX-License-Identifier: BSD-2-Clause */
/* Widths of a law's parts for chosen numbers, and the choices that fit. */
#include "proofs/term/law.h"

#include <string.h>

int law_value(const struct law_number *v, const int numbers[LAW_NUMBERS])
{
	int sum = v->k;
	for (int i = 0; i < LAW_NUMBERS; i++)
		sum += v->of[i] * numbers[i];
	return sum;
}

static bool is_compare(const struct law_node *n)
{
	return n->kind == LAW_OPERATION && (n->op == TERM_EQ || n->op == TERM_ULT || n->op == TERM_SLT);
}

static bool is_slice(const struct law_node *n)
{
	return n->kind == LAW_OPERATION && n->op == TERM_EXTRACT;
}

struct chooser {
	struct law *law;
	const int *numbers;
	bool strict; /* an extension is wider than what it extends */
};

static unsigned infer(const struct chooser *c, int at);

static unsigned infer_operation(const struct chooser *c, const struct law_node *n)
{
	if (is_compare(n))
		return 1;
	if (is_slice(n))
		return (unsigned)(law_value(&n->hi, c->numbers) - law_value(&n->lo, c->numbers) + 1);
	if (n->op == TERM_ZEXT || n->op == TERM_SEXT)
		return 0;
	unsigned a = infer(c, n->args[n->op == TERM_ITE]), b = n->n_args > 1 ? infer(c, n->args[n->n_args - 1]) : 0;
	if (n->op == TERM_CONCAT)
		return a && b ? a + b : 0;
	return a ? a : b;
}

/* The width that a part has whatever is around it; 0 if it has none. */
static unsigned infer(const struct chooser *c, int at)
{
	const struct law_node *n = &c->law->nodes[at];
	if (n->width.set)
		return (unsigned)law_value(&n->width, c->numbers);
	if (n->kind == LAW_TERM || n->kind == LAW_CONSTANT)
		return c->law->widths[n->name];
	return n->kind == LAW_OPERATION ? infer_operation(c, n) : 0;
}

static bool check(const struct chooser *c, int at, unsigned w);

static bool check_all(const struct chooser *c, const struct law_node *n, unsigned w)
{
	for (int i = 0; i < n->n_args; i++)
		if (!check(c, n->args[i], w))
			return false;
	return true;
}

static bool check_slice(const struct chooser *c, struct law_node *n, unsigned w)
{
	int hi = law_value(&n->hi, c->numbers), lo = law_value(&n->lo, c->numbers);
	unsigned of = infer(c, n->args[0]);
	if (!of)
		of = (unsigned)c->numbers[LAW_WIDTH];
	if (lo < 0 || hi < lo || (unsigned)hi >= of || (unsigned)(hi - lo + 1) != w)
		return false;
	n->top = (unsigned)hi;
	n->bottom = (unsigned)lo;
	return check(c, n->args[0], of);
}

static bool check_concat(const struct chooser *c, const struct law_node *n, unsigned w)
{
	unsigned a = infer(c, n->args[0]), b = infer(c, n->args[1]);
	if (!a && !b)
		return false;
	if (!a && b < w)
		a = w - b;
	if (!b && a < w)
		b = w - a;
	return a + b == w && check(c, n->args[0], a) && check(c, n->args[1], b);
}

static bool check_operation(const struct chooser *c, struct law_node *n, unsigned w)
{
	if (is_slice(n))
		return check_slice(c, n, w);
	if (n->op == TERM_CONCAT)
		return check_concat(c, n, w);
	if (n->op == TERM_ITE)
		return check(c, n->args[0], 1) && check(c, n->args[1], w) && check(c, n->args[2], w);
	if (n->op == TERM_ZEXT || n->op == TERM_SEXT) {
		unsigned from = infer(c, n->args[0]);
		return from && from + c->strict <= w && check(c, n->args[0], from);
	}
	if (!is_compare(n))
		return check_all(c, n, w);
	unsigned of = infer(c, n->args[0]);
	if (!of)
		of = infer(c, n->args[1]);
	return w == 1 && check_all(c, n, of ? of : (unsigned)c->numbers[LAW_WIDTH]);
}

static bool check(const struct chooser *c, int at, unsigned w)
{
	struct law_node *n = &c->law->nodes[at];
	int value = law_value(&n->value, c->numbers);
	if (w < 1 || w > 64 || (n->width.set && law_value(&n->width, c->numbers) != (int)w))
		return false;
	n->w = w;
	switch (n->kind) {
	case LAW_TERM:
	case LAW_CONSTANT:
		if (!c->law->widths[n->name])
			c->law->widths[n->name] = w;
		return c->law->widths[n->name] == w;
	case LAW_NUMBER:
		return value >= 0 && (w > 6 || value < 1 << w);
	case LAW_ONES:
		return true;
	case LAW_FUNCTION:
		return check_all(c, n, w);
	case LAW_OPERATION:
		return check_operation(c, n, w);
	}
	return false;
}

static bool within(const struct law_limit *l, const int numbers[LAW_NUMBERS])
{
	int a = law_value(&l->left, numbers), b = law_value(&l->right, numbers);
	bool equal = l->relation[0] == '=' || l->relation[1] == '=';
	return (equal && a == b) || (l->relation[0] == '<' && a < b) || (l->relation[0] == '>' && a > b);
}

/* What says its width where it is named first or later has it everywhere. */
static bool name_widths(const struct chooser *c)
{
	struct law *l = c->law;
	memset(l->widths, 0, sizeof l->widths);
	for (int i = 0; i < l->n; i++) {
		const struct law_node *n = &l->nodes[i];
		int w = law_value(&n->width, c->numbers);
		if (!n->width.set)
			continue;
		if (w < 1 || w > 64)
			return false;
		if (n->kind == LAW_TERM || n->kind == LAW_CONSTANT)
			l->widths[n->name] = (unsigned)w;
	}
	return true;
}

bool law_choose(struct law *l, const int numbers[LAW_NUMBERS])
{
	struct chooser c = {l, numbers, true};
	for (int i = 0; i < l->n_limits; i++)
		if (!within(&l->limits[i], numbers))
			return false;
	if (!name_widths(&c))
		return false;
	const struct law_node *left = &l->nodes[l->left];
	unsigned w = is_compare(left) || is_slice(left) ? infer_operation(&c, left) : (unsigned)numbers[LAW_WIDTH];
	bool fits = check(&c, l->left, w);
	c.strict = false;
	fits = fits && check(&c, l->right, w);
	for (int i = 0; fits && i < l->n_conditions; i++)
		fits = check(&c, l->conditions[i], 1);
	return fits;
}

/* The i-th way to choose the numbers beside w: all of 0 to 64 for one or two, else scattered. */
static bool number_choice(const struct law *l, size_t i, int numbers[LAW_NUMBERS])
{
	unsigned used = 0;
	size_t rest = i;
	for (int k = 1; k < LAW_NUMBERS; k++)
		used += l->uses[k];
	uint64_t mixed = (i + 1) * 0x9e3779b97f4a7c15u;
	for (int k = 1; k < LAW_NUMBERS; k++) {
		if (!l->uses[k])
			continue;
		mixed = (mixed ^ mixed >> 31) * 0xbf58476d1ce4e5b9u;
		unsigned span = i % 2 ? 65u : (unsigned)numbers[LAW_WIDTH] + 2;
		numbers[k] = used > 2 ? (int)((mixed >> 40) % span) : (int)(rest % 65);
		rest /= 65;
	}
	return used > 2 ? i < 4000 : rest == 0;
}

size_t law_choices(struct law *l, unsigned w, int out[LAW_CHOICES][LAW_NUMBERS])
{
	static int all[65 * 65][LAW_NUMBERS];
	int numbers[LAW_NUMBERS] = {(int)w};
	size_t n = 0;
	for (size_t i = 0; n < sizeof all / sizeof *all && number_choice(l, i, numbers); i++)
		if (law_choose(l, numbers))
			memcpy(all[n++], numbers, sizeof numbers);
	size_t kept = n < LAW_CHOICES ? n : LAW_CHOICES;
	for (size_t i = 0; i < kept; i++)
		memcpy(out[i], all[kept < 2 ? 0 : i * (n - 1) / (kept - 1)], sizeof *out);
	return kept;
}
