/* SPDX-License-Identifier: BSD-2-Clause */
/* Comparing versions on random inputs: what is the same stays so, what is not is caught, by either machine. */
#include "tests/compare.h"

#include "checker/exec/kernel.h"

#include <criterion/criterion.h>
#include <string.h>

/* Counts IPv4 packets by protocol in m, and swaps two bytes of the others. */
#define PROGRAM(limit, type, step, from, to)                                                  \
	".map m ARRAY 4 8 256\n.map h HASH 4 4 16\n"                                          \
	"r6 = *(u32 *)(r1 + 0)\nr7 = *(u32 *)(r1 + 4)\nr0 = 1\nr2 = r6\nr2 += " limit         \
	"\nif r2 > r7 goto out\nr3 = *(u16 *)(r6 + 12)\nif r3 == " type " goto ip\n"          \
	"r3 = *(u8 *)(r6 + " from ")\nr4 = *(u8 *)(r6 + " to ")\n*(u8 *)(r6 + " to ") = r3\n" \
	"*(u8 *)(r6 + " from ") = r4\nr0 = 2\nexit\n"                                         \
	"ip: r3 = *(u8 *)(r6 + 23)\n*(u32 *)(r10 - 4) = r3\nr2 = r10\nr2 += -4\nr1 = m ll\n"  \
	"call map_lookup_elem\nif r0 == 0 goto out\nr1 = *(u64 *)(r0 + 0)\nr1 += " step       \
	"\n*(u64 *)(r0 + 0) = r1\nr0 = 3\nout: exit"
#define FIRST PROGRAM("34", "8", "1", "0", "6")

static struct object *assemble(const char *text)
{
	struct object *o;
	char err[256];
	cr_assert_eq(object_assemble("test", text, &o, err, sizeof err), OBJECT_OK, "%s", err);
	return o;
}

static struct compare_result compare(const char *a, const char *b, bool no_kernel)
{
	struct compare_result r = {0};
	struct object *x = assemble(a), *y = assemble(b);
	struct compare_options opt = {.inputs = no_kernel ? 1000 : 500, .seed = 1, .no_kernel = no_kernel};
	if (no_kernel)
		compare_programs(x->programs[0], y->programs[0], &opt, &r);
	else
		compare_live(x->programs[0], y->programs[0], &opt, &r);
	object_free(x);
	object_free(y);
	return r;
}

static const char *const others[] = {
    PROGRAM("34", "0x81", "1", "0", "6"), /* another branch */
    PROGRAM("35", "8", "1", "0", "6"),    /* another length */
    PROGRAM("34", "8", "2", "0", "6"),    /* another value in a map */
    PROGRAM("34", "8", "1", "0", "7"),    /* other bytes of the packet */
};

Test(compare, machine_tells_versions_apart)
{
	cr_expect_not(compare(FIRST, FIRST, true).differs);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		cr_expect(compare(FIRST, others[i], true).differs, "%zu", i);
}

Test(compare, kernel_tells_versions_apart, .timeout = 60)
{
	char why[200];
	if (!kernel_available(why, sizeof why))
		cr_skip("%s", why);
	struct compare_result r = compare(FIRST, FIRST, false);
	cr_expect_not(r.differs, "%s", r.what);
	cr_expect_geq(r.kernel_runs, 500, "%s", r.skipped);
	cr_expect_geq(r.kernel_paths, 3);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		r = compare(FIRST, others[i], false);
		cr_expect(r.differs, "%zu: %s", i, r.skipped);
	}
}

/* What differs from itself can't tell anything. */
Test(compare, random_numbers_are_no_difference, .timeout = 60)
{
	static const char text[] = "call get_prandom_u32\nexit";
	char why[200];
	if (!kernel_available(why, sizeof why))
		cr_skip("%s", why);
	struct compare_result r = compare(text, text, false);
	cr_expect_not(r.differs, "%s", r.what);
	cr_expect(strstr(r.skipped, "differs from itself"), "%s", r.skipped);
	cr_expect_not(compare(text, text, true).differs);
	cr_expect(compare(text, "call get_prandom_u32\nr0 += 1\nexit", true).differs);
}

Test(compare, events_count_in_the_machine)
{
	static const char a[] = ".map m ARRAY 4 8 4\n*(u64 *)(r10 - 8) = 1\nr1 = r10\nr1 += -8\nr2 = 8\n"
				"call trace_printk\nr0 = 2\nexit";
	cr_expect(compare(a, "r0 = 2\nexit", true).differs);
}
