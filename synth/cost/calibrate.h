/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Measures the rows of latency.def in the live kernel: copies of an instruction
 * in a row, less the same program without them. Two loads of one program differ
 * by more than an instruction takes, so every program is loaded anew many
 * times, in turn with the one that it is compared with, and medians are taken.
 */
#ifndef CALIBRATE_H
#define CALIBRATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct calibration {
	const char *name; /* of the row; helpers without bpf_ */
	bool is_helper, is_measured;
	uint64_t ps;     /* median, at least 1; not measured: as shipped */
	uint64_t spread; /* between the quartiles, picoseconds */
	char why[200];   /* not measured: why not */
};

/* One entry a row; the caller frees it. `progress` may be NULL. *stop (may be NULL) ends it early: the rest is not
 * measured. NULL with one sentence: no test runs here. */
struct calibration *calibrate(unsigned rounds, void (*progress)(size_t done, size_t n, const char *name),
			      volatile int *stop, size_t *n, char *err, size_t len);
#endif
