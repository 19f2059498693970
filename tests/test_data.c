/* SPDX-License-Identifier: BSD-2-Clause */
/* Variables of objects: which of two objects are one, and what a loader may set. */
#include "checker/equiv/equiv.h"
#include "encode/object/program.h"

#include <bpf/libbpf.h>
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECTION(name) "__attribute__((section(\"" name "\"), used)) "
#define PROGRAM(name) SECTION("xdp") "int " name "(void *c) "

/* Files of one test, in a folder of its own. */
struct folder {
	char path[32];
};

static struct folder folder_new(void)
{
	struct folder f = {"/tmp/test_data.XXXXXX"};
	cr_assert(mkdtemp(f.path));
	return f;
}

static void folder_remove(const struct folder *f)
{
	char command[64];
	snprintf(command, sizeof command, "rm -r %s", f->path);
	cr_assert_eq(system(command), 0);
}

static void compile(const struct folder *f, const char *name, const char *flags, const char *source)
{
	char command[200];
	snprintf(command, sizeof command, "clang-14 -O2 -target bpf %s -x c -c -o %s/%s.o -", flags, f->path, name);
	FILE *p = popen(command, "w");
	cr_assert(p);
	fputs(source, p);
	cr_assert_eq(pclose(p), 0, "%s", source);
}

/* Links two of the folder's objects; the order of their sections follows. */
static void link_two(const struct folder *f, const char *name, const char *first, const char *second)
{
	char path[96];
	snprintf(path, sizeof path, "%s/%s.o", f->path, name);
	struct bpf_linker *l = bpf_linker__new(path, NULL);
	cr_assert(l);
	const char *parts[] = {first, second};
	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof path, "%s/%s.o", f->path, parts[i]);
		cr_assert_eq(bpf_linker__add_file(l, path, NULL), 0);
	}
	cr_assert_eq(bpf_linker__finalize(l), 0);
	bpf_linker__free(l);
}

static struct object *read_object(const struct folder *f, const char *name)
{
	struct object *o;
	char path[96], err[400];
	snprintf(path, sizeof path, "%s/%s.o", f->path, name);
	cr_assert_eq(object_read(path, &o, err, sizeof err), OBJECT_OK, "%s", err);
	return o;
}

static void expect(const struct folder *f, const char *a, const char *b, enum verdict verdict, enum reason reason)
{
	char err[256];
	struct solver_limits limits = {.query_ms = 20000, .memory_mib = 4096};
	struct solver *solver = solver_open("z3", limits, err, sizeof err);
	struct equiv_options opt = {.solver = solver};
	struct equiv_result r;
	struct object *x = read_object(f, a), *y = read_object(f, b);
	cr_assert(solver, "%s", err);
	equiv_programs(object_find(x, "p"), object_find(y, "p"), &opt, &r);
	cr_expect_eq(r.verdict, verdict, "%s, %s: verdict %d", a, b, r.verdict);
	cr_expect_eq(r.reason, reason, "%s, %s: %s", a, b, reason_texts[r.reason]);
	equiv_release(&r);
	solver_close(solver);
	object_free(x);
	object_free(y);
}

/* In one of the objects .data comes first, in the other .bss, and each section has an x. */
Test(data, variables_of_one_name_in_two_sections)
{
	struct folder f = folder_new();
	compile(&f, "data_p", "-g", "static volatile int x = 1; " PROGRAM("p") "{ return x; }");
	compile(&f, "data_q", "-g", "static volatile int x = 1; " PROGRAM("q") "{ return x; }");
	compile(&f, "bss_p", "-g", "static volatile int x; " PROGRAM("p") "{ return x; }");
	compile(&f, "bss_q", "-g", "static volatile int x; " PROGRAM("q") "{ return x; }");
	link_two(&f, "data_bss", "data_p", "bss_q");
	link_two(&f, "bss_data", "bss_q", "data_p");
	link_two(&f, "other", "bss_p", "data_q");
	expect(&f, "data_bss", "bss_data", VERDICT_PROVED, REASON_NONE);
	expect(&f, "data_bss", "other", VERDICT_REFUTED, REASON_NONE);
	folder_remove(&f);
}

/* Nothing says which of the two is left. */
Test(data, one_of_two_variables_of_one_name_is_gone)
{
	struct folder f = folder_new();
	compile(&f, "p", "-g", "static const volatile int x = 1; " PROGRAM("p") "{ return x; }");
	compile(&f, "q", "-g", "static const volatile int x = 2; " PROGRAM("q") "{ return x; }");
	link_two(&f, "both", "p", "q");
	link_two(&f, "swapped", "q", "p");
	expect(&f, "both", "both", VERDICT_PROVED, REASON_NONE);
	expect(&f, "both", "p", VERDICT_UNKNOWN, REASON_DATA_LAYOUT);
	expect(&f, "p", "swapped", VERDICT_UNKNOWN, REASON_DATA_LAYOUT);
	folder_remove(&f);
}

/* BTF says which constants a loader may set; without it, it may be any. */
Test(data, constants_that_a_loader_may_set)
{
	static const char set[] = "const volatile int limit = 3; " PROGRAM("p") "{ return limit; }";
	static const char table[] =
	    "static const int t[4] = {3, 3, 3, 3};" PROGRAM("p") "{ return t[(unsigned long)c & 3]; }";
	struct folder f = folder_new();
	compile(&f, "set", "-g", set);
	compile(&f, "set_bare", "", set);
	compile(&f, "table", "-g", table);
	compile(&f, "table_bare", "", table);
	compile(&f, "three", "-g", PROGRAM("p") "{ return 3; }");
	expect(&f, "set", "three", VERDICT_REFUTED, REASON_NONE);
	expect(&f, "set_bare", "three", VERDICT_REFUTED, REASON_NONE);
	expect(&f, "set", "set_bare", VERDICT_PROVED, REASON_NONE);
	expect(&f, "table", "three", VERDICT_PROVED, REASON_NONE);
	expect(&f, "table_bare", "three", VERDICT_REFUTED, REASON_NONE);
	expect(&f, "table_bare", "table_bare", VERDICT_PROVED, REASON_NONE);
	folder_remove(&f);
}
