/* SPDX-License-Identifier: BSD-2-Clause */
/* Choices between two terms. */
#include "pool.h"

term rule_ite_decided(struct term_pool *p, const struct node *n)
{
	if (n->b == n->c)
		return n->b;
	return is_const(p, n->a) ? (value_of(p, n->a) ? n->b : n->c) : 0;
}

term rule_ite_not(struct term_pool *p, const struct node *n)
{
	struct node c = node_of(p, n->a);
	return c.kind == TERM_NOT ? term_ite(p, c.a, n->c, n->b) : 0;
}

/* The case that a choice comes to where `cond` is known to hold; the term itself if it stays open. */
static term under(const struct term_pool *p, term cond, term t)
{
	struct list known = {0};
	struct node n = node_of(p, t);
	if (n.kind != TERM_ITE)
		return t;
	list_flatten(p, &known, TERM_AND, cond, LIST_MAX);
	int holds = bool_implied(p, &known, n.a);
	return holds < 0 ? t : holds ? n.b : n.c;
}

term rule_ite_implied(struct term_pool *p, const struct node *n)
{
	if (kind_of(p, n->b) != TERM_ITE && kind_of(p, n->c) != TERM_ITE)
		return 0;
	term a = under(p, n->a, n->b), b = under(p, term_not(p, n->a), n->c);
	return a != n->b || b != n->c ? term_ite(p, n->a, a, b) : 0;
}

term rule_ite_equal(struct term_pool *p, const struct node *n)
{
	struct node c = node_of(p, n->a);
	if (c.kind != TERM_EQ)
		return 0;
	if ((c.a == n->b && c.b == n->c) || (c.a == n->c && c.b == n->b))
		return n->c;
	return c.a == n->b && is_const(p, c.b) ? term_ite(p, n->a, c.b, n->c) : 0;
}

term rule_ite_join(struct term_pool *p, const struct node *n)
{
	struct node a = node_of(p, n->b), b = node_of(p, n->c);
	if (b.kind == TERM_ITE && b.b == n->b)
		return term_ite(p, term_or(p, n->a, b.a), n->b, b.c);
	if (b.kind == TERM_ITE && b.c == n->b)
		return term_ite(p, term_or(p, n->a, term_not(p, b.a)), n->b, b.b);
	if (a.kind == TERM_ITE && a.c == n->c)
		return term_ite(p, term_and(p, n->a, a.a), a.b, n->c);
	if (a.kind == TERM_ITE && a.b == n->c)
		return term_ite(p, term_and(p, n->a, term_not(p, a.a)), a.c, n->c);
	return 0;
}

term rule_ite_ones(struct term_pool *p, const struct node *n)
{
	if (is_ones(p, n->b) && is_value(p, n->c, 0))
		return term_sext(p, n->a, n->width);
	if (is_value(p, n->b, 0) && is_ones(p, n->c))
		return term_sext(p, term_not(p, n->a), n->width);
	return 0;
}

term rule_ite_one_bit(struct term_pool *p, const struct node *n)
{
	if (!is_const(p, n->b) || !is_const(p, n->c))
		return 0;
	uint64_t k = value_of(p, n->b), differ = k ^ value_of(p, n->c);
	if (differ & (differ - 1))
		return 0;
	unsigned at = (unsigned)__builtin_ctzll(differ);
	term t = k & differ ? n->a : term_not(p, n->a);
	if (at > 0)
		t = term_concat(p, t, term_const(p, at, k));
	return at + 1 < n->width ? term_concat(p, term_const(p, n->width - at - 1, k >> (at + 1)), t) : t;
}

term rule_ite_offset(struct term_pool *p, const struct node *n)
{
	term x, y;
	uint64_t j, k;
	term_split(p, n->b, &x, &j);
	term_split(p, n->c, &y, &k);
	if (!x || x != y)
		return 0;
	return term_add(p, x, term_ite(p, n->a, term_const(p, n->width, j), term_const(p, n->width, k)));
}

term rule_ite_zext(struct term_pool *p, const struct node *n)
{
	struct node a = node_of(p, n->b), b = node_of(p, n->c);
	unsigned w = 0;
	if (a.kind == TERM_ZEXT)
		w = width_of(p, a.a);
	if (b.kind == TERM_ZEXT && width_of(p, b.a) > w)
		w = width_of(p, b.a);
	if (!w || fact_of(p, n->b)->range.hi > mask_of(w) || fact_of(p, n->c)->range.hi > mask_of(w))
		return 0;
	term x = term_extract(p, n->b, w - 1, 0), y = term_extract(p, n->c, w - 1, 0);
	return term_zext(p, term_ite(p, n->a, x, y), n->width);
}
