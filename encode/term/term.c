/* SPDX-License-Identifier: BSD-2-Clause */
/* The pool of terms: arena, hash-consing, bounds of input functions, and looking at terms. */
#include "pool.h"

#include <stdlib.h>
#include <string.h>

_Noreturn void pool_bug(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: this is a bug in bpfprove: not so: %s\n", file, line, what);
	abort();
}

void *pool_realloc(void *old, size_t n, size_t size)
{
	void *new = reallocarray(old, n, size);
	if (!new &&n) {
		fputs("bpfprove: out of memory\n", stderr);
		exit(70);
	}
	return new;
}

#define FIRST_TERMS 512u /* room at the start: most pools are of small questions */

static void *zeroed(size_t n, size_t size)
{
	return memset(pool_realloc(NULL, n, size), 0, n * size);
}

/* Places that are kept for the constants of a pool that gave up: 0 of each width, and true. */
#define RESERVE 128u

static bool grow_array(void **array, size_t n, size_t size)
{
	void *new = reallocarray(*array, n, size);
	if (new)
		*array = new;
	return new;
}

static bool grow_nodes(struct term_pool *p)
{
	size_t n = 2 * p->capacity;
	if (n > UINT32_MAX || !grow_array((void **)&p->nodes, n, sizeof *p->nodes) ||
	    !grow_array((void **)&p->facts, n, sizeof *p->facts) ||
	    !grow_array((void **)&p->complements, n, sizeof *p->complements))
		return false;
	p->capacity = n;
	return true;
}

enum term_end term_gave_up(const struct term_pool *p)
{
	return p->end;
}

void term_give_up(struct term_pool *p, enum term_end why)
{
	if (!p->end)
		p->end = why;
}

void term_set_limit(struct term_pool *p, size_t terms, bool (*stop)(void *arg), void *arg)
{
	p->term_limit = terms;
	p->stop = stop;
	p->stop_arg = arg;
}

bool term_tick(struct term_pool *p)
{
	if (!(++p->ticks & 1023) && p->stop && !p->end && p->stop(p->stop_arg))
		p->end = TERM_STOPPED;
	return !p->end;
}

term pool_nothing(struct term_pool *p, unsigned width)
{
	return term_const(p, width, 0);
}

struct term_pool *term_new_pool(void)
{
	struct term_pool *p = pool_realloc(NULL, 1, sizeof *p);
	memset(p, 0, sizeof *p);
	p->term_limit = SIZE_MAX;
	p->capacity = FIRST_TERMS;
	p->nodes = pool_realloc(NULL, p->capacity, sizeof *p->nodes);
	p->facts = pool_realloc(NULL, p->capacity, sizeof *p->facts);
	p->complements = pool_realloc(NULL, p->capacity, sizeof *p->complements);
	memset(p->nodes, 0, sizeof *p->nodes);
	memset(p->facts, 0, sizeof *p->facts);
	p->complements[0] = 0;
	p->count = 1;
	p->table_size = 2 * FIRST_TERMS;
	p->table = zeroed(p->table_size, sizeof *p->table);
	p->memo_size = FIRST_TERMS;
	p->memo = zeroed(p->memo_size, sizeof *p->memo);
	return p;
}

void term_free_pool(struct term_pool *p)
{
	if (!p)
		return;
	free(p->nodes);
	free(p->facts);
	free(p->complements);
	free(p->args);
	free(p->table);
	free(p->memo);
	free(p->cache);
	free(p->bounds);
	free(p);
}

size_t term_count(const struct term_pool *p)
{
	return p->count - 1;
}

size_t term_memory(const struct term_pool *p)
{
	return sizeof *p + p->capacity * (sizeof *p->nodes + sizeof *p->facts + sizeof *p->complements) +
	       p->args_capacity * sizeof *p->args + p->table_size * sizeof *p->table + (p->memo_size + (p->cache ? CACHE_SIZE : 0)) * sizeof *p->memo +
	       p->n_bounds * sizeof *p->bounds;
}

static uint64_t mix(uint64_t h)
{
	h ^= h >> 32;
	h *= 0xd6e8feb86659fd93ull;
	return h ^ h >> 32;
}

uint64_t pool_hash(const struct node *n)
{
	uint64_t head =
	    (uint64_t)n->kind << 56 | (uint64_t)n->width << 48 | (uint64_t)n->hi << 40 | (uint64_t)n->lo << 32 | n->a;
	return mix(mix(head) + ((uint64_t)n->c << 32 | n->b));
}

