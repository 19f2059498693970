/* SPDX-License-Identifier: BSD-2-Clause */
/* Dynptrs in the concrete machine, held against the live kernel where it can be asked. */
#include "exec_fixture.h"

#include <stdio.h>

#define LOOKUP                                                                                              \
	".map m array 4 16 1\n*(u32 *)(r10 - 4) = 0; r1 = m ll; r2 = r10; r2 += -4; call map_lookup_elem; " \
	"if r0 == 0 goto out; r6 = r0;"
#define FROM(size, flags) "r1 = r6; r2 = " size "; r3 = " flags "; r4 = r10; r4 += -24; call dynptr_from_mem; r7 = r0;"
#define WRITE(off, len)                                                                                      \
	"*(u64 *)(r10 - 32) = 0x11223344; r1 = r10; r1 += -24; r2 = " off "; r3 = r10; r3 += -32; r4 = " len \
	"; r5 = 0; call dynptr_write;"
#define READ(off, len)                                                                              \
	"*(u64 *)(r10 - 32) = 7; r1 = r10; r1 += -32; r2 = " len "; r3 = r10; r3 += -24; r4 = " off \
	"; r5 = 0; call dynptr_read;"
#define OUT "exit\nout: r0 = 99; exit\n"

static void check(const char *text, uint64_t r0)
{
	struct object *o = fixture_assemble(text);
	struct input *in = fixture_packet(64);
	struct exec_outcome out;
	exec_run(o->programs[0], in, NULL, &out);
	cr_expect_eq(out.end, EXEC_EXIT, "%s in:\n%s", out.what, text);
	cr_expect_eq(out.r0, r0, "0x%llx, expected 0x%llx in:\n%s", (unsigned long long)out.r0, (unsigned long long)r0,
		     text);
	if (out.end == EXEC_EXIT && kernel_available(NULL, 0))
		cr_expect(fixture_kernel_agrees(o->programs[0], in, &out, text), "in:\n%s", text);
	exec_release(&out);
	input_free(in);
	object_free(o);
}

Test(dynptr, bounds_and_errors_are_the_kernels)
{
	check(LOOKUP FROM("16", "0") WRITE("8", "8") "r0 = *(u64 *)(r6 + 8);" OUT, 0x11223344);
	check(LOOKUP FROM("16", "0") WRITE("9", "8") OUT, (uint64_t)-7);
	check(LOOKUP FROM("16", "0") WRITE("16", "0") OUT, 0);
	check(LOOKUP FROM("16", "0") WRITE("17", "0") OUT, (uint64_t)-7);
	check(LOOKUP FROM("16", "0") WRITE("-4", "8") OUT, (uint64_t)-7); /* the sum wraps 32 bits */
	check(LOOKUP FROM("8", "0") WRITE("1", "8") OUT, (uint64_t)-7);   /* inside of the map's value */
	check(LOOKUP FROM("16", "1") WRITE("0", "8") "r0 -= r7;" OUT, 0); /* null: both are -EINVAL */
	check(LOOKUP FROM("16", "1") WRITE("0", "8") OUT, (uint64_t)-22);
	check(LOOKUP FROM("16", "1") WRITE("17", "8") OUT, (uint64_t)-22); /* before bounds */
}

Test(dynptr, a_read_that_fails_writes_nothing)
{
	check(LOOKUP "*(u64 *)(r6 + 8) = 5;" FROM("16", "0") READ("8", "8") "r0 = *(u64 *)(r10 - 32);" OUT, 5);
	check(LOOKUP "*(u64 *)(r6 + 8) = 5;" FROM("16", "0") READ("12", "8") "r0 = *(u64 *)(r10 - 32);" OUT, 7);
	check(LOOKUP FROM("16", "0") READ("12", "8") OUT, (uint64_t)-7);
}

Test(dynptr, data_are_the_memory_or_null)
{
	check(LOOKUP FROM("16", "0") "r1 = r10; r1 += -24; r2 = 8; r3 = 8; call dynptr_data; if r0 == 0 goto out;"
				     "*(u64 *)(r0 + 0) = 3; r0 = *(u64 *)(r6 + 8);" OUT,
	      3);
	check(LOOKUP FROM("16", "0") "r1 = r10; r1 += -24; r2 = 9; r3 = 8; call dynptr_data; if r0 == 0 goto out;"
				     "r0 = 1;" OUT,
	      99);
	check(LOOKUP FROM("16", "1") "r1 = r10; r1 += -24; r2 = 0; r3 = 8; call dynptr_data; if r0 == 0 goto out;"
				     "r0 = 1;" OUT,
	      99);
}
