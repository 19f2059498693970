/* SPDX-License-Identifier: BSD-2-Clause */
/* The edit of each kind of mutation, on one decoded instruction; mutate.c finds where it applies. */
#ifndef MUTATE_EDIT_H
#define MUTATE_EDIT_H

#include "encode/isa/insn.h"
#include "tests/mutate.h"

enum { MUTATE_VARIANTS = 4 };

/* Makes variant `variant` (below MUTATE_VARIANTS) of a mutation of insns[slot] in
 * *out; false if there is none. Instructions before the slot are only looked at. */
bool mutate_edit(enum mutation kind, const struct insn *insns, size_t slot, unsigned variant, struct insn *out);
#endif
