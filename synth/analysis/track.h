/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What registers hold before each instruction, as far as it helps to find
 * proposals: values numbered by how they were made, and the bytes of them by
 * where they come from. Nobody trusts it; what it gets wrong is refuted.
 *
 * A value is a number (its id) plus a constant; id 0 is the number 0, TRACK_FRAME
 * is r10. Equal values with equal ids are equal; others may be as well. Knowledge
 * goes on over blocks with one predecessor.
 */
#ifndef TRACK_H
#define TRACK_H

#include "synth/analysis/known.h"
#include "synth/propose/propose.h"

#define TRACK_HEADS 1024

struct track_at {
	bool reached;
	struct known r[11];
	uint32_t epoch[KIND_COUNT];
};

struct track {
	const struct scene *s;
	struct track_at *at;         /* by slot */
	struct known *result;        /* by slot: what its destination register holds behind it */
	uint32_t heads[TRACK_HEADS]; /* hash table of `made`: index + 1, 0: none */
	struct made *made;           /* how values were made */
	uint32_t n_made, n_ids, n_epochs;
};

struct track *track_new(const struct scene *s);
void track_free(struct track *t);

/* The region that a register points into at a slot, KIND_NONE: it may be several, or is not known. */
enum kind track_region(const struct track *t, uint32_t slot, unsigned reg);
/* The address of a load, store or atomic of the program, through `base`. */
struct value track_address(const struct track *t, uint32_t slot, unsigned base, int16_t off);
/* The bytes that an ST or STX would put there. */
void track_parts_stored(const struct track_at *now, const struct insn *in, struct part out[PARTS]);
/* The same of the program's instruction; false: it is none, or an LDX. */
bool track_stored(const struct track *t, uint32_t slot, struct part out[PARTS]);
/* A register that is at a distance from the address that fits an offset, the frame pointer rather than others; of the
 * registers in `except` none. -1: none. */
int track_find_base(const struct track *t, uint32_t slot, struct value address, uint16_t except, int16_t *off);
/* A register with these n lowest bytes, -1: none. */
int track_find_bytes(const struct track *t, uint32_t slot, const struct part *b, unsigned n);
/* A register that holds a value; `except` as above. */
int track_find_value(const struct track *t, uint32_t slot, const struct known *k, uint16_t except);
/* The two values that one is the sum of, as ids; false: it is none. */
bool track_find_sum(const struct track *t, uint32_t id, uint32_t *a, uint32_t *b);
/* Registers that nobody reads any more at a slot. */
uint16_t track_free_registers(const struct track *t, uint32_t slot);
#endif
