/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernel functions: rows made of prototypes in BTF, and kfunc.def against the running kernel's. */
#include "core_fixture.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <stdio.h>

static const char types[] =
    "struct plain { int a; struct { short b[2]; } c; }; struct deep { struct plain *p; int x; };\n"
    "struct far; enum e { E };\n#define K __attribute__((section(\".ksyms\")))\n";

static const struct helper_row *row_of(const struct object *o, const char *name)
{
	for (size_t i = 0; i < o->n_externs; i++)
		if (!strcmp(o->externs[i].name, name))
			return o->externs[i].call;
	return NULL;
}

/* The row of `f` as the object's own prototype has it, whose parameters have no names, or as a kernel's has it. */
static struct helper_row make_row(const char *declaration, const char *call, bool kernel)
{
	char source[2000], definition[2000];
	snprintf(source, sizeof source, "%sextern %s K;\nSEC(\"tc\") long p(struct __sk_buff *s) { %s return 0; }\n",
		 types, declaration, call);
	snprintf(definition, sizeof definition, "%s%s {}\n", types, declaration);
	struct core_file k = core_compile(kernel ? definition : "int x;\n");
	struct object *o = core_object(source, kernel ? k.path : "none");
	core_remove(&k);
	const struct helper_row *row = row_of(o, "f");
	cr_assert(row, "%s", declaration);
	struct helper_row copy = *row;
	object_free(o);
	return copy;
}

Test(kfunc, prototypes, .timeout = 60)
{
	static const struct {
		bool kernel;
		const char *declaration, *call;
		enum helper_arg args[5];
		uint32_t size[5];
	} rows[] = {
	    {false,
	     "int f(char a, short b, int c, long d, enum e x)",
	     "f(1, 2, 3, 4, 0);",
	     {ARG_INT, ARG_INT, ARG_INT, ARG_ANY, ARG_INT},
	     {1, 2, 4, 8, 4}},
	    {false, "void f(struct plain *p)", "struct plain x = {0}; f(&x);", {ARG_OBJECT}, {8}},
	    {false, "void f(struct deep *p)", "f(0);", {ARG_OBJECT}, {0}},
	    {false, "void f(struct far *p)", "f(0);", {ARG_OBJECT}, {0}},
	    {false, "void f(unsigned long *p)", "long x = 0; f(&x);", {ARG_OBJECT}, {8}},
	    /* the number may be a size */
	    {false, "void f(struct plain *p, int n)", "f(0, 8);", {ARG_OBJECT, ARG_INT}, {0, 4}},
	    {true, "void f(struct plain *p, int n)", "f(0, 8);", {ARG_OBJECT, ARG_INT}, {8, 4}},
	    {true, "void f(void *p, int p__sz)", "long x = 0; f(&x, 8);", {ARG_MEM_INOUT, ARG_SIZE0}, {0, 4}},
	    {true, "void f(const void *p, int p__szk)", "long x = 0; f(&x, 8);", {ARG_MEM, ARG_SIZE0}, {0, 4}},
	    {true, "void f(struct plain *p__nullable)", "f(0);", {ARG_OBJECT_OR_NULL}, {8}},
	    {true, "void f(const char *s__str, void *p__ign)", "f(0, 0);", {ARG_STRING, ARG_ANY}, {0}},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct helper_row row = make_row(rows[i].declaration, rows[i].call, rows[i].kernel);
		cr_expect_eq(row.model, MODEL_OPAQUE, "%s", rows[i].declaration);
		cr_expect_eq(row.effects & ~(uint32_t)LAX_ARGS, KFUNC_EFFECTS, "%s", rows[i].declaration);
		cr_expect(row.id >= KFUNC_ID_OTHER && row.id < KFUNC_ID_END);
		for (int k = 0; k < 5; k++) {
			cr_expect_eq(row.args[k], rows[i].args[k], "%s, argument %d", rows[i].declaration, k);
			cr_expect_eq(row.size[k], rows[i].size[k], "%s, argument %d", rows[i].declaration, k);
		}
	}
}