static uint64_t hash_apply(const struct node *n, const term *args)
{
	uint64_t h = mix((uint64_t)n->width << 32 | n->a);
	for (size_t i = 0; i < n->c; i++)
		h = mix(h + args[i] + 1);
	return h;
}

static void put_slot(struct term_pool *p, struct slot s)
{
	size_t i = s.hash & (p->table_size - 1);
	while (p->table[i].t)
		i = (i + 1) & (p->table_size - 1);
	p->table[i] = s;
}

static bool grow_table(struct term_pool *p)
{
	struct slot *old = p->table, *new = calloc(2 * p->table_size, sizeof *new);
	size_t size = p->table_size;
	if (!new)
		return false;
	p->table_size *= 2;
	p->table = new;
	for (size_t i = 0; i < size; i++)
		if (old[i].t)
			put_slot(p, old[i]);
	free(old);
	return true;
}

/* Room for one more node beside the reserve; false: the pool gave up. */
static bool make_room(struct term_pool *p)
{
	if (p->count > p->term_limit)
		term_give_up(p, TERM_TOO_MANY);
	else if ((p->count + RESERVE >= p->capacity && !grow_nodes(p)) ||
		 (2 * (p->count + RESERVE) > p->table_size && !grow_table(p)))
		term_give_up(p, TERM_NO_MEMORY);
	return !p->end;
}

static bool is_reserved(const struct node *n)
{
	return n->kind == TERM_CONST && (node_value(n) == 0 || n->width == 1);
}

static term add_node(struct term_pool *p, const struct node *n, struct fact f, uint64_t hash)
{
	if ((p->end || !make_room(p)) && !is_reserved(n))
		return pool_nothing(p, n->width);
	term t = (term)p->count++;
	p->nodes[t] = *n;
	p->facts[t] = f;
	p->complements[t] = 0;
	if (n->kind == TERM_NOT)
		p->complements[n->a] = t;
	put_slot(p, (struct slot){(uint32_t)hash, t});
	return t;
}

term pool_find(const struct term_pool *p, const struct node *n, uint64_t hash)
{
	for (size_t i = hash & (p->table_size - 1); p->table[i].t; i = (i + 1) & (p->table_size - 1))
		if (p->table[i].hash == (uint32_t)hash && !memcmp(&p->nodes[p->table[i].t], n, sizeof *n))
			return p->table[i].t;
	return 0;
}

term pool_add(struct term_pool *p, const struct node *n, struct fact f)
{
	uint64_t hash = pool_hash(n);
	term t = pool_find(p, n, hash);
	return t ? t : add_node(p, n, f, hash);
}

term pool_intern(struct term_pool *p, const struct node *n)
{
	struct fact f = fact_compute(p, n);
	return tnum_is_const(f.bits) ? term_const(p, n->width, f.bits.value) : pool_add(p, n, f);
}

term term_const(struct term_pool *p, unsigned width, uint64_t value)
{
	POOL_CHECK(width >= 1 && width <= 64);
	value &= mask_of(width);
	struct node n = {TERM_CONST, (uint8_t)width, 0, 0, 0, (term)value, (term)(value >> 32)};
	return pool_add(p, &n, fact_const(value));
}

static bool is_application(const struct term_pool *p, term t, const struct node *n, const term *args)
{
	const struct node *m = &p->nodes[t];
	return m->kind == TERM_APPLY && m->width == n->width && m->a == n->a && m->c == n->c &&
	       (!n->c || !memcmp(p->args + m->b, args, n->c * sizeof *args));
}

static term find_apply(const struct term_pool *p, const struct node *n, const term *args, uint64_t hash)
{
	for (size_t i = hash & (p->table_size - 1); p->table[i].t; i = (i + 1) & (p->table_size - 1))
		if (p->table[i].hash == (uint32_t)hash && is_application(p, p->table[i].t, n, args))
			return p->table[i].t;
	return 0;
}

static bool push_args(struct term_pool *p, const term *args, size_t n)
{
	while (p->n_args + n > p->args_capacity) {
		size_t capacity = p->args_capacity ? 2 * p->args_capacity : 1024;
		if (capacity > UINT32_MAX || !grow_array((void **)&p->args, capacity, sizeof *p->args)) {
			term_give_up(p, TERM_NO_MEMORY);
			return false;
		}
		p->args_capacity = capacity;
	}
	for (size_t i = 0; i < n; i++)
		p->args[p->n_args++] = args[i];
	return true;
}

