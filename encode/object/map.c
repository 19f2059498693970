/* SPDX-License-Identifier: BSD-2-Clause */
/* Map definitions: BTF-defined ones (.maps) and legacy sections that hold one struct of words per map. */
#include "loader.h"

#include "hash.h"
#include "memory.h"

#include <elf.h>
#include <string.h>

struct map *loader_add_map(struct loader *l, const char *name)
{
	struct map *m = MEMORY_PUSH(l->o->maps, l->o->n_maps);
	*m = (struct map){.name = memory_string(name), .inner = -1};
	return m;
}

/* Loaders fill in what the kernel allows only one value of. */
static bool settle(const struct loader *l, struct map *m, const char *section, uint32_t type)
{
	if (type == MAPTYPE_UNSPEC || type >= MAPTYPE_COUNT)
		return image_fail(&l->im, "section %s: map %s: expected a map type from 1 to %d, found %u", section,
				  m->name, MAPTYPE_COUNT - 1, type);
	enum map_model model = maptype_rows[type].model;
	if (!m->value_size && (model == MAP_MAPS || model == MAP_EVENTS || model == MAP_PROGS))
		m->value_size = 4;
	if (!m->key_size && (model == MAP_EVENTS || model == MAP_PROGS))
		m->key_size = 4;
	return true;
}

/* How a member of a map definition encodes its value in a type. */
enum member_kind { MEMBER_NUMBER /* int (*)[number] */, MEMBER_TYPE /* T * */, MEMBER_INNER /* T *[] */ };
static const struct member_row {
	const char *name;
	enum member_kind kind;
	size_t field; /* offset in struct map */
} member_rows[] = {
    {"type", MEMBER_NUMBER, offsetof(struct map, type)},
    {"key_size", MEMBER_NUMBER, offsetof(struct map, key_size)},
    {"value_size", MEMBER_NUMBER, offsetof(struct map, value_size)},
    {"max_entries", MEMBER_NUMBER, offsetof(struct map, max_entries)},
    {"map_flags", MEMBER_NUMBER, offsetof(struct map, flags)},
    {"key", MEMBER_TYPE, offsetof(struct map, key_size)},
    {"value", MEMBER_TYPE, offsetof(struct map, value_size)},
    {"values", MEMBER_INNER, 0},
};

static const struct member_row *find_member(const char *name)
{
	for (size_t i = 0; i < sizeof member_rows / sizeof *member_rows; i++)
		if (!strcmp(member_rows[i].name, name))
			return &member_rows[i];
	return NULL;
}

/* The type that a pointer member points at. */
static const struct btf_type *pointee(const struct btf *btf, uint32_t id, uint32_t *target)
{
	const struct btf_type *t = types_skip(btf, id);
	if (!t || !btf_is_ptr(t))
		return NULL;
	*target = t->type;
	return types_skip(btf, t->type);
}

static bool read_number(const struct loader *l, uint32_t id, uint32_t *out)
{
	uint32_t target;
	const struct btf_type *t = pointee(l->btf, id, &target);
	if (!t || !btf_is_array(t))
		return false;
	*out = btf_array(t)->nelems;
	return true;
}

static bool read_size(const struct loader *l, uint32_t id, uint32_t *out)
{
	uint32_t target;
	if (!pointee(l->btf, id, &target))
		return false;
	int64_t size = btf__resolve_size(l->btf, target);
	if (size < 0 || size > UINT32_MAX)
		return false;
	*out = (uint32_t)size;
	return true;
}

static bool read_definition(struct loader *l, size_t map, const struct btf_type *t, bool is_inner);

