/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Instructions that a candidate for a stretch may be made of: operators on the
 * registers that its slice uses, with constants that are in it, follow from
 * them, or are seen in its trials, and accesses to the memory that it touches.
 */
#ifndef VOCABULARY_H
#define VOCABULARY_H

#include "synth/stretch.h"

#define VOCABULARY_NUMBERS 48

struct vocabulary {
	struct insn *at; /* an LDDW without its second slot; jumps are the last n_jumps */
	unsigned n, cap, n_jumps;
	int32_t numbers[VOCABULARY_NUMBERS];
	unsigned n_numbers;
	uint16_t to, from; /* registers that may be written, and read, a bit each */
};

void vocabulary_init(struct vocabulary *v, const struct scene *s, const struct stretch *x, const struct trials *ts);
void vocabulary_release(struct vocabulary *v);

/* Arithmetic that makes no sense on pointers, which are the registers in `pointers`. */
bool vocabulary_refuses(const struct insn *in, uint16_t pointers);
/* The registers that hold pointers after it, as far as can be told. */
uint16_t vocabulary_pointers(const struct insn *in, uint16_t pointers);
#endif
