/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests of the concrete machine and of the live kernel share: programs from text, inputs, comparing runs. */
#ifndef EXEC_FIXTURE_H
#define EXEC_FIXTURE_H

#include "checker/exec/kernel.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static inline struct object *fixture_assemble(const char *text)
{
	struct object *o = NULL;
	char err[300] = "";
	enum object_error e = object_assemble("test", text, &o, err, sizeof err);
	cr_assert_eq(e, OBJECT_OK, "%s\nin:\n%s", err, text);
	return o;
}

static inline void fixture_set(struct input *in, enum input_fn fn, uint64_t value)
{
	input_set(in, fn, NULL, 0, value);
}

static inline void fixture_set1(struct input *in, enum input_fn fn, uint64_t arg, uint64_t value)
{
	input_set(in, fn, &arg, 1, value);
}

static inline void fixture_set2(struct input *in, enum input_fn fn, uint64_t a, uint64_t b, uint64_t value)
{
	input_set(in, fn, (uint64_t[]){a, b}, 2, value);
}

/* A packet whose byte i is i + 1. */
static inline struct input *fixture_packet(uint64_t len)
{
	struct input *in = input_new();
	fixture_set(in, IN_PKT_LEN, len);
	for (uint64_t i = 0; i < len; i++)
		fixture_set1(in, IN_PKT, i, i + 1);
	return in;
}

/* Runs in the kernel as well and compares; false with the reason printed if it can't be asked. */
static inline bool fixture_kernel_agrees(const struct program *p, const struct input *in, const struct exec_outcome *x,
					 const char *name)
{
	struct exec_outcome y;
	char why[300] = "", diff[300] = "";
	enum kernel_status s = kernel_run(p, in, NULL, x, &y, why, sizeof why);
	if (s != KERNEL_RAN) {
		printf("skipped in the kernel: %s: %s\n", name, why);
		return false;
	}
	struct exec_outcome silent = *x; /* the kernel's run shows no events */
	silent.n_events = 0;
	bool differs = exec_differ(p, &silent, &y, diff, sizeof diff);
	exec_release(&y);
	cr_expect(!differs, "%s: machine and kernel differ: %s", name, diff);
	return !differs;
}
#endif
