/* SPDX-License-Identifier: BSD-2-Clause */
/* Which registers an instruction reads and writes. */
#ifndef EFFECT_H
#define EFFECT_H

#include "insn.h"

#define EFFECT_BIT(r) ((uint16_t)(1u << (r)))
#define EFFECT_ARGUMENTS 0x3e /* r1 to r5 */
#define EFFECT_CLOBBERED 0x3f /* r0 to r5 */

/* A bit a register. What a write leaves undefined counts as written. */
struct effect {
	uint16_t reads, writes;
};

/* Not of an LDDW's second slot. A local call reads all arguments here; what its function reads is the caller's to say.
 */
struct effect effect_of(const struct insn *in);
/* Nothing but the register that it writes matters: arithmetic, constants and plain loads, which may fault. Not of an
 * LDDW's second slot. */
bool effect_is_result(const struct insn *in);
#endif
