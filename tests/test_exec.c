/* SPDX-License-Identifier: BSD-2-Clause */
/* Every instruction on the concrete machine and in the live kernel, with results worked out by hand. */
#include "exec_fixture.h"

#include <stdio.h>

/* The body leaves its result in r0; r6 is the packet, r7 the context, 16 bytes of stack below r10 are written. */
struct instruction_case {
	const char *body;
	uint64_t result;
};

static const struct instruction_case cases[] = {
    /* add and subtract wrap; a 32-bit result is zero-extended */
    {"r0 = 1; r0 += -2", 0xffffffffffffffff},
    {"r0 = 1; w0 += -2", 0xffffffff},
    {"r0 = 0x7fffffffffffffff ll; r1 = 1; r0 += r1", 0x8000000000000000},
    {"r0 = 0x1ffffffff ll; r1 = 0x100000001 ll; w0 += w1", 0},
    {"r0 = 5; r0 -= 7", 0xfffffffffffffffe},
    {"r0 = 5; r1 = 7; w0 -= w1", 0xfffffffe},
    {"r0 = 0x100000000 ll; r1 = 1; r0 -= r1", 0xffffffff},
    {"r0 = 0x100000001 ll; r1 = 0x100000001 ll; r0 *= r1", 0x0000000200000001},
    {"r0 = 0x10001 ll; w0 *= 0x10001", 0x00020001},
    {"r0 = -3; r0 *= 5", 0xfffffffffffffff1},
    /* unsigned division; by zero it gives 0, the remainder the dividend */
    {"r0 = -1; r1 = 2; r0 /= r1", 0x7fffffffffffffff},
    {"r0 = -1; w0 /= 2", 0x7fffffff},
    {"r0 = 7; r1 = 0; r0 /= r1", 0},
    {"r0 = -7; r1 = 0; w0 /= w1", 0},
    {"r0 = 7; r1 = 0x100000000 ll; w0 /= w1", 0},
    {"r0 = -1; r0 /= -1", 1},
    {"r0 = 1000; r0 /= -1", 0},
    {"r0 = -1; r1 = 10; r0 %= r1", 5},
    {"r0 = -1; w0 %= 10", 5},
    {"r0 = -7; r1 = 0; r0 %= r1", 0xfffffffffffffff9},
    {"r0 = -7; r1 = 0; w0 %= w1", 0xfffffff9},
    {"r0 = 0x500000007 ll; r1 = 0x100000000 ll; w0 %= w1", 7},
    /* signed division truncates; the smallest number by -1 overflows to itself, remainder 0 */
    {"r0 = -7; r0 s/= 2", 0xfffffffffffffffd},
    {"r0 = -7; r1 = 2; w0 s/= w1", 0xfffffffd},
    {"r0 = 7; r1 = -2; r0 s/= r1", 0xfffffffffffffffd},
    {"r0 = 0x8000000000000000 ll; r1 = -1; r0 s/= r1", 0x8000000000000000},
    {"r0 = 0x80000000 ll; r1 = -1; w0 s/= w1", 0x80000000},
    {"r0 = 0x8000000000000000 ll; r0 s/= -1", 0x8000000000000000},
    {"r0 = -7; r1 = 0; r0 s/= r1", 0},
    {"r0 = -7; r1 = 0; w0 s/= w1", 0},
    {"r0 = -7; r0 s%= 3", 0xffffffffffffffff},
    {"r0 = 7; r1 = -3; r0 s%= r1", 1},
    {"r0 = -7; r1 = 3; w0 s%= w1", 0xffffffff},
    {"r0 = 0x8000000000000000 ll; r1 = -1; r0 s%= r1", 0},
    {"r0 = 0x80000000 ll; r1 = -1; w0 s%= w1", 0},
    {"r0 = -7; r1 = 0; r0 s%= r1", 0xfffffffffffffff9},
    {"r0 = -7; r1 = 0; w0 s%= w1", 0xfffffff9},
    /* bits; a 64-bit immediate operand is sign-extended */
    {"r0 = 0x0f; r0 |= -16", 0xffffffffffffffff},
    {"r0 = 0x0f; w0 |= -16", 0xffffffff},
    {"r0 = 0x123456789abcdef0 ll; r0 &= -256", 0x123456789abcde00},
    {"r0 = 0x123456789abcdef0 ll; w0 &= -256", 0x9abcde00},
    {"r0 = 0x123456789abcdef0 ll; r1 = 0xff00ff00ff00ff00 ll; r0 &= r1", 0x120056009a00de00},
    {"r0 = 0x123456789abcdef0 ll; r0 ^= -1", 0xedcba9876543210f},
    {"r0 = 0x123456789abcdef0 ll; w0 ^= -1", 0x6543210f},
    {"r0 = 0xf0; r1 = 0x0f; r0 |= r1; r0 ^= r0", 0},
    /* shift counts are taken modulo the width */
    {"r0 = 1; r1 = 65; r0 <<= r1", 2},
    {"r0 = 1; r1 = 33; w0 <<= w1", 2},
    {"r0 = 1; r0 <<= 63", 0x8000000000000000},
    {"r0 = 3; w0 <<= 31", 0x80000000},
    {"r0 = -1; r1 = 68; r0 >>= r1", 0x0fffffffffffffff},
    {"r0 = -1; r1 = 36; w0 >>= w1", 0x0fffffff},
    {"r0 = 0x123456789abcdef0 ll; w0 >>= 4", 0x09abcdef},
    {"r0 = -16; r0 s>>= 2", 0xfffffffffffffffc},
    {"r0 = -16; w0 s>>= 2", 0xfffffffc},
    {"r0 = -16; r1 = 66; r0 s>>= r1", 0xfffffffffffffffc},
    {"r0 = 0x7ffffff0; r1 = 34; w0 s>>= w1", 0x1ffffffc},
    {"r0 = 0x80000000 ll; r0 s>>= 4", 0x08000000},
    {"r0 = 0x80000000 ll; w0 s>>= 4", 0xf8000000},
    {"r0 = 5; r0 = -r0", 0xfffffffffffffffb},
    {"r0 = 5; w0 = -w0", 0xfffffffb},
    {"r0 = 0x8000000000000000 ll; r0 = -r0", 0x8000000000000000},
    /* moves */
    {"r0 = -1", 0xffffffffffffffff},
    {"w0 = -1", 0xffffffff},
    {"r1 = 0x123456789abcdef0 ll; r0 = r1", 0x123456789abcdef0},
    {"r1 = 0x123456789abcdef0 ll; w0 = w1", 0x9abcdef0},
    {"r1 = 0x1280 ll; r0 = (s8)r1", 0xffffffffffffff80},
    {"r1 = 0x128000 ll; r0 = (s16)r1", 0xffffffffffff8000},
    {"r1 = 0x1280000000 ll; r0 = (s32)r1", 0xffffffff80000000},
    {"r1 = 0x1280 ll; w0 = (s8)w1", 0xffffff80},
    {"r1 = 0x128000 ll; w0 = (s16)w1", 0xffff8000},
    {"r1 = 0x7f; r0 = (s8)r1", 0x7f},
    /* byte order */
    {"r0 = 0x0123456789abcdef ll; r0 = le16 r0", 0xcdef},
    {"r0 = 0x0123456789abcdef ll; r0 = le32 r0", 0x89abcdef},
    {"r0 = 0x0123456789abcdef ll; r0 = le64 r0", 0x0123456789abcdef},
    {"r0 = 0x0123456789abcdef ll; r0 = be16 r0", 0xefcd},
    {"r0 = 0x0123456789abcdef ll; r0 = be32 r0", 0xefcdab89},
    {"r0 = 0x0123456789abcdef ll; r0 = be64 r0", 0xefcdab8967452301},
    {"r0 = 0x0123456789abcdef ll; r0 = bswap16 r0", 0xefcd},
    {"r0 = 0x0123456789abcdef ll; r0 = bswap32 r0", 0xefcdab89},
    {"r0 = 0x0123456789abcdef ll; r0 = bswap64 r0", 0xefcdab8967452301},
    /* jumps */
    {"r1 = *(u8 *)(r6 + 0); r0 = 1; if r1 == 9 goto +1; goto +1; r0 = 2", 1},
    {"r1 = *(u8 *)(r6 + 0); r0 = 1; if r1 == 9 goto +1; gotol +1; r0 = 2", 1},
    {"call get_smp_processor_id; r0 = 3", 3},
    /* loads and stores, little-endian */
    {"r1 = 0x8182838485868788 ll; *(u64 *)(r10 - 8) = r1; r0 = *(u8 *)(r10 - 8)", 0x88},
    {"r1 = 0x8182838485868788 ll; *(u64 *)(r10 - 8) = r1; r0 = *(u16 *)(r10 - 6)", 0x8586},
    {"r1 = 0x8182838485868788 ll; *(u64 *)(r10 - 8) = r1; r0 = *(u32 *)(r10 - 4)", 0x81828384},
    {"r1 = 0x8182838485868788 ll; *(u64 *)(r10 - 8) = r1; r0 = *(u64 *)(r10 - 8)", 0x8182838485868788},
    {"r1 = 0x8182838485868788 ll; *(u64 *)(r10 - 8) = r1; r0 = *(s8 *)(r10 - 8)", 0xffffffffffffff88},
    {"r1 = 0x8182838485868788 ll; *(u64 *)(r10 - 8) = r1; r0 = *(s16 *)(r10 - 6)", 0xffffffffffff8586},
    {"r1 = 0x8182838485868788 ll; *(u64 *)(r10 - 8) = r1; r0 = *(s32 *)(r10 - 4)", 0xffffffff81828384},
    {"*(u64 *)(r10 - 8) = 0; *(u8 *)(r10 - 8) = -1; r0 = *(u64 *)(r10 - 8)", 0xff},
    {"*(u64 *)(r10 - 8) = 0; *(u16 *)(r10 - 6) = -2; r0 = *(u64 *)(r10 - 8)", 0xfffe0000},
    {"*(u64 *)(r10 - 8) = 0; *(u32 *)(r10 - 4) = -3; r0 = *(u64 *)(r10 - 8)", 0xfffffffd00000000},
    {"*(u64 *)(r10 - 8) = -4; r0 = *(u64 *)(r10 - 8)", 0xfffffffffffffffc},
    {"r1 = 0x1122334455667788 ll; *(u64 *)(r10 - 8) = 0; *(u8 *)(r10 - 7) = r1; r0 = *(u64 *)(r10 - 8)", 0x8800},
    {"r1 = 0x1122334455667788 ll; *(u64 *)(r10 - 8) = 0; *(u16 *)(r10 - 8) = r1; r0 = *(u64 *)(r10 - 8)", 0x7788},
    {"r1 = 0x1122334455667788 ll; *(u64 *)(r10 - 8) = 0; *(u32 *)(r10 - 8) = r1; r0 = *(u64 *)(r10 - 8)", 0x55667788},
    {"r0 = *(u64 *)(r6 + 8)", 0x100f0e0d0c0b0a09},
    {"*(u64 *)(r10 - 8) = r6; r1 = *(u64 *)(r10 - 8); r0 = *(u8 *)(r1 + 3)", 4},
    /* atomics; o is the old value 0xf0 of *(r10 - 8), the operand 0x3c in r1 */
    {"lock *(u64 *)(r10 - 8) += r1; r0 = *(u64 *)(r10 - 8)", 0x12c},
    {"lock *(u64 *)(r10 - 8) |= r1; r0 = *(u64 *)(r10 - 8)", 0xfc},
    {"lock *(u64 *)(r10 - 8) &= r1; r0 = *(u64 *)(r10 - 8)", 0x30},
    {"lock *(u64 *)(r10 - 8) ^= r1; r0 = *(u64 *)(r10 - 8)", 0xcc},
    {"r1 = atomic_fetch_add((u64 *)(r10 - 8), r1); r0 = *(u64 *)(r10 - 8); r1 <<= 16; r0 |= r1", 0xf0012c},
    {"r1 = atomic_fetch_or((u64 *)(r10 - 8), r1); r0 = *(u64 *)(r10 - 8); r1 <<= 16; r0 |= r1", 0xf000fc},
    {"r1 = atomic_fetch_and((u64 *)(r10 - 8), r1); r0 = *(u64 *)(r10 - 8); r1 <<= 16; r0 |= r1", 0xf00030},
    {"r1 = atomic_fetch_xor((u64 *)(r10 - 8), r1); r0 = *(u64 *)(r10 - 8); r1 <<= 16; r0 |= r1", 0xf000cc},
    {"r1 = xchg_64(r10 - 8, r1); r0 = *(u64 *)(r10 - 8); r1 <<= 16; r0 |= r1", 0xf0003c},
    {"r0 = 0xf0; r0 = cmpxchg_64(r10 - 8, r0, r1); r2 = *(u64 *)(r10 - 8); r0 <<= 16; r0 |= r2", 0xf0003c},
    {"r0 = 0xf1; r0 = cmpxchg_64(r10 - 8, r0, r1); r2 = *(u64 *)(r10 - 8); r0 <<= 16; r0 |= r2", 0xf000f0},
    /* 32 bits: the upper half of memory stays, the fetched value is zero-extended */
    {"r2 = 0xffffffff000000f0 ll; *(u64 *)(r10 - 8) = r2; r1 = -1; lock *(u32 *)(r10 - 8) += w1; "
     "r0 = *(u64 *)(r10 - 8)",
     0xffffffff000000ef},
    {"r2 = 0xaaaaaaaaf0000000 ll; *(u64 *)(r10 - 8) = r2; r1 = 0x8812345678 ll; "
     "w1 = atomic_fetch_add((u32 *)(r10 - 8), w1); r0 = r1",
     0xf0000000},
    {"r2 = 0xaaaaaaaaf0000000 ll; *(u64 *)(r10 - 8) = r2; w1 = xchg32_32(r10 - 8, w1); r0 = r1", 0xf0000000},
    {"r2 = 0xaaaaaaaaf0000000 ll; *(u64 *)(r10 - 8) = r2; r0 = 0x7f0000000 ll; "
     "w0 = cmpxchg32_32(r10 - 8, w0, w1); r2 = *(u64 *)(r10 - 8); r0 += r2",
     0xaaaaaaaaf000003c},
    {"r0 = load_acquire((u64 *)(r10 - 8))", 0xf0},
    {"w0 = load_acquire((u8 *)(r10 - 8))", 0xf0},
    {"store_release((u64 *)(r10 - 8), r1); r0 = *(u64 *)(r10 - 8)", 0x3c},
};

