/* SPDX-License-Identifier: BSD-2-Clause */
/* Sequences that are the passage but for one instruction less and one or two changes. */
#ifndef REPAIR_H
#define REPAIR_H

#include "synth/search/hunt.h"

void repair_passage(struct hunt *h);
extern const struct hunt_plan repair_plan;
#endif