Test(kfunc, prototypes_that_say_too_little, .timeout = 60)
{
	static const char *const rows[][2] = {
	    {"struct far *f(void)", "f();"}, /* may it be NULL? has it to be given back? */
	    {"int f(void *p)", "f(0);"},     /* how much of it? */
	    {"int f(char *p)", "f(0);"},     /* a string? */
	    {"int f(struct far **p)", "f(0);"},
	    {"int f(int (*p)(void))", "f(0);"},
	    {"int f(struct bpf_timer *p)", "f(0);"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		cr_expect_eq(make_row(rows[i][0], rows[i][1], false).model, MODEL_NONE, "%s", rows[i][0]);
	cr_expect_eq(make_row("void f(int *p, int n)", "f(0, 1);", false).model, MODEL_NONE, "an array?");
	cr_expect_eq(make_row("void f(struct plain *p__uninit)", "f(0);", true).model, MODEL_NONE);
	cr_expect_eq(make_row("void f(void *p__opt, int p__sz)", "f(0, 0);", true).model, MODEL_NONE);
}

Test(kfunc, prototypes_that_hide_what_matters, .timeout = 60)
{
	struct object *o = core_object("extern void bpf_throw(unsigned long) __ksym;\n"
				       "extern int bpf_xdp_pull_data(struct xdp_md *, unsigned) __ksym;\n"
				       "SEC(\"xdp\") long p(struct xdp_md *c) { if (bpf_xdp_pull_data(c, 1)) bpf_throw(1);\n"
				       " return 0; }\n",
				       "none");
	cr_assert(row_of(o, "bpf_throw") && row_of(o, "bpf_xdp_pull_data"));
	cr_expect_eq(row_of(o, "bpf_throw")->model, MODEL_NONE);
	cr_expect_eq(row_of(o, "bpf_xdp_pull_data")->model, MODEL_NONE);
	object_free(o);
}

Test(kfunc, the_table_knows_better)
{
	struct object *o = core_object("struct far; extern struct far *bpf_task_from_pid(int) __ksym;\n"
				       "extern void bpf_task_release(struct far *) __ksym;\n"
				       "SEC(\"tc\") long p(void *c) { struct far *t = bpf_task_from_pid(1);\n"
				       " if (t) bpf_task_release(t); return 0; }\n",
				       "none");
	const struct helper_row *from = row_of(o, "bpf_task_from_pid"), *release = row_of(o, "bpf_task_release");
	cr_assert(from && release);
	cr_expect_eq(from->id, kfunc_find_name("bpf_task_from_pid")->id);
	cr_expect_eq(from->ret, RET_KERNEL_OR_NULL);
	cr_expect(from->effects & ACQUIRE);
	cr_expect(release->effects & RELEASE);
	object_free(o);
}

static bool is_pointer(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);
	while (t && (btf_is_mod(t) || btf_is_typedef(t)))
		t = btf__type_by_id(btf, t->type);
	return t && btf_is_ptr(t);
}

static bool takes_pointer(enum helper_arg a)
{
	return a != ARG_INT && a != ARG_ANY && a != ARG_SIZE && a != ARG_SIZE0;
}

static void compare_prototype(const struct btf *btf, const struct btf_type *proto, const struct helper_row *row)
{
	unsigned n = 0;
	while (n < 5 && row->args[n] != ARG_NONE)
		n++;
	cr_expect_eq(btf_vlen(proto), n, "%s takes %u arguments", row->name, btf_vlen(proto));
	for (unsigned i = 0; i < n && i < btf_vlen(proto); i++)
		cr_expect_eq(is_pointer(btf, btf_params(proto)[i].type), takes_pointer(row->args[i]), "%s, argument %u",
			     row->name, i);
	cr_expect_eq(proto->type == 0, row->ret == RET_VOID, "%s", row->name);
	cr_expect_eq(is_pointer(btf, proto->type), row->ret == RET_KERNEL || row->ret == RET_KERNEL_OR_NULL, "%s",
		     row->name);
}

Test(kfunc, rows_are_those_of_the_running_kernel)
{
	struct btf *btf = btf__load_vmlinux_btf();
	size_t found = 0;
	if (libbpf_get_error(btf))
		cr_skip("no types of the running kernel");
	for (size_t i = 0; i < kfunc_row_count; i++) {
		int id = btf__find_by_name_kind(btf, kfunc_rows[i].name, BTF_KIND_FUNC);
		if (id <= 0)
			continue;
		found++;
		compare_prototype(btf, btf__type_by_id(btf, btf__type_by_id(btf, (uint32_t)id)->type), &kfunc_rows[i]);
	}
	printf("%zu of %zu are in the running kernel\n", found, kfunc_row_count);
	btf__free(btf);
}
