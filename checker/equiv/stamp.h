/* SPDX-License-Identifier: BSD-2-Clause */
/* Do two programs mean the same by the time stamp of a socket buffer? */
#ifndef STAMP_H
#define STAMP_H

#include "encode/machine/machine.h"

/* Both runs are over; false: they may not, and one of them uses it. */
bool stamp_agrees(const struct run *a, const struct run *b, struct solver *s);
/* Could an instruction be a read of tstamp_type, whose place is no other field's? */
bool stamp_may_read_type(const struct program *p);
#endif
