/* SPDX-License-Identifier: BSD-2-Clause */
/* Values: a number, or a short list of guarded pointers. */
#include "encode/machine/world.h"

#include <string.h>

struct value value_number(struct world *w, term word)
{
	return (struct value){word, term_true(w->pool), 0, NULL};
}

struct value value_uninit(struct world *w)
{
	return (struct value){word_const(w, 0), term_false(w->pool), 0, NULL};
}

struct value value_pointer(struct world *w, uint32_t region, term off)
{
	return value_maybe(w, term_true(w->pool), region, off);
}

struct value value_maybe(struct world *w, term guard, uint32_t region, term off)
{
	struct value v = {0, term_true(w->pool), 1, NULL};
	struct alt *alts = world_alloc(w, 2 * sizeof *alts);
	alts[0] = (struct alt){guard, region, off};
	if (!term_is_true(w->pool, guard))
		alts[v.n++] = (struct alt){term_not(w->pool, guard), 0, word_const(w, 0)};
	v.alts = alts;
	return v;
}

static term alt_word(struct world *w, const struct alt *a)
{
	return a->region ? term_add(w->pool, region_at(w, a->region)->base, a->off) : a->off;
}

term value_word(struct world *w, const struct value *v)
{
	if (v->n == 0)
		return v->word;
	term t = alt_word(w, &v->alts[v->n - 1]);
	for (uint32_t i = v->n - 1; i-- > 0;)
		t = term_ite(w->pool, v->alts[i].guard, alt_word(w, &v->alts[i]), t);
	return t;
}

term value_readable(struct world *w, const struct value *v)
{
	term init = v->init;
	for (uint32_t i = 0; i < v->n; i++)
		if (region_at(w, v->alts[i].region)->kind == REGION_DYNPTR)
			init = term_and(w->pool, init, term_not(w->pool, v->alts[i].guard));
	return init;
}

bool value_same(const struct value *a, const struct value *b)
{
	if (a->n != b->n || a->init != b->init)
		return false;
	return a->n ? a->alts == b->alts || !memcmp(a->alts, b->alts, a->n * sizeof *a->alts) : a->word == b->word;
}

/* Collects alternatives; those into one region become one, with a chosen offset. */
struct builder {
	struct alt alts[MAX_ALTS + 1]; /* one more for REGION_LOST */
	uint32_t n;
};

static void builder_add(struct world *w, struct builder *b, term guard, uint32_t region, term off)
{
	struct term_pool *p = w->pool;
	if (term_is_false(p, guard))
		return;
	for (uint32_t i = 0; i < b->n; i++) {
		struct alt *a = &b->alts[i];
		if (a->region == region) {
			a->off = term_ite(p, a->guard, a->off, off);
			a->guard = term_or(p, a->guard, guard);
			return;
		}
	}
	if (b->n >= MAX_ALTS && region != LOST_REGION) {
		/* one more than fits: from here on it is an address that can't be followed */
		builder_add(w, b, guard, LOST_REGION, alt_word(w, &(struct alt){guard, region, off}));
		return;
	}
	b->alts[b->n++] = (struct alt){guard, region, off};
}

static struct value builder_value(struct world *w, struct builder *b, term init)
{
	if (b->n == 0)
		return (struct value){word_const(w, 0), init, 0, NULL};
	if (b->n == 1 && b->alts[0].region == 0)
		return (struct value){b->alts[0].off, init, 0, NULL};
	struct alt *alts = world_alloc(w, b->n * sizeof *alts);
	memcpy(alts, b->alts, b->n * sizeof *alts);
	if (b->n == 1)
		alts[0].guard = term_true(w->pool); /* the only possibility left */
	return (struct value){0, init, b->n, alts};
}

static uint32_t value_alts(struct world *w, const struct value *v, struct alt *one, const struct alt **alts)
{
	if (v->n) {
		*alts = v->alts;
		return v->n;
	}
	*one = (struct alt){term_true(w->pool), 0, v->word};
	*alts = one;
	return 1;
}

