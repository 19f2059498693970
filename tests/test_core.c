/* SPDX-License-Identifier: BSD-2-Clause */
/* CO-RE relocations against types that differ from the object's: what they become, and the same from libbpf. */
#include "tests/core_fixture.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <elf.h>
#include <fcntl.h>

/* As the object has it, and as the kernel does. */
static const char local[] =
    "enum color { RED = 1, GREEN = 2, GONE = 3 }; enum wide { BIG = 1ull << 40 };\n"
    "struct inner { int a; int b; } CORE; struct absent { int q; } CORE; union onion { int peel; } CORE;\n"
    "typedef struct { int in_typedef; } named; struct fp { int (*call)(int, void *); } CORE;\n"
    "struct s { int x; short y; unsigned z : 5; int w : 7; long arr[4]; struct inner in[2];\n"
    "  union { int u1; long u2; }; char *ptr; int gone; int kind; unsigned u; int sig; unsigned char c; int tail[]; } "
    "CORE;\n"
    "struct s___old { int renamed; } CORE; struct s___new { long renamed_to; } CORE;\n";
static const char target[] =
    "enum color { GREEN = 20, RED = -10 }; enum wide { BIG = 3ull << 40 };\n"
    "struct inner { long pad; int b; int a; }; union onion { long peel; int more; };\n"
    "typedef struct { char more[12]; int in_typedef; } named; struct fp { int (*call)(int, void *); };\n"
    "struct s { char pad[16]; short y; int x; unsigned f : 3; unsigned z : 9; int w : 7; struct inner in[5];\n"
    "  struct { struct { long more; union { long u2; int u1; }; }; }; char *ptr; struct inner kind; unsigned long u;\n"
    "  long sig; unsigned c; long renamed_to; long arr[3]; int tail[]; };\n"
    "struct s s; enum color color; enum wide wide; struct inner inner; union onion onion; named n; struct fp fp;\n";

static const char questions[] =
    "enum { OFF, SIZE, EXISTS, SIGNED, LSHIFT, RSHIFT };\n"
    "ASK(off_x, s->x, OFF) ASK(off_y, s->y, OFF) ASK(size_x, s->x, SIZE) ASK(size_u, s->u, SIZE)\n"
    "ASK(has_x, s->x, EXISTS) ASK(has_gone, s->gone, EXISTS) ASK(off_gone, s->gone, OFF)\n"
    "ASK(has_kind, s->kind, EXISTS) ASK(signed_x, s->x, SIGNED) ASK(signed_z, s->z, SIGNED)\n"
    "ASK(off_z, s->z, OFF) ASK(size_z, s->z, SIZE) ASK(lshift_z, s->z, LSHIFT) ASK(rshift_z, s->z, RSHIFT)\n"
    "ASK(lshift_w, s->w, LSHIFT) ASK(rshift_w, s->w, RSHIFT) ASK(off_arr, s->arr[2], OFF) ASK(has_arr3, s->arr[3], "
    "EXISTS)\n"
    "ASK(off_in, s->in[1].b, OFF) ASK(off_u2, s->u2, OFF) ASK(off_tail, s->tail[3], OFF) ASK(off_second, s[1].x, OFF)\n"
    "ASK(has_old, ((struct s___old *)s)->renamed, EXISTS) ASK(off_new, ((struct s___new *)s)->renamed_to, OFF)\n"
    "ASK(off_named, ((named *)s)->in_typedef, OFF)\n"
    "#define OF(name, expr) SEC(\"socket\") long name(void *s) { return expr; }\n"
    "OF(type_s, bpf_core_type_exists(struct s)) OF(type_absent, bpf_core_type_exists(struct absent))\n"
    "OF(bytes_s, bpf_core_type_size(struct inner)) OF(bytes_absent, bpf_core_type_size(struct absent))\n"
    "OF(match_inner, bpf_core_type_matches(struct inner)) OF(match_s, bpf_core_type_matches(struct s))\n"
    "OF(match_onion, bpf_core_type_matches(union onion)) OF(match_fp, bpf_core_type_matches(struct fp))\n"
    "OF(id_absent, bpf_core_type_id_kernel(struct absent))\n"
    "OF(enum_red, bpf_core_enum_value(enum color, RED)) OF(enum_big, bpf_core_enum_value(enum wide, BIG))\n"
    "OF(has_green, bpf_core_enum_value_exists(enum color, GREEN)) OF(has_gone_color, bpf_core_enum_value_exists(enum "
    "color, GONE))\n"
    "OF(enum_gone, bpf_core_enum_value(enum color, GONE))\n";

