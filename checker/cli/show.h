/* SPDX-License-Identifier: BSD-2-Clause */
/* The views that `bpfprove show` has of a program. */
#ifndef SHOW_H
#define SHOW_H

#include "encode/machine/machine.h"

#include <stdio.h>

/* What an instruction's text leaves to look up: jump target, helper, map, extern, function, and what
 * the kernel's types will fill in; "" if nothing. */
void show_note(const struct program *p, size_t slot, char *buf, size_t len);

/* One digraph with a cluster for each function; false with a sentence if a function has no graph. */
bool show_dot(const struct program *p, FILE *out, char *err, size_t len);

/* The encoding of a finished run as SMT-LIB text. */
void show_smt2(struct run *r, FILE *out);
#endif
