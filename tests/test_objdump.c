/* SPDX-License-Identifier: BSD-2-Clause */
/* Our text and bytes against LLVM 19's assembler, disassembler and compiler. */
#include "encode/isa/insn.h"

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TARGET "-triple bpfel -mcpu=v4"
#define MAX_SLOTS 4096

static char dir[] = "/tmp/bpfprove-objdump-XXXXXX";

static void make_dir(void)
{
	cr_assert(mkdtemp(dir));
}

static __attribute__((format(printf, 1, 2))) FILE *start(const char *format, ...)
{
	char command[600];
	va_list args;
	va_start(args, format);
	vsnprintf(command, sizeof command, format, args);
	va_end(args);
	FILE *f = popen(command, "r");
	cr_assert(f);
	return f;
}

static void remove_dir(void)
{
	pclose(start("rm -rf %s", dir));
}

static void need(const char *tool)
{
	if (pclose(start("command -v %s >/dev/null", tool)))
		cr_skip_test("%s is not installed", tool);
}

static FILE *create(const char *name)
{
	char path[100];
	snprintf(path, sizeof path, "%s/%s", dir, name);
	FILE *f = fopen(path, "w");
	cr_assert(f);
	return f;
}

/* The bytes of x.o's code. */
static size_t read_code(uint8_t *bytes)
{
	FILE *f = start("cd %s && llvm-objcopy-19 -O binary --only-section=.text x.o x.bin && cat x.bin", dir);
	size_t n = fread(bytes, 1, 8 * MAX_SLOTS, f);
	cr_assert_eq(pclose(f), 0);
	return n / 8;
}

/* The text of LLVM's next line that is an instruction, without the name of a jump's target. */
static bool next_line(FILE *f, char *line, size_t len)
{
	while (fgets(line, (int)len, f)) {
		char *tab = strstr(line, ":\t"), *end;
		if (!tab || line[0] != ' ')
			continue;
		memmove(line, tab + 2, strlen(tab + 2) + 1);
		line[strcspn(line, "\n")] = 0;
		if ((end = strstr(line, " <.")) || (end = strstr(line, " <f")))
			*end = 0;
		return true;
	}
	return false;
}

/* Where LLVM's own text is ambiguous or depends on -mcpu, ours is brought to its form. */
static void print_as_llvm(const struct insn *in, char *line, size_t len)
{
	insn_print(in, line, len);
	if (in->op == ISA_LDX && in->width < 64)
		line[0] = 'w';
	if (in->op == ISA_STX && in->width < 64)
		*strrchr(line, 'r') = 'w';
	if (in->op == ISA_CALL && line[5] == '+')
		memmove(line + 5, line + 6, strlen(line + 6) + 1);
}

static size_t compare_disassembly(const uint8_t *bytes, size_t n)
{
	FILE *decimal = start("llvm-objdump-19 -d --no-show-raw-insn --mcpu=v4 --no-print-imm-hex %s/x.o", dir);
	FILE *hex = start("llvm-objdump-19 -d --no-show-raw-insn --mcpu=v4 --print-imm-hex %s/x.o", dir);
	size_t compared = 0;
	for (size_t i = 0; i < n; i++) {
		char ours[120], a[300], b[300], err[120];
		struct insn in;
		cr_assert(insn_decode_slot(bytes + 8 * i, &in, err, sizeof err), "slot %zu: %s", i, err);
		cr_assert(next_line(decimal, a, sizeof a) && next_line(hex, b, sizeof b), "slot %zu", i);
		if (in.op == ISA_LDDW) {
			uint32_t high;
			memcpy(&high, bytes + 8 * ++i + 4, 4);
			in.imm64 |= (uint64_t)high << 32;
		}
		print_as_llvm(&in, ours, sizeof ours);
		cr_expect_str_eq(ours, in.op == ISA_LDDW ? b : a);
		compared++;
	}
	pclose(decimal);
	pclose(hex);
	return compared;
}

/* LLVM 19 lacks acquire and release, an offset in skb[r1 + 2] and far distances of gotol. */
static bool llvm_knows(const struct insn *in)
{
	enum isa_form form = isa_rows[in->op].form;
	bool loads_or_stores = form == FORM_LOAD_ACQ || form == FORM_STORE_REL;
	return !loads_or_stores && form != FORM_CALL && (form != FORM_LDIND || !in->imm) &&
	       (form != FORM_JAL || in->imm == (int16_t)in->imm) && (in->op != ISA_LDDW || in->src == WIDE_CONST);
}

