/* SPDX-License-Identifier: BSD-2-Clause */
/* A concrete input: an interpretation of the input functions (input.def). What
 * the table does not hold has a default: 0, or the function's lower bound, or
 * with a seed a pseudo-random value within the bounds. */
#ifndef INPUT_H
#define INPUT_H

#include "tables.h"

#define INPUT_MAX_ARGS 72 /* map, offset and a key of up to 512 bytes, with room to spare */

struct input_entry {
	enum input_fn fn;
	size_t n;
	uint64_t *args;
	uint64_t value;
};
struct input;

struct input *input_new(void);
struct input *input_copy(const struct input *in);
void input_free(struct input *in);
/* seed 0: defaults are 0 (or lo); otherwise hash(seed, fn, args) folded into [lo, hi]. */
void input_set_seed(struct input *in, uint64_t seed);
/* Asked for what the table does not hold, addresses apart; the answer is folded into the bounds. A copy has none. */
typedef uint64_t input_default(void *arg, enum input_fn fn, const uint64_t *args, size_t n);
void input_set_default(struct input *in, input_default *ask, void *arg);
uint64_t input_hash(uint64_t seed, enum input_fn fn, const uint64_t *args, size_t n);
/* From now on defaults that are asked for become entries of `log`, which is another input; NULL: no more. */
void input_set_log(struct input *in, struct input *log);
void input_set(struct input *in, enum input_fn fn, const uint64_t *args, size_t n, uint64_t value);
void input_unset(struct input *in, enum input_fn fn, const uint64_t *args, size_t n);
/* Value within the row's bounds and width. */
uint64_t input_get(const struct input *in, enum input_fn fn, const uint64_t *args, size_t n);
bool input_has(const struct input *in, enum input_fn fn, const uint64_t *args, size_t n);
/* Entries in order of insertion; the pointers die at the next change. */
size_t input_count(const struct input *in);
const struct input_entry *input_at(const struct input *in, size_t i);
/* What names a variable or an extern among an input's arguments: 64-bit FNV-1a. */
uint64_t input_hash_name(const char *name);
#endif