static bool executed[ISA_COUNT];

static void mark(void *arg, const struct program *p, uint32_t slot, const uint64_t regs[11], uint16_t known)
{
	(void)arg, (void)regs, (void)known;
	executed[p->insns[slot].op] = true;
}

static const struct exec_options tracing = {.trace = mark};

/* Runs the body around a packet of 16 bytes, which gets the result. */
static void check_result(const char *body, uint64_t result)
{
	char text[2000];
	snprintf(text, sizeof text,
		 "r7 = r1\nr6 = *(u32 *)(r1 + 0)\nr2 = *(u32 *)(r1 + 4)\nr3 = r6\nr3 += 16\nif r3 > r2 goto out\n"
		 "*(u64 *)(r10 - 8) = 0xf0\nr1 = 0x3c\n%s\n*(u64 *)(r6 + 0) = r0\nout: r0 = 2\nexit\n",
		 body);
	struct object *o = fixture_assemble(text);
	struct input *in = fixture_packet(16);
	struct exec_outcome out;
	exec_run(o->programs[0], in, &tracing, &out);
	cr_expect_eq(out.end, EXEC_EXIT, "%s: %s", body, out.what);
	if (out.end == EXEC_EXIT) {
		uint64_t got;
		memcpy(&got, out.packet, sizeof got);
		cr_expect_eq(got, result, "%s: 0x%llx, expected 0x%llx", body, (unsigned long long)got,
			     (unsigned long long)result);
		if (kernel_available(NULL, 0))
			cr_expect(fixture_kernel_agrees(o->programs[0], in, &out, body), "%s", body);
	}
	exec_release(&out);
	input_free(in);
	object_free(o);
}

