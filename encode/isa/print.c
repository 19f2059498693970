/* SPDX-License-Identifier: BSD-2-Clause */
/* Instructions as text: LLVM's syntax with decimal numbers and hexadecimal LDDW constants. */
#include "insn.h"

#include <stdlib.h>

/* "(r1 + 4)" without the parentheses; printf arguments. */
#define ADDRESS "r%d %c %d"
#define ADDRESS_ARGS(base, off) (base), (off) < 0 ? '-' : '+', abs(off)

static const char *text_of(const struct insn *in)
{
	return isa_rows[in->op].text;
}

static char letter(const struct insn *in)
{
	return in->width == 64 ? 'r' : 'w';
}

static int print_alu(const struct insn *in, char *buf, size_t len)
{
	char c = letter(in);
	if (in->k)
		return snprintf(buf, len, "%c%d %s %d", c, in->dst, text_of(in), in->imm);
	return snprintf(buf, len, "%c%d %s %c%d", c, in->dst, text_of(in), c, in->src);
}

static int print_movsx(const struct insn *in, char *buf, size_t len)
{
	char c = letter(in);
	return snprintf(buf, len, "%c%d %s%d)%c%d", c, in->dst, text_of(in), in->off, c, in->src);
}

static int print_unary(const struct insn *in, char *buf, size_t len)
{
	char c = letter(in);
	return snprintf(buf, len, "%c%d = %s%c%d", c, in->dst, text_of(in), c, in->dst);
}

static int print_swap(const struct insn *in, char *buf, size_t len)
{
	return snprintf(buf, len, "r%d = %s%d r%d", in->dst, text_of(in), in->width, in->dst);
}

/* r1 = addr_space_cast(r2, 0, 1) */
static int print_cast(const struct insn *in, char *buf, size_t len)
{
	return snprintf(buf, len, "r%d = %s(r%d, %d, %d)", in->dst, text_of(in), in->src, in->imm >> 16,
			in->imm & 0xffff);
}

static int print_goto(const struct insn *in, char *buf, size_t len)
{
	return snprintf(buf, len, "%s %+d", text_of(in), isa_rows[in->op].off == OFF_JUMP ? in->off : in->imm);
}

static int print_branch(const struct insn *in, char *buf, size_t len)
{
	char c = letter(in);
	if (in->k)
		return snprintf(buf, len, "if %c%d %s %d goto %+d", c, in->dst, text_of(in), in->imm, in->off);
	return snprintf(buf, len, "if %c%d %s %c%d goto %+d", c, in->dst, text_of(in), c, in->src, in->off);
}

static int print_call(const struct insn *in, char *buf, size_t len)
{
	if (in->src == CALL_LOCAL)
		return snprintf(buf, len, "%s %+d", text_of(in), in->imm);
	if (in->src == CALL_HELPER)
		return snprintf(buf, len, "%s %u", text_of(in), (unsigned)in->imm);
	if (in->off)
		return snprintf(buf, len, "%s kernel-function#%d, %d", text_of(in), in->imm, in->off);
	return snprintf(buf, len, "%s kernel-function#%d", text_of(in), in->imm);
}

static int print_exit(const struct insn *in, char *buf, size_t len)
{
	return snprintf(buf, len, "%s", text_of(in));
}

static int print_const(const struct insn *in, char *buf, size_t len)
{
	bool negative = in->imm64 >> 63;
	unsigned long long magnitude = negative ? -in->imm64 : in->imm64;
	return snprintf(buf, len, "r%d = %s0x%llx ll", in->dst, negative ? "-" : "", magnitude);
}

static int print_wide(const struct insn *in, char *buf, size_t len)
{
	static const char *const formats[] = {
	    [WIDE_MAP] = "r%d = map[%d] ll",
	    [WIDE_MAP_VALUE] = "r%d = map[%d][0]+%u ll",
	    [WIDE_BTF_ID] = "r%d = extern[%d] ll",
	    [WIDE_FUNC] = "r%d = subprog[%+d] ll",
	};
	if (in->src == WIDE_CONST)
		return print_const(in, buf, len);
	if (in->src == WIDE_MAP_VALUE)
		return snprintf(buf, len, formats[in->src], in->dst, in->imm, (unsigned)(in->imm64 >> 32));
	return snprintf(buf, len, formats[in->src], in->dst, in->imm);
}

static int print_ldabs(const struct insn *in, char *buf, size_t len)
{
	return snprintf(buf, len, "r0 = *(u%d *)skb[%d]", in->width, in->imm);
}

