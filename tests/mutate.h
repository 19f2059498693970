/* SPDX-License-Identifier: BSD-2-Clause */
/* Mutants of a BPF object: one instruction changed in place, so that maps, BTF and relocations stay as they are. */
#ifndef MUTATE_H
#define MUTATE_H

#include <stdbool.h>
#include <stddef.h>

enum mutation {
	MUTATE_CONSTANT, /* an immediate +1, -1 or with a bit flipped */
	MUTATE_STORE,    /* a store dropped */
	MUTATE_BRANCH,   /* a condition inverted: jump and fall-through change places */
	MUTATE_BOUND,    /* a comparison off by one: > for >= and so on */
	MUTATE_WIDTH,    /* an access of half or double the size, 32-bit arithmetic for 64-bit and back */
	MUTATE_PADDING,  /* a store of zero to the stack dropped */
	MUTATE_REGISTER, /* another register as operand */
	MUTATE_OPERATOR, /* + for -, & for | and so on */
	MUTATE_ATOMIC,   /* an atomic operation dropped */
	MUTATE_KINDS,
};

extern const char *const mutate_names[MUTATE_KINDS];

/* The mutation sites of one object, in a fixed order. */
struct mutate;

/* Finds the sites of one function (of all for a NULL or "-" name). On failure NULL, and err holds one sentence. */
struct mutate *mutate_open(const char *path, const char *function, char *err, size_t errlen);
void mutate_close(struct mutate *m);

size_t mutate_slots(const struct mutate *m); /* 8-byte slots of all functions in question */
/* True if both objects have the same bytes in all functions in question: a proof of such a pair says little. */
bool mutate_same_code(const struct mutate *a, const struct mutate *b);
size_t mutate_count(const struct mutate *m, enum mutation kind);

/* Says in one line what mutant `index` (below mutate_count) of this kind is: "function+slot kind: `old` -> `new`". */
void mutate_describe(const struct mutate *m, enum mutation kind, size_t index, char *text, size_t len);
/* Writes that mutant's object. On failure false, and err holds one sentence. */
bool mutate_apply(const struct mutate *m, enum mutation kind, size_t index, const char *path, char *err, size_t errlen);
#endif
