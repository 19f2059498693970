/* SPDX-License-Identifier: BSD-2-Clause */
/* bpfprove opt as its users see it: the object that it writes, what it says, exit statuses. */
#include "checker/exec/kernel.h"
#include "cli_fixture.h"

#include <jansson.h>
#include <signal.h>

/* Bytes put together, a constant kept in a register, and an addition of nothing. */
#define WASTE                                                                            \
	".program waste xdp\n.map hits ARRAY 4 8 1\n"                                    \
	"r6 = *(u32 *)(r1 + 0)\nr3 = *(u32 *)(r1 + 4)\nr4 = r6\nr4 += 14\nr0 = 1\n"      \
	"if r4 > r3 goto out\nr1 = *(u8 *)(r6 + 12)\nr2 = *(u8 *)(r6 + 13)\nr2 <<= 8\n"  \
	"r2 |= r1\nr0 = 2\nif r2 == 8 goto out\nr1 = 0\n*(u32 *)(r10 - 4) = r1\n"        \
	"r2 = r10\nr2 += -4\nr1 = hits ll\ncall map_lookup_elem\nif r0 == 0 goto none\n" \
	"r1 = *(u64 *)(r0 + 0)\nr1 += 1\n*(u64 *)(r0 + 0) = r1\nnone: r0 = 2\nout: exit\n"
/* Reads what it did not check. */
#define UNSAFE ".program unsafe xdp\nr2 = *(u32 *)(r1 + 0)\nr0 = *(u8 *)(r2 + 0)\nr0 += 0\nexit\n"

static const char *object_file(const char *name, const char *text)
{
	char err[256];
	struct object *o;
	const char *path = cli_path(name);
	cr_assert_eq(object_assemble("test", text, &o, err, sizeof err), OBJECT_OK, "%s", err);
	cr_assert(object_write(o, path, err, sizeof err), "%s", err);
	object_free(o);
	return path;
}

static void expect(int status, const char *want, const char *fmt, ...)
{
	char args[1024];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(args, sizeof args, fmt, ap);
	va_end(ap);
	struct cli_result r = cli_run("", "%s", args);
	cr_expect_eq(r.status, status, "%s: expected status %d, found %d: %s%s", args, status, r.status, r.out, r.err);
	cr_expect(strstr(r.out, want) || strstr(r.err, want), "%s: expected %s in: %s%s", args, want, r.out, r.err);
	cli_release(&r);
}

static json_t *run_json(const char *fmt, ...)
{
	char args[1024];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(args, sizeof args, fmt, ap);
	va_end(ap);
	struct cli_result r = cli_run("", "opt --json --no-cache %s", args);
	cr_assert_eq(r.status, 0, "%s: %s", args, r.err);
	json_t *all = json_loads(r.out, 0, NULL);
	cr_assert(all, "%s", r.out);
	cli_release(&r);
	return all;
}

static json_t *first_program(const json_t *all)
{
	return json_array_get(json_object_get(all, "programs"), 0);
}

static json_int_t number(const json_t *j, const char *key)
{
	const json_t *n = json_object_get(j, key);
	cr_assert(json_is_integer(n), "%s", key);
	return json_integer_value(n);
}

Test(opt, the_object_is_smaller_and_does_the_same)
{
	const char *in = object_file("in.o", WASTE), *out = cli_path("out.o");
	json_t *all = run_json("--proposals=3000 %s -o %s", in, out), *p = first_program(all);
	cr_expect_lt(number(p, "after"), number(p, "before"));
	cr_expect_eq(json_array_size(json_object_get(p, "steps")),
		     (size_t)number(json_object_get(p, "counts"), "adopted"));
	expect(0, "proved", "equiv --solver=cvc5 %s %s", in, out);
	expect(0, "proved", "safe %s", out);
	json_decref(all);
}

Test(opt, the_same_again)
{
	const char *in = object_file("in.o", WASTE);
	json_t *all[2];
	for (int i = 0; i < 2; i++) {
		const char *out = cli_path(i ? "b.o" : "a.o");
		all[i] = run_json("--proposals=3000 --seed=7 %s -o %s", in, out);
	}
	struct cli_result r = cli_shell("", "cmp %s %s", cli_path("a.o"), cli_path("b.o"));
	cr_expect_eq(r.status, 0, "%s", r.out);
	cli_release(&r);
	cr_expect_eq(number(first_program(all[0]), "after"), number(first_program(all[1]), "after"));
	for (int i = 0; i < 2; i++)
		json_decref(all[i]);
}

