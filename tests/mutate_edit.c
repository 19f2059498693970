/* SPDX-License-Identifier: BSD-2-Clause */
/* The edit of each kind of mutation. */
#include "tests/mutate_edit.h"

enum { FRAME_POINTER = 10, CALLER_SAVED = 5 };

/* Operations that take each other's place, by kind of mutation. */
static const struct {
	enum mutation kind;
	enum isa_op from, to;
} replacements[] = {
    {MUTATE_BRANCH, ISA_JEQ, ISA_JNE},      {MUTATE_BRANCH, ISA_JNE, ISA_JEQ},
    {MUTATE_BRANCH, ISA_JGT, ISA_JLE},      {MUTATE_BRANCH, ISA_JLE, ISA_JGT},
    {MUTATE_BRANCH, ISA_JGE, ISA_JLT},      {MUTATE_BRANCH, ISA_JLT, ISA_JGE},
    {MUTATE_BRANCH, ISA_JSGT, ISA_JSLE},    {MUTATE_BRANCH, ISA_JSLE, ISA_JSGT},
    {MUTATE_BRANCH, ISA_JSGE, ISA_JSLT},    {MUTATE_BRANCH, ISA_JSLT, ISA_JSGE},
    {MUTATE_BOUND, ISA_JGT, ISA_JGE},       {MUTATE_BOUND, ISA_JGE, ISA_JGT},
    {MUTATE_BOUND, ISA_JLT, ISA_JLE},       {MUTATE_BOUND, ISA_JLE, ISA_JLT},
    {MUTATE_BOUND, ISA_JSGT, ISA_JSGE},     {MUTATE_BOUND, ISA_JSGE, ISA_JSGT},
    {MUTATE_BOUND, ISA_JSLT, ISA_JSLE},     {MUTATE_BOUND, ISA_JSLE, ISA_JSLT},
    {MUTATE_OPERATOR, ISA_ADD, ISA_SUB},    {MUTATE_OPERATOR, ISA_SUB, ISA_ADD},
    {MUTATE_OPERATOR, ISA_AND, ISA_OR},     {MUTATE_OPERATOR, ISA_OR, ISA_AND},
    {MUTATE_OPERATOR, ISA_XOR, ISA_OR},     {MUTATE_OPERATOR, ISA_LSH, ISA_RSH},
    {MUTATE_OPERATOR, ISA_RSH, ISA_ARSH},   {MUTATE_OPERATOR, ISA_ARSH, ISA_RSH},
    {MUTATE_OPERATOR, ISA_MUL, ISA_ADD},    {MUTATE_OPERATOR, ISA_DIV, ISA_MOD},
    {MUTATE_OPERATOR, ISA_MOD, ISA_DIV},    {MUTATE_OPERATOR, ISA_A_ADD, ISA_A_OR},
    {MUTATE_OPERATOR, ISA_A_OR, ISA_A_AND}, {MUTATE_OPERATOR, ISA_A_AND, ISA_A_OR},
    {MUTATE_OPERATOR, ISA_A_XOR, ISA_A_OR},
};

/* Which register fields a form has; a second operand that may be an immediate counts where it is none. */
enum { HAS_DST = 1, HAS_SRC = 2, WRITES_DST = 4 };
static const uint8_t operands[] = {
    [FORM_ALU] = HAS_DST | HAS_SRC | WRITES_DST,
    [FORM_ALUX] = HAS_DST | HAS_SRC | WRITES_DST,
    [FORM_ALU1] = HAS_DST | WRITES_DST,
    [FORM_END] = HAS_DST | WRITES_DST,
    [FORM_JMP] = HAS_DST | HAS_SRC,
    [FORM_WIDE] = HAS_DST | WRITES_DST,
    [FORM_LDIND] = HAS_SRC,
    [FORM_LDX] = HAS_DST | HAS_SRC | WRITES_DST,
    [FORM_LDXS] = HAS_DST | HAS_SRC | WRITES_DST,
    [FORM_ST] = HAS_DST,
    [FORM_STX] = HAS_DST | HAS_SRC,
    [FORM_ATOMIC] = HAS_DST | HAS_SRC,
    [FORM_LOAD_ACQ] = HAS_DST | HAS_SRC | WRITES_DST,
    [FORM_STORE_REL] = HAS_DST | HAS_SRC,
};

static enum isa_form form_of(const struct insn *in)
{
	return isa_rows[in->op].form;
}

static bool is_memory(enum isa_form form)
{
	return form == FORM_LDX || form == FORM_LDXS || form == FORM_ST || form == FORM_STX || form == FORM_ATOMIC;
}

static bool is_store(const struct insn *in)
{
	return form_of(in) == FORM_ST || form_of(in) == FORM_STX;
}

/* Deletion keeps every jump's distance: the instruction becomes `goto +0`. */
static bool drop(struct insn *out)
{
	*out = (struct insn){.op = ISA_JA};
	return true;
}

