/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Maps. Present or not, generation and value bytes of each key are memories
 * indexed by key; an update of a hash writes a new generation's bytes, so that
 * pointers to the replaced element never alias the new one (htab_map_update_elem
 * links a new element before it unlinks the old).
 */
#include "encode/machine/world.h"

#include <linux/bpf.h>
#include <stdlib.h>

#define ERR(w, e) word_const(w, (uint64_t)-(int64_t)(e))

static const struct map *def(const struct run *r, uint32_t number)
{
	return r->world->maps[number].def;
}

static bool is_array(const struct run *r, uint32_t number)
{
	return maptype_rows[def(r, number)->type].model == MAP_ARRAY;
}

tuple map_key(struct run *r, struct state *s, uint32_t number, const struct value *ptr)
{
	struct world *w = r->world;
	struct term_pool *p = w->pool;
	uint32_t size = def(r, number)->key_size;
	size_t n = (size + 7) / 8;
	term *bytes = world_alloc(w, (8 * n + 1) * sizeof *bytes), *words = world_alloc(w, (n + 1) * sizeof *words);
	access_read_bytes(r, s, ptr, size, NULL, bytes);
	for (size_t i = 0; i < n; i++) {
		term word = bytes[8 * i];
		for (size_t k = 8 * i + 1; k < 8 * i + 8 && k < size; k++)
			word = term_concat(p, bytes[k], word);
		words[i] = term_zext(p, word, 64);
	}
	return tuple_make(w, words, n);
}

term map_entries(struct world *w, uint32_t number)
{
	uint32_t n = w->maps[number].def->max_entries;
	return n ? word_const(w, n) : term_zext(w->pool, world_input1(w, IN_MAP_SIZE, word_const(w, number)), 64);
}

static term index_in_range(struct run *r, uint32_t number, tuple key)
{
	struct world *w = r->world;
	size_t n;
	const term *words = tuple_words(w, key, &n);
	return term_ult(w->pool, words[0], map_entries(w, number));
}

term map_has(struct run *r, struct state *s, uint32_t number, tuple key)
{
	if (is_array(r, number))
		return index_in_range(r, number, key);
	if (r->is_shared)
		return run_fresh(r, 1);
	mem m = s->mems[space_of_map(number, MAP_PRESENT)];
	return mem_read_byte(r->world, m, key, word_const(r->world, 0));
}

tuple map_element(struct world *w, const struct state *s, uint32_t number, tuple key)
{
	if (!world_has_generations(w, number))
		return key;
	size_t n;
	const term *words = tuple_words(w, key, &n);
	term all[INPUT_WORDS];
	for (size_t i = 0; i < n; i++)
		all[i] = words[i];
	all[n] = mem_read_byte(w, s->mems[space_of_map(number, MAP_GENERATION)], key, word_const(w, 0));
	return tuple_make(w, all, n + 1);
}

struct value map_lookup(struct run *r, struct state *s, uint32_t number, tuple key)
{
	struct world *w = r->world;
	term found = map_has(r, s, number, key);
	uint32_t region = region_make(w, REGION_VALUE, number, map_element(w, s, number, key));
	return value_maybe(w, found, region, word_const(w, 0));
}

/* Writes `bytes` over the element where `done`. */
static void write_element(struct run *r, struct state *s, uint32_t number, tuple element, term done, const term *bytes)
{
	struct world *w = r->world;
	struct term_pool *p = w->pool;
	uint32_t size = def(r, number)->value_size;
	unsigned space = space_of_map(number, MAP_VALUES);
	mem m = s->mems[space];
	for (uint32_t i = 0; i < size;) {
		unsigned step = size - i >= 8 ? 8 : size - i >= 4 ? 4 : 1;
		term word = bytes[i];
		for (unsigned k = 1; k < step; k++)
			word = term_concat(p, bytes[i + k], word);
		m = mem_store(w, m, element, word_const(w, i), step, word);
		i += step;
	}
	s->mems[space] = mem_choose(w, done, m, s->mems[space]);
}

/* Gives the key a fresh generation where `done`: 1 + the number of earlier ones on this map. */
static void new_generation(struct run *r, struct state *s, uint32_t number, tuple key, term done)
{
	struct world *w = r->world;
	term *count = state_counter(w, s, counter_of_map(w, number, 1));
	term next = term_add(w->pool, *count, word_const(w, 1));
	unsigned space = space_of_map(number, MAP_GENERATION);
	s->mems[space] = mem_choose(w, done, mem_store_word(w, s->mems[space], key, next), s->mems[space]);
	*count = term_ite(w->pool, done, next, *count);
}

static void set_present(struct run *r, struct state *s, uint32_t number, tuple key, term done, term present)
{
	unsigned space = space_of_map(number, MAP_PRESENT);
	mem m = mem_store_word(r->world, s->mems[space], key, present);
	s->mems[space] = mem_choose(r->world, done, m, s->mems[space]);
}

