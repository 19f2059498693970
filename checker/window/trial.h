/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Test runs of a window: a straight-line sequence of instructions, maybe with a conditional jump at its end. A trial is
 * one state before it, made from the facts, and the state after it. A candidate that is wrong is mostly told apart by
 * the first few trials; one that passes all is not yet right, which is window_check's to say.
 *
 * Memory is what the window itself touches: each byte has an address, pointers to different things are far apart, and a
 * candidate may read only bytes that the window reads and write only those that it writes. Fields of the context are
 * cells, each with its place and size, since loading one may give a pointer of twice the size.
 */
#ifndef TRIAL_H
#define TRIAL_H

#include "checker/window/live.h"

#define TRIAL_SLOTS 16 /* of a window */
#define TRIAL_BYTES 64 /* of memory that it touches */
#define TRIAL_AREAS 8  /* contiguous parts of it */
#define TRIAL_CELLS 6  /* fields of the context */

struct trial_state {
	uint64_t r[11];
	uint64_t cells[TRIAL_CELLS];
	uint8_t bytes[TRIAL_BYTES];
	uint64_t written; /* a bit a byte */
	bool taken;       /* the jump at the end */
};

struct trial_area {
	uint64_t base;   /* address of its first byte */
	uint8_t len, at; /* bytes; place of the first in `bytes` */
};

struct trial_cell {
	uint64_t address;
	uint8_t size; /* bytes */
	bool writable;
};

struct trial {
	struct trial_state before, after;
	struct trial_area areas[TRIAL_AREAS];
	struct trial_cell cells[TRIAL_CELLS];
	uint8_t n_areas, n_cells;
	uint64_t readable, writable, compared; /* a bit a byte */
	uint64_t seed;                         /* of the addresses that an LDDW loads */
};

/* What the trials are made of. Facts and instructions outlive them. */
struct trial_ask {
	const struct facts *facts;
	uint32_t start;           /* slot whose facts hold before the window */
	const struct insn *insns; /* n slots, LDDW with the second one */
	const uint32_t *slots;    /* where each stands in the program */
	unsigned n;
	uint16_t live;                         /* registers that are read after it, a bit each */
	uint64_t live_stack[STACK_BYTES / 64]; /* bytes of the own frame, as in live.h */
};

struct trials {
	struct trial_ask ask;
	uint16_t known; /* registers that may be read at the start, a bit each */
	struct trial *at;
	unsigned n, cap;
	uint64_t seed, drawn; /* drawn: states so far */
};

/* Makes n trials; false: the window has an instruction that trials can't run, touches too much memory, or is not
 * reached. To be released in either case. */
bool trials_init(struct trials *t, const struct trial_ask *ask, unsigned n, uint64_t seed);
void trials_release(struct trials *t);
/* Adds trials that begin with these registers, numbers as they are, pointers as offsets (window_answer.registers). */
void trials_add(struct trials *t, const uint64_t registers[11]);

/* Can trials run it? */
bool trial_can_run(const struct insn *in);
/* One instruction, or an LDDW; false: it reads or writes what the window doesn't. */
bool trial_step(const struct trial *t, struct trial_state *s, const struct insn *in);
/* From t->before on; false as of trial_step. */
bool trial_run(const struct trial *t, const struct insn *insns, unsigned n, struct trial_state *s);
/* Does the state have all that is compared in common with the window's? */
bool trial_agrees(const struct trials *ts, const struct trial *t, const struct trial_state *s);
/* Bits in which they differ. */
unsigned trial_distance(const struct trials *ts, const struct trial *t, const struct trial_state *s);
/* The candidate reads only registers that are known or that it wrote before, and does not write r10. */
bool trials_allow(const struct trials *ts, const struct insn *insns, unsigned n);
/* The first trial that it fails, which becomes the first one of all; ts->n: it passes. */
unsigned trials_ask(struct trials *ts, const struct insn *insns, unsigned n);

/* Pseudo-random numbers: splitmix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators", 2014). */
static inline uint64_t trial_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ull;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}
static inline unsigned trial_below(uint64_t *state, unsigned n)
{
	return (unsigned)((trial_random(state) >> 32) * n >> 32);
}

/* The address that an LDDW loads, or its constant; the address of a pointer's offset 0 (instance: which of several). */
uint64_t trial_wide(uint64_t seed, const struct insn *in);
uint64_t trial_base(uint64_t seed, enum kind kind, uint32_t object, uint32_t instance);
#define TRIAL_CONTEXT 0x7ffe000000000000ull /* address of the context */
#define TRIAL_CONTEXT_SPAN 0x10000ull
#endif
