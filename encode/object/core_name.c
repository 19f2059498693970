/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of paths. The hash takes in all that a search in a kernel's types looks
 * at on the local side, so that relocations of one kind and one hash have the
 * same answer in every kernel, from whichever object they come.
 */
#include "core.h"

#include "memory.h"

#include <stdio.h>
#include <string.h>

struct digest {
	const struct btf *btf;
	uint64_t hash; /* FNV-1a */
	unsigned work;
	struct core_error *e;
};

static void add_text(struct digest *d, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		d->hash = (d->hash ^ (uint8_t)s[i]) * 0x100000001b3ull;
	d->hash = (d->hash ^ 0xff) * 0x100000001b3ull; /* not in a name */
	d->work += (unsigned)(n / 64);
}

static void add_name(struct digest *d, const char *name)
{
	add_text(d, name, core_plain_length(name));
}

static void add_number(struct digest *d, uint64_t v)
{
	char text[24];
	add_text(d, text, (size_t)snprintf(text, sizeof text, "%llu", (unsigned long long)v));
}

static void add_kind(struct digest *d, const struct btf_type *t)
{
	add_number(d, core_is_enum(t) ? BTF_KIND_ENUM : btf_kind(t));
}

static const struct btf_type *visit(struct digest *d, uint32_t *id)
{
	if (d->work++ < CORE_WORK_MAX)
		return core_skip(d->btf, id, d->e);
	core_fail(d->e, "expected a smaller type");
	return NULL;
}

static bool is_plain_int(const struct btf_type *t)
{
	return btf_is_int(t) && btf_int_offset(t) == 0;
}

/* What core_path_match compares of a member's type. */
static bool add_member_class(struct digest *d, uint32_t id)
{
	for (int depth = 0; depth < CORE_DEPTH_MAX; depth++) {
		const struct btf_type *t = visit(d, &id);
		if (!t)
			return false;
		add_number(d, core_is_struct(t) ? BTF_KIND_STRUCT : core_is_enum(t) ? BTF_KIND_ENUM : btf_kind(t));
		if (core_is_enum(t) || btf_is_fwd(t))
			add_name(d, core_type_name(d->btf, id));
		if (btf_is_int(t))
			add_number(d, is_plain_int(t));
		if (!btf_is_array(t))
			return true;
		id = btf_array(t)->type;
	}
	core_fail(d->e, "expected a smaller type");
	return false;
}

/* What core_types_compatible compares. */
static bool add_shape(struct digest *d, uint32_t id, int depth)
{
	const struct btf_type *t = depth < CORE_DEPTH_MAX ? visit(d, &id) : NULL;
	if (!t)
		return false;
	add_kind(d, t);
	if (btf_is_int(t))
		add_number(d, is_plain_int(t));
	if (btf_is_ptr(t))
		return add_shape(d, t->type, depth + 1);
	if (btf_is_array(t))
		return add_shape(d, btf_array(t)->type, depth + 1);
	if (!btf_is_func_proto(t))
		return true;
	add_number(d, btf_vlen(t));
	for (unsigned i = 0; i < btf_vlen(t); i++)
		if (!add_shape(d, btf_params(t)[i].type, depth + 1))
			return false;
	return add_shape(d, t->type, depth + 1);
}

static bool add_structure(struct digest *d, uint32_t id, bool behind_pointer, int depth);

static bool add_members(struct digest *d, const struct btf_type *t, int depth)
{
	add_number(d, btf_vlen(t));
	for (unsigned i = 0; i < btf_vlen(t); i++) {
		const char *name = btf__name_by_offset(d->btf, btf_members(t)[i].name_off);
		add_name(d, name ? name : "");
		if (!add_structure(d, btf_members(t)[i].type, false, depth + 1))
			return false;
	}
	return true;
}

static bool add_signature(struct digest *d, const struct btf_type *t, bool behind_pointer, int depth)
{
	add_number(d, btf_vlen(t));
	for (unsigned i = 0; i < btf_vlen(t); i++)
		if (!add_structure(d, btf_params(t)[i].type, behind_pointer, depth + 1))
			return false;
	return add_structure(d, t->type, behind_pointer, depth + 1);
}

