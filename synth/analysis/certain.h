/* SPDX-License-Identifier: BSD-2-Clause */
/* What proposers ask facts, and instructions by what they do. */
#ifndef CERTAIN_H
#define CERTAIN_H

#include "synth/propose/propose.h"

/* Before a slot on every run: the register is that number. */
bool certain_number(const struct scene *s, uint32_t slot, unsigned reg, uint64_t *value);
/* a = b + *distance, modulo 2^64: both numbers, or both pointers of one kind. */
bool certain_distance(const struct scene *s, uint32_t slot, unsigned a, unsigned b, int64_t *distance);
/* The register holds the same word as the other one. */
bool certain_same(const struct scene *s, uint32_t slot, unsigned a, unsigned b);
/* Of a jump: 1 it is always taken, 0 it never is, -1 who knows. Not what asks whether a pointer is NULL. */
int certain_jump(const struct scene *s, uint32_t slot);
/* The same of such a question. */
int certain_null(const struct scene *s, uint32_t slot);
/* Is the word below 2^bits? */
bool certain_below(const struct scene *s, uint32_t slot, unsigned reg, unsigned bits);

/* Is the word the sign-extension of its low 32 bits? */
static inline bool fits_immediate(uint64_t word)
{
	return (uint64_t)(int64_t)(int32_t)(uint32_t)word == word;
}

static inline struct insn make_move(unsigned dst, unsigned src)
{
	return (struct insn){.op = ISA_MOV, .width = 64, .dst = (uint8_t)dst, .src = (uint8_t)src};
}

static inline struct insn make_move_constant(unsigned width, unsigned dst, int32_t imm)
{
	return (struct insn){.op = ISA_MOV, .width = (uint8_t)width, .dst = (uint8_t)dst, .k = true, .imm = imm};
}

static inline struct insn make_goto(void)
{
	return (struct insn){.op = ISA_JA};
}

/* One slot that writes the word, of the 64-bit form if both do; false: there is none. */
bool make_constant(unsigned dst, uint64_t word, struct insn *out);
/* The jump on the opposite condition; false: there is none. */
bool make_inverse(const struct insn *jump, struct insn *out);
/* The jump with its operands exchanged; false: there is none. */
bool make_mirrored(const struct insn *jump, struct insn *out);
#endif
