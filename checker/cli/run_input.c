/* SPDX-License-Identifier: BSD-2-Clause */
/* Context and maps of `bpfprove run`, from JSON into the input. */
#include "checker/cli/run_input.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* Writes a value of `size` bytes: an integer or "0x..." little-endian, a string of hex bytes, or a list of bytes. */
static bool number_bytes(uint64_t v, bool negative, size_t size, uint8_t *out)
{
	if (size < 8 && v >> 8 * size && !(negative && (int64_t)v >= -(int64_t)(1ull << (8 * size - 1))))
		return false;
	memset(out, negative ? 0xff : 0, size);
	memcpy(out, &v, size < 8 ? size : 8);
	return true;
}

static bool string_bytes(const char *text, size_t size, uint8_t *out)
{
	uint8_t *bytes;
	size_t n;
	char *end;
	if (!strncmp(text, "0x", 2) || !strncmp(text, "0X", 2)) {
		unsigned long long v = strtoull(text + 2, &end, 16);
		return text[2] && !*end && strlen(text) <= 18 && number_bytes(v, false, size, out);
	}
	if (!command_decode_hex(text, strlen(text), &bytes, &n))
		return false;
	if (n == size)
		memcpy(out, bytes, n);
	free(bytes);
	return n == size;
}

static bool array_bytes(const json_t *j, size_t size, uint8_t *out)
{
	if (json_array_size(j) != size)
		return false;
	for (size_t i = 0; i < size; i++) {
		const json_t *b = json_array_get(j, i);
		json_int_t v = json_integer_value(b);
		if (!json_is_integer(b) || v < 0 || v > 255)
			return false;
		out[i] = (uint8_t)v;
	}
	return true;
}

static bool json_bytes(const json_t *j, size_t size, uint8_t *out)
{
	if (json_is_integer(j))
		return number_bytes((uint64_t)json_integer_value(j), json_integer_value(j) < 0, size, out);
	if (json_is_string(j))
		return string_bytes(json_string_value(j), size, out);
	return json_is_array(j) && array_bytes(j, size, out);
}

static enum status bad_value(const char *option, const char *name, const char *part, size_t size)
{
	return command_fail(STATUS_USAGE,
			    "%s: %s%s%s: expected %zu bytes: an integer that fits, hex bytes or a list of bytes",
			    option, name, *part ? ", " : "", part, size);
}

static enum status parse(const char *option, const char *text, json_t **out)
{
	json_error_t e;
	*out = json_loads(text, JSON_REJECT_DUPLICATES, &e);
	return *out ? STATUS_PROVED
		    : command_fail(STATUS_USAGE, "%s: expected JSON: %s at column %d", option, e.text, e.column);
}

/* The context. */

static void set_context(struct input *in, uint64_t off, const uint8_t *bytes, size_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		uint64_t at = off + i;
		input_set(in, IN_CTX, &at, 1, bytes[i]);
	}
}

static const struct context_field *find_field(enum context_layout layout, const char *name)
{
	for (size_t i = 0; i < context_field_count; i++)
		if (context_fields[i].layout == layout && !strcmp(context_fields[i].name, name))
			return &context_fields[i];
	return NULL;
}

/* Pointers and skb->len follow from the packet; a kernel object is there or not. */
static bool is_settable(const struct context_field *f)
{
	bool length = f->layout == CONTEXT_SK_BUFF && !strcmp(f->name, "len");
	return (f->kind == FIELD_SCALAR && !length) || f->kind == FIELD_KERNEL_OR_NULL;
}

static enum status read_offset(struct input *in, enum context_layout layout, const char *key, const json_t *value)
{
	uint8_t bytes[4096] = {0};
	char *end;
	uint64_t off = strtoull(key + 2, &end, 16), room = context_rows[layout].size;
	if (!key[2] || *end || off >= room)
		return command_fail(STATUS_USAGE, "--ctx: %s: expected an offset below 0x%x of the context %s", key,
				    context_rows[layout].size, context_rows[layout].name);
	room -= off;
	size_t size = room < 8 ? room : 8;
	if (json_is_array(value))
		size = json_array_size(value);
	else if (json_is_string(value) && strncmp(json_string_value(value), "0x", 2))
		size = strlen(json_string_value(value)) / 2;
	if (size > room || size > sizeof bytes || !json_bytes(value, size, bytes))
		return bad_value("--ctx", key, "", size > room ? room : size);
	set_context(in, off, bytes, size);
	return STATUS_PROVED;
}

