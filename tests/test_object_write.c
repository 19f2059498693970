/* SPDX-License-Identifier: BSD-2-Clause */
/* Written objects: read back they are the same, and libbpf and the kernel load them. */
#include "encode/object/program.h"

#include <bpf/libbpf.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char dir[] = "/tmp/test_object_write.XXXXXX";
static char source[64], object[64], written[64];

static void setup(void)
{
	cr_assert(mkdtemp(dir));
	snprintf(source, sizeof source, "%s/a.c", dir);
	snprintf(object, sizeof object, "%s/a.o", dir);
	snprintf(written, sizeof written, "%s/b.o", dir);
	libbpf_set_print(NULL);
}

static void teardown(void)
{
	unlink(source);
	unlink(object);
	unlink(written);
	rmdir(dir);
}

TestSuite(object_write, .init = setup, .fini = teardown);

static struct object *read_object(const char *path)
{
	struct object *o;
	char err[300];
	enum object_error e = object_read(path, &o, err, sizeof err);
	cr_assert(e == OBJECT_OK, "%s", err);
	return o;
}

static struct object *build(const char *body)
{
	char command[400];
	FILE *f = fopen(source, "w");
	cr_assert(f);
	fprintf(f,
		"#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\nchar _license[] SEC(\"license\") = \"GPL\";\n%s",
		body);
	fclose(f);
	snprintf(command, sizeof command,
		 "clang-14 -O2 -g -Wno-everything -target bpf -I/usr/include/x86_64-linux-gnu -c %s -o %s", source,
		 object);
	cr_assert(!system(command));
	return read_object(object);
}

static void same_map(const struct map *a, const struct map *b)
{
	cr_assert_str_eq(a->name, b->name);
	cr_assert(a->type == b->type && a->key_size == b->key_size && a->value_size == b->value_size, "%s", a->name);
	cr_assert(a->max_entries == b->max_entries && a->flags == b->flags && a->frozen == b->frozen, "%s", a->name);
	cr_assert_eq(a->inner < 0, b->inner < 0);
	cr_assert_eq(a->n_vars, b->n_vars);
	cr_assert(!a->bytes || !memcmp(a->bytes, b->bytes, a->value_size), "%s", a->name);
}

static void same_insn(const struct object *o, const struct insn *x, const struct object *q, const struct insn *y)
{
	cr_assert(x->op == y->op && x->dst == y->dst && x->src == y->src && x->off == y->off && x->width == y->width);
	if (x->op == ISA_LDDW && (x->src == WIDE_MAP || x->src == WIDE_MAP_VALUE)) {
		same_map(&o->maps[x->imm], &q->maps[y->imm]);
		cr_assert_eq(x->imm64 >> 32, y->imm64 >> 32);
	} else if ((x->op == ISA_LDDW && x->src == WIDE_BTF_ID) || (x->op == ISA_CALL && x->src == CALL_KFUNC)) {
		cr_assert_str_eq(o->externs[x->imm].name, q->externs[y->imm].name);
	} else {
		cr_assert(x->imm == y->imm && x->imm64 == y->imm64);
	}
}

/* Writes it, reads it back and compares. */
static void round_trip(struct object *o)
{
	char err[300];
	cr_assert(object_write(o, written, err, sizeof err), "%s", err);
	struct object *q = read_object(written);
	cr_assert_eq(q->n_programs, o->n_programs);
	cr_assert_str_eq(q->license, o->license);
	for (size_t i = 0; i < o->n_programs; i++) {
		const struct program *a = o->programs[i], *b = object_find(q, a->name);
		cr_assert(b && a->n == b->n && a->n_subs == b->n_subs, "%s", a->name);
		cr_assert_str_eq(a->section, b->section);
		for (size_t pc = 0; pc < a->n; pc++)
			same_insn(o, &a->insns[pc], q, &b->insns[pc]);
	}
	object_free(q);
}

/* Loads it without attaching or pinning anything. */
static void load(void)
{
	struct bpf_object *b = bpf_object__open(written);
	cr_assert(b, "libbpf opens it");
	if (geteuid() != 0)
		fprintf(stderr, "skipped: loading needs root\n");
	else
		cr_assert(!bpf_object__load(b), "the kernel loads it");
	bpf_object__close(b);
}

