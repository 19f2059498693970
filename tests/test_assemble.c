/* SPDX-License-Identifier: BSD-2-Clause */
/* The assembler: accepted spellings, labels, names and error positions. */
#include "encode/isa/insn.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define N(a) (sizeof(a) / sizeof *(a))

static int resolve(void *arg, const char *name)
{
	const char *const *names = arg;
	for (int i = 0; names[i]; i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}

static const char *maps[] = {"flows", ".rodata", "stats", NULL};

static bool assemble(const char *text, struct insn **out, size_t *n, char *err, size_t errlen)
{
	return insn_assemble(text, resolve, maps, out, n, err, errlen);
}

/* What the text says, one instruction a line, after a trip through the assembler. */
static void expect_listing(const char *text, const char *listing)
{
	char got[600] = "", err[200] = "";
	size_t at = 0, n;
	struct insn *out;
	cr_assert(assemble(text, &out, &n, err, sizeof err), "%s\n%s", text, err);
	for (size_t i = 0; i < n; i++) {
		if (out[i].op == ISA_WIDE_TAIL)
			continue;
		at += (size_t)insn_print(&out[i], got + at, sizeof got - at);
		at += (size_t)snprintf(got + at, sizeof got - at, "\n");
	}
	cr_expect_str_eq(got, listing, "%s\nis\n%s", text, got);
	free(out);
}

Test(assemble, labels)
{
	expect_listing("	goto out\nagain: r1 += 1\nif r1 < 10 goto again\nif w1 == w2 goto again\n"
		       "r1 = 1 ll\nout:\n	r0 = 0\n	exit",
		       "goto +5\nr1 += 1\nif r1 < 10 goto -2\nif w1 == w2 goto -3\nr1 = 0x1 ll\nr0 = 0\nexit\n");
	expect_listing("a: b: gotol b; c: goto c", "gotol -1\ngoto -1\n");
	expect_listing("goto .LBB0_1\n.LBB0_1:\nexit", "goto +0\nexit\n");
	expect_listing("call f; exit; f: r0 = f ll; exit", "call +1\nexit\nr0 = subprog[-1] ll\nexit\n");
}

Test(assemble, names)
{
	expect_listing("call map_lookup_elem; call bpf_map_update_elem; call bpf_map_delete_elem#3; exit",
		       "call 1\ncall 2\ncall 3\nexit\n");
	expect_listing("r1 = flows ll; r2 = map[stats] ll; r3 = map[.rodata][0]+16 ll; exit",
		       "r1 = map[0] ll\nr2 = map[2] ll\nr3 = map[1][0]+16 ll\nexit\n");
	expect_listing("call map_lookup_elem; exit; map_lookup_elem: exit", "call +1\nexit\nexit\n");
}

Test(assemble, comments)
{
	expect_listing("# first\n  # second; exit\nr0 = 1 // one\n/* r0 = 2\n */ r0 /* = 4 */ = 3;;\n;exit\r\n",
		       "r0 = 1\nr0 = 3\nexit\n");
}

Test(assemble, numbers)
{
	expect_listing("r1 = 0x10; r1 = -0x10; r1 = 2147483647; r1 = -2147483648; w1 = 0xffffffff; w1 = -1; exit",
		       "r1 = 16\nr1 = -16\nr1 = 2147483647\nr1 = -2147483648\nw1 = -1\nw1 = -1\nexit\n");
	expect_listing("r1 = 0xffffffffffffffff ll; r1 = -1 ll; r1 = 18446744073709551615 ll; exit",
		       "r1 = -0x1 ll\nr1 = -0x1 ll\nr1 = -0x1 ll\nexit\n");
	expect_listing("if w1 > 0xffffffff goto +0; *(u8 *)(r1 + 0x4) = 0xff; *(u32 *)(r1 - 0x8) = 0xffffffff; exit",
		       "if w1 > -1 goto +0\n*(u8 *)(r1 + 4) = 255\n*(u32 *)(r1 - 8) = -1\nexit\n");
}

/* As llvm-objdump -d and bpftool print it. */
Test(assemble, other_spellings)
{
	expect_listing("0: r0 = 0x1\n1:	goto +0x1 <main+0x18>\n2: if r1 s> -0x1 goto -0x2 <.text+0x80>\nexit",
		       "r0 = 1\ngoto +1\nif r1 s> -1 goto -2\nexit\n");
	expect_listing("w1 = *(u8 *)(r2 + 0x0); *(u16 *)(r10 - 0x8) = w3; r1 = *(u64*)(r2 +8); exit",
		       "r1 = *(u8 *)(r2 + 0)\n*(u16 *)(r10 - 8) = r3\nr1 = *(u64 *)(r2 + 8)\nexit\n");
	expect_listing("r0 = *(u16 *)skb[r1]; r0 = *(u16 *)skb[r1 + 0]; r0 = *(u8 *)skb[0xc]; exit",
		       "r0 = *(u16 *)skb[r1]\nr0 = *(u16 *)skb[r1]\nr0 = *(u8 *)skb[12]\nexit\n");
	expect_listing("lock *(u32 *)(r1 + 0x4) += r2; call pc+1; goto pc-2; exit",
		       "lock *(u32 *)(r1 + 4) += w2\ncall +1\ngoto -2\nexit\n");
	expect_listing("ld_pseudo r1, 1, 3; ld_pseudo r2, 2, 0x800000001; r1=-r1;r1=-5;w2=(s8)w3;exit",
		       "r1 = map[3] ll\nr2 = map[1][0]+8 ll\nr1 = -r1\nr1 = -5\nw2 = (s8)w3\nexit\n");
}

struct bad {
	const char *text, *error;
};

static const struct bad bads[] = {
    {"", "1:1: found the end of the text, expected an instruction"},
    {"// nothing\n", "2:1: found the end of the text, expected an instruction"},
    {"exit\n  bogus r1", "2:3: found 'bogus', expected an instruction"},
    {"may_goto +3", "1:1: 'may_goto': target 4 is outside of the program's 1 slots"},
    {"may_goto 3", "1:10: found '3', expected a label, +N or -N"},
    {"callx r1", "1:1: found 'callx', expected an instruction"},
    {"r11 = 1", "1:1: found 'r11', expected a register, r0 to r10 or w0 to w10"},
    {"r1 = r12", "1:6: found 'r12', expected a register, r0 to r10 or w0 to w10"},
    {"r01 = 1", "1:1: found 'r01', expected a register, r0 to r10 or w0 to w10"},
    {"r1 += w2", "1:7: found 'w2', expected two registers of the same width"},
    {"r1 = w2", "1:6: found 'w2', expected two registers of the same width"},
    {"r1 ! 5", "1:4: found '!', expected an operator such as '=' or '+='"},
    {"r1 == 5", "1:4: found '==', expected an operator such as '=' or '+='"},
    {"r1 = 0x80000000", "1:6: found '0x80000000', expected a 32-bit immediate, or 'll' after the number"},
    {"r1 = -2147483649", "1:7: found '2147483649', expected a 32-bit immediate, or 'll' after the number"},
    {"w1 = 4294967296", "1:6: found '4294967296', expected a 32-bit immediate, or 'll' after the number"},
    {"w1 = -2147483649", "1:7: found '2147483649', expected a 32-bit immediate, or 'll' after the number"},
    {"r1 += 0x80000000", "1:7: found '0x80000000', expected a number from -2147483648 to 2147483647"},
    {"r1 = 18446744073709551616 ll", "1:6: found '18446744073709551616', expected a value"},
    {"r1 = 0xg", "1:6: found '0xg', expected a value"},
    {"r1 = 12ab", "1:6: found '12ab', expected a value"},
    {"w1 = 5 ll", "1:1: found 'w1', expected a 64-bit register"},
    {"r1 = -r2", "1:7: found 'r2', expected the assigned register"},
    {"r1 = be16 r2", "1:11: found 'r2', expected the assigned register"},
    {"w1 = be16 w1", "1:1: found 'w1', expected a 64-bit register"},
    {"r1 = be8 r1", "1:6: found 'be8', expected a value"},
    {"r1 = (u8)r2", "1:7: found 'u8', expected s8, s16 or s32"},
    {"w1 = (s32)w2", "1:1: 'w1': offset 32 is not legal with opcode 0xbc (MOV)"},
    {"r1 = addr_space_cast(r2, 1, 1)", "1:29: found '1', expected the other address space"},
    {"w1 = addr_space_cast(r2, 0, 1)", "1:1: found 'w1', expected a 64-bit register"},
    {"r1 = 5 6", "1:8: found '6', expected the end of the statement"},
    {"r1 = *(u8 *)(r2)", "1:16: found ')', expected + or - and an offset"},
    {"r1 = *(u8 *)(w2 + 0)", "1:14: found 'w2', expected a 64-bit register"},
    {"r1 = *(u7 *)(r2 + 0)", "1:8: found 'u7', expected a type, u8 to u64 or s8 to s32"},
    {"r1 = *(s64 *)(r2 + 0)", "1:8: found 's64', expected a type, u8 to u64 or s8 to s32"},
    {"r1 = *(u8 *)(r2 + 32768)", "1:19: found '32768', expected a number from -32768 to 32767"},
    {"r1 = *(u8 *)(r2 + 0", "1:20: found the end of the text, expected ')'"},
    {"r1 = *(u8 *)\n(r2 + 0)", "1:13: found the end of the statement, expected '('"},
    {"w1 = *(s8 *)(r2 + 0)", "1:1: found 'w1', expected a 64-bit register"},
    {"*(s8 *)(r2 + 0) = 1", "1:3: found 's8', expected u8 to u64"},
    {"*(u64 *)(r2 + 0) = w1", "1:20: found 'w1', expected a 64-bit register"},
    {"r1 = *(u8 *)skb[0]", "1:1: found 'r1', expected r0"},
    {"r0 = *(u64 *)skb[0]", "1:8: found 'u64', expected u8, u16 or u32"},
    {"lock *(u64 *)(r1 + 0) -= r2", "1:23: found '-=', expected an atomic operation"},
    {"lock *(u16 *)(r1 + 0) += w2", "1:7: found '(', expected (u32 *) or (u64 *)"},
    {"r1 = atomic_fetch_add((u64 *)(r2 + 0), r3)", "1:40: found 'r3', expected the assigned register"},
    {"r1 = atomic_fetch_add(r2 + 0, r1)", "1:23: found 'r2', expected '('"},
    {"r1 = atomic_fetch_add((u8 *)(r2 + 0), r1)", "1:23: found '(', expected a type of the operation's width"},
    {"r1 = atomic_fetch_xchg((u64 *)(r2 + 0), r1)", "1:6: found 'atomic_fetch_xchg', expected a value"},
    {"r1 = cmpxchg_64(r2 + 0, r1, r3)", "1:1: found 'r1', expected r0"},
    {"if r1 += 3 goto +1", "1:7: found '+=', expected a comparison"},
    {"if r1 == 3 jump +1", "1:12: found 'jump', expected 'goto'"},
    {"goto 1", "1:6: found '1', expected a label, +N or -N"},
    {"goto +32768", "1:7: found '32768', expected a number from -32768 to 32767"},
    {"goto +1\nexit", "1:1: 'goto': target 2 is outside of the program's 2 slots"},
    {"goto +1\nr1 = 1 ll\nexit", "1:1: 'goto': target 2 is the second slot of an LDDW"},
    {"exit\ngoto nowhere", "2:6: 'nowhere': there is no label of this name"},
    {"goto end\nend:", "1:1: 'goto': target 1 is outside of the program's 1 slots"},
    {"a: exit\n a: exit", "2:2: 'a': this label is defined twice"},
    {"call nothing", "1:6: 'nothing': there is no label and no helper of this name"},
    {"call map_lookup_elem#2", "1:22: found '2', expected this helper's number"},
    {"call nothing#2", "1:6: found 'nothing', expected a helper's name"},
    {"r1 = nothing ll; exit", "1:6: 'nothing': there is no map and no label of this name"},
    {"r1 = map[nothing] ll", "1:10: found 'nothing', expected the name of a map"},
    {"r1 = map[-1] ll", "1:11: found '1', expected a number from 0 to 2147483647"},
    {"r1 = what[1] ll", "1:6: found 'what', expected map[...], extern[...] or subprog[...]"},
    {"r1 = flows", "1:6: found 'flows', expected a value"},
    {"ld_pseudo r1, 5, 3", "1:1: 'ld_pseudo': source field 5 of LDDW is not one of 0 to 4"},
    {"r0 = 0\n", "1:1: 'r0': control can run past the end, expected exit or goto"},
    {"exit /* open", "1:6: found '/*', expected the end of the statement"},
    {"r1 = (s8)(r2)", "1:10: found '(', expected a register, r0 to r10 or w0 to w10"},
};

Test(assemble, errors_name_place_and_token)
{
	for (size_t i = 0; i < N(bads); i++) {
		char err[200] = "accepted";
		struct insn *out;
		size_t n;
		bool ok = assemble(bads[i].text, &out, &n, err, sizeof err);
		cr_expect(!ok, "%s", bads[i].text);
		cr_expect_str_eq(err, bads[i].error, "%s: %s", bads[i].text, err);
		cr_expect_null(out);
		free(out);
	}
}

Test(assemble, far_labels_are_refused_where_the_field_is_short)
{
	static const char *const starts[] = {"goto out\n", "gotol out\n", "if r1 == 0 goto out\n"};
	for (size_t k = 0; k < N(starts); k++) {
		char *text = calloc(1, 40000 * 8), *at = stpcpy(text, starts[k]), err[200] = "";
		struct insn *out;
		size_t n;
		for (int i = 0; i < 33000; i++)
			at = stpcpy(at, "r0=0\n");
		strcpy(at, "out: exit");
		cr_expect_eq(assemble(text, &out, &n, err, sizeof err), k == 1);
		cr_expect(k == 1 || strstr(err, "'out': the label is too far away"), "%s", err);
		free(out);
		free(text);
	}
}

/* Any damage to good text gives an answer, and what is accepted is a program. */
Test(assemble, damaged_text)
{
	static const char good[] = "a: r1 = *(u32 *)(r10 - 8); if r1 s>= 0x5 goto a\nlock *(u64 *)(r10 - 8) += r1\n"
				   "r0 = cmpxchg_64(r10 - 8, r0, r1)\nr2 = map[stats][0]+4 ll\ncall a;exit";
	static const char junk[] = "r0 ;:[](*)+-=</#\n'\"\x80"
				   "9usx";
	unsigned state = 7;
	for (int i = 0; i < 20000; i++) {
		char text[sizeof good], err[200] = "";
		memcpy(text, good, sizeof good);
		for (int k = 0; k < 1 + i % 3; k++) {
			state = state * 1103515245 + 12345;
			text[(state >> 16) % (sizeof good - 1)] = junk[(state >> 8) % (sizeof junk - 1)];
		}
		struct insn *out;
		size_t n;
		if (!assemble(text, &out, &n, err, sizeof err)) {
			unsigned line = 0, column = 0;
			cr_assert(sscanf(err, "%u:%u: ", &line, &column) == 2 && line && column, "%s", err);
			continue;
		}
		uint8_t bytes[8 * sizeof good];
		struct insn again[sizeof good];
		insn_encode(out, n, bytes);
		cr_assert(insn_decode(bytes, n, again, err, sizeof err), "%s\n%s", text, err);
		free(out);
	}
}
