/* SPDX-License-Identifier: BSD-2-Clause */
/* What is the same program by comparison, and what a sloppy comparison would take for it. */
#include "tests/core_fixture.h"
#include "tests/identical_fixture.h"

#include "checker/equiv/equiv.h"

/* Proved by comparison? */
static bool are_identical(const struct object *a, const struct object *b)
{
	struct equiv_options opt = {0};
	struct equiv_result r = {0};
	bool proved =
	    equiv_settle(a->programs[0], b->programs[0], &opt, &r) && r.verdict == VERDICT_PROVED && r.identical;
	equiv_release(&r);
	return proved;
}

static void expect_same(struct object *a, struct object *b, bool same, const char *what)
{
	cr_expect_eq(are_identical(a, b), same, "%s", what);
	cr_expect_eq(are_identical(b, a), same, "%s, the other way round", what);
	object_free(a);
	object_free(b);
}

Test(identical, to_itself)
{
	expect_same(identical_object(), identical_object(), true, "twice");
}

Test(identical, no_change_goes_unseen)
{
	for (size_t i = 0; i < sizeof identical_changes / sizeof *identical_changes; i++) {
		struct object *changed = identical_object();
		identical_changes[i].make(changed);
		expect_same(identical_object(), changed, false, identical_changes[i].name);
	}
}

/* The other number of everything. */
Test(identical, up_to_numbers)
{
	static const char maps[] = ".rodata same 6869000000000000\n"
				   ".map unused HASH 8 8 1\n"
				   ".rodata words 6869000000000000\n"
				   ".data count 0500000000000000\n"
				   ".map inside ARRAY 4 8 4\n"
				   ".map outer ARRAY_OF_MAPS 4 4 8 0 inside\n"
				   ".map table HASH 4 8 16\n";
	char code[sizeof identical_code];
	memcpy(code, identical_code, sizeof code);
	strstr(code, "extern[0]")[7] = '1';
	strstr(code, "kernel-function#1")[16] = '0';
	struct object *b = identical_assemble(maps, ".extern bpf_own_thing int long\n.extern setting\n", code);
	identical_text(&b->programs[0]->subs[1].name, "another_name");
	b->kern_version = 7;
	expect_same(identical_object(), b, true, "other numbers");
}

/* Equal constants in one place are no two places: addresses can be compared. */
Test(identical, two_maps_are_not_one)
{
	struct object *a = identical_object(), *b = identical_object();
	struct program *p = b->programs[0];
	int words = object_find_map(b, ".rodata.words"), same = object_find_map(b, ".rodata.same");
	for (size_t i = 0; i < p->n; i++)
		if (p->insns[i].op == ISA_LDDW && p->insns[i].src == WIDE_MAP_VALUE && p->insns[i].imm == same) {
			p->insns[i].imm = words;
			p->insns[i].imm64 = (uint64_t)words;
		}
	expect_same(a, b, false, "one for two");
}

/* Numbers of types say nothing unless the types are the same. */
Test(identical, types_of_the_object)
{
	static const char one[] = "struct a { long x; };\nSEC(\"xdp\") int f(void *c) { return "
				  "bpf_core_type_id_local(struct a); }\n",
			  two[] = "struct a { long y[7]; };\nSEC(\"xdp\") int f(void *c) { return "
				  "bpf_core_type_id_local(struct a); }\n";
	struct object *a = core_object(one, "none"), *b = core_object(two, "none"), *c = core_object(one, "none");
	cr_assert_eq(a->programs[0]->n, b->programs[0]->n);
	cr_assert(a->programs[0]->has_type_ids);
	cr_expect_eq(a->programs[0]->insns[0].imm, b->programs[0]->insns[0].imm, "the same number");
	cr_expect(are_identical(a, c));
	expect_same(a, b, false, "another type");
	object_free(c);
}