static enum status read_field(struct input *in, const struct program *p, const char *key, const json_t *value)
{
	uint8_t bytes[4096] = {0};
	enum context_layout layout = progtype_rows[p->type].context;
	if (!strncmp(key, "0x", 2))
		return read_offset(in, layout, key, value);
	const struct context_field *f = find_field(layout, key);
	if (!f)
		return command_fail(STATUS_USAGE, "--ctx: the context %s has no field %s", context_rows[layout].name,
				    key);
	if (!is_settable(f))
		return command_fail(STATUS_USAGE, "--ctx: the field %s of %s is not for the input to set", key,
				    context_rows[layout].name);
	if (!json_bytes(value, f->size, bytes))
		return bad_value("--ctx", key, "", f->size);
	set_context(in, f->off, bytes, f->size);
	return STATUS_PROVED;
}

static enum status read_context(const struct options *opt, const struct program *p, struct input *in)
{
	json_t *j, *value;
	const char *key;
	if (!opt->context)
		return STATUS_PROVED;
	enum status s = parse("--ctx", opt->context, &j);
	if (s != STATUS_PROVED)
		return s;
	if (!json_is_object(j))
		s = command_fail(STATUS_USAGE, "--ctx: expected {FIELD: value, ...}");
	json_object_foreach(j, key, value) if (s == STATUS_PROVED) s = read_field(in, p, key, value);
	json_decref(j);
	return s;
}

/* Maps. */

static enum map_model model_of(const struct map *m)
{
	return maptype_rows[m->type].model;
}

static bool takes_values(const struct map *m)
{
	enum map_model k = model_of(m);
	return k == MAP_ARRAY || k == MAP_HASH || k == MAP_LRU || k == MAP_INPLACE;
}

/* Targets of redirects and tail calls are there or not. */
static bool takes_keys(const struct map *m)
{
	return model_of(m) == MAP_TARGETS || model_of(m) == MAP_PROGS;
}

static void set_element(struct input *in, uint64_t number, const struct map *m, const uint8_t *key,
			const uint8_t *value)
{
	uint64_t args[INPUT_MAX_ARGS] = {number};
	size_t words = (m->key_size + 7u) / 8;
	memcpy(args + 1, key, m->key_size);
	if (model_of(m) != MAP_ARRAY)
		input_set(in, IN_MAP_HAS, args, 1 + words, 1);
	memset(args + 1, 0, sizeof args - sizeof *args);
	memcpy(args + 2, key, m->key_size);
	for (uint32_t i = 0; value && i < m->value_size; i++) {
		args[1] = i;
		input_set(in, IN_MAP_BYTE, args, 2 + words, value[i]);
	}
}

/* A map whose size user space sets is as long as it has to be. */
static void grow(struct input *in, uint64_t number, const struct map *m, const uint8_t *key)
{
	uint32_t index = 0;
	memcpy(&index, key, m->key_size < sizeof index ? m->key_size : sizeof index);
	if (!m->max_entries && index < UINT32_MAX && index >= input_get(in, IN_MAP_SIZE, &number, 1))
		input_set(in, IN_MAP_SIZE, &number, 1, index + 1u);
}

static enum status check_index(const struct map *m, const uint8_t *key)
{
	uint32_t index = 0;
	if (model_of(m) != MAP_ARRAY && !takes_keys(m))
		return STATUS_PROVED;
	memcpy(&index, key, m->key_size < sizeof index ? m->key_size : sizeof index);
	if (!m->max_entries || index < m->max_entries || m->type == MAPTYPE_DEVMAP_HASH)
		return STATUS_PROVED;
	return command_fail(STATUS_USAGE, "--map: %s: index %u is not below %u", m->name, index, m->max_entries);
}

static enum status read_element(struct input *in, uint64_t number, const struct map *m, const json_t *e, size_t index)
{
	uint8_t key[512] = {0}, *value = command_alloc(m->value_size);
	const json_t *k = json_object_get(e, "key"), *v = json_object_get(e, "value");
	enum status s = STATUS_PROVED;
	if (!json_is_object(e) && model_of(m) == MAP_ARRAY) {
		memcpy(key, &index, m->key_size < sizeof index ? m->key_size : sizeof index);
		v = e;
	} else if (!k || !json_bytes(k, m->key_size, key)) {
		s = bad_value("--map", m->name, "key", m->key_size);
	}
	if (s == STATUS_PROVED && takes_values(m) && (!v || !json_bytes(v, m->value_size, value)))
		s = bad_value("--map", m->name, "value", m->value_size);
	if (s == STATUS_PROVED)
		s = check_index(m, key);
	if (s == STATUS_PROVED)
		grow(in, number, m, key);
	if (s == STATUS_PROVED)
		set_element(in, number, m, key, takes_values(m) ? value : NULL);
	free(value);
	return s;
}