enum { POISON = INT32_MIN };
static const struct expectation {
	const char *name;
	int64_t value;
} expected[] = {
    {"off_x", 20},
    {"off_y", 16},
    {"size_x", 4},
    {"size_u", 8},
    {"has_x", 1},
    {"has_gone", 0},
    {"off_gone", POISON},
    {"has_kind", 0},
    {"signed_x", 1},
    {"signed_z", 0},
    {"off_z", 24},
    {"size_z", 4},
    {"lshift_z", 52},
    {"rshift_z", 55},
    {"lshift_w", 45},
    {"rshift_w", 57},
    {"off_arr", 184 + 8 * 2},
    {"has_arr3", 0},
    {"off_in", 32 + 16 + 8},
    {"off_u2", 120},
    {"off_tail", 208 + 12},
    {"off_second", 208 + 20},
    {"has_old", 0},
    {"off_new", 176},
    {"off_named", 12},
    {"type_s", 1},
    {"type_absent", 0},
    {"bytes_s", 16},
    {"bytes_absent", 0},
    {"match_inner", 1},
    {"match_s", 0},
    {"match_onion", 0},
    {"match_fp", 1},
    {"id_absent", 0},
    {"enum_red", -10},
    {"enum_big", 3ll << 40},
    {"has_green", 1},
    {"has_gone_color", 0},
    {"enum_gone", POISON},
};

static const char *source(const char *a, const char *b)
{
	static char text[16384];
	snprintf(text, sizeof text, "%s%s", a, b);
	return text;
}

static void find_slots(const struct object *o, const char *const *names, size_t n, uint32_t *slots)
{
	for (size_t i = 0; i < n; i++) {
		const struct program *p = object_find(o, names[i]);
		cr_assert(p && p->n_relos == 1, "%s has one relocation", names[i]);
		slots[i] = p->relos[0].slot;
	}
}

static bool is_poison(const struct insn *in)
{
	return in->op == ISA_CALL && in->imm == CORE_UNRESOLVED;
}

Test(core, every_kind)
{
	enum { N = sizeof expected / sizeof *expected };
	struct core_file object = core_compile(source(local, questions)), types = core_compile(target);
	struct object *o = core_read(&object);
	const char *names[N];
	uint32_t slots[N];
	char err[400];
	for (size_t i = 0; i < N; i++)
		names[i] = expected[i].name;
	find_slots(o, names, N, slots);
	cr_assert_null(o->btf);
	cr_assert_eq(object_resolve(o, types.path, err, sizeof err), OBJECT_OK, "%s", err);
	cr_expect_str_eq(o->btf, types.path);
	for (size_t i = 0; i < N; i++) {
		const struct program *p = object_find(o, names[i]);
		const struct insn *in = &p->insns[slots[i]];
		int64_t value = in->op == ISA_LDDW ? (int64_t)in->imm64 : in->imm;
		cr_expect_eq(p->n_relos, 0);
		if (expected[i].value == POISON)
			cr_expect(is_poison(in), "%s", names[i]);
		else
			cr_expect(!is_poison(in) && value == expected[i].value, "%s: %lld", names[i], (long long)value);
	}
	object_free(o);
	core_remove(&object);
	core_remove(&types);
}