/* Comparison, left and right operand, whether it holds at 64 and at 32 bits. */
static const struct {
	const char *op;
	const char *d, *s;
	bool wide, narrow;
} jumps[] = {
    {"==", "0x100000001", "0x1", false, true},
    {"==", "0x5", "0x5", true, true},
    {"!=", "0x100000001", "0x1", true, false},
    {"!=", "0x5", "0x5", false, false},
    {">", "0xffffffffffffffff", "0x1", true, true},
    {">", "0x100000000", "0x1", true, false},
    {">", "0x1", "0x1", false, false},
    {">=", "0x1", "0x1", true, true},
    {">=", "0x100000000", "0x1", true, false},
    {"<", "0x1", "0xffffffffffffffff", true, true},
    {"<", "0x1", "0x100000000", true, false},
    {"<=", "0x1", "0x1", true, true},
    {"<=", "0x100000000", "0x1", false, true},
    {"s>", "0x1", "0xffffffffffffffff", true, true},
    {"s>", "0x80000000", "0x0", true, false},
    {"s>=", "0xffffffffffffffff", "0xffffffffffffffff", true, true},
    {"s>=", "0x80000000", "0x0", true, false},
    {"s<", "0xffffffffffffffff", "0x0", true, true},
    {"s<", "0x80000000", "0x0", false, true},
    {"s<=", "0x0", "0x80000000", true, false},
    {"s<=", "0x8000000000000000", "0x0", true, true},
    {"&", "0x6", "0x2", true, true},
    {"&", "0x300000000", "0x100000000", true, false},
    {"&", "0x6", "0x9", false, false},
};

