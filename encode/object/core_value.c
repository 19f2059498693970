/* SPDX-License-Identifier: BSD-2-Clause */
/* What a path is worth in the types that it was walked through. */
#include "core.h"

/* A load or store may follow pointers and unsigned integers to another size: the value stays what it is. */
static enum core_class class_of(const struct btf_type *t)
{
	if (btf_is_ptr(t))
		return CORE_POINTER;
	return btf_is_int(t) && btf_int_encoding(t) != BTF_INT_SIGNED ? CORE_UNSIGNED : CORE_FIXED;
}

struct field {
	const struct btf_type *type;
	uint64_t off, size; /* bytes */
	uint64_t at, bits;  /* in bits */
	bool is_bitfield;
};

/* The smallest aligned load of the member's own size or more that holds all bits of the bit-field. */
static bool place_bitfield(struct field *f, struct core_error *e)
{
	f->size = f->type->size;
	if ((!btf_is_int(f->type) && !core_is_enum(f->type)) || !f->size || f->size > 8) {
		core_fail(e, "expected a bit-field of an integer");
		return false;
	}
	for (;; f->size *= 2) {
		f->off = f->at / 8 / f->size * f->size;
		if (f->at + f->bits <= (f->off + f->size) * 8)
			return true;
		if (f->size >= 8)
			break;
	}
	core_fail(e, "expected a bit-field that 8 bytes hold");
	return false;
}

static bool find_field(const struct core_path *p, struct field *f, struct core_error *e)
{
	const struct core_step *last = &p->steps[p->n - 1];
	const struct btf_type *holder = btf__type_by_id(p->btf, last->type);
	uint32_t id = last->type;
	*f = (struct field){.at = p->bits, .off = p->bits / 8};
	if (last->name) {
		id = btf_members(holder)[last->index].type;
		f->bits = btf_member_bitfield_size(holder, last->index);
	}
	f->type = core_skip(p->btf, &id, e);
	f->is_bitfield = f->bits > 0;
	if (!f->type)
		return false;
	if (f->is_bitfield)
		return place_bitfield(f, e);
	if (!core_size(p->btf, id, &f->size, e))
		return false;
	f->bits = f->size * 8;
	return true;
}

static bool is_signed(const struct btf_type *t)
{
	return core_is_enum(t) ? btf_kflag(t) : btf_is_int(t) && (btf_int_encoding(t) & BTF_INT_SIGNED);
}

/* net effect of u32 arithmetic in libbpf: 32 bits */
static uint64_t field_number(enum core_kind kind, const struct field *f)
{
	switch ((int)kind) {
	case CORE_FIELD_OFFSET:
		return f->off;
	case CORE_FIELD_SIZE:
		return f->size;
	case CORE_FIELD_SIGNED:
		return is_signed(f->type);
	case CORE_FIELD_LSHIFT:
		return (uint32_t)(64 - (f->at + f->bits - f->off * 8));
	default: /* CORE_FIELD_RSHIFT */
		return (uint32_t)(64 - f->bits);
	}
}

static bool field_value(const struct core_path *p, struct core_value *out, struct core_error *e)
{
	struct field f;
	out->exact = true;
	out->value = 1;
	if (p->kind == CORE_FIELD_EXISTS)
		return true;
	if (!find_field(p, &f, e))
		return false;
	if (!p->steps[p->n - 1].name && p->kind != CORE_FIELD_OFFSET && p->kind != CORE_FIELD_SIZE) {
		core_fail(e, "expected a member, found an element, which has no %s", core_rows[p->kind].text);
		return false;
	}
	out->value = field_number(p->kind, &f);
	if (p->kind == CORE_FIELD_OFFSET && !f.is_bitfield) {
		out->size = f.size;
		out->follows = class_of(f.type);
	}
	out->exact = !f.is_bitfield || p->kind == CORE_FIELD_SIGNED || p->kind == CORE_FIELD_RSHIFT;
	return true;
}

static uint64_t enum_value(const struct core_path *p)
{
	const struct btf_type *t = btf__type_by_id(p->btf, p->steps[0].type);
	uint32_t i = p->steps[0].index;
	if (btf_is_enum(t))
		return (uint64_t)(int64_t)btf_enum(t)[i].val;
	const struct btf_enum64 *v = btf_enum64(t) + i;
	return (uint64_t)v->val_hi32 << 32 | v->val_lo32;
}

bool core_value(const struct core_path *p, struct core_value *out, struct core_error *e)
{
	*out = (struct core_value){.value = 1, .exact = true};
	if (core_rows[p->kind].about == CORE_ABOUT_FIELD)
		return field_value(p, out, e);
	if (p->kind == CORE_TYPE_SIZE)
		return core_size(p->btf, p->root, &out->value, e);
	if (p->kind == CORE_ENUM_VALUE)
		out->value = enum_value(p);
	if (p->kind == CORE_TYPE_LOCAL || p->kind == CORE_TYPE_TARGET) {
		out->value = p->root;
		out->exact = false; /* a linker may have renumbered the types */
	}
	return true;
}