/* `values`: the definition of inner maps, or the prototype of the programs of a program array. */
static bool read_inner(struct loader *l, size_t map, uint32_t id, bool is_inner)
{
	uint32_t target;
	const struct btf_type *array = types_skip(l->btf, id);
	const struct btf_type *t =
	    array && btf_is_array(array) ? pointee(l->btf, btf_array(array)->type, &target) : NULL;
	l->o->maps[map].value_size = 4;
	if (!t || is_inner)
		return false;
	if (btf_is_func_proto(t))
		return true;
	if (!btf_is_struct(t))
		return false;
	char name[256];
	snprintf(name, sizeof name, "%.240s.inner", l->o->maps[map].name);
	loader_add_map(l, name);
	size_t inner = l->o->n_maps - 1;
	l->o->maps[map].inner = (int)inner;
	l->o->maps[inner].is_inner = true;
	return read_definition(l, inner, t, true);
}

/* The number is that of an array's elements (__uint) or of an enumerator (__ulong). */
static void remember(const struct loader *l, struct map *m, const char *name, uint32_t type)
{
	uint32_t elements = 0;
	uint64_t value = 0;
	const struct btf_type *t = types_skip(l->btf, type);
	if (t && btf_is_enum64(t) && btf_vlen(t))
		value = btf_enum64_value(btf_enum64(t));
	else if (t && btf_is_enum(t) && btf_vlen(t))
		value = (uint64_t)(int64_t)btf_enum(t)->val;
	else if (read_number(l, type, &elements))
		value = elements;
	m->attributes = hash_add_word(hash_add_text(m->attributes, name), value);
}

static bool read_member(struct loader *l, size_t map, const struct btf_member *member, bool is_inner)
{
	const char *name = btf__name_by_offset(l->btf, member->name_off);
	const struct member_row *row = find_member(name ? name : "");
	if (!row) { /* pinning, numa_node, map_extra: no part of a run */
		remember(l, &l->o->maps[map], name ? name : "", member->type);
		return true;
	}
	if (row->kind == MEMBER_INNER)
		return read_inner(l, map, member->type, is_inner);
	uint32_t value;
	if (!(row->kind == MEMBER_NUMBER ? read_number : read_size)(l, member->type, &value))
		return false;
	memcpy((char *)&l->o->maps[map] + row->field, &value, sizeof value);
	uint32_t target;
	if (row->field == offsetof(struct map, value_size) && row->kind == MEMBER_TYPE && pointee(l->btf, member->type, &target))
		special_read(l->btf, &l->o->maps[map], target);
	return true;
}

/* By index, because inner maps are added meanwhile. */
static bool read_definition(struct loader *l, size_t map, const struct btf_type *t, bool is_inner)
{
	_Static_assert(sizeof(enum maptype) == sizeof(uint32_t), "a type is read like the other numbers");
	const struct btf_member *members = btf_members(t);
	for (uint32_t i = 0; i < btf_vlen(t); i++) {
		if (read_member(l, map, &members[i], is_inner))
			continue;
		const char *name = btf__name_by_offset(l->btf, members[i].name_off);
		if (l->im.errlen && l->im.err[0])
			return false; /* said by the inner map */
		return image_fail(&l->im, "section .maps: map %s: expected a member %s as libbpf's macros define it",
				  l->o->maps[map].name, name ? name : "?");
	}
	return settle(l, &l->o->maps[map], ".maps", (uint32_t)l->o->maps[map].type);
}

/* The maps or programs that a loader puts into it. */
static void remember_contents(const struct loader *l, struct map *m, const struct symbol *s)
{
	const struct section *sec = &l->im.sections[s->section];
	for (size_t i = 0; sec->data && i < sec->n_relocs; i++) {
		const struct reloc *r = &sec->relocs[i];
		const struct symbol *to = &l->im.symbols[r->symbol];
		if (r->off < s->value || r->off - s->value >= s->size)
			continue;
		m->attributes = hash_add_word(hash_add_text(m->attributes, to->name), r->off - s->value);
		m->attributes = hash_add_word(hash_add_word(m->attributes, to->value), (uint64_t)r->addend);
		if (r->off <= sec->size && sec->size - r->off >= sizeof(uint64_t)) /* an addend may be in place */
			m->attributes = hash_add(m->attributes, sec->data + r->off, sizeof(uint64_t));
	}
}

