/* SPDX-License-Identifier: BSD-2-Clause */
/* Resolving relocations: every type of the target that has the root's name is tried; those that match must agree. */
#include "core.h"

#include "kfunc.h"
#include "loader.h"
#include "memory.h"

#include <string.h>
#include <unistd.h>

const struct core_row core_rows[CORE_KINDS] = {
#define CORE(name, about, bits, needs, text) [CORE_##name] = {CORE_ABOUT_##about, bits, CORE_##needs, text},
#include "core.def"
#undef CORE
};

/* The types of the target that have the name of one root. */
struct candidates {
	uint32_t root;
	struct candidate {
		const struct btf *btf;
		uint32_t id;
	} * at;
	size_t n;
};

struct resolving {
	struct object *o;
	struct btf *local;
	struct object_types *target;
	struct candidates *lists; /* one for each root, in order of first use */
	size_t n_lists;
	char *err;
	size_t errlen;
	bool keeps; /* answers are only remembered */
};

/* A relocation of a program. The same record has one in each program that its function was linked into. */
struct job {
	struct program *p;
	struct core_relo *relo;
};

/* What the relocation of one instruction became. */
struct answer {
	struct core_value before, after;
	uint64_t bits;
	bool resolved;
};

static bool is_candidate(const struct btf *btf, uint32_t id, const struct btf_type *root, const char *name, size_t len)
{
	const struct btf_type *t = btf__type_by_id(btf, id);
	const char *own = t && core_same_kind(t, root) ? btf__name_by_offset(btf, t->name_off) : NULL;
	return own && *own && !strncmp(own, name, len) && core_plain_length(own) == len;
}

/* Among the types of one of the target's files. */
static void search(const struct resolving *v, struct candidates *c, size_t k)
{
	struct object_types *t = v->target;
	const struct btf_type *root = btf__type_by_id(v->local, c->root);
	const char *name = core_type_name(v->local, c->root);
	size_t len = core_plain_length(name);
	if (!t->names[k])
		t->names[k] = core_names_new(t->btf[k], k ? btf__type_cnt(t->btf[0]) : 1);
	for (uint32_t id = 0; (id = core_names_next(t->names[k], name, len, id));)
		if (is_candidate(t->btf[k], id, root, name, len))
			*MEMORY_PUSH(c->at, c->n) = (struct candidate){t->btf[k], id};
}

static struct candidates *find_candidates(struct resolving *v, uint32_t root)
{
	for (size_t i = 0; i < v->n_lists; i++)
		if (v->lists[i].root == root)
			return &v->lists[i];
	struct candidates *c = MEMORY_PUSH(v->lists, v->n_lists);
	*c = (struct candidates){.root = root};
	search(v, c, 0);
	if (!c->n && v->target->has_modules)
		core_target_load_modules(v->target);
	for (size_t i = 1; !c->n && i < v->target->n; i++)
		search(v, c, i);
	return c;
}

static enum core_answer try_candidate(const struct core_path *local, const struct candidate *c, struct answer *a,
				      struct core_error *e)
{
	struct core_path path;
	struct core_value value;
	enum core_answer r = core_path_match(local, c->btf, c->id, &path, e);
	if (r != CORE_YES)
		return r;
	if (!core_value(&path, &value, e))
		return CORE_BAD;
	if (a->resolved && (a->bits != path.bits || a->after.value != value.value))
		return core_fail(e, "expected types of that name to agree, found %s %llu and %llu",
				 core_rows[local->kind].text, (unsigned long long)a->after.value,
				 (unsigned long long)value.value);
	if (!a->resolved)
		*a = (struct answer){a->before, value, path.bits, true};
	return CORE_YES;
}

static bool find_answer(struct resolving *v, const struct core_relo *r, struct answer *a, struct core_error *e)
{
	struct core_path local;
	const char *access = btf__name_by_offset(v->local, r->access);
	*a = (struct answer){.resolved = false};
	if (!core_path_parse(v->local, r, access ? access : "", &local, e) || !core_value(&local, &a->before, e))
		return false;
	struct candidates *c = find_candidates(v, r->type);
	size_t kept = 0;
	for (size_t i = 0; i < c->n; i++) {
		enum core_answer found = try_candidate(&local, &c->at[i], a, e);
		if (found == CORE_BAD)
			return false;
		if (found == CORE_YES)
			c->at[kept++] = c->at[i];
	}
	if (kept) /* libbpf sticks to the types that had the first field; so the order of relocations matters */
		c->n = kept;
	if (!a->resolved && core_rows[r->kind].needs == r->kind) /* asked whether it is there: it isn't */
		a->resolved = true;
	return true;
}

