/* SPDX-License-Identifier: BSD-2-Clause */
/* Objects: what clang emits, read back; what nobody should emit, refused. */
#include "encode/object/program.h"

#include <criterion/criterion.h>
#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const compilers[] = {"clang-14", "clang-19"};
enum { COMPILERS = sizeof compilers / sizeof *compilers };

static const char prelude[] = "#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\n"
			      "char _license[] SEC(\"license\") = \"GPL\";\n";

struct bytes {
	uint8_t *data;
	size_t len;
};

static struct bytes slurp(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct bytes b = {malloc(1 << 20), 0};
	cr_assert(f && b.data);
	b.len = fread(b.data, 1, 1 << 20, f);
	fclose(f);
	return b;
}

/* Compiles a snippet and returns the file; `cc` is compiler and options. */
static struct bytes compile(const char *cc, const char *options, const char *source)
{
	char dir[] = "/tmp/test_object.XXXXXX", command[600], path[64];
	cr_assert(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/a.c", dir);
	FILE *f = fopen(path, "w");
	cr_assert(f);
	fputs(source, f);
	fclose(f);
	snprintf(command, sizeof command,
		 "%s -O2 -g -Wno-everything -target bpf -I/usr/include/x86_64-linux-gnu %s -c %s/a.c -o %s/a.o", cc,
		 options, dir, dir);
	cr_assert(!system(command), "%s", command);
	snprintf(path, sizeof path, "%s/a.o", dir);
	struct bytes b = slurp(path);
	snprintf(command, sizeof command, "rm -r %s", dir);
	cr_assert(!system(command));
	return b;
}

static struct object *parse(struct bytes b)
{
	struct object *o;
	char err[300];
	enum object_error e = object_parse("a.o", b.data, b.len, &o, err, sizeof err);
	cr_assert(e == OBJECT_OK, "%s", err);
	free(b.data);
	return o;
}

static struct object *build(const char *cc, const char *options, const char *body)
{
	char source[8192];
	snprintf(source, sizeof source, "%s%s", prelude, body);
	return parse(compile(cc, options, source));
}

static struct program *program(const struct object *o, const char *name)
{
	struct program *p = object_find(o, name);
	cr_assert(p, "program %s", name);
	return p;
}

static const struct map *map(const struct object *o, const char *name)
{
	int i = object_find_map(o, name);
	cr_assert(i >= 0, "map %s", name);
	return &o->maps[i];
}

/* The n-th LDDW of that kind. */
static const struct insn *wide(const struct program *p, enum wide_kind kind, unsigned n)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->insns[i].op == ISA_LDDW && p->insns[i].src == kind && !n--)
			return &p->insns[i];
	cr_assert_fail("64-bit load of kind %d", kind);
	return NULL;
}

static void check_address(const struct program *p, unsigned n, const char *section, uint32_t off)
{
	const struct insn *in = wide(p, WIDE_MAP_VALUE, n);
	cr_assert_str_eq(p->object->maps[in->imm].name, section);
	cr_assert_eq(in->imm64 >> 32, off);
	cr_assert_eq((uint32_t)in->imm64, (uint32_t)in->imm);
}

Test(object, programs_of_several_sections)
{
	for (int c = 0; c < COMPILERS; c++) {
		struct object *o = build(compilers[c], "",
					 "SEC(\"xdp\") int a(void *x) { return 1; }\n"
					 "SEC(\"xdp\") int b(void *x) { return 2; }\n"
					 "SEC(\"?tracepoint/syscalls/sys_enter\") int c(void *x) { return 0; }\n"
					 "SEC(\"fentry.s/do_nothing\") int d(void *x) { return 0; }\n"
					 "unsigned _version SEC(\"version\") = 0x60102;\n");
		cr_assert_eq(o->n_programs, 4);
		cr_assert_str_eq(o->license, "GPL");
		cr_assert_str_eq(o->path, "a.o");
		cr_assert_eq(o->kern_version, 0x60102);
		cr_assert_eq(program(o, "b")->type, PROGTYPE_XDP);
		cr_assert_eq(program(o, "b")->insns[0].imm, 2);
		cr_assert_eq(program(o, "a")->n, 2);
		cr_assert_eq(program(o, "xdp"), program(o, "a"), "found by section");
		cr_assert_null(object_find(o, "nothing"));
		struct program *p = program(o, "c");
		cr_assert_eq(p->type, PROGTYPE_TRACEPOINT);
		cr_assert_str_eq(p->expected, "syscalls/sys_enter");
		cr_assert_str_eq(p->section, "?tracepoint/syscalls/sys_enter");
		cr_assert_not(p->sleepable);
		p = program(o, "d");
		cr_assert_eq(p->type, PROGTYPE_TRACING);
		cr_assert(p->sleepable);
		cr_assert_str_eq(p->expected, "do_nothing");
		cr_assert_neq(p->expected_attach, 0);
		object_free(o);
	}
}

