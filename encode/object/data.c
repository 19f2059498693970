/* SPDX-License-Identifier: BSD-2-Clause */
/* Data sections: array maps of one entry, with their variables. */
#include "loader.h"

#include "memory.h"

#include <elf.h>
#include <linux/bpf.h>
#include <string.h>

enum { DATA_MAX = 64 << 20 }; /* bytes of all data sections: a .bss costs its object nothing */

static bool has_prefix(const char *name, const char *prefix)
{
	size_t n = strlen(prefix);
	return !strncmp(name, prefix, n) && (!name[n] || name[n] == '.');
}

static bool is_data(const struct section *s)
{
	if (!(s->flags & SHF_ALLOC) || (s->flags & SHF_EXECINSTR) || !s->size)
		return false;
	if (s->type == SHT_NOBITS)
		return has_prefix(s->name, ".bss") || has_prefix(s->name, ".data");
	return s->type == SHT_PROGBITS && s->data &&
	       (has_prefix(s->name, ".data") || has_prefix(s->name, ".rodata") || has_prefix(s->name, ".bss"));
}

uint32_t data_flags(bool frozen)
{
	return BPF_F_MMAPABLE | (frozen ? BPF_F_RDONLY_PROG : 0);
}

static bool read_data_section(struct loader *l, uint32_t i, uint64_t *total)
{
	const struct section *s = &l->im.sections[i];
	*total += s->size;
	if (s->size > DATA_MAX || *total > DATA_MAX)
		return image_fail(&l->im, "section %s: expected at most %d bytes of data in an object", s->name,
				  DATA_MAX);
	struct map *m = loader_add_map(l, s->name);
	m->type = MAPTYPE_ARRAY;
	m->key_size = 4;
	m->value_size = (uint32_t)s->size;
	m->max_entries = 1;
	m->is_data = true;
	m->frozen = has_prefix(s->name, ".rodata");
	m->flags = data_flags(m->frozen);
	m->bytes = memory_new(s->size, 1);
	if (s->data)
		memcpy(m->bytes, s->data, s->size);
	l->section_map[i] = (int)l->o->n_maps - 1;
	return true;
}

static void add_variable(struct loader *l, const struct symbol *s)
{
	struct map *m = &l->o->maps[l->section_map[s->section]];
	struct variable *v = MEMORY_PUSH(m->vars, m->n_vars);
	*v = (struct variable){.name = memory_string(s->name), .off = (uint32_t)s->value, .size = (uint32_t)s->size};
}

static bool is_variable(const struct loader *l, const struct symbol *s)
{
	return s->section != SHN_UNDEF && s->section < SHN_LORESERVE && l->section_map[s->section] >= 0 && s->name[0] &&
	       s->size && (s->type == STT_OBJECT || s->type == STT_NOTYPE);
}

static int compare_variables(const void *a, const void *b)
{
	const struct variable *x = a, *y = b;
	if (x->off != y->off)
		return x->off < y->off ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* Aliases and labels inside a variable go: the first of several wins. */
static void drop_overlaps(struct map *m)
{
	size_t kept = 0;
	uint64_t end = 0;
	for (size_t i = 0; i < m->n_vars; i++) {
		if (m->vars[i].off < end) {
			free(m->vars[i].name);
			continue;
		}
		end = (uint64_t)m->vars[i].off + m->vars[i].size;
		m->vars[kept++] = m->vars[i];
	}
	m->n_vars = kept;
}

static void mark_variable(const struct loader *l, const char *name)
{
	for (size_t i = 0; i < l->o->n_maps; i++) {
		const struct map *m = &l->o->maps[i];
		for (size_t k = 0; m->frozen && k < m->n_vars; k++)
			m->vars[k].is_volatile |= !strcmp(m->vars[k].name, name);
	}
}

/* Without BTF nothing says which variables a loader may set, so it may be any of them. */
static void mark_all(const struct object *o)
{
	for (size_t i = 0; i < o->n_maps; i++)
		for (size_t k = 0; o->maps[i].frozen && k < o->maps[i].n_vars; k++)
			o->maps[i].vars[k].is_volatile = true;
}

/* By name, because with -fdata-sections the BTF of all sections is that of .rodata. */
static void mark_volatile(const struct loader *l)
{
	if (!l->btf)
		mark_all(l->o);
	for (uint32_t id = 1; l->btf && id < btf__type_cnt(l->btf); id++) {
		const struct btf_type *sec = btf__type_by_id(l->btf, id);
		if (!btf_is_datasec(sec) || !has_prefix(types_name(l->btf, sec), ".rodata"))
			continue;
		const struct btf_var_secinfo *info = btf_var_secinfos(sec);
		for (uint32_t i = 0; i < btf_vlen(sec); i++) {
			const struct btf_type *var = btf__type_by_id(l->btf, info[i].type);
			if (var && btf_is_var(var) && types_is_volatile(l->btf, var->type))
				mark_variable(l, types_name(l->btf, var));
		}
	}
}

struct named {
	struct variable *v;
	const struct map *m;
};

/* What user space calls the section of a map, whatever else is in its name. */
static uint32_t section_kind(const struct map *m)
{
	return has_prefix(m->name, ".rodata") ? 1 : has_prefix(m->name, ".bss") ? 2 : 0;
}

static int compare_named(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	uint32_t k = section_kind(x->m), l = section_kind(y->m);
	int order = strcmp(x->v->name, y->v->name);
	if (!order)
		order = k < l ? -1 : k > l;
	if (!order)
		order = strcmp(x->m->name, y->m->name);
	return order ? order : x->v->off < y->v->off ? -1 : x->v->off > y->v->off;
}

void data_number_twins(const struct object *o)
{
	size_t n = 0, k = 0;
	for (size_t i = 0; i < o->n_maps; i++)
		n += o->maps[i].n_vars;
	struct named *all = memory_new(n + 1, sizeof *all);
	for (size_t i = 0; i < o->n_maps; i++)
		for (size_t j = 0; j < o->maps[i].n_vars; j++)
			all[k++] = (struct named){&o->maps[i].vars[j], &o->maps[i]};
	qsort(all, n, sizeof *all, compare_named);
	for (size_t i = 0; i < n; i++) {
		bool twin = i && !strcmp(all[i].v->name, all[i - 1].v->name) &&
			    section_kind(all[i].m) == section_kind(all[i - 1].m);
		all[i].v->twin = twin ? all[i - 1].v->twin + 1 : section_kind(all[i].m) * VARIABLE_TWINS;
	}
	free(all);
}

bool data_read(struct loader *l)
{
	uint64_t total = 0;
	for (uint32_t i = 0; i < l->im.n_sections; i++)
		if (is_data(&l->im.sections[i]) && !read_data_section(l, i, &total))
			return false;
	for (size_t i = 0; i < l->im.n_symbols; i++)
		if (is_variable(l, &l->im.symbols[i]))
			add_variable(l, &l->im.symbols[i]);
	for (size_t i = 0; i < l->o->n_maps; i++) {
		struct map *m = &l->o->maps[i];
		if (!m->is_data)
			continue;
		if (m->n_vars)
			qsort(m->vars, m->n_vars, sizeof *m->vars, compare_variables);
		drop_overlaps(m);
	}
	mark_volatile(l);
	special_read_data(l);
	data_number_twins(l->o);
	return true;
}
