/* SPDX-License-Identifier: BSD-2-Clause */
/* What today's kernel says of one program of an object, loaded by libbpf. */
#ifndef SAFE_KERNEL_H
#define SAFE_KERNEL_H

#include "tests/retval.h"

enum kernel_says { KERNEL_NOT_ASKED, KERNEL_TAKES, KERNEL_REFUSES, KERNEL_SAYS };
extern const char *const kernel_says_names[KERNEL_SAYS];

struct kernel_answer {
	enum kernel_says says;
	char message[300];  /* the last line of the log, or why it was not asked; "" if it takes it */
	double ms;          /* that the verifier worked, by its own count */
	uint64_t processed; /* instructions */
};

/* Fills in the answer piece by piece: it may lie in shared memory. */
void kernel_ask(const struct retval_case *c, struct kernel_answer *out);
#endif
