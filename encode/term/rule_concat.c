/* SPDX-License-Identifier: BSD-2-Clause */
/* Concatenations x.y, nested to the right: what was taken apart is put together again. */
#include "pool.h"

static term arg_if(const struct term_pool *p, term t, enum term_kind kind)
{
	struct node n = node_of(p, t);
	return n.kind == kind ? n.a : 0;
}

static term zero(struct term_pool *p, unsigned width)
{
	return term_const(p, width, 0);
}

term rule_concat_zero(struct term_pool *p, const struct node *n)
{
	return is_value(p, n->a, 0) ? term_zext(p, n->b, n->width) : 0;
}

term rule_concat_assoc(struct term_pool *p, const struct node *n)
{
	struct node a = node_of(p, n->a);
	return a.kind == TERM_CONCAT ? term_concat(p, a.a, term_concat(p, a.b, n->b)) : 0;
}

term rule_concat_zext(struct term_pool *p, const struct node *n)
{
	term x = arg_if(p, n->a, TERM_ZEXT);
	return x ? term_zext(p, term_concat(p, x, n->b), n->width) : 0;
}

term rule_concat_sext(struct term_pool *p, const struct node *n)
{
	term x = arg_if(p, n->a, TERM_SEXT);
	return x ? term_sext(p, term_concat(p, x, n->b), n->width) : 0;
}

term rule_concat_const(struct term_pool *p, const struct node *n)
{
	struct node b = node_of(p, n->b);
	if (!is_const(p, n->a))
		return 0;
	if (b.kind == TERM_CONCAT && is_const(p, b.a))
		return term_concat(p, term_concat(p, n->a, b.a), b.b);
	if (b.kind == TERM_ZEXT)
		return term_concat(p, term_concat(p, n->a, zero(p, b.width - width_of(p, b.a))), b.a);
	return 0;
}

term rule_concat_sign(struct term_pool *p, const struct node *n)
{
	enum term_kind a = kind_of(p, n->a), b = kind_of(p, n->b);
	bool bit = a == TERM_EXTRACT || a == TERM_NOT || b == TERM_SEXT || n->a == n->b;
	if (width_of(p, n->a) != 1 || !bit)
		return 0;
	unsigned top = width_of(p, n->b) - 1;
	return term_extract(p, n->b, top, top) == n->a ? term_sext(p, n->b, n->width) : 0;
}

/* hi.lo as one slice of what one of them is a slice of; 0 if it is none. */
static term merge_slices(struct term_pool *p, term hi, term lo)
{
	struct node a = node_of(p, hi), b = node_of(p, lo);
	if (a.kind == TERM_EXTRACT && a.lo >= b.width &&
	    term_extract(p, a.a, a.lo - 1u, (unsigned)(a.lo - b.width)) == lo)
		return term_extract(p, a.a, a.hi, (unsigned)(a.lo - b.width));
	if (b.kind == TERM_EXTRACT && b.hi + a.width < width_of(p, b.a) &&
	    term_extract(p, b.a, (unsigned)(b.hi + a.width), b.hi + 1u) == hi)
		return term_extract(p, b.a, (unsigned)(b.hi + a.width), b.lo);
	return 0;
}

static term merge_plain(struct term_pool *p, term hi, term lo)
{
	return is_const(p, hi) && is_const(p, lo) ? term_concat(p, hi, lo) : merge_slices(p, hi, lo);
}

/* (x op y).(z op u) where both x.z and y.u, or x.u and y.z, merge. */
static term merge_bitwise(struct term_pool *p, const struct node *a, const struct node *b)
{
	for (int swap = 0; swap < 2; swap++) {
		term x = merge_plain(p, a->a, swap ? b->b : b->a), y = x ? merge_plain(p, a->b, swap ? b->a : b->b) : 0;
		if (x && y)
			return rewrite_make(p, (struct node){a->kind, (uint8_t)width_of(p, x), 0, 0, x, y, 0});
	}
	return 0;
}

static term merge_operations(struct term_pool *p, term hi, term lo)
{
	struct node a = node_of(p, hi), b = node_of(p, lo);
	bool bitwise = a.kind == TERM_AND || a.kind == TERM_OR || a.kind == TERM_XOR;
	return a.kind == b.kind && bitwise ? merge_bitwise(p, &a, &b) : merge_slices(p, hi, lo);
}

