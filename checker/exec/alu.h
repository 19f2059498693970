/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The concrete meaning of what instructions compute from words: arithmetic, byte order, comparisons, and what an atomic
 * writes. The machine and the trials of windows share it; 32-bit forms are the 64-bit ones on masked operands.
 */
#ifndef ALU_H
#define ALU_H

#include "encode/isa/insn.h"

static inline uint64_t alu_mask(unsigned width)
{
	return width >= 64 ? ~0ull : (1ull << width) - 1;
}

static inline int64_t alu_sign_extend(uint64_t v, unsigned width)
{
	return (int64_t)(v << (64 - width)) >> (64 - width);
}

static inline uint64_t alu_swap_bytes(uint64_t v, unsigned width)
{
	return __builtin_bswap64(v) >> (64 - width);
}

/* The result, zero-extended from the instruction's width; 1 or 0 of a comparison; of an atomic the new contents, d
 * being the old ones. d and s: the operands' words, an immediate sign-extended; r0 is for A_CMPXCHG. Not for CAST, nor
 * where memory or control makes the result. */
static inline uint64_t alu_compute(const struct insn *in, uint64_t d, uint64_t s, uint64_t r0)
{
	const bool ends = in->op == ISA_LE || in->op == ISA_BE || in->op == ISA_BSWAP;
	const unsigned width = ends ? 64 : in->width;
	const uint64_t mask = alu_mask(in->width), shift = s & (width - 1u);
	d &= alu_mask(width);
	s &= alu_mask(width);
	const int64_t ds = alu_sign_extend(d, width), ss = alu_sign_extend(s, width);
	/* clang-format off */
	switch ((enum isa_op)in->op) {
	case ISA_ADD: case ISA_A_ADD: case ISA_A_FADD: return (d + s) & mask;
	case ISA_SUB: return (d - s) & mask;
	case ISA_MUL: return (d * s) & mask;
	case ISA_DIV: return s == 0 ? 0 : d / s;
	case ISA_SDIV: return (s == 0 ? 0 : ss == -1 ? -d : (uint64_t)(ds / ss)) & mask;
	case ISA_OR: case ISA_A_OR: case ISA_A_FOR: return d | s;
	case ISA_AND: case ISA_A_AND: case ISA_A_FAND: return d & s;
	case ISA_LSH: return (d << shift) & mask;
	case ISA_RSH: return d >> shift;
	case ISA_NEG: return -d & mask;
	case ISA_MOD: return s == 0 ? d : d % s;
	case ISA_SMOD: return (s == 0 ? d : ss == -1 ? 0 : (uint64_t)(ds % ss)) & mask;
	case ISA_XOR: case ISA_A_XOR: case ISA_A_FXOR: return d ^ s;
	case ISA_MOV: case ISA_A_XCHG: return s;
	case ISA_MOVSX: return (uint64_t)alu_sign_extend(s, (unsigned)in->off) & mask;
	case ISA_ARSH: return (uint64_t)(ds >> shift) & mask;
	case ISA_LE: return d & mask;
	case ISA_BE: case ISA_BSWAP: return alu_swap_bytes(d, in->width);
	case ISA_JEQ: return d == s;
	case ISA_JGT: return d > s;
	case ISA_JGE: return d >= s;
	case ISA_JSET: return (d & s) != 0;
	case ISA_JNE: return d != s;
	case ISA_JSGT: return ds > ss;
	case ISA_JSGE: return ds >= ss;
	case ISA_JLT: return d < s;
	case ISA_JLE: return d <= s;
	case ISA_JSLT: return ds < ss;
	case ISA_JSLE: return ds <= ss;
	case ISA_A_CMPXCHG: return d == (r0 & mask) ? s : d;
	case ISA_CAST: case ISA_JA: case ISA_JAL: case ISA_MAY_GOTO: case ISA_CALL: case ISA_EXIT: case ISA_LDDW:
	case ISA_LDABS: case ISA_LDIND: case ISA_LDX: case ISA_LDXS: case ISA_ST: case ISA_STX:
	case ISA_LOAD_ACQ: case ISA_STORE_REL: case ISA_WIDE_TAIL:
		break;
	}
	/* clang-format on */
	__builtin_trap(); /* a bug: the caller asks for these only */
}
#endif
