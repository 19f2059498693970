/* SPDX-License-Identifier: BSD-2-Clause */
/* The public interface: errors, options, results that outlive their objects. */
#include "bpfprove.h"
#include "encode/object/program.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Every object of the tests comes from an ELF file that was written from assembly. */
static bpfprove_object *assemble(const char *text)
{
	char path[] = "/tmp/test_api.XXXXXX", err[512] = "";
	static unsigned char bytes[1 << 16];
	struct object *o;
	bpfprove_object *out;
	int fd = mkstemp(path);
	cr_assert(fd >= 0);
	cr_assert_eq(object_assemble("test", text, &o, err, sizeof err), OBJECT_OK, "%s", err);
	cr_assert(object_write(o, path, err, sizeof err), "%s", err);
	object_free(o);
	close(fd);
	FILE *f = fopen(path, "rb");
	size_t n = fread(bytes, 1, sizeof bytes, f);
	fclose(f);
	unlink(path);
	cr_assert_eq(bpfprove_object_parse("test", bytes, n, &out, err, sizeof err), BPFPROVE_OK, "%s", err);
	return out;
}

/* The question about two texts, which are freed before the result is read. */
static bpfprove_result *ask(const char *first, const char *second, const struct bpfprove_options *options)
{
	char err[512] = "";
	bpfprove_result *r;
	bpfprove_object *a = assemble(first), *b = assemble(second);
	cr_assert_eq(bpfprove_equiv(a, b, options, &r, err, sizeof err), BPFPROVE_OK, "%s", err);
	bpfprove_object_free(a);
	bpfprove_object_free(b);
	return r;
}

/* The same where no answer comes. */
static void refuse(const char *first, const char *second, const struct bpfprove_options *options, const char *sentence)
{
	char err[512] = "";
	bpfprove_result *r = (bpfprove_result *)err;
	bpfprove_object *a = assemble(first), *b = assemble(second);
	cr_expect_eq(bpfprove_equiv(a, b, options, &r, err, sizeof err), BPFPROVE_USAGE);
	cr_expect_null(r);
	cr_expect(strstr(err, sentence), "%s", err);
	cr_expect_eq(bpfprove_equiv(a, b, options, &r, NULL, 0), BPFPROVE_USAGE);
	bpfprove_object_free(a);
	bpfprove_object_free(b);
}

#define TWO "r0 = 2\nexit\n"
#define SUM "r0 = 1\nr0 += 1\nexit\n"
#define ONE "r0 = 1\nexit\n"
/* The sum of two context words in either order, and by carry and parity: rewriting alone does not see the last. */
#define WORDS "r2 = *(u32 *)(r1 + 12)\nr3 = *(u32 *)(r1 + 16)\n"
#define ADD WORDS "w0 = w2\nw0 += w3\nexit\n"
#define CARRY WORDS "w0 = w2\nw0 |= w3\nw4 = w2\nw4 &= w3\nw0 += w4\nexit\n"

static struct bpfprove_options defaults(void)
{
	struct bpfprove_options o;
	bpfprove_options_init(&o, sizeof o);
	return o;
}

Test(api, unreadable_file)
{
	char err[200] = "";
	bpfprove_object *o = (bpfprove_object *)err;
	cr_expect_eq(bpfprove_object_read("/nowhere/x.o", &o, err, sizeof err), BPFPROVE_UNREADABLE);
	cr_expect_null(o);
	cr_expect(strstr(err, "/nowhere/x.o"), "%s", err);
	cr_expect_eq(bpfprove_object_read("/nowhere/x.s", &o, NULL, 0), BPFPROVE_UNREADABLE);
	cr_expect_null(o);
}

Test(api, malformed_bytes)
{
	char err[12];
	bpfprove_object *o = (bpfprove_object *)err;
	memset(err, 'x', sizeof err);
	cr_expect_eq(bpfprove_object_parse("name.o", "no object", 9, &o, err, sizeof err), BPFPROVE_MALFORMED);
	cr_expect_null(o);
	cr_expect_lt(strnlen(err, sizeof err), sizeof err);
	cr_expect_eq(strncmp(err, "name.o", 6), 0);
	cr_expect_eq(bpfprove_object_parse("name.o", "", 0, &o, NULL, 0), BPFPROVE_MALFORMED);
	bpfprove_object_free(o);
}

Test(api, programs_of_an_object)
{
	bpfprove_object *o = assemble(".program filter socket\n" TWO);
	cr_assert_eq(bpfprove_object_programs(o), 1);
	cr_expect_str_eq(bpfprove_object_program_name(o, 0), "filter");
	cr_expect_str_eq(bpfprove_object_program_section(o, 0), "socket");
	cr_expect_null(bpfprove_object_program_name(o, 1));
	cr_expect_null(bpfprove_object_program_section(o, 1));
	bpfprove_object_free(o);
}

Test(api, proved)
{
	bpfprove_result *r = ask(TWO, SUM, NULL);
	cr_expect_eq(bpfprove_result_verdict(r), BPFPROVE_PROVED, "%s", bpfprove_result_text(r));
	cr_expect_str_eq(bpfprove_result_reason(r), "");
	cr_assert_eq(bpfprove_result_pairs(r), 1);
	cr_expect_str_eq(bpfprove_result_pair_program(r, 0), "prog");
	cr_expect_eq(bpfprove_result_pair_verdict(r, 0), BPFPROVE_PROVED);
	cr_expect_str_eq(bpfprove_result_pair_reason(r, 0), "");
	cr_expect_str_eq(bpfprove_result_pair_detail(r, 0), "by rewriting");
	cr_expect_str_eq(bpfprove_result_pair_kernel(r, 0), "not asked");
	bpfprove_result_free(r);
	r = ask(ADD, CARRY, NULL);
	cr_expect_eq(bpfprove_result_verdict(r), BPFPROVE_PROVED, "%s", bpfprove_result_text(r));
	bpfprove_result_free(r);
}

