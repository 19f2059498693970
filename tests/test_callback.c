/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers with callbacks in the concrete machine, held against the live kernel where it can be asked. */
#include "exec_fixture.h"

#include <stdio.h>

static void run_text(const char *text, struct object **o, struct input **in, struct exec_outcome *out)
{
	*o = fixture_assemble(text);
	*in = fixture_packet(64);
	exec_run((*o)->programs[0], *in, NULL, out);
}

static void check(const char *text, uint64_t r0)
{
	struct object *o;
	struct input *in;
	struct exec_outcome out;
	run_text(text, &o, &in, &out);
	cr_expect_eq(out.end, EXEC_EXIT, "%s in:\n%s", out.what, text);
	cr_expect_eq(out.r0, r0, "0x%llx, expected 0x%llx in:\n%s", (unsigned long long)out.r0, (unsigned long long)r0,
		     text);
	if (out.end == EXEC_EXIT && kernel_available(NULL, 0))
		cr_expect(fixture_kernel_agrees(o->programs[0], in, &out, text), "in:\n%s", text);
	exec_release(&out);
	input_free(in);
	object_free(o);
}

static void expect_fault(const char *text, enum fault f)
{
	struct object *o;
	struct input *in;
	struct exec_outcome out;
	run_text(text, &o, &in, &out);
	cr_expect_eq(out.end, EXEC_FAULT, "in:\n%s", text);
	cr_expect_eq(out.fault, f, "%s in:\n%s", out.what, text);
	exec_release(&out);
	input_free(in);
	object_free(o);
}

static void expect_unknown(const char *text, enum reason reason)
{
	struct object *o;
	struct input *in;
	struct exec_outcome out;
	run_text(text, &o, &in, &out);
	cr_expect_eq(out.end, EXEC_UNMODELLED, "in:\n%s", text);
	cr_expect_eq(out.reason, reason, "%s in:\n%s", out.what, text);
	exec_release(&out);
	input_free(in);
	object_free(o);
}

#define LOOP(count, flags) \
	"*(u64 *)(r10 - 8) = 0; r1 = " count "; r2 = cb ll; r3 = r10; r3 += -8; r4 = " flags "; call loop;"
#define SUM "r0 <<= 16; r1 = *(u64 *)(r10 - 8); r0 |= r1; exit\n"
#define ADD "cb: r3 = *(u64 *)(r2 + 0); r3 += r1; *(u64 *)(r2 + 0) = r3; r0 = 0; exit\n"

Test(loop, calls_with_every_index)
{
	check(LOOP("4", "0") SUM ADD, 0x40006);
	check(LOOP("0", "0") SUM ADD, 0);
	check(LOOP("1", "0") SUM ADD, 0x10000);
	check(LOOP("300", "0") SUM ADD, 300 << 16 | (300 * 299 / 2 & 0xffff));
}

Test(loop, stops_where_the_callback_says)
{
	check(LOOP("9", "0") SUM "cb: r3 = *(u64 *)(r2 + 0); r3 += r1; *(u64 *)(r2 + 0) = r3; r0 = 0;"
				 "if r1 < 3 goto out; r0 = 1; out: exit",
	      0x40006);
}

Test(loop, refuses_flags)
{
	check(LOOP("4", "1") "exit\n" ADD, (uint64_t)-22);
}

Test(loop, nests)
{
	check(LOOP("3", "0") SUM "cb: r6 = r1; *(u64 *)(r10 - 8) = r2; r1 += 1; r2 = inner ll; r3 = r10; r3 += -8;"
				 "r4 = 0; call loop; r0 = 0; exit\n"
				 "inner: r2 = *(u64 *)(r2 + 0); r3 = *(u64 *)(r2 + 0); r3 += 1; *(u64 *)(r2 + 0) = r3;"
				 "r0 = 0; exit",
	      0x30006);
}

Test(loop, saves_the_callers_registers)
{
	check("r6 = 5; r7 = 6;" LOOP("2", "0") "r0 = r6; r0 <<= 4; r0 |= r7; exit\n"
					       "cb: r6 = 1; r7 = 2; r0 = 0; exit",
	      0x56);
}