struct value value_ite(struct world *w, term c, const struct value *a, const struct value *b)
{
	struct term_pool *p = w->pool;
	if (value_same(a, b) || term_is_true(p, c))
		return *a;
	if (term_is_false(p, c))
		return *b;
	term init = term_ite(p, c, a->init, b->init);
	if (!a->n && !b->n)
		return (struct value){term_ite(p, c, a->word, b->word), init, 0, NULL};
	if (term_is_false(p, a->init) || term_is_false(p, b->init)) {
		/* reading it where it is unset is a fault anyway: the other side's value will do */
		struct value v = term_is_false(p, a->init) ? *b : *a;
		v.init = init;
		return v;
	}
	struct alt one_a, one_b;
	const struct alt *x, *y;
	uint32_t n = value_alts(w, a, &one_a, &x), m = value_alts(w, b, &one_b, &y);
	struct builder out = {.n = 0};
	for (uint32_t i = 0; i < n; i++)
		builder_add(w, &out, term_and(p, c, x[i].guard), x[i].region, x[i].off);
	term not_c = term_not(p, c);
	for (uint32_t i = 0; i < m; i++)
		builder_add(w, &out, term_and(p, not_c, y[i].guard), y[i].region, y[i].off);
	return builder_value(w, &out, init);
}

static bool is_number(const struct alt *a)
{
	return a->region == 0 || a->region == WORD_REGION;
}

bool value_is_number(const struct value *v)
{
	for (uint32_t i = 0; i < v->n; i++)
		if (!is_number(&v->alts[i]))
			return false;
	return true;
}

/* A word of kernel memory is a number beside other pointers and a pointer beside other numbers. */
static uint32_t region_of_words(const struct alt *x, const struct alt *y, int op)
{
	if (x->region == y->region || (op < 0 && !x->region))
		return 0;
	return WORD_REGION;
}

/* Pointer arithmetic, alternative by alternative: op is +1 or -1. */
static struct value value_linear(struct world *w, term guard, const struct value *a, const struct value *b, int op)
{
	struct term_pool *p = w->pool;
	term init = term_and(p, a->init, b->init);
	if (!a->n && !b->n) {
		term t = op > 0 ? term_add(p, a->word, b->word) : term_sub(p, a->word, b->word);
		return (struct value){t, init, 0, NULL};
	}
	struct alt one_a, one_b;
	const struct alt *x, *y;
	uint32_t n = value_alts(w, a, &one_a, &x), m = value_alts(w, b, &one_b, &y);
	struct builder out = {.n = 0};
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t j = 0; j < m; j++) {
			term g = term_and(p, x[i].guard, y[j].guard);
			if (term_is_false(p, term_and(p, guard, g)))
				continue;
			uint32_t region = 0;
			term l = alt_word(w, &x[i]), r = alt_word(w, &y[j]);
			if (is_number(&x[i]) && is_number(&y[j])) {
				region = region_of_words(&x[i], &y[j], op);
			} else if (is_number(&y[j])) {
				region = x[i].region;
				l = x[i].off;
			} else if (is_number(&x[i]) && op > 0) {
				region = y[j].region;
				r = y[j].off;
			} else if (x[i].region && x[i].region == y[j].region && op < 0) {
				l = x[i].off;
				r = y[j].off;
			}
			builder_add(w, &out, g, region, op > 0 ? term_add(p, l, r) : term_sub(p, l, r));
		}
	return builder_value(w, &out, init);
}

struct value value_add(struct world *w, term guard, const struct value *a, const struct value *b)
{
	return value_linear(w, guard, a, b, 1);
}

struct value value_sub(struct world *w, term guard, const struct value *a, const struct value *b)
{
	return value_linear(w, guard, a, b, -1);
}

static bool small(struct world *w, term off, int depth)
{
	struct term_pool *p = w->pool;
	uint64_t c;
	int64_t limit = (int64_t)1 << (20 + 2 * depth); /* each level may add up two */
	if (term_is_const(p, off, &c))
		return (int64_t)c < limit && (int64_t)c > -limit;
	if (term_range(p, off).hi < (uint64_t)limit)
		return true;
	if (depth == 0)
		return false;
	switch ((int)term_kind(p, off)) {
	case TERM_ADD:
		return small(w, term_arg(p, off, 0), depth - 1) && small(w, term_arg(p, off, 1), depth - 1);
	case TERM_NEG:
		return small(w, term_arg(p, off, 0), depth - 1);
	case TERM_ITE:
		return small(w, term_arg(p, off, 1), depth - 1) && small(w, term_arg(p, off, 2), depth - 1);
	default:
		return false;
	}
}

