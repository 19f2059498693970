/* SPDX-License-Identifier: BSD-2-Clause */
/* What is known of a register: its value by how it was made, its bytes by where they come from; see track.h. */
#ifndef KNOWN_H
#define KNOWN_H

#include "encode/isa/insn.h"

#define TRACK_FRAME 1

struct value {
	uint32_t id;
	int64_t off;
};

enum part_kind { PART_NONE, PART_CONST, PART_VALUE, PART_MEMORY };
/* A byte. */
struct part {
	uint8_t kind;   /* enum part_kind */
	uint8_t index;  /* CONST: it; VALUE: which of the value's bytes, from the lowest */
	uint8_t region; /* MEMORY: enum kind of the address (state.h), KIND_NONE: not known */
	uint32_t epoch; /* MEMORY: counts changes of that region */
	uint32_t slot;  /* MEMORY: of the load that it came by */
	struct value v; /* VALUE: of it; MEMORY: its address */
};
#define PARTS 8

struct known {
	struct value v;
	struct part b[PARTS];
};

static inline struct part part_constant(uint8_t byte)
{
	return (struct part){.kind = PART_CONST, .index = byte};
}
static inline struct value value_plus(struct value v, int64_t by)
{
	v.off = (int64_t)((uint64_t)v.off + (uint64_t)by);
	return v;
}
bool value_equal(struct value a, struct value b);
bool part_equal(const struct part *a, const struct part *b);
/* Is b the byte behind a, of the same memory, value or constants? */
bool part_follows(const struct part *a, const struct part *b);

/* A value of which nothing else is known; id 0: a constant. */
struct known known_value(struct value v);
/* Bytes say more than how they came together: all of a constant, or all bytes of one value. */
void known_settle(struct known *k);
/* The bytes of d after an operation (enum isa_op) of `width` bytes with s; unknown ones are PART_NONE. */
void known_combine(uint8_t op, struct known *d, const struct known *s, unsigned width);
/* The low `width` bytes, swapped or not; the others are 0. */
void known_swap(struct part *b, unsigned width, bool swap);
/* Bytes that say nothing are the value's own. */
void known_name_parts(struct known *k);
/* Its upper half is 0. */
bool known_is_narrow(const struct known *k);
#endif
