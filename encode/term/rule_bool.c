/* SPDX-License-Identifier: BSD-2-Clause */
/* Truth values: conjunctions and complements only; a disjunction is ~(~a & ~b),
 * a clause. Path conditions merge here. */
#include "pool.h"

static struct node not_node(term t)
{
	return (struct node){TERM_NOT, 1, 0, 0, t, 0, 0};
}

term bool_complement(const struct term_pool *p, term t)
{
	struct node n = node_of(p, t), c = not_node(t);
	return n.kind == TERM_NOT ? n.a : pool_find(p, &c);
}

int bool_implied(const struct term_pool *p, const struct list *known, term t)
{
	struct list l = {0};
	bool all = true;
	list_flatten(p, &l, TERM_AND, t, LIST_MAX);
	for (size_t i = 0; i < l.n; i++) {
		term c = bool_complement(p, l.t[i]);
		if (c && list_has(known, c))
			return 0;
		all &= list_has(known, l.t[i]);
	}
	if (all)
		return 1;
	/* A clause: true where one of its literals' complement is denied. */
	struct node n = node_of(p, t);
	if (n.kind != TERM_NOT || kind_of(p, n.a) != TERM_AND)
		return -1;
	int inner = -1;
	struct list m = {0};
	list_flatten(p, &m, TERM_AND, n.a, LIST_MAX);
	all = true;
	for (size_t i = 0; i < m.n && inner; i++) {
		term c = bool_complement(p, m.t[i]);
		if (c && list_has(known, c))
			inner = 0;
		all &= list_has(known, m.t[i]);
	}
	return inner == 0 ? 1 : all ? 0 : -1;
}

static bool is_clause(const struct term_pool *p, term t)
{
	return kind_of(p, t) == TERM_NOT && kind_of(p, node_of(p, t).a) == TERM_AND;
}

/* Operands in their place: opaque rests of long chains first, then by id. */
static void sort_conjuncts(const struct term_pool *p, struct list *l)
{
	list_sort(l);
	if (!l->cut)
		return;
	struct list rest = {0}, other = {0};
	for (size_t i = 0; i < l->n; i++) {
		struct list *to = kind_of(p, l->t[i]) == TERM_AND ? &rest : &other;
		to->t[to->n++] = l->t[i];
	}
	for (size_t i = 0; i < l->n; i++)
		l->t[i] = i < rest.n ? rest.t[i] : other.t[i - rest.n];
}

/* As it is: a part of a simplified conjunction is simplified. */
static term raw_conjunction(struct term_pool *p, const struct list *l)
{
	term t = l->n ? l->t[0] : term_true(p);
	for (size_t i = 1; i < l->n; i++) {
		struct node n = {TERM_AND, 1, 0, 0, t, l->t[i], 0};
		t = pool_intern(p, &n);
	}
	return t;
}

static term conjunction(struct term_pool *p, const struct list *l)
{
	term t = l->n ? l->t[0] : term_true(p);
	for (size_t i = 1; i < l->n; i++)
		t = term_and(p, t, l->t[i]);
	return t;
}

/* Doubles go; true if x and ~x are both there, or false. */
static bool contradicts(struct term_pool *p, struct list *l, bool *changed)
{
	for (size_t i = 0; i < l->n;) {
		struct node n = node_of(p, l->t[i]);
		if (is_value(p, l->t[i], 0) || (n.kind == TERM_NOT && list_has(l, n.a)))
			return true;
		bool twice = i > 0 && l->t[i] == l->t[i - 1];
		if (twice || is_value(p, l->t[i], 1)) {
			list_remove(l, i);
			*changed = true;
		} else {
			i++;
		}
	}
	return false;
}

/* What remains of clause i where the other conjuncts hold: itself if nothing changes. */
static term reduce_clause(struct term_pool *p, const struct list *l, size_t i)
{
	struct list m = {0};
	bool changed = false;
	list_flatten(p, &m, TERM_AND, node_of(p, l->t[i]).a, LIST_MAX);
	for (size_t j = 0; j < m.n;) {
		term c = bool_complement(p, m.t[j]);
		if (c && c != l->t[i] && list_has(l, c))
			return term_true(p);
		if (list_has(l, m.t[j])) {
			list_remove(&m, j);
			changed = true;
		} else {
			j++;
		}
	}
	return changed ? term_not(p, conjunction(p, &m)) : l->t[i];
}

static bool reduce_clauses(struct term_pool *p, struct list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		if (!is_clause(p, l->t[i]))
			continue;
		term t = reduce_clause(p, l, i);
		if (t == l->t[i])
			continue;
		l->t[i] = t;
		return true;
	}
	return false;
}

