/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Instructions that a candidate for a passage may be made of: operators on the
 * registers that its slice uses, with constants that are in it, follow from
 * them, or are seen in its trials, and accesses to the memory that it touches.
 */
#ifndef VOCABULARY_H
#define VOCABULARY_H

#include "synth/search/passage.h"

#define VOCABULARY_NUMBERS 48

struct vocabulary {
	struct insn *at; /* an LDDW without its second slot; jumps are the last n_jumps */
	unsigned n, cap, n_jumps;
	int32_t numbers[VOCABULARY_NUMBERS];
	unsigned n_numbers;
	uint16_t to, from; /* registers that may be written, and read, a bit each */
	const struct scene *s;
	const struct passage *x;
};

void vocabulary_init(struct vocabulary *v, const struct scene *s, const struct passage *x, const struct trials *ts);
void vocabulary_release(struct vocabulary *v);

/* Registers that hold pointers, a bit each, and of these those that verifiers let nobody compute with. */
struct vocabulary_kinds {
	uint16_t pointers, fixed;
};
struct vocabulary_kinds vocabulary_begin(const struct vocabulary *v);
/* After the instruction, as far as can be told. */
struct vocabulary_kinds vocabulary_after(const struct vocabulary *v, const struct insn *in, struct vocabulary_kinds k);
/* Arithmetic that makes no sense on them. */
bool vocabulary_refuses(const struct insn *in, struct vocabulary_kinds k);
/* Verifiers refuse immediate shifts by too much and divisions by 0. */
bool vocabulary_is_legal(const struct insn *in);
#endif
