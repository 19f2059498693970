/* SPDX-License-Identifier: BSD-2-Clause */
/* Searches for an input on which a program faults, by running it on pseudo-random ones. */
#ifndef PROBE_H
#define PROBE_H

#include "exec.h"

struct probe_options {
	unsigned runs;            /* at most */
	uint64_t seed;            /* the same seed, the same inputs */
	struct exec_options exec; /* of each run; safety says which faults count, max_steps 0: 20,000 instructions */
};

/*
 * True: *witness (owned by the caller) holds an input under which the program
 * faults, twice replayed, with everything left out that the fault at this slot
 * does not need; *out (the caller's to release) is that run's outcome. That the
 * step limit is reached and that a CO-RE relocation has no answer are no faults
 * here. False: neither is touched.
 */
bool probe_fault(const struct program *p, const struct probe_options *opt, struct input **witness,
		 struct exec_outcome *out);

/* Told of an input, of which nothing is in its table: true ends the search. */
typedef bool probe_test(void *arg, struct input *in);
/* The same kind of inputs, made for two programs of one type; true: the test was true of one, whose answers to all that
 * both programs ask are in *witness, owned by the caller; addresses are left out. */
bool probe_pair(const struct program *const p[2], const struct exec_options exec[2], const struct probe_options *opt,
		probe_test *test, void *arg, struct input **witness);
#endif
