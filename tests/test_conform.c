/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs on plain memory, as conformance runners have them, on both machines; results worked out from RFC 9669. */
#include "checker/exec/symbolic.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct conform_case {
	const char *memory; /* hex */
	const char *text;
	uint64_t result;
};

/* Values that show width, sign and zero extension. */
#define PREPARE "r0 = 0x1122334488776655 ll; r1 = 0xfffffffffffffffe ll; "

static const struct conform_case cases[] = {
    /* section 4.1: arithmetic, 64 bits */
    {"", PREPARE "r0 += r1; exit", 0x1122334488776653},
    {"", PREPARE "r0 += -2; exit", 0x1122334488776653},
    {"", PREPARE "r0 -= r1; exit", 0x1122334488776657},
    {"", PREPARE "r0 -= 0x55; exit", 0x1122334488776600},
    {"", PREPARE "r0 *= r1; exit", 0xddbb9976ef113356},
    {"", PREPARE "r0 *= 16; exit", 0x1223344887766550},
    {"", PREPARE "r0 /= 16; exit", 0x0112233448877665},
    {"", PREPARE "r0 /= r1; exit", 0},
    {"", PREPARE "r1 /= r0; r0 = r1; exit", 14},
    {"", PREPARE "r0 /= 0; exit", 0},
    {"", PREPARE "r0 %= 16; exit", 5},
    {"", PREPARE "r0 %= 0; exit", 0x1122334488776655},
    {"", PREPARE "r1 %= -3; r0 = r1; exit", 1},
    {"", PREPARE "r1 s/= 2; r0 = r1; exit", 0xffffffffffffffff},
    {"", PREPARE "r0 s/= r1; exit", 0xf76ee65dbbc44cd6},
    {"", PREPARE "r0 s/= 0; exit", 0},
    {"", PREPARE "r0 s%= r1; exit", 1},
    {"", PREPARE "r1 s%= -3; r0 = r1; exit", 0xfffffffffffffffe},
    {"", PREPARE "r0 s%= 0; exit", 0x1122334488776655},
    {"", PREPARE "r0 |= r1; exit", 0xffffffffffffffff},
    {"", PREPARE "r0 |= 0x0a; exit", 0x112233448877665f},
    {"", PREPARE "r0 &= r1; exit", 0x1122334488776654},
    {"", PREPARE "r0 &= -256; exit", 0x1122334488776600},
    {"", PREPARE "r0 ^= r1; exit", 0xeeddccbb778899ab},
    {"", PREPARE "r0 ^= 0x55; exit", 0x1122334488776600},
    {"", PREPARE "r0 <<= 8; exit", 0x2233448877665500},
    {"", PREPARE "r0 >>= 8; exit", 0x0011223344887766},
    {"", PREPARE "r0 = -r0; exit", 0xeeddccbb778899ab},
    {"", PREPARE "r1 s>>= 1; r0 = r1; exit", 0xffffffffffffffff},
    {"", PREPARE "r0 s>>= 60; exit", 1},
    /* the same at 32 bits: the upper half becomes zero */
    {"", PREPARE "w0 += w1; exit", 0x88776653},
    {"", PREPARE "w0 -= 0x66; exit", 0x887765ef},
    {"", PREPARE "w0 *= w1; exit", 0xef113356},
    {"", PREPARE "w0 /= 16; exit", 0x08877665},
    {"", PREPARE "w1 /= w0; r0 = r1; exit", 1},
    {"", PREPARE "w0 /= 0; exit", 0},
    {"", PREPARE "w0 %= 0; exit", 0x88776655},
    {"", PREPARE "w1 %= 7; r0 = r1; exit", 2},
    {"", PREPARE "w0 s/= 2; exit", 0xc43bb32b},
    {"", PREPARE "w0 s%= 16; exit", 0xfffffff5},
    {"", PREPARE "w0 |= 0x0a; exit", 0x8877665f},
    {"", PREPARE "w0 &= w1; exit", 0x88776654},
    {"", PREPARE "w0 ^= -1; exit", 0x778899aa},
    {"", PREPARE "w0 <<= 4; exit", 0x87766550},
    {"", PREPARE "w0 >>= 4; exit", 0x08877665},
    {"", PREPARE "w0 s>>= 4; exit", 0xf8877665},
    {"", PREPARE "w0 = -w0; exit", 0x778899ab},
    {"", PREPARE "w0 = w1; exit", 0xfffffffe},
    {"", "w0 = -1; exit", 0xffffffff},
    {"", "r0 = -1; exit", 0xffffffffffffffff},
    /* overflow of signed division */
    {"", "r0 = 0x8000000000000000 ll; r0 s/= -1; exit", 0x8000000000000000},
    {"", "r0 = 0x8000000000000000 ll; r0 s%= -1; exit", 0},
    {"", "r0 = 0x80000000 ll; w0 s/= -1; exit", 0x80000000},
    {"", "r0 = 0x80000000 ll; w0 s%= -1; exit", 0},
    /* shift amounts are masked, immediate ones too */
    {"", PREPARE "r0 <<= 68; exit", 0x1223344887766550},
    {"", PREPARE "r0 >>= -60; exit", 0x0112233448877665},
    {"", PREPARE "w0 <<= 36; exit", 0x87766550},
    {"", PREPARE "w0 >>= 32; exit", 0x88776655},
    {"", PREPARE "r1 = 100; w0 s>>= w1; exit", 0xf8877665},
    {"", PREPARE "r1 = 0xffffffc4 ll; r0 <<= r1; exit", 0x1223344887766550},
    {"", PREPARE "r0 s>>= 127; exit", 0},
    /* moves with sign extension */
    {"", "r1 = 0x1234569a87 ll; r0 = (s8)r1; exit", 0xffffffffffffff87},
    {"", "r1 = 0x1234569a87 ll; r0 = (s16)r1; exit", 0xffffffffffff9a87},
    {"", "r1 = 0x12f4569a87 ll; r0 = (s32)r1; exit", 0xfffffffff4569a87},
    {"", "r1 = 0x1234569a87 ll; w0 = (s8)w1; exit", 0xffffff87},
    {"", "r1 = 0x1234569a87 ll; w0 = (s16)w1; exit", 0xffff9a87},
    {"", "r1 = 0x123456; r0 = (s16)r1; exit", 0x3456},
    /* section 4.2: byte order */
    {"", PREPARE "r0 = le16 r0; exit", 0x6655},
    {"", PREPARE "r0 = le32 r0; exit", 0x88776655},
    {"", PREPARE "r0 = be16 r0; exit", 0x5566},
    {"", PREPARE "r0 = be32 r0; exit", 0x55667788},
    {"", PREPARE "r0 = be64 r0; exit", 0x5566778844332211},
    {"", PREPARE "r0 = bswap16 r0; exit", 0x5566},
    {"", PREPARE "r0 = bswap32 r0; exit", 0x55667788},
    {"", PREPARE "r0 = bswap64 r0; exit", 0x5566778844332211},
    /* section 4.3: jumps, taken and not */
    {"", PREPARE "if r1 == -2 goto +2; r0 = 1; exit; r0 = 2; exit", 2},
    {"", PREPARE "if r1 != -2 goto +2; r0 = 1; exit; r0 = 2; exit", 1},
    {"", PREPARE "if r1 > r0 goto +2; r0 = 1; exit; r0 = 2; exit", 2},
    {"", PREPARE "if r1 s> r0 goto +2; r0 = 1; exit; r0 = 2; exit", 1},
    {"", PREPARE "if r1 >= -2 goto +2; r0 = 1; exit; r0 = 2; exit", 2},
    {"", PREPARE "if r1 s>= 0 goto +2; r0 = 1; exit; r0 = 2; exit", 1},
    {"", PREPARE "if r1 < r0 goto +2; r0 = 1; exit; r0 = 2; exit", 1},
    {"", PREPARE "if r1 s< r0 goto +2; r0 = 1; exit; r0 = 2; exit", 2},
    {"", PREPARE "if r1 <= -3 goto +2; r0 = 1; exit; r0 = 2; exit", 1},
    {"", PREPARE "if r1 s<= -2 goto +2; r0 = 1; exit; r0 = 2; exit", 2},
    {"", PREPARE "if r1 & 1 goto +2; r0 = 1; exit; r0 = 2; exit", 1},
    {"", PREPARE "if r1 & r0 goto +2; r0 = 1; exit; r0 = 2; exit", 2},
    {"", "r1 = 0x1ffffffff ll; if w1 == -1 goto +2; r0 = 1; exit; r0 = 2; exit", 2},
    {"", "r1 = 0x1ffffffff ll; if r1 == -1 goto +2; r0 = 1; exit; r0 = 2; exit", 1},
    {"", "r1 = 0x80000000 ll; if w1 s< 0 goto +2; r0 = 1; exit; r0 = 2; exit", 2},
    {"", "r1 = 0x80000000 ll; if r1 s< 0 goto +2; r0 = 1; exit; r0 = 2; exit", 1},
    {"", "r1 = 0x100000000 ll; if w1 & -1 goto +2; r0 = 1; exit; r0 = 2; exit", 1},
    {"", "r0 = 1; goto +1; r0 = 2; exit", 1},
    {"", "r0 = 1; gotol +1; r0 = 2; exit", 1},
    {"", "r0 = 3; goto +1; exit; goto -2", 3},
    /* memory: r1 is where it is, r2 how long; none: both are 0 */
    {"", "r0 = r1; r0 |= r2; exit", 0},
    {"aabbcc", "r0 = r2; exit", 3},
    {"8182838485868788", "r0 = *(u8 *)(r1 + 7); exit", 0x88},
    {"8182838485868788", "r0 = *(u16 *)(r1 + 1); exit", 0x8382},
    {"8182838485868788", "r0 = *(u32 *)(r1 + 4); exit", 0x88878685},
    {"8182838485868788", "r0 = *(u64 *)(r1 + 0); exit", 0x8887868584838281},
    {"8182838485868788", "r0 = *(s8 *)(r1 + 0); exit", 0xffffffffffffff81},
    {"8182838485868788", "r0 = *(s16 *)(r1 + 6); exit", 0xffffffffffff8887},
    {"8182838485868788", "r0 = *(s32 *)(r1 + 0); exit", 0xffffffff84838281},
    {"81 82 83 84 85 86 87 88", "r1 += r2; r0 = *(u8 *)(r1 - 1); exit", 0x88},
    {"8182838485868788", "*(u8 *)(r1 + 1) = -1; r0 = *(u32 *)(r1 + 0); exit", 0x8483ff81},
    {"8182838485868788", "*(u16 *)(r1 + 2) = 0x1234; r0 = *(u64 *)(r1 + 0); exit", 0x8887868512348281},
    {"8182838485868788", "*(u32 *)(r1 + 3) = -2; r0 = *(u64 *)(r1 + 0); exit", 0x88fffffffe838281},
    {"8182838485868788", "*(u64 *)(r1 + 0) = -5; r0 = *(u64 *)(r1 + 0); exit", 0xfffffffffffffffb},
    {"8182838485868788", "*(u8 *)(r1 + 0) = r2; r0 = *(u16 *)(r1 + 0); exit", 0x8208},
    {"8182838485868788", "r3 = 0x1122334455667788 ll; *(u32 *)(r1 + 4) = r3; r0 = *(u64 *)(r1 + 0); exit",
     0x5566778884838281},
    {"8182838485868788", "*(u64 *)(r10 - 8) = r1; r3 = *(u64 *)(r10 - 8); r0 = *(u8 *)(r3 + 2); exit", 0x83},
    {"", "*(u64 *)(r10 - 512) = 7; r0 = *(u64 *)(r10 - 512); exit", 7},
    {"", "*(u32 *)(r10 - 4) = 0x01020304; r0 = *(u8 *)(r10 - 3); exit", 3},
    /* section 5.3: atomics on the memory */
    {"f000000000000000", "r3 = 0x3c; lock *(u64 *)(r1 + 0) += r3; r0 = *(u64 *)(r1 + 0); exit", 0x12c},
    {"f000000000000000", "r3 = 0x3c; lock *(u64 *)(r1 + 0) |= r3; r0 = *(u64 *)(r1 + 0); exit", 0xfc},
    {"f000000000000000", "r3 = 0x3c; lock *(u64 *)(r1 + 0) &= r3; r0 = *(u64 *)(r1 + 0); exit", 0x30},
    {"f000000000000000", "r3 = 0x3c; lock *(u64 *)(r1 + 0) ^= r3; r0 = *(u64 *)(r1 + 0); exit", 0xcc},
    {"ffffffff01000000", "r3 = 1; lock *(u32 *)(r1 + 0) += w3; r0 = *(u64 *)(r1 + 0); exit", 0x100000000},
    {"f000000000000000", "r0 = 0x3c; r0 = atomic_fetch_add((u64 *)(r1 + 0), r0); exit", 0xf0},
    {"f0000080ffffffff", "r0 = -1; w0 = atomic_fetch_or((u32 *)(r1 + 0), w0); exit", 0x800000f0},
    {"f000000000000000", "r0 = 15; r0 = atomic_fetch_and((u64 *)(r1 + 0), r0); r1 = *(u64 *)(r1 + 0); r0 += r1; exit",
     0xf0},
    {"f000000000000000", "r0 = 15; r0 = atomic_fetch_xor((u64 *)(r1 + 0), r0); r1 = *(u64 *)(r1 + 0); r0 += r1; exit",
     0x1ef},
    {"f000000000000000", "r0 = 5; r0 = xchg_64(r1 + 0, r0); r1 = *(u64 *)(r1 + 0); r0 <<= 8; r0 |= r1; exit", 0xf005},
    {"f0000000aaaaaaaa", "r0 = 5; w0 = xchg32_32(r1 + 0, w0); r1 = *(u64 *)(r1 + 0); r0 ^= r1; exit",
     0xaaaaaaaa000000f5},
    {"f000000000000000",
     "r0 = 0xf0; r3 = 9; r0 = cmpxchg_64(r1 + 0, r0, r3); r1 = *(u64 *)(r1 + 0); r0 <<= 8; r0 |= r1; exit", 0xf009},
    {"f000000000000000",
     "r0 = 0xf1; r3 = 9; r0 = cmpxchg_64(r1 + 0, r0, r3); r1 = *(u64 *)(r1 + 0); r0 <<= 8; r0 |= r1; exit", 0xf0f0},
    {"f0000000bbbbbbbb",
     "r0 = 0x9000000f0 ll; r3 = 9; w0 = cmpxchg32_32(r1 + 0, w0, w3); r1 = *(u64 *)(r1 + 0); r0 += r1; exit",
     0xbbbbbbbb000000f9},
    {"0000000000000000", "r3 = 7; store_release((u32 *)(r1 + 4), w3); r0 = *(u64 *)(r1 + 0); exit", 0x700000000},
    {"0102", "w0 = load_acquire((u16 *)(r1 + 0)); exit", 0x201},
    /* calls within the program: r6..r9 and the stack are the caller's own */
    {"", "r6 = 5; r1 = 7; call f; r0 += r6; exit\nf:\nr6 = 100; r0 = r1; r0 *= 2; exit", 19},
    {"",
     "*(u64 *)(r10 - 8) = 3; r1 = r10; r1 += -8; call f; r0 = *(u64 *)(r10 - 8); exit\nf:\n"
     "*(u64 *)(r10 - 8) = 9; *(u64 *)(r1 + 0) = 4; r0 = 0; exit",
     4},
    {"0506",
     "call f; r0 += 1; exit\nf:\nr6 = r1; call g; r1 = *(u8 *)(r6 + 1); r0 += r1; exit\ng:\nr0 = *(u8 *)(r1 + 0); exit",
     12},
    {"", "r1 = 10; call f; exit\nf:\nr0 = r1; if r1 == 0 goto +3; r1 -= 1; if r1 == 0 goto +1; goto -3; exit", 10},
    /* loops */
    {"", "r0 = 0; r1 = 1000; loop: r0 += r1; r1 -= 1; if r1 != 0 goto loop; exit", 500500},
    {"0102030405060708",
     "r3 = r1; r3 += r2; r0 = 0; loop: r4 = *(u8 *)(r1 + 0); r0 += r4; r1 += 1; if r1 < r3 goto loop; exit", 36},
    {"04030201",
     "r0 = 0; loop: r2 -= 1; r3 = r1; r3 += r2; r4 = *(u8 *)(r3 + 0); r0 <<= 8; r0 |= r4; if r2 != 0 goto loop; exit",
     0x01020304},
    {"",
     "r1 = 67; r0 = 1; r2 = 2; loop: r3 = r1; r3 %= r2; r2 += 1; if r3 == 0 goto out; if r2 < r1 goto loop; exit; out: "
     "r0 = 0; exit",
     1},
    {"", "r1 = 30; r2 = 1; r0 = 0; loop: r3 = r0; r3 += r2; r0 = r2; r2 = r3; r1 -= 1; if r1 != 0 goto loop; exit",
     832040},
};

