/* SPDX-License-Identifier: BSD-2-Clause */
/* Truth values: conjunctions and complements only; a disjunction is ~(~a & ~b),
 * a clause. Path conditions merge here. */
#include "pool.h"

term bool_complement(const struct term_pool *p, term t)
{
	return kind_of(p, t) == TERM_NOT ? node_of(p, t).a : p->complements[t];
}

static bool is_clause(const struct term_pool *p, term t)
{
	return kind_of(p, t) == TERM_NOT && kind_of(p, node_of(p, t).a) == TERM_AND;
}

static bool has_all(const struct list *l, const struct list *parts)
{
	for (size_t i = 0; i < parts->n; i++)
		if (!list_has(l, parts->t[i]))
			return false;
	return true;
}

int bool_implied(const struct term_pool *p, const struct list *known, term t)
{
	struct list l = {0};
	list_flatten(p, &l, TERM_AND, t, LIST_MAX);
	if (has_all(known, &l))
		return 1;
	for (size_t i = 0; i < l.n; i++) {
		term c = bool_complement(p, l.t[i]);
		if (c && list_has(known, c))
			return 0;
	}
	/* All that a known clause denies. */
	for (size_t i = 0; i < known->n; i++) {
		struct list denied = {0};
		if (!is_clause(p, known->t[i]))
			continue;
		list_flatten(p, &denied, TERM_AND, node_of(p, known->t[i]).a, LIST_MAX);
		if (has_all(&l, &denied))
			return 0;
	}
	return -1;
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

/* The conjuncts of an operation: all, and those of its second argument, which are the news. */
struct conjuncts {
	struct list all, fresh;
};

/* Doubles go; true if x and ~x are both there. */
static bool contradicts(struct term_pool *p, struct conjuncts *s, bool *changed)
{
	for (size_t i = 0; i < s->fresh.n; i++) {
		term c = bool_complement(p, s->fresh.t[i]);
		if (c && list_has(&s->all, c))
			return true;
	}
	for (size_t i = 1; i < s->all.n;) {
		bool twice = s->all.t[i] == s->all.t[i - 1];
		if (twice)
			list_remove(&s->all, i);
		i += !twice;
		*changed |= twice;
	}
	return false;
}

/* What remains of a clause where these conjuncts hold: itself if nothing changes. */
static term reduce_clause(struct term_pool *p, const struct list *l, term clause)
{
	struct list m = {0};
	bool changed = false;
	list_flatten(p, &m, TERM_AND, node_of(p, clause).a, LIST_MAX);
	for (size_t j = 0; j < m.n;) {
		term c = bool_complement(p, m.t[j]);
		if (c && list_has(l, c))
			return term_true(p);
		if (list_has(l, m.t[j])) {
			list_remove(&m, j);
			changed = true;
		} else {
			j++;
		}
	}
	return changed ? term_not(p, conjunction(p, &m)) : clause;
}

static bool reduce_clauses(struct term_pool *p, struct conjuncts *s)
{
	struct list *l = &s->all;
	for (size_t i = 0; i < l->n; i++) {
		if (!is_clause(p, l->t[i]))
			continue;
		term t = reduce_clause(p, list_has(&s->fresh, l->t[i]) ? l : &s->fresh, l->t[i]);
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

static bool factor_clauses(struct term_pool *p, struct conjuncts *s)
{
	for (size_t i = 0; i < s->fresh.n; i++) {
		term x = s->fresh.t[i];
		for (size_t j = 0; is_clause(p, x) && j < s->all.n; j++) {
			term y = s->all.t[j], t = y != x && is_clause(p, y) ? factor(p, x, y) : 0;
			if (!t)
				continue;
			s->all.t[j] = t;
			for (j = 0; s->all.t[j] != x; j++)
				;
			list_remove(&s->all, j);
			return true;
		}
	}
	return false;
}

term rule_and_conjuncts(struct term_pool *p, const struct node *n)
{
	if (n->width != 1)
		return 0;
	struct conjuncts s = {0};
	bool changed = false;
	list_flatten(p, &s.all, TERM_AND, n->a, LIST_MAX - 1);
	size_t old = s.all.n;
	list_flatten(p, &s.all, TERM_AND, n->b, LIST_MAX);
	for (size_t i = old; i < s.all.n; i++)
		s.fresh.t[s.fresh.n++] = s.all.t[i];
	sort_conjuncts(p, &s.all);
	if (contradicts(p, &s, &changed))
		return term_false(p);
	if (reduce_clauses(p, &s) || factor_clauses(p, &s))
		return conjunction(p, &s.all);
	bool in_place = s.fresh.n == 1 && s.all.t[s.all.n - 1] == n->b;
	if (!changed && (s.all.cut || in_place))
		return 0;
	return raw_conjunction(p, &s.all);
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
