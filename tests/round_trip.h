/* SPDX-License-Identifier: BSD-2-Clause */
/* A program through its own text. */
#ifndef ROUND_TRIP_H
#define ROUND_TRIP_H

#include "encode/object/program.h"

/* The instructions of p, printed and assembled, which the caller frees; NULL with `err` if they can't be had or differ.
 */
struct insn *round_trip(const struct program *p, char *err, size_t len);
#endif
