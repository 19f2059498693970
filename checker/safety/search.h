/* SPDX-License-Identifier: BSD-2-Clause */
/* The search for a failing input; it sets result.verdict to refuted, witness and outcome when it finds one. */
#ifndef SEARCH_H
#define SEARCH_H

#include "prover.h"

/* So many runs of the concrete machine on random inputs. True: refuted. */
bool search_probe(struct prover *v, unsigned runs);
/* Asks a solver for inputs that fault or that lead to what failed. True: refuted. */
bool search_solve(struct prover *v);
#endif
