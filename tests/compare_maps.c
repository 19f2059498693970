/* SPDX-License-Identifier: BSD-2-Clause */
/* Contents of the kernel's maps: emptied, filled alike, held against each other. */
#include "tests/compare.h"

#include "checker/exec/live.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ENTRIES_MAX 256 /* of an array that are looked at */
#define TRIE_ENTRIES 6
#define LOOPBACK 1

enum content { CONTENT_NONE, CONTENT_DATA, CONTENT_ARRAY, CONTENT_HASH, CONTENT_TRIE, CONTENT_TARGETS };

static enum content content_of(const struct map *m)
{
	static const enum content contents[] = {
	    [MAP_ARRAY] = CONTENT_ARRAY,  [MAP_HASH] = CONTENT_HASH, [MAP_LRU] = CONTENT_HASH,
	    [MAP_INPLACE] = CONTENT_HASH, [MAP_TRIE] = CONTENT_TRIE, [MAP_OPAQUE] = CONTENT_NONE,
	};
	if (m->is_inner || !m->value_size)
		return CONTENT_NONE;
	if (m->is_data)
		return m->frozen ? CONTENT_NONE : CONTENT_DATA;
	if (m->type == MAPTYPE_DEVMAP || m->type == MAPTYPE_DEVMAP_HASH)
		return CONTENT_TARGETS;
	return contents[maptype_rows[m->type].model];
}

/* Bytes of a value as the system call has it. */
static size_t value_bytes(const struct map *m)
{
	if (!maptype_rows[m->type].per_cpu)
		return m->value_size;
	return (m->value_size + 7) / 8 * 8 * (size_t)libbpf_num_possible_cpus();
}

static void *allocate(size_t n)
{
	void *p = calloc(n ? n : 1, 1);
	if (!p)
		abort();
	return p;
}

static uint32_t entries_of(const struct map *m)
{
	uint32_t n = m->max_entries ? m->max_entries : LIVE_ENTRIES;
	return m->is_data ? 1 : n < ENTRIES_MAX ? n : ENTRIES_MAX;
}

/* In every version; what one refuses all refuse. */
static void put(const struct compare_maps *m, size_t map, const void *key, const void *value)
{
	for (unsigned v = 0; v < COMPARE_VERSIONS; v++)
		bpf_map_update_elem(m->fds[v][map], key, value, BPF_ANY);
}

static void zero_array(const struct compare_maps *m, size_t map)
{
	const struct map *def = &m->object->maps[map];
	uint8_t *value = allocate(value_bytes(def));
	if (def->is_data)
		memcpy(value, def->bytes, def->value_size);
	for (uint32_t i = 0; i < entries_of(def); i++)
		put(m, map, &i, value);
	free(value);
}

static void empty_hash(const struct compare_maps *m, size_t map)
{
	uint8_t *key = allocate(m->object->maps[map].key_size);
	for (unsigned v = 0; v < COMPARE_VERSIONS; v++)
		while (!bpf_map_get_next_key(m->fds[v][map], NULL, key) && !bpf_map_delete_elem(m->fds[v][map], key))
			;
	free(key);
}

/* Words that the program may compare with. */
static void make_bytes(const struct compare_maps *m, uint64_t seed, uint8_t *out, size_t n)
{
	for (size_t i = 0; i < n; i += 4) {
		uint64_t word = chooser_pick(m->chooser, chooser_mix(seed + i));
		memcpy(out + i, &word, n - i < 4 ? n - i : 4);
	}
}

static void put_random(const struct compare_maps *m, size_t map, const void *key, uint64_t seed)
{
	size_t n = value_bytes(&m->object->maps[map]);
	uint8_t *value = allocate(n + 4);
	make_bytes(m, seed, value, n);
	put(m, map, key, value);
	free(value);
}

/* One that everything finds, and some longer prefixes. */
static void fill_trie(const struct compare_maps *m, size_t map)
{
	const struct map *def = &m->object->maps[map];
	uint8_t *key = allocate(def->key_size + 4);
	for (uint32_t i = 0; i < TRIE_ENTRIES; i++) {
		uint64_t seed = m->chooser->seed + map * 64 + i;
		uint32_t prefix = (def->key_size - 4) * 8 / (TRIE_ENTRIES - 1) * i;
		make_bytes(m, seed, key + 4, def->key_size - 4);
		memcpy(key, &prefix, 4);
		put_random(m, map, key, seed);
	}
	free(key);
}

static void fill_targets(const struct compare_maps *m, size_t map)
{
	const uint32_t value[2] = {LOOPBACK, 0};
	for (uint32_t i = 0; i < entries_of(&m->object->maps[map]); i += 2)
		put(m, map, &i, value);
}