Test(object, calls_are_linked_once_behind_the_entry)
{
	for (int c = 0; c < COMPILERS; c++) {
		struct object *o =
		    build(compilers[c], "",
			  "static __attribute__((noinline)) int leaf(int x) { return x * x + 3; }\n"
			  "__attribute__((noinline)) int mid(int x) { return leaf(x) ^ 5; }\n"
			  "SEC(\"other\") __attribute__((noinline)) int far(int x) { return leaf(x) | 9; }\n"
			  "SEC(\"xdp\") int main_(struct xdp_md *x) {\n"
			  " return mid(x->data) + leaf(x->data_end) + far(x->data) + mid(7); }\n"
			  "SEC(\"tc\") int lone(struct __sk_buff *x) { return mid(x->len); }\n");
		struct program *p = program(o, "main_");
		cr_assert_eq(p->n_subs, 4);
		cr_assert_str_eq(p->subs[0].name, "main_");
		cr_assert_eq(p->subs[0].start, 0);
		unsigned calls = 0;
		for (size_t pc = 0; pc < p->n; pc++) {
			if (p->insns[pc].op != ISA_CALL)
				continue;
			cr_assert_eq(p->insns[pc].src, CALL_LOCAL);
			int64_t to = insn_target(&p->insns[pc], pc);
			const struct subprogram *s = program_sub(p, (size_t)to);
			cr_assert_eq(s->start, to);
			calls++;
		}
		cr_assert_eq(calls, 6, "%u", calls);
		for (size_t i = 1; i < p->n_subs; i++) {
			cr_assert_eq(p->subs[i].start, p->subs[i - 1].end);
			cr_assert_eq(p->subs[i].is_global, strcmp(p->subs[i].name, "leaf") != 0);
		}
		cr_assert_eq(p->subs[3].end, p->n);
		cr_assert_eq(program(o, "lone")->n_subs, 3);
		cr_assert_null(program_sub(p, p->n));
		object_free(o);
	}
}

Test(object, btf_maps)
{
	for (int c = 0; c < COMPILERS; c++) {
		struct object *o = build(
		    compilers[c], "",
		    "struct key { int a; char b; }; struct value { long a[3]; };\n"
		    "struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, struct key); __type(value, struct value);\n"
		    " __uint(max_entries, 77); __uint(map_flags, 1); __uint(pinning, 1); } hash SEC(\".maps\");\n"
		    "struct { __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY); __uint(key_size, 4); __uint(value_size, 4); "
		    "}\n"
		    " events SEC(\".maps\");\n"
		    "struct in { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 5); __type(key, int); "
		    "__type(value, long); }"
		    " in0 SEC(\".maps\");\n"
		    "struct { __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS); __uint(max_entries, 2); __uint(key_size, 4);\n"
		    " __array(values, struct in); } outer SEC(\".maps\") = {.values = {&in0}};\n"
		    "SEC(\"xdp\") int p(void *x) { struct key k = {}; bpf_map_lookup_elem(&outer, &k);\n"
		    " return bpf_map_lookup_elem(&hash, &k) != 0; }\n");
		cr_assert_eq(o->n_maps, 5);
		const struct map *m = map(o, "hash");
		cr_assert_eq(m->type, MAPTYPE_HASH);
		cr_assert_eq(m->key_size, 8);
		cr_assert_eq(m->value_size, 24);
		cr_assert_eq(m->max_entries, 77);
		cr_assert_eq(m->flags, 1);
		cr_assert_eq(m->inner, -1);
		cr_assert_not(m->is_data);
		m = map(o, "outer");
		cr_assert_eq(m->value_size, 4);
		cr_assert_geq(m->inner, 0);
		const struct map *inner = &o->maps[m->inner];
		cr_assert_eq(inner->type, MAPTYPE_ARRAY);
		cr_assert_eq(inner->value_size, 8);
		cr_assert_eq(inner->max_entries, 5);
		cr_assert_eq(wide(program(o, "p"), WIDE_MAP, 0)->imm, object_find_map(o, "outer"));
		cr_assert_eq(wide(program(o, "p"), WIDE_MAP, 1)->imm, object_find_map(o, "hash"));
		object_free(o);
	}
}

