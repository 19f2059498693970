/* SPDX-License-Identifier: BSD-2-Clause */
/* What is right of terms beside the rules, for each kind: the facts of a term, the value of an operation on constants,
 * the order of operands. */
#include "proofs/term/question.h"

#include <string.h>

static const char *const kind_names[TERM_KIND_COUNT] = {
    [TERM_NOT] = "not",         [TERM_AND] = "and",       [TERM_OR] = "or",     [TERM_XOR] = "xor",
    [TERM_NEG] = "neg",         [TERM_ADD] = "add",       [TERM_MUL] = "mul",   [TERM_UDIV] = "udiv",
    [TERM_UREM] = "urem",       [TERM_SDIV] = "sdiv",     [TERM_SREM] = "srem", [TERM_SHL] = "shl",
    [TERM_LSHR] = "lshr",       [TERM_ASHR] = "ashr",     [TERM_EQ] = "eq",     [TERM_ULT] = "ult",
    [TERM_SLT] = "slt",         [TERM_ITE] = "ite",       [TERM_ZEXT] = "zext", [TERM_SEXT] = "sext",
    [TERM_EXTRACT] = "extract", [TERM_CONCAT] = "concat",
};

/* Widths up to which facts of products and divisions are asked about; constants are at all. */
enum { HARD_WIDTH = 8, FACTS = 6, CONSTANTS = 12, TRIES = 50 };

static bool is_compare(enum term_kind kind)
{
	return kind == TERM_EQ || kind == TERM_ULT || kind == TERM_SLT;
}

static bool is_hard(enum term_kind kind)
{
	return kind >= TERM_MUL && kind <= TERM_SREM;
}

/* An operation of width w, or on operands of width w; widths of its operands, 0 where it has none. */
static struct node choose_operation(enum term_kind kind, unsigned w, unsigned widths[3])
{
	struct node n = {.kind = (uint8_t)kind, .width = (uint8_t)(is_compare(kind) ? 1 : w)};
	bool one =
	    kind == TERM_NOT || kind == TERM_NEG || kind == TERM_EXTRACT || kind == TERM_ZEXT || kind == TERM_SEXT;
	widths[0] = kind == TERM_ITE ? 1 : w;
	widths[1] = one ? 0 : w;
	widths[2] = kind == TERM_ITE ? w : 0;
	if (kind == TERM_ZEXT || kind == TERM_SEXT)
		widths[0] = 1 + random_below(w - 1);
	if (kind == TERM_CONCAT) {
		widths[0] = 1 + random_below(w - 1);
		widths[1] = w - widths[0];
	}
	if (kind == TERM_EXTRACT) {
		widths[0] = w + random_below(65 - w);
		n.lo = (uint8_t)random_below(widths[0] - w + 1);
		n.hi = (uint8_t)(n.lo + w - 1);
	}
	return n;
}

static bool has_width(enum term_kind kind, unsigned w)
{
	return w > 1 || (kind != TERM_CONCAT && kind != TERM_ZEXT && kind != TERM_SEXT);
}

static void put_operands(struct node *n, const term t[3])
{
	n->a = t[0];
	n->b = t[1];
	n->c = t[2];
}

static void put_about(char about[64], const char *what, unsigned w)
{
	snprintf(about, 64, "%s, w = %u", what, w);
}

/* A fact that says something; false: this one did not. */
static bool ask_fact(struct questions *q, struct term_pool *p, enum term_kind kind, unsigned w)
{
	struct theme theme = theme_choose(w);
	unsigned widths[3];
	struct node n = choose_operation(kind, w, widths);
	char about[64];
	term t[3] = {0};
	for (int i = 0; i < 3; i++)
		if (widths[i])
			t[i] = random_below(5) ? theme_leaf(p, &theme, widths[i])
					       : term_const(p, widths[i], theme_value(&theme, widths[i]));
	put_operands(&n, t);
	struct fact f = fact_compute(p, &n);
	if (f.bits.mask == mask_of(n.width) && f.range.lo == 0 && f.range.hi == mask_of(n.width))
		return false;
	put_about(about, "facts", w);
	instance_print_fact(p, pool_add(p, &n, f), f, about, question_add(q, w), q->out);
	return true;
}