static int print_ldind(const struct insn *in, char *buf, size_t len)
{
	if (!in->imm)
		return snprintf(buf, len, "r0 = *(u%d *)skb[r%d]", in->width, in->src);
	return snprintf(buf, len, "r0 = *(u%d *)skb[r%d %c %u]", in->width, in->src, in->imm < 0 ? '-' : '+',
			in->imm < 0 ? -(unsigned)in->imm : (unsigned)in->imm);
}

static int print_load(const struct insn *in, char *buf, size_t len)
{
	return snprintf(buf, len, "r%d = *(%s%d *)(" ADDRESS ")", in->dst, text_of(in), in->width,
			ADDRESS_ARGS(in->src, in->off));
}

static int print_store_imm(const struct insn *in, char *buf, size_t len)
{
	return snprintf(buf, len, "*(%s%d *)(" ADDRESS ") = %d", text_of(in), in->width, ADDRESS_ARGS(in->dst, in->off),
			in->imm);
}

static int print_store(const struct insn *in, char *buf, size_t len)
{
	return snprintf(buf, len, "*(%s%d *)(" ADDRESS ") = r%d", text_of(in), in->width,
			ADDRESS_ARGS(in->dst, in->off), in->src);
}

static int print_lock(const struct insn *in, char *buf, size_t len)
{
	return snprintf(buf, len, "lock *(u%d *)(" ADDRESS ") %s %c%d", in->width, ADDRESS_ARGS(in->dst, in->off),
			text_of(in), letter(in), in->src);
}

static int print_fetch(const struct insn *in, char *buf, size_t len)
{
	char c = letter(in);
	return snprintf(buf, len, "%c%d = atomic_fetch_%s((u%d *)(" ADDRESS "), %c%d)", c, in->src, text_of(in),
			in->width, ADDRESS_ARGS(in->dst, in->off), c, in->src);
}

static int print_xchg(const struct insn *in, char *buf, size_t len)
{
	char c = letter(in);
	return snprintf(buf, len, "%c%d = %s%s(" ADDRESS ", %c%d)", c, in->src, text_of(in),
			in->width == 64 ? "_64" : "32_32", ADDRESS_ARGS(in->dst, in->off), c, in->src);
}

static int print_cmpxchg(const struct insn *in, char *buf, size_t len)
{
	char c = letter(in);
	return snprintf(buf, len, "%c0 = %s%s(" ADDRESS ", %c0, %c%d)", c, text_of(in),
			in->width == 64 ? "_64" : "32_32", ADDRESS_ARGS(in->dst, in->off), c, c, in->src);
}

static int print_atomic(const struct insn *in, char *buf, size_t len)
{
	if (in->op == ISA_A_CMPXCHG)
		return print_cmpxchg(in, buf, len);
	if (in->op == ISA_A_XCHG)
		return print_xchg(in, buf, len);
	return isa_rows[in->op].exact & 1 ? print_fetch(in, buf, len) : print_lock(in, buf, len);
}

static int print_load_acquire(const struct insn *in, char *buf, size_t len)
{
	return snprintf(buf, len, "%c%d = %s((u%d *)(" ADDRESS "))", letter(in), in->dst, text_of(in), in->width,
			ADDRESS_ARGS(in->src, in->off));
}

static int print_store_release(const struct insn *in, char *buf, size_t len)
{
	return snprintf(buf, len, "%s((u%d *)(" ADDRESS "), %c%d)", text_of(in), in->width,
			ADDRESS_ARGS(in->dst, in->off), letter(in), in->src);
}

static int (*const printers[])(const struct insn *, char *, size_t) = {
    [FORM_ALU] = print_alu,
    [FORM_ALUX] = print_movsx,
    [FORM_ALU1] = print_unary,
    [FORM_CAST] = print_cast,
    [FORM_END] = print_swap,
    [FORM_JA] = print_goto,
    [FORM_JAL] = print_goto,
    [FORM_JMP] = print_branch,
    [FORM_MAYGOTO] = print_goto,
    [FORM_CALL] = print_call,
    [FORM_EXIT] = print_exit,
    [FORM_WIDE] = print_wide,
    [FORM_LDABS] = print_ldabs,
    [FORM_LDIND] = print_ldind,
    [FORM_LDX] = print_load,
    [FORM_LDXS] = print_load,
    [FORM_ST] = print_store_imm,
    [FORM_STX] = print_store,
    [FORM_ATOMIC] = print_atomic,
    [FORM_LOAD_ACQ] = print_load_acquire,
    [FORM_STORE_REL] = print_store_release,
};

int insn_print(const struct insn *in, char *buf, size_t len)
{
	if (in->op >= ISA_COUNT)
		return snprintf(buf, len, "%s", "");
	return printers[isa_rows[in->op].form](in, buf, len);
}
