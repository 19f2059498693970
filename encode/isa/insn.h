/* SPDX-License-Identifier: BSD-2-Clause */
/* Instructions: decoding, validation, printing and assembly, all from isa.def. */
#ifndef INSN_H
#define INSN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum isa_op {
#define ISA(name, ...) ISA_##name,
#include "isa.def"
#undef ISA
	ISA_COUNT,
	ISA_WIDE_TAIL = ISA_COUNT, /* second slot of an LDDW: never executed, never a jump target */
};

/* Operand form: which fields of the eight bytes an instruction uses. */
enum isa_form {
	FORM_ALU,     /* class ALU (32) or ALU64, register or immediate operand */
	FORM_ALUX,    /* the same with a register operand only */
	FORM_ALU1,    /* the same without a second operand */
	FORM_CAST,    /* class ALU64, register operand only */
	FORM_END,     /* byte order; BSWAP has class ALU64, the others ALU */
	FORM_JA,      /* class JMP */
	FORM_JAL,     /* class JMP32 */
	FORM_JMP,     /* class JMP (64) or JMP32, register or immediate operand */
	FORM_MAYGOTO, /* class JMP; src 0 is its only kind */
	FORM_CALL,    /* src 0: helper number imm, 1: pc-relative imm, 2: kfunc (BTF id imm, off: fd index) */
	FORM_EXIT,
	FORM_WIDE, /* two slots; src says what the 64 bits are, see enum wide_kind */
	FORM_LDABS,
	FORM_LDIND,
	FORM_LDX,
	FORM_LDXS,
	FORM_ST,
	FORM_STX,
	FORM_ATOMIC,    /* width 32 or 64 */
	FORM_LOAD_ACQ,  /* width 8 to 64 */
	FORM_STORE_REL, /* width 8 to 64 */
};

/* Legal offsets and immediates of a row, see isa.def. */
enum isa_off { OFF_ZERO, OFF_ONE, OFF_SX, OFF_JUMP, OFF_MEM };
enum isa_imm { IMM_ANY, IMM_ZERO, IMM_SWAP, IMM_JUMP, IMM_CALL, IMM_WIDE, IMM_SPACES, IMM_EXACT };

/* What an LDDW loads: its src field (uapi linux/bpf.h, BPF_PSEUDO_*). */
enum wide_kind {
	WIDE_CONST = 0,     /* imm64 */
	WIDE_MAP = 1,       /* address of a map; imm is the map's index in its object */
	WIDE_MAP_VALUE = 2, /* imm: map index, high word: byte offset into its only value */
	WIDE_BTF_ID = 3,    /* address of a kernel variable (ksym); imm is an index into object.externs */
	WIDE_FUNC = 4,      /* address of a subprogram; imm is pc-relative as in a local call */
};

enum call_kind { CALL_HELPER = 0, CALL_LOCAL = 1, CALL_KFUNC = 2 };

/* One decoded instruction. A program has one per 8-byte slot, so that offsets
 * count slots as in the byte code. */
struct insn {
	uint8_t op;    /* enum isa_op, ISA_WIDE_TAIL in the second slot of an LDDW */
	uint8_t width; /* bits: of the operation (ALU, JMP, atomics), the access (LDX, ST ...) or the swap (END);
			  64 for LDDW, 0 for JA, JAL, MAY_GOTO, CALL and EXIT */
	uint8_t dst;   /* 0..10 */
	uint8_t src;   /* 0..10, or wide_kind / call_kind */
	bool k;        /* ALU and JMP: the second operand is imm, sign-extended */
	int16_t off;
	int32_t imm;
	uint64_t imm64; /* LDDW: low word imm, high word the second slot's imm */
};

/* One row of isa.def. */
struct isa_row {
	const char *name, *text, *meaning;
	enum isa_form form;
	uint8_t code, cpu;
	const char *group;
	enum isa_off off;
	enum isa_imm imm;
	int32_t exact; /* the immediate of IMM_EXACT */
};
extern const struct isa_row isa_rows[ISA_COUNT];
/* Of a slot, which may be the second of an LDDW and has no form then. */
static inline bool insn_has_form(const struct insn *in, enum isa_form form)
{
	return in->op != ISA_WIDE_TAIL && isa_rows[in->op].form == form;
}

/* Decodes `n` 8-byte slots (little-endian, struct bpf_insn) into out[0..n-1]
 * and validates every field, register and jump target (inside, not into an
 * LDDW's tail). Returns true, or false with `err` one sentence that starts
 * with "instruction I: ". Local-call targets are checked too. */
bool insn_decode(const uint8_t *bytes, size_t n, struct insn *out, char *err, size_t errlen);
/* Decodes and validates one slot without looking at its neighbours; LDDW gets only its low word.
 * `err` is a sentence without the "instruction I: ". */
bool insn_decode_slot(const uint8_t bytes[8], struct insn *out, char *err, size_t errlen);
/* The inverse: writes n slots. */
void insn_encode(const struct insn *insns, size_t n, uint8_t *bytes);

/* Target slot of the instruction at slot pc; only for FORM_JA, JAL, JMP, MAYGOTO, local calls and WIDE_FUNC. */
int64_t insn_target(const struct insn *in, size_t pc);
bool insn_has_target(const struct insn *in);    /* one of those; not for an LDDW's tail */
bool insn_is_jump(const struct insn *in);       /* JA, JAL, MAY_GOTO or conditional */
bool insn_falls_through(const struct insn *in); /* control may reach the next instruction */
/* It writes r10: a fault where control gets to it, and nothing where it doesn't. */
bool insn_writes_frame_pointer(const struct insn *in);

/* Prints one instruction in the shared LLVM/kernel syntax, without newline, as
 * bpftool and llvm-objdump do: `r0 = 1`, `w1 += w2`, `r1 = *(u32 *)(r2 + 4)`,
 * `if r1 s> -1 goto +3`, `lock *(u64 *)(r1 + 0) += r2`, `r2 = 0x10 ll`,
 * `r1 = be16 r1`, `call 12`, `call +5` (local). What they leave ambiguous has a
 * text of its own: `call kernel-function#ID` (`, OFF` if off is not 0), `r1 =
 * map[3] ll`, `map[3][0]+8 ll`, `extern[2] ll`, `subprog[+5] ll`. An LDDW's tail
 * prints as nothing. Returns the length as snprintf. */
int insn_print(const struct insn *in, char *buf, size_t len);

/* Assembles text: one instruction a line or separated by ';', `label:` lines,
 * `goto label` beside `goto +n`, `call label`, `call NAME` for helpers by name
 * from helper.def, `r1 = NAME ll` / `r1 = map[NAME] ll` resolved through
 * `resolve` (map name to index, negative if unknown), comments `//`, `#`
 * (first on the line) and C comments. On success *out is malloc'ed (caller
 * frees) with *n slots, validated as by insn_decode. On failure false and err is
 * "LINE:COLUMN: sentence naming the token". */
typedef int (*insn_resolve_map)(void *arg, const char *name);
bool insn_assemble(const char *text, insn_resolve_map resolve, void *arg, struct insn **out, size_t *n, char *err,
		   size_t errlen);
#endif
