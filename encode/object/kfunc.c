/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a call of a kernel function may do, as a row of helper.def's shape: from
 * kfunc.def, else the sound default of its prototype. The rules for arguments
 * are the verifier's (get_kfunc_ptr_arg_type in kernel/bpf/verifier.c): suffixes
 * of their names say what the types don't. A prototype of the object may lack
 * them, so it is trusted less than the kernel's.
 */
#include "kfunc.h"

#include "loader.h"
#include "memory.h"

#include <linux/btf.h>
#include <string.h>

enum { DEPTH_MAX = 5 };

struct prototype {
	const struct btf *btf;
	const struct btf_param *at;
	unsigned n;
	uint32_t ret;
	bool of_kernel;
};

static uint32_t id_of_name(const char *name)
{
	uint32_t h = 2166136261u; /* FNV-1a */
	for (; *name; name++)
		h = (h ^ (uint8_t)*name) * 16777619u;
	return KFUNC_ID_OTHER + h % (KFUNC_ID_END - KFUNC_ID_OTHER);
}

static const char *text_of(const struct btf *btf, uint32_t off)
{
	const char *s = btf__name_by_offset(btf, off);
	return s ? s : "";
}

/* What follows the last "__" of a parameter's name, "" if there is none. */
static const char *suffix(const struct prototype *p, unsigned i)
{
	const char *found = "";
	for (const char *s = i < p->n ? text_of(p->btf, p->at[i].name_off) : ""; (s = strstr(s, "__")); s += 2)
		found = s + 2;
	return found;
}

static bool is_number(const struct prototype *p, unsigned i)
{
	const struct btf_type *t = i < p->n ? types_skip(p->btf, p->at[i].type) : NULL;
	return t && (btf_is_int(t) || btf_is_any_enum(t)) && t->size <= 8;
}

static bool is_size(const struct prototype *p, unsigned i)
{
	return is_number(p, i) && (!strcmp(suffix(p, i), "sz") || !strcmp(suffix(p, i), "szk"));
}

/* Bytes of a type without pointers (__btf_type_is_scalar_struct), 0 if it has some or no size. */
static uint32_t plain_size(const struct btf *btf, uint32_t id, unsigned depth)
{
	const struct btf_type *t = types_skip(btf, id);
	if (!t || depth == DEPTH_MAX)
		return 0;
	if (btf_is_int(t) || btf_is_any_enum(t))
		return t->size;
	if (btf_is_array(t)) {
		uint64_t size = (uint64_t)plain_size(btf, btf_array(t)->type, depth + 1) * btf_array(t)->nelems;
		return size > UINT32_MAX ? 0 : (uint32_t)size;
	}
	if (!btf_is_composite(t))
		return 0;
	for (unsigned i = 0; i < btf_vlen(t); i++)
		if (!plain_size(btf, btf_members(t)[i].type, depth + 1))
			return 0;
	return t->size;
}

/* Structures whose bytes are the kernel's own, wherever they are. */
static bool is_opaque(const char *name)
{
	static const char *const prefixes[] = {"bpf_dynptr",  "bpf_iter_", "bpf_list_",     "bpf_rb_",
					       "bpf_wq",      "bpf_timer", "bpf_spin_lock", "bpf_res_spin_lock",
					       "bpf_refcount"};
	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
		if (!strncmp(name, prefixes[i], strlen(prefixes[i])))
			return true;
	return false;
}

static bool points_to_const(const struct btf *btf, const struct btf_type *pointer)
{
	const struct btf_type *t = btf__type_by_id(btf, pointer->type);
	for (unsigned i = 0; t && i < DEPTH_MAX && (btf_is_mod(t) || btf_is_typedef(t)); i++) {
		if (btf_is_const(t))
			return true;
		t = btf__type_by_id(btf, t->type);
	}
	return false;
}

/* A pointer to something of the kernel's or to memory of that size. The number behind it may be its size, although the
 * object doesn't say so. */
static bool describe_object(const struct prototype *p, unsigned i, const struct btf_type *pointer,
			    struct helper_row *row)
{
	const struct btf_type *to = pointer->type ? types_skip(p->btf, pointer->type) : NULL;
	if (!to || !(btf_is_int(to) || btf_is_any_enum(to) || btf_is_composite(to) || btf_is_fwd(to)))
		return false;
	if (is_opaque(types_name(p->btf, to)))
		return false;
	uint32_t size = plain_size(p->btf, pointer->type, 0);
	bool sized = !p->of_kernel && is_number(p, i + 1);
	if ((btf_is_int(to) || btf_is_any_enum(to)) && (sized || size < 2))
		return false;
	row->size[i] = sized ? 0 : size;
	row->args[i] = ARG_OBJECT;
	return true;
}

static bool describe_pointer(const struct prototype *p, unsigned i, const struct btf_type *t, struct helper_row *row)
{
	const char *what = suffix(p, i);
	if (!strcmp(what, "ign")) { /* set by the verifier */
		row->args[i] = ARG_ANY;
		row->effects |= LAX_ARGS;
		return true;
	}
	if (is_size(p, i + 1)) {
		row->args[i] = p->of_kernel && points_to_const(p->btf, t) ? ARG_MEM : ARG_MEM_INOUT;
		return !*what;
	}
	if (!strcmp(what, "str")) {
		row->args[i] = ARG_STRING;
		return true;
	}
	if ((*what && strcmp(what, "nullable")) || !describe_object(p, i, t, row))
		return false;
	if (*what)
		row->args[i] = ARG_OBJECT_OR_NULL;
	return true;
}

