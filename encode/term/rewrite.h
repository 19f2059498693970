/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside of encode/term only: rewrite rules, one row each in rule.def. */
#ifndef REWRITE_H
#define REWRITE_H

#include "term.h"

struct node;
enum rule {
#define RULE(name, ...) RULE_##name,
#include "rule.def"
#undef RULE
	RULE_COUNT
};

/* A rule looks at a node that is not made yet and returns an equal term, or 0. */
#define RULE(name, ...) term rule_##name(struct term_pool *p, const struct node *n);
#include "rule.def"
#undef RULE

/* The term of a node after rewriting. */
term rewrite_make(struct term_pool *p, struct node n);

/* Parts of it, for proofs (proofs/term). Commutative operands in the order in which rules see them. */
void rewrite_order(const struct term_pool *p, struct node *n);
/* The constant that an operation on constants is; false: it has another operand. */
bool rewrite_fold(struct term_pool *p, const struct node *n, term *out);
/* What this one rule makes of a node that is in order and that neither constants nor facts decide; 0 if nothing.
 * alone: what it builds is built as it is, no other rule takes part. */
term rewrite_try(struct term_pool *p, enum rule rule, const struct node *n, bool alone);

/* Operand lists: associative chains are looked at as far as this. */
#define LIST_MAX 24u
struct list {
	size_t n;
	bool cut; /* chains went on behind the limit */
	term t[LIST_MAX];
};
/* Adds the operands of the `kind` chain t to the list. */
void list_flatten(const struct term_pool *p, struct list *l, enum term_kind kind, term t, size_t max);
void list_sort(struct list *l);
bool list_has(const struct list *l, term t);
void list_remove(struct list *l, size_t i);

/* The complement of t if it is in the pool, else 0. */
term bool_complement(const struct term_pool *p, term t);
/* Is truth value t decided where all of `known` hold? 1 yes, 0 no, -1 open. */
int bool_implied(const struct term_pool *p, const struct list *known, term t);
/* Base of a concatenation whose constant parts are cleared, they in *off; 0 if they are all zero. */
term slice_split(struct term_pool *p, term t, uint64_t *off);
/* Runs of ones in a mask. */
unsigned slice_runs(uint64_t mask);
/* Did slicing end in something else than slices, for both? */
bool slice_simpler(const struct term_pool *p, term x, term y);
/* a | b for terms that share no bit that may be one, as a concatenation; 0 if it had too many parts. */
term slice_disjoint(struct term_pool *p, term a, term b);
#endif
