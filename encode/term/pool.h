/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside of encode/term only: nodes, facts and the pool that holds them.
 * Arguments are older than the node, so ids are a topological order. */
#ifndef POOL_H
#define POOL_H

#include "rewrite.h"

/* CONST: the value is value_lo, value_hi. APPLY: fn, first index into args, count. EXTRACT: hi, lo. */
struct node {
	uint8_t kind, width, hi, lo;
	term a, b, c;
};
struct fact {
	struct tnum bits;
	struct range range;
};
struct bound {
	uint32_t fn;
	uint64_t lo, hi;
};
/* A place in the table of terms: the hash saves looks at nodes that can't match. */
struct slot {
	uint32_t hash;
	term t; /* 0: free */
};
/* The result of a construction that was rewritten. */
struct memo {
	struct node node;
	term result; /* 0: free */
};
#define CACHE_SIZE 16384u

struct term_pool {
	struct node *nodes; /* [0] is unused */
	struct fact *facts;
	size_t count, capacity;
	term *args; /* of APPLY terms */
	size_t n_args, args_capacity;
	term *complements;  /* ~t where it was made, else 0 */
	struct slot *table; /* open addressing; power of two */
	size_t table_size;
	/* Results that stay: who makes the same again gets the same, whatever was made in between. Open addressing, power
	 * of two; once it is as large as it may be, a cache of the last results takes the rest. */
	struct memo *memo, *cache;
	size_t memo_size, n_memo;
	struct bound *bounds;
	size_t n_bounds;
	unsigned depth, fuel; /* of the construction under way */
	enum term_end end;
	size_t term_limit;
	bool (*stop)(void *arg);
	void *stop_arg;
	uint32_t ticks;
	uint64_t hits[RULE_COUNT];
	enum term_mode mode;
	uint64_t by_fact, rewrite_ns;
};

_Noreturn void pool_bug(const char *file, int line, const char *what);
#define POOL_CHECK(x) ((x) ? (void)0 : pool_bug(__FILE__, __LINE__, #x))

/* malloc family that doesn't return without memory. */
void *pool_realloc(void *old, size_t n, size_t size);
/* What a pool that gave up makes of any construction. */
term pool_nothing(struct term_pool *p, unsigned width);
/* Id of a node (not APPLY) that exists already, else 0; by its pool_hash. */
term pool_find(const struct term_pool *p, const struct node *n, uint64_t hash);
/* The same, made with these facts if it doesn't exist. */
term pool_add(struct term_pool *p, const struct node *n, struct fact f);
/* Id of an operation, made if it doesn't exist; a constant where its facts say so. */
term pool_intern(struct term_pool *p, const struct node *n);
uint64_t pool_hash(const struct node *n);

static inline struct node node_of(const struct term_pool *p, term t)
{
	return p->nodes[t];
}

static inline enum term_kind kind_of(const struct term_pool *p, term t)
{
	return (enum term_kind)p->nodes[t].kind;
}

static inline unsigned width_of(const struct term_pool *p, term t)
{
	return p->nodes[t].width;
}

static inline const struct fact *fact_of(const struct term_pool *p, term t)
{
	return &p->facts[t];
}

static inline uint64_t mask_of(unsigned width)
{
	return range_max_of(width);
}

static inline bool is_const(const struct term_pool *p, term t)
{
	return p->nodes[t].kind == TERM_CONST;
}

static inline uint64_t node_value(const struct node *n)
{
	return (uint64_t)n->c << 32 | n->b;
}

static inline uint64_t value_of(const struct term_pool *p, term t)
{
	return node_value(&p->nodes[t]);
}

static inline bool is_value(const struct term_pool *p, term t, uint64_t value)
{
	return is_const(p, t) && value_of(p, t) == value;
}

static inline bool is_ones(const struct term_pool *p, term t)
{
	return is_value(p, t, mask_of(width_of(p, t)));
}

/* Bits that may be one. */
static inline uint64_t may_of(const struct term_pool *p, term t)
{
	return p->facts[t].bits.value | p->facts[t].bits.mask;
}

/* Terms among the arguments of a node: arguments of APPLY lie in the pool. */
static inline size_t node_args(const struct term_pool *p, const struct node *n, const term **args)
{
	*args = n->kind == TERM_APPLY ? p->args + n->b : &n->a;
	return n->kind == TERM_CONST ? 0 : n->kind == TERM_APPLY ? n->c : n->c ? 3 : n->b ? 2 : 1;
}

/* What holds of a node, from what holds of its arguments (not CONST, APPLY). */
struct fact fact_compute(const struct term_pool *p, const struct node *n);
/* Both facts made as sharp as they make each other. */
struct fact fact_make(struct tnum bits, struct range range);
struct fact fact_const(uint64_t value);

/* Value of a node (not CONST, APPLY) from the values of its arguments; `arg_width` is that of arg 0, `low_width` of
 * arg 1. */
uint64_t value_compute(const struct node *n, const uint64_t v[3], unsigned arg_width, unsigned low_width);

/* The terms in the cone of the roots in order of id; malloc'ed. */
size_t walk_cone(const struct term_pool *p, const term *roots, size_t n, term **out);
#endif
