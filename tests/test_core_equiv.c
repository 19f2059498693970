/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs with symbolic CO-RE relocations and externs: what is proved of every kernel, and what must not be. */
#include "tests/core_fixture.h"

#include "checker/equiv/equiv.h"
#include "checker/exec/symbolic.h"

static const char types[] = "struct s { int a; int b; struct s *next; unsigned u; int arr[4]; long wide; } CORE;\n"
			    "struct s___v2 { int b; int a; } CORE;\n";
/* The same fields at other places: instructions are alike where the first has others. */
static const char swapped[] = "struct s { int b; int a; struct s *next; unsigned u; int arr[4]; long wide; } CORE;\n"
			      "struct s___v2 { int a; int b; } CORE;\n";

static struct equiv_result decide(const struct object *a, const struct object *b, bool encode)
{
	char err[256];
	struct solver_limits limits = {.query_ms = 20000, .memory_mib = 4096};
	struct solver *solver = solver_open("z3", limits, err, sizeof err);
	struct equiv_options opt = {.solver = solver, .encode = encode};
	struct equiv_result r;
	cr_assert(solver, "%s", err);
	equiv_programs(a->programs[0], b->programs[0], &opt, &r);
	solver_close(solver);
	return r;
}

static enum verdict decide_sources(const char *pre_a, const char *a, const char *pre_b, const char *b, const char *btf)
{
	char text[2][4096];
	snprintf(text[0], sizeof text[0], "%s%s", pre_a, a);
	snprintf(text[1], sizeof text[1], "%s%s", pre_b, b);
	struct object *x = core_object(text[0], btf), *y = core_object(text[1], btf);
	struct equiv_result r = decide(x, y, false);
	enum verdict v = r.verdict;
	cr_expect(v != VERDICT_UNKNOWN || r.reason != REASON_REPLAY, "%s | %s: %s", a, b, r.what);
	equiv_release(&r);
	object_free(x);
	object_free(y);
	return v;
}

#define R(expr) "READ(p, struct s, " expr ")"

Test(core_equiv, proved_of_every_layout, .timeout = 120)
{
	static const struct {
		const char *a, *b;
	} rows[] = {
	    {R("s->a + s->b"), R("s->b + s->a")},
	    {R("s->a"), "READ(p, struct s, ((struct s___v2 *)s)->a)"},
	    {R("s->next->u & 15"), R("s->next->u % 16")},
	    {R("s->arr[2] * 2"), R("s->arr[2] + s->arr[2]")},
	    {R("bpf_core_field_exists(s->a) ? 1 : 0"), R("bpf_core_field_exists(s->a)")},
	    {R("bpf_core_field_exists(s->u) ? s->u : 0"), R("!bpf_core_field_exists(s->u) ? 0 : s->u")},
	    {R("bpf_core_field_size(s->a) > 1ull << 40"), R("0")},
	    /* a kernel without one of the fields refuses the first program too, whatever b is */
	    {R("s->b > 3 ? s->a : s->wide"),
	     R("({ long x = s->a, y = s->wide; asm volatile(\"\" : \"+r\"(x), \"+r\"(y)); s->b > 3 ? x : y; })")},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		cr_expect_eq(decide_sources(types, rows[i].a, types, rows[i].b, "none"), VERDICT_PROVED, "%s",
			     rows[i].b);
		cr_expect_eq(decide_sources(types, rows[i].a, swapped, rows[i].b, "none"), VERDICT_PROVED, "%s",
			     rows[i].b);
	}
}

