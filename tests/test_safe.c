/* SPDX-License-Identifier: BSD-2-Clause */
/* bpfprove safe as its users see it, and the same through the library. */
#include "bpfprove.h"
#include "checker/exec/kernel.h"
#include "cli_fixture.h"

#include <jansson.h>

#define CHECKED                                                                     \
	".program checked xdp\n"                                                    \
	"r2 = *(u32 *)(r1 + 0)\nr3 = *(u32 *)(r1 + 4)\nr4 = r2\nr4 += 14\nr0 = 1\n" \
	"if r4 > r3 goto out\nr0 = *(u8 *)(r2 + 13)\nr0 &= 3\nout: exit\n"
/* The byte behind those that were checked; needs a packet of exactly 14 bytes. */
#define BEHIND                                                                      \
	"# reads too far\n.program behind xdp\n"                                    \
	"r2 = *(u32 *)(r1 + 0)\nr3 = *(u32 *)(r1 + 4)\nr4 = r2\nr4 += 14\nr0 = 1\n" \
	"if r4 > r3 goto out\nr0 = *(u8 *)(r2 + 14)\nr0 &= 3\nout: exit // end\n"

static const char *text_file(const char *name, const char *text)
{
	return cli_file(name, text, strlen(text));
}

static json_t *load_json(const char *text)
{
	json_error_t e;
	json_t *j = json_loads(text, 0, &e);
	cr_assert(j, "%s at %d: %s", e.text, e.line, text);
	return j;
}

static const char *string_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));
	cr_assert(s, "no %s", key);
	return s;
}

static void expect(int status, const char *want, const char *fmt, ...)
{
	char args[1024];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(args, sizeof args, fmt, ap);
	va_end(ap);
	struct cli_result r = cli_run("", "safe %s", args);
	cr_expect_eq(r.status, status, "%s: expected status %d, found %d: %s%s", args, status, r.status, r.out, r.err);
	cr_expect(strstr(r.out, want) || strstr(r.err, want), "%s: expected %s in: %s%s", args, want, r.out, r.err);
	cli_release(&r);
}

Test(safe, proved_and_refuted)
{
	expect(0, "proved", "%s", text_file("a.s", CHECKED));
	expect(1, "access outside of its region, at instruction 6", "--no-kernel %s", text_file("b.s", BEHIND));
}

Test(safe, text_is_known_by_its_content)
{
	expect(0, "proved", "%s", text_file("checked", CHECKED));
	expect(65, "expected an ELF file", "%s", text_file("checked.o", CHECKED));
}