Test(object, legacy_maps)
{
	struct object *o =
	    build("clang-14", "",
		  "struct d { unsigned t, k, v, n, f, id, pin; };\n"
		  "struct d one SEC(\"maps\") = {1, 4, 8, 9, 1};\nstruct d two SEC(\"maps\") = {2, 4, 16, 3, 0, 7};\n"
		  "SEC(\"xdp\") int p(void *x) { int k = 0; return bpf_map_lookup_elem(&two, &k) != 0; }\n");
	cr_assert_eq(o->n_maps, 2);
	cr_assert_eq(map(o, "one")->flags, 1);
	cr_assert_eq(map(o, "one")->max_entries, 9);
	cr_assert_eq(map(o, "two")->type, MAPTYPE_ARRAY);
	cr_assert_eq(map(o, "two")->value_size, 16);
	cr_assert_eq(wide(program(o, "p"), WIDE_MAP, 0)->imm, object_find_map(o, "two"));
	object_free(o);
}

static const char data_source[] =
    "const volatile int config = 7; const int fixed[4] = {1, 2, 3, 4}; int set = 5; static volatile long zero;\n"
    "const volatile struct { char a, b; } pair[2] = {{1, 2}, {3, 4}}; typedef volatile int vint; const vint hidden = "
    "9;\n"
    "SEC(\"xdp\") int p(struct xdp_md *x) { zero++; bpf_trace_printk(\"hello\", 6);\n"
    " return config + fixed[x->data & 3] + set + pair[1].b + hidden; }\n";

Test(object, data_sections)
{
	for (int c = 0; c < COMPILERS; c++) {
		struct object *o = build(compilers[c], "", data_source);
		const struct map *m = map(o, ".rodata");
		cr_assert(m->is_data && m->frozen);
		cr_assert_eq(m->max_entries, 1);
		cr_assert_eq(m->n_vars, 4);
		for (size_t i = 0; i < m->n_vars; i++) {
			cr_assert_eq(m->vars[i].is_volatile, strcmp(m->vars[i].name, "fixed") != 0, "%s",
				     m->vars[i].name);
			cr_assert(!i || m->vars[i].off >= m->vars[i - 1].off + m->vars[i - 1].size);
			if (!strcmp(m->vars[i].name, "fixed"))
				cr_assert_arr_eq(m->bytes + m->vars[i].off, "\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0", 16);
		}
		m = map(o, ".bss");
		cr_assert_not(m->frozen);
		cr_assert_eq(m->n_vars, 1);
		cr_assert_eq(m->vars[0].size, 8);
		cr_assert_not(m->vars[0].is_volatile);
		cr_assert_arr_eq(m->bytes, "\0\0\0\0\0\0\0\0", 8);
		cr_assert_eq(map(o, ".data")->bytes[0], 5);
		cr_assert_str_eq((char *)map(o, ".rodata.str1.1")->bytes, "hello");
		check_address(program(o, "p"), 0, ".bss", 0);
		object_free(o);
	}
}

Test(object, sections_per_variable)
{
	struct object *o = build("clang-14", "-fdata-sections -ffunction-sections",
				 "int a = 3, b, c[2] = {4, 5}; const volatile int d = 2;\n"
				 "SEC(\"xdp\") int p(struct xdp_md *x) { b = d; return a + c[1]; }\n");
	cr_assert_eq(map(o, ".data.c")->value_size, 8);
	cr_assert(map(o, ".rodata.d")->frozen);
	cr_assert(map(o, ".rodata.d")->vars[0].is_volatile);
	cr_assert_eq(map(o, ".bss.b")->value_size, 4);
	object_free(o);
}

Test(object, offsets_into_data)
{
	struct object *o =
	    build("clang-14", "",
		  "int t[8] = {1}; static volatile int u[8] = {1};\n"
		  "SEC(\"xdp\") int p(void *x) { return u[7]; }\n"
		  "SEC(\"tc\") long q(void *x) { long r; asm volatile(\"%0 = t + 12 ll\" : \"=r\"(r)); return r; }\n");
	check_address(program(o, "p"), 0, ".data", 32);
	check_address(program(o, "q"), 0, ".data", 12);
	object_free(o);
}

Test(object, externs)
{
	for (int c = 0; c < COMPILERS; c++) {
		struct object *o =
		    build(compilers[c], "",
			  "extern int LINUX_KERNEL_VERSION __kconfig; extern const int bpf_prog_active __ksym __weak;\n"
			  "extern int kfunc(int) __ksym; int unlinked(int);\n"
			  "SEC(\"xdp\") int p(struct xdp_md *x) { int u = unlinked(x->data);\n"
			  " return u + kfunc(3) + LINUX_KERNEL_VERSION + (&bpf_prog_active ? kfunc(2) : 1); }\n");
		struct program *p = program(o, "p");
		bool seen[2] = {0};
		cr_assert_eq(o->n_externs, 4);
		for (size_t i = 0; i < o->n_externs; i++) {
			const struct extern_symbol *e = &o->externs[i];
			bool is_function = !strcmp(e->name, "kfunc") || !strcmp(e->name, "unlinked");
			cr_assert_eq(e->is_function, is_function, "%s", e->name);
			cr_assert_eq(e->is_weak, !strcmp(e->name, "bpf_prog_active"));
		}
		for (size_t pc = 0; pc < p->n; pc++) {
			const struct insn *in = &p->insns[pc];
			if (in->op == ISA_CALL && in->src == CALL_KFUNC)
				seen[0] |= !strcmp(o->externs[in->imm].name, "kfunc");
			if (in->op == ISA_LDDW && in->src == WIDE_BTF_ID)
				seen[1] |= !strcmp(o->externs[in->imm].name, "LINUX_KERNEL_VERSION");
		}
		cr_assert(seen[0] && seen[1]);
		object_free(o);
	}
}

