/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two versions of a program on the same random inputs, in the live kernel where
 * it can test-run them and in the concrete machine. In the kernel a third party
 * runs along: the first version once more. Where that differs from itself (time,
 * random numbers) the kernel can't tell versions apart.
 */
#ifndef COMPARE_H
#define COMPARE_H

#include "checker/exec/exec.h"
#include "checker/exec/probe_value.h"

struct compare_options {
	unsigned inputs; /* for each machine that can run them */
	uint64_t seed;
	bool no_kernel;
};

struct compare_result {
	bool differs;
	char what[400];      /* that they differ in, and in which run */
	size_t kernel_runs;  /* inputs that all versions ran on; */
	size_t kernel_paths; /* different results among them, as far as return value and packet say */
	size_t machine_runs, machine_faults, machine_unmodelled;
	char skipped[300]; /* why the kernel ran less than it should have, "" if it did not */
};
void compare_programs(const struct program *a, const struct program *b, const struct compare_options *opt,
		      struct compare_result *out);

/* compare_live.c, compare_machine.c: one machine each */
void compare_live(const struct program *a, const struct program *b, const struct compare_options *opt,
		  struct compare_result *out);
void compare_machine(const struct program *a, const struct program *b, const struct compare_options *opt,
		     struct compare_result *out);

/* compare_maps.c: the same maps, several times; all but target and program maps are handled */
enum { COMPARE_A, COMPARE_AGAIN, COMPARE_B, COMPARE_VERSIONS };
struct compare_maps {
	const struct object *object;
	const int *fds[COMPARE_VERSIONS]; /* by map */
	const struct chooser *chooser;    /* of the values that are put in */
};
/* Empties the maps of all versions, and puts something into half of the elements that the outcomes' values name. */
void compare_reset_maps(const struct compare_maps *m, const struct exec_outcome *outs, size_t n);
/* Do x and y hold the same? Else the first difference in words. */
bool compare_same_maps(const struct compare_maps *m, unsigned x, unsigned y, char *what, size_t len);
#endif
