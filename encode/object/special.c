/* SPDX-License-Identifier: BSD-2-Clause */
/* Special fields of map values, found by the names of their types (btf_find_field in kernel/bpf/btf.c). */
#include "loader.h"

#include "memory.h"

#include <string.h>

enum { DEPTH_MAX = 8, REPEAT_MAX = 64 };

static const struct {
	const char *name;
	enum special_kind kind;
	uint32_t size;
} rows[] = {
    {"bpf_spin_lock", SPECIAL_LOCK, 4}, {"bpf_timer", SPECIAL_TIMER, 16},     {"bpf_res_spin_lock", SPECIAL_OTHER, 4},
    {"bpf_wq", SPECIAL_OTHER, 16},      {"bpf_list_head", SPECIAL_OTHER, 16}, {"bpf_list_node", SPECIAL_OTHER, 24},
    {"bpf_rb_root", SPECIAL_OTHER, 16}, {"bpf_rb_node", SPECIAL_OTHER, 32},   {"bpf_refcount", SPECIAL_OTHER, 4},
};

const struct special *map_find_special(const struct map *m, uint64_t off, uint64_t size)
{
	for (size_t i = 0; i < m->n_specials; i++) {
		const struct special *f = &m->specials[i];
		if (f->off < off + size && off < (uint64_t)f->off + f->size)
			return f;
	}
	return NULL;
}

bool special_add(struct map *m, const char *kind, uint32_t off)
{
	static const struct {
		const char *name;
		struct special is;
	} words[] = {{"lock", {SPECIAL_LOCK, 0, 4}},
		     {"timer", {SPECIAL_TIMER, 0, 16}},
		     {"kptr", {SPECIAL_KPTR, 0, 8}},
		     {"other", {SPECIAL_OTHER, 0, 8}}};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		struct special f = words[i].is;
		f.off = off;
		if (strcmp(words[i].name, kind) || off > m->value_size || f.size > m->value_size - off)
			continue;
		*MEMORY_PUSH(m->specials, m->n_specials) = f;
		return true;
	}
	return false;
}

static bool add_named(struct map *m, const char *name, uint32_t off)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (strcmp(rows[i].name, name))
			continue;
		*MEMORY_PUSH(m->specials, m->n_specials) = (struct special){rows[i].kind, off, rows[i].size};
		return true;
	}
	return false;
}

/* A pointer whose target wears the tag "kptr" or one of its kin (btf_find_kptr). */
static void add_pointer(const struct btf *btf, struct map *m, const struct btf_type *pointer, uint32_t off)
{
	const struct btf_type *t = btf__type_by_id(btf, pointer->type);
	const char *tag = t && btf_kind(t) == BTF_KIND_TYPE_TAG ? types_name(btf, t) : "";
	bool owned = !strcmp(tag, "kptr") || !strcmp(tag, "kptr_ref") || !strcmp(tag, "percpu_kptr");
	if (owned || !strcmp(tag, "kptr_untrusted") || !strcmp(tag, "uptr"))
		*MEMORY_PUSH(m->specials, m->n_specials) =
		    (struct special){owned ? SPECIAL_KPTR : SPECIAL_OTHER, off, 8};
}

static void find(const struct btf *btf, struct map *m, uint32_t id, uint32_t off, unsigned depth)
{
	const struct btf_type *t = types_skip(btf, id);
	if (!t || depth == DEPTH_MAX)
		return;
	if (btf_is_ptr(t)) {
		add_pointer(btf, m, t, off);
	} else if (btf_is_array(t)) {
		int64_t size = btf__resolve_size(btf, btf_array(t)->type);
		uint32_t n = btf_array(t)->nelems < REPEAT_MAX ? btf_array(t)->nelems : REPEAT_MAX;
		for (uint32_t i = 0; size > 0 && i < n; i++)
			find(btf, m, btf_array(t)->type, off + i * (uint32_t)size, depth + 1);
	} else if (btf_is_composite(t) && !add_named(m, types_name(btf, t), off)) {
		for (uint32_t i = 0; i < btf_vlen(t); i++)
			find(btf, m, btf_members(t)[i].type, off + btf_member_bit_offset(t, i) / 8, depth + 1);
	}
}

void special_read(const struct btf *btf, struct map *m, uint32_t type)
{
	find(btf, m, type, 0, 0);
}

/* Of data sections: the variables that their DATASEC lists. */
void special_read_data(const struct loader *l)
{
	for (size_t k = 0; l->btf && k < l->o->n_maps; k++) {
		struct map *m = &l->o->maps[k];
		const struct btf_type *sec = m->is_data ? types_section(l->btf, m->name) : NULL;
		for (uint32_t i = 0; sec && i < btf_vlen(sec); i++) {
			const struct btf_var_secinfo *info = &btf_var_secinfos(sec)[i];
			const struct btf_type *var = btf__type_by_id(l->btf, info->type);
			if (var && btf_is_var(var))
				find(l->btf, m, var->type, info->offset, 0);
		}
	}
}

bool map_holds_pointer(const struct map *m, uint64_t off)
{
	const struct special *f = map_find_special(m, off, 8);
	return f && f->off == off && (f->kind == SPECIAL_KPTR || (f->kind == SPECIAL_OTHER && f->size == 8));
}
