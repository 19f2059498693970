/* SPDX-License-Identifier: BSD-2-Clause */
/* Pointers that are a constant less than they were: the constant goes into the offsets of what they are used for. */
#ifndef SHIFT_H
#define SHIFT_H

#include "synth/propose/propose.h"

/* From slot `from` on `reg` is less by `delta` than in the scene's program: changes the draft, whose items are still
 * the program's slots, so that nobody notices. False: somebody would; the draft is spoilt then. */
bool shift_uses(const struct scene *s, struct draft *d, uint32_t from, unsigned reg, int64_t delta);
#endif
