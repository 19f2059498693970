/* SPDX-License-Identifier: BSD-2-Clause */
/* Maps of the live kernel: created like a loader would, filled from an input, read back. */
#include "live.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uint32_t number_of(const struct live_maps *l, size_t i)
{
	return l->opt && l->opt->map_numbers ? l->opt->map_numbers[i] : (uint32_t)i;
}

/* Index of the map with that number, SIZE_MAX: not this object's. */
static size_t find_number(const struct live_maps *l, uint64_t number)
{
	for (size_t i = 0; i < l->o->n_maps; i++)
		if (number_of(l, i) == number)
			return i;
	return SIZE_MAX;
}

static int create_plain(const struct map *m, uint32_t entries, uint32_t inner_fd)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = m->flags, .inner_map_fd = inner_fd);
	if (m->is_data) {
		opts.map_flags = m->frozen ? BPF_F_RDONLY_PROG : 0;
		return bpf_map_create(BPF_MAP_TYPE_ARRAY, NULL, 4, m->value_size, 1, &opts);
	}
	return bpf_map_create((enum bpf_map_type)m->type, NULL, m->key_size, m->value_size, entries, &opts);
}

/* What the object leaves to user space. */
static uint32_t choose_entries(const struct live_maps *l, const struct input *in, size_t i)
{
	const struct map *m = &l->o->maps[i];
	enum map_model model = maptype_rows[m->type].model;
	if (m->max_entries || model == MAP_STORAGE || model == MAP_LOCAL)
		return m->max_entries;
	if (model == MAP_RING || m->type == MAPTYPE_USER_RINGBUF)
		return (uint32_t)getpagesize();
	if (m->type == MAPTYPE_PERF_EVENT_ARRAY)
		return (uint32_t)libbpf_num_possible_cpus();
	return in ? (uint32_t)input_get(in, IN_MAP_SIZE, (uint64_t[]){number_of(l, i)}, 1) : LIVE_ENTRIES;
}

static int create_map(const struct live_maps *l, const struct input *in, size_t i)
{
	const struct map *m = &l->o->maps[i];
	uint32_t entries = choose_entries(l, in, i);
	if (m->inner < 0 || maptype_rows[m->type].model != MAP_MAPS)
		return create_plain(m, entries, 0);
	int inner = create_plain(&l->o->maps[m->inner], choose_entries(l, in, (size_t)m->inner), 0);
	if (inner < 0)
		return inner;
	int fd = create_plain(m, entries, (uint32_t)inner);
	close(inner);
	return fd;
}

bool live_create_maps(struct live_maps *l, const struct object *o, const struct input *in,
		      const struct exec_options *opt, struct live_error *e)
{
	*l = (struct live_maps){.o = o, .opt = opt};
	size_t n = o ? o->n_maps : 0;
	l->fds = machine_alloc(n * sizeof *l->fds);
	for (size_t i = 0; i < n; i++)
		l->fds[i] = -1;
	for (size_t i = 0; i < n; i++) {
		l->fds[i] = create_map(l, in, i);
		if (l->fds[i] < 0)
			return live_fail(e, KERNEL_FAILED, "map %s of type %s can't be created: %s", o->maps[i].name,
					 maptype_rows[o->maps[i].type].name, strerror(errno));
	}
	return true;
}

void live_close_maps(struct live_maps *l)
{
	for (size_t i = 0; l->o && i < l->o->n_maps; i++)
		if (l->fds[i] >= 0)
			close(l->fds[i]);
	free(l->fds);
}

bool live_freeze_maps(struct live_maps *l, const struct input *in, struct live_error *e)
{
	uint32_t zero = 0;
	for (size_t i = 0; l->o && i < l->o->n_maps; i++) {
		const struct map *m = &l->o->maps[i];
		if (!m->is_data)
			continue;
		uint8_t *bytes = machine_alloc(m->value_size);
		for (uint32_t k = 0; k < m->value_size; k++)
			bytes[k] = in ? element_data_byte(in, m, k) : m->bytes[k];
		int err = bpf_map_update_elem(l->fds[i], &zero, bytes, 0);
		free(bytes);
		if (err || (m->frozen && bpf_map_freeze(l->fds[i])))
			return live_fail(e, KERNEL_FAILED, "section %s can't be filled: %s", m->name, strerror(errno));
	}
	return true;
}

/* Per-CPU values come as one slot of whole words for each CPU. */
static size_t buffer_size(const struct map *m, size_t *slot)
{
	*slot = m->value_size;
	if (!maptype_rows[m->type].per_cpu)
		return *slot;
	*slot = (*slot + 7) & ~(size_t)7;
	return *slot * (size_t)libbpf_num_possible_cpus();
}

static bool read_initial(const struct input *in, const struct map *m, uint32_t number, const uint8_t *key,
			 uint8_t *value)
{
	uint64_t words[INPUT_MAX_ARGS] = {number};
	size_t n = element_key_words(words, 1, key, m->key_size);
	if (maptype_rows[m->type].model != MAP_ARRAY && !input_get(in, IN_MAP_HAS, words, n))
		return false;
	n = element_key_words(words, 2, key, m->key_size);
	for (uint32_t i = 0; i < m->value_size; i++) {
		words[1] = i;
		value[i] = (uint8_t)input_get(in, IN_MAP_BYTE, words, n);
	}
	return true;
}

