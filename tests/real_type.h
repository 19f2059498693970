/* SPDX-License-Identifier: BSD-2-Clause */
/* Program types of real objects that their loaders give. */
#ifndef REAL_TYPE_H
#define REAL_TYPE_H

#include "encode/object/program.h"

/* Sets the type of a program that has none by the name of its object's file. */
void real_give_type(struct program *p, const char *object);
/* Is the function a program to any loader of its object? */
bool real_is_loaded(const struct program *p, const char *object);
#endif