Test(object, function_addresses)
{
	for (int c = 0; c < COMPILERS; c++) {
		struct object *o =
		    build(compilers[c], "",
			  "static long step(unsigned i, void *x) { return i == 3; }\n"
			  "static long other(unsigned i, void *x) { return i == 4; }\n"
			  "SEC(\"tc\") int p(void *x) { bpf_loop(5, step, 0, 0); return bpf_loop(5, other, 0, 0); }\n");
		struct program *p = program(o, "p");
		cr_assert_eq(p->n_subs, 3);
		for (unsigned i = 0; i < 2; i++) {
			const struct insn *in = wide(p, WIDE_FUNC, i);
			int64_t to = (in - p->insns) + in->imm + 1;
			cr_assert_eq(to, p->subs[i + 1].start);
			cr_assert_str_eq(p->subs[i + 1].name, i ? "other" : "step");
		}
		object_free(o);
	}
}

Test(object, source_lines_and_core_relocations)
{
	for (int c = 0; c < COMPILERS; c++) {
		struct object *o = build(compilers[c], "",
					 "struct task { int a, pid; } __attribute__((preserve_access_index));\n"
					 "static __attribute__((noinline)) int sub(struct task *t) {\n"
					 " return t->pid * 3;\n}\n"
					 "SEC(\"kprobe/f\") int p(struct task *t) {\n return sub(t) + t->pid; }\n");
		struct program *p = program(o, "p");
		cr_assert_geq(o->n_core_relos, 2);
		bool found = false;
		for (size_t pc = 0; pc < p->n; pc++) {
			const struct line *l = program_line(p, pc);
			if (!l || !strstr(l->text, "pid * 3"))
				continue;
			found = true;
			cr_assert_str_eq(program_sub(p, pc)->name, "sub");
			cr_assert_eq(l->number, 6);
			cr_assert(strstr(l->file, "a.c"));
		}
		cr_assert(found);
		cr_assert_null(program_line(p, p->n));
		object_free(o);
	}
}

static const struct {
	const char *section;
	enum progtype type;
} sections[] = {
    {"socket", PROGTYPE_SOCKET_FILTER},
    {"socket1", PROGTYPE_SOCKET_FILTER},
    {"xdp", PROGTYPE_XDP},
    {"xdp_prog", PROGTYPE_XDP},
    {"xdp.frags", PROGTYPE_XDP},
    {"xdp_devmap/x", PROGTYPE_XDP},
    {"tc", PROGTYPE_SCHED_CLS},
    {"classifier_x", PROGTYPE_SCHED_CLS},
    {"tc/ingress", PROGTYPE_SCHED_CLS},
    {"tcx/egress", PROGTYPE_SCHED_CLS},
    {"action", PROGTYPE_SCHED_ACT},
    {"kprobe/f", PROGTYPE_KPROBE},
    {"kretprobe/f", PROGTYPE_KPROBE},
    {"tracepoint/a/b", PROGTYPE_TRACEPOINT},
    {"tp/a/b", PROGTYPE_TRACEPOINT},
    {"raw_tp/a", PROGTYPE_RAW_TRACEPOINT},
    {"perf_event", PROGTYPE_PERF_EVENT},
    {"cgroup_skb/egress", PROGTYPE_CGROUP_SKB},
    {"cgroup/skb", PROGTYPE_CGROUP_SKB},
    {"cgroup/connect4", PROGTYPE_CGROUP_SOCK_ADDR},
    {"cgroup/dev", PROGTYPE_CGROUP_DEVICE},
    {"cgroup/sysctl", PROGTYPE_CGROUP_SYSCTL},
    {"lwt_in", PROGTYPE_LWT_IN},
    {"lwt_xmit", PROGTYPE_LWT_XMIT},
    {"sockops", PROGTYPE_SOCK_OPS},
    {"sk_skb/stream_parser", PROGTYPE_SK_SKB},
    {"sk_skb", PROGTYPE_SK_SKB},
    {"sk_msg", PROGTYPE_SK_MSG},
    {"flow_dissector", PROGTYPE_FLOW_DISSECTOR},
    {"netfilter", PROGTYPE_NETFILTER},
    {"lsm/x", PROGTYPE_LSM},
    {"syscall", PROGTYPE_SYSCALL},
    {"?kprobe/f", PROGTYPE_KPROBE},
    {"nothing", PROGTYPE_UNSPEC},
};

