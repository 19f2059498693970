/* SPDX-License-Identifier: BSD-2-Clause */
/* Access strings walked through the types of an object. Ids in types are anything until they were looked up. */
#include "core.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum core_answer core_fail(struct core_error *e, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof e->text, fmt, ap);
	va_end(ap);
	return CORE_BAD;
}

const struct btf_type *core_skip(const struct btf *btf, uint32_t *id, struct core_error *e)
{
	for (int i = 0; i < CORE_DEPTH_MAX; i++) {
		const struct btf_type *t = btf__type_by_id(btf, *id);
		if (t && !btf_is_mod(t) && !btf_is_typedef(t))
			return t;
		if (!t)
			break;
		*id = t->type;
	}
	core_fail(e, "expected a type behind at most %d qualifiers, found type %u", CORE_DEPTH_MAX, *id);
	return NULL;
}

bool core_size(const struct btf *btf, uint32_t id, uint64_t *size, struct core_error *e)
{
	int64_t n = btf__resolve_size(btf, id);
	if (n >= 0)
		*size = (uint64_t)n;
	else
		core_fail(e, "expected a type with a size, found type %u", id);
	return n >= 0;
}

bool core_is_enum(const struct btf_type *t)
{
	return btf_is_enum(t) || btf_is_enum64(t);
}

bool core_is_struct(const struct btf_type *t)
{
	return btf_is_composite(t);
}

bool core_same_kind(const struct btf_type *a, const struct btf_type *b)
{
	return btf_kind(a) == btf_kind(b) || (core_is_enum(a) && core_is_enum(b));
}

/* The part before the last "x___y", where neither x nor y is an underscore. */
size_t core_plain_length(const char *name)
{
	size_t n = strlen(name);
	for (size_t i = n; i-- > 4;)
		if (name[i] != '_' && !strncmp(name + i - 3, "___", 3) && name[i - 4] != '_')
			return i - 3;
	return n;
}

bool core_same_name(const char *a, const char *b)
{
	size_t n = core_plain_length(a);
	return n == core_plain_length(b) && !strncmp(a, b, n);
}

static const char *name_at(const struct btf *btf, uint32_t off)
{
	const char *name = btf__name_by_offset(btf, off);
	return name ? name : "";
}

const char *core_type_name(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);
	return t ? name_at(btf, t->name_off) : "";
}

const char *core_enumerator(const struct btf *btf, const struct btf_type *t, unsigned i)
{
	return name_at(btf, btf_is_enum(t) ? btf_enum(t)[i].name_off : btf_enum64(t)[i].name_off);
}

bool core_has_element(const struct core_path *p, const struct btf_array *a, uint32_t index)
{
	const struct core_step *last = &p->steps[p->n - 1];
	if (index < a->nelems)
		return true;
	const struct btf_type *holder = btf__type_by_id(p->btf, last->type);
	return last->name && !a->nelems && last->index + 1u == btf_vlen(holder);
}

static void add_step(struct core_path *p, uint32_t type, uint32_t index, const char *name)
{
	p->steps[p->n++] = (struct core_step){type, index, name};
}

static bool add_bits(struct core_path *p, uint64_t index, uint64_t bytes, struct core_error *e)
{
	p->bits += index * bytes * 8;
	if (index && bytes > UINT32_MAX / 8 / index)
		core_fail(e, "expected a field below 2^29 bytes");
	return !index || bytes <= UINT32_MAX / 8 / index;
}

static bool enter_member(struct core_path *p, const struct btf_type *t, uint32_t *id, uint32_t index,
			 struct core_error *e)
{
	if (index >= btf_vlen(t)) {
		core_fail(e, "expected a member below %u of type %u, found %u", btf_vlen(t), *id, index);
		return false;
	}
	const struct btf_member *m = btf_members(t) + index;
	const char *name = name_at(p->btf, m->name_off);
	p->bits += btf_member_bit_offset(t, index);
	if (*name)
		add_step(p, *id, index, name);
	*id = m->type;
	return true;
}