static void poison(struct insn *in)
{
	struct insn call = {.op = ISA_CALL, .src = CALL_HELPER, .imm = CORE_UNRESOLVED};
	if (in->op == ISA_LDDW)
		in[1] = call;
	in[0] = call;
}

static bool check_old(const struct answer *a, uint64_t old, struct core_error *e)
{
	if (!a->before.exact || old == a->before.value)
		return true;
	core_fail(e, "expected the compiler's value %llu, found %llu", (unsigned long long)a->before.value,
		  (unsigned long long)old);
	return false;
}

/* bpf_core_calc_relo, bpf_core_patch_insn: how wide the access becomes. */
static bool patch_size(struct insn *in, const struct answer *a, struct core_error *e)
{
	uint64_t from = a->before.size, to = a->after.size;
	if (from == to)
		return true;
	if (in->width != from * 8 || (to != 1 && to != 2 && to != 4 && to != 8)) {
		core_fail(e, "expected an access of %llu bytes and a field of 1, 2, 4 or 8, found %u and %llu",
			  (unsigned long long)from, in->width / 8u, (unsigned long long)to);
		return false;
	}
	in->width = (uint8_t)(to * 8);
	return true;
}

static bool patch_access(struct insn *in, const struct answer *a, struct core_error *e)
{
	if (!check_old(a, (uint64_t)(int64_t)in->off, e))
		return false;
	if (a->after.value > INT16_MAX) {
		core_fail(e, "expected an offset of at most %d, found %llu", INT16_MAX,
			  (unsigned long long)a->after.value);
		return false;
	}
	bool resized = a->before.size != a->after.size;
	if (resized && (a->before.follows == CORE_FIXED || a->before.follows != a->after.follows)) {
		poison(in);
		return true;
	}
	in->off = (int16_t)a->after.value;
	return patch_size(in, a, e);
}

static bool patch(struct insn *in, const struct answer *a, struct core_error *e)
{
	uint64_t value = a->after.value;
	if (!a->resolved) {
		poison(in);
		return true;
	}
	if (in->op == ISA_LDDW) {
		if (!check_old(a, in->imm64, e))
			return false;
		in->imm64 = value;
		in->imm = (int32_t)value;
		return true;
	}
	if (isa_rows[in->op].form != FORM_ALU)
		return patch_access(in, a, e);
	if (!check_old(a, (uint64_t)(int64_t)in->imm, e))
		return false;
	in->imm = (int32_t)value;
	return true;
}

static bool resolve_job(struct resolving *v, const struct job *j, bool same, struct answer *a)
{
	struct core_relo *r = j->relo;
	struct core_error e;
	char why[512];
	struct insn *at = &j->p->insns[r->slot], in[2] = {*at};
	if ((same || find_answer(v, r, a, &e)) && patch(in, a, &e)) {
		r->has_answer = true;
		r->answer = in[0];
		if (!v->keeps)
			memcpy(at, in, (in[1].op == ISA_CALL ? 2 : 1) * sizeof *at);
		return true;
	}
	if (v->keeps)
		return false;
	snprintf(why, sizeof why, "%s: program %s: instruction %u: CO-RE relocation to %s of %s in %s: %s", v->o->path,
		 j->p->name, r->slot, core_rows[r->kind].text, r->text, v->target->spec, e.text);
	if (!j->p->error)
		j->p->error = memory_string(why);
	return false;
}

static int compare_jobs(const void *a, const void *b)
{
	const struct job *x = a, *y = b;
	return (x->relo->number > y->relo->number) - (x->relo->number < y->relo->number);
}

