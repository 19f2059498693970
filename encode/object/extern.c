/* SPDX-License-Identifier: BSD-2-Clause */
/* Symbols that the kernel gives: their types tell a loader how to write a setting (y is 1, 2 or 'y'). */
#include "loader.h"

#include "hash.h"

static const struct btf_type *find_variable(const struct loader *l, const char *section, const char *name)
{
	const struct btf_type *sec = l->btf ? types_section(l->btf, section) : NULL;
	for (uint32_t i = 0; sec && i < btf_vlen(sec); i++) {
		const struct btf_type *t = btf__type_by_id(l->btf, btf_var_secinfos(sec)[i].type);
		if (t && btf_is_var(t) && !strcmp(types_name(l->btf, t), name))
			return t;
	}
	return NULL;
}

uint64_t extern_type(const struct loader *l, const char *name)
{
	static const char *const sections[] = {".kconfig", ".ksyms"};
	for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
		const struct btf_type *var = find_variable(l, sections[i], name);
		const struct btf_type *t = var ? types_skip(l->btf, var->type) : NULL;
		uint64_t hash = hash_add_text(HASH_BEGIN, sections[i]);
		for (int depth = 0; t && depth < 4; depth++) {
			bool array = btf_is_array(t);
			uint32_t words[] = {btf_kind(t), array ? btf_array(t)->nelems : t->size,
					    btf_is_int(t) ? btf_int_encoding(t) : 0};
			hash = hash_add_text(hash_add(hash, words, sizeof words), types_name(l->btf, t));
			t = array ? types_skip(l->btf, btf_array(t)->type) : NULL;
		}
		if (var)
			return hash;
	}
	return 0;
}