static size_t add_variant(FILE *text, struct insn *in, uint8_t *bytes)
{
	struct insn pair[2] = {*in, {.op = ISA_WIDE_TAIL}};
	size_t slots = in->op == ISA_LDDW ? 2 : 1;
	char line[120];
	pair[0].imm64 |= in->op == ISA_LDDW && in->imm < 0 ? (uint64_t)UINT32_MAX << 32 : 0;
	insn_print(pair, line, sizeof line);
	fprintf(text, "%s\n", line);
	insn_encode(pair, slots, bytes);
	return slots;
}

static size_t write_every_form(FILE *text, uint8_t *bytes)
{
	static const int16_t offs[] = {0, 1, 8, 16, 32, -4};
	static const int32_t imms[] = {0, 1, 16, 32, 64, 0x40, 0x50, 0xa0, 0x41, 0x51, 0xa1, 0xe1, 0xf1, -5, INT32_MAX};
	size_t n = 0;
	for (int opcode = 0; opcode < 256; opcode++)
		for (int regs = 0; regs < 6; regs++)
			for (size_t i = 0; i < sizeof offs / sizeof *offs * 15; i++) {
				static const uint8_t pairs[] = {0x00, 0x01, 0x20, 0x21, 0x72, 0xa9};
				uint16_t off = (uint16_t)offs[i / 15];
				uint8_t b[8] = {(uint8_t)opcode, pairs[regs], (uint8_t)off, (uint8_t)(off >> 8)};
				struct insn in;
				char err[120];
				memcpy(b + 4, &imms[i % 15], 4);
				if (insn_decode_slot(b, &in, err, sizeof err) && llvm_knows(&in) && n < MAX_SLOTS - 2 &&
				    (regs == 3 || !in.off || !in.imm))
					n += add_variant(text, &in, bytes + 8 * n);
			}
	return n;
}

Test(objdump, llvm_assembles_our_text_to_our_bytes, .init = make_dir, .fini = remove_dir)
{
	static uint8_t ours[8 * MAX_SLOTS], llvms[8 * MAX_SLOTS];
	need("llvm-mc-19");
	need("llvm-objdump-19");
	FILE *text = create("x.s");
	size_t n = write_every_form(text, ours);
	fclose(text);
	cr_assert_gt(n, 1000);
	cr_assert_lt(n, MAX_SLOTS - 2);
	cr_assert_eq(pclose(start("cd %s && llvm-mc-19 " TARGET " -filetype=obj x.s -o x.o", dir)), 0);
	cr_assert_eq(read_code(llvms), n);
	for (size_t i = 0; i < n; i++)
		cr_assert(!memcmp(ours + 8 * i, llvms + 8 * i, 8), "slot %zu", i);
	cr_expect_gt(compare_disassembly(llvms, n), 1000);
}

static const char source[] =
    "typedef unsigned long long u64; typedef unsigned int u32; typedef unsigned short u16; typedef signed char s8;\n"
    "static long (*lookup)(void *, void *) = (void *)1;\n"
    "static u64 (*ktime)(void) = (void *)5;\n"
    "__attribute__((noinline)) u64 f2(u64 *p, s8 *q, u32 n)\n"
    "{ u64 s = 0; for (u32 i = 0; i < n; i++) s += p[i] * (u64)(long)q[i] ^ (s >> 3); return s; }\n"
    "u64 f1(u64 *p, s8 *q, u32 *w, u16 *h)\n"
    "{ u64 key = p[0] / 7 % (p[1] | 1); *(volatile u64 *)(p + 2) = key; __sync_fetch_and_add(p + 3, key);\n"
    "  w[1] = __builtin_bswap32(w[0]); h[1] = __builtin_bswap16(h[0]); p[4] = __builtin_bswap64(p[5]);\n"
    "  if ((int)w[2] < -5 && (long)p[6] > 0x123456789abcdef0) return f2(p, q, w[3]) + ktime();\n"
    "  if (w[4] & 0x80000000) w[5] = __sync_fetch_and_add(w + 6, 1);\n"
    "  if (__sync_val_compare_and_swap(p + 7, key, 9)) return (u64)lookup(p, &key);\n"
    "  return (u32)q[2] << 5 | -(long)h[3]; }\n";

static void compare_compiled(const char *cpu)
{
	static uint8_t bytes[8 * MAX_SLOTS];
	need("clang-19");
	need("llvm-objdump-19");
	FILE *c = create("x.c");
	fputs(source, c);
	fclose(c);
	cr_assert_eq(pclose(start("cd %s && clang-19 -target bpf -mcpu=%s -O2 -c x.c -o x.o", dir, cpu)), 0);
	cr_expect_gt(compare_disassembly(bytes, read_code(bytes)), 60);
}

Test(objdump, compiled_for_v3, .init = make_dir, .fini = remove_dir)
{
	compare_compiled("v3");
}

Test(objdump, compiled_for_v4, .init = make_dir, .fini = remove_dir)
{
	compare_compiled("v4");
}
