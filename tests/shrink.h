/* SPDX-License-Identifier: BSD-2-Clause */
/* Smaller programs that still show something, and their text. */
#ifndef SHRINK_H
#define SHRINK_H

#include "encode/object/program.h"

#include <stdio.h>

/* Does the program still show it? */
typedef bool (*shrink_test)(void *arg, const struct program *p);
/* Replaces instructions by `goto +0` while the test holds. */
void shrink_program(struct program *p, shrink_test test, void *arg);
/* The program as text for object_assemble, without `goto +0`. */
void shrink_print(const struct program *p, FILE *out);
#endif
