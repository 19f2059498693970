/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Storage of kernel objects (kernel/bpf/bpf_local_storage.c and its users): a
 * hash by the object's address. What keeps an object from having storage at all
 * (a request socket, storage that is busy on this CPU) reads as: nothing there,
 * and no room for it.
 */
#include "encode/machine/call.h"

#include <linux/bpf.h>

static bool is_model(struct call *c, enum map_model model)
{
	const struct map *m = c->world->maps[c->map].def;
	if (!m->is_data && maptype_rows[m->type].model == model)
		return true;
	run_fault(c->run, c->state, FAULT_HELPER_ARG, term_true(c->pool));
	return false;
}

static term is_null(struct call *c, int i)
{
	return term_eq(c->pool, value_word(c->world, &c->arg[i]), word_const(c->world, 0));
}

static tuple object_key(struct call *c)
{
	term word = value_word(c->world, &c->arg[1]);
	return tuple_make(c->world, &word, 1);
}

/* The bytes that new storage gets: those of argument 3, zero if it is NULL. */
static const term *initial_bytes(struct call *c, uint32_t size)
{
	struct term_pool *p = c->pool;
	term null = is_null(c, 2), zero = term_const(p, 8, 0);
	term *bytes = world_alloc(c->world, (size + 1) * sizeof *bytes);
	term *present = world_alloc(c->world, (size + 1) * sizeof *present);
	for (uint32_t i = 0; i < size; i++) {
		present[i] = term_not(p, null);
		bytes[i] = zero;
	}
	if (term_is_true(p, null))
		return bytes;
	access_read_bytes(c->run, c->state, &c->arg[2], size, term_is_false(p, null) ? NULL : present, bytes);
	for (uint32_t i = 0; i < size; i++)
		bytes[i] = term_ite(p, null, zero, bytes[i]);
	return bytes;
}

bool model_storage_get(struct call *c)
{
	struct term_pool *p = c->pool;
	struct world *w = c->world;
	if (!is_model(c, MAP_STORAGE))
		return false;
	uint32_t size = w->maps[c->map].def->value_size;
	if (size > MAX_ACCESS) {
		run_unknown(c->run, c->state, REASON_VARIABLE_SIZE, w->maps[c->map].def->name);
		return false;
	}
	const term *bytes = initial_bytes(c, size);
	term flags = c->word[3], object = term_not(p, is_null(c, 1));
	term legal = term_and(p, object, term_ule(p, flags, word_const(w, BPF_LOCAL_STORAGE_GET_F_CREATE)));
	term create = term_and(p, legal, term_eq(p, flags, word_const(w, BPF_LOCAL_STORAGE_GET_F_CREATE)));
	tuple key = object_key(c);
	term made = map_insert(c->run, c->state, c->map, key, bytes, create);
	term there = term_or(p, made, map_has(c->run, c->state, c->map, key));
	uint32_t region = region_make(w, REGION_VALUE, c->map, map_element(w, c->state, c->map, key));
	c->result = value_maybe(w, term_and(p, legal, there), region, word_const(w, 0));
	return true;
}

bool model_storage_delete(struct call *c)
{
	struct term_pool *p = c->pool;
	struct world *w = c->world;
	if (!is_model(c, MAP_STORAGE))
		return false;
	tuple key = object_key(c);
	term null = is_null(c, 1), there = map_has(c->run, c->state, c->map, key);
	term old = mem_read_byte(w, c->state->mems[space_of_map(c->map, MAP_GENERATION)], key, word_const(w, 0));
	term floor = *state_counter(w, c->state, counter_of_map(w, c->map, 2));
	const term asked[] = {word_const(w, c->map), value_word(w, &c->arg[1]), c->state->counters[COUNT_MAPS]};
	term why = world_input(w, IN_STORAGE, asked, 3);
	term none = term_ite(p, term_eq(p, why, term_const(p, 32, 1)), call_errno(c, 22), call_errno(c, 2));
	none = term_ite(p, term_eq(p, why, term_const(p, 32, 2)), call_errno(c, 16), none);
	none = term_ite(p, term_eq(p, old, floor), none, call_errno(c, 2)); /* it had storage, and nobody else changed that */
	map_remove(c->run, c->state, c->map, key, term_and(p, there, term_not(p, null)));
	term result = term_ite(p, there, word_const(w, 0), none);
	call_set_number(c, term_ite(p, null, call_errno(c, 22), result));
	return true;
}

/* Storage of the cgroup that the program is attached to: there is always one. */
bool model_local_storage(struct call *c)
{
	if (!is_model(c, MAP_LOCAL))
		return false;
	c->result = value_pointer(c->world, region_make(c->world, REGION_VALUE, c->map, 0), word_const(c->world, 0));
	return true;
}
