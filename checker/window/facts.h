/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What holds before each instruction on every run, as the safety prover found
 * it: the types and ranges of registers and stack words. Only a program that
 * is proved safe has facts.
 */
#ifndef FACTS_H
#define FACTS_H

#include "checker/safety/safety.h"
#include "checker/safety/state.h"

/* Places: registers 0..10, then the aligned words of the own frame's stack: FACTS_STACK + offset / 8. */
#define FACTS_STACK 11
#define FACTS_PLACES (FACTS_STACK + STACK_BYTES / 8)

struct fact {
	enum kind kind;      /* KIND_NONE: nothing is known, or not written (on some run) */
	bool maybe_null;     /* a pointer of that kind, or the number 0 */
	bool followable;     /* as in struct aval; where only some runs have such a number there nothing is known */
	bool from_end;       /* PACKET: the offset counts from data_end instead of data */
	uint32_t object;     /* as in struct aval; of a followable number 0 */
	struct scalar value; /* NUMBER: the number; a pointer: its offset (64 bits, two's complement) */
	uint8_t same;        /* the first place that is always at a constant distance from this one: same kind and object;
				its own index if there is none before it */
	int64_t distance;    /* this = that + distance, modulo 2^64 */
};

struct facts_at {
	bool reached;     /* false: no run gets here, and the rest says nothing */
	bool deep;        /* runs get here at several depths of calls: stack pointers are KIND_NONE but for r10 */
	bool in_loop;     /* some run may get here twice by a jump back inside of the function */
	unsigned depth;   /* frames in use; of several the least */
	int64_t packet;   /* data_end - data is at least so many bytes */
	struct fact r[11];
	uint64_t written[STACK_BYTES / 64]; /* own frame, a bit a byte from its lowest: written on every run */
	uint8_t n_words;
	struct {
		uint8_t word; /* offset / 8 */
		struct fact fact;
	} *words;         /* aligned words of the own frame that hold one value of 8 bytes; sorted */
};

struct facts {
	const struct program *p;
	struct facts_at *at; /* by slot */
	uint32_t n;
	bool callbacks;      /* some function of it is called by a helper */
	/* Some call, other than of its own functions, ... */
	bool changes; /* changes maps */
	bool moves;   /* moves the packet */
	bool slices;  /* returns memory that may be a part of other memory */
};

/* Proves the program and gathers what holds where; NULL: it is not proved safe, *r says why. The caller frees the facts
 * and releases *r in either case. `opt->seen` is not used. */
struct facts *facts_new(const struct program *p, const struct safety_options *opt, struct safety_result *r);
void facts_free(struct facts *f);
/* A place's fact at a slot; of a word that is not listed KIND_NONE. */
const struct fact *facts_place(const struct facts_at *at, unsigned place);
#endif
