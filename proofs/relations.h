/* SPDX-License-Identifier: BSD-2-Clause */
/* The relations of comparisons, as the words have them. */
#ifndef RELATIONS_H
#define RELATIONS_H

#include "scalars.h"

/* What they say of words of a width of theirs, sign-extended. */
#define RELATIONS(_, width)                                   \
	_(EQ, width, x == y)                                  \
	_(NE, width, x != y)                                  \
	_(GT, width, x > y)                                   \
	_(GE, width, x >= y)                                  \
	_(LT, width, x < y)                                   \
	_(LE, width, x <= y)                                  \
	_(SGT, width, (int##width##_t)x > (int##width##_t)y)  \
	_(SGE, width, (int##width##_t)x >= (int##width##_t)y) \
	_(SLT, width, (int##width##_t)x < (int##width##_t)y)  \
	_(SLE, width, (int##width##_t)x <= (int##width##_t)y) \
	_(SET, width, (x & y) != 0)                           \
	_(NSET, width, (x & y) == 0)

#define HOLDS(rel, width, condition) \
	case SCALAR_##rel:           \
		return condition;
ALWAYS_INLINE bool holds64(enum scalar_relation relation, uint64_t x, uint64_t y)
{
	switch (relation) {
		RELATIONS(HOLDS, 64)
	}
	return false;
}

ALWAYS_INLINE bool holds32(enum scalar_relation relation, uint32_t x, uint32_t y)
{
	switch (relation) {
		RELATIONS(HOLDS, 32)
	}
	return false;
}

ALWAYS_INLINE bool holds(enum scalar_relation relation, uint64_t x, uint64_t y, unsigned bits)
{
	return bits == 64 ? holds64(relation, x, y) : holds32(relation, (uint32_t)x, (uint32_t)y);
}
#endif