static uint64_t ask_facts(struct questions *q, enum term_kind kind)
{
	uint64_t some = 0;
	for (unsigned w = 1; w <= (is_hard(kind) ? HARD_WIDTH : 64); w++) {
		struct term_pool *p = term_new_pool();
		unsigned asked = 0;
		for (unsigned i = 0; has_width(kind, w) && i < TRIES && asked < FACTS; i++)
			asked += ask_fact(q, p, kind, w);
		some |= asked ? 1ull << (w - 1) : 0;
		term_free_pool(p);
		if (is_hard(kind) || w % 8 == 0)
			question_end(q, "facts");
	}
	return some;
}

static void ask_constant(struct questions *q, struct term_pool *p, enum term_kind kind, unsigned w)
{
	struct theme theme = theme_choose(w);
	unsigned widths[3];
	struct node n = choose_operation(kind, w, widths);
	char about[64];
	term t[3] = {0}, folded;
	for (int i = 0; i < 3; i++)
		if (widths[i])
			t[i] = term_const(p, widths[i], theme_value(&theme, widths[i]));
	put_operands(&n, t);
	if (!rewrite_fold(p, &n, &folded))
		return;
	put_about(about, "value", w);
	instance_print(p, pool_add(p, &n, fact_const(0)), folded, about, question_add(q, w), q->out);
}

static uint64_t ask_constants(struct questions *q, enum term_kind kind)
{
	uint64_t some = 0;
	for (unsigned w = 1; w <= 64; w++) {
		struct term_pool *p = term_new_pool();
		for (unsigned i = 0; has_width(kind, w) && i < CONSTANTS; i++)
			ask_constant(q, p, kind, w);
		some |= has_width(kind, w) ? 1ull << (w - 1) : 0;
		term_free_pool(p);
		if (w % 8 == 0)
			question_end(q, "values");
	}
	return some;
}

/* Operands that come in the other order. */
static void ask_order(struct questions *q, enum term_kind kind, unsigned w)
{
	struct term_pool *p = term_new_pool();
	struct theme theme = {.width = w};
	unsigned widths[3];
	struct node n = choose_operation(kind, w, widths), m;
	char about[64];
	n.b = theme_leaf(p, &theme, w);
	n.a = theme_leaf(p, &theme, w);
	m = n;
	rewrite_order(p, &m);
	put_about(about, "order", w);
	term a = pool_add(p, &n, fact_compute(p, &n)), b = pool_add(p, &m, fact_compute(p, &m));
	if (a != b)
		instance_print(p, a, b, about, question_add(q, w), q->out);
	term_free_pool(p);
}

static uint64_t ask_orders(struct questions *q, enum term_kind kind)
{
	for (unsigned w = 1; w <= 64; w++) {
		ask_order(q, kind, w);
		if (kind == TERM_MUL || w % 8 == 0)
			question_end(q, "order");
	}
	return mask_of(64);
}

/* What is asked of each kind. */
static const struct {
	const char *name, *function;
	uint64_t (*ask)(struct questions *q, enum term_kind kind); /* the widths, a bit each */
} subjects[] = {
    {"facts", "fact_compute", ask_facts},
    {"values", "value_compute", ask_constants},
    {"order", "rewrite_order", ask_orders},
};

static bool concerns(size_t subject, enum term_kind kind)
{
	bool commutes = kind == TERM_AND || kind == TERM_OR || kind == TERM_XOR || kind == TERM_ADD ||
			kind == TERM_MUL || kind == TERM_EQ;
	return kind_names[kind] && (subjects[subject].ask != ask_orders || commutes) &&
	       !(subjects[subject].ask == ask_facts && kind == TERM_SDIV); /* of which nothing is known */
}

static void ask_kind(const char *directory, size_t subject, enum term_kind kind, const char *name)
{
	struct questions q;
	if (!directory) {
		printf("statement\t%s\t%s\n", name, subjects[subject].function);
		return;
	}
	question_open(&q, directory, name);
	uint64_t widths = subjects[subject].ask(&q, kind);
	question_print(name, "", subjects[subject].function, question_close(&q), widths, is_hard(kind));
}

bool question_all_kinds(const char *directory, const char *only)
{
	bool some = false;
	for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++) {
		for (enum term_kind kind = TERM_NOT; kind < TERM_KIND_COUNT; kind++) {
			char name[64];
			if (!concerns(i, kind))
				continue;
			snprintf(name, sizeof name, "%s_%s", subjects[i].name, kind_names[kind]);
			if (only && strcmp(only, name))
				continue;
			ask_kind(directory, i, kind, name);
			some = true;
		}
	}
	return some;
}