static struct object *assemble(const char *text)
{
	struct object *o;
	char err[300];
	enum object_error e = object_assemble("t.s", text, &o, err, sizeof err);
	cr_assert(e == OBJECT_OK, "%s", err);
	return o;
}

Test(object, program_types)
{
	for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
		char text[120];
		snprintf(text, sizeof text, ".program p %s\nr0 = 0\nexit\n", sections[i].section);
		struct object *o = assemble(text);
		cr_assert_eq(o->programs[0]->type, sections[i].type, "%s", sections[i].section);
		object_free(o);
	}
}

Test(object, assembly)
{
	struct object *o = assemble("# a comment\n"
				    ".program count tc // comment\n"
				    ".map in ARRAY 4 8 1\n"
				    "  .map out array_of_maps 4 4 16 0x400 in\n"
				    ".rodata limit 2a000000\n.data d FF\n.bss hits 8\n.extern kernel_thing\n"
				    "r6 = hits ll\nr1 = limit ll\nr2 = out ll\nr3 = extern[0] ll\n"
				    "call f\nexit\n"
				    "f: r0 = 1\nexit\n");
	struct program *p = program(o, "count");
	cr_assert_str_eq(p->section, "tc");
	cr_assert_eq(p->type, PROGTYPE_SCHED_CLS);
	cr_assert_eq(map(o, "out")->inner, 0);
	cr_assert_eq(map(o, "out")->flags, 0x400);
	cr_assert_eq(map(o, ".rodata.limit")->bytes[0], 42);
	cr_assert(map(o, ".rodata.limit")->frozen);
	cr_assert_eq(map(o, ".data.d")->bytes[0], 255);
	check_address(p, 0, ".bss.hits", 0);
	check_address(p, 1, ".rodata.limit", 0);
	cr_assert_eq(wide(p, WIDE_MAP, 0)->imm, 1);
	cr_assert_eq(p->n_subs, 2);
	cr_assert_eq(p->subs[1].start, 10);
	cr_assert_eq(p->subs[0].end, 10);
	object_free(o);
}

static const struct {
	const char *text, *err;
} bad_texts[] = {
    {".map m\nexit\n", "t.s:1:7: expected a map type"},
    {"\n  .map m NOTYPE 4 4 1\nr0 = 0\nexit\n", "t.s:2:10: expected a map type, found 'NOTYPE'"},
    {".map m HASH 4 x 1\n", "t.s:1:15: expected a value size, found 'x'"},
    {".map m HASH 4 99999999999 1\n", "t.s:1:15: expected a value size"},
    {".map m HASH 4 4 1 0 nix\n", "t.s:1:21: expected the name of an inner map"},
    {".map m HASH 4 4 1\n.bss m 4\n", "t.s:2:6: expected a name that is not taken yet"},
    {".map m HASH 4 8 1\n.special m lock 5\n", "t.s:2:12: expected lock, timer, kptr or other inside of the value"},
    {".map m HASH 4 8 1\n.special m mutex 0\n", "t.s:2:12: expected lock, timer, kptr or other"},
    {".map m HASH 4 8 1\n.special m lock\n", "t.s:2:16: expected an offset"},
    {".special m lock 0\n", "t.s:1:10: expected the name of a map"},
    {".data d 0\n", "t.s:1:9: expected one word of bytes"},
    {".data d xx\n", "t.s:1:9: expected one word of bytes"},
    {".bss b 0\n", "t.s:1:8: expected a size"},
    {".bss b 4294967295\n", "t.s:1:8: expected a size"},
    {".program a xdp\n.program b tc\n", "t.s:2:1: expected only one .program"},
    {".text\n", "t.s:1:1: expected .program"},
    {"r0 = extern[0] ll\nexit\n", "t.s: instruction 0: expected a map"},
    {"r0 = 0\nnonsense\nexit\n", "t.s:2:1: "},
    {"", "t.s"},
};

Test(object, assembly_errors)
{
	for (size_t i = 0; i < sizeof bad_texts / sizeof *bad_texts; i++) {
		struct object *o;
		char err[300] = "";
		cr_assert_eq(object_assemble("t.s", bad_texts[i].text, &o, err, sizeof err), OBJECT_MALFORMED, "%s",
			     bad_texts[i].text);
		cr_assert_null(o);
		cr_assert_eq(strncmp(err, bad_texts[i].err, strlen(bad_texts[i].err)), 0, "%s", err);
	}
}

