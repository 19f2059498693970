/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ORACLE_H
#define ORACLE_H

#include "checker/equiv/equiv.h"

/* Gives opaque calls of the two runs with the same arguments and bytes the same results; true if that changed `in`. */
bool oracle_unify(const struct exec_outcome out[2], struct input *in);
/* False with a sentence if no kernel answers both runs as `in` does. */
bool oracle_agrees(const struct pairing *maps, const struct exec_outcome out[2], const struct input *in, char *what,
                   size_t len);
/* Is there a trie, for each map that is one, in which lookups find what `in` says? */
bool oracle_tries_agree(const struct pairing *maps, const struct input *in);
/* Are the results of opaque calls in the bounds that the kernel keeps? */
bool oracle_results_fit(const struct exec_outcome *out, const struct input *in);
#endif
