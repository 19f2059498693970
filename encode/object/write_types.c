/* SPDX-License-Identifier: BSD-2-Clause */
/* .BTF of a written object: the types it was read with, definitions for the maps that have none, and a record for
 * every function (the kernel wants one for callbacks). */
#include "write.h"

#include "memory.h"

#include <ctype.h>
#include <linux/btf.h>
#include <string.h>

static const struct number_row {
	const char *name;
	size_t field;
} number_rows[] = {
    {"type", offsetof(struct map, type)},
    {"key_size", offsetof(struct map, key_size)},
    {"value_size", offsetof(struct map, value_size)},
    {"max_entries", offsetof(struct map, max_entries)},
    {"map_flags", offsetof(struct map, flags)},
};
enum { NUMBERS = sizeof number_rows / sizeof *number_rows };

/* struct { int (*type)[N]; ... }, as libbpf's __uint writes it. */
static int add_definition(struct btf *btf, int word, const struct object *o, const struct map *m)
{
	int ids[NUMBERS], values = 0;
	if (m->inner >= 0) {
		int inner = add_definition(btf, word, o, &o->maps[m->inner]);
		values = btf__add_array(btf, word, btf__add_ptr(btf, inner), 0);
	}
	for (int i = 0; i < NUMBERS; i++) {
		uint32_t n;
		memcpy(&n, (const char *)m + number_rows[i].field, sizeof n);
		ids[i] = n ? btf__add_ptr(btf, btf__add_array(btf, word, word, n)) : 0;
	}
	int id = btf__add_struct(btf, NULL, (NUMBERS + 1) * 8);
	for (int i = 0; i < NUMBERS; i++)
		if (ids[i])
			btf__add_field(btf, number_rows[i].name, ids[i], (uint32_t)i * 64, 0);
	if (values)
		btf__add_field(btf, "values", values, NUMBERS * 64, 0);
	return id;
}

/* The variable of that name in the DATASEC, 0 if none. */
static int find_variable(const struct btf *btf, const struct btf_type *sec, const char *name)
{
	const struct btf_var_secinfo *info = sec ? btf_var_secinfos(sec) : NULL;
	for (uint32_t i = 0; sec && i < btf_vlen(sec); i++) {
		const struct btf_type *var = btf__type_by_id(btf, info[i].type);
		if (var && btf_is_var(var) && !strcmp(types_name(btf, var), name))
			return (int)info[i].type;
	}
	return 0;
}

/* A new .maps, whose variables are the old ones where there are such. */
static void add_maps(const struct writer *w, struct btf *btf, int word)
{
	const struct object *o = w->o;
	int *vars = memory_new(o->n_maps, sizeof *vars);
	uint32_t n = 0;
	for (size_t i = 0; i < o->n_maps; i++) {
		if (!writer_defines(o, i))
			continue;
		n++;
		vars[i] = find_variable(btf, types_section(btf, ".maps"), o->maps[i].name);
		if (!vars[i])
			vars[i] = btf__add_var(btf, o->maps[i].name, BTF_VAR_GLOBAL_ALLOCATED,
					       add_definition(btf, word, o, &o->maps[i]));
	}
	int old = btf__find_by_name_kind(btf, ".maps", BTF_KIND_DATASEC), renamed = btf__add_str(btf, ".maps.old");
	if (old > 0)
		((struct btf_type *)btf__type_by_id(btf, (uint32_t)old))->name_off = (uint32_t)renamed;
	if (n)
		btf__add_datasec(btf, ".maps", n * MAP_STRIDE);
	for (size_t i = 0, at = 0; i < o->n_maps; i++)
		if (vars[i])
			btf__add_datasec_var_info(btf, vars[i], (uint32_t)at++ * MAP_STRIDE, MAP_STRIDE);
	free(vars);
}

static const struct variable *find_in_map(const struct object *o, const char *section, const char *name)
{
	for (size_t i = 0; i < o->n_maps; i++)
		for (size_t k = 0; o->maps[i].is_data && !strcmp(o->maps[i].name, section) && k < o->maps[i].n_vars;
		     k++)
			if (!strcmp(o->maps[i].vars[k].name, name))
				return &o->maps[i].vars[k];
	return NULL;
}

/* libbpf looks for the section of a DATASEC without a size, and for the symbol of
 * a variable that isn't static; those that are gone follow behind the section. */
static void settle_section(const struct object *o, struct btf *btf, struct btf_type *sec)
{
	const char *name = types_name(btf, sec);
	struct btf_var_secinfo *info = btf_var_secinfos(sec);
	int map = object_find_map(o, name);
	uint32_t size = map >= 0 ? o->maps[map].value_size : 0;
	bool known = sec->size, is_maps = !strcmp(name, ".maps"); /* behind .maps.old, whose variables it shares */
	if (!strcmp(name, ".ksyms") || !strcmp(name, ".kconfig"))
		return;
	for (uint32_t i = 0; i < btf_vlen(sec); i++) {
		struct btf_type *var = (struct btf_type *)btf__type_by_id(btf, info[i].type);
		if (!var || !btf_is_var(var))
			continue;
		btf_var(var)->linkage = is_maps ? BTF_VAR_GLOBAL_ALLOCATED : BTF_VAR_STATIC;
		if (known)
			continue;
		const struct variable *v = find_in_map(o, name, types_name(btf, var));
		info[i].offset = v ? v->off : size;
		size = v ? size : size + info[i].size;
	}
	if (!known)
		sec->size = size ? size : 1;
}

