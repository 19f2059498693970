/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs to attack the safety prover with: accepted ones, changed here and there, all from a seed. */
#ifndef ATTACK_BASE_H
#define ATTACK_BASE_H

#include "encode/object/program.h"

struct attack_bases {
	struct object **at;
	size_t n;
};

/* The accepted texts of a folder that tests/verifier_text.c wrote, or objects of any folder; programs of at most 400
 * slots. Returns how many objects were added. */
size_t attack_read_bases(struct attack_bases *b, const char *dir);
void attack_release_bases(struct attack_bases *b);

/* A changed program of its own, its object's maps those of the base. One in two comes from the random generator. */
struct attack_program {
	struct program program; /* insns are its own */
	struct object *object;  /* not NULL: of a generated one, owned */
	char name[200];         /* what it was made from */
};
/* False: the change made no program. */
bool attack_make(const struct attack_bases *b, uint64_t seed, struct attack_program *out);
void attack_release(struct attack_program *a);
/* Does what its instructions are now make a program that could be read? */
bool attack_is_program(const struct program *p);
#endif
