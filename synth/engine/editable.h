/* SPDX-License-Identifier: BSD-2-Clause */
/* Which functions of a program may be changed: those whose code no other program of the object has. */
#ifndef EDITABLE_H
#define EDITABLE_H

#include "encode/object/program.h"

/* The name of a function, other than the entry, that the kernel lets another program take the place of
 * (BPF_PROG_TYPE_EXT); what its callers may know of it is not in the object. NULL: none. */
const char *editable_find_replaceable(const struct program *p);
/* By subprogram; the caller frees it. */
bool *editable_list(const struct program *p);
/* Are all other functions in b, a changed version of a, what they are in a? */
bool editable_spares(const bool *may_edit, const struct program *a, const struct program *b);
#endif
