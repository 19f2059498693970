/* SPDX-License-Identifier: BSD-2-Clause */
/* Maps in maps: all inner maps of one definition are one map, whose keys end in the inner map's number. */
#include "machine.h"

#include <stdlib.h>
#include <string.h>

_Noreturn static void stop(struct machine *m, const struct helper_call *c)
{
	machine_stop(m, REASON_MAPTYPE, "bpf_%s of map %s", c->row->name, m->maps[c->map].def->name);
}

void inner_check(struct machine *m, const struct helper_call *c)
{
	enum helper_model model = c->row->model;
	bool operation = model == MODEL_MAP_LOOKUP || model == MODEL_MAP_UPDATE || model == MODEL_MAP_DELETE;
	bool is_inner = m->maps[c->map].def->is_inner;
	if ((is_inner || c->is_inner) && !(is_inner && c->is_inner && operation))
		stop(m, c);
}

const uint8_t *inner_index(struct machine *m, const struct helper_call *c)
{
	const struct map *def = m->maps[c->map].def;
	size_t size = map_index_size(def);
	if (!c->is_inner)
		return c->read[1];
	free(m->index);
	m->index = machine_alloc(size);
	memcpy(m->index, c->read[1], def->key_size);
	memcpy(m->index + size - sizeof c->inner, &c->inner, sizeof c->inner);
	return m->index;
}

void inner_lookup(struct machine *m, struct helper_call *c)
{
	const struct map_state *s = &m->maps[c->map];
	int inner = program_inner_map(m->p, c->map);
	uint64_t words[INPUT_MAX_ARGS] = {s->number};
	uint32_t index;
	if (inner < 0 || s->def->key_size > 512)
		stop(m, c);
	helper_return(c, 0);
	memcpy(&index, c->read[1], sizeof index);
	size_t n = element_key_words(words, 1, c->read[1], s->def->key_size);
	if ((s->def->type == MAPTYPE_ARRAY_OF_MAPS && index >= element_entries(m, c->map)) ||
	    !input_get(m->in, IN_MAP_HAS, words, n))
		return;
	uint64_t id = input_get(m->in, IN_INNER, words, n);
	uint64_t base = machine_input(m, IN_AT_MAP, 2, (uint64_t)m->maps[inner].number, id);
	struct region *r = machine_add_region(m, REGION_MAP, base, 0);
	r->map = (uint32_t)inner;
	r->inner = id;
	r->is_inner = true;
	c->ret = (struct value){base, machine_region_id(m, r)};
}
