/* SPDX-License-Identifier: BSD-2-Clause */
/* A path of the object walked through a type of the target: names and indices must be there, kinds must fit. */
#include "core.h"

#include <string.h>

struct search {
	const struct core_path *local;
	struct core_path *out;
	unsigned work;
	struct core_error *e;
};

static bool is_unnamed_or_same(const char *a, const char *b)
{
	return !core_plain_length(a) || !core_plain_length(b) || core_same_name(a, b);
}

/* May a field of type x be read as one of type y? Sizes and signs of integers are not looked at. */
static enum core_answer fields_compatible(struct search *s, uint32_t x, uint32_t y)
{
	for (int depth = 0; depth < CORE_DEPTH_MAX; depth++) {
		const struct btf_type *a = core_skip(s->local->btf, &x, s->e);
		const struct btf_type *b = a ? core_skip(s->out->btf, &y, s->e) : NULL;
		if (!b)
			return CORE_BAD;
		if (core_is_struct(a) && core_is_struct(b))
			return CORE_YES;
		if (!core_same_kind(a, b))
			return CORE_NO;
		if (core_is_enum(a) || btf_is_fwd(a))
			return is_unnamed_or_same(core_type_name(s->local->btf, x), core_type_name(s->out->btf, y))
				   ? CORE_YES
				   : CORE_NO;
		if (btf_is_int(a))
			return btf_int_offset(a) || btf_int_offset(b) ? CORE_NO : CORE_YES;
		if (!btf_is_array(a))
			return btf_is_ptr(a) || btf_is_float(a) ? CORE_YES : CORE_NO;
		x = btf_array(a)->type;
		y = btf_array(b)->type;
	}
	return core_fail(s->e, "expected an array of at most %d dimensions", CORE_DEPTH_MAX);
}

static enum core_answer find_member(struct search *s, const struct core_step *want, uint32_t *id);

/* Is member i it, or does it lie in member i, which has no name? */
static enum core_answer try_member(struct search *s, const struct core_step *want, const struct btf_type *t,
				   uint32_t type, unsigned i, uint32_t *id)
{
	const struct btf_member *m = btf_members(t) + i;
	const char *name = btf__name_by_offset(s->out->btf, m->name_off);
	*id = m->type;
	if (!name || !*name)
		return find_member(s, want, id);
	if (strcmp(name, want->name))
		return CORE_NO;
	const struct btf_type *holder = btf__type_by_id(s->local->btf, want->type);
	enum core_answer r = fields_compatible(s, btf_members(holder)[want->index].type, m->type);
	if (r == CORE_YES)
		s->out->steps[s->out->n++] = (struct core_step){type, i, name};
	return r;
}

static enum core_answer find_member(struct search *s, const struct core_step *want, uint32_t *id)
{
	struct core_path *out = s->out;
	const struct btf_type *t = core_skip(out->btf, id, s->e);
	uint32_t type = *id;
	if (!t)
		return CORE_BAD;
	if (!core_is_struct(t))
		return CORE_NO;
	for (unsigned i = 0; i < btf_vlen(t); i++) {
		if (out->depth == CORE_PATH_MAX || s->work++ >= CORE_WORK_MAX)
			return core_fail(s->e, "expected a path of at most %d levels", CORE_PATH_MAX);
		uint64_t bits = btf_member_bit_offset(t, i);
		out->bits += bits;
		out->depth++;
		enum core_answer r = try_member(s, want, t, type, i, id);
		if (r != CORE_NO)
			return r;
		out->bits -= bits;
		out->depth--;
	}
	return CORE_NO;
}

static enum core_answer find_element(struct search *s, const struct core_step *want, uint32_t *id)
{
	struct core_path *out = s->out;
	uint64_t size;
	const struct btf_type *t = core_skip(out->btf, id, s->e);
	if (!t)
		return CORE_BAD;
	if (out->n) { /* the root is an element already */
		if (!btf_is_array(t) || !core_has_element(out, btf_array(t), want->index))
			return CORE_NO;
		*id = btf_array(t)->type;
		if (!core_skip(out->btf, id, s->e))
			return CORE_BAD;
	}
	if (out->depth++ == CORE_PATH_MAX)
		return core_fail(s->e, "expected a path of at most %d levels", CORE_PATH_MAX);
	out->steps[out->n++] = (struct core_step){*id, want->index, NULL};
	if (!core_size(out->btf, *id, &size, s->e))
		return CORE_BAD;
	if (want->index && size > UINT32_MAX / 8 / want->index)
		return core_fail(s->e, "expected a field below 2^29 bytes");
	out->bits += want->index * size * 8;
	return CORE_YES;
}

static enum core_answer find_field(struct search *s, uint32_t id)
{
	for (unsigned i = 0; i < s->local->n; i++) {
		const struct core_step *want = &s->local->steps[i];
		enum core_answer r = want->name ? find_member(s, want, &id) : find_element(s, want, &id);
		if (r != CORE_YES)
			return r;
	}
	return s->out->bits <= UINT32_MAX ? CORE_YES : core_fail(s->e, "expected a field below 2^29 bytes");
}

static enum core_answer find_enumerator(struct search *s, uint32_t id)
{
	const struct btf_type *t = core_skip(s->out->btf, &id, s->e);
	if (!t)
		return CORE_BAD;
	for (unsigned i = 0; core_is_enum(t) && i < btf_vlen(t); i++) {
		const char *name = core_enumerator(s->out->btf, t, i);
		if (!core_same_name(s->local->steps[0].name, name))
			continue;
		s->out->steps[s->out->n++] = (struct core_step){id, i, name};
		return CORE_YES;
	}
	return CORE_NO;
}

enum core_answer core_path_match(const struct core_path *local, const struct btf *target, uint32_t id,
				 struct core_path *out, struct core_error *e)
{
	*out = (struct core_path){.btf = target, .root = id, .kind = local->kind};
	struct search s = {local, out, 0, e};
	switch (core_rows[local->kind].about) {
	case CORE_ABOUT_FIELD:
		return find_field(&s, id);
	case CORE_ABOUT_ENUM:
		return find_enumerator(&s, id);
	case CORE_ABOUT_TYPE:
		break;
	}
	return local->kind == CORE_TYPE_MATCHES ? core_types_match(local->btf, local->root, target, id, e)
						: core_types_compatible(local->btf, local->root, target, id, e);
}
