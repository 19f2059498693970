/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Maps in maps. INNER numbers the inner map that a key of the outer one gives;
 * all inner maps of one definition are one map here, whose keys end in that
 * number. So two of them alias exactly where they are the same inner map, also
 * when they come from different keys or outer maps.
 */
#include "encode/machine/call.h"

#include <string.h>

/* The number of the inner definition, UINT32_MAX: unknown. */
static uint32_t inner_number(const struct call *c)
{
	const struct program *p = c->run->program;
	for (size_t i = 0; i < p->object->n_maps; i++) {
		if (c->run->map_numbers[i] != c->map)
			continue;
		int inner = program_inner_map(p, i);
		return inner < 0 ? UINT32_MAX : c->run->map_numbers[inner];
	}
	return UINT32_MAX;
}

static bool unknown(struct call *c)
{
	run_unknown(c->run, c->state, REASON_MAPTYPE, c->world->maps[c->map].def->name);
	return false;
}

bool map_inner_check(struct call *c)
{
	enum helper_model model = c->row->model;
	bool is_inner = c->world->maps[c->map].def->is_inner;
	if (!is_inner && !c->inner)
		return true;
	bool operation = model == MODEL_MAP_LOOKUP || model == MODEL_MAP_UPDATE || model == MODEL_MAP_DELETE;
	return (is_inner && c->inner && operation) || unknown(c);
}

tuple map_inner_key(struct call *c, tuple key)
{
	struct world *w = c->world;
	if (!c->inner)
		return key;
	term all[INPUT_WORDS];
	size_t n, one;
	const term *words = tuple_words(w, key, &n);
	memcpy(all, words, n * sizeof *all);
	all[n] = tuple_words(w, c->inner, &one)[0];
	return tuple_make(w, all, n + 1);
}

bool map_inner_lookup(struct call *c)
{
	struct world *w = c->world;
	const struct map *def = w->maps[c->map].def;
	uint32_t inner = inner_number(c);
	if (inner == UINT32_MAX)
		return unknown(c);
	term args[INPUT_WORDS];
	size_t n;
	const term *words = tuple_words(w, map_key(c->run, c->state, c->map, &c->arg[1]), &n);
	args[0] = word_const(w, c->map);
	memcpy(args + 1, words, n * sizeof *args);
	term found = world_input(w, IN_MAP_HAS, args, n + 1), id = world_input(w, IN_INNER, args, n + 1);
	if (def->type == MAPTYPE_ARRAY_OF_MAPS)
		found = term_and(c->pool, found, term_ult(c->pool, words[0], map_entries(w, c->map)));
	uint32_t region = region_make(w, REGION_MAP, inner, tuple_make(w, &id, 1));
	c->result = value_maybe(w, found, region, word_const(w, 0));
	return true;
}