Test(core_equiv, never_proved, .timeout = 120)
{
	static const struct {
		const char *pre_a, *a, *pre_b, *b;
	} rows[] = {
	    {types, R("s->a"), types, R("s->b")},
	    {types, R("s->a"), swapped, R("s->b")},                  /* the same instructions */
	    {types, R("s->a"), "struct s { int a; };\n", R("s->a")}, /* the same instructions, at 0 in every kernel */
	    {types, R("s->arr[2]"), types, R("s->arr[1]")},
	    {types, R("s->next->u"), types, R("s->u")},
	    {types, R("bpf_core_field_exists(s->a)"), types, R("bpf_core_field_exists(s->b)")},
	    {types, R("bpf_core_field_exists(s->a)"), types, R("bpf_core_type_exists(struct s)")},
	    {types, R("bpf_core_field_exists(s->a)"), types, R("1")},
	    {types, R("__builtin_preserve_field_info(s->a, 0)"), types, R("0")},
	    {types, R("__builtin_preserve_field_info(s->b, 0)"), types, R("__builtin_preserve_field_info(s->b, 1)")},
	    {types, R("bpf_core_field_exists(s->a) ? s->a : 0"), types, R("s->a")},
	    {types, R("bpf_core_field_exists(s->a) && s->b > 3 ? s->a : 0"), types, R("s->b > 3 ? s->a : 0")},
	    /* compilers see an int here and a pointer or a long there: one has no answer where the other has */
	    {types, R("bpf_core_field_exists(s->a)"), "struct s { void *a; } CORE;\n",
	     R("bpf_core_field_exists(s->a)")},
	    {types, R("bpf_core_type_exists(struct s)"), "union s { int a; } CORE;\n",
	     "READ(p, union s, bpf_core_type_exists(union s))"},
	    {types, R("(int)s->u"), "struct s { int u; } CORE;\n", R("s->u")}, /* only the first follows to 8 bytes */
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		cr_expect_neq(decide_sources(rows[i].pre_a, rows[i].a, rows[i].pre_b, rows[i].b, "none"),
			      VERDICT_PROVED, "%s | %s", rows[i].a, rows[i].b);
}

Test(core_equiv, depends_on_the_kernel, .timeout = 60)
{
	struct core_file t = core_compile("struct s { long pad; union { int a; int b; }; } x;\n");
	cr_expect_eq(decide_sources(types, R("s->a"), types, R("s->b"), t.path), VERDICT_PROVED);
	cr_expect_eq(decide_sources(types, R("s->a"), types, R("s->b"), "none"), VERDICT_REFUTED);
	cr_expect_eq(decide_sources(types, R("bpf_core_field_exists(s->u)"), types, R("0"), t.path), VERDICT_PROVED);
	/* a second program that this kernel refuses, a first one that it does */
	cr_expect_eq(decide_sources(types, R("s->a"), types, R("s->u"), t.path), VERDICT_REFUTED);
	cr_expect_eq(decide_sources(types, R("s->u"), types, R("s->a"), t.path), VERDICT_UNKNOWN);
	cr_expect_eq(decide_sources(types, R("bpf_core_field_exists(s->u) ? s->u : 3"), types, R("3"), t.path),
		     VERDICT_PROVED);
	core_remove(&t);
}

Test(core_equiv, compilers, .timeout = 60)
{
	static const char *const compilers[] = {"clang-14 -O1", "clang-14 -O2", "clang-19 -O1", "clang-19 -O2",
						"clang-19 -O2 -mcpu=v4"};
	char text[4096];
	struct object *o[5];
	snprintf(text, sizeof text, "%s%s", types, R("s->next->next->a + (s->b > 3 ? s->arr[1] : s->wide)"));
	for (int i = 0; i < 5; i++) {
		struct core_file f = core_compile_with(compilers[i], text);
		o[i] = core_read(&f);
		core_remove(&f);
		struct equiv_result r = decide(o[0], o[i], true);
		cr_expect_eq(r.verdict, VERDICT_PROVED, "%s: %s", compilers[i], r.what);
		equiv_release(&r);
	}
	for (int i = 0; i < 5; i++)
		object_free(o[i]);
}

/* Where the kernel's field has 8 bytes, its upper half counts for a comparison of 64 bits only. */
Test(core_equiv, accesses_follow_their_fields, .timeout = 60)
{
	struct core_file t = core_compile("struct s { unsigned u; } x;\n");
	/* the compiler must not know that the upper half is 0 */
#define HIDDEN "({ unsigned long v = s->u; asm volatile(\"\" : \"+r\"(v)); v; })"
	const char *wide = R(HIDDEN " > 3"), *narrow = R("(" HIDDEN " & 0xffffffff) > 3");
	cr_expect_eq(decide_sources(types, wide, types, narrow, t.path), VERDICT_PROVED);
	cr_expect_eq(decide_sources(types, wide, types, narrow, "none"), VERDICT_REFUTED);
	core_remove(&t);
}

static uint64_t next(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
	return *seed >> 33;
}

/* Layouts of all sorts: as compiled, but for a few answers. */
static struct input *make_layout(const struct program *p, uint64_t *seed)
{
	static const uint64_t sizes[] = {0, 1, 2, 4, 8, 16};
	struct input *in = input_new();
	input_set_seed(in, next(seed) | 1);
	exec_set_core(p, in);
	for (size_t i = 0; i < p->n_relos; i++) {
		const struct core_relo *r = &p->relos[i];
		if (next(seed) % 3 == 0)
			input_set(in, IN_CORE, (uint64_t[]){r->path, r->kind}, 2, next(seed) % 40000);
		if (next(seed) % 3 == 0)
			input_set(in, IN_CORE, (uint64_t[]){r->path, CORE_MEMORY_SIZE}, 2, sizes[next(seed) % 6]);
		if (next(seed) % 8 == 0)
			input_set(in, IN_CORE, (uint64_t[]){r->path, CORE_FIELD_EXISTS}, 2, next(seed));
	}
	return in;
}

/* Both machines do the same on each of them. */
Test(core_equiv, machines_agree, .timeout = 120)
{
	static const char *const bodies[] = {
	    R("s->a + s->next->u"),
	    R("s->u + __builtin_preserve_field_info(s->b, 0) + bpf_core_field_exists(s->arr)"),
	    R("(long)s->next->wide + s->arr[3] + bpf_core_type_size(struct s)"),
	    "SEC(\"socket\") long p(void *c) { struct s l = {}; long v[8] = {}; struct s *s = (struct s *)v;\n"
	    "  asm volatile(\"\" : \"+r\"(s)); s->u = 0x12345678; s->a = -1; asm volatile(\"\" ::: \"memory\");\n"
	    "  return v[0] + v[1] * 3 + v[2] * 5; }\n",
	};
	unsigned ends[4] = {0};
	uint64_t seed = 1;
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
		char text[4096], what[256] = "";
		snprintf(text, sizeof text, "%s%s", types, bodies[i]);
		struct object *o = core_object(text, "none");
		const struct program *p = o->programs[0];
		for (int round = 0; round < 60; round++) {
			struct input *in = make_layout(p, &seed);
			struct exec_outcome x, y;
			exec_run(p, in, NULL, &x);
			symbolic_run(p, in, &(struct symbolic_options){.solver = NULL}, &y);
			ends[x.end]++;
			cr_expect(x.end == y.end && (x.end != EXEC_FAULT || x.fault == y.fault), "%s: %d %s | %d %s",
				  bodies[i], x.end, x.what, y.end, y.what);
			if (x.end == EXEC_EXIT && y.end == EXEC_EXIT)
				cr_expect(!exec_differ(p, &x, &y, what, sizeof what), "%s: %s", bodies[i], what);
			exec_release(&x);
			exec_release(&y);
			input_free(in);
		}
		object_free(o);
	}
	cr_expect(ends[EXEC_EXIT] > 20 && ends[EXEC_FAULT] > 20, "%u %u", ends[EXEC_EXIT], ends[EXEC_FAULT]);
}