Test(exec, instructions_give_the_results_of_the_rfc)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check_result(cases[i].body, cases[i].result);
	for (size_t i = 0; i < sizeof jumps / sizeof *jumps; i++) {
		for (int narrow = 0; narrow < 2; narrow++) {
			char body[200];
			char c = narrow ? 'w' : 'r';
			snprintf(body, sizeof body, "r1 = %s ll; r2 = %s ll; r0 = 1; if %c1 %s %c2 goto +1; r0 = 0",
				 jumps[i].d, jumps[i].s, c, jumps[i].op, c);
			check_result(body, narrow ? jumps[i].narrow : jumps[i].wide);
		}
	}
	/* immediate operands are sign-extended to 64 bits */
	check_result("r1 = -1; r0 = 1; if r1 == -1 goto +1; r0 = 0", 1);
	check_result("r1 = 0xffffffff ll; r0 = 1; if r1 == -1 goto +1; r0 = 0", 0);
	check_result("r1 = 0xffffffff ll; r0 = 1; if w1 == -1 goto +1; r0 = 0", 1);
	check_result("r0 = 1; may_goto +1; r0 = 0", 0);
	check_result("r1 = 0x8000000000000000 ll; r0 = 1; if r1 & -2147483648 goto +1; r0 = 0", 1);
	for (int op = 0; op < ISA_COUNT; op++)
		if (op != ISA_LDABS && op != ISA_LDIND && op != ISA_CAST)
			cr_expect(executed[op], "no case executes %s", isa_rows[op].name);
}