term term_apply(struct term_pool *p, uint32_t fn, unsigned width, const term *args, size_t n)
{
	POOL_CHECK(width >= 1 && width <= 64 && n <= 255);
	for (size_t i = 0; i < n; i++)
		POOL_CHECK(args[i] && args[i] < p->count);
	if (!term_tick(p))
		return pool_nothing(p, width);
	struct node m = {TERM_APPLY, (uint8_t)width, 0, 0, fn, (term)p->n_args, (term)n};
	uint64_t hash = hash_apply(&m, args);
	term t = find_apply(p, &m, args, hash);
	if (t)
		return t;
	struct range r = range_full(width);
	if (term_bound_of(p, fn, &r.lo, &r.hi))
		POOL_CHECK(r.hi <= mask_of(width));
	if (r.lo == r.hi)
		return term_const(p, width, r.lo);
	if (!push_args(p, args, n))
		return pool_nothing(p, width);
	return add_node(p, &m, fact_make(tnum_unknown(width), r), hash);
}

/* Index of the first bound whose function is not below fn; they are sorted. */
static size_t find_bound(const struct term_pool *p, uint32_t fn)
{
	size_t from = 0, to = p->n_bounds;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (p->bounds[middle].fn < fn)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

void term_bound(struct term_pool *p, uint32_t fn, uint64_t lo, uint64_t hi)
{
	size_t at = find_bound(p, fn);
	POOL_CHECK(lo <= hi && (at == p->n_bounds || p->bounds[at].fn != fn));
	if ((p->n_bounds & (p->n_bounds - 1)) == 0)
		p->bounds = pool_realloc(p->bounds, 2 * (p->n_bounds ? p->n_bounds : 1), sizeof *p->bounds);
	memmove(p->bounds + at + 1, p->bounds + at, (p->n_bounds - at) * sizeof *p->bounds);
	p->bounds[at] = (struct bound){fn, lo, hi};
	p->n_bounds++;
}

bool term_bound_of(const struct term_pool *p, uint32_t fn, uint64_t *lo, uint64_t *hi)
{
	size_t at = find_bound(p, fn);
	if (at == p->n_bounds || p->bounds[at].fn != fn)
		return false;
	*lo = p->bounds[at].lo;
	*hi = p->bounds[at].hi;
	return true;
}

static const struct node *look(const struct term_pool *p, term t)
{
	POOL_CHECK(t && t < p->count);
	return &p->nodes[t];
}

enum term_kind term_kind(const struct term_pool *p, term t)
{
	return (enum term_kind)look(p, t)->kind;
}

unsigned term_width(const struct term_pool *p, term t)
{
	return look(p, t)->width;
}

size_t term_arity(const struct term_pool *p, term t)
{
	const term *args;
	return node_args(p, look(p, t), &args);
}

term term_arg(const struct term_pool *p, term t, size_t i)
{
	const term *args;
	POOL_CHECK(i < node_args(p, look(p, t), &args));
	return args[i];
}

bool term_is_const(const struct term_pool *p, term t, uint64_t *value)
{
	if (look(p, t)->kind != TERM_CONST)
		return false;
	if (value)
		*value = value_of(p, t);
	return true;
}

bool term_is_true(const struct term_pool *p, term t)
{
	return look(p, t)->width == 1 && is_value(p, t, 1);
}

bool term_is_false(const struct term_pool *p, term t)
{
	return look(p, t)->width == 1 && is_value(p, t, 0);
}

uint32_t term_fn(const struct term_pool *p, term t)
{
	POOL_CHECK(look(p, t)->kind == TERM_APPLY);
	return p->nodes[t].a;
}

unsigned term_hi(const struct term_pool *p, term t)
{
	POOL_CHECK(look(p, t)->kind == TERM_EXTRACT);
	return p->nodes[t].hi;
}

unsigned term_lo(const struct term_pool *p, term t)
{
	POOL_CHECK(look(p, t)->kind == TERM_EXTRACT);
	return p->nodes[t].lo;
}

struct tnum term_tnum(const struct term_pool *p, term t)
{
	look(p, t);
	return p->facts[t].bits;
}

struct range term_range(const struct term_pool *p, term t)
{
	look(p, t);
	return p->facts[t].range;
}
