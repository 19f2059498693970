/* SPDX-License-Identifier: BSD-2-Clause */
/* How often each instruction is run, as far as the text tells: see cost.h. */
#ifndef FREQUENCY_H
#define FREQUENCY_H

#include "encode/object/program.h"

/* By slot, runs of it per run of the program; the caller frees it. NULL: control leaves a function. */
double *frequency_of(const struct program *p);
#endif
