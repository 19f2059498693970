/* SPDX-License-Identifier: BSD-2-Clause */
/* What only the machine's own files share. */
#ifndef WORLD_H
#define WORLD_H

#include "encode/machine/machine.h"

#define INPUT_WORDS 72 /* arguments of one input function at most */

struct tuple_row {
	const term *words;
	size_t n;
};

/* reallocarray that does not fail at first: the pool gives up instead. */
void *world_grow(struct world *w, void *old, size_t n, size_t size);
void *world_checked(void *p); /* p, or ends the process when the allocation failed */
void mem_init_world(struct world *w);
/* The one word of a key in MAP_PRESENT, MAP_GENERATION and SPACE_MEM_STATE, kept at offset 0. */
mem mem_store_word(struct world *w, mem m, tuple key, term val);
bool world_has_generations(const struct world *w, uint32_t map);
/* Does the path condition imply cond, as far as its conjuncts show? (false: not known) */
bool guard_implies(struct world *w, term guard, term cond);
/* Unsigned upper bound of x under the path condition. */
uint64_t guard_upper_bound(struct world *w, term guard, term x);
/* Is the number made of an address of the program's own memory, which KMEM doesn't have? */
bool world_holds_address(struct world *w, term number);
/* context_offset.c: field_load and field_store where the offset is no constant */
struct value context_load_anywhere(struct run *r, struct state *s, term guard, term off, unsigned bytes);
void context_store_anywhere(struct run *r, struct state *s, term guard, term off, unsigned bytes, term word);
/* packet_load.c; where the bytes are not there, run.leaves returns from the function. */
bool packet_load(struct run *r, struct state *s, const struct insn *in);
/* core.c: CO-RE relocations that were left symbolic. */
term core_value_of(struct run *r, struct state *s, const struct core_relo *relo); /* 64 bits */
struct value core_load(struct run *r, struct state *s, const struct insn *in, const struct core_relo *relo,
                       const struct value *base);
void core_store(struct run *r, struct state *s, const struct insn *in, const struct core_relo *relo,
                const struct value *base, const struct value *v);
/* FNV-1a, 64 bits: names global variables and externs in inputs. */
uint64_t world_hash_name(const char *name);
#endif
