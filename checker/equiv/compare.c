/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Outcomes compared. Two memories that began alike can differ only where one
 * of them was written: each index of a store of either side is one claim.
 * Everything that two paths of one program did is under its path condition, so
 * a claim at an index that a path did not write just compares what is there.
 */
#include "checker/equiv/compare.h"

#include <stdlib.h>
#include <string.h>

static void claim_add(struct comparison *c, const char *name, term differ)
{
	if (term_is_false(c->pool, differ))
		return;
	struct claims *out = c->claims;
	if ((out->n & (out->n - 1)) == 0) {
		out->at = realloc(out->at, 2 * (out->n ? out->n : 1) * sizeof *out->at);
		if (!out->at)
			abort();
	}
	struct claim *k = &out->at[out->n++];
	*k = (struct claim){.differ = differ, .internal = c->internal};
	snprintf(k->name, sizeof k->name, "%s", name);
}

static term differ_of(struct comparison *c, term a, term b)
{
	uint64_t facts = term_by_fact(c->pool);
	term differ = term_ne(c->pool, a, b);
	enum claim_by by = a == b ? CLAIM_BY_TERMS : term_by_fact(c->pool) != facts ? CLAIM_BY_FACTS : CLAIM_BY_RULES;
	c->claims->by[by] += term_is_false(c->pool, differ);
	return differ;
}

/* Two runs that did the same to a space have the same memory there. */
static bool same_space(const struct comparison *c, unsigned space)
{
	return c->a->mems[space] == c->b->mems[space];
}

static int compare_indices(const void *a, const void *b)
{
	const struct mem_index *x = a, *y = b;
	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->off != y->off)
		return x->off < y->off ? -1 : 1;
	return (x->to > y->to) - (x->to < y->to);
}

/* The writes of both sides in one space, each index once. */
static size_t all_writes(struct comparison *c, unsigned space, struct mem_index **out)
{
	struct mem_index *x, *y;
	size_t n = mem_writes(c->world, c->a->mems[space], &x), m = mem_writes(c->world, c->b->mems[space], &y), k = 0;
	struct mem_index *all = malloc((n + m + 1) * sizeof *all);
	if (!all)
		abort();
	if (n)
		memcpy(all, x, n * sizeof *all);
	if (m)
		memcpy(all + n, y, m * sizeof *all);
	qsort(all, n + m, sizeof *all, compare_indices);
	for (size_t i = 0; i < n + m; i++)
		if (!k || compare_indices(&all[k - 1], &all[i]))
			all[k++] = all[i];
	free(x);
	free(y);
	*out = all;
	return k;
}

/* The offset that an index stands for: for a range an arbitrary one inside it; *inside is its condition. */
static term index_offset(struct comparison *c, const struct mem_index *w, term *inside)
{
	struct term_pool *p = c->pool;
	*inside = term_true(p);
	if (!w->to)
		return w->off;
	term some = world_input1(c->world, IN_SOME, word_const(c->world, c->n_some++));
	*inside = term_and(p, term_sle(p, w->off, some), term_slt(p, some, w->to));
	return some;
}

static term differ_at(struct comparison *c, unsigned space, tuple ka, tuple kb, term off)
{
	return differ_of(c, mem_read_byte(c->world, c->a->mems[space], ka, off),
	                 mem_read_byte(c->world, c->b->mems[space], kb, off));
}

static void compare_packet(struct comparison *c)
{
	static const struct { enum counter counter; const char *name; } bounds[] = {
		{COUNT_DATA, "start of the packet"}, {COUNT_DATA_END, "end of the packet"},
		{COUNT_DATA_META, "start of the packet's metadata"}, {COUNT_TOTAL, "length of the packet"}};
	struct term_pool *p = c->pool;
	for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++)
		claim_add(c, bounds[i].name, differ_of(c, c->a->counters[bounds[i].counter], c->b->counters[bounds[i].counter]));
	if (same_space(c, SPACE_PACKET))
		return;
	struct mem_index *w;
	size_t n = all_writes(c, SPACE_PACKET, &w);
	for (size_t i = 0; i < n; i++) {
		term inside, off = index_offset(c, &w[i], &inside);
		term low = term_sle(p, c->a->counters[COUNT_DATA_META], off);
		term high = term_slt(p, off, packet_end_all(c->world, c->a));
		term valid = term_and(p, inside, term_and(p, low, high));
		claim_add(c, "packet bytes", term_and(p, valid, differ_at(c, SPACE_PACKET, 0, 0, off)));
	}
	free(w);
}

