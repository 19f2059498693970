/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads of memory that stay reads, for a measurement: what would the solvers'
 * theory of arrays make of our queries? Contents of packets and of map values
 * are then leaves, told apart by ranges of functions:
 *
 *   KEPT_INITIAL + node (bits of an index)              an array of bytes
 *   KEPT_STORE + node   (array, offset, value, key ...) with 1 to 8 bytes stored from there on
 *   KEPT_CHOOSE + node  (condition, array, array)
 *   KEPT_READ + n       (array, offset, key ...)        a byte
 *
 * An index is the words of the key, then the offset. To everything that does
 * not know them these leaves are numbers of which nothing is known, so a
 * question that is unsatisfiable all the same stays so.
 */
#ifndef KEPT_H
#define KEPT_H

#include "encode/machine/machine.h"

#define KEPT_INITIAL 0x40000000u
#define KEPT_STORE 0x50000000u
#define KEPT_CHOOSE 0x60000000u
#define KEPT_READ 0x70000000u
#define KEPT_END 0x80000000u

/* From now on reads of this world stay reads; to be called before any run. */
void world_keep_reads(struct world *w);
/* The byte as a leaf; 0: it is to be found. Of a world that keeps reads. */
term kept_read(struct world *w, mem m, tuple key, term off);
#endif