Test(object_write, maps_data_and_functions)
{
	struct object *o =
	    build("struct key { int a, b; };\n"
		  "struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, struct key); __type(value, long);\n"
		  " __uint(max_entries, 7); } h SEC(\".maps\");\n"
		  "struct in { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); "
		  "__type(value, long); };\n"
		  "struct { __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS); __uint(max_entries, 2); __uint(key_size, 4);\n"
		  " __array(values, struct in); } outer SEC(\".maps\");\n"
		  "const volatile int limit = 3; int count = 1; static volatile long zero;\n"
		  "static __attribute__((noinline)) int leaf(int x) { zero += x; return x * limit; }\n"
		  "__attribute__((noinline)) int mid(int x) { return leaf(x) + leaf(x + 1); }\n"
		  "static long step(unsigned i, void *x) { count++; return i == leaf(3); }\n"
		  "SEC(\"xdp\") int p(struct xdp_md *x) { struct key k = {}; bpf_map_lookup_elem(&outer, &k);\n"
		  " long *v = bpf_map_lookup_elem(&h, &k); return v ? mid(*v) : leaf(2); }\n"
		  "SEC(\"tc\") int q(void *x) { bpf_loop(5, step, 0, 0); return mid(count); }\n");
	round_trip(o);
	object_free(o);
	load();
}

Test(object_write, legacy_maps_get_definitions)
{
	struct object *o =
	    build("struct d { unsigned t, k, v, n, f; };\n"
		  "struct d one SEC(\"maps\") = {1, 4, 8, 9, 1};\n"
		  "SEC(\"xdp\") int p(void *x) { int k = 0; return bpf_map_lookup_elem(&one, &k) != 0; }\n");
	round_trip(o);
	object_free(o);
	load();
}

Test(object_write, externs)
{
	struct object *o = build("extern int LINUX_KERNEL_VERSION __kconfig;\n"
				 "SEC(\"tc\") int p(void *x) { return LINUX_KERNEL_VERSION; }\n");
	round_trip(o);
	object_free(o);
	load();
}

static struct object *assemble(const char *text)
{
	struct object *o;
	char err[300];
	enum object_error e = object_assemble("t.s", text, &o, err, sizeof err);
	cr_assert(e == OBJECT_OK, "%s", err);
	return o;
}

Test(object_write, assembled)
{
	struct object *o =
	    assemble(".program count xdp\n.map m ARRAY 4 8 1\n.map in HASH 4 4 8\n"
		     ".map out HASH_OF_MAPS 4 4 8 0 in\n.rodata limit 2a000000\n.bss hits 8\n"
		     "r6 = hits ll\nr0 = 1\n*(u64 *)(r6 + 0) = r0\ncall f\nr1 = m ll\nr2 = out ll\nr0 = 2\nexit\n"
		     "f:\nr1 = limit ll\nr0 = *(u32 *)(r1 + 0)\nexit\n");
	round_trip(o);
	object_free(o);
	load();
}

static const struct {
	const char *text, *err;
} refused[] = {
    {".map m ARRAY 4 8 1\nr1 = map[0][0]+4 ll\nr0 = 0\nexit\n", "data sections only"},
    {".program p struct_ops/x\nr0 = 0\nexit\n", "struct_ops"},
    {"start: r0 = 0\ncall start\nexit\n", "no call of the entry"},
};

Test(object_write, what_libbpf_cannot_express)
{
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		struct object *o = assemble(refused[i].text);
		char err[300] = "";
		cr_assert_not(object_write(o, written, err, sizeof err));
		cr_assert(strstr(err, refused[i].err), "%s", err);
		cr_assert_eq(access(written, F_OK), -1);
		object_free(o);
	}
}

Test(object_write, unwritable)
{
	struct object *o = assemble("r0 = 0\nexit\n");
	char err[300] = "";
	cr_assert_not(object_write(o, "/nonexistent/x.o", err, sizeof err));
	cr_assert(strstr(err, "/nonexistent/x.o"), "%s", err);
	object_free(o);
}