Test(core, sizes_of_accesses)
{
	static const struct {
		const char *name;
		unsigned width; /* 0: poison */
		int off;
	} rows[] = {{"x", 32, 20}, {"y", 16, 16},    {"u", 64, 152}, {"c", 32, 168},
		    {"sig", 0, 0}, {"ptr", 64, 128}, {"gone", 0, 0}};
	enum { N = sizeof rows / sizeof *rows };
	struct core_file types = core_compile(target);
	struct core_file object =
	    core_compile(source(local, "#define L(f) SEC(\"socket\") long f(struct s *s) { return (long)s->f; }\n"
				       "L(x) L(y) L(u) L(c) L(sig) L(ptr) L(gone)\n"
				       "SEC(\"socket\") long store(struct s *s) { s->u = 7; s->c = 1; return 0; }\n"));
	struct object *o = core_read(&object);
	const char *names[N];
	uint32_t slots[N];
	char err[400];
	for (size_t i = 0; i < N; i++)
		names[i] = rows[i].name;
	find_slots(o, names, N, slots);
	cr_assert_eq(object_resolve(o, types.path, err, sizeof err), OBJECT_OK, "%s", err);
	for (size_t i = 0; i < N; i++) {
		const struct insn *in = &object_find(o, names[i])->insns[slots[i]];
		cr_expect_eq(is_poison(in), !rows[i].width, "%s", names[i]);
		if (rows[i].width)
			cr_expect(in->width == rows[i].width && in->off == rows[i].off, "%s: %u bits at %d", names[i],
				  in->width, in->off);
	}
	const struct program *p = object_find(o, "store");
	unsigned stores = 0;
	for (size_t i = 0; i < p->n; i++)
		stores += (p->insns[i].op == ISA_ST || p->insns[i].op == ISA_STX) &&
			  ((p->insns[i].off == 152 && p->insns[i].width == 64) ||
			   (p->insns[i].off == 168 && p->insns[i].width == 32));
	cr_expect_eq(stores, 2);
	object_free(o);
	core_remove(&object);
	core_remove(&types);
}

/* `text` in the sentence; NULL: it resolves. */
static void resolve_fails(const char *object, const char *types, const char *text)
{
	struct core_file a = core_compile(object), b = core_compile(types);
	struct object *o = core_read(&a);
	char err[400] = "";
	enum object_error e = object_resolve(o, b.path, err, sizeof err);
	cr_expect_eq(e, text ? OBJECT_MALFORMED : OBJECT_OK, "%s", err);
	cr_expect(!text || strstr(err, text), "%s", err);
	object_free(o);
	core_remove(&a);
	core_remove(&b);
}

Test(core, several_types_of_one_name)
{
	static const char read[] =
	    "struct s { int a; int b; } CORE; SEC(\"socket\") long p(struct s *s) { return s->a; }\n";
	static const char two[] =
	    "struct s { int a; int b; } CORE; SEC(\"socket\") long p(struct s *s) { return s->b + s->a; }\n";
	resolve_fails(read, "struct s___1 { int x; int a; } x; struct s___2 { long y; int a; } y;", "to agree");
	resolve_fails(read, "struct s___1 { int x; int a; } x; struct s___2 { int y; int a; } y;", NULL);
	resolve_fails(two, "struct s___1 { int b; int a; } x; struct s___2 { long y; int a; } y;",
		      NULL); /* the first only */
	resolve_fails(read, "struct s { char x[40000]; int a; } x;", "an offset of at most 32767");
}

Test(core, files_of_types)
{
	static const struct {
		const char *path;
		enum object_error error;
		const char *text;
	} rows[] = {{"/nothing/there", OBJECT_UNREADABLE, "No such file"},
		    {"/tmp", OBJECT_UNREADABLE, "not a regular file"},
		    {"/dev/null", OBJECT_UNREADABLE, "not a regular file"},
		    {"/bin/true", OBJECT_MALFORMED, "a section .BTF"},
		    {"/etc/passwd", OBJECT_MALFORMED, "magic 0xeb9f"}};
	struct core_file f = core_compile(source(local, questions));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct object *o = core_read(&f);
		char err[400] = "";
		cr_expect_eq(object_resolve(o, rows[i].path, err, sizeof err), rows[i].error, "%s", rows[i].path);
		cr_expect(strstr(err, rows[i].text) && strstr(err, rows[i].path), "%s", err);
		object_free(o);
	}
	core_remove(&f);
}