static bool fill_key(struct live_maps *l, const struct input *in, size_t i, const uint8_t *key, struct live_error *e)
{
	const struct map *m = &l->o->maps[i];
	enum map_model model = maptype_rows[m->type].model;
	if (model == MAP_TRIE || model == MAP_STORAGE || model == MAP_LOCAL || model == MAP_MAPS || m->is_inner)
		return live_fail(e, KERNEL_CANT_SET, "what map %s of type %s holds", m->name,
				 maptype_rows[m->type].name);
	if (m->is_data || (model != MAP_ARRAY && model != MAP_HASH && model != MAP_LRU && model != MAP_INPLACE))
		return true;
	size_t slot, size = buffer_size(m, &slot);
	uint8_t *buffer = machine_alloc(size);
	int err = 0;
	if (read_initial(in, m, number_of(l, i), key, buffer + (size > slot ? (size_t)l->cpu * slot : 0)))
		err = bpf_map_update_elem(l->fds[i], key, buffer, BPF_ANY);
	free(buffer);
	return !err || live_fail(e, KERNEL_CANT_SET, "an entry of map %s: %s", m->name, strerror(errno));
}

/* A redirect that succeeded needs its target; the loopback device serves for device maps. */
static bool fill_target(struct live_maps *l, const struct exec_event *ev, struct live_error *e)
{
	const uint32_t loopback = 1;
	size_t i = find_number(l, ev->args[0]);
	if (i == SIZE_MAX)
		return true;
	const struct map *m = &l->o->maps[i];
	uint32_t index = (uint32_t)ev->args[1], value[2] = {loopback, 0};
	if (m->type != MAPTYPE_DEVMAP && m->type != MAPTYPE_DEVMAP_HASH)
		return live_fail(e, KERNEL_CANT_SET, "a target in map %s of type %s", m->name,
				 maptype_rows[m->type].name);
	if (bpf_map_update_elem(l->fds[i], &index, value, BPF_ANY))
		return live_fail(e, KERNEL_CANT_SET, "a target in map %s: %s", m->name, strerror(errno));
	return true;
}

/* What the run touches, and what the table holds besides. */
bool live_fill_maps(struct live_maps *l, const struct input *in, const struct exec_outcome *touched,
		    struct live_error *e)
{
	for (size_t k = 0; k < touched->n_values; k++) {
		size_t i = find_number(l, touched->values[k].map);
		if (i != SIZE_MAX && !fill_key(l, in, i, touched->values[k].key, e))
			return false;
	}
	for (size_t k = 0; k < input_count(in); k++) {
		const struct input_entry *entry = input_at(in, k);
		size_t i = entry->fn == IN_MAP_HAS ? find_number(l, entry->args[0]) : SIZE_MAX;
		if (i == SIZE_MAX || (l->o->maps[i].key_size + 7) / 8 != entry->n - 1)
			continue;
		if (!fill_key(l, in, i, (const uint8_t *)(entry->args + 1), e))
			return false;
	}
	for (size_t k = 0; k < touched->n_events; k++) {
		const struct helper_row *row = helper_find(touched->events[k].kind);
		if (row && row->model == MODEL_REDIRECT_MAP && touched->events[k].visible &&
		    !fill_target(l, &touched->events[k], e))
			return false;
	}
	return true;
}

static bool read_key(struct live_maps *l, const struct input *in, size_t i, const struct exec_value *from,
		     struct exec_outcome *out, struct live_error *e)
{
	const struct map *m = &l->o->maps[i];
	size_t slot, size = buffer_size(m, &slot);
	uint8_t *buffer = machine_alloc(size), *initial = machine_alloc(m->value_size);
	struct exec_value *v = &out->values[out->n_values++];
	*v = *from;
	v->key = machine_alloc(v->key_size);
	memcpy(v->key, from->key, v->key_size);
	v->value = NULL;
	int err = bpf_map_lookup_elem(l->fds[i], v->key, buffer);
	v->present = !err;
	bool before = m->is_data || read_initial(in, m, number_of(l, i), v->key, initial);
	for (uint32_t k = 0; m->is_data && k < m->value_size; k++)
		initial[k] = element_data_byte(in, m, k);
	const uint8_t *now = buffer + (size > slot ? (size_t)l->cpu * slot : 0);
	v->changed = before != v->present || (before && memcmp(initial, now, m->value_size) != 0);
	if (v->present) {
		v->value = machine_alloc(m->value_size);
		memcpy(v->value, now, m->value_size);
	}
	free(buffer);
	free(initial);
	return !err || errno == ENOENT ||
	       live_fail(e, KERNEL_FAILED, "map %s can't be read: %s", m->name, strerror(errno));
}

bool live_read_maps(struct live_maps *l, const struct input *in, const struct exec_outcome *touched,
		    struct exec_outcome *out, struct live_error *e)
{
	out->values = machine_alloc(touched->n_values * sizeof *out->values);
	for (size_t k = 0; k < touched->n_values; k++) {
		size_t i = find_number(l, touched->values[k].map);
		if (i != SIZE_MAX && !read_key(l, in, i, &touched->values[k], out, e))
			return false;
	}
	return true;
}
