/* SPDX-License-Identifier: BSD-2-Clause */
/* Pairs of instructions that programs have, whatever their registers and most of their constants. */
#ifndef LEARN_SHAPE_H
#define LEARN_SHAPE_H

#include "checker/window/rule.h"
#include "encode/object/program.h"
#include "synth/engine/seen.h"

/* Adds all pairs of a program that work on the same register or memory and stand close to each other. */
void learn_shapes_add(struct seen *shapes, const struct program *p);
/* Is a pattern of two instructions among them? Where it has a number, so have they. */
bool learn_shapes_have(const struct seen *shapes, const struct rule *r);
#endif
