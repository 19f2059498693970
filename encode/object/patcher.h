/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the parts of object_patch share. Every code section is cut into bodies:
 * functions, and what lies between them. A body has the code of the file and the
 * code that it gets; immediates of both count in the file's old offsets until
 * the sections are laid out.
 */
#ifndef PATCHER_H
#define PATCHER_H

#include "encode/object/loader.h"
#include "encode/object/patch.h"

#include <elf.h>

/* One slot. */
struct place {
	uint8_t bytes[SLOT];
	uint32_t section, slot; /* of the file: what it comes from; section 0: it is new */
	struct reloc reloc;     /* type 0: none; `off` has no meaning */
	bool is_direct;         /* a local call, or an address, without a relocation: its immediate has no meaning */
	uint32_t callee;        /* then: slot of the section that it goes to */
};

struct ext_record {
	uint32_t section; /* 0: one that the file doesn't have */
	uint32_t name;    /* the section's, offset into .BTF's strings */
	uint32_t off;     /* bytes */
	const uint8_t *bytes;
};

struct code {
	struct place *places;
	size_t n;
	struct ext_record *cores; /* CO-RE records; `off` counts from the code's start */
	size_t n_cores;
};

struct body {
	uint32_t section, start, end; /* slots [start, end) of the section */
	const char *name;             /* of the function, NULL: between functions */
	bool is_shared;               /* functions overlap in it, so it can't be changed */
	bool is_entry;
	struct code old, new;          /* new is old if it did not change */
	const struct program *by;      /* changed by the patch of this program */
	const struct program *kept_by; /* left as it is by the patch of this program */
	uint32_t at;                   /* first slot in the new section */
};

/* A section of the file that is written. */
struct part {
	Elf64_Shdr h;
	uint8_t *data; /* NULL: none */
	bool is_dropped;
	uint32_t index; /* new one */
};

struct ext_list {
	struct ext_record *records; /* in the order of the file */
	size_t n;
	uint32_t size; /* bytes of a record, 0: there are none */
};

struct patcher {
	struct loader l; /* first: ext_read's callbacks get its address */
	const struct object *o;
	const struct object_patch *patches;
	size_t n_patches;
	Elf64_Ehdr header;
	struct part *parts;  /* as l.im.sections */
	struct body *bodies; /* by section and start */
	size_t n_bodies;
	struct ext_list ext[EXT_KINDS];
	struct ext_record *by_slot[EXT_KINDS]; /* those in code of the file, sorted by section and offset */
	size_t n_by_slot[EXT_KINDS];
	bool is_changed;
};

/* patch_body.c: the code of the file. */
bool bodies_read(struct patcher *k);
void code_release(struct code *c);
/* The body that holds the slot, NULL if none. */
struct body *body_find(const struct patcher *k, uint32_t section, uint64_t slot);
/* Where a byte of a code section went; false: its instruction was changed. Other sections stay as they are. */
bool body_move(const struct patcher *k, uint32_t section, uint64_t off, uint64_t *out);

/* patch_link.c: what a slot of patches[i].after names, written into places[0] (and 1: an LDDW's) as the file names it.
 */
bool patch_link(const struct patcher *k, const struct object_patch *u, size_t slot, const struct body *b,
		struct place *places);
/* The place in the file of a slot of a program that was read from it. */
const struct place *patch_place(const struct patcher *k, const struct program *p, size_t slot);

/* patch_new.c: the code that the patches give. */
bool patch_bodies(struct patcher *k);

/* patch_section.c: code sections, their relocations, and whatever names an address in them. */
bool patch_sections(struct patcher *k);

/* patch_ext.c */
bool patch_read_ext(struct patcher *k);
bool patch_write_ext(struct patcher *k);
/* The records of a kind at and behind an offset of a section, up to another. */
const struct ext_record *patch_find_records(const struct patcher *k, enum ext_kind kind, uint32_t section,
					    uint64_t from, uint64_t to, size_t *n);

/* patch_elf.c: parts of the file, and the file that they make. */
void parts_read(struct patcher *k);
void parts_release(struct patcher *k);
struct part *part_find(const struct patcher *k, const char *name);
/* The relocations of a section, NULL if it has none. */
struct part *part_relocs(const struct patcher *k, uint32_t section);
void part_set(struct part *p, uint8_t *data, uint64_t size); /* takes data over */
void parts_choose(struct patcher *k);                        /* DWARF is left out if code changed */
/* What is left gets new numbers, sections and symbols. */
bool parts_number(struct patcher *k);
bool parts_write(const struct patcher *k, uint8_t **bytes, size_t *len);

/* patch_check.c: reads the written file again: the patched programs are what they should be, all others what they were.
 */
bool patch_check(const struct patcher *k, const uint8_t *bytes, size_t len);
#endif