/* A whole program of a given section, and how it ends. */
static void check_end(const char *text, const struct input *in, enum exec_end end, uint64_t value)
{
	struct object *o = fixture_assemble(text);
	struct exec_outcome out;
	struct input *none = in ? NULL : fixture_packet(64);
	exec_run(o->programs[0], in ? in : none, NULL, &out);
	cr_expect_eq(out.end, end, "ends as %d (%s) in:\n%s", out.end, out.what, text);
	if (end == EXEC_FAULT)
		cr_expect_eq(out.fault, (enum fault)value, "fault '%s' (%s), expected '%s' in:\n%s",
			     fault_texts[out.fault], out.what, fault_texts[value], text);
	else if (end == EXEC_EXIT)
		cr_expect_eq(out.r0, value, "0x%llx, expected 0x%llx in:\n%s", (unsigned long long)out.r0,
			     (unsigned long long)value, text);
	else if (end == EXEC_UNMODELLED)
		cr_expect_eq(out.reason, (enum reason)value, "%s in:\n%s", reason_texts[out.reason], text);
	if (end == EXEC_EXIT && kernel_available(NULL, 0))
		fixture_kernel_agrees(o->programs[0], in ? in : none, &out, text);
	exec_release(&out);
	input_free(none);
	object_free(o);
}

Test(exec, socket_buffer_loads_are_big_endian_and_end_the_program_outside)
{
	struct input *in = fixture_packet(32);
	check_end(".program p socket\nr6 = r1\nr0 = *(u8 *)skb[3]\nexit\n", in, EXEC_EXIT, 4);
	check_end(".program p socket\nr6 = r1\nr0 = *(u16 *)skb[3]\nexit\n", in, EXEC_EXIT, 0x0405);
	check_end(".program p socket\nr6 = r1\nr0 = *(u32 *)skb[28]\nexit\n", in, EXEC_EXIT, 0x1d1e1f20);
	check_end(".program p socket\nr6 = r1\nr7 = 2\nr0 = *(u32 *)skb[r7 + 1]\nexit\n", in, EXEC_EXIT, 0x04050607);
	check_end(".program p socket\nr6 = r1\nr0 = 7\nr0 = *(u32 *)skb[29]\nr0 = 5\nexit\n", in, EXEC_EXIT, 0);
	check_end(".program p socket\nr6 = r1\nr7 = 30\nr0 = *(u8 *)skb[r7 + 2]\nr0 = 5\nexit\n", in, EXEC_EXIT, 0);
	check_end(".program p socket\nr6 = r1\nr0 = *(u8 *)skb[0]\nr0 = r1\nexit\n", in, EXEC_FAULT, FAULT_REG_UNINIT);
	check_end(".program p socket\nr6 = r1\nr6 += 8\nr0 = *(u8 *)skb[0]\nexit\n", in, EXEC_FAULT, FAULT_HELPER_ARG);
	check_end(".program p socket\nr6 = r1\nr0 = *(u8 *)skb[-1]\nr0 = 5\nexit\n", in, EXEC_EXIT, 0);
	input_free(in);
}