static bool is_identifier(const char *s)
{
	for (const char *p = s; *p; p++)
		if (!isalnum((unsigned char)*p) && *p != '_')
			return false;
	return *s && !isdigit((unsigned char)*s);
}

static uint32_t function_type(struct btf *btf, int proto, const struct out_function *f)
{
	int id = f->is_entry ? btf__find_by_name_kind(btf, f->name, BTF_KIND_FUNC) : -1;
	if (id < 0)
		id = btf__add_func(btf, is_identifier(f->name) ? f->name : "subprogram",
				   f->is_entry ? BTF_FUNC_GLOBAL : BTF_FUNC_STATIC, proto);
	return (uint32_t)id;
}

static void append_word(struct writer *w, uint32_t section, uint32_t v)
{
	uint8_t bytes[4];
	image_set_word(bytes, v);
	writer_append(w, section, bytes, sizeof bytes);
}

static void append_records(struct writer *w, struct btf *btf, uint32_t ext, uint32_t section, int proto)
{
	uint32_t n = 0;
	for (size_t i = 0; i < w->n_functions; i++)
		n += w->functions[i].section == section;
	if (!n)
		return;
	append_word(w, ext, (uint32_t)btf__add_str(btf, w->sections[section].name));
	append_word(w, ext, n);
	for (size_t i = 0; i < w->n_functions; i++) {
		if (w->functions[i].section != section)
			continue;
		append_word(w, ext, w->functions[i].slot * SLOT);
		append_word(w, ext, function_type(btf, proto, &w->functions[i]));
	}
}

/* A header of 24 bytes, then the size of a record and the functions of each section. */
static void write_ext(struct writer *w, struct btf *btf, int word)
{
	enum { HEADER = 24, RECORD = 8, FUNC_LEN = 12, LINE_OFF = 16 };
	int proto = btf__add_func_proto(btf, word);
	uint32_t n = (uint32_t)w->n_sections, ext = writer_add_section(w, ".BTF.ext", SHT_PROGBITS, 0, 4);
	const uint32_t header[] = {BTF_MAGIC | BTF_VERSION << 16, HEADER, 0, 0, 0, 0, RECORD};
	for (size_t i = 0; i < sizeof header / sizeof *header; i++)
		append_word(w, ext, header[i]);
	for (uint32_t i = 0; i < n; i++)
		append_records(w, btf, ext, i, proto);
	uint32_t len = (uint32_t)w->sections[ext].size - HEADER;
	image_set_word(w->sections[ext].data + FUNC_LEN, len);
	image_set_word(w->sections[ext].data + LINE_OFF, len);
}

static bool has_extern(const struct object *o, const char *name)
{
	for (size_t i = 0; i < o->n_externs; i++)
		if (!strcmp(o->externs[i].name, name))
			return true;
	return false;
}

/* libbpf wants a symbol for each extern of BTF, also for those that no program uses. */
static void add_externs(struct writer *w, const struct btf *btf, const char *section)
{
	const struct btf_type *sec = types_section(btf, section);
	const struct btf_var_secinfo *info = sec ? btf_var_secinfos(sec) : NULL;
	for (uint32_t i = 0; sec && i < btf_vlen(sec); i++) {
		const struct btf_type *t = btf__type_by_id(btf, info[i].type);
		if (!t || has_extern(w->o, types_name(btf, t)))
			continue;
		const char *name = ((const struct store *)w->o)->strings + t->name_off; /* outlives btf */
		writer_add_symbol(w, (struct out_symbol){name, STT_NOTYPE, STB_GLOBAL, SHN_UNDEF, 0, 0});
	}
}

bool write_types(struct writer *w)
{
	const struct store *store = (const struct store *)w->o;
	struct btf *btf = store->types ? btf__new(store->types, store->types_len) : btf__new_empty();
	if (!btf)
		return writer_fail(w, "expected types that libbpf reads again");
	btf__set_pointer_size(btf, 8);
	int word = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	add_externs(w, btf, ".ksyms");
	add_externs(w, btf, ".kconfig");
	add_maps(w, btf, word);
	write_ext(w, btf, word);
	for (uint32_t id = 1; id < btf__type_cnt(btf); id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);
		if (btf_is_datasec(t))
			settle_section(w->o, btf, (struct btf_type *)t);
	}
	uint32_t len, section = writer_add_section(w, ".BTF", SHT_PROGBITS, 0, 4);
	const void *raw = btf__raw_data(btf, &len);
	if (raw)
		writer_append(w, section, raw, len);
	btf__free(btf);
	return raw || writer_fail(w, "expected room for its types");
}
