/* SPDX-License-Identifier: BSD-2-Clause */
/* Objects and programs as the rest of bpfprove sees them: what a loader would
 * hand to the kernel, before any kernel is asked. */
#ifndef PROGRAM_H
#define PROGRAM_H

#include "encode/isa/insn.h"
#include "tables.h"

#define VARIABLE_TWINS (1u << 24)
/* One variable of a data section (from the symbol table, and BTF where there is one). */
struct variable {
	char *name;       /* symbol name */
	uint32_t off, size;
	uint32_t twin;    /* static variables of linked files may share a name: how many of this object come before in
			     sections of this kind, and behind that, in units of VARIABLE_TWINS, which kind it is */
	bool is_volatile; /* `const volatile`: user space may set it before loading, so its bytes are input */
};

/* What of a map's value is the kernel's: a program may only hand its address to helpers made for it. */
enum special_kind { SPECIAL_LOCK, SPECIAL_TIMER, SPECIAL_KPTR, SPECIAL_OTHER };
struct special {
	enum special_kind kind;
	uint32_t off, size; /* bytes */
};

struct map {
	char *name;      /* symbol name; for data sections the section's name (".rodata", ".bss.x") */
	enum maptype type;
	uint32_t key_size, value_size, max_entries, flags; /* bytes, bytes, entries, BPF_F_* */
	int inner;       /* map-in-map: index of the inner definition in object.maps, else -1 */
	bool is_inner;   /* some other map's inner definition */
	uint64_t attributes; /* hash of what else its definition says, which is no part of a run: pinning, NUMA node, what
				it holds at first */
	struct special *specials; /* as far as BTF tells */
	size_t n_specials;
	/* data sections only (an array map with one entry): */
	bool is_data;    /* .data*, .bss*, .rodata*, .kconfig */
	bool frozen;     /* .rodata*: no program can write it */
	uint8_t *bytes;  /* value_size initial bytes, NULL if not a data section */
	struct variable *vars;
	size_t n_vars;   /* sorted by off, not overlapping */
};

/* Bytes of what tells a map's elements apart: the key, or a word in its place. A trie's element has a number of its own,
 * since several keys find it; storage belongs to the object at an address. Behind the key of an inner map, in whole words, stands
 * which of those of its definition it is. */
static inline uint32_t map_index_size(const struct map *m)
{
	enum map_model model = maptype_rows[m->type].model;
	if (m->is_inner)
		return (m->key_size + 7) / 8 * 8 + 8;
	return model == MAP_TRIE || model == MAP_STORAGE ? 8 : model == MAP_LOCAL ? 0 : m->key_size;
}

/* Do the 8 bytes at `off` hold a kernel pointer, also one that is not trusted or points into user memory? */
bool map_holds_pointer(const struct map *m, uint64_t off);
/* The special field that has a byte of [off, off + size), NULL: none. */
const struct special *map_find_special(const struct map *m, uint64_t off, uint64_t size);

/* May a program that a helper sets off change what is in it? */
static inline bool map_may_change(const struct map *m)
{
	return m->is_data ? !m->frozen : maptype_rows[m->type].model != MAP_MAPS;
}
/* Do others see its values while the program runs? */
static inline bool map_is_shared(const struct map *m)
{
	return m->is_data ? !m->frozen : maptype_rows[m->type].shared;
}
/* May an element be replaced by another one of the same key? */
static inline bool map_has_generations(const struct map *m)
{
	enum map_model model = maptype_rows[m->type].model;
	return !m->is_data && (model == MAP_HASH || model == MAP_LRU || model == MAP_INPLACE || model == MAP_STORAGE);
}

/* A kernel symbol or kconfig value that is resolved at load time only. */
struct extern_symbol {
	char *name;
	bool is_weak, is_function;
	uint64_t type;           /* hash of how it is declared, where BTF tells, else 0 */
	struct helper_row *call; /* of a function whose prototype is known, else NULL */
};

struct line {
	uint32_t slot;  /* first instruction slot of this line */
	uint32_t number;
	char *file;     /* owned by the object */
	char *text;     /* source text or "" */
};

