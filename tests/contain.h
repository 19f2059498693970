/* SPDX-License-Identifier: BSD-2-Clause */
/* Is every concrete state of a proved program in an abstract state that the prover saw at that instruction? */
#ifndef CONTAIN_H
#define CONTAIN_H

#include "encode/object/program.h"

#include <stddef.h>
#include <stdint.h>

struct contain_result {
	bool proved;      /* else nothing was looked at */
	uint64_t checked; /* concrete states */
	bool outside;     /* one was in no abstract state: */
	uint32_t slot;
	char what[300];
};

/* Proves the program and runs it on so many random inputs. The registers of each concrete state are held against the
 * abstract states of its instruction: kinds by address, numbers, symbols that several of them share, definitions and
 * orders of symbols, groups of pointers that are NULL together. */
void contain_check(const struct program *p, bool privileged, uint64_t seed, unsigned inputs, struct contain_result *r);
/* Does the state have the concrete registers? `why` gets the first thing that it denies. */
struct astate;
bool contain_holds(const struct astate *s, const uint64_t regs[11], uint16_t known, char *why, size_t len);
#endif