static bool may_write(const struct insn *in, uint8_t reg)
{
	enum isa_form form = form_of(in);
	if (form == FORM_CALL || form == FORM_LDABS || form == FORM_LDIND)
		return reg <= CALLER_SAVED;
	if (form == FORM_ATOMIC)
		return reg == 0 || reg == in->src;
	return operands[form] & WRITES_DST && in->dst == reg;
}

/* Only what the straight line above the store says; a jump into it may make this wrong, which costs nothing here. */
static bool holds_zero(const struct insn *insns, size_t slot, uint8_t reg)
{
	while (slot-- > 0) {
		const struct insn *in = &insns[slot];
		if (in->op == ISA_WIDE_TAIL)
			continue;
		if (!insn_falls_through(in))
			return false;
		if (may_write(in, reg))
			return in->op == ISA_MOV && in->k && in->imm == 0;
	}
	return false;
}

static bool edit_padding(const struct insn *insns, size_t slot, struct insn *out)
{
	if (!is_store(out) || out->dst != FRAME_POINTER)
		return false;
	bool zero = form_of(out) == FORM_ST ? out->imm == 0 : holds_zero(insns, slot, out->src);
	return zero && drop(out);
}

static bool is_shift(const struct insn *in)
{
	return in->op == ISA_LSH || in->op == ISA_RSH || in->op == ISA_ARSH;
}

/* What the kernel's verifier refuses on sight is no mutant: a shift out of range, a division by zero. */
static bool is_sane_constant(const struct insn *in)
{
	if (is_shift(in))
		return in->imm >= 0 && in->imm < in->width;
	if (in->op == ISA_DIV || in->op == ISA_MOD || in->op == ISA_SDIV || in->op == ISA_SMOD)
		return in->imm != 0;
	return true;
}

static bool edit_constant(unsigned variant, struct insn *out)
{
	enum isa_form form = form_of(out);
	bool wide = form == FORM_WIDE && out->src == WIDE_CONST;
	if (!wide && form != FORM_ST && !((form == FORM_ALU || form == FORM_JMP) && out->k))
		return false;
	uint64_t from = wide ? out->imm64 : (uint64_t)(int64_t)out->imm;
	const uint64_t to[MUTATE_VARIANTS] = {from + 1, from - 1, from ^ 4, from ^ 0x80};
	out->imm = (int32_t)(uint32_t)to[variant];
	out->imm64 = wide ? to[variant] : out->imm64;
	return is_sane_constant(out);
}

static bool edit_width(unsigned variant, struct insn *out)
{
	enum isa_form form = form_of(out);
	if (form == FORM_ALU || form == FORM_JMP || form == FORM_ATOMIC) {
		out->width = out->width == 64 ? 32 : 64;
		return variant == 0;
	}
	if (!is_memory(form) || variant > 1)
		return false;
	out->width = (uint8_t)(variant ? out->width * 2 : out->width / 2);
	return out->width >= 8 && out->width <= 64;
}

/* Variants 0 and 2 change the destination, 1 and 3 the source, to the next or the previous register. */
static bool edit_register(unsigned variant, struct insn *out)
{
	unsigned has = operands[form_of(out)];
	bool source = variant & 1;
	if (!(has & (source ? HAS_SRC : HAS_DST)) || (source && out->k))
		return false;
	uint8_t *reg = source ? &out->src : &out->dst;
	*reg = (uint8_t)((*reg + (variant < 2 ? 1 : FRAME_POINTER - 1)) % FRAME_POINTER);
	return true;
}

static bool edit_operation(enum mutation kind, unsigned variant, struct insn *out)
{
	for (size_t i = 0; variant == 0 && i < sizeof(replacements) / sizeof(*replacements); i++)
		if (replacements[i].kind == kind && (uint8_t)replacements[i].from == out->op) {
			out->op = (uint8_t)replacements[i].to;
			out->imm = form_of(out) == FORM_ATOMIC ? isa_rows[out->op].exact : out->imm;
			return is_sane_constant(out) || !out->k;
		}
	return false;
}

bool mutate_edit(enum mutation kind, const struct insn *insns, size_t slot, unsigned variant, struct insn *out)
{
	*out = insns[slot];
	switch (kind) {
	case MUTATE_CONSTANT:
		return edit_constant(variant, out);
	case MUTATE_STORE:
		return variant == 0 && is_store(out) && drop(out);
	case MUTATE_PADDING:
		return variant == 0 && edit_padding(insns, slot, out);
	case MUTATE_ATOMIC:
		return variant == 0 && form_of(out) == FORM_ATOMIC && drop(out);
	case MUTATE_WIDTH:
		return edit_width(variant, out);
	case MUTATE_REGISTER:
		return edit_register(variant, out);
	case MUTATE_BRANCH:
	case MUTATE_BOUND:
	case MUTATE_OPERATOR:
		return edit_operation(kind, variant, out);
	case MUTATE_KINDS:
		break;
	}
	return false;
}