static void fill_touched(const struct compare_maps *m, const struct exec_value *v)
{
	uint64_t random = input_hash(m->chooser->seed, IN_MAP_HAS, (uint64_t[]){v->map}, 1);
	for (uint32_t i = 0; i < v->key_size; i++)
		random = chooser_mix(random + v->key[i]);
	enum content c = v->map < m->object->n_maps ? content_of(&m->object->maps[v->map]) : CONTENT_NONE;
	if ((c == CONTENT_ARRAY || c == CONTENT_HASH) && random % 2)
		put_random(m, v->map, v->key, random);
}

static void empty(const struct compare_maps *m, size_t map)
{
	switch (content_of(&m->object->maps[map])) {
	case CONTENT_DATA:
	case CONTENT_ARRAY:
		zero_array(m, map);
		break;
	case CONTENT_HASH:
		empty_hash(m, map);
		break;
	case CONTENT_TRIE:
		empty_hash(m, map);
		fill_trie(m, map);
		break;
	case CONTENT_TARGETS:
		fill_targets(m, map);
		break;
	case CONTENT_NONE:
		break;
	}
}

void compare_reset_maps(const struct compare_maps *m, const struct exec_outcome *outs, size_t n)
{
	for (size_t map = 0; map < m->object->n_maps; map++)
		empty(m, map);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < outs[i].n_values; k++)
			fill_touched(m, &outs[i].values[k]);
}

/* An element of one map, of two versions of it. */
struct element_pair {
	const struct map *def;
	int x, y;
	uint8_t *key, *mine, *theirs;
};

static bool same_element(const struct element_pair *e, char *what, size_t len)
{
	memset(e->mine, 0, value_bytes(e->def));
	memset(e->theirs, 0, value_bytes(e->def));
	bool mine = !bpf_map_lookup_elem(e->x, e->key, e->mine);
	bool theirs = !bpf_map_lookup_elem(e->y, e->key, e->theirs);
	if (mine != theirs)
		snprintf(what, len, "an element of map %s is only in the %s one's", e->def->name,
			 mine ? "first" : "second");
	else if (memcmp(e->mine, e->theirs, value_bytes(e->def)) != 0)
		snprintf(what, len, "an element of map %s has another value", e->def->name);
	else
		return true;
	return false;
}

/* All elements with one system call. */
static bool read_array(int fd, const struct map *m, uint32_t *keys, uint8_t *values)
{
	uint32_t n = entries_of(m), out;
	int err = bpf_map_lookup_batch(fd, NULL, &out, keys, values, &n, NULL);
	return (!err || errno == ENOENT) && n == entries_of(m);
}

static bool same_array(const struct element_pair *e, char *what, size_t len)
{
	size_t n = entries_of(e->def), size = n * value_bytes(e->def);
	uint32_t *keys = allocate(n * sizeof *keys);
	uint8_t *mine = allocate(size), *theirs = allocate(size);
	bool read = read_array(e->x, e->def, keys, mine) && read_array(e->y, e->def, keys, theirs);
	bool same = read && !memcmp(mine, theirs, size);
	free(keys);
	free(mine);
	free(theirs);
	for (uint32_t i = 0; i < n && !same; i++) {
		memcpy(e->key, &i, 4);
		if (!same_element(e, what, len))
			return false;
	}
	return true;
}

/* What x holds y holds; returns how many there are, -1 if not. */
static long held_by_other(const struct element_pair *e, char *what, size_t len)
{
	long n = 0;
	bool more = !bpf_map_get_next_key(e->x, NULL, e->key);
	for (; more; n++) {
		if (!same_element(e, what, len))
			return -1;
		more = !bpf_map_get_next_key(e->x, e->key, e->key);
	}
	return n;
}

static bool same_hash(const struct element_pair *e, char *what, size_t len)
{
	struct element_pair back = *e;
	back.x = e->y;
	back.y = e->x;
	return held_by_other(e, what, len) >= 0 && held_by_other(&back, what, len) >= 0;
}

bool compare_same_maps(const struct compare_maps *m, unsigned x, unsigned y, char *what, size_t len)
{
	bool same = true;
	for (size_t map = 0; map < m->object->n_maps && same; map++) {
		const struct map *def = &m->object->maps[map];
		enum content c = content_of(def);
		size_t n = value_bytes(def);
		struct element_pair e = {def,         m->fds[x][map], m->fds[y][map], allocate(def->key_size),
					 allocate(n), allocate(n)};
		if (c == CONTENT_ARRAY || c == CONTENT_DATA)
			same = same_array(&e, what, len);
		else if (c == CONTENT_HASH || c == CONTENT_TRIE)
			same = same_hash(&e, what, len);
		free(e.key);
		free(e.mine);
		free(e.theirs);
	}
	return same;
}