static const char small[] =
    "struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, long); }\n"
    " m SEC(\".maps\");\nconst volatile int limit = 3; int count = 1; extern int kf(int) __ksym;\n"
    "static __attribute__((noinline)) int f(int x) { return x * 3; }\n"
    "SEC(\"xdp\") int p(struct xdp_md *x) { int k = 0; count++;\n"
    " return bpf_map_lookup_elem(&m, &k) ? f(limit) : kf(2); }\n";

static struct bytes compile_small(const char *options)
{
	char source[4096];
	snprintf(source, sizeof source, "%s%s", prelude, small);
	return compile("clang-14", options, source);
}

/* Reads a damaged object: any answer will do that is an object or a sentence. */
static void survive(const uint8_t *data, size_t len)
{
	struct object *o;
	char err[300] = "";
	uint8_t *copy = malloc(len ? len : 1); /* exact size, for the sanitizer */
	memcpy(copy, data, len);
	enum object_error e = object_parse("a.o", copy, len, &o, err, sizeof err);
	if (e == OBJECT_OK) {
		cr_assert(o);
		object_free(o);
	} else {
		cr_assert_eq(e, OBJECT_MALFORMED);
		cr_assert_null(o);
		cr_assert(strncmp(err, "a.o: ", 5) == 0 && err[5], "%s", err);
	}
	free(copy);
}

Test(object, truncated_anywhere)
{
	struct bytes b = compile_small("");
	for (size_t n = 0; n < b.len; n++) {
		struct object *o;
		char err[300];
		survive(b.data, n);
		cr_assert_eq(object_parse("a.o", b.data, n, &o, err, sizeof err),
			     OBJECT_MALFORMED); /* the table is last */
	}
	free(b.data);
}

Test(object, damaged_anywhere)
{
	static const uint8_t flips[] = {0x01, 0x80, 0xff};
	struct bytes b = compile_small("");
	for (size_t i = 0; i < b.len; i++) {
		for (size_t k = 0; k < sizeof flips; k++) {
			b.data[i] ^= flips[k];
			survive(b.data, b.len);
			b.data[i] ^= flips[k];
		}
	}
	free(b.data);
}

static void refuse(struct bytes b, const char *expected)
{
	struct object *o;
	char err[300] = "";
	cr_assert_eq(object_parse("a.o", b.data, b.len, &o, err, sizeof err), OBJECT_MALFORMED, "read, not: %s",
		     expected);
	cr_assert_null(o);
	cr_assert(strstr(err, expected), "%s", err);
	free(b.data);
}

Test(object, other_kinds_of_files)
{
	refuse(compile_small("-target bpfeb"), "expected a little-endian ELF file");
	refuse(compile("clang-14", "-target x86_64-linux-gnu", "int f(void) { return 1; }"), "expected machine BPF");
	refuse(compile("clang-14", "-target i386-linux-gnu", "int f(void) { return 1; }"),
	       "expected a 64-bit ELF file");
	refuse(compile("clang-14", "-target bpf -emit-llvm", "int f(void) { return 1; }"), "expected an ELF file");
	refuse((struct bytes){calloc(1, 1), 0}, "expected an ELF file");
}

static const struct {
	const char *options, *body, *err;
} bad_sources[] = {
    {"-fcommon", "int c; SEC(\"xdp\") int p(void *x) { return c; }", "symbol c"},
    {"", "int c SEC(\"odd\") = 3; SEC(\"xdp\") int p(void *x) { return c++; }", "section odd"},
    {"-g0",
     "struct { __uint(type, 1); } m SEC(\".maps\"); SEC(\"xdp\") int p(void *x) { return bpf_map_lookup_elem(&m, x) != "
     "0; }",
     "section .maps: expected its definitions in .BTF"},
    {"", "struct { __type(key, int); } m SEC(\".maps\");", "map m: expected a map type"},
    {"", "struct { __uint(type, 99); } m SEC(\".maps\");", "found 99"},
    {"", "struct { int type; } m SEC(\".maps\");", "expected a member type"},
    {"", "int m SEC(\".maps\");", "expected a struct"},
    {"", "struct { int t; } m SEC(\"maps\") = {1};", "expected a definition of at least 16 bytes"},
    {"", "char big[100 << 20]; SEC(\"xdp\") int p(void *x) { return big[5]; }", "section .bss: expected at most"},
    {"", "SEC(\"xdp\") int p(void *x) { asm volatile(\"r0 = 1; .8byte 0xffffffff00001085\"); return 1; }", "unlinked"},
    {"", "SEC(\"xdp\") int p(void *x) { asm volatile(\".8byte 0xffffffff00000085\"); return 1; }", "unlinked"},
    {"", "SEC(\"xdp\") int p(void *x) { asm volatile(\".8byte 0x0000000500001085\"); return 1; }",
     "expected a function"},
    {"", "SEC(\"xdp\") int p(void *x) { asm volatile(\".8byte 0x00000005000000fe\"); return 1; }", "instruction 0"},
    {"", "SEC(\"xdp\") int p(void *x) { asm volatile(\".8byte 0x0000000000000018\"); return 1; }", "p"},
    {"",
     "int a[4] = {1}; SEC(\"xdp\") int p(void *x) { int r; asm volatile(\"%0 = a + 16 ll\" : \"=r\"(r)); return r; }",
     "inside the 16 bytes"},
};

