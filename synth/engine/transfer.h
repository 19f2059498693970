/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What became of a program, from a forked worker to its parent. Both have the
 * same memory from before the fork, so pointers to what was there (the object,
 * constant texts) are sent as they are.
 */
#ifndef TRANSFER_H
#define TRANSFER_H

#include "synth/engine/outcome.h"

/* The bytes of a message; the caller frees them. */
void transfer_pack(const struct outcome *o, uint8_t **bytes, size_t *n);
/* False: it is not a whole message, and *out is empty. */
bool transfer_unpack(const uint8_t *bytes, size_t n, struct outcome *out);
#endif