/* CO-RE relocations, see core.def. */
enum core_kind {
#define CORE(name, ...) CORE_##name,
#include "core.def"
#undef CORE
	CORE_KINDS
};
enum core_about { CORE_ABOUT_FIELD, CORE_ABOUT_TYPE, CORE_ABOUT_ENUM };
struct core_row {
	enum core_about about;
	uint8_t bits;
	enum core_kind needs;
	const char *text;
};
extern const struct core_row core_rows[CORE_KINDS];

/* A load or store may follow its field to another size if both in the object and in the kernel it is of one class. */
enum core_class { CORE_FIXED, CORE_UNSIGNED, CORE_POINTER };

/* What the input CORE (input.def) asks of a path beside the values of core.def. */
enum core_aspect {
	CORE_MEMORY_SIZE = CORE_KINDS, /* bytes of the field for loads and stores, 0: it is a bit-field */
	CORE_IS_UNSIGNED,              /* it is an unsigned integer */
};

/* A value that the kernel's types will give: the immediate of an ALU instruction or an LDDW, the offset of a load or
 * store. The instruction holds what the compiler wrote. */
struct core_relo {
	uint32_t slot;
	enum core_kind kind;
	uint64_t path;           /* hash of the names on the way: the same question has the same in every object */
	char *text;              /* for people: "struct task_struct.real_parent" */
	uint32_t size;           /* FIELD_OFFSET: bytes of the field as compiled, 0: a bit-field */
	enum core_class follows; /* of that field */
	uint32_t type, access;   /* in the object's BTF: id of the root, offset of the access string */
	uint32_t number;         /* in the order of the file */
	bool is_fixed;           /* a field of a context, which the kernel's interface keeps where the compiler has it */
	bool has_answer;         /* by object_answer: what the instruction would become */
	struct insn answer;
};

struct subprogram {
	char *name;
	uint32_t start, end; /* slots [start, end) */
	bool is_global;
	uint32_t section, at; /* where it is in the ELF file: section, first slot there; section 0: in none */
};

/* One loadable program: the entry function at slot 0, followed by every
 * subprogram it reaches, with all relocations applied. */
struct program {
	char *name, *section;   /* function symbol; ELF section name */
	char *error;            /* NULL, or one sentence: it could not be linked or decoded, and has no instructions */
	enum progtype type;     /* from the section's name, PROGTYPE_UNSPEC if it says nothing */
	const char *expected;   /* the section's attach point text after the first '/', or "" */
	uint32_t expected_attach; /* enum bpf_attach_type, 0 if none */
	bool sleepable;
	bool has_type_ids;      /* some immediate is the number of a type in the object's own BTF */
	struct object *object;  /* owner */
	struct insn *insns;
	size_t n;               /* slots */
	struct subprogram *subs;
	size_t n_subs;          /* subs[0] is the entry */
	struct line *lines;
	size_t n_lines;         /* sorted by slot */
	struct core_relo *relos; /* those left symbolic */
	size_t n_relos;          /* sorted by slot, one a slot */
};

struct object {
	char *path;
	char *license;          /* the license section's text, "" if none */
	uint32_t kern_version;
	struct map *maps;
	size_t n_maps;
	struct program **programs; /* in order of section and offset */
	size_t n_programs;
	struct extern_symbol *externs;
	size_t n_externs;
	size_t n_core_relos;    /* CO-RE relocations in the file, also of functions that no program uses */
	char *btf;              /* whose types they were resolved against, NULL: they are symbolic, or there are none */
};

/* The inner definition of a map of maps; -1: none, or one of its maps may be another that the program reaches too. */
int program_inner_map(const struct program *p, size_t outer);

/* How an object could not be read: the exit status follows from it. */
enum object_error { OBJECT_OK, OBJECT_UNREADABLE /* 66 */, OBJECT_MALFORMED /* 65 */ };

/* Reads a relocatable BPF ELF file. CO-RE relocations stay symbolic (program.relos).
 * On failure *out is NULL and err holds one sentence: file, section, symbol or
 * offset, what was expected. A program that is refused is kept with its error,
 * unless all are. Never crashes on any input. */
