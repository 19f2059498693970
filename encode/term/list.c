/* SPDX-License-Identifier: BSD-2-Clause */
/* Operand lists of associative operations, and the chains they are put back to:
 * left-deep, by id, a constant last. */
#include "pool.h"

void list_flatten(const struct term_pool *p, struct list *l, enum term_kind kind, term t, size_t max)
{
	size_t i = l->n;
	l->t[l->n++] = t;
	for (; i < l->n; i++) {
		while (kind_of(p, l->t[i]) == kind && l->n < max) {
			struct node n = node_of(p, l->t[i]);
			l->t[i] = n.a;
			l->t[l->n++] = n.b;
		}
		l->cut |= kind_of(p, l->t[i]) == kind;
	}
}

void list_sort(struct list *l)
{
	for (size_t i = 1; i < l->n; i++) {
		term t = l->t[i];
		size_t j = i;
		for (; j > 0 && l->t[j - 1] > t; j--)
			l->t[j] = l->t[j - 1];
		l->t[j] = t;
	}
}

bool list_has(const struct list *l, term t)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->t[i] == t)
			return true;
	return false;
}

void list_remove(struct list *l, size_t i)
{
	for (l->n--; i < l->n; i++)
		l->t[i] = l->t[i + 1];
}

/* A chain of more operands than this is only kept with its constant last. */
#define CHAIN_MAX 8u

struct chain {
	struct list l; /* no constants */
	uint64_t k;
	bool changed;
};

static uint64_t neutral(const struct node *n)
{
	return n->kind == TERM_AND ? mask_of(n->width) : n->kind == TERM_MUL;
}

static uint64_t combine(const struct node *n, uint64_t x, uint64_t y)
{
	return value_compute(n, (uint64_t[3]){x, y, 0}, n->width, n->width);
}

static void take_constants(struct term_pool *p, const struct node *n, struct chain *c)
{
	size_t constants = 0;
	c->k = neutral(n);
	for (size_t i = 0; i < c->l.n;) {
		if (!is_const(p, c->l.t[i])) {
			i++;
			continue;
		}
		c->k = combine(n, c->k, value_of(p, c->l.t[i]));
		list_remove(&c->l, i);
		constants++;
	}
	c->changed |= constants > 1;
}

/* ~x is -x - 1, and constant parts of a concatenation are added constants. */
static void take_offsets(struct term_pool *p, const struct node *n, struct chain *c)
{
	for (size_t i = 0; i < c->l.n; i++) {
		struct node m = node_of(p, c->l.t[i]);
		uint64_t off = mask_of(n->width);
		term base = m.kind == TERM_NOT ? term_neg(p, m.a) : 0;
		if (m.kind == TERM_CONCAT)
			base = slice_split(p, c->l.t[i], &off);
		if (!base)
			continue;
		c->l.t[i] = base;
		c->k = (c->k + off) & mask_of(n->width);
		c->changed = true;
	}
}

static bool is_negation(const struct term_pool *p, term a, term b)
{
	struct node x = node_of(p, a), y = node_of(p, b);
	if (x.kind == TERM_NEG || y.kind == TERM_NEG)
		return (x.kind == TERM_NEG && x.a == b) || (y.kind == TERM_NEG && y.a == a);
	bool extensions = (x.kind == TERM_ZEXT && y.kind == TERM_SEXT) || (x.kind == TERM_SEXT && y.kind == TERM_ZEXT);
	return extensions && x.a == y.a && width_of(p, x.a) == 1;
}

static bool is_complement(const struct term_pool *p, term a, term b)
{
	struct node x = node_of(p, a), y = node_of(p, b);
	return (x.kind == TERM_NOT && x.a == b) || (y.kind == TERM_NOT && y.a == a);
}

enum meeting { KEEP, DROP_ONE, DROP_BOTH, ABSORB };

static enum meeting meet(const struct term_pool *p, const struct node *n, term a, term b)
{
	bool bits = n->kind == TERM_AND || n->kind == TERM_OR;
	if (bits && is_complement(p, a, b))
		return ABSORB;
	if (bits && a == b)
		return DROP_ONE;
	if ((n->kind == TERM_XOR && a == b) || (n->kind == TERM_ADD && is_negation(p, a, b)))
		return DROP_BOTH;
	return KEEP;
}

/* True if the whole chain is its absorbing constant. */
static bool cancel(struct term_pool *p, const struct node *n, struct chain *c)
{
	for (size_t i = 0; i < c->l.n; i++) {
		for (size_t j = i + 1; j < c->l.n; j++) {
			enum meeting m = meet(p, n, c->l.t[i], c->l.t[j]);
			if (m == KEEP)
				continue;
			if (m == ABSORB)
				return true;
			list_remove(&c->l, j);
			c->changed = true;
			if (m == DROP_BOTH) {
				list_remove(&c->l, i);
				i--;
				break;
			}
			j--;
		}
	}
	return false;
}

static term make2(struct term_pool *p, const struct node *n, term a, term b)
{
	return rewrite_make(p, (struct node){n->kind, n->width, 0, 0, a, b, 0});
}

static term rebuild(struct term_pool *p, const struct node *n, const struct chain *c)
{
	term k = term_const(p, n->width, c->k), t = c->l.n ? c->l.t[0] : k;
	for (size_t i = 1; i < c->l.n; i++)
		t = make2(p, n, t, c->l.t[i]);
	return c->l.n && c->k != neutral(n) ? make2(p, n, t, k) : t;
}

/* (x op k) op y -> (x op y) op k for chains too long to look at. */
static term pull_constant(struct term_pool *p, const struct node *n)
{
	struct node a = node_of(p, n->a);
	if (a.kind != n->kind || !is_const(p, a.b))
		return 0;
	if (is_const(p, n->b))
		return make2(p, n, a.a, make2(p, n, a.b, n->b));
	return make2(p, n, make2(p, n, a.a, n->b), a.b);
}

static term chain(struct term_pool *p, const struct node *n)
{
	enum term_kind kind = (enum term_kind)n->kind;
	struct chain c = {0};
	list_flatten(p, &c.l, kind, n->a, CHAIN_MAX - 1);
	list_flatten(p, &c.l, kind, n->b, CHAIN_MAX);
	if (c.l.cut)
		return pull_constant(p, n);
	term last = 0;
	take_constants(p, n, &c);
	if (kind == TERM_ADD)
		take_offsets(p, n, &c);
	list_sort(&c.l);
	if (cancel(p, n, &c))
		return term_const(p, n->width, kind == TERM_AND ? 0 : mask_of(n->width));
	last = c.k != neutral(n) ? term_const(p, n->width, c.k) : c.l.n ? c.l.t[c.l.n - 1] : 0;
	if (!c.changed && n->b == last)
		return 0;
	/* Two operands are in the rewriter's order, which puts older ones first as well. */
	return c.changed || c.l.n > 2 || c.k != neutral(n) ? rebuild(p, n, &c) : 0;
}

#define CHAIN(kind)                                                         \
	term rule_##kind##_chain(struct term_pool *p, const struct node *n) \
	{                                                                   \
		return chain(p, n);                                         \
	}
CHAIN(and)
CHAIN(or)
CHAIN(xor)
CHAIN(add)
CHAIN(mul)
