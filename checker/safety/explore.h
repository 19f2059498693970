/* SPDX-License-Identifier: BSD-2-Clause */
/* The walk of the abstract machine over a program. */
#ifndef EXPLORE_H
#define EXPLORE_H

#include "prover.h"

/* Walks all paths of the program under v->effort. True: every path was explored to its end and every obligation on it
 * was discharged. */
bool explore_run(struct prover *v);
#endif
