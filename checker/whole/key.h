/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The name under which a verdict is kept: a hash of all that it depends on. A
 * key that leaves something out would make one program's proof another's, so
 * whole records are taken in, needed or not: programs after relocation, all
 * maps, data and externs of their objects, options, this very build, its
 * libraries and solvers by their build ids, the running kernel by its own.
 */
#ifndef KEY_H
#define KEY_H

#include "checker/equiv/equiv.h"
#include "checker/safety/safety.h"
#include "encode/digest.h"

/* What an object has for all of its programs. */
struct digest key_of_object(const struct object *o);
/* False: nothing is to be kept of this question, since a solver is asked whose version is not known, since it is to
 * leave its queries, or since some library has no build id. `objects` are key_of_object of the programs'. */
bool key_of_equiv(const struct program *a, const struct program *b, const struct digest objects[2],
		  const struct equiv_options *opt, struct digest *out);
bool key_of_safe(const struct program *p, const struct digest *object, const struct safety_options *opt,
		 struct digest *out);
#endif
