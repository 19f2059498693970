/* SPDX-License-Identifier: BSD-2-Clause */
/* Operands of assembly text. Each parser consumes what it reads, or fails with p->err set. */
#ifndef OPERAND_H
#define OPERAND_H

#include "statement.h"

bool operand_accept(struct parser *p, const char *text); /* consumes the token if it is `text` */
bool operand_expect(struct parser *p, const char *text);
bool operand_at_register(const struct parser *p); /* also one that doesn't exist, such as r11 */
bool operand_at_sign(const struct parser *p);     /* + or - */
/* The operation of that form whose text is the next token, ISA_COUNT if none. */
uint8_t operand_row(const struct parser *p, enum isa_form form);

/* A number with or without a sign in [lo, hi]; over 2^63 it wraps. */
bool operand_number(struct parser *p, int64_t lo, uint64_t hi, int64_t *out);
/* The same after its sign was consumed. */
bool operand_magnitude(struct parser *p, bool negative, int64_t lo, uint64_t hi, int64_t *out);
/* 32 bits that are sign-extended to `width`: nothing is accepted that would change its value. */
bool operand_immediate(struct parser *p, unsigned width, int32_t *out);
bool operand_register(struct parser *p, uint8_t *width, uint8_t *reg); /* w: 32, r: 64 */
bool operand_wide_register(struct parser *p, uint8_t *reg);            /* r only */
bool operand_narrow(struct parser *p, unsigned width, uint8_t *reg);   /* r, or w where at most 32 bits count */
/* The second operand of ALU and JMP: a register of in->width or an immediate. */
bool operand_second(struct parser *p, struct insn *in);
bool operand_type(struct parser *p, char *sign, uint8_t *width);     /* u8 to u64, s8 to s64 */
bool operand_pointer(struct parser *p, uint8_t *width);              /* (u32 *) */
bool operand_address(struct parser *p, uint8_t *base, int16_t *off); /* (r1 + 4) */
bool operand_place(struct parser *p, uint8_t *base, int16_t *off);   /* r1 + 4 */
void operand_set_wide(struct insn *in, uint64_t value);              /* makes in an LDDW of that constant, src kept */

/* An instruction that begins with a register (assign.c). */
bool assign_parse(struct parser *p, struct insn *in);
#endif