/* Raw types, whole and with every word changed: a sentence or an answer, never more. */
Test(core, damaged_types, .timeout = 60)
{
	struct core_file f = core_compile(source(local, questions)), t = core_compile(target), raw = core_new_file();
	struct btf *btf = btf__parse(t.path, NULL);
	uint32_t len;
	const uint8_t *bytes = btf__raw_data(btf, &len);
	uint8_t *copy = malloc(len);
	unsigned good = 0, bad = 0;
	for (size_t at = 0; at <= len; at += 12) {
		struct object *o = core_read(&f);
		char err[400] = "";
		memcpy(copy, bytes, len);
		if (at && at + 4 <= len)
			memset(copy + at, at & 4 ? 0xff : 1, 4);
		int fd = open(raw.path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
		cr_assert_eq(write(fd, copy, at % 7 == 6 ? at : len), (ssize_t)(at % 7 == 6 ? at : len));
		close(fd);
		enum object_error e = object_resolve(o, raw.path, err, sizeof err);
		cr_expect_eq(e != OBJECT_OK, err[0] != 0);
		*(e == OBJECT_OK ? &good : &bad) += 1;
		object_free(o);
	}
	cr_expect(good && bad, "%u %u", good, bad);
	free(copy);
	btf__free(btf);
	core_remove(&f);
	core_remove(&t);
	core_remove(&raw);
}

static int say_nothing(enum libbpf_print_level level, const char *fmt, va_list args)
{
	(void)level, (void)fmt, (void)args;
	return 0;
}

/* libbpf relocates all programs before it loads any; whether the kernel takes them does not matter. */
static void compare_with_libbpf(const char *text, const char *btf, size_t least)
{
	struct core_file f = core_compile(text);
	struct object *plain = core_read(&f), *o = core_read(&f);
	struct bpf_object_open_opts opts = {.sz = sizeof opts, .btf_custom_path = strcmp(btf, "kernel") ? btf : NULL};
	char err[400];
	size_t compared = 0;
	cr_assert_eq(object_resolve(o, btf, err, sizeof err), OBJECT_OK, "%s", err);
	libbpf_set_print(say_nothing);
	struct bpf_object *b = bpf_object__open_file(f.path, &opts);
	cr_assert(b);
	(void)bpf_object__load(b);
	for (size_t i = 0; i < o->n_programs; i++) {
		const struct program *p = o->programs[i], *q = plain->programs[i];
		const struct bpf_program *theirs = bpf_object__find_program_by_name(b, p->name);
		const struct bpf_insn *in = theirs ? bpf_program__insns(theirs) : NULL;
		uint8_t *own = malloc(p->n * 8);
		cr_assert(in && bpf_program__insn_cnt(theirs) == p->n, "%s", p->name);
		insn_encode(p->insns, p->n, own);
		for (size_t k = 0; k < q->n_relos; k++, compared++)
			cr_expect(!memcmp(own + 8 * q->relos[k].slot, &in[q->relos[k].slot],
					  q->insns[q->relos[k].slot].op == ISA_LDDW ? 16 : 8),
				  "%s: %s of %s", p->name, core_rows[q->relos[k].kind].text, q->relos[k].text);
		free(own);
	}
	cr_expect_geq(compared, least);
	bpf_object__close(b);
	object_free(o);
	object_free(plain);
	core_remove(&f);
}

Test(core, as_libbpf)
{
	if (geteuid())
		cr_skip("libbpf relocates only for those who may load programs");
	struct core_file types = core_compile(target);
	compare_with_libbpf(source(local, questions), types.path, 35);
	core_remove(&types);
}

Test(core, as_libbpf_for_the_running_kernel)
{
	static const char task[] =
	    "struct list_head { struct list_head *next, *prev; } CORE; struct file___x { unsigned f_mode; } CORE;\n"
	    "struct task_struct { int pid; int tgid; struct task_struct *real_parent; char comm[16]; unsigned flags;\n"
	    "  struct list_head tasks; int never_was; unsigned policy; unsigned sched_reset_on_fork : 1; } CORE;\n"
	    "enum bpf_func_id___x { BPF_FUNC_map_lookup_elem___x = 77, BPF_FUNC_never = 9 };\n"
	    "enum { OFF, SIZE, EXISTS, SIGNED, LSHIFT, RSHIFT };\n"
	    "#define T(n, f, k) SEC(\"socket\") long n(struct task_struct *t) { return "
	    "__builtin_preserve_field_info(t->f, k); }\n"
	    "T(a, pid, OFF) T(b, comm[3], OFF) T(c, tasks.prev, OFF) T(d, never_was, EXISTS) T(e, never_was, OFF)\n"
	    "T(f, policy, SIZE) T(g, sched_reset_on_fork, OFF) T(h, sched_reset_on_fork, LSHIFT) T(i, "
	    "sched_reset_on_fork, RSHIFT)\n"
	    "T(j, sched_reset_on_fork, SIZE) T(k, sched_reset_on_fork, SIGNED)\n"
	    "SEC(\"socket\") long l(struct task_struct *t) { return t->real_parent->flags + t->tgid; }\n"
	    "SEC(\"socket\") long m(struct file___x *t) { return t->f_mode; }\n"
	    "SEC(\"socket\") long n(void *t) { return bpf_core_enum_value(enum bpf_func_id___x, "
	    "BPF_FUNC_map_lookup_elem___x); }\n"
	    "SEC(\"socket\") long o(void *t) { return bpf_core_enum_value_exists(enum bpf_func_id___x, "
	    "BPF_FUNC_never); }\n"
	    "SEC(\"socket\") long q(void *t) { return bpf_core_type_size(struct list_head) + "
	    "bpf_core_type_id_kernel(struct task_struct); }\n"
	    "SEC(\"socket\") long r(void *t) { return bpf_core_type_matches(struct list_head) + "
	    "bpf_core_type_exists(struct task_struct); }\n";
	if (geteuid())
		cr_skip("libbpf relocates only for those who may load programs");
	if (access("/sys/kernel/btf/vmlinux", R_OK))
		cr_skip("this kernel does not show its types");
	compare_with_libbpf(task, "kernel", 20);
}

/* Where .BTF.ext and its relocations lie in an object's bytes. */
static uint8_t *find_section(uint8_t *bytes, const char *name, size_t *size)
{
	Elf64_Ehdr h;
	memcpy(&h, bytes, sizeof h);
	Elf64_Shdr *s = (Elf64_Shdr *)(void *)(bytes + h.e_shoff);
	for (unsigned i = 0; i < h.e_shnum; i++)
		if (!strcmp((char *)bytes + s[h.e_shstrndx].sh_offset + s[i].sh_name, name)) {
			*size = s[i].sh_size;
			return bytes + s[i].sh_offset;
		}
	cr_assert_fail("section %s", name);
	return NULL;
}

struct image {
	uint8_t *bytes, *ext, *core; /* core: size of a record, name and number, then the records */
	size_t len, ext_size;
};

static struct image read_image(const char *text)
{
	struct core_file f = core_compile(text);
	struct image im = {.bytes = malloc(1 << 20)};
	FILE *in = fopen(f.path, "rb");
	im.len = fread(im.bytes, 1, 1 << 20, in);
	fclose(in);
	core_remove(&f);
	im.ext = find_section(im.bytes, ".BTF.ext", &im.ext_size);
	uint32_t header[8];
	memcpy(header, im.ext, sizeof header);
	im.core = im.ext + header[1] + header[6];
	return im;
}

static const char one_field[] =
    "struct s { int x; int y[4]; } CORE; SEC(\"socket\") long p(struct s *s) { return s->y[2]; }\n";

static void damage(size_t at, uint32_t value, const char *text)
{
	struct image im = read_image(one_field);
	struct object *o;
	char err[400] = "";
	memcpy(im.core + at, &value, sizeof value);
	cr_expect_eq(object_parse("a.o", im.bytes, im.len, &o, err, sizeof err), OBJECT_MALFORMED, "%zu %u", at, value);
	cr_expect(strstr(err, text) && strstr(err, "a.o: ") == err, "%s", err);
	object_free(o);
	free(im.bytes);
}

/* The offset in .BTF's strings of `text`. */
static uint32_t find_string(const char *text)
{
	struct image im = read_image(one_field);
	size_t size, n = strlen(text) + 1;
	uint8_t *btf = find_section(im.bytes, ".BTF", &size);
	uint32_t header[6];
	memcpy(header, btf, sizeof header);
	uint8_t *strings = btf + header[1] + header[4];
	for (uint32_t i = 0; i + n <= header[5]; i++)
		if (!memcmp(strings + i, text, n)) {
			free(im.bytes);
			return i;
		}
	cr_assert_fail("%s", text);
	return 0;
}

Test(core, malformed_records)
{
	enum { SIZE = 0, SECTION = 4, COUNT = 8, OFF = 12, TYPE = 16, ACCESS = 20, KIND = 24 };
	damage(SIZE, 12, "at least 16 bytes, found 12");
	damage(SIZE, 18, "at least 16 bytes, found 18");
	damage(SIZE, 0x7ffffff0, "CO-RE relocations");
	damage(SECTION, 0x7fffffff, "a section name");
	damage(COUNT, 0, "a section name and");
	damage(COUNT, 0x10000000, "CO-RE relocations of 16 bytes");
	damage(OFF, 4, "an instruction at offset 0x4");
	damage(OFF, 0x8000, "an instruction at offset 0x8000");
	damage(OFF, 24, "expected an immediate or the offset");
	damage(TYPE, 0x7fffffff, "inside .BTF");
	damage(TYPE, 0, "expected a type with a size");
	damage(ACCESS, 0x7fffffff, "inside .BTF");
	damage(ACCESS, 0, "expected numbers with colons");
	damage(ACCESS, find_string("socket"), "expected numbers with colons");
	damage(ACCESS, find_string("0:1:2") + 1, "expected numbers with colons");
	damage(KIND, 13, "a kind below 13");
	damage(KIND, 9, "expected \"0\"");
	damage(KIND, 11, "expected an enumeration");
	damage(KIND, 3, "found an element, which has no signedness");
}

/* Every word of the types and of their extension changed: a sentence or an object, never more. */
Test(core, damaged_objects, .timeout = 60)
{
	struct image im =
	    read_image(source(local, "enum { OFF, SIZE, EXISTS };\n"
				     "ASK(a, s->in[1].b, OFF) ASK(b, s->z, SIZE) ASK(c, s->u2, EXISTS)\n"));
	size_t sizes[2];
	uint8_t *parts[2] = {find_section(im.bytes, ".BTF", &sizes[0]), find_section(im.bytes, ".BTF.ext", &sizes[1])};
	static const uint32_t values[] = {0, 1, 7, 0x80000000, 0xffffffff};
	unsigned good = 0, bad = 0;
	for (int part = 0; part < 2; part++)
		for (size_t at = 0; at + 4 <= sizes[part]; at += 4) {
			uint32_t old;
			struct object *o;
			char err[400] = "";
			memcpy(&old, parts[part] + at, 4);
			memcpy(parts[part] + at, &values[at / 4 % 5], 4);
			enum object_error e = object_parse("a.o", im.bytes, im.len, &o, err, sizeof err);
			cr_expect_eq(e != OBJECT_OK, err[0] != 0);
			*(e == OBJECT_OK ? &good : &bad) += 1;
			object_free(o);
			memcpy(parts[part] + at, &old, 4);
		}
	cr_expect(good && bad, "%u %u", good, bad);
	free(im.bytes);
}
