/* SPDX-License-Identifier: BSD-2-Clause */
/* All short sequences for a passage, the shortest first, as far as trials don't rule them out early. */
#ifndef ENUMERATE_H
#define ENUMERATE_H

#include "synth/search/hunt.h"

/* Sequences of up to two instructions, and of three. */
void enumerate_short(struct hunt *h);
void enumerate_long(struct hunt *h);
extern const struct hunt_plan enumerate_plan, enumerate_long_plan;
#endif
