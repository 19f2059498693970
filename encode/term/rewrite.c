/* SPDX-License-Identifier: BSD-2-Clause */
/* The rewriter: known terms, constants, then the rules of the node's kind in the order of rule.def. */
#include "clock.h"
#include "pool.h"

#include <stdlib.h>
#include <string.h>

/* Rules nest through the constructors they call: at most so deep, at most so many below one call from outside.
 * Behind the limits a term is made as it is, which is always right. */
#define DEPTH_MAX 24u
#define FUEL 600u
#define MEMO_MAX (1u << 22) /* places of the memo */

typedef term (*rule_fn)(struct term_pool *p, const struct node *n);
#define TERM_ANY TERM_KIND_COUNT
struct row {
	const char *name;
	enum term_kind kind;
	rule_fn fn;
};
static const struct row rows[RULE_COUNT + 1] = {
#define RULE(name, kind, text) {#name, TERM_##kind, rule_##name},
#include "rule.def"
#undef RULE
    {NULL, TERM_ANY, NULL},
};

size_t term_rule_count(void)
{
	return RULE_COUNT;
}

const char *term_rule_name(size_t i)
{
	POOL_CHECK(i < RULE_COUNT);
	return rows[i].name;
}

uint64_t term_rule_hits(const struct term_pool *p, size_t i)
{
	POOL_CHECK(i < RULE_COUNT);
	return p->hits[i];
}

/* First row of each kind; the enumerators are those of the first rule in each group of rule.def. */
static const enum rule first_rules[TERM_KIND_COUNT] = {
    [TERM_CONST] = RULE_COUNT,        [TERM_APPLY] = RULE_COUNT,     [TERM_NOT] = RULE_not_not,
    [TERM_AND] = RULE_and_neutral,    [TERM_OR] = RULE_or_bool,      [TERM_XOR] = RULE_xor_neutral,
    [TERM_NEG] = RULE_neg_bool,       [TERM_ADD] = RULE_add_bool,    [TERM_MUL] = RULE_mul_bool,
    [TERM_UDIV] = RULE_udiv_power,    [TERM_UREM] = RULE_urem_zero,  [TERM_SDIV] = RULE_sdiv_unit,
    [TERM_SREM] = RULE_srem_unit,     [TERM_SHL] = RULE_shl_const,   [TERM_LSHR] = RULE_lshr_const,
    [TERM_ASHR] = RULE_ashr_const,    [TERM_EQ] = RULE_eq_same,      [TERM_ULT] = RULE_ult_bool,
    [TERM_SLT] = RULE_slt_bool,       [TERM_ITE] = RULE_ite_decided, [TERM_EXTRACT] = RULE_extract_whole,
    [TERM_CONCAT] = RULE_concat_zero, [TERM_ZEXT] = RULE_zext_zext,  [TERM_SEXT] = RULE_sext_sext,
};

static term try_rule(struct term_pool *p, const struct node *n, size_t i)
{
	term t = rows[i].fn(p, n);
	if (!t)
		return 0;
	p->hits[i]++;
	if (p->fuel)
		p->fuel--;
	return t;
}

static term try_rules(struct term_pool *p, const struct node *n)
{
	term t = try_rule(p, n, RULE_lift_ite);
	for (size_t i = first_rules[n->kind]; !t && rows[i].kind == n->kind; i++)
		t = try_rule(p, n, i);
	return t;
}

/* Commutative operands: a chain of the same kind first, a constant last, else by id. */
static int rank(const struct term_pool *p, const struct node *n, term t)
{
	return is_const(p, t) ? 2 : kind_of(p, t) != (enum term_kind)n->kind;
}

void rewrite_order(const struct term_pool *p, struct node *n)
{
	static const bool commutes[TERM_KIND_COUNT] = {
	    [TERM_AND] = true, [TERM_OR] = true,  [TERM_XOR] = true,
	    [TERM_ADD] = true, [TERM_MUL] = true, [TERM_EQ] = true,
	};
	if (!commutes[n->kind])
		return;
	int a = rank(p, n, n->a), b = rank(p, n, n->b);
	if (a > b || (a == b && n->a > n->b)) {
		term t = n->a;
		n->a = n->b;
		n->b = t;
	}
}

bool rewrite_fold(struct term_pool *p, const struct node *n, term *out)
{
	const term *args;
	size_t n_args = node_args(p, n, &args);
	uint64_t v[3] = {0};
	for (size_t i = 0; i < n_args; i++) {
		if (!is_const(p, args[i]))
			return false;
		v[i] = value_of(p, args[i]);
	}
	unsigned low = n->b ? width_of(p, n->b) : 0;
	*out = term_const(p, n->width, value_compute(n, v, width_of(p, n->a), low));
	return true;
}

term rewrite_try(struct term_pool *p, enum rule rule, const struct node *n, bool alone)
{
	p->fuel = FUEL;
	p->depth = alone ? DEPTH_MAX : 1;
	term t = rows[rule].fn(p, n);
	p->depth = 0;
	return t;
}

