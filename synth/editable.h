/* SPDX-License-Identifier: BSD-2-Clause */
/* Which functions of a program may be changed: those whose code no other program of the object has. */
#ifndef EDITABLE_H
#define EDITABLE_H

#include "encode/object/program.h"

/* By subprogram; the caller frees it. */
bool *editable_list(const struct program *p);
/* Are all other functions in b, a changed version of a, what they are in a? */
bool editable_spares(const bool *may_edit, const struct program *a, const struct program *b);
#endif
