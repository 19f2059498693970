/* SPDX-License-Identifier: BSD-2-Clause */
/* Two types of different origin: compatible (names below the root don't count), or matching (they do). */
#include "core.h"

struct both {
	const struct btf *a, *b;
	unsigned work;
	struct core_error *e;
};

/* One level of both types, qualifiers skipped; false if it can't be had. */
static bool visit(struct both *w, uint32_t *x, uint32_t *y, const struct btf_type **s, const struct btf_type **t)
{
	if (w->work++ >= CORE_WORK_MAX) {
		core_fail(w->e, "expected a smaller type");
		return false;
	}
	*s = core_skip(w->a, x, w->e);
	*t = *s ? core_skip(w->b, y, w->e) : NULL;
	return *t != NULL;
}

static enum core_answer too_deep(struct both *w)
{
	return core_fail(w->e, "expected a type of at most %d levels", CORE_DEPTH_MAX);
}

typedef enum core_answer both_fn(struct both *w, uint32_t x, uint32_t y, bool behind_pointer, int level);

/* Parameters and result, one by one. */
static enum core_answer compare_signatures(struct both *w, const struct btf_type *s, const struct btf_type *t,
					   bool behind_pointer, int level, both_fn *compare)
{
	if (btf_vlen(s) != btf_vlen(t))
		return CORE_NO;
	for (unsigned i = 0; i < btf_vlen(s); i++) {
		enum core_answer r =
		    compare(w, btf_params(s)[i].type, btf_params(t)[i].type, behind_pointer, level + 1);
		if (r != CORE_YES)
			return r;
	}
	return compare(w, s->type, t->type, behind_pointer, level + 1);
}

static enum core_answer compatible(struct both *w, uint32_t x, uint32_t y, bool behind_pointer, int level)
{
	const struct btf_type *s, *t;
	if (level > CORE_DEPTH_MAX)
		return too_deep(w);
	if (!visit(w, &x, &y, &s, &t))
		return CORE_BAD;
	if (!core_same_kind(s, t))
		return CORE_NO;
	switch (btf_kind(s)) {
	case BTF_KIND_UNKN:
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
	case BTF_KIND_FWD:
		return CORE_YES;
	case BTF_KIND_INT: /* integers with an offset are bit-fields of old compilers */
		return btf_int_offset(s) || btf_int_offset(t) ? CORE_NO : CORE_YES;
	case BTF_KIND_PTR:
		return compatible(w, s->type, t->type, behind_pointer, level + 1);
	case BTF_KIND_ARRAY:
		return compatible(w, btf_array(s)->type, btf_array(t)->type, behind_pointer, level + 1);
	case BTF_KIND_FUNC_PROTO:
		return compare_signatures(w, s, t, behind_pointer, level, compatible);
	default:
		return CORE_NO;
	}
}

enum core_answer core_types_compatible(const struct btf *a, uint32_t x, const struct btf *b, uint32_t y,
				       struct core_error *e)
{
	struct both w = {a, b, 0, e};
	const struct btf_type *s = btf__type_by_id(a, x), *t = btf__type_by_id(b, y);
	if (!s || !t || !core_same_kind(s, t))
		return CORE_NO;
	return compatible(&w, x, y, false, 0);
}

static bool names_match(const char *a, const char *b)
{
	return *b ? core_same_name(a, b) : !*a;
}

static enum core_answer enums_match(struct both *w, const struct btf_type *s, const struct btf_type *t)
{
	if (!core_is_enum(t) || s->size != t->size || btf_vlen(s) > btf_vlen(t))
		return CORE_NO;
	for (unsigned i = 0; i < btf_vlen(s); i++) {
		unsigned k = 0;
		while (k < btf_vlen(t) && !names_match(core_enumerator(w->a, s, i), core_enumerator(w->b, t, k)))
			k++;
		if (k == btf_vlen(t))
			return CORE_NO;
	}
	return CORE_YES;
}

static enum core_answer match(struct both *w, uint32_t x, uint32_t y, bool behind_pointer, int level);

