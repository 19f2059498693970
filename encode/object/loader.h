/* SPDX-License-Identifier: BSD-2-Clause */
/* What the steps of object_parse share: image -> types -> maps -> functions -> programs -> lines. */
#ifndef LOADER_H
#define LOADER_H

#include "encode/object/image.h"
#include "encode/object/program.h"

#include <bpf/btf.h>

enum { SLOT = 8 }; /* bytes of an instruction slot */
enum { OPCODE_LDDW = 0x18, OPCODE_CALL = 0x85 };
enum { RELOC_64_64 = 1, RELOC_ABS64 = 2, RELOC_ABS32 = 3, RELOC_NODYLD32 = 4, RELOC_64_32 = 10 }; /* llvm's R_BPF_* */

/* An object and what its pointers need beside it. */
struct store {
	struct object object; /* first: object_free gets its address */
	char *strings;        /* of .BTF: file names and text of lines */
	uint8_t *types;       /* the whole .BTF section, for object_write */
	uint32_t types_len;
	uint8_t *file; /* all bytes, for object_patch; NULL if it was not read from an ELF file */
	size_t file_len;
};

/* A function of a code section: candidate for an entry and for a callee. */
struct function {
	uint32_t section, start, end; /* slots [start, end) of the section */
	const char *name;
	bool is_global, is_program;
	uint32_t program, piece; /* linked into that program (numbered from 1) as that piece */
};

/* One record of .BTF.ext's line info. */
struct source_line {
	uint32_t section, slot, number, file, text; /* file and text: offsets into .BTF's strings */
};

/* One record of .BTF.ext's CO-RE relocations. */
struct core_record {
	uint32_t section, slot, type, access; /* access: offset into .BTF's strings */
	uint32_t number;
	enum core_kind kind;
};

struct loader {
	struct image im;
	struct btf *btf; /* NULL without .BTF */
	uint32_t strings_len;
	struct store *store;
	struct object *o;
	int *section_map, *symbol_map, *symbol_extern; /* index by section or symbol, -1 if none */
	struct function *functions;                    /* by section and start */
	size_t n_functions;
	struct source_line *lines; /* by section and slot */
	size_t n_lines;
	struct core_record *relos; /* by section and slot */
	size_t n_relos;
	size_t slots; /* linked so far, over all programs */
};

/* .BTF: checks it and hands it to libbpf. */
bool types_read(struct loader *l);
/* The header of raw BTF; false with a fragment ("expected ...") in why. */
bool types_check_header(const uint8_t *bytes, size_t len, char *why, size_t whylen);
/* The type behind const, volatile, restrict, typedef and tags; NULL if there is none. */
const struct btf_type *types_skip(const struct btf *btf, uint32_t id);
/* A volatile on the way to the named type, or to an array's elements. */
bool types_is_volatile(const struct btf *btf, uint32_t id);
const char *types_name(const struct btf *btf, const struct btf_type *t);
/* The DATASEC of that name, NULL if none. */
const struct btf_type *types_section(const struct btf *btf, const char *name);

bool maps_read(struct loader *l); /* .maps and legacy map sections; sets symbol_map */
bool data_read(struct loader *l); /* data sections; sets section_map */
struct map *loader_add_map(struct loader *l, const char *name);

/* Special fields: of the values of a map whose type that is, of the variables of data sections, one by its word in
 * assembly text (false: no such word, or no room). */
void special_read(const struct btf *btf, struct map *m, uint32_t type);
void special_read_data(const struct loader *l);
bool special_add(struct map *m, const char *kind, uint32_t off);

/* A hash of the type of a symbol that the kernel gives, and of where it gives it; 0: the object doesn't tell. */
uint64_t extern_type(const struct loader *l, const char *name);

bool functions_read(struct loader *l);
/* The function that begins at that slot, NULL if none. */
struct function *function_find(const struct loader *l, uint32_t section, int64_t slot);

bool programs_read(struct loader *l); /* links every program */
bool lines_read(struct loader *l);
/* .BTF.ext: a header (magic, version, flags, length, then offset and length of each kind, counted from the header's
 * end), and the records of each kind in groups of one section. `section` is a string of .BTF. */
enum ext_kind { EXT_FUNC, EXT_LINE, EXT_CORE, EXT_KINDS };
enum { EXT_HEADER = 4 };
#define EXT_FIELD(kind) (8u + 8u * (kind))
typedef bool (*ext_record_fn)(struct loader *l, const char *section, const uint8_t *record, uint32_t size);
bool ext_read(struct loader *l, enum ext_kind kind, ext_record_fn each);
/* What the decoder leaves open: jumps stay inside their function; maps,
 * offsets into their values and externs exist. On failure err is "instruction I: ...". */
bool program_check(const struct program *p, char *err, size_t errlen);
/* Sets p->subs: the entry and every target of a local call or function address. */
void program_find_subs(struct program *p);
/* Takes the instructions of a program that can't be used, and keeps the sentence that says why. */
void program_refuse(struct program *p, const char *why);
/* Is there a program, and none of them can be used? Then err is the first one's sentence. */
bool programs_all_refused(const struct object *o, char *err, size_t errlen);
/* BPF_F_* of the map of a data section, as libbpf creates it. */
uint32_t data_flags(bool frozen);
/* Tells variables of one name apart, in the same way in every object that has the same ones (variable.twin). */
void data_number_twins(const struct object *o);
/* Adds the source lines of a function that was linked at slot `at` of the program. */
void lines_add(const struct loader *l, struct program *p, const struct function *f, uint32_t at);

/* CO-RE records: taken from .BTF.ext, settled, and given to the program at whose slot `at` a function was linked. */
bool core_add_record(struct loader *l, const char *section, const uint8_t *record, uint32_t size);
bool core_settle_records(struct loader *l);
bool core_add(const struct loader *l, struct program *p, const struct function *f, uint32_t at);
void core_release_relos(struct program *p);

/* Sets type, expected, expected_attach and sleepable from p->section. */
void progtype_set(struct program *p);
#endif
