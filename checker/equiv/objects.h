/* SPDX-License-Identifier: BSD-2-Clause */
/* Do two objects do the same? The pairs of their programs, decided one by one. */
#ifndef OBJECTS_H
#define OBJECTS_H

#include "checker/equiv/equiv.h"

struct object_pair {
	const struct program *a, *b; /* b NULL: only in the first object; a NULL: only in the second */
	struct tape *tape;           /* of what the solver is asked about it; NULL: none */
	struct equiv_result result;  /* of two programs, from objects_decide on */
};

struct object_pairs {
	struct object_pair *at; /* the first object's programs in order, then those that only the second has */
	size_t n;
	bool allow_missing; /* a program without a partner does not count */
};

/* Reads an ELF object, or assembly text if the name ends in .s or .bpf, or has no ending and plain text in it, and resolves its CO-RE relocations against
 * `btf` (see object_resolve). Errors as object_read's. */
enum object_error objects_read(const char *path, const char *btf, struct object **out, char *err, size_t len);
/* The same with types that several objects share. */
enum object_error objects_read_by(const char *path, struct object_types *types, struct object **out, char *err,
				  size_t len);
/* A solver that stops `timeout` seconds from now; limits as in option.def, 0 for none. NULL with a sentence in err. */
struct solver *objects_open_solver(const char *spec, unsigned timeout, unsigned query_timeout, unsigned memory,
				   char *err, size_t len);

/* Pairs the programs, or only those of that function or section name if it is not NULL. The objects stay the
 * caller's and outlive the pairs. */
void objects_pair(const struct object *a, const struct object *b, const char *name, bool allow_missing,
		  struct object_pairs *out);
/* Is there anything to decide? False with a sentence in err if no program has that name, or if programs without a
 * partner don't count and none has one: an answer about nothing would read like a proof. */
bool objects_check(const struct object_pairs *pairs, const char *path, const char *name, char *err, size_t len);
/* Decides every pair of two programs; once *opt->stop is set the rest is unknown. `progress` (may be NULL) is told
 * the number of pairs that are done and the next one's name ("" at the end). */
typedef void objects_progress(size_t done, size_t n, const char *name);
void objects_decide(struct object_pairs *pairs, const struct equiv_options *opt, objects_progress *progress);
/* Refuted if one pair is refuted or a program has no partner, else unknown if one is, else proved. */
enum verdict objects_verdict(const struct object_pairs *pairs);
void objects_release(struct object_pairs *pairs);
#endif