Test(object, bad_sources)
{
	for (size_t i = 0; i < sizeof bad_sources / sizeof *bad_sources; i++) {
		char source[2048];
		snprintf(source, sizeof source, "%s%s", prelude, bad_sources[i].body);
		refuse(compile("clang-14", bad_sources[i].options, source), bad_sources[i].err);
	}
}

static void check_special(const struct map *m, size_t i, enum special_kind kind, uint32_t off)
{
	cr_assert_lt(i, m->n_specials, "%s", m->name);
	cr_expect_eq(m->specials[i].kind, kind, "%s %zu", m->name, i);
	cr_expect_eq(m->specials[i].off, off, "%s %zu at %u", m->name, i, m->specials[i].off);
}

/* What the kernel keeps in values is found by the names of types, inside of structures and arrays as well. */
Test(object, special_fields)
{
	struct object *o = build(
	    "clang-14", "",
	    "struct in { int x; struct bpf_spin_lock l; };\n"
	    "struct out { long a; struct in in; struct bpf_timer t[2]; int bpf_timer; };\n"
	    "struct { __uint(type, 1); __uint(max_entries, 1); __type(key, int); __type(value, struct out); } m "
	    "SEC(\".maps\");\n"
	    "struct { __uint(type, 1); __uint(max_entries, 1); __type(key, int); __type(value, long); } n "
	    "SEC(\".maps\");\n"
	    "struct bpf_spin_lock guard; long count;\n"
	    "SEC(\"tc\") int p(void *x) { int k = 0; bpf_spin_lock(&guard); count++; bpf_spin_unlock(&guard); return "
	    "bpf_map_lookup_elem(&m, &k) == bpf_map_lookup_elem(&n, &k); }\n");
	const struct map *m = map(o, "m"), *data = map(o, ".bss");
	cr_assert_eq(m->n_specials, 3);
	check_special(m, 0, SPECIAL_LOCK, 12);
	check_special(m, 1, SPECIAL_TIMER, 16);
	check_special(m, 2, SPECIAL_TIMER, 32);
	cr_expect_eq(map(o, "n")->n_specials, 0);
	cr_assert_eq(data->n_specials, 1);
	cr_expect_eq(data->specials[0].kind, SPECIAL_LOCK);
	cr_expect(map_find_special(m, 15, 1) && !map_find_special(m, 11, 1) && map_find_special(m, 8, 5));
	cr_expect(!map_find_special(m, 48, 8));
	object_free(o);
}

/* A program that is refused leaves the others; its own sentence stays with it. */
Test(object, one_refused_program)
{
	struct object *o =
	    build("clang-14", "",
		  "SEC(\"xdp\") int good(void *x) { return 1; }\n"
		  "SEC(\"tc\") int opcode(void *x) { asm volatile(\".8byte 0x00000005000000fe\"); return 1; }\n"
		  "SEC(\"tc\") int callee(void *x) { asm volatile(\".8byte 0x0000000500001085\"); return 1; }\n"
		  "SEC(\"tc\") int fine(void *x) { return 2; }\n"
		  "SEC(\"tc\") int r10(void *x) { asm volatile(\"goto +1; .8byte 0x0000000000000ab7\"); return 3; }\n");
	cr_assert_eq(o->n_programs, 5);
	cr_expect_null(program(o, "good")->error);
	cr_expect_null(program(o, "fine")->error);
	cr_expect_null(program(o, "r10")->error, "what is never reached may write r10");
	cr_expect_eq(program(o, "fine")->n, 2);
	cr_assert(program(o, "opcode")->error && program(o, "callee")->error);
	cr_expect(strstr(program(o, "opcode")->error, "a.o: section tc: program opcode: instruction 0: opcode 0xfe"),
		  "%s", program(o, "opcode")->error);
	cr_expect(strstr(program(o, "callee")->error, "expected a function"), "%s", program(o, "callee")->error);
	cr_expect_eq(program(o, "opcode")->n + program(o, "opcode")->n_subs + program(o, "callee")->n, 0);
	char err[300] = "";
	cr_expect_not(object_write(o, "/dev/null", err, sizeof err));
	cr_expect(strstr(err, "program opcode: "), "%s", err);
	object_free(o);
}

