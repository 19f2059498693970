/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writing an object in whose place another one can be used: the ELF file that it
 * was read from, with new instructions for some functions. Sections, symbols,
 * maps, license and all other functions stay as they are; symbols, calls,
 * relocations, and the function, line and CO-RE records of .BTF.ext move with
 * their instructions. DWARF (.debug_*) tells of addresses that are no more: it
 * is left out as soon as a function changed, as by llvm-strip -g, and
 * llvm-objdump -S goes by the lines of .BTF.ext. What can't be kept true is
 * refused.
 */
#ifndef PATCH_H
#define PATCH_H

#include "encode/object/program.h"

#define PATCH_NEW UINT32_MAX /* origin of an instruction that comes from none (DRAFT_NEW) */

struct object_patch {
	const struct program *before; /* of the object, as it was read: CO-RE relocations are symbolic */
	const struct program *after;  /* its subs say which functions they stand for (subprogram.section, at) */
	const uint32_t *origin; /* of each slot of `after`: a slot of `before` whose source line it has, or PATCH_NEW */
};

/* Writes o, read by object_read or object_parse, with n patched programs as the file `path`: whole or not at all. A
 * relocation names what the new instruction names (map, byte of a data section, function, extern); a CO-RE record is
 * kept where `after` has it (program.relos). A function that several programs have must become the same in all of
 * them. On failure false and err is one sentence. */
bool object_patch(const struct object *o, const struct object_patch *patches, size_t n, const char *path, char *err,
		  size_t errlen);
/* The same into memory, which the caller frees. */
bool object_patch_bytes(const struct object *o, const struct object_patch *patches, size_t n, uint8_t **bytes,
			size_t *len, char *err, size_t errlen);

/* Do other programs of the file have the function too, or may they, as they could not be linked? */
bool object_shares(const struct program *p, const struct subprogram *sub);
#endif