static term rewrite(struct term_pool *p, const struct node *n)
{
	if (!p->depth)
		p->fuel = FUEL;
	struct fact f = fact_compute(p, n);
	p->by_fact += !p->depth && tnum_is_const(f.bits);
	if (tnum_is_const(f.bits))
		return term_const(p, n->width, f.bits.value);
	if (p->depth >= DEPTH_MAX || !p->fuel || p->mode == TERM_PLAIN)
		return pool_add(p, n, f);
	p->depth++;
	term t = try_rules(p, n);
	p->depth--;
	return t ? t : pool_add(p, n, f);
}

static term rewrite_timed(struct term_pool *p, const struct node *n)
{
	if (p->mode != TERM_TIMED || p->depth)
		return rewrite(p, n);
	uint64_t start = clock_now_ns();
	term t = rewrite(p, n);
	p->rewrite_ns += clock_now_ns() - start;
	return t;
}

uint64_t term_by_fact(const struct term_pool *p)
{
	return p->by_fact;
}

void term_set_mode(struct term_pool *p, enum term_mode mode)
{
	p->mode = mode;
}

struct term_stats term_get_stats(const struct term_pool *p)
{
	struct term_stats s = {.by_fact = p->by_fact, .ns = p->rewrite_ns, .bytes = term_memory(p)};
	for (size_t i = 0; i < RULE_COUNT; i++)
		s.by_rule += p->hits[i];
	return s;
}

/* Where the node's result is, or belongs. */
static struct memo *memo_slot(struct memo *table, size_t size, const struct node *n, uint64_t hash)
{
	size_t i = hash & (size - 1);
	while (table[i].result && memcmp(&table[i].node, n, sizeof *n))
		i = (i + 1) & (size - 1);
	return &table[i];
}

/* False: it stays as it is. */
static bool memo_grow(struct term_pool *p)
{
	size_t size = 2 * p->memo_size;
	struct memo *table = size <= MEMO_MAX ? calloc(size, sizeof *table) : NULL;
	if (!table)
		return false;
	for (size_t i = 0; i < p->memo_size; i++)
		if (p->memo[i].result)
			*memo_slot(table, size, &p->memo[i].node, pool_hash(&p->memo[i].node)) = p->memo[i];
	free(p->memo);
	p->memo = table;
	p->memo_size = size;
	return true;
}

static void memo_put(struct term_pool *p, const struct node *n, uint64_t hash, term t)
{
	if (p->end) /* the result is nothing */
		return;
	if (2 * p->n_memo >= p->memo_size && !memo_grow(p)) {
		if (!p->cache)
			p->cache = calloc(CACHE_SIZE, sizeof *p->cache);
		if (p->cache)
			p->cache[hash & (CACHE_SIZE - 1)] = (struct memo){*n, t};
		return;
	}
	struct memo *m = memo_slot(p->memo, p->memo_size, n, hash); /* looked up anew: rules construct, too */
	p->n_memo += !m->result;
	if (!m->result)
		*m = (struct memo){*n, t};
}

term rewrite_make(struct term_pool *p, struct node n)
{
	term t;
	if (!term_tick(p))
		return pool_nothing(p, n.width);
	rewrite_order(p, &n);
	if (rewrite_fold(p, &n, &t))
		return t;
	uint64_t hash = pool_hash(&n);
	if ((t = memo_slot(p->memo, p->memo_size, &n, hash)->result) || (t = pool_find(p, &n, hash)))
		return t;
	const struct memo *m = p->cache ? &p->cache[hash & (CACHE_SIZE - 1)] : NULL;
	if (m && m->result && !memcmp(&m->node, &n, sizeof n))
		return m->result;
	t = rewrite_timed(p, &n);
	if (kind_of(p, t) != (enum term_kind)n.kind || memcmp(&p->nodes[t], &n, sizeof n))
		memo_put(p, &n, hash, t);
	return t;
}

/* The cases of a choice between two constants, seen as such. */
static bool choice_of(const struct term_pool *p, term t, struct node *n)
{
	*n = node_of(p, t);
	return n->kind == TERM_ITE && is_const(p, n->b) && is_const(p, n->c);
}

static term with_args(struct term_pool *p, const struct node *n, const term *args)
{
	struct node m = *n;
	m.a = args[0];
	m.b = args[1];
	m.c = args[2];
	return rewrite_make(p, m);
}

term rule_lift_ite(struct term_pool *p, const struct node *n)
{
	const term *args;
	size_t n_args = node_args(p, n, &args);
	term cond = 0, yes[3] = {0}, no[3] = {0};
	for (size_t i = 0; i < n_args; i++) {
		struct node m;
		yes[i] = no[i] = args[i];
		if (is_const(p, args[i]))
			continue;
		if (!choice_of(p, args[i], &m) || (cond && cond != m.a))
			return 0;
		cond = m.a;
		yes[i] = m.b;
		no[i] = m.c;
	}
	return cond ? term_ite(p, cond, with_args(p, n, yes), with_args(p, n, no)) : 0;
}