/* Moves what both lists hold to a third. */
static void take_common(struct list *a, struct list *b, struct list *common)
{
	for (size_t i = 0; i < a->n;) {
		size_t j = 0;
		while (j < b->n && b->t[j] != a->t[i])
			j++;
		if (j == b->n) {
			i++;
			continue;
		}
		common->t[common->n++] = a->t[i];
		list_remove(a, i);
		list_remove(b, j);
	}
}

/* ~(s & a) & ~(s & b) = ~(s & ~(~a & ~b)); 0 if the clauses share nothing. */
static term factor(struct term_pool *p, term x, term y)
{
	struct list a = {0}, b = {0}, common = {0};
	list_flatten(p, &a, TERM_AND, node_of(p, x).a, LIST_MAX);
	list_flatten(p, &b, TERM_AND, node_of(p, y).a, LIST_MAX);
	take_common(&a, &b, &common);
	if (!common.n)
		return 0;
	common.cut = a.cut | b.cut;
	sort_conjuncts(p, &common);
	term either = term_or(p, conjunction(p, &a), conjunction(p, &b));
	return term_not(p, term_and(p, conjunction(p, &common), either));
}

static bool factor_clauses(struct term_pool *p, struct list *l)
{
	size_t pairs = 0;
	for (size_t i = 0; i < l->n; i++) {
		for (size_t j = i + 1; is_clause(p, l->t[i]) && j < l->n && pairs < 32; j++) {
			term t = is_clause(p, l->t[j]) ? factor(p, l->t[i], l->t[j]) : 0;
			pairs++;
			if (!t)
				continue;
			l->t[i] = t;
			list_remove(l, j);
			return true;
		}
	}
	return false;
}

term rule_and_conjuncts(struct term_pool *p, const struct node *n)
{
	if (n->width != 1)
		return 0;
	struct list l = {0};
	bool changed = false;
	list_flatten(p, &l, TERM_AND, n->a, LIST_MAX - 1);
	list_flatten(p, &l, TERM_AND, n->b, LIST_MAX);
	sort_conjuncts(p, &l);
	if (contradicts(p, &l, &changed))
		return term_false(p);
	if (reduce_clauses(p, &l) || factor_clauses(p, &l))
		return conjunction(p, &l);
	if (!changed && l.cut)
		return 0;
	return raw_conjunction(p, &l);
}

/* Long chains that differ in their last conjunct only, whatever is before it. */
term rule_and_merge_paths(struct term_pool *p, const struct node *n)
{
	if (n->width != 1 || !is_clause(p, n->a) || !is_clause(p, n->b))
		return 0;
	struct node x = node_of(p, node_of(p, n->a).a), y = node_of(p, node_of(p, n->b).a);
	const term xs[2] = {x.a, x.b}, ys[2] = {y.a, y.b};
	for (int i = 0; i < 2; i++)
		for (int j = 0; j < 2; j++)
			if (xs[i] == ys[j] && bool_complement(p, xs[1 - i]) == ys[1 - j])
				return term_not(p, xs[i]);
	return 0;
}

term rule_or_bool(struct term_pool *p, const struct node *n)
{
	return n->width == 1 ? term_not(p, term_and(p, term_not(p, n->a), term_not(p, n->b))) : 0;
}

term rule_neg_bool(struct term_pool *p, const struct node *n)
{
	(void)p;
	return n->width == 1 ? n->a : 0;
}

term rule_add_bool(struct term_pool *p, const struct node *n)
{
	return n->width == 1 ? term_xor(p, n->a, n->b) : 0;
}

term rule_mul_bool(struct term_pool *p, const struct node *n)
{
	return n->width == 1 ? term_and(p, n->a, n->b) : 0;
}

term rule_eq_bool(struct term_pool *p, const struct node *n)
{
	return width_of(p, n->a) == 1 ? term_not(p, term_xor(p, n->a, n->b)) : 0;
}

term rule_ult_bool(struct term_pool *p, const struct node *n)
{
	return width_of(p, n->a) == 1 ? term_and(p, term_not(p, n->a), n->b) : 0;
}

term rule_slt_bool(struct term_pool *p, const struct node *n)
{
	return width_of(p, n->a) == 1 ? term_and(p, n->a, term_not(p, n->b)) : 0;
}

term rule_ite_bool(struct term_pool *p, const struct node *n)
{
	if (n->width != 1)
		return 0;
	return term_or(p, term_and(p, n->a, n->b), term_and(p, term_not(p, n->a), n->c));
}