Test(opt, what_cpu_allows)
{
	static const char wide[] = ".program wide xdp\ncall get_prandom_u32\nr1 = r0\nr1 <<= 32\nr1 s>>= 32\nr0 = 1\n"
				   "if r1 s> 5 goto out\nr0 = 2\nout: exit\n";
	const char *in = object_file("in.o", wide);
	json_t *old = run_json("--proposals=3000 --cpu=v1 %s", in), *new = run_json("--proposals=3000 --cpu=v4 %s", in);
	cr_expect_lt(number(first_program(new), "after"), number(first_program(old), "after"));
	json_decref(old);
	json_decref(new);
}

Test(opt, a_program_that_is_not_safe_stays)
{
	const char *in = object_file("in.o", UNSAFE), *out = cli_path("out.o");
	expect(2, "left as it is", "opt --proposals=100 %s -o %s", in, out);
	expect(0, "identical", "equiv %s %s", in, out);
}

Test(opt, tables_and_errors)
{
	const char *in = object_file("in.o", WASTE);
	expect(0, "program  before   after", "opt --proposals=500 %s", in);
	expect(64, "--goal=speed: size, latency or verifier", "opt --goal=speed %s", in);
	expect(64, "--cpu=v9: v1, v2, v3 or v4", "opt --cpu=v9 %s", in);
	expect(64, "--jobs=0", "opt --jobs=0 %s", in);
	expect(64, "no program of the name other", "opt --program=other %s", in);
	expect(64, "no solver is named", "opt --solver=abacus %s", in);
	expect(66, "nothing.o", "opt nothing.o");
	expect(66, "/nowhere/out.o", "opt --proposals=10 %s -o /nowhere/out.o", in);
}

Test(opt, text_can_be_tried_but_not_written)
{
	const char *in = cli_file("in.s", WASTE, strlen(WASTE));
	expect(0, "waste", "opt --proposals=500 %s", in);
	expect(64, "ELF", "opt --proposals=500 %s -o %s", in, cli_path("out.o"));
}

/* Interrupted at once, it still writes a whole object. */
Test(opt, control_c_brings_it_to_an_end)
{
	const char *in = object_file("in.o", WASTE), *out = cli_path("out.o");
	char self[512];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	cr_assert_gt(n, 0);
	self[n] = 0;
	for (int i = 0; i < 2; i++)
		*strrchr(self, '/') = 0;
	struct cli_result r =
	    cli_shell("", "timeout --preserve-status -s INT 1 %s/bpfprove opt --budget=60 %s -o %s", self, in, out);
	cr_expect_eq(r.status, 0, "%s%s", r.out, r.err);
	cli_release(&r);
	expect(0, "proved", "equiv %s %s", in, out);
}

Test(opt, report_is_a_page_of_its_own)
{
	const char *in = object_file("in.o", WASTE), *page = cli_path("report.html");
	static char text[1 << 16];
	expect(0, "waste", "opt --proposals=500 %s --report=%s", in, page);
	FILE *f = fopen(page, "r");
	cr_assert(f);
	text[fread(text, 1, sizeof text - 1, f)] = 0;
	fclose(f);
	cr_expect(strstr(text, "<!DOCTYPE html>") && strstr(text, "</html>"));
	cr_expect(strstr(text, "<tr class=\"del\">") && strstr(text, "<tr class=\"same\">"));
	cr_expect(strstr(text, "<svg") && strstr(text, "z3"));
	cr_expect_not(strstr(text, "<script") || strstr(text, "http"));
	expect(66, "/nowhere/report.html", "opt --proposals=10 %s --report=/nowhere/report.html", in);
}

Test(opt, a_kernel_that_has_to_take_it)
{
	char why[200];
	const char *in = object_file("in.o", WASTE), *out = cli_path("out.o");
	if (!kernel_available(why, sizeof why)) {
		expect(2, "--kernel=require", "opt --kernel=require --proposals=500 %s -o %s", in, out);
		cr_expect_neq(access(out, F_OK), 0);
		return;
	}
	json_t *all = run_json("--kernel=require --proposals=500 %s -o %s", in, out), *p = first_program(all);
	cr_expect_str_eq(json_string_value(json_object_get(p, "kernel")), "loads");
	cr_expect_gt(number(json_object_get(p, "counts"), "kernel_loads"), 1);
	json_decref(all);
	all = run_json("--kernel=off --proposals=500 %s -o %s", in, out);
	cr_expect_eq(number(json_object_get(first_program(all), "counts"), "kernel_loads"), 0);
	json_decref(all);
}
