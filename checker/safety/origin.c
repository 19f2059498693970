/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a word of kernel memory comes from, and so what it points at: an
 * argument of what a program traces, or a member of what such a one points at.
 * The running kernel's types are asked only when a function wants an object of
 * some type (btf_ctx_access, btf_struct_walk, btf_struct_ids_match in
 * kernel/bpf/btf.c). Nothing is known without them.
 */
#include "prover.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 6, ORIGINS_MAX = 4096 };

static struct btf *kernel;

static void load_kernel(void)
{
	libbpf_print_fn_t print = libbpf_set_print(NULL);
	kernel = btf__load_vmlinux_btf();
	libbpf_set_print(print);
}

static const struct btf *kernel_types(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, load_kernel);
	return kernel;
}

/* Number of an origin, from 1; 0: not remembered. */
static uint32_t intern(struct prover *v, uint32_t parent, int64_t off)
{
	for (uint32_t i = 0; i < v->n_origins; i++)
		if (v->origins[i].parent == parent && v->origins[i].off == off)
			return i + 1;
	if (v->n_origins == ORIGINS_MAX || off < INT32_MIN || off > INT32_MAX)
		return 0;
	if (!(v->n_origins & (v->n_origins - 1))) {
		size_t room = v->n_origins ? 2 * (size_t)v->n_origins : 1;
		v->origins = realloc(v->origins, room * sizeof *v->origins);
		if (!v->origins)
			abort();
	}
	unsigned depth = parent ? v->origins[parent - 1].depth + 1u : 0;
	if (depth > DEPTH_MAX)
		return 0;
	v->origins[v->n_origins++] = (struct origin){parent, (int32_t)off, depth};
	return v->n_origins;
}

uint32_t origin_of_argument(struct prover *v, int64_t off)
{
	return off % 8 ? 0 : intern(v, 0, off);
}

uint32_t origin_of_member(struct prover *v, uint32_t of, int64_t off)
{
	return of ? intern(v, of, off) : 0;
}

static const struct btf_type *skip(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);
	for (int i = 0; t && i < 32 && (btf_is_mod(t) || btf_is_typedef(t)); i++)
		t = btf__type_by_id(btf, t->type);
	return t;
}

static const struct btf_type *pointee(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = skip(btf, id);
	t = t && btf_is_ptr(t) ? skip(btf, t->type) : NULL;
	return t && btf_is_struct(t) ? t : NULL;
}

static const struct btf_type *proto_of(const struct btf *btf, const char *prefix, const char *name, uint32_t kind)
{
	char full[256];
	int n = snprintf(full, sizeof full, "%s%s", prefix, name);
	int id = n > 0 && n < (int)sizeof full ? btf__find_by_name_kind(btf, full, kind) : -1;
	const struct btf_type *t = id > 0 ? btf__type_by_id(btf, (uint32_t)id) : NULL;
	t = t ? skip(btf, t->type) : NULL;
	if (t && btf_is_ptr(t))
		t = skip(btf, t->type);
	return t && btf_is_func_proto(t) ? t : NULL;
}

/* What the program's arguments are: those of the function that it stands at, of its tracepoint (behind one of the
 * kernel's own), of its hook or of its iterator. */
static const struct btf_type *traced(const struct prover *v, const struct btf *btf, uint32_t *first)
{
	const struct program *p = v->p;
	const char *name = p->expected ? p->expected : "";
	*first = 0;
	if (p->type == PROGTYPE_LSM)
		return proto_of(btf, "bpf_lsm_", name, BTF_KIND_FUNC);
	if (p->type != PROGTYPE_TRACING)
		return NULL;
	switch (p->expected_attach) {
	case BPF_TRACE_RAW_TP:
		*first = 1;
		return proto_of(btf, "btf_trace_", name, BTF_KIND_TYPEDEF);
	case BPF_TRACE_ITER:
		return proto_of(btf, "bpf_iter_", name, BTF_KIND_FUNC);
	case BPF_TRACE_FENTRY:
	case BPF_TRACE_FEXIT:
	case BPF_MODIFY_RETURN:
		return proto_of(btf, "", name, BTF_KIND_FUNC);
	default:
		return NULL;
	}
}

static const struct btf_type *argument_type(const struct prover *v, const struct btf *btf, int64_t off)
{
	uint32_t first;
	const struct btf_type *proto = traced(v, btf, &first);
	uint64_t i = (uint64_t)off / 8 + (proto ? first : 0);
	return proto && i < btf_vlen(proto) ? pointee(btf, btf_params(proto)[i].type) : NULL;
}

/* The member at an offset, and the offset in it. NULL: none, or one of several in a union; numbers don't count there
 * (__bpf_md_ptr). */
static const struct btf_type *member_at(const struct btf *btf, const struct btf_type *t, uint64_t *at)
{
	const struct btf_type *found = NULL;
	uint64_t start = 0;
	for (uint32_t i = 0; t && btf_is_composite(t) && i < btf_vlen(t); i++) {
		const struct btf_member *m = &btf_members(t)[i];
		const struct btf_type *type = skip(btf, m->type);
		int64_t size = btf__resolve_size(btf, m->type);
		uint64_t off = btf_member_bit_offset(t, i) / 8;
		if (!type || btf_member_bitfield_size(t, i) || size < 0 || *at < off || *at >= off + (uint64_t)size)
			continue;
		if (btf_is_union(t) && btf_is_int(type))
			continue;
		if (found && found != type)
			return NULL;
		found = type;
		start = off;
	}
	*at -= start;
	return found;
}

/* The structure that a pointer member points at. */
static const struct btf_type *member_pointee(const struct btf *btf, const struct btf_type *t, int64_t off)
{
	uint64_t at = (uint64_t)off;
	for (int i = 0; t && i < DEPTH_MAX; i++) {
		t = member_at(btf, t, &at);
		if (t && btf_is_ptr(t)) {
			const struct btf_type *target = at ? NULL : skip(btf, t->type);
			return target && btf_is_struct(target) ? target : NULL;
		}
	}
	return NULL;
}

static const struct btf_type *type_of(const struct prover *v, const struct btf *btf, uint32_t origin)
{
	const struct origin *o = &v->origins[origin - 1];
	if (!o->parent)
		return argument_type(v, btf, o->off);
	const struct btf_type *of = type_of(v, btf, o->parent);
	return of && o->off >= 0 ? member_pointee(btf, of, o->off) : NULL;
}

/* A structure of that name lies at the offset: it itself, or as a member (btf_struct_ids_match). */
static bool holds(const struct btf *btf, const struct btf_type *t, uint64_t at, const char *want)
{
	for (int i = 0; t && btf_is_composite(t) && i < DEPTH_MAX; i++) {
		if (at == 0 && btf_is_struct(t) && !strcmp(btf__name_by_offset(btf, t->name_off), want))
			return true;
		t = member_at(btf, t, &at);
	}
	return false;
}

static bool is_nullable(const struct prover *v, const struct origin *o)
{
	return v->p->expected_attach == BPF_TRACE_ITER && !o->parent && o->off > 0;
}

bool origin_is(const struct prover *v, const struct astate *s, const struct aval *a, const char *want, bool direct)
{
	const struct btf *btf = a->object && a->followable && a->kind == KIND_NUMBER ? kernel_types() : NULL;
	if (!btf || !a->sym || a->add < 0 || (direct && v->origins[a->object - 1].parent))
		return false;
	if (is_nullable(v, &v->origins[a->object - 1]) && state_number(s, a).umin == 0)
		return false;
	return holds(btf, type_of(v, btf, a->object), (uint64_t)a->add, want);
}