static void encode(const char *text, uint8_t **bytes, size_t *n)
{
	struct insn *insns;
	char err[300] = "", *lines = strdup(text);
	for (char *s = lines; (s = strstr(s, ": ")); s++) /* a label stands on a line of its own */
		s[1] = '\n';
	for (char *s = lines; *s; s++)
		*s = *s == ';' ? '\n' : *s;
	cr_assert(insn_assemble(lines, NULL, NULL, &insns, n, err, sizeof err), "%s\nin: %s", err, text);
	*bytes = calloc(*n, 8);
	insn_encode(insns, *n, *bytes);
	free(insns);
	free(lines);
}

static size_t hex_bytes(const char *hex, uint8_t *out)
{
	size_t n = 0;
	for (unsigned byte; sscanf(hex, "%2x", &byte) == 1; hex += 2 + (hex[2] == ' '))
		out[n++] = (uint8_t)byte;
	return n;
}

enum engine { CONCRETE, SYMBOLIC, ENGINES };
static const char *const engine_names[] = {"concrete", "symbolic"};

static void run(enum engine e, const char *text, const char *memory, struct exec_outcome *out)
{
	uint8_t *bytes, mem[64];
	size_t n;
	struct object *o;
	char err[300] = "";
	encode(text, &bytes, &n);
	cr_assert_eq(object_decode("test", bytes, n, &o, err, sizeof err), OBJECT_OK, "%s", err);
	struct symbolic_options so = {.exec = {.memory = mem, .memory_len = hex_bytes(memory, mem)}, .unroll = 100000};
	struct input *in = input_new();
	if (e == SYMBOLIC)
		symbolic_run(o->programs[0], in, &so, out);
	else
		exec_run(o->programs[0], in, &so.exec, out);
	input_free(in);
	object_free(o);
	free(bytes);
}