static bool describe_argument(const struct prototype *p, unsigned i, struct helper_row *row)
{
	const struct btf_type *t = types_skip(p->btf, p->at[i].type);
	if (t && btf_is_ptr(t))
		return describe_pointer(p, i, t, row);
	if (!is_number(p, i))
		return false;
	row->args[i] = t->size == 8 ? ARG_ANY : ARG_INT;
	row->size[i] = t->size;
	if (is_size(p, i))
		row->args[i] = ARG_SIZE0;
	return !is_size(p, i) || (i > 0 && (row->args[i - 1] == ARG_MEM || row->args[i - 1] == ARG_MEM_INOUT));
}

/* What a prototype doesn't say and the verifier knows by name: that it does not return (is_bpf_throw_kfunc), that packet
 * pointers don't outlive it (is_kfunc_pkt_changing). */
static bool is_peculiar(const char *name)
{
	static const char *const names[] = {"bpf_throw", "bpf_xdp_pull_data"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

static bool describe(const struct prototype *p, struct helper_row *row)
{
	const struct btf_type *ret = p->ret ? types_skip(p->btf, p->ret) : NULL;
	if (p->n > 5 || (p->ret && !ret) || is_peculiar(row->name))
		return false;
	if (ret && !((btf_is_int(ret) || btf_is_any_enum(ret)) && ret->size <= 8))
		return false; /* whether it may be NULL or has to be given back is not in BTF */
	row->ret = ret ? RET_INT : RET_VOID;
	for (unsigned i = 0; i < p->n; i++)
		if (!describe_argument(p, i, row))
			return false;
	return true;
}

static bool find_prototype(const struct btf *btf, uint32_t function, bool of_kernel, struct prototype *out)
{
	const struct btf_type *f = btf__type_by_id(btf, function);
	const struct btf_type *t = f ? btf__type_by_id(btf, f->type) : NULL;
	if (!t || !btf_is_func_proto(t))
		return false;
	*out = (struct prototype){btf, btf_params(t), btf_vlen(t), t->type, of_kernel};
	return true;
}

/* Sizes of what kfunc.def leaves to the prototype. */
static void add_sizes(const struct prototype *p, struct helper_row *row)
{
	for (unsigned i = 0; i < p->n && i < 5; i++) {
		const struct btf_type *t = types_skip(p->btf, p->at[i].type);
		if (row->args[i] == ARG_OBJECT && t && btf_is_ptr(t))
			row->size[i] = plain_size(p->btf, t->type, 0);
	}
}

static void set_row(struct extern_symbol *e, const struct prototype *p)
{
	const struct helper_row *known = kfunc_find_name(e->name);
	struct helper_row row = {
	    .id = id_of_name(e->name), .name = e->name, .bits = 64, .effects = KFUNC_EFFECTS, .progs = "ANY"};
	if (known) {
		row = *known;
		if (p)
			add_sizes(p, &row);
	} else if (p && describe(p, &row)) {
		row.model = MODEL_OPAQUE;
	} else {
		row.model = MODEL_NONE;
	}
	if (!e->call)
		e->call = memory_new(1, sizeof *e->call);
	*e->call = row;
}

/* The function of that name in the section of kernel symbols, 0 if there is none. */
static uint32_t find_own(const struct btf *btf, const char *name)
{
	const struct btf_type *section = types_section(btf, ".ksyms");
	for (unsigned i = 0; section && i < btf_vlen(section); i++) {
		uint32_t id = btf_var_secinfos(section)[i].type;
		const struct btf_type *t = btf__type_by_id(btf, id);
		if (t && btf_is_func(t) && !strcmp(types_name(btf, t), name))
			return id;
	}
	return 0;
}

void kfuncs_read(struct loader *l)
{
	struct prototype p;
	for (size_t i = 0; i < l->o->n_externs; i++) {
		struct extern_symbol *e = &l->o->externs[i];
		uint32_t id = e->is_function ? find_own(l->btf, e->name) : 0;
		if (id)
			set_row(e, find_prototype(l->btf, id, false, &p) ? &p : NULL);
	}
}

void kfunc_resolve(struct extern_symbol *e, const struct btf *kernel)
{
	struct prototype p;
	int id = btf__find_by_name_kind(kernel, e->name, BTF_KIND_FUNC);
	if (e->call && id > 0 && find_prototype(kernel, (uint32_t)id, true, &p))
		set_row(e, &p);
}

/* Words of a prototype in assembly text. */
static const struct word {
	const char *name;
	enum helper_arg arg;
	uint32_t size;
} words[] = {
    {"char", ARG_INT, 1},      {"short", ARG_INT, 2},     {"int", ARG_INT, 4},
    {"long", ARG_ANY, 8},      {"object", ARG_OBJECT, 0}, {"object8", ARG_OBJECT, 8},
    {"mem", ARG_MEM_INOUT, 0}, {"size", ARG_SIZE0, 0},    {"ctx", ARG_CTX, 0},
};

bool kfunc_declare(struct extern_symbol *e, const char *ret, const char *const *args, size_t n)
{
	set_row(e, NULL);
	if (e->call->id < KFUNC_ID_OTHER)
		return !*ret;
	if (!*ret)
		return true;
	e->call->model = MODEL_OPAQUE;
	e->call->ret = strcmp(ret, "void") ? RET_INT : RET_VOID;
	bool good = n <= 5 && (!strcmp(ret, "void") || !strcmp(ret, "int"));
	for (size_t i = 0; good && i < n; i++) {
		size_t k = 0;
		while (k < sizeof words / sizeof *words && strcmp(words[k].name, args[i]))
			k++;
		good = k < sizeof words / sizeof *words;
		if (good) {
			e->call->args[i] = words[k].arg;
			e->call->size[i] = words[k].size;
		}
	}
	return good;
}