static bool read_btf_map(struct loader *l, uint32_t section, const struct btf_type *var)
{
	const char *name = types_name(l->btf, var);
	const struct symbol *s = image_find_symbol(&l->im, section, name);
	if (!s)
		return true; /* the linker or strip removed it */
	const struct btf_type *t = types_skip(l->btf, var->type);
	if (!t || !btf_is_struct(t))
		return image_fail(&l->im, "section .maps: map %s: expected a struct that defines it", name);
	loader_add_map(l, name);
	size_t map = l->o->n_maps - 1;
	l->symbol_map[s - l->im.symbols] = (int)map;
	if (!read_definition(l, map, t, false))
		return false;
	remember_contents(l, &l->o->maps[map], s);
	return true;
}

static bool read_btf_maps(struct loader *l, uint32_t section)
{
	const struct btf_type *sec = types_section(l->btf, ".maps");
	if (!sec)
		return image_fail(&l->im, "section .maps: expected its definitions in .BTF (compile with -g)");
	const struct btf_var_secinfo *info = btf_var_secinfos(sec);
	for (uint32_t i = 0; i < btf_vlen(sec); i++) {
		const struct btf_type *var = btf__type_by_id(l->btf, info[i].type);
		if (!var || !btf_is_var(var))
			return image_fail(&l->im, "section .maps: expected entry %u of its BTF to be a variable", i);
		if (!read_btf_map(l, section, var))
			return false;
	}
	return true;
}

/* Bytes from a symbol to the next one of its section. */
static uint64_t room_of(const struct loader *l, const struct symbol *s)
{
	uint64_t end = l->im.sections[s->section].size;
	for (size_t i = 0; i < l->im.n_symbols; i++) {
		const struct symbol *t = &l->im.symbols[i];
		if (t->section == s->section && t->value > s->value && t->value < end)
			end = t->value;
	}
	return end - s->value;
}

/* type, key size, value size, entries, flags; loaders append fields of their own. */
static bool read_legacy_map(struct loader *l, size_t symbol)
{
	const struct symbol *s = &l->im.symbols[symbol];
	const struct section *sec = &l->im.sections[s->section];
	uint64_t size = s->size ? s->size : room_of(l, s);
	if (size < 16)
		return image_fail(&l->im, "section %s: map %s: expected a definition of at least 16 bytes, found %llu",
				  sec->name, s->name, (unsigned long long)size);
	const uint8_t *p = sec->data + s->value;
	struct map *m = loader_add_map(l, s->name);
	m->type = image_word(p);
	m->key_size = image_word(p + 4);
	m->value_size = image_word(p + 8);
	m->max_entries = image_word(p + 12);
	m->flags = size < 20 ? 0 : image_word(p + 16);
	m->attributes = size < 20 ? 0 : hash_add(HASH_BEGIN, p + 20, size - 20);
	l->symbol_map[symbol] = (int)l->o->n_maps - 1;
	return settle(l, m, sec->name, (uint32_t)m->type);
}

/* "maps", iproute2's and Cilium's "maps/NAME", ir-keytable's "lirc_mode2/maps". */
static bool is_legacy(const struct section *s)
{
	const char *slash = strrchr(s->name, '/');
	return s->data && s->type == SHT_PROGBITS && !image_is_code(s) &&
	       (!strcmp(s->name, "maps") || !strncmp(s->name, "maps/", 5) || (slash && !strcmp(slash, "/maps")));
}

bool maps_read(struct loader *l)
{
	for (uint32_t i = 0; i < l->im.n_sections; i++)
		if (!strcmp(l->im.sections[i].name, ".maps") && l->im.sections[i].size && !read_btf_maps(l, i))
			return false;
	for (size_t i = 0; i < l->im.n_symbols; i++) {
		const struct symbol *s = &l->im.symbols[i];
		if (s->section == SHN_UNDEF || s->section >= SHN_LORESERVE || s->type == STT_SECTION)
			continue;
		if (!is_legacy(&l->im.sections[s->section]))
			continue;
		if (s->name[0] && strncmp(s->name, ".L", 2) && !read_legacy_map(l, i))
			return false;
	}
	return true;
}
