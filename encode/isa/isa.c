/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows of isa.def; one slot between its eight bytes and struct insn. */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#define IMM_AT(n) IMM_EXACT, .exact = (n)
const struct isa_row isa_rows[ISA_COUNT] = {
#define ISA(row_name, row_form, row_code, row_off, row_imm, row_text, row_cpu, row_group, row_meaning) \
	[ISA_##row_name] = {.name = #row_name,                                                         \
			    .text = row_text,                                                          \
			    .meaning = row_meaning,                                                    \
			    .form = FORM_##row_form,                                                   \
			    .code = row_code,                                                          \
			    .cpu = row_cpu,                                                            \
			    .group = #row_group,                                                       \
			    .off = OFF_##row_off,                                                      \
			    .imm = IMM_##row_imm},
#include "isa.def"
#undef ISA
};

/* Which fields a form uses, and what its opcode byte holds beside the row's code. */
enum {
	DST = 1,        /* the destination register */
	SRC = 2,        /* the source register, always */
	KIND = 4,       /* the source field is a call_kind or wide_kind */
	WRITES = 8,     /* the destination is written */
	OPERAND_K = 16, /* the second operand may be an immediate */
	OPERAND_X = 32, /* ... or a register, marked by the source bit */
	SIZED = 64,     /* the size bits are the width */
};
#define SOURCE_BIT 0x08
#define FETCH_BIT 0x01 /* in an atomic's immediate */
#define REG_FP 10
#define REG_COUNT 11

struct form_row {
	uint8_t class, class64; /* class64: where the width is 64 and not SIZED */
	uint8_t bytes;          /* sum of the legal widths in bytes; 0: no width of its own */
	uint8_t uses;
};

static const struct form_row forms[] = {
    [FORM_ALU] = {4, 7, 4 | 8, DST | WRITES | OPERAND_K | OPERAND_X},
    [FORM_ALUX] = {4, 7, 4 | 8, DST | WRITES | OPERAND_X},
    [FORM_ALU1] = {4, 7, 4 | 8, DST | WRITES},
    [FORM_CAST] = {7, 7, 8, DST | WRITES | OPERAND_X},
    [FORM_END] = {0, 0, 0, DST | WRITES},
    [FORM_JA] = {5, 5, 0, 0},
    [FORM_JAL] = {6, 6, 0, 0},
    [FORM_JMP] = {6, 5, 4 | 8, DST | OPERAND_K | OPERAND_X},
    [FORM_MAYGOTO] = {5, 5, 0, 0},
    [FORM_CALL] = {5, 5, 0, KIND},
    [FORM_EXIT] = {5, 5, 0, 0},
    [FORM_WIDE] = {0, 0, 8, DST | KIND | WRITES},
    [FORM_LDABS] = {0, 0, 1 | 2 | 4, SIZED},
    [FORM_LDIND] = {0, 0, 1 | 2 | 4, SRC | SIZED},
    [FORM_LDX] = {1, 1, 1 | 2 | 4 | 8, DST | SRC | WRITES | SIZED},
    [FORM_LDXS] = {1, 1, 1 | 2 | 4, DST | SRC | WRITES | SIZED},
    [FORM_ST] = {2, 2, 1 | 2 | 4 | 8, DST | SIZED},
    [FORM_STX] = {3, 3, 1 | 2 | 4 | 8, DST | SRC | SIZED},
    [FORM_ATOMIC] = {3, 3, 4 | 8, DST | SRC | SIZED},
    [FORM_LOAD_ACQ] = {3, 3, 1 | 2 | 4 | 8, DST | SRC | WRITES | SIZED},
    [FORM_STORE_REL] = {3, 3, 1 | 2 | 4 | 8, DST | SRC | SIZED},
};

/* What an opcode byte can be: rows that share it differ in offset or immediate. */
struct opcode {
	uint8_t n, width;
	bool x;
	uint8_t ops[16];
};
static struct opcode opcodes[256];

static _Noreturn void bug(int line, const char *what)
{
	fprintf(stderr, "%s:%d: bug: %s\n", __FILE__, line, what);
	abort();
}

static const struct form_row *form_of(unsigned op)
{
	return &forms[isa_rows[op].form];
}

static uint8_t size_bits(unsigned width)
{
	return width == 8 ? 0x10 : width == 16 ? 0x08 : width == 32 ? 0x00 : 0x18;
}

static uint8_t opcode_byte(unsigned op, unsigned width, bool x)
{
	const struct form_row *f = form_of(op);
	unsigned byte = isa_rows[op].code | (f->uses & SIZED ? f->class | size_bits(width)
					     : width == 64   ? f->class64
							     : f->class);
	return (uint8_t)(byte | (x ? SOURCE_BIT : 0));
}

static void add_opcode(unsigned op, unsigned width, bool x)
{
	struct opcode *o = &opcodes[opcode_byte(op, width, x)];
	if (o->n == sizeof o->ops || (o->n && (o->width != width || o->x != x)))
		bug(__LINE__, "rows of isa.def clash");
	o->width = (uint8_t)width;
	o->x = x;
	o->ops[o->n++] = (uint8_t)op;
}

static void add_operands(unsigned op, unsigned width)
{
	unsigned uses = form_of(op)->uses;
	if (uses & OPERAND_X)
		add_opcode(op, width, true);
	if (uses & OPERAND_K || !(uses & OPERAND_X))
		add_opcode(op, width, false);
}

__attribute__((constructor)) static void build_opcodes(void)
{
	for (unsigned op = 0; op < ISA_COUNT; op++) {
		unsigned bytes = form_of(op)->bytes;
		if (!bytes)
			add_operands(op, 0);
		for (unsigned b = 1; b <= 8; b *= 2)
			if (bytes & b)
				add_operands(op, 8 * b);
	}
}

/* The fields of a slot as they stand in its bytes. */
struct fields {
	uint8_t opcode, dst, src;
	int16_t off;
	int32_t imm;
};

static struct fields fields_read(const uint8_t b[8])
{
	uint32_t imm = b[4] | (uint32_t)b[5] << 8 | (uint32_t)b[6] << 16 | (uint32_t)b[7] << 24;
	return (struct fields){b[0], b[1] & 15, b[1] >> 4, (int16_t)(b[2] | b[3] << 8), (int32_t)imm};
}

static void fields_write(const struct fields *f, uint8_t b[8])
{
	uint32_t imm = (uint32_t)f->imm;
	b[0] = f->opcode;
	b[1] = (uint8_t)(f->dst | f->src << 4);
	b[2] = (uint8_t)f->off;
	b[3] = (uint8_t)((uint16_t)f->off >> 8);
	for (int i = 0; i < 4; i++)
		b[4 + i] = (uint8_t)(imm >> 8 * i);
}

static bool off_legal(unsigned op, unsigned width, const struct fields *f)
{
	switch (isa_rows[op].off) {
	case OFF_ZERO:
		/* A kfunc's offset names the BTF it is from. */
		return f->off == 0 || (isa_rows[op].form == FORM_CALL && f->src == CALL_KFUNC && f->off > 0);
	case OFF_ONE:
		return f->off == 1;
	case OFF_SX:
		return (f->off == 8 || f->off == 16 || f->off == 32) && f->off < (int)width;
	case OFF_JUMP:
	case OFF_MEM:
		return true;
	}
	return false;
}

static bool imm_legal(unsigned op, bool x, int32_t imm)
{
	switch (isa_rows[op].imm) {
	case IMM_ANY:
		return !x || imm == 0;
	case IMM_ZERO:
		return imm == 0;
	case IMM_SWAP:
		return imm == 16 || imm == 32 || imm == 64;
	case IMM_SPACES: /* between 1, an arena's, and 0 (the verifier's check_alu_op) */
		return imm == 1 || imm == 1 << 16;
	case IMM_EXACT:
		return imm == isa_rows[op].exact;
	case IMM_JUMP:
	case IMM_CALL:
	case IMM_WIDE:
		return true;
	}
	return false;
}

/* The row of a slot, or ISA_COUNT with an error. */
static unsigned find_row(const struct fields *f, char *err, size_t errlen)
{
	const struct opcode *o = &opcodes[f->opcode];
	unsigned by_off = ISA_COUNT;
	for (unsigned i = 0; i < o->n; i++) {
		if (!off_legal(o->ops[i], o->width, f))
			continue;
		if (imm_legal(o->ops[i], o->x, f->imm))
			return o->ops[i];
		by_off = o->ops[i];
	}
	if (!o->n)
		check_fail(err, errlen, "opcode 0x%02x is not known", f->opcode);
	else if (by_off == ISA_COUNT)
		check_fail(err, errlen, "offset %d is not legal with opcode 0x%02x (%s)", f->off, f->opcode,
			   isa_rows[o->ops[0]].name);
	else
		check_fail(err, errlen, "immediate %d is not legal with opcode 0x%02x (%s)", f->imm, f->opcode,
			   isa_rows[by_off].name);
	return ISA_COUNT;
}

static bool check_kind(unsigned op, unsigned src, char *err, size_t errlen)
{
	unsigned last = isa_rows[op].form == FORM_WIDE ? WIDE_FUNC : CALL_KFUNC;
	return src <= last ||
	       check_fail(err, errlen, "source field %u of %s is not one of 0 to %u", src, isa_rows[op].name, last);
}

/* An atomic that fetches writes its source register, CMPXCHG r0. */
static bool writes_src(unsigned op)
{
	return isa_rows[op].form == FORM_ATOMIC && isa_rows[op].exact & FETCH_BIT && op != ISA_A_CMPXCHG;
}

static bool check_registers(unsigned op, bool x, const struct fields *f, char *err, size_t errlen)
{
	unsigned uses = form_of(op)->uses;
	if (!(uses & DST) && f->dst)
		return check_fail(err, errlen, "destination field is %d, expected 0 in %s", f->dst, isa_rows[op].name);
	if (f->dst >= REG_COUNT)
		return check_fail(err, errlen, "there is no register r%d", f->dst);
	if (uses & KIND)
		return check_kind(op, f->src, err, errlen);
	if (!(uses & SRC || x) && f->src)
		return check_fail(err, errlen, "source field is %d, expected 0 in %s", f->src, isa_rows[op].name);
	return f->src < REG_COUNT || check_fail(err, errlen, "there is no register r%d", f->src);
}

bool insn_writes_frame_pointer(const struct insn *in)
{
	if (in->op >= ISA_COUNT)
		return false;
	return (form_of(in->op)->uses & WRITES && in->dst == REG_FP) || (writes_src(in->op) && in->src == REG_FP);
}

bool insn_decode_slot(const uint8_t bytes[8], struct insn *out, char *err, size_t errlen)
{
	struct fields f = fields_read(bytes);
	const struct opcode *o = &opcodes[f.opcode];
	unsigned op = find_row(&f, err, errlen);
	if (op == ISA_COUNT || !check_registers(op, o->x, &f, err, errlen))
		return false;
	*out = (struct insn){.op = (uint8_t)op,
			     .width = isa_rows[op].imm == IMM_SWAP ? (uint8_t)f.imm : o->width,
			     .dst = f.dst,
			     .src = f.src,
			     .k = form_of(op)->uses & OPERAND_K && !o->x,
			     .off = f.off,
			     .imm = f.imm,
			     .imm64 = op == ISA_LDDW ? (uint32_t)f.imm : 0};
	return true;
}

static void encode_slot(const struct insn *in, uint8_t bytes[8])
{
	unsigned uses = form_of(in->op)->uses;
	struct fields f = {.dst = in->dst, .src = in->src, .off = in->off, .imm = in->imm};
	bool swap = isa_rows[in->op].imm == IMM_SWAP;
	f.opcode = opcode_byte(in->op, swap ? 0 : in->width, uses & OPERAND_X && !in->k);
	if (swap && in->imm != in->width)
		bug(__LINE__, "width and immediate of a byte swap differ");
	fields_write(&f, bytes);
}

static void encode_wide(const struct insn *in, size_t left, uint8_t *bytes)
{
	struct fields tail = {.imm = (int32_t)(in->imm64 >> 32)};
	if (left < 2 || in[1].op != ISA_WIDE_TAIL || (uint32_t)in->imm64 != (uint32_t)in->imm)
		bug(__LINE__, "LDDW without its tail, or imm is not the low word of imm64");
	encode_slot(in, bytes);
	fields_write(&tail, bytes + 8);
}

void insn_encode(const struct insn *insns, size_t n, uint8_t *bytes)
{
	for (size_t i = 0; i < n; i++) {
		if (insns[i].op < ISA_COUNT && insns[i].op != ISA_LDDW) {
			encode_slot(&insns[i], bytes + 8 * i);
		} else if (insns[i].op == ISA_LDDW) {
			encode_wide(&insns[i], n - i, bytes + 8 * i);
			i++;
		} else {
			bug(__LINE__, "LDDW tail without its head");
		}
	}
}
