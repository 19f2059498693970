/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kernel refuses a program in which it can reach an instruction whose CO-RE
 * relocation has no answer, whatever the run at hand does. On such a kernel
 * nothing is asked of the second program.
 */
#ifndef LOADABLE_H
#define LOADABLE_H

#include "checker/exec/input.h"
#include "encode/machine/machine.h"

/* A condition that every layout keeps under which the program can be loaded, but not the layout of this input; true if
 * none is found: the program can be loaded there, as far as is known. */
term loadable_learn(const struct run *r, struct solver *solver, const struct input *in);
#endif