Test(loop, faults)
{
	expect_fault(LOOP("2", "0") "exit\ncb: r0 = 2; exit", FAULT_CALLBACK);
	expect_fault(LOOP("2", "0") "exit\ncb: r1 = 2; exit", FAULT_REG_UNINIT);
	expect_fault(LOOP("2", "0") "exit\ncb: r0 = r3; exit", FAULT_REG_UNINIT);
	expect_fault(LOOP("2", "0") "exit\ncb: r0 = r6; exit", FAULT_REG_UNINIT);
	expect_fault(LOOP("2", "0") "r0 = r1; exit\ncb: r0 = 0; exit", FAULT_REG_UNINIT);
	expect_fault(LOOP("3", "0") "exit\ncb: if r1 != 2 goto out; r1 = *(u64 *)(r2 + 8); out: r0 = 0; exit",
		     FAULT_BOUNDS);
	expect_fault("r1 = 2; r2 = 2; r3 = 0; r4 = 0; call loop; exit", FAULT_HELPER_ARG);
	expect_fault("r1 = 1; r2 = cb ll; r3 = 0; r4 = 0; call loop; exit\n"
		     "cb: r1 = 1; r2 = cb ll; r3 = 0; r4 = 0; call loop; r0 = 0; exit",
		     FAULT_STACK_DEPTH);
}

Test(loop, too_many_rounds_are_unknown)
{
	expect_unknown(LOOP("0x800001", "0") "exit\n" ADD, REASON_CALLBACK);
	expect_unknown(LOOP("0x100000001 ll", "0") "exit\n" ADD, REASON_CALLBACK);
}

#define EACH(type) ".map a " type " 4 8 3\n"
#define WALK "*(u64 *)(r10 - 8) = 0; r1 = a ll; r2 = cb ll; r3 = r10; r3 += -8; r4 = 0; call for_each_map_elem;"
#define FILL                                                                                                    \
	"cb: r5 = *(u32 *)(r2 + 0); r5 += 1; *(u64 *)(r3 + 0) = r5; r0 = *(u64 *)(r4 + 0); r0 <<= 4; r0 |= r5;" \
	"*(u64 *)(r4 + 0) = r0; r0 = 0; exit\n"

Test(each, goes_by_index)
{
	check(EACH("ARRAY") WALK SUM FILL, 0x30123);
	check(EACH("PERCPU_ARRAY") WALK SUM FILL, 0x30123);
}

Test(each, stops_where_the_callback_says)
{
	check(EACH("ARRAY") WALK "exit\ncb: r1 = *(u32 *)(r2 + 0); r0 = 0; if r1 == 0 goto out; r0 = 1; out: exit", 2);
}

Test(each, faults)
{
	expect_fault(EACH("ARRAY") WALK "exit\ncb: *(u8 *)(r2 + 0) = 0; r0 = 0; exit", FAULT_READ_ONLY);
	expect_fault(EACH("ARRAY") WALK "exit\ncb: r0 = *(u64 *)(r2 + 0); r0 = 0; exit", FAULT_BOUNDS);
	expect_fault(EACH("ARRAY") WALK "exit\ncb: r0 = *(u64 *)(r3 + 8); r0 = 0; exit", FAULT_BOUNDS);
	expect_fault(EACH("ARRAY") WALK "exit\ncb: r0 = r5; exit", FAULT_REG_UNINIT);
}

Test(each, other_maps_and_old_keys_are_unknown)
{
	expect_unknown(EACH("HASH") WALK "exit\ncb: r0 = 0; exit", REASON_CALLBACK);
	expect_unknown(EACH("ARRAY") WALK "r1 = *(u64 *)(r10 - 8); r0 = *(u32 *)(r1 + 0); exit\n"
					  "cb: *(u64 *)(r4 + 0) = r2; r0 = 0; exit",
		       REASON_CALLBACK);
}
