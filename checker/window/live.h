/* SPDX-License-Identifier: BSD-2-Clause */
/* What is read later: registers and bytes of the own frame's stack before each instruction. */
#ifndef LIVE_H
#define LIVE_H

#include "checker/window/facts.h"

struct live_at {
	uint16_t regs;                      /* a bit a register */
	uint64_t stack[STACK_BYTES / 64];   /* a bit a byte of the own frame, from its lowest */
};

struct live {
	struct live_at *at; /* by slot, before it */
	uint32_t n;
};

/* Facts may be NULL: then every stack byte is live. Otherwise a byte is live unless on every way it is written by a plain
 * store of that function before anything that may read it: a load or an atomic through a pointer that may go there, a
 * helper by its argument's row, a function that is given such a pointer, a callback. Bytes of callers' frames are not
 * told of: they are always live. Where the facts say that no run gets, no byte is. */
struct live *live_new(const struct program *p, const struct facts *facts);
void live_free(struct live *l);
#endif