bool offset_is_small(struct world *w, term off)
{
	return small(w, off, 5);
}

static term compare_words(struct world *w, enum isa_op op, term a, term b)
{
	struct term_pool *p = w->pool;
	switch ((int)op) {
	case ISA_JEQ: return term_eq(p, a, b);
	case ISA_JNE: return term_ne(p, a, b);
	case ISA_JGT: return term_ult(p, b, a);
	case ISA_JGE: return term_ule(p, b, a);
	case ISA_JLT: return term_ult(p, a, b);
	case ISA_JLE: return term_ule(p, a, b);
	case ISA_JSGT: return term_slt(p, b, a);
	case ISA_JSGE: return term_sle(p, b, a);
	case ISA_JSLT: return term_slt(p, a, b);
	case ISA_JSLE: return term_sle(p, a, b);
	default: /* JSET */
		return term_ne(p, term_and(p, a, b), term_const(p, term_width(p, a), 0));
	}
}

/* Two pointers into one region whose offsets are small compare as their
 * offsets do: no address range of input.def is near a wrap, of either sign. */
static enum isa_op signed_form(enum isa_op op)
{
	static const struct { enum isa_op u, s; } forms[] = {
		{ISA_JGT, ISA_JSGT}, {ISA_JGE, ISA_JSGE}, {ISA_JLT, ISA_JSLT}, {ISA_JLE, ISA_JSLE}};
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		if (forms[i].u == op)
			return forms[i].s;
	return op;
}

static term compare_alts(struct world *w, enum isa_op op, const struct alt *a, const struct alt *b)
{
	struct term_pool *p = w->pool;
	if (a->region == LOST_REGION || b->region == LOST_REGION || a->region == WORD_REGION ||
	    b->region == WORD_REGION) /* numbers may be among them */
		return compare_words(w, op, alt_word(w, a), alt_word(w, b));
	if (a->region && a->region == b->region && op != ISA_JSET && offset_is_small(w, a->off) &&
	    offset_is_small(w, b->off))
		return compare_words(w, signed_form(op), a->off, b->off);
	uint64_t zero;
	bool a_null = !a->region && term_is_const(p, a->off, &zero) && zero == 0;
	bool b_null = !b->region && term_is_const(p, b->off, &zero) && zero == 0;
	if ((op == ISA_JEQ || op == ISA_JNE) && ((a_null && b->region && offset_is_small(w, b->off)) ||
	                                         (b_null && a->region && offset_is_small(w, a->off))))
		return op == ISA_JEQ ? term_false(p) : term_true(p);
	/* packet pointers of different epochs share their base */
	if (a->region && b->region && region_at(w, a->region)->base == region_at(w, b->region)->base &&
	    op != ISA_JSET && offset_is_small(w, a->off) && offset_is_small(w, b->off))
		return compare_words(w, signed_form(op), a->off, b->off);
	return compare_words(w, op, alt_word(w, a), alt_word(w, b));
}

term value_compare(struct world *w, term guard, enum isa_op op, const struct value *a, const struct value *b)
{
	struct term_pool *p = w->pool;
	if (!a->n && !b->n)
		return compare_words(w, op, a->word, b->word);
	struct alt one_a, one_b;
	const struct alt *x, *y;
	uint32_t n = value_alts(w, a, &one_a, &x), m = value_alts(w, b, &one_b, &y);
	term out = term_false(p), rest = term_true(p);
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t j = 0; j < m; j++) {
			term g = term_and(p, x[i].guard, y[j].guard);
			if (term_is_false(p, term_and(p, guard, g)))
				continue;
			bool last = i + 1 == n && j + 1 == m;
			term c = compare_alts(w, op, &x[i], &y[j]);
			out = term_or(p, out, term_and(p, last ? rest : g, c));
			rest = term_and(p, rest, term_not(p, g));
		}
	return out;
}