Test(api, refuted)
{
	struct bpfprove_options o = defaults();
	o.no_kernel = 1;
	bpfprove_result *r = ask(TWO, ONE, &o);
	cr_expect_eq(bpfprove_result_verdict(r), BPFPROVE_REFUTED);
	cr_expect_eq(bpfprove_result_pair_verdict(r, 0), BPFPROVE_REFUTED);
	cr_expect_str_eq(bpfprove_result_pair_detail(r, 0), "return value: 0x2, 0x1");
	cr_expect(strstr(bpfprove_result_text(r), "\nDifference\n"), "%s", bpfprove_result_text(r));
	json_t *all = json_loads(bpfprove_result_json(r), 0, NULL);
	cr_assert(all);
	cr_expect_str_eq(json_string_value(json_object_get(all, "verdict")), "refuted");
	cr_expect(json_object_get(json_array_get(json_object_get(all, "pairs"), 0), "witness"));
	json_decref(all);
	bpfprove_result_free(r);
}

Test(api, unknown)
{
	struct bpfprove_options o = defaults();
	o.solver = "smtlib:false";
	bpfprove_result *r = ask(ADD, CARRY, &o);
	cr_expect_eq(bpfprove_result_verdict(r), BPFPROVE_UNKNOWN, "%s", bpfprove_result_text(r));
	cr_expect_str_eq(bpfprove_result_reason(r), "the solver died");
	cr_expect_str_eq(bpfprove_result_pair_reason(r, 0), "the solver died");
	cr_expect_eq(bpfprove_result_pair_verdict(r, 1), BPFPROVE_UNKNOWN);
	cr_expect_null(bpfprove_result_pair_program(r, 1));
	cr_expect_null(bpfprove_result_pair_reason(r, 1));
	cr_expect_null(bpfprove_result_pair_detail(r, 1));
	cr_expect_null(bpfprove_result_pair_kernel(r, 1));
	bpfprove_result_free(r);
}

Test(api, stopped)
{
	volatile int stop = 1;
	struct bpfprove_options o = defaults();
	o.stop = &stop;
	bpfprove_result *r = ask(TWO, TWO, &o);
	cr_expect_eq(bpfprove_result_verdict(r), BPFPROVE_UNKNOWN);
	cr_expect_str_eq(bpfprove_result_reason(r), "interrupted");
	bpfprove_result_free(r);
}

Test(api, programs_without_partner)
{
	struct bpfprove_options o = defaults();
	bpfprove_result *r = ask(".program f xdp\n" TWO, ".program g xdp\n" TWO, &o);
	cr_expect_eq(bpfprove_result_verdict(r), BPFPROVE_REFUTED);
	cr_assert_eq(bpfprove_result_pairs(r), 2);
	cr_expect_str_eq(bpfprove_result_pair_detail(r, 0), "only in the first object");
	cr_expect_str_eq(bpfprove_result_pair_program(r, 1), "g");
	cr_expect_str_eq(bpfprove_result_pair_detail(r, 1), "only in the second object");
	cr_expect_eq(bpfprove_result_pair_verdict(r, 1), BPFPROVE_REFUTED);
	bpfprove_result_free(r);
	o.allow_missing = 1;
	refuse(".program f xdp\n" TWO, ".program g xdp\n" TWO, &o, "no program has a partner");
	r = ask(".program f xdp\n" TWO, ".program f xdp/eth0\n" TWO, NULL);
	cr_expect_eq(bpfprove_result_pairs(r), 1);
	bpfprove_result_free(r);
}

Test(api, options_that_make_no_sense)
{
	struct bpfprove_options o = defaults();
	o.program = "other";
	refuse(TWO, TWO, &o, "no program of the name other");
	o = defaults();
	o.solver = "abacus";
	refuse(TWO, TWO, &o, "no solver is named 'abacus'");
	o = defaults();
	o.size = 0;
	refuse(TWO, TWO, &o, "bpfprove_options_init");
}

Test(api, options_of_another_version)
{
	struct {
		struct bpfprove_options known;
		int later;
	} newer;
	memset(&newer, 'x', sizeof newer);
	bpfprove_options_init(&newer.known, sizeof newer);
	cr_expect_eq(newer.known.size, sizeof newer);
	cr_expect_eq(newer.later, 0);
	bpfprove_result_free(ask(TWO, SUM, &newer.known));
	newer.later = 1;
	refuse(TWO, SUM, &newer.known, "does not know");

	struct bpfprove_options older;
	memset(&older, 'x', sizeof older);
	bpfprove_options_init(&older, offsetof(struct bpfprove_options, timeout));
	cr_expect_neq(older.no_kernel, 0, "bytes beyond the size are the caller's");
	bpfprove_result *r = ask(TWO, SUM, &older);
	cr_expect_eq(bpfprove_result_verdict(r), BPFPROVE_PROVED);
	bpfprove_result_free(r);
}

Test(api, names_and_null)
{
	cr_expect_str_eq(bpfprove_version(), BPFPROVE_VERSION);
	cr_expect_str_eq(bpfprove_verdict_name(BPFPROVE_PROVED), "proved");
	cr_expect_str_eq(bpfprove_verdict_name(BPFPROVE_REFUTED), "refuted");
	cr_expect_str_eq(bpfprove_verdict_name(BPFPROVE_UNKNOWN), "unknown");
	cr_expect_str_eq(bpfprove_verdict_name((enum bpfprove_verdict)7), "unknown");
	bpfprove_object_free(NULL);
	bpfprove_result_free(NULL);
}
