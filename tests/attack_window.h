/* SPDX-License-Identifier: BSD-2-Clause */
/* Random changes of programs that are put to the judge; what it proves is held against the concrete machine. */
#ifndef ATTACK_WINDOW_H
#define ATTACK_WINDOW_H

#include "encode/object/program.h"

#include <stdint.h>

struct attack_window {
	uint64_t asked, proved, compared; /* changes, proofs of them, runs that came to an end in the source */
	char wrong[600];                  /* "" or how a change that was proved shows */
};

/* So many changes of a program that is proved safe; nothing happens where it is not. Windows alone decide. */
void attack_window(const struct program *p, uint64_t seed, unsigned changes, struct attack_window *out);
/* Runs both on random inputs; `wrong` gets the first difference. `proved` counts up. */
void attack_compare(const struct program *a, const struct program *b, uint64_t seed, struct attack_window *out);
#endif