static void compare_context(struct comparison *c)
{
	struct mem_index *w;
	if (same_space(c, SPACE_CTX))
		return;
	size_t n = all_writes(c, SPACE_CTX, &w);
	for (size_t i = 0; i < n; i++) {
		term inside, off = index_offset(c, &w[i], &inside);
		uint16_t size = context_rows[progtype_rows[c->world->type].context].size;
		inside = term_and(c->pool, inside, term_ult(c->pool, off, word_const(c->world, size)));
		claim_add(c, "context", term_and(c->pool, inside, differ_at(c, SPACE_CTX, 0, 0, off)));
	}
	free(w);
}

static void compare_flow_keys(struct comparison *c)
{
	struct mem_index *w;
	if (same_space(c, SPACE_FLOW))
		return;
	size_t n = all_writes(c, SPACE_FLOW, &w);
	for (size_t i = 0; i < n; i++) {
		term inside, off = index_offset(c, &w[i], &inside);
		inside = term_and(c->pool, inside, term_ult(c->pool, off, word_const(c->world, FLOW_KEYS_SIZE)));
		claim_add(c, "flow keys", term_and(c->pool, inside, differ_at(c, SPACE_FLOW, 0, 0, off)));
	}
	free(w);
}

static void compare_kernel(struct comparison *c)
{
	struct mem_index *w;
	if (same_space(c, SPACE_KERNEL))
		return;
	size_t n = all_writes(c, SPACE_KERNEL, &w);
	for (size_t i = 0; i < n; i++)
		claim_add(c, "kernel memory", differ_at(c, SPACE_KERNEL, 0, 0, w[i].off));
	free(w);
}

/* A map whose elements have no generations, or a data section: one value per key. */
static void compare_plain(struct comparison *c, uint32_t number, const char *name)
{
	struct term_pool *p = c->pool;
	const struct map *def = c->world->maps[number].def;
	unsigned space = space_of_map(number, MAP_VALUES);
	struct mem_index *w;
	if (same_space(c, space))
		return;
	size_t n = all_writes(c, space, &w);
	for (size_t i = 0; i < n; i++) {
		size_t k;
		const term *words = tuple_words(c->world, w[i].key, &k);
		term inside, off = index_offset(c, &w[i], &inside);
		term valid = term_and(p, inside, term_ult(p, off, word_const(c->world, def->value_size)));
		if (k > 0 && maptype_rows[def->type].model == MAP_ARRAY)
			valid = term_and(p, valid, term_ult(p, words[0], map_entries(c->world, number)));
		claim_add(c, name, term_and(p, valid, differ_at(c, space, w[i].key, w[i].key, off)));
	}
	free(w);
}

/* Where both hold the key, the bytes of the elements that are current at the end. */
static void compare_element(struct comparison *c, uint32_t number, tuple key, const struct mem_index *at, const char *name)
{
	struct term_pool *p = c->pool;
	struct world *w = c->world;
	unsigned present = space_of_map(number, MAP_PRESENT), values = space_of_map(number, MAP_VALUES);
	term zero = word_const(w, 0), there = mem_read_byte(w, c->a->mems[present], key, zero);
	term inside, off = index_offset(c, at, &inside);
	term differ = differ_at(c, values, map_element(w, c->a, number, key), map_element(w, c->b, number, key), off);
	term valid = term_and(p, there, term_ult(p, off, word_const(w, w->maps[number].def->value_size)));
	valid = term_and(p, valid, inside);
	claim_add(c, name, term_and(p, valid, differ));
}