/* A RELA object: the same relocations, addends zero because the instructions keep theirs. */
static struct bytes with_addends(struct bytes b)
{
	Elf64_Ehdr h;
	memcpy(&h, b.data, sizeof h);
	for (unsigned i = 0; i < h.e_shnum; i++) {
		Elf64_Shdr s;
		uint8_t *at = b.data + h.e_shoff + i * sizeof s;
		memcpy(&s, at, sizeof s);
		if (s.sh_type != SHT_REL)
			continue;
		size_t n = s.sh_size / sizeof(Elf64_Rel), from = s.sh_offset;
		s.sh_type = SHT_RELA;
		s.sh_entsize = sizeof(Elf64_Rela);
		s.sh_offset = b.len;
		s.sh_size = n * sizeof(Elf64_Rela);
		memcpy(at, &s, sizeof s);
		for (size_t k = 0; k < n; k++) {
			memcpy(b.data + b.len, b.data + from + k * sizeof(Elf64_Rel), sizeof(Elf64_Rel));
			memset(b.data + b.len + sizeof(Elf64_Rel), 0, 8);
			b.len += sizeof(Elf64_Rela);
		}
	}
	return b;
}

Test(object, relocations_with_addends)
{
	struct bytes b = compile_small(""), copy = {malloc(1 << 20), b.len};
	memcpy(copy.data, b.data, b.len);
	struct object *o = parse(b), *rela = parse(with_addends(copy));
	cr_assert_eq(rela->programs[0]->n, o->programs[0]->n);
	for (size_t i = 0; i < o->programs[0]->n; i++) {
		const struct insn *x = &o->programs[0]->insns[i], *y = &rela->programs[0]->insns[i];
		cr_assert(x->op == y->op && x->src == y->src && x->imm == y->imm && x->imm64 == y->imm64, "%zu", i);
	}
	object_free(o);
	object_free(rela);
}

/* Hand-written assembly: no types, no sizes, EM_NONE. */
Test(object, symbols_without_type)
{
	struct bytes b =
	    compile("clang-14", "-x assembler",
		    ".section xdp,\"ax\",@progbits\n.globl first\nfirst:\nr0 = 1\ngoto LBB0_1\nLBB0_1:\nexit\n"
		    ".globl second\nsecond:\ncall helper\nexit\n.text\nhelper:\nr0 = 2\nexit\n");
	memcpy(b.data + offsetof(Elf64_Ehdr, e_machine), &(uint16_t){EM_NONE}, 2);
	struct object *o = parse(b);
	cr_assert_eq(o->n_programs, 2);
	cr_assert_eq(program(o, "first")->n, 3);
	cr_assert_eq(program(o, "second")->n, 4);
	cr_assert_eq(program(o, "second")->n_subs, 2);
	object_free(o);
}

Test(object, only_text)
{
	struct object *o = parse(compile("clang-14", "", "int f(void *x) { return 1; }"));
	cr_assert_eq(o->n_programs, 1);
	cr_assert_str_eq(o->license, "");
	cr_assert_eq(o->programs[0]->type, PROGTYPE_UNSPEC);
	object_free(o);
}

Test(object, files)
{
	struct object *o;
	char err[300];
	cr_assert_eq(object_read("/nonexistent/x.o", &o, err, sizeof err), OBJECT_UNREADABLE);
	cr_assert(strstr(err, "/nonexistent/x.o: "), "%s", err);
	cr_assert_null(o);
	cr_assert_eq(object_read("/tmp", &o, err, sizeof err), OBJECT_UNREADABLE);
	cr_assert(strstr(err, "directory"), "%s", err);
	cr_assert_eq(object_read("/dev/null", &o, err, sizeof err), OBJECT_UNREADABLE);
	char path[] = "/tmp/test_object.XXXXXX";
	int fd = mkstemp(path);
	cr_assert_geq(fd, 0);
	cr_assert_eq(object_read(path, &o, err, sizeof err), OBJECT_MALFORMED);
	struct bytes b = compile_small("");
	cr_assert_eq(write(fd, b.data, b.len), (ssize_t)b.len);
	close(fd);
	cr_assert_eq(object_read(path, &o, err, sizeof err), OBJECT_OK, "%s", err);
	cr_assert_str_eq(o->path, path);
	object_free(o);
	object_free(NULL);
	unlink(path);
	free(b.data);
	char short_err[8];
	cr_assert_eq(object_read("/nonexistent/x.o", &o, short_err, sizeof short_err), OBJECT_UNREADABLE);
	cr_assert_eq(object_parse("/nonexistent/x.o", (const uint8_t *)"x", 1, &o, NULL, 0), OBJECT_MALFORMED);
}