static void check_case(enum engine e, const struct conform_case *c)
{
	struct exec_outcome out;
	run(e, c->text, c->memory, &out);
	cr_expect_eq(out.end, EXEC_EXIT, "%s: %s: ends with %d: %s", engine_names[e], c->text, out.end, out.what);
	cr_expect_eq(out.r0, c->result, "%s: %s: expected 0x%llx, found 0x%llx", engine_names[e], c->text,
		     (unsigned long long)c->result, (unsigned long long)out.r0);
	exec_release(&out);
}

Test(conform, results)
{
	cr_assert_geq(sizeof cases / sizeof *cases, 80);
	for (int e = 0; e < ENGINES; e++)
		for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
			check_case((enum engine)e, &cases[i]);
}

/* Every row of isa.def but those that only socket buffers have. */
Test(conform, covers_the_instruction_set)
{
	bool seen[ISA_COUNT + 1] = {false};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint8_t *bytes;
		size_t n;
		encode(cases[i].text, &bytes, &n);
		struct insn *insns = calloc(n, sizeof *insns);
		char err[200];
		cr_assert(insn_decode(bytes, n, insns, err, sizeof err), "%s", err);
		for (size_t k = 0; k < n; k++)
			seen[insns[k].op] = true;
		free(insns);
		free(bytes);
	}
	for (int op = 0; op < ISA_COUNT; op++)
		cr_expect(seen[op] || op == ISA_LDABS || op == ISA_LDIND || !strcmp(isa_rows[op].group, "LINUX"), "%s is in no case", isa_rows[op].name);
}

