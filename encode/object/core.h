/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CO-RE relocations: an access string ("0:1:2") walked through the types of the
 * object gives a path of names and indices, which is walked again through the
 * types of a kernel. The rules are libbpf's (its relo_core.c documents them).
 */
#ifndef CORE_H
#define CORE_H

#include "encode/object/program.h"

#include <bpf/btf.h>

enum { CORE_PATH_MAX = 64, CORE_DEPTH_MAX = 32, CORE_WORK_MAX = 1 << 16 };

/* The answer to "does this match", or the types make no sense (a sentence fragment is in the error). */
enum core_answer { CORE_NO, CORE_YES, CORE_BAD };

struct core_error {
	char text[200]; /* "expected ..." */
};
enum core_answer core_fail(struct core_error *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A turning point of a path: a named member of type `type`, or an index (name NULL) to an element of it. */
struct core_step {
	uint32_t type, index;
	const char *name;
};

struct core_path {
	const struct btf *btf;
	uint32_t root;
	enum core_kind kind;
	struct core_step steps[CORE_PATH_MAX];
	unsigned n, depth; /* depth also counts the members without a name that lie between */
	uint64_t bits;     /* offset of a field */
};

/* core_path.c */
bool core_path_parse(const struct btf *btf, const struct core_relo *r, const char *access, struct core_path *out,
		     struct core_error *e);
/* What stands behind qualifiers and typedefs, and its id; NULL with a fragment if nothing does. */
const struct btf_type *core_skip(const struct btf *btf, uint32_t *id, struct core_error *e);
/* Bytes of a type; false if it has no size. */
bool core_size(const struct btf *btf, uint32_t id, uint64_t *size, struct core_error *e);
/* A member or element [index] of an array is there: below its number of elements, or it is a flexible array. */
bool core_has_element(const struct core_path *p, const struct btf_array *a, uint32_t index);
size_t core_plain_length(const char *name); /* without ___flavor */
const char *core_type_name(const struct btf *btf, uint32_t id);
const char *core_enumerator(const struct btf *btf, const struct btf_type *t, unsigned i);
bool core_is_enum(const struct btf_type *t);
bool core_is_struct(const struct btf_type *t); /* or union */
/* Kinds that may stand for each other: the same, or both enumerations. */
bool core_same_kind(const struct btf_type *a, const struct btf_type *b);
bool core_same_name(const char *a, const char *b);

/* core_name.c: sets path, text, size and follows. Two relocations of one path have the same answer in any kernel. */
bool core_name_relo(const struct core_path *p, const char *access, struct core_relo *r, struct core_error *e);

/* core_types.c: are two types of the same plain name compatible, do they match (bpf_core_type_matches)? */
enum core_answer core_types_compatible(const struct btf *a, uint32_t x, const struct btf *b, uint32_t y,
				       struct core_error *e);
enum core_answer core_types_match(const struct btf *a, uint32_t x, const struct btf *b, uint32_t y,
				  struct core_error *e);

/* core_match.c: the local path in the target's type `id`. */
enum core_answer core_path_match(const struct core_path *local, const struct btf *target, uint32_t id,
				 struct core_path *out, struct core_error *e);

/* core_value.c: what a relocation becomes. */
struct core_value {
	uint64_t value;
	uint64_t size;           /* bytes of the field for loads and stores, 0: a bit-field or none */
	enum core_class follows; /* of that field */
	bool exact;              /* the compiler's value must be this one (local paths only) */
};
bool core_value(const struct core_path *p, struct core_value *out, struct core_error *e);

/* core_target.c: the types to resolve against. */
struct core_names; /* core_index.c */
struct object_types {
	char *spec;
	bool open;           /* or else opened when they are needed */
	struct btf *btf[64]; /* the kernel's, then its modules' */
	struct core_names *names[64];
	size_t n;
	bool has_modules; /* which are not loaded until they are needed */
};
enum object_error core_target_open(struct object_types *t, char *err, size_t errlen);
void core_target_load_modules(struct object_types *t);

/* core_index.c: types by their plain names (without ___flavor). */
struct core_names *core_names_new(const struct btf *btf, uint32_t first);
void core_names_free(struct core_names *n);
/* The next type behind `after` (0: the first), by id, whose plain name may be this one: the caller compares. 0: none. */
uint32_t core_names_next(const struct core_names *n, const char *name, size_t len, uint32_t after);
#endif
