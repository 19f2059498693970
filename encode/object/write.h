/* SPDX-License-Identifier: BSD-2-Clause */
/* What writing an object is made of: growing sections and symbols, and the BTF that tells libbpf about maps. */
#ifndef WRITE_H
#define WRITE_H

#include "encode/object/loader.h"

#include <elf.h>

struct out_section {
	const char *name;
	uint32_t type, flags, align, link, info, entsize;
	uint8_t *data; /* NULL for NOBITS */
	size_t size, room;
	uint32_t relocs; /* index of its section of relocations, 0 if none yet */
};

struct out_symbol {
	const char *name;
	uint8_t type, bind;
	uint16_t section;
	uint64_t value, size;
};

/* A function as it was laid out: for its BTF record. */
struct out_function {
	const char *name;
	uint32_t section, slot;
	bool is_entry;
};

struct writer {
	const struct object *o;
	char *err;
	size_t errlen;
	struct out_section *sections;
	size_t n_sections;
	struct out_symbol *symbols;
	size_t n_symbols;
	struct out_function *functions;
	size_t n_functions;
	uint32_t *map_symbol; /* what relocations name: NAMED and an index into symbols, or a section */
	uint32_t *extern_symbol;
	uint32_t text; /* index of .text */
};

bool writer_fail(const struct writer *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
uint32_t writer_add_section(struct writer *w, const char *name, uint32_t type, uint32_t flags, uint32_t align);
/* Appends to a section and returns the offset. */
size_t writer_append(struct writer *w, uint32_t section, const void *data, size_t size);
/* Returns what a relocation names it by until the symbol table is in order. */
uint32_t writer_add_symbol(struct writer *w, struct out_symbol s);
/* A map that has a definition of its own: no data section, no inner map from BTF. */
bool writer_defines(const struct object *o, size_t map);

#define NAMED 0x80000000u
enum { MAP_STRIDE = 64 }; /* bytes of .maps that a definition takes; libbpf reads only its BTF */

/* Writes sections and symbols as a relocatable ELF file. */
bool write_image(struct writer *w, const char *path);
/* Appends .BTF and .BTF.ext. */
bool write_types(struct writer *w);
/* Sections, symbols and relocations of all programs. */
bool write_programs(struct writer *w);
#endif