static void compare_keyed(struct comparison *c, uint32_t number, const char *name)
{
	struct mem_index *w;
	unsigned present = space_of_map(number, MAP_PRESENT), values = space_of_map(number, MAP_VALUES);
	if (same_space(c, present) && same_space(c, values) && same_space(c, space_of_map(number, MAP_GENERATION)))
		return;
	size_t n = all_writes(c, present, &w);
	for (size_t i = 0; i < n; i++)
		claim_add(c, name, differ_at(c, present, w[i].key, w[i].key, word_const(c->world, 0)));
	free(w);
	n = all_writes(c, values, &w);
	for (size_t i = 0; i < n; i++) {
		size_t k;
		const term *words = tuple_words(c->world, w[i].key, &k);
		compare_element(c, number, tuple_make(c->world, words, k - 1), &w[i], name); /* without its generation */
	}
	free(w);
}

static void compare_maps(struct comparison *c, bool shared_only)
{
	char name[64];
	for (uint32_t i = 0; i < c->world->n_maps; i++) {
		const struct map *m = c->world->maps[i].def;
		if (shared_only && !map_is_shared(m))
			continue;
		snprintf(name, sizeof name, m->is_data ? "global data in %.40s" : "contents of map %.40s", m->name);
		if (map_has_generations(m))
			compare_keyed(c, i, name);
		else
			compare_plain(c, i, name);
	}
}

void compare_shared(struct comparison *c)
{
	compare_kernel(c);
	compare_maps(c, true);
}

void compare_states(struct comparison *c)
{
	if (progtype_rows[c->world->type].packet != PACKET_NONE)
		compare_packet(c);
	compare_context(c);
	compare_flow_keys(c);
	compare_kernel(c);
	compare_maps(c, false);
}

void compare_results(struct comparison *c)
{
	struct term_pool *p = c->pool;
	unsigned bits = progtype_rows[c->world->type].ret;
	if (!bits)
		return;
	term x = value_word(c->world, &c->a->regs[0]), y = value_word(c->world, &c->b->regs[0]);
	term differ = differ_of(c, term_extract(p, x, bits - 1, 0), term_extract(p, y, bits - 1, 0));
	/* a program that may end without a result gives none: nobody reads what the other one leaves */
	term a = c->a->regs[0].init, b = c->b->regs[0].init;
	claim_add(c, "return value", term_and(p, a, term_or(p, term_not(p, b), differ)));
}

static int compare_ids(const void *a, const void *b)
{
	term x = *(const term *)a, y = *(const term *)b;
	return x < y ? -1 : x > y;
}

/* Faults of b that are not a's in the same words: nothing is asked where a faults. */
static term other_faults(const struct run *a, const struct run *b)
{
	struct term_pool *p = a->world->pool;
	term *known = malloc((a->n_faults + 1) * sizeof *known), any = term_false(p);
	if (!known)
		abort();
	for (size_t i = 0; i < a->n_faults; i++)
		known[i] = a->faults[i].guard;
	qsort(known, a->n_faults, sizeof *known, compare_ids);
	for (size_t i = 0; i < b->n_faults; i++)
		if (!bsearch(&b->faults[i].guard, known, a->n_faults, sizeof *known, compare_ids))
			any = term_or(p, any, b->faults[i].guard);
	free(known);
	return any;
}

void compare_runs(struct run *a, struct run *b, struct claims *out)
{
	struct world *w = a->world;
	struct comparison c = {.world = w, .pool = w->pool, .a = a->final, .b = b->final, .claims = out};
	*out = (struct claims){0};
	claim_add(&c, "fault of the second program", other_faults(a, b));
	if (a->final && b->final) {
		compare_results(&c);
		compare_states(&c);
	}
	claim_add(&c, "events", term_not(w->pool, compare_events(&c, a, b, true)));
	c.internal = true;
	claim_add(&c, "opaque calls", term_not(w->pool, compare_events(&c, a, b, false)));
}

void claims_release(struct claims *c)
{
	free(c->at);
	*c = (struct claims){0};
}
