/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How long two versions of a program take in the live kernel, on one input. Two
 * loads of one program differ by more than an optimization gains, so both are
 * loaded anew many times, in turn.
 */
#ifndef LATENCY_H
#define LATENCY_H

#include "encode/object/program.h"

struct latency_options {
	unsigned rounds; /* loads of each */
	int repeat;      /* runs of each load */
	uint64_t seed;
};
struct latency_result {
	unsigned rounds;                    /* 0: not measured, `why` says why */
	double before, after;               /* medians, nanoseconds */
	double spread_before, spread_after; /* between the quartiles */
	double gain;                /* median of the paired differences, nanoseconds; above 0: the second is faster */
	double gain_low, gain_high; /* its quartiles */
	uint64_t steps_before, steps_after; /* instructions that the input takes */
	char why[200];
};
void latency_measure(const struct program *a, const struct program *b, const struct latency_options *o,
		     struct latency_result *out);
#endif
