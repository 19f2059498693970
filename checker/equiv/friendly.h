/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FRIENDLY_H
#define FRIENDLY_H

#include "encode/machine/machine.h"

#define FRIENDLY_LEVELS 2 /* 0: what a test run can be given; 1: only small */

/* Conditions on the inputs of `question` (a truth value) that make a counterexample friendlier. */
term friendly_condition(struct world *world, term question, unsigned level);
#endif
