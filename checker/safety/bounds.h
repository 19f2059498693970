/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BOUNDS_H
#define BOUNDS_H

#include "prover.h"

/* Asks a solver about the instructions where only BOUNDS failed, and nothing else did anywhere. True: prover.bounded
 * has more of them now, so that another attempt is worth it. */
bool bounds_show(struct prover *v);
#endif
