/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside of probe.c: what an input function answers in one run of a search. */
#ifndef PROBE_VALUE_H
#define PROBE_VALUE_H

#include "exec.h"

#define PROBE_PACKET 192 /* bytes of a packet that are made up of headers */

/* Numbers that the program may compare with. */
struct pool {
	uint64_t *values;
	size_t n;
	uint16_t lengths[64]; /* of packets: ends of what the program loads, and sums it adds to pointers */
	size_t n_lengths;
};

struct chooser {
	const struct program *p;
	const struct pool *pool;
	uint64_t seed;   /* of this run */
	unsigned zeros;  /* of 8 values so many are 0 */
	unsigned hits;   /* lookups find: 0 nothing, 1 all, 2 as it happens */
	bool raw;        /* the packet has no headers */
	uint64_t length; /* of the packet */
	uint8_t packet[PROBE_PACKET];
	size_t headers; /* bytes of it */
};

void pool_init(struct pool *pool, const struct program *p);
void pool_release(struct pool *pool);
void chooser_start(struct chooser *c, const struct program *p, const struct pool *pool, uint64_t seed);
input_default chooser_answer; /* its first argument is the chooser */

/* Of a pseudo-random word: 0, a small number, one of the pool, a boundary, anything. */
uint64_t chooser_pick(const struct chooser *c, uint64_t random);
uint64_t chooser_mix(uint64_t random); /* the next pseudo-random word */

/* probe_packet.c: headers of a packet, and how long it is */
void packet_make(struct chooser *c);
#endif