/* Questions about the kernel's types, with other numbers of types and other places of strings. */
Test(identical, core_relocations)
{
	static const char more[] = "struct more { struct more *next; short a[7]; };\n__attribute__((noinline)) int "
				   "more(struct more *m) { return m ? m->a[3] : 1; }\n",
			  types[] = "struct s { int a; int b; } CORE;\n",
			  swapped[] = "struct s { int b; int a; } CORE;\n", /* b where a was */
	    other[] = "struct t { int a; int b; } CORE;\n", read[] = "READ(p, struct s, s->a)",
			  read_b[] = "READ(p, struct s, s->b)", read_t[] = "READ(p, struct t, s->a)";
	static const struct {
		const char *parts[3];
		bool same;
	} rows[] = {
	    {{"", types, read}, true},      {{more, types, read}, true},  {{more, swapped, read}, false},
	    {{"", swapped, read_b}, false}, {{"", other, read_t}, false}, {{more, types, read_b}, false},
	};
	char text[2000];
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct object *a, *b;
		snprintf(text, sizeof text, "%s%s", types, read);
		a = core_object(text, "none");
		snprintf(text, sizeof text, "%s%s%s", rows[i].parts[0], rows[i].parts[1], rows[i].parts[2]);
		b = core_object(text, "none");
		cr_assert_eq(a->n_programs, 1);
		cr_assert_eq(b->n_programs, 1);
		expect_same(a, b, rows[i].same, text);
	}
}

#define EXTERN(type)                                                                                     \
	"extern " type " CONFIG_THING __kconfig;\nSEC(\"xdp\") int f(void *c) { return CONFIG_THING == " \
	"1 ? 2 : 1; }\n"

/* A setting is y, 1 or TRI_YES, by its type. */
Test(identical, types_of_settings)
{
	struct object *a = core_object(EXTERN("char"), "none"), *b = core_object(EXTERN("_Bool"), "none");
	struct equiv_options opt = {.encode = true}; /* not even by proof */
	struct equiv_result r;
	cr_expect_neq(a->externs[0].type, 0);
	cr_expect(equiv_settle(a->programs[0], b->programs[0], &opt, &r));
	cr_expect_eq(r.reason, REASON_DATA_LAYOUT);
	cr_expect_str_eq(r.what, "CONFIG_THING");
	equiv_release(&r);
	expect_same(a, b, false, "another type");
	expect_same(core_object(EXTERN("char"), "none"), core_object(EXTERN("char"), "none"), true, "the same type");
}

#define MAP(more)                                                                               \
	"struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); " \
	"__type(value, long); " more " } m SEC(\".maps\");\n"                                   \
	"SEC(\"xdp\") int f(void *c) { int k = 0; long *v = bpf_map_lookup_elem(&m, &k); return v ? *v : 1; }\n"

/* Each of the sources is the same as itself only. */
__attribute__((format(printf, 1, 0))) static void expect_all_different(const char *source, const char *const *parts,
								       size_t n)
{
	struct object *o[8];
	char text[2000];
	cr_assert_leq(n, 8);
	for (size_t i = 0; i < n; i++) {
		snprintf(text, sizeof text, source, parts[i]);
		o[i] = core_object(text, "none");
	}
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++)
			cr_expect_eq(are_identical(o[i], o[k]), i == k, "%s | %s", parts[i], parts[k]);
	for (size_t i = 0; i < n; i++)
		object_free(o[i]);
}

Test(identical, what_a_definition_says_besides)
{
	static const char *const more[] = {"",
					   "__uint(pinning, 1);",
					   "__uint(numa_node, 1);",
					   "__uint(map_extra, 1);",
					   "__uint(map_extra, 2);",
					   "enum { v1 = 3 } map_extra;",
					   "enum { v1 = 4 } map_extra;",
					   "enum { v1 = 4ull << 32 } map_extra;"};
	expect_all_different(MAP("%s"), more, sizeof more / sizeof *more);
}

/* What a loader puts into a map of maps. */
Test(identical, first_contents_of_a_map)
{
	static const char source[] =
	    "struct in { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, "
	    "long); };\nstruct in one SEC(\".maps\"), two SEC(\".maps\");\n"
	    "struct { __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS); __uint(max_entries, 2); __type(key, int); "
	    "__array(values, struct in); } m SEC(\".maps\") = {.values = {%s}};\n"
	    "SEC(\"xdp\") int f(void *c) { int k = 0; return bpf_map_lookup_elem(&m, &k) ? 2 : 1; }\n";
	static const char *const values[] = {"&one, &two", "&two, &one", "&one"};
	expect_all_different(source, values, sizeof values / sizeof *values);
}