/* What core_types_match compares. */
static bool add_structure(struct digest *d, uint32_t id, bool behind_pointer, int depth)
{
	const struct btf_type *t = depth < CORE_DEPTH_MAX ? visit(d, &id) : NULL;
	if (!t)
		return false;
	add_kind(d, t);
	add_name(d, core_type_name(d->btf, id));
	if (btf_is_fwd(t))
		add_number(d, btf_kflag(t));
	if (btf_is_int(t))
		add_number(d, t->size * 2ull + ((btf_int_encoding(t) & BTF_INT_SIGNED) != 0));
	if (core_is_enum(t)) {
		add_number(d, t->size);
		for (unsigned i = 0; i < btf_vlen(t); i++)
			add_name(d, core_enumerator(d->btf, t, i));
	}
	if (core_is_struct(t))
		return behind_pointer || add_members(d, t, depth);
	if (btf_is_ptr(t))
		return add_structure(d, t->type, true, depth + 1);
	if (btf_is_array(t)) {
		add_number(d, btf_array(t)->nelems);
		return add_structure(d, btf_array(t)->type, behind_pointer, depth + 1);
	}
	return !btf_is_func_proto(t) || add_signature(d, t, behind_pointer, depth);
}

static bool add_steps(struct digest *d, const struct core_path *p)
{
	for (unsigned i = 0; i < p->n; i++) {
		const struct core_step *s = &p->steps[i];
		if (!s->name) {
			add_number(d, s->index);
			continue;
		}
		add_text(d, s->name, strlen(s->name));
		const struct btf_type *t = btf__type_by_id(d->btf, s->type);
		if (!add_member_class(d, btf_members(t)[s->index].type))
			return false;
	}
	return true;
}

static bool add_path(struct digest *d, const struct core_path *p)
{
	add_kind(d, btf__type_by_id(p->btf, p->root));
	add_name(d, core_type_name(p->btf, p->root));
	switch (core_rows[p->kind].about) {
	case CORE_ABOUT_FIELD:
		return add_steps(d, p);
	case CORE_ABOUT_ENUM:
		add_name(d, p->steps[0].name);
		return true;
	case CORE_ABOUT_TYPE:
		break;
	}
	return p->kind == CORE_TYPE_MATCHES ? add_structure(d, p->root, false, 0) : add_shape(d, p->root, 0);
}

static const char *keyword(const struct btf_type *t)
{
	return btf_is_struct(t) ? "struct " : btf_is_union(t) ? "union " : core_is_enum(t) ? "enum " : "";
}

static char *make_text(const struct core_path *p)
{
	char *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	if (!f)
		memory_die(__FILE__, __LINE__);
	const char *root = core_type_name(p->btf, p->root);
	fprintf(f, "%s%s", keyword(btf__type_by_id(p->btf, p->root)), *root ? root : "(without a name)");
	bool is_enum = core_rows[p->kind].about == CORE_ABOUT_ENUM;
	for (unsigned i = 0; i < p->n; i++)
		if (p->steps[i].name)
			fprintf(f, "%s%s", is_enum ? "::" : ".", p->steps[i].name);
		else if (i || p->steps[i].index)
			fprintf(f, "[%u]", p->steps[i].index);
	fclose(f);
	return text;
}

bool core_name_relo(const struct core_path *p, const char *access, struct core_relo *r, struct core_error *e)
{
	struct digest d = {p->btf, 0xcbf29ce484222325ull, 0, e};
	struct core_value v;
	if (p->kind != CORE_TYPE_LOCAL && !*core_type_name(p->btf, p->root)) {
		core_fail(e, "expected a type with a name for \"%.60s\", found type %u", access, p->root);
		return false;
	}
	if (!core_value(p, &v, e) || !add_path(&d, p))
		return false;
	r->path = d.hash;
	r->size = (uint32_t)v.size;
	r->follows = v.follows;
	r->text = make_text(p);
	return true;
}