static const char *member_name(const struct btf *btf, const struct btf_type *t, unsigned i)
{
	const char *name = btf__name_by_offset(btf, btf_members(t)[i].name_off);
	return name ? name : "";
}

static enum core_answer member_matches(struct both *w, const struct btf_type *s, unsigned i, const struct btf_type *t,
				       bool behind_pointer, int level)
{
	for (unsigned k = 0; k < btf_vlen(t); k++) {
		if (!names_match(member_name(w->a, s, i), member_name(w->b, t, k)))
			continue;
		enum core_answer r =
		    match(w, btf_members(s)[i].type, btf_members(t)[k].type, behind_pointer, level + 1);
		if (r != CORE_NO)
			return r;
	}
	return CORE_NO;
}

/* Behind a pointer only the kind counts, and a declaration stands for its structure. */
static enum core_answer structs_match(struct both *w, const struct btf_type *s, const struct btf_type *t,
				      bool behind_pointer, int level)
{
	if (behind_pointer && btf_is_fwd(t))
		return btf_is_union(s) == btf_kflag(t) ? CORE_YES : CORE_NO;
	if (btf_kind(s) != btf_kind(t))
		return CORE_NO;
	if (behind_pointer)
		return CORE_YES;
	if (btf_vlen(s) > btf_vlen(t))
		return CORE_NO;
	for (unsigned i = 0; i < btf_vlen(s); i++) {
		enum core_answer r = member_matches(w, s, i, t, behind_pointer, level);
		if (r != CORE_YES)
			return r;
	}
	return CORE_YES;
}

static enum core_answer declaration_matches(const struct btf_type *s, const struct btf_type *t, bool behind_pointer)
{
	bool same = btf_is_fwd(t) && btf_kflag(s) == btf_kflag(t);
	bool whole = btf_kflag(s) ? btf_is_union(t) : btf_is_struct(t);
	return same || (behind_pointer && whole) ? CORE_YES : CORE_NO;
}

static enum core_answer ints_match(const struct btf_type *s, const struct btf_type *t)
{
	return s->size == t->size && !((btf_int_encoding(s) ^ btf_int_encoding(t)) & BTF_INT_SIGNED) ? CORE_YES
												     : CORE_NO;
}

static enum core_answer match_same_kind(struct both *w, const struct btf_type *s, const struct btf_type *t,
					bool behind_pointer, int level)
{
	if (btf_kind(s) != btf_kind(t))
		return CORE_NO;
	switch (btf_kind(s)) {
	case BTF_KIND_UNKN:
		return CORE_YES;
	case BTF_KIND_INT:
		return ints_match(s, t);
	case BTF_KIND_PTR:
		return match(w, s->type, t->type, true, level + 1);
	case BTF_KIND_ARRAY:
		if (btf_array(s)->nelems != btf_array(t)->nelems)
			return CORE_NO;
		return match(w, btf_array(s)->type, btf_array(t)->type, behind_pointer, level + 1);
	case BTF_KIND_FUNC_PROTO:
		return compare_signatures(w, s, t, behind_pointer, level, match);
	default:
		return CORE_NO;
	}
}

static enum core_answer match(struct both *w, uint32_t x, uint32_t y, bool behind_pointer, int level)
{
	const struct btf_type *s, *t;
	if (level > CORE_DEPTH_MAX)
		return too_deep(w);
	if (!visit(w, &x, &y, &s, &t))
		return CORE_BAD;
	if (!names_match(core_type_name(w->a, x), core_type_name(w->b, y)))
		return CORE_NO;
	if (btf_is_fwd(s))
		return declaration_matches(s, t, behind_pointer);
	if (core_is_enum(s))
		return enums_match(w, s, t);
	if (core_is_struct(s))
		return structs_match(w, s, t, behind_pointer, level);
	return match_same_kind(w, s, t, behind_pointer, level);
}

enum core_answer core_types_match(const struct btf *a, uint32_t x, const struct btf *b, uint32_t y,
				  struct core_error *e)
{
	struct both w = {a, b, 0, e};
	return match(&w, x, y, false, 0);
}
