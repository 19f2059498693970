/* SPDX-License-Identifier: BSD-2-Clause */
/* Does the concrete machine run into a fault on an input? Nothing else refutes safety. */
#ifndef REPLAY_H
#define REPLAY_H

#include "checker/safety/safety.h"

/* A run with every check of exec.h on. True: it ends in a fault that refutes. The outcome is to be released. */
bool replay_faults(const struct program *p, bool privileged, const struct input *in, struct exec_outcome *out);
/* Is it a kind of fault that refutes the program? */
bool replay_counts(const struct program *p, enum fault fault);
/* The same input without a seed: every default that the run on it asks for is an entry. The caller frees it. */
struct input *replay_settle(const struct program *p, bool privileged, struct input *in);
/* Makes the input smaller, as long as it runs into the same fault at the same instruction. */
void replay_shrink(const struct program *p, bool privileged, struct input *in);
/* exec_options.safety of the question. */
unsigned replay_mode(bool privileged);
#endif