/* Where a test run has them: the link header at the first byte, the network header 14 bytes on. */
Test(exec, loads_relative_to_headers)
{
	struct input *in = fixture_packet(64);
	fixture_set1(in, IN_SKB_HEADER, SKB_LINK, SKB_BEFORE);
	fixture_set1(in, IN_SKB_HEADER, SKB_NETWORK, SKB_BEFORE + 14);
	fixture_set1(in, IN_SKB_KNOWS, SKB_LINK_SET, 1);
	check_end(".program p tc\nr6 = r1\nr0 = *(u16 *)skb[-0x200000]\nexit\n", in, EXEC_EXIT, 0x0102);
	check_end(".program p tc\nr6 = r1\nr0 = *(u8 *)skb[-0x100000]\nexit\n", in, EXEC_EXIT, 15);
	check_end(".program p tc\nr6 = r1\nr7 = 2\nr0 = *(u8 *)skb[r7 - 0x100000]\nexit\n", in, EXEC_EXIT, 17);
	check_end(".program p tc\nr6 = r1\nr0 = *(u8 *)skb[-0x200001]\nr0 = 5\nexit\n", in, EXEC_EXIT, 0);
	check_end(".program p tc\nr6 = r1\nr0 = *(u8 *)skb[-0x1fffc1]\nexit\n", in, EXEC_EXIT, 64);
	check_end(".program p tc\nr6 = r1\nr0 = *(u8 *)skb[-0x1fffc0]\nr0 = 5\nexit\n", in, EXEC_EXIT, 0);
	input_free(in);
}

Test(exec, each_fault_is_found)
{
	static const struct {
		enum fault fault;
		const char *text;
	} faults[] = {
	    {FAULT_NULL, "r1 = 0; r0 = *(u8 *)(r1 + 0); exit"},
	    {FAULT_NOT_POINTER, "r1 = 16; r0 = *(u8 *)(r1 + 0); exit"},
	    {FAULT_NOT_POINTER, "r2 = r10; w2 += 0; r0 = *(u8 *)(r2 - 8); exit"},
	    {FAULT_NOT_POINTER, "r2 = r10; r2 *= 1; *(u8 *)(r2 - 8) = 1; r0 = 0; exit"},
	    {FAULT_NOT_POINTER, "r2 = 0; r2 -= r10; *(u8 *)(r2 - 8) = 1; r0 = 0; exit"},
	    {FAULT_NOT_POINTER, "*(u64 *)(r10 - 8) = r10; *(u8 *)(r10 - 8) = 0; r2 = *(u64 *)(r10 - 8); "
				"*(u8 *)(r2 - 1) = 1; r0 = 0; exit"},
	    {FAULT_BOUNDS, "*(u64 *)(r10 + 0) = 1; r0 = 0; exit"},
	    {FAULT_BOUNDS, "*(u64 *)(r10 - 520) = 1; r0 = 0; exit"},
	    {FAULT_BOUNDS, "*(u64 *)(r10 - 4) = 1; r0 = 0; exit"},
	    {FAULT_BOUNDS, "r2 = *(u32 *)(r1 + 0); r0 = *(u8 *)(r2 + 64); exit"},
	    {FAULT_BOUNDS, "r2 = *(u32 *)(r1 + 0); r0 = *(u8 *)(r2 - 1); exit"},
	    {FAULT_BOUNDS, "r2 = *(u32 *)(r1 + 4); r0 = *(u8 *)(r2 + 0); exit"},
	    {FAULT_REG_UNINIT, "r0 = r3; exit"},
	    {FAULT_REG_UNINIT, "exit"},
	    {FAULT_REG_UNINIT, "*(u64 *)(r10 - 8) = r4; r0 = 0; exit"},
	    {FAULT_REG_UNINIT, "r0 += 1; exit"},
	    {FAULT_REG_UNINIT, "if r5 == 0 goto +0; r0 = 0; exit"},
	    {FAULT_REG_UNINIT, "call 7; r0 = r1; exit"},
	    {FAULT_REG_UNINIT, "r6 = 1; call f; exit; f: r0 = r6; exit"},
	    {FAULT_REG_UNINIT, "r1 = 1; call f; r0 = r1; exit; f: r0 = 0; exit"},
	    {FAULT_STACK_UNINIT, "r0 = *(u8 *)(r10 - 1); exit"},
	    {FAULT_STACK_UNINIT, "*(u32 *)(r10 - 8) = 0; r0 = *(u64 *)(r10 - 8); exit"},
	    {FAULT_STACK_UNINIT, "*(u64 *)(r10 - 8) = 1; call f; exit; f: r0 = *(u64 *)(r10 - 8); exit"},
	    {FAULT_CTX_ACCESS, "r0 = *(u64 *)(r1 + 0); exit"},
	    {FAULT_CTX_ACCESS, "r0 = *(u32 *)(r1 + 24); exit"},
	    {FAULT_CTX_ACCESS, "r0 = *(u32 *)(r1 - 4); exit"},
	    {FAULT_CTX_ACCESS, "r0 = *(u32 *)(r1 + 2); exit"},
	    {FAULT_CTX_ACCESS, "*(u32 *)(r1 + 12) = 0; r0 = 0; exit"},
	    {FAULT_CTX_ACCESS, "r2 = 1; lock *(u32 *)(r1 + 12) += w2; r0 = 0; exit"},
	    {FAULT_STALE, "r6 = r1; r7 = *(u32 *)(r1 + 0); r2 = 0; call 44; r0 = *(u8 *)(r7 + 0); exit"},
	    {FAULT_HELPER_PROG, "r2 = 0; r3 = r10; r4 = 0; call 26; r0 = 0; exit"},
	    {FAULT_STACK_DEPTH, "call f; exit; f: call f; exit"},
	    {FAULT_ENDLESS, "r0 = 0; l: goto l; exit"},
	    {FAULT_FRAME_POINTER, "r0 = 0; r10 = r1; exit"},
	    {FAULT_FRAME_POINTER, "r10 = *(u32 *)(r1 + 0); r0 = 0; exit"},
	    {FAULT_RELEASED, "call f; r0 = *(u8 *)(r0 - 1); exit; f: *(u8 *)(r10 - 1) = 1; r0 = r10; exit"},
	};
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
		check_end(faults[i].text, NULL, EXEC_FAULT, faults[i].fault);
}

