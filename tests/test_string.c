/* SPDX-License-Identifier: BSD-2-Clause */
/* String helpers of the concrete machine, held against the live kernel where it can be asked. */
#include "exec_fixture.h"

#include <stdio.h>

/* bpf_strncmp of the bytes 1, 2, 3 ... with a string. */
static void check(const char *string, int size, int64_t want)
{
	char text[600];
	snprintf(text, sizeof text,
		 ".rodata want %s\n"
		 "r1 = 0x0807060504030201 ll; *(u64 *)(r10 - 8) = r1;"
		 "r1 = r10; r1 += -8; r2 = %d; r3 = want ll; call strncmp; exit",
		 string, size);
	struct object *o = fixture_assemble(text);
	struct input *in = fixture_packet(64);
	struct exec_outcome out;
	exec_run(o->programs[0], in, NULL, &out);
	cr_expect_eq(out.end, EXEC_EXIT, "%s in:\n%s", out.what, text);
	cr_expect_eq((int64_t)out.r0, want, "%lld, expected %lld in:\n%s", (long long)out.r0, (long long)want, text);
	if (out.end == EXEC_EXIT && kernel_available(NULL, 0))
		cr_expect(fixture_kernel_agrees(o->programs[0], in, &out, text), "in:\n%s", text);
	exec_release(&out);
	input_free(in);
	object_free(o);
}

Test(strncmp, compares_up_to_the_size)
{
	check("01020300", 3, 0);
	check("01020400", 2, 0);
	check("01020400", 3, -1);
	check("01020200", 3, 1);
	check("ff00", 1, -1);
}

Test(strncmp, stops_at_the_nul)
{
	check("01020300", 4, 1);
	check("00", 1, 1);
	check("010200", 8, 1);
}
