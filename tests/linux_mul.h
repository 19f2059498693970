/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's two products of tnums, from their descriptions, for comparison only: CGO 2022, section III (Linux 5.14
 * to 6.16), and the long multiplication with a union where the multiplier's bit is unknown (since 6.18). */
#ifndef LINUX_MUL_H
#define LINUX_MUL_H

#include "tnum_mul.h"

static inline struct tnum linux_mul_514(struct tnum a, struct tnum b)
{
	uint64_t certain = a.value * b.value;
	struct tnum uncertain = tnum_const(0);
	for (; a.value || a.mask; a = tnum_shr(a, 1), b = tnum_shl(b, 1)) {
		if (a.value & 1)
			uncertain = tnum_add(uncertain, tnum_unknown_bits(b.mask));
		else if (a.mask & 1)
			uncertain = tnum_add(uncertain, tnum_unknown_bits(b.value | b.mask));
	}
	return tnum_add(tnum_const(certain), uncertain);
}

static inline struct tnum linux_mul_618(struct tnum a, struct tnum b)
{
	struct tnum sum = tnum_const(0);
	for (; a.value || a.mask; a = tnum_shr(a, 1), b = tnum_shl(b, 1)) {
		if (a.value & 1)
			sum = tnum_add(sum, b);
		else if (a.mask & 1)
			sum = tnum_join(sum, tnum_add(sum, b));
	}
	return sum;
}

/* What both orders of both agree on. */
static inline struct tnum linux_mul_met(struct tnum a, struct tnum b)
{
	struct tnum r = linux_mul_618(a, b);
	tnum_meet(r, linux_mul_618(b, a), &r);
	tnum_meet(r, linux_mul_514(a, b), &r);
	tnum_meet(r, linux_mul_514(b, a), &r);
	return r;
}
#endif