Test(exec, may_goto_falls_through_until_the_input_or_its_budget_says_otherwise)
{
	const char *twice = "r0 = 0\nmay_goto +1\nr0 |= 1\nmay_goto +1\nr0 |= 2\nexit\n";
	struct input *in = fixture_packet(64);
	check_end(twice, in, EXEC_EXIT, 3);
	fixture_set1(in, IN_MAY_GOTO, 1, 1);
	check_end(twice, in, EXEC_EXIT, 1);
	input_free(in);
	struct object *o =
	    fixture_assemble("call f; r0 += r6; exit; f: r0 = 0; l: may_goto o; r0 += 1; goto l; o: exit");
	struct exec_outcome out;
	in = fixture_packet(64);
	exec_run(o->programs[0], in, &(struct exec_options){.max_steps = 1000}, &out);
	cr_expect_eq(out.end, EXEC_UNMODELLED, "%s", out.what); /* the kernel's run ends, so it is no fault */
	cr_expect_eq(out.reason, REASON_LOOP);
	exec_release(&out);
	object_free(o);
	o = fixture_assemble(
	    "r6 = 0; call f; r6 = r0; call f; r0 += r6; exit; f: r0 = 0; l: may_goto o; r0 += 1; goto l; o: exit");
	exec_run(o->programs[0], in, &(struct exec_options){.max_steps = 1u << 30}, &out);
	cr_expect_eq(out.end, EXEC_EXIT, "%s", out.what);
	cr_expect_eq(out.r0, 2 * (8 << 20)); /* each call has its own */
	exec_release(&out);
	object_free(o);
	input_free(in);
}

Test(exec, frozen_sections_and_packets_of_filters_are_read_only)
{
	check_end(".rodata ro 0102\nr1 = ro ll\n*(u8 *)(r1 + 0) = 1\nr0 = 0\nexit\n", NULL, EXEC_FAULT,
		  FAULT_READ_ONLY);
	check_end(".program p cgroup_skb/egress\nr1 = *(u32 *)(r1 + 76)\n*(u8 *)(r1 + 0) = 1\nr0 = 0\nexit\n", NULL,
		  EXEC_FAULT, FAULT_READ_ONLY);
}