static const struct fault_case {
	const char *memory, *text;
	enum exec_end end;
	enum fault fault;
} faults[] = {
    {"0102", "r0 = *(u8 *)(r1 + 2); exit", EXEC_FAULT, FAULT_BOUNDS},
    {"0102", "r0 = *(u16 *)(r1 - 1); exit", EXEC_FAULT, FAULT_BOUNDS},
    {"01020304", "*(u64 *)(r1 + 0) = 0; r0 = 0; exit", EXEC_FAULT, FAULT_BOUNDS},
    {"", "r0 = *(u8 *)(r1 + 0); exit", EXEC_FAULT, FAULT_NULL},
    {"0102", "r0 = *(u8 *)(r2 + 0); exit", EXEC_FAULT, FAULT_NOT_POINTER},
    {"", "r0 = r3; exit", EXEC_FAULT, FAULT_REG_UNINIT},
    {"", "r0 = *(u64 *)(r10 - 8); exit", EXEC_FAULT, FAULT_STACK_UNINIT},
    {"", "r0 = *(u64 *)(r10 - 520); exit", EXEC_FAULT, FAULT_BOUNDS},
    {"", "call xdp_adjust_head; exit", EXEC_FAULT, FAULT_HELPER_PROG},
    {"", "call 4000; exit", EXEC_UNMODELLED, FAULT_NONE},
};