static void set_variable(struct input *in, const struct variable *v, uint64_t off, uint8_t byte)
{
	input_set(in, IN_DATA, (uint64_t[]){input_hash_name(v->name) + v->twin, off}, 2, byte);
}

static enum status read_variable(struct input *in, const struct map *m, const char *name, const json_t *value)
{
	for (size_t i = 0; i < m->n_vars; i++) {
		const struct variable *v = &m->vars[i];
		if (strcmp(v->name, name))
			continue;
		if (m->frozen && !v->is_volatile)
			return command_fail(STATUS_USAGE, "--map: %s: %s is a constant", m->name, name);
		uint8_t *bytes = command_alloc(v->size);
		bool ok = json_bytes(value, v->size, bytes);
		for (uint32_t k = 0; ok && k < v->size; k++)
			set_variable(in, v, k, bytes[k]);
		free(bytes);
		return ok ? STATUS_PROVED : bad_value("--map", m->name, name, v->size);
	}
	return command_fail(STATUS_USAGE, "--map: %s has no variable %s", m->name, name);
}

static enum status read_map(struct input *in, uint64_t number, const struct map *m, const json_t *j)
{
	enum status s = STATUS_PROVED;
	const char *key;
	json_t *value;
	size_t i;
	if (m->is_data && json_is_object(j)) {
		json_object_foreach((json_t *)j, key, value) if (s == STATUS_PROVED) s =
		    read_variable(in, m, key, value);
		return s;
	}
	if (m->is_data)
		return command_fail(STATUS_USAGE, "--map: %s: expected {VARIABLE: value, ...}", m->name);
	if (!json_is_array(j))
		return command_fail(STATUS_USAGE, "--map: %s: expected [{\"key\": ..., \"value\": ...}, ...]", m->name);
	if ((!takes_values(m) && !takes_keys(m)) || m->key_size > 512)
		return command_fail(STATUS_USAGE, "--map: %s: a map of type %s has no contents that can be given",
				    m->name, maptype_rows[m->type].name);
	json_array_foreach((json_t *)j, i, value) if (s == STATUS_PROVED) s = read_element(in, number, m, value, i);
	return s;
}

static enum status read_map_option(struct input *in, const struct object *o, const char *text)
{
	char name[256];
	size_t n = strcspn(text, "=");
	if (!text[n] || n >= sizeof name)
		return command_fail(STATUS_USAGE, "--map=%s: expected NAME=JSON", text);
	snprintf(name, sizeof name, "%.*s", (int)n, text);
	int number = object_find_map(o, name);
	if (number < 0)
		return command_fail(STATUS_USAGE, "--map: %s has no map %s", o->path, name);
	json_t *j;
	char option[300];
	snprintf(option, sizeof option, "--map: %s", name);
	enum status s = parse(option, text + n + 1, &j);
	if (s != STATUS_PROVED)
		return s;
	s = read_map(in, (uint64_t)number, &o->maps[number], j);
	json_decref(j);
	return s;
}

/* The bytes that the loader writes; the machines take them from the input, since user space may change them. */
static void load_data(struct input *in, const struct map *m)
{
	for (uint32_t off = 0; off < m->value_size; off++)
		if (m->bytes[off])
			input_set(in, IN_DATA, (uint64_t[]){input_hash_name(m->name), off}, 2, m->bytes[off]);
	for (size_t i = 0; i < m->n_vars; i++)
		for (uint32_t k = 0; k < m->vars[i].size; k++)
			if (m->bytes[m->vars[i].off + k])
				set_variable(in, &m->vars[i], k, m->bytes[m->vars[i].off + k]);
}

enum status run_read_input(const struct options *opt, const struct program *p, struct input *in)
{
	for (size_t i = 0; i < p->object->n_maps; i++)
		if (p->object->maps[i].is_data)
			load_data(in, &p->object->maps[i]);
	enum status s = read_context(opt, p, in);
	for (size_t i = 0; i < opt->maps.n && s == STATUS_PROVED; i++)
		s = read_map_option(in, p->object, opt->maps.at[i]);
	return s;
}