static bool enter_element(struct core_path *p, const struct btf_type *t, uint32_t *id, uint32_t index,
			  struct core_error *e)
{
	const struct btf_array *a = btf_array(t);
	uint64_t size;
	if (!core_has_element(p, a, index)) {
		core_fail(e, "expected an element below %u of type %u, found %u", a->nelems, *id, index);
		return false;
	}
	*id = a->type;
	if (!core_skip(p->btf, id, e) || !core_size(p->btf, *id, &size, e))
		return false;
	add_step(p, *id, index, NULL);
	return add_bits(p, index, size, e);
}

static bool enter(struct core_path *p, uint32_t *id, uint32_t index, struct core_error *e)
{
	const struct btf_type *t = core_skip(p->btf, id, e);
	if (!t)
		return false;
	if (core_is_struct(t))
		return enter_member(p, t, id, index, e);
	if (btf_is_array(t))
		return enter_element(p, t, id, index, e);
	core_fail(e, "expected a structure or an array to go into, found type %u", *id);
	return false;
}

static bool begin(struct core_path *p, uint32_t *id, uint32_t index, struct core_error *e)
{
	const struct btf_type *t = core_skip(p->btf, id, e);
	uint64_t size;
	if (!t)
		return false;
	if (core_rows[p->kind].about == CORE_ABOUT_ENUM) {
		if (!core_is_enum(t) || index >= btf_vlen(t)) {
			core_fail(e, "expected an enumeration with a value %u, found type %u", index, *id);
			return false;
		}
		add_step(p, *id, index, core_enumerator(p->btf, t, index));
		return true;
	}
	add_step(p, *id, index, NULL);
	return core_size(p->btf, *id, &size, e) && add_bits(p, index, size, e);
}

/* The number at *s and the colon behind it; false if there is none. */
static bool next_index(const char **s, uint32_t *index)
{
	uint64_t v = 0;
	if (!isdigit((unsigned char)**s))
		return false;
	for (; isdigit((unsigned char)**s); ++*s)
		v = v > INT32_MAX ? v : 10 * v + (uint64_t)(**s - '0');
	*index = (uint32_t)v;
	if (v > INT32_MAX || (**s && **s != ':') || (**s == ':' && !(*s)[1]))
		return false;
	*s += **s == ':';
	return true;
}

static bool parse_steps(struct core_path *p, const char *access, struct core_error *e)
{
	uint32_t id = p->root, index;
	const char *s = access;
	do {
		bool first = p->depth == 0;
		if (!next_index(&s, &index)) {
			core_fail(e, "expected numbers with colons between them, found \"%.60s\"", access);
			return false;
		}
		if (p->depth++ == CORE_PATH_MAX || (!first && core_rows[p->kind].about == CORE_ABOUT_ENUM)) {
			core_fail(e, "expected fewer numbers, found \"%.60s\"", access);
			return false;
		}
		if (first ? !begin(p, &id, index, e) : !enter(p, &id, index, e))
			return false;
	} while (*s);
	if (p->bits <= UINT32_MAX)
		return true;
	core_fail(e, "expected a field below 2^29 bytes");
	return false;
}

bool core_path_parse(const struct btf *btf, const struct core_relo *r, const char *access, struct core_path *out,
		     struct core_error *e)
{
	*out = (struct core_path){.btf = btf, .root = r->type, .kind = r->kind};
	if (!btf__type_by_id(btf, r->type)) {
		core_fail(e, "expected a type below %u, found %u", btf__type_cnt(btf), r->type);
		return false;
	}
	if (core_rows[r->kind].about != CORE_ABOUT_TYPE)
		return parse_steps(out, access, e);
	if (strcmp(access, "0"))
		core_fail(e, "expected \"0\", found \"%.60s\"", access);
	return !strcmp(access, "0");
}