Test(core_equiv, externs, .timeout = 120)
{
	static const char names[] = "extern int LINUX_KERNEL_VERSION __kconfig; extern long CONFIG_HZ __kconfig;\n"
				    "extern const int strong __ksym; extern const int weak __ksym __weak;\n"
				    "extern const void untyped __ksym __weak;\n";
#define X(expr) "SEC(\"raw_tp\") long p(void *c) { return " expr "; }\n"
	static const struct {
		const char *a, *b;
		bool proved;
	} rows[] = {
	    {X("CONFIG_HZ + LINUX_KERNEL_VERSION"), X("LINUX_KERNEL_VERSION + CONFIG_HZ"), true},
	    {X("CONFIG_HZ"), X("LINUX_KERNEL_VERSION"), false},
	    {X("CONFIG_HZ"), X("100"), false},
	    {X("LINUX_KERNEL_VERSION > 0x60000 ? 2 : 1"), X("1 + (LINUX_KERNEL_VERSION > 0x60000)"), true},
	    {X("&weak ? weak : 0"), X("!&weak ? 0 : weak"), true},
	    {X("&weak ? 1 : 0"), X("1"), false},
	    {X("&untyped ? 1 : 0"), X("1"), false},
	    {X("(long)&strong"), X("(long)&weak"), false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		enum verdict v = decide_sources(names, rows[i].a, names, rows[i].b, "none");
		cr_expect_eq(v == VERDICT_PROVED, rows[i].proved, "%s | %s", rows[i].a, rows[i].b);
		cr_expect_neq(v, VERDICT_UNKNOWN, "%s | %s", rows[i].a, rows[i].b);
	}
}

/* The kernel's interface keeps the fields of contexts in place, whichever kernel; other structures' it doesn't. */
Test(core_equiv, contexts)
{
	static const char begin[] = "#include <linux/types.h>\n#define __bpf_helpers_h\n";
	static const char program[] =
	    "struct xdp_md { __u32 data; __u32 data_end; } __attribute__((preserve_access_index));\n"
	    "struct other { __u32 data; } __attribute__((preserve_access_index));\n"
	    "__attribute__((section(\"xdp\"), used)) long p(struct %s *c) { return c->data; }\n";
	static const char *const names[] = {"xdp_md", "other"};
	for (int i = 0; i < 2; i++) {
		struct core_file f = core_new_file();
		char command[300];
		snprintf(command, sizeof command,
			 "clang-19 -O2 -g -target bpf -I/usr/include/x86_64-linux-gnu -x c -c -o %s -", f.path);
		FILE *p = popen(command, "w");
		cr_assert(p);
		fputs(begin, p);
		fprintf(p, program, names[i]);
		cr_assert_eq(pclose(p), 0);
		struct object *o = core_read(&f);
		cr_expect_eq(o->programs[0]->n_relos, 1);
		cr_expect_eq(program_is_symbolic(o->programs[0]), i == 1, "%s", names[i]);
		object_free(o);
		core_remove(&f);
	}
}

/* Headers of packets are where the protocol has them; a structure of that name with other fields is another one. */
Test(core_equiv, packet_headers)
{
	static const struct {
		const char *source;
		bool symbolic;
	} rows[] = {
	    {"struct udphdr { __be16 source, dest, len; __sum16 check; } CORE;\n"
	     "SEC(\"raw_tp\") long p(struct udphdr *u) { return u->dest; }\n",
	     false},
	    {"struct udphdr { __be16 dest, source, len; __sum16 check; } CORE;\n" /* swapped */
	     "SEC(\"raw_tp\") long p(struct udphdr *u) { return u->dest; }\n",
	     true},
	    {"struct udphdr { __be16 source; __u8 dest; } CORE;\n" /* narrower */
	     "SEC(\"raw_tp\") long p(struct udphdr *u) { return u->dest; }\n",
	     true},
	    {"struct udphdr { __be16 source, dest, more; } CORE;\n"
	     "SEC(\"raw_tp\") long p(struct udphdr *u) { return u->more; }\n",
	     true},
	    {"struct ethhdr2 { __u8 d[12]; __be16 h_proto; } CORE;\n"
	     "SEC(\"raw_tp\") long p(struct ethhdr2 *e) { return e->h_proto; }\n",
	     true},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct core_file f = core_compile(rows[i].source);
		struct object *o = core_read(&f);
		cr_expect_eq(o->programs[0]->n_relos, 1);
		cr_expect_eq(program_is_symbolic(o->programs[0]), rows[i].symbolic, "%s", rows[i].source);
		object_free(o);
		core_remove(&f);
	}
}