/* t ^ k as t and k: ~x is x ^ ones. */
static uint64_t strip_xor(const struct term_pool *p, term *t)
{
	struct node n = node_of(p, *t);
	if (n.kind != TERM_NOT && (n.kind != TERM_XOR || !is_const(p, n.b)))
		return 0;
	*t = n.a;
	return n.kind == TERM_NOT ? mask_of(n.width) : value_of(p, n.b);
}

static term merge(struct term_pool *p, term hi, term lo)
{
	term t = merge_operations(p, hi, lo);
	if (t)
		return t;
	unsigned low = width_of(p, lo);
	uint64_t j = strip_xor(p, &hi), k = strip_xor(p, &lo);
	if (j | k)
		t = merge_operations(p, hi, lo);
	return t ? term_xor(p, t, term_const(p, width_of(p, t), j << low | k)) : 0;
}

term rule_concat_merge(struct term_pool *p, const struct node *n)
{
	struct node b = node_of(p, n->b);
	term t = merge(p, n->a, n->b);
	if (t || (b.kind != TERM_CONCAT && b.kind != TERM_ZEXT))
		return t;
	term head = b.kind == TERM_CONCAT ? b.a : zero(p, b.width - width_of(p, b.a));
	t = merge(p, n->a, head);
	return t ? term_concat(p, t, b.kind == TERM_CONCAT ? b.b : b.a) : 0;
}

/* t as a choice: a truth value is one, and so is its extension. */
static bool as_choice(struct term_pool *p, term t, struct node *n)
{
	*n = node_of(p, t);
	if (n->kind == TERM_ITE)
		return true;
	bool extended = (n->kind == TERM_ZEXT || n->kind == TERM_SEXT) && width_of(p, n->a) == 1;
	if (!extended && n->width != 1)
		return false;
	term c = extended ? n->a : t;
	term inner = arg_if(p, c, TERM_NOT);
	term one = term_const(p, n->width, n->kind == TERM_ZEXT ? 1 : ~0ull), none = zero(p, n->width);
	n->a = inner ? inner : c;
	n->b = inner ? none : one;
	n->c = inner ? one : none;
	return true;
}

term rule_concat_ite(struct term_pool *p, const struct node *n)
{
	struct node x, y;
	if (!as_choice(p, n->a, &x) || !as_choice(p, n->b, &y) || x.a != y.a)
		return 0;
	return term_ite(p, x.a, term_concat(p, x.b, y.b), term_concat(p, x.c, y.c));
}

term rule_concat_offset(struct term_pool *p, const struct node *n)
{
	struct node a = node_of(p, n->a);
	if (a.kind != TERM_ADD || !is_const(p, a.b) || !is_const(p, n->b))
		return 0;
	term base = term_concat(p, a.a, zero(p, width_of(p, n->b)));
	return term_add(p, base, term_concat(p, a.b, n->b));
}

term rule_concat_neg(struct term_pool *p, const struct node *n)
{
	term x = arg_if(p, n->a, TERM_NEG);
	return x && is_value(p, n->b, 0) ? term_neg(p, term_concat(p, x, n->b)) : 0;
}

/* Widths add up to 64 at most, and so do the parts. */
term slice_split(struct term_pool *p, term t, uint64_t *off)
{
	term parts[64];
	unsigned n = 0, low = 0;
	uint64_t k = 0;
	for (; kind_of(p, t) == TERM_CONCAT; t = node_of(p, t).b)
		parts[n++] = node_of(p, t).a;
	parts[n] = t;
	for (unsigned i = n + 1; i-- > 0; low += width_of(p, parts[i]))
		if (is_const(p, parts[i]))
			k |= value_of(p, parts[i]) << low;
	if (!k)
		return 0;
	*off = k;
	term base = is_const(p, t) ? zero(p, width_of(p, t)) : t;
	while (n-- > 0)
		base = term_concat(p, is_const(p, parts[n]) ? zero(p, width_of(p, parts[n])) : parts[n], base);
	return base;
}
