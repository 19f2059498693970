/* SPDX-License-Identifier: BSD-2-Clause */
/* Contents of maps: the keys that a run touched, each with its state at entry and its state now. */
#include "machine.h"

#include <stdlib.h>
#include <string.h>

size_t element_key_words(uint64_t *words, size_t n, const uint8_t *key, size_t key_size)
{
	size_t count = (key_size + 7) / 8;
	memset(words + n, 0, count * sizeof *words);
	memcpy(words + n, key, key_size);
	return n + count;
}

static enum map_model model_of(const struct map_state *s)
{
	return s->def->is_data ? MAP_ARRAY : maptype_rows[s->def->type].model;
}

static bool is_at_entry(struct machine *m, const struct map_state *s, const uint8_t *key)
{
	uint64_t words[INPUT_MAX_ARGS] = {s->number};
	if (model_of(s) == MAP_ARRAY || model_of(s) == MAP_LOCAL)
		return true;
	size_t n = element_key_words(words, 1, key, map_index_size(s->def));
	if (!s->after)
		return input_get(m->in, IN_MAP_HAS, words, n) != 0;
	words[0] = s->after - 1;
	words[1] = s->number;
	n = element_key_words(words, 2, key, map_index_size(s->def));
	return input_get(m->in, IN_AFTER_HAS, words, n) != 0;
}

struct element *element_find(struct machine *m, uint32_t map, const uint8_t *key)
{
	struct map_state *s = &m->maps[map];
	size_t key_size = map_index_size(s->def);
	if (key_size > 512)
		machine_stop(m, REASON_MAPTYPE, "map %s has keys of %zu bytes", s->def->name, key_size);
	for (size_t i = 0; i < s->n_elements; i++)
		if (!key_size || !memcmp(s->elements[i]->key, key, key_size))
			return s->elements[i];
	s->elements = realloc(s->elements, (s->n_elements + 1) * sizeof *s->elements);
	if (!s->elements)
		abort();
	struct element *e = machine_alloc(sizeof *e);
	s->elements[s->n_elements++] = e;
	e->key = machine_alloc(key_size);
	if (key_size)
		memcpy(e->key, key, key_size);
	e->at_entry = e->present = is_at_entry(m, s, key);
	e->gen = s->floor;
	return e;
}

static uint64_t address_of(struct machine *m, const struct map_state *s, const struct element *e)
{
	uint64_t words[INPUT_MAX_ARGS] = {s->number, e->gen};
	if (s->def->is_data)
		return input_get(m->in, IN_AT_DATA, words, 1);
	return input_get(m->in, IN_AT_VALUE, words, element_key_words(words, 2, e->key, map_index_size(s->def)));
}

struct value element_pointer(struct machine *m, uint32_t map, struct element *e)
{
	struct map_state *s = &m->maps[map];
	if (!e->region) {
		struct region *r = machine_add_region(m, REGION_VALUE, address_of(m, s, e), s->def->value_size);
		r->map = map;
		r->element = e;
		r->gen = e->gen;
		e->region = machine_region_id(m, r);
	}
	return (struct value){m->regions[e->region].base, e->region};
}

/* A data section's byte: the loader's, unless user space or an earlier run may have set it. */
uint8_t element_data_byte(const struct input *in, const struct map *def, uint32_t off)
{
	uint64_t args[2] = {0, off};
	for (size_t i = 0; i < def->n_vars; i++) {
		const struct variable *v = &def->vars[i];
		if (off < v->off || off - v->off >= v->size)
			continue;
		if (def->frozen && !v->is_volatile)
			return def->bytes[off];
		args[0] = input_hash_name(v->name) + v->twin;
		args[1] = off - v->off;
		return (uint8_t)input_get(in, IN_DATA, args, 2);
	}
	if (def->frozen)
		return def->bytes[off];
	args[0] = input_hash_name(def->name);
	return (uint8_t)input_get(in, IN_DATA, args, 2);
}

/* As at entry, or as a call left it. */
static uint8_t initial_byte(struct machine *m, const struct map_state *s, const struct element *e, uint32_t off)
{
	uint64_t words[INPUT_MAX_ARGS] = {s->values_after - 1, s->number, off};
	bool data = s->def->is_data;
	if (s->values_after)
		return (uint8_t)input_get(m->in, IN_AFTER_BYTE, words, element_key_words(words, 3, e->key, data ? 0 : map_index_size(s->def)));
	if (data)
		return element_data_byte(m->in, s->def, off);
	return (uint8_t)input_get(m->in, IN_MAP_BYTE, words + 1, element_key_words(words, 3, e->key, map_index_size(s->def)) - 1);
}

const uint8_t *element_initial(struct machine *m, uint32_t map, struct element *e)
{
	const struct map_state *s = &m->maps[map];
	if (e->initial)
		return e->initial;
	e->initial = machine_alloc(s->def->value_size);
	for (uint32_t i = 0; i < s->def->value_size; i++)
		e->initial[i] = initial_byte(m, s, e, i);
	return e->initial;
}