Test(exec, data_sections_hold_what_the_loader_gave_or_the_input)
{
	struct input *in = fixture_packet(20);
	check_end(".rodata ro 01020304\nr1 = ro ll\nr0 = *(u32 *)(r1 + 0)\nexit\n", in, EXEC_EXIT, 0x04030201);
	struct object *o = fixture_assemble(".data counter 05000000\nr1 = counter ll\nr0 = *(u32 *)(r1 + 0)\nr2 = r0\n"
					    "r2 += 1\n*(u32 *)(r1 + 0) = r2\nexit\n");
	uint64_t h = 0xcbf29ce484222325ull;
	for (const char *c = "counter"; *c; c++)
		h = (h ^ (uint8_t)*c) * 0x100000001b3ull;
	fixture_set2(in, IN_DATA, h, 0, 41);
	struct exec_outcome out;
	exec_run(o->programs[0], in, NULL, &out);
	cr_assert_eq(out.end, EXEC_EXIT, "%s", out.what);
	cr_expect_eq(out.r0, 41);
	cr_assert_eq(out.n_values, 1);
	cr_expect_eq(out.values[0].value[0], 42);
	cr_expect(out.values[0].changed);
	fixture_kernel_agrees(o->programs[0], in, &out, "data section");
	exec_release(&out);
	object_free(o);
	input_free(in);
}

Test(exec, subprograms_keep_callee_saved_registers_and_see_the_callers_stack)
{
	check_end("r6 = 5; *(u64 *)(r10 - 8) = 7; r1 = r10; r1 += -8; call f; r0 += r6; r1 = *(u64 *)(r10 - 8); "
		  "r0 += r1; exit; f: r6 = 100; r0 = *(u64 *)(r1 + 0); *(u64 *)(r1 + 0) = 9; exit",
		  NULL, EXEC_EXIT, 21);
}

Test(exec, pointer_arithmetic_keeps_the_region_where_one_operand_points)
{
	check_end("r2 = -8; r2 += r10; *(u64 *)(r2 + 0) = 3; r0 = *(u64 *)(r10 - 8); exit", NULL, EXEC_EXIT, 3);
	check_end("r2 = *(u32 *)(r1 + 0); r3 = *(u32 *)(r1 + 4); r2 += 9; r2 -= 8; r4 = r2; r4 += 1; r0 = 0; "
		  "if r4 > r3 goto +1; r0 = *(u8 *)(r2 + 0); exit",
		  NULL, EXEC_EXIT, 2);
	check_end("r2 = r10; r3 = r10; r3 += -24; r2 -= r3; r0 = r2; exit", NULL, EXEC_EXIT, 24);
}

Test(exec, inputs_hold_entries_and_defaults)
{
	struct input *in = input_new();
	uint64_t key[3] = {1, 2, 3};
	cr_expect_eq(input_get(in, IN_AT_CTX, NULL, 0), input_rows[IN_AT_CTX].lo);
	for (uint64_t i = 0; i < 1000; i++)
		fixture_set2(in, IN_ORACLE, 7, i, i * i);
	input_set(in, IN_MAP_BYTE, key, 3, 0x1ff);
	cr_expect_eq(input_get(in, IN_MAP_BYTE, key, 3), 0xff);
	cr_expect(input_has(in, IN_MAP_BYTE, key, 3));
	cr_expect_not(input_has(in, IN_MAP_BYTE, key, 2));
	struct input *copy = input_copy(in);
	for (uint64_t i = 0; i < 1000; i += 2)
		input_unset(in, IN_ORACLE, (uint64_t[]){7, i}, 2);
	cr_expect_eq(input_count(in), 501);
	cr_expect_eq(input_count(copy), 1001);
	for (uint64_t i = 0; i < 1000; i++)
		cr_expect_eq(input_get(in, IN_ORACLE, (uint64_t[]){7, i}, 2), i % 2 ? i * i : 0);
	for (uint64_t seed = 1; seed < 50; seed++) {
		input_set_seed(in, seed);
		for (int fn = 0; fn < IN_COUNT; fn++) {
			uint64_t v = input_get(in, (enum input_fn)fn, key, 1);
			cr_expect(v >= input_rows[fn].lo && v <= input_rows[fn].hi, "%s", input_rows[fn].name);
		}
	}
	input_free(in);
	input_free(copy);
}