Test(conform, faults)
{
	for (int e = 0; e < ENGINES; e++)
		for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
			struct exec_outcome out;
			run((enum engine)e, faults[i].text, faults[i].memory, &out);
			cr_expect_eq(out.end, faults[i].end, "%s: %s: ends with %d", engine_names[e], faults[i].text,
				     out.end);
			cr_expect_eq(out.fault, faults[i].fault, "%s: %s: fault %d", engine_names[e], faults[i].text,
				     out.fault);
			exec_release(&out);
		}
}

/* As many iterations as the limit on unrolling allows, with everything folded. */
Test(conform, long_loop)
{
	const char *text =
	    "r0 = 0; r3 = 90000; loop: r4 = *(u32 *)(r1 + 0); r4 += 1; *(u32 *)(r1 + 0) = r4; r0 += r4; r3 -= 1; "
	    "if r3 != 0 goto loop; exit";
	check_case(SYMBOLIC, &(struct conform_case){"00000000", text, 90000ull * 90001 / 2});
	check_case(CONCRETE, &(struct conform_case){"00000000", text, 90000ull * 90001 / 2});
	struct exec_outcome out;
	run(SYMBOLIC, "r0 = 1; loop: goto loop", "", &out);
	cr_expect_eq(out.end, EXEC_UNMODELLED);
	cr_expect_eq(out.reason, REASON_LOOP);
	exec_release(&out);
	run(CONCRETE, "r0 = 1; loop: goto loop", "", &out);
	cr_expect_eq(out.fault, FAULT_ENDLESS);
	exec_release(&out);
}

/* What is no program is refused with the instruction's number. */
Test(conform, refuses_what_is_no_program)
{
	static const struct {
		const char *bytes, *message;
	} bad[] = {
	    {"0000000000000000", "instruction 0: "},
	    {"b700000000000000", "instruction 0: control can run past the end"},
	    {"85100000000000009500000000000000", "instruction 0: expected exit or goto at the end of function main"},
	    {"18000000000000009500000000000000", "instruction 0: "},
	    {"18100000000000000000000000000000"
	     "9500000000000000",
	     "instruction 0: expected a map"},
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		uint8_t bytes[64];
		char err[300] = "", want[200];
		struct object *o;
		size_t n = hex_bytes(bad[i].bytes, bytes);
		cr_expect_eq(object_decode("x", bytes, n / 8, &o, err, sizeof err), OBJECT_MALFORMED);
		snprintf(want, sizeof want, "x: %s", bad[i].message);
		cr_expect_eq(strncmp(err, want, strlen(want)), 0, "expected %s..., found %s", want, err);
		cr_expect_null(o);
	}
	char err[300];
	struct object *o;
	cr_expect_eq(object_decode("x", NULL, 0, &o, err, sizeof err), OBJECT_MALFORMED);
}