static void resolve_programs(struct resolving *v)
{
	struct job *jobs = NULL;
	struct answer answer;
	size_t n = 0;
	bool known = false; /* the answer of the job before */
	for (size_t i = 0; i < v->o->n_programs; i++) {
		struct program *p = v->o->programs[i];
		for (size_t k = 0; k < p->n_relos; k++)
			*MEMORY_PUSH(jobs, n) = (struct job){p, &p->relos[k]};
	}
	if (n)
		qsort(jobs, n, sizeof *jobs, compare_jobs);
	for (size_t i = 0; i < n; i++)
		known = resolve_job(v, &jobs[i], known && !compare_jobs(&jobs[i - 1], &jobs[i]), &answer);
	free(jobs);
}

void core_release_relos(struct program *p)
{
	for (size_t i = 0; i < p->n_relos; i++)
		free(p->relos[i].text);
	free(p->relos);
	p->relos = NULL;
	p->n_relos = 0;
}

static enum object_error resolve_object(struct resolving *v)
{
	const struct store *store = (const struct store *)v->o;
	v->local = btf__new(store->types, store->types_len); /* it was read before */
	btf__set_pointer_size(v->local, 8);
	resolve_programs(v);
	bool ok = v->keeps || !programs_all_refused(v->o, v->err, v->errlen);
	for (size_t i = 0; ok && !v->keeps && i < v->o->n_programs; i++) {
		struct program *p = v->o->programs[i];
		if (p->error)
			program_refuse(p, p->error);
		else
			core_release_relos(p);
	}
	for (size_t i = 0; i < v->n_lists; i++)
		free(v->lists[i].at);
	free(v->lists);
	btf__free(v->local);
	return ok ? OBJECT_OK : OBJECT_MALFORMED;
}

static size_t count_relos(const struct object *o)
{
	size_t n = 0;
	for (size_t i = 0; i < o->n_programs; i++)
		n += o->programs[i]->n_relos;
	return n;
}

/* Kernel functions whose prototypes the kernel's types may know better than the object. */
static size_t count_kfuncs(const struct object *o)
{
	size_t n = 0;
	for (size_t i = 0; i < o->n_externs; i++)
		n += o->externs[i].call && o->externs[i].call->id >= KFUNC_ID_OTHER;
	return n;
}

static void resolve_kfuncs(struct resolving *v)
{
	if (!count_kfuncs(v->o))
		return;
	core_target_load_modules(v->target);
	for (size_t i = 0; i < v->o->n_externs; i++)
		for (size_t k = v->target->n; k-- > 0;) /* the kernel's own last */
			kfunc_resolve(&v->o->externs[i], v->target->btf[k]);
}

static enum object_error look_up(struct resolving *v)
{
	struct object *o = v->o;
	bool relos = count_relos(o) > 0, kfuncs = !v->keeps && count_kfuncs(o);
	if (!strcmp(v->target->spec, "none") || (!relos && !kfuncs))
		return OBJECT_OK;
	enum object_error e = core_target_open(v->target, v->err, v->errlen);
	if (e == OBJECT_OK && kfuncs)
		resolve_kfuncs(v);
	if (e == OBJECT_OK && relos)
		e = resolve_object(v);
	if (e == OBJECT_OK && relos && !v->keeps) {
		free(o->btf);
		o->btf = memory_string(v->target->spec);
	}
	return e;
}

enum object_error object_resolve_by(struct object *o, struct object_types *types, char *err, size_t errlen)
{
	struct resolving v = {.o = o, .target = types, .err = err, .errlen = errlen};
	return look_up(&v);
}

enum object_error object_resolve(struct object *o, const char *btf, char *err, size_t errlen)
{
	struct object_types *types = object_types_new(btf);
	enum object_error e = object_resolve_by(o, types, err, errlen);
	object_types_free(types);
	return e;
}

enum object_error object_answer(struct object *o, const char *btf, char *err, size_t errlen)
{
	struct resolving v = {.o = o, .target = object_types_new(btf), .err = err, .errlen = errlen, .keeps = true};
	enum object_error e = look_up(&v);
	object_types_free(v.target);
	return e;
}

const struct core_relo *program_core(const struct program *p, size_t slot)
{
	size_t lo = 0, hi = p->n_relos;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (p->relos[mid].slot < slot)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < p->n_relos && p->relos[lo].slot == slot && !p->relos[lo].is_fixed ? &p->relos[lo] : NULL;
}

bool program_is_symbolic(const struct program *p)
{
	for (size_t i = 0; i < p->n_relos; i++)
		if (!p->relos[i].is_fixed)
			return true;
	return false;
}