/* Locked updates are for values with a lock, which a definition does not show. */
static void check_lock(struct run *r, struct state *s, uint32_t number, term flags)
{
	struct world *w = r->world;
	struct term_pool *p = w->pool;
	enum map_model model = maptype_rows[def(r, number)->type].model;
	if (model != MAP_ARRAY && model != MAP_HASH)
		return;
	term locked = term_ne(p, term_and(p, flags, word_const(w, BPF_F_LOCK)), word_const(w, 0));
	term legal = term_ule(p, term_and(p, flags, word_const(w, ~(uint64_t)BPF_F_LOCK)), word_const(w, BPF_EXIST));
	struct state under = {.guard = term_and(p, s->guard, term_and(p, locked, legal))};
	run_unknown(r, &under, REASON_HELPER, "map_update_elem with BPF_F_LOCK");
}

static term update_array(struct run *r, struct state *s, uint32_t number, tuple key, const term *bytes, term bad_flags,
                         term noexist)
{
	struct world *w = r->world;
	struct term_pool *p = w->pool;
	term in = index_in_range(r, number, key);
	term result = term_ite(p, in, term_ite(p, noexist, ERR(w, 17), word_const(w, 0)), ERR(w, 7));
	result = term_ite(p, bad_flags, ERR(w, 22), result);
	write_element(r, s, number, key, term_eq(p, result, word_const(w, 0)), bytes);
	return result;
}

/* An insertion may fail for want of room: an oracle, the same for both programs. */
static term room_errno(struct run *r, struct state *s, uint32_t number, term asked)
{
	struct world *w = r->world;
	struct term_pool *p = w->pool;
	term *count = state_counter(w, s, counter_of_map(w, number, 0));
	term e = world_input2(w, IN_MAP_ERRNO, word_const(w, number), *count);
	*count = term_ite(p, asked, term_add(p, *count, word_const(w, 1)), *count);
	static const struct { unsigned value, err; } rows[] = {{1, 7}, {2, 12}, {3, 16}}; /* E2BIG ENOMEM EBUSY */
	term result = word_const(w, 0);
	for (size_t i = 0; i < 3; i++)
		result = term_ite(p, term_eq(p, e, term_const(p, 32, rows[i].value)), ERR(w, rows[i].err), result);
	return result;
}

static term update_hash(struct run *r, struct state *s, uint32_t number, tuple key, const term *bytes, term bad_flags,
                        term noexist, term exist)
{
	struct world *w = r->world;
	struct term_pool *p = w->pool;
	const struct map *m = def(r, number);
	enum map_model model = maptype_rows[m->type].model;
	term present = map_has(r, s, number, key);
	term refused = term_or(p, bad_flags, term_or(p, term_and(p, noexist, present),
	                                              term_and(p, exist, term_not(p, present))));
	/* preallocated maps replace a present key without asking for memory; an in-place update never asks */
	bool always = model != MAP_INPLACE && (model == MAP_LRU || (m->flags & BPF_F_NO_PREALLOC));
	term asked = term_and(p, term_not(p, refused), always ? term_true(p) : term_not(p, present));
	term room = room_errno(r, s, number, asked);
	term result = term_ite(p, asked, room, word_const(w, 0));
	result = term_ite(p, term_and(p, exist, term_not(p, present)), ERR(w, 2), result);
	result = term_ite(p, term_and(p, noexist, present), ERR(w, 17), result);
	result = term_ite(p, bad_flags, ERR(w, 22), result);
	term done = term_eq(p, result, word_const(w, 0));
	term fresh = model == MAP_INPLACE ? term_and(p, done, term_not(p, present)) : done;
	new_generation(r, s, number, key, fresh);
	set_present(r, s, number, key, done, term_true(p));
	write_element(r, s, number, map_element(w, s, number, key), done, bytes);
	return result;
}

term map_update(struct run *r, struct state *s, uint32_t number, tuple key, const term *bytes, term flags)
{
	struct world *w = r->world;
	struct term_pool *p = w->pool;
	check_lock(r, s, number, flags);
	term bad = term_ult(p, word_const(w, BPF_EXIST), flags);
	term noexist = term_eq(p, flags, word_const(w, BPF_NOEXIST)), exist = term_eq(p, flags, word_const(w, BPF_EXIST));
	return is_array(r, number) ? update_array(r, s, number, key, bytes, bad, noexist)
	                           : update_hash(r, s, number, key, bytes, bad, noexist, exist);
}

term map_insert(struct run *r, struct state *s, uint32_t number, tuple key, const term *bytes, term asked)
{
	struct world *w = r->world;
	struct term_pool *p = w->pool;
	asked = term_and(p, asked, term_not(p, map_has(r, s, number, key)));
	term room = room_errno(r, s, number, asked);
	term done = term_and(p, asked, term_eq(p, room, word_const(w, 0)));
	new_generation(r, s, number, key, done);
	set_present(r, s, number, key, done, term_true(p));
	write_element(r, s, number, map_element(w, s, number, key), done, bytes);
	return done;
}

void map_remove(struct run *r, struct state *s, uint32_t number, tuple key, term done)
{
	new_generation(r, s, number, key, done);
	set_present(r, s, number, key, done, term_false(r->world->pool));
}

term map_delete(struct run *r, struct state *s, uint32_t number, tuple key)
{
	struct world *w = r->world;
	struct term_pool *p = w->pool;
	if (is_array(r, number))
		return ERR(w, 22);
	term present = map_has(r, s, number, key);
	map_remove(r, s, number, key, present);
	return term_ite(p, present, word_const(w, 0), ERR(w, 2));
}