uint8_t *element_bytes(struct machine *m, uint32_t map, struct element *e)
{
	size_t size = m->maps[map].def->value_size;
	if (!e->bytes) {
		const uint8_t *initial = element_initial(m, map, e);
		e->bytes = machine_alloc(size);
		memcpy(e->bytes, initial, size);
	}
	return e->bytes;
}

void element_replace(struct machine *m, uint32_t map, struct element *e, const uint8_t *value)
{
	size_t size = m->maps[map].def->value_size;
	if (e->region) { /* who still points at it finds what it was */
		struct region *r = &m->regions[e->region];
		r->bytes = machine_alloc(size);
		memcpy(r->bytes, element_bytes(m, map, e), size);
	}
	if (value && !e->bytes)
		e->bytes = machine_alloc(size);
	if (value)
		memcpy(e->bytes, value, size);
	e->present = value != NULL;
	e->gen = ++m->maps[map].changes;
	e->region = 0;
}

/* Who points at an element of a map with generations does not know any more whether it is still there. */
static void forget_element(struct machine *m, struct map_state *s, struct element *e)
{
	free(e->initial);
	free(e->bytes);
	e->initial = e->bytes = NULL;
	e->at_entry = e->present = is_at_entry(m, s, e->key);
	if (!map_has_generations(s->def))
		return;
	e->gen = s->floor;
	e->region = 0;
}

void element_forget(struct machine *m, uint64_t position)
{
	size_t n = m->p->object ? m->p->object->n_maps : 0;
	for (size_t i = 0; i < n; i++) {
		struct map_state *s = &m->maps[i];
		if (!map_may_change(s->def))
			continue;
		s->after = s->values_after = position + 1;
		if (map_has_generations(s->def))
			s->floor = s->changes += 2;
		for (size_t j = 0; j < s->n_elements; j++)
			forget_element(m, s, s->elements[j]);
	}
}

void element_forget_values(struct machine *m, uint64_t position)
{
	size_t n = m->p->object ? m->p->object->n_maps : 0;
	for (size_t i = 0; i < n; i++) {
		struct map_state *s = &m->maps[i];
		if (!map_is_shared(s->def))
			continue;
		s->values_after = position + 1;
		s->changes += map_has_generations(s->def);
		for (size_t j = 0; j < s->n_elements; j++) {
			free(s->elements[j]->initial);
			free(s->elements[j]->bytes);
			s->elements[j]->initial = s->elements[j]->bytes = NULL;
		}
	}
}

uint64_t element_entries(const struct machine *m, uint32_t map)
{
	const struct map_state *s = &m->maps[map];
	return s->def->max_entries ? s->def->max_entries : machine_input(m, IN_MAP_SIZE, 1, (uint64_t)s->number);
}

int64_t element_ask_room(struct machine *m, uint32_t map)
{
	static const int64_t errors[] = {0, -EXEC_E2BIG, -EXEC_ENOMEM, -EXEC_EBUSY};
	struct map_state *s = &m->maps[map];
	return errors[machine_input(m, IN_MAP_ERRNO, 2, (uint64_t)s->number, s->decisions++)];
}

static bool is_changed(struct machine *m, uint32_t map, struct element *e)
{
	if (e->present != e->at_entry)
		return true;
	return e->present && e->bytes &&
	       memcmp(e->bytes, element_initial(m, map, e), m->maps[map].def->value_size) != 0;
}

static void list_element(struct machine *m, uint32_t map, struct element *e)
{
	struct exec_outcome *o = m->out;
	const struct map_state *s = &m->maps[map];
	struct exec_value *v = &o->values[o->n_values++];
	*v = (struct exec_value){.map = s->number, .present = e->present, .changed = is_changed(m, map, e)};
	v->key_size = map_index_size(s->def);
	v->value_size = s->def->value_size;
	v->key = machine_alloc(v->key_size);
	memcpy(v->key, e->key, v->key_size);
	if (e->present) {
		v->value = machine_alloc(v->value_size);
		memcpy(v->value, element_bytes(m, map, e), v->value_size);
	}
}

static int compare_values(const void *a, const void *b)
{
	const struct exec_value *x = a, *y = b;
	if (x->map != y->map)
		return x->map < y->map ? -1 : 1;
	return memcmp(x->key, y->key, x->key_size);
}

void element_list(struct machine *m)
{
	size_t n = 0, n_maps = m->p->object ? m->p->object->n_maps : 0;
	for (size_t i = 0; i < n_maps; i++)
		n += m->maps[i].n_elements;
	m->out->values = machine_alloc(n * sizeof *m->out->values);
	for (uint32_t i = 0; i < n_maps; i++)
		for (size_t j = 0; !m->maps[i].def->frozen && j < m->maps[i].n_elements; j++)
			list_element(m, i, m->maps[i].elements[j]);
	if (m->out->n_values)
		qsort(m->out->values, m->out->n_values, sizeof *m->out->values, compare_values);
}