enum object_error object_read(const char *path, struct object **out, char *err, size_t errlen);
/* The same from memory; `path` is only for messages. The bytes are copied. */
enum object_error object_parse(const char *path, const uint8_t *bytes, size_t len, struct object **out, char *err,
                               size_t errlen);
/* A one-program object from assembly text without an ELF file (tests, text cases).
 * Directives, one a line, before the instructions:
 *   .program NAME SECTION            (default: prog, xdp)
 *   .map NAME TYPE KEY VALUE ENTRIES [FLAGS [INNER]]   (INNER: an earlier map's name)
 *   .special MAP KIND OFFSET         (of its values: lock, timer, kptr, other)
 *   .data NAME HEXBYTES | .rodata NAME HEXBYTES | .bss NAME SIZE   (a section with one variable)
 *   .extern NAME [RESULT [ARGUMENT ...]]   (in order: `extern[0]`, kernel-function#0; the prototype in the words of
 *                                    kfunc_declare)
 * The name of a variable is its address (`r1 = NAME ll`); the section is called
 * ".data.NAME" and so on. The license is GPL.
 * Errors are "PATH:LINE:COLUMN: sentence". */
enum object_error object_assemble(const char *path, const char *text, struct object **out, char *err, size_t errlen);
/* A one-program object from the n slots of its instructions, without a type. */
enum object_error object_decode(const char *path, const uint8_t *bytes, size_t n, struct object **out, char *err,
                                size_t errlen);
/* Resolves the CO-RE relocations of every program: `btf` is "kernel" (the running one's types), "none" (they stay
 * symbolic), a file (raw BTF, or ELF with a section .BTF), or NULL: the kernel's if it shows them, else none. An
 * instruction whose relocation has no answer there becomes a call of CORE_UNRESOLVED, as libbpf has it. */
enum object_error object_resolve(struct object *o, const char *btf, char *err, size_t errlen);
/* The same for several objects, which read the types once; in one thread at a time. `spec` as `btf` above. */
struct object_types;
struct object_types *object_types_new(const char *spec);
void object_types_free(struct object_types *t); /* NULL is allowed */
enum object_error object_resolve_by(struct object *o, struct object_types *types, char *err, size_t errlen);
#define CORE_UNRESOLVED 0xbad2310
/* The same, but the relocations stay symbolic: each of them only learns what its instruction would become. */
enum object_error object_answer(struct object *o, const char *btf, char *err, size_t errlen);
/* The program as the answers of its relocations have it: a copy to be freed with program_free_settled, whose object and names
 * are p's. NULL: it has no symbolic ones, or one without an answer. */
struct program *program_settle(const struct program *p);
/* The same, but immediates stay symbolic, and have no answers any more. */
struct program *program_settle_accesses(const struct program *p);
void program_free_settled(struct program *p); /* NULL is allowed */
/* Writes the object as a BPF ELF file that libbpf loads: programs as they are now
 * in `insns` and `subs`, maps, data, license. Line info and initial contents of
 * map-in-map are lost, CO-RE values stay as compiled. On failure false and err is
 * one sentence. */
bool object_write(const struct object *o, const char *path, char *err, size_t errlen);
void object_free(struct object *o);

/* The type of that name (progtype.def's, in any case) or that a section of that name tells; PROGTYPE_UNSPEC if none. */
enum progtype progtype_find(const char *name);

/* The program of that name (or section if name matches none), NULL if none. */
struct program *object_find(const struct object *o, const char *name);
int object_find_map(const struct object *o, const char *name); /* index or -1 */
/* The source line of a slot, NULL if unknown. */
const struct line *program_line(const struct program *p, size_t slot);
/* The symbolic relocation of a slot, NULL if none. */
const struct core_relo *program_core(const struct program *p, size_t slot);
bool program_is_symbolic(const struct program *p); /* some slot has one */
/* Do the numbers of types mean the same in both? */
bool object_has_same_types(const struct object *a, const struct object *b);
/* Of the function at a slot and those that it reaches, up to the places that they have; `numbers` of maps as in
 * exec_options. */
uint64_t program_code_hash(const struct program *p, uint32_t slot, const uint32_t *numbers);
/* The subprogram that holds a slot. */
const struct subprogram *program_sub(const struct program *p, size_t slot);
#endif