Test(safe, errors_name_line_column_and_token)
{
	struct {
		const char *text, *want;
	} bad[] = {
	    {"r0 = 1\nr1 += r11\nexit\n", ":2:7: "},
	    {"r0 = 1\nfrobnicate r1\nexit\n", "'frobnicate'"},
	    {"r0 = 1\ngoto nowhere\nexit\n", "'nowhere'"},
	    {".map m NOSUCH 4 4 1\nr0 = 1\nexit\n", ":1:8: expected a map type, found 'NOSUCH'"},
	    {"r0 = 1\n", ""},
	    {"", ""},
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		expect(65, bad[i].want, "%s", text_file("bad.s", bad[i].text));
}

Test(safe, wrong_usage)
{
	const char *a = text_file("a.s", CHECKED);
	expect(64, "one object", "");
	expect(64, "one object", "%s %s", a, a);
	expect(64, "no program of the name nosuch", "--program=nosuch %s", a);
	expect(64, "nosolver", "--solver=nosolver %s", a);
	expect(66, "/nowhere/x.s", "/nowhere/x.s");
}

Test(safe, report_of_a_refutation)
{
	struct cli_result r = cli_run("", "safe --no-kernel %s", text_file("b.s", BEHIND));
	static const char *const parts[] = {"Fault\n  access outside of its region: ",
					    "instruction 6: r0 = *(u8 *)(r2 + 14)",
					    "Example\n  packet of 14 bytes",
					    "Path\n",
					    "r2=packet",
					    "r4=packet+14"};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		cr_expect(strstr(r.out, parts[i]), "expected %s in %s", parts[i], r.out);
	cli_release(&r);
}

Test(safe, json)
{
	struct cli_result r = cli_run("", "safe --no-kernel --json %s", text_file("b.s", BEHIND));
	json_t *all = load_json(r.out), *p = json_array_get(json_object_get(all, "programs"), 0);
	cr_expect_str_eq(string_of(all, "verdict"), "refuted");
	cr_expect_str_eq(string_of(p, "program"), "behind");
	cr_expect_str_eq(string_of(p, "verdict"), "refuted");
	cr_expect_str_eq(string_of(p, "fault"), "access outside of its region");
	cr_expect_eq(json_integer_value(json_object_get(json_object_get(p, "place"), "instruction")), 6);
	cr_expect_eq(json_array_size(json_object_get(p, "path")), 7);
	cr_expect(json_array_size(json_object_get(json_object_get(p, "witness"), "entries")) > 0);
	json_decref(all);
	cli_release(&r);
	r = cli_run("", "safe --json --explain --kernel --no-kernel %s", text_file("a.s", CHECKED));
	all = load_json(r.out);
	p = json_array_get(json_object_get(all, "programs"), 0);
	cr_expect_str_eq(string_of(p, "verdict"), "proved");
	cr_expect_eq(json_array_size(json_object_get(p, "not_shown")), 0);
	cr_expect(json_array_size(json_object_get(p, "why")) > 0);
	cr_expect(json_array_size(json_object_get(p, "kernel_rules")) > 0);
	cr_expect_null(json_object_get(p, "witness"));
	json_decref(all);
	cli_release(&r);
}

Test(safe, explanation)
{
	struct cli_result r = cli_run("", "safe --explain %s", text_file("a.s", CHECKED));
	char *why = strstr(r.out, "Why\n"), *access = why ? strstr(why, "r0 = *(u8 *)(r2 + 13)") : NULL;
	cr_assert(access, "%s", r.out);
	cr_expect(strstr(access, "packet"), "%s", r.out);
	cli_release(&r);
}

Test(safe, saved_witness)
{
	const char *saved = cli_path("w.json");
	expect(1, "refuted", "--no-kernel --witness=%s %s", saved, text_file("b.s", BEHIND));
	char *text = cli_read(saved);
	cr_assert(text);
	json_t *w = load_json(text);
	cr_expect_str_eq(string_of(w, "program"), "behind");
	json_decref(w);
	free(text);
	cr_expect_eq(access(cli_path("w.pcap"), F_OK), 0);
	expect(66, "/nowhere/w.json", "--no-kernel --witness=/nowhere/w.json %s", cli_path("b.s"));
}

Test(safe, kernel_rules)
{
	const char *text = ".program f xdp\nr0 = 1\nr0 <<= 64\ngoto end\nr0 = 2\nend: exit\n";
	struct cli_result r = cli_run("", "safe --kernel --no-kernel %s", text_file("f.s", text));
	cr_expect_eq(r.status, 0, "%s", r.out);
	cr_expect(strstr(r.out, "broken   every instruction can be reached: instruction 3"), "%s", r.out);
	cr_expect(strstr(r.out, "broken   constant shifts are below the width: instruction 1"), "%s", r.out);
	cr_expect(strstr(r.out, "kept     no division by the constant 0"), "%s", r.out);
	cr_expect(strstr(r.out, "not asked"), "%s", r.out);
	cli_release(&r);
}

Test(safe, privileged)
{
	const char *text =
	    ".program f cgroup_skb/egress\n.map m ARRAY 4 8 1\n*(u32 *)(r10 - 4) = 0\nr1 = m ll\nr2 = r10\n"
	    "r2 += -4\ncall map_lookup_elem\nif r0 == 0 goto out\n*(u64 *)(r0 + 0) = r10\nout: r0 = 1\nexit\n";
	const char *path = text_file("leak.s", text);
	expect(1, "kernel address", "--no-kernel %s", path);
	expect(0, "proved", "--no-kernel --privileged %s", path);
}

/* Safe, since squares end in the bits 00 or 01; the verifier does not know. */
#define SQUARE                                                                                             \
	".map m ARRAY 4 8 1\nr6 = *(u32 *)(r1 + 12)\nr6 *= r6\nr6 &= 3\nr6 <<= 2\n*(u32 *)(r10 - 4) = 0\n" \
	"r1 = m ll\nr2 = r10\nr2 += -4\ncall map_lookup_elem\nif r0 == 0 goto out\nr0 += r6\n"             \
	"r1 = *(u32 *)(r0 + 0)\nout: r0 = 2\nexit\n"

Test(safe, live_kernel)
{
	char why[200];
	if (!kernel_available(why, sizeof why))
		cr_skip("%s", why);
	expect(0, "the kernel that runs here: takes it", "--kernel %s", text_file("a.s", CHECKED));
	expect(1, "the kernel that runs here: refuses it: ", "%s", text_file("b.s", BEHIND));
	expect(0, "a solver showed bounds at 1", "%s", text_file("c.s", SQUARE));
	expect(0, "the kernel that runs here: refuses it: ", "--kernel %s", text_file("c.s", SQUARE));
}

static bpfprove_object *read_object(const char *path)
{
	char err[512] = "";
	bpfprove_object *o;
	cr_assert_eq(bpfprove_object_read(path, &o, err, sizeof err), BPFPROVE_OK, "%s", err);
	return o;
}

Test(safe, library)
{
	char err[512] = "";
	bpfprove_result *r;
	struct bpfprove_options opt;
	bpfprove_options_init(&opt, sizeof opt);
	opt.no_kernel = 1;
	bpfprove_object *a = read_object(text_file("a.s", CHECKED)), *b = read_object(text_file("b.s", BEHIND));
	cr_assert_eq(bpfprove_safe(a, NULL, &r, err, sizeof err), BPFPROVE_OK, "%s", err);
	cr_expect_eq(bpfprove_result_verdict(r), BPFPROVE_PROVED);
	cr_expect_eq(bpfprove_result_pairs(r), 1);
	cr_expect_str_eq(bpfprove_result_pair_program(r, 0), "checked");
	bpfprove_result_free(r);
	cr_assert_eq(bpfprove_safe(b, &opt, &r, err, sizeof err), BPFPROVE_OK, "%s", err);
	bpfprove_object_free(b);
	cr_expect_eq(bpfprove_result_pair_verdict(r, 0), BPFPROVE_REFUTED);
	cr_expect(strstr(bpfprove_result_pair_detail(r, 0), "instruction 6"));
	cr_expect(strstr(bpfprove_result_text(r), "Path\n"));
	json_decref(load_json(bpfprove_result_json(r)));
	bpfprove_result_free(r);
	opt.program = "nosuch";
	cr_expect_eq(bpfprove_safe(a, &opt, &r, err, sizeof err), BPFPROVE_USAGE);
	cr_expect(strstr(err, "nosuch"));
	cr_expect_null(r);
	bpfprove_object_free(a);
}

static volatile int stop_now = 1;

Test(safe, stopped)
{
	char err[512] = "";
	bpfprove_result *r;
	struct bpfprove_options opt;
	bpfprove_options_init(&opt, sizeof opt);
	opt.stop = &stop_now;
	bpfprove_object *a = read_object(text_file("a.s", CHECKED));
	cr_assert_eq(bpfprove_safe(a, &opt, &r, err, sizeof err), BPFPROVE_OK, "%s", err);
	cr_expect_eq(bpfprove_result_verdict(r), BPFPROVE_UNKNOWN);
	cr_expect_str_eq(bpfprove_result_reason(r), "interrupted");
	bpfprove_result_free(r);
	bpfprove_object_free(a);
}
