/* SPDX-License-Identifier: BSD-2-Clause */
/* How often loops go round, by running the programs. */
#ifndef ROUNDS_H
#define ROUNDS_H

#include "encode/object/program.h"

/* Rounds of the loops whose heads are at slots[side], over some runs of both programs on the same inputs. */
void rounds_count(const struct program *const p[2], const uint32_t slots[2], uint64_t rounds[2]);
/* So many rounds of one loop are one of the other's: 1 unless the counts say a factor clearly. */
uint32_t rounds_factor(uint64_t many, uint64_t few);
#endif
