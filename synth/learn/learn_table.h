/* SPDX-License-Identifier: BSD-2-Clause */
/* Results by what they do to a set of samples, found by a hash. */
#ifndef LEARN_TABLE_H
#define LEARN_TABLE_H

#include "synth/learn/learn_form.h"
#include "synth/learn/learn_sample.h"

/* What a side does on all samples: a hash for each register, for memory, for the jump. */
struct learn_effect {
	uint64_t regs[LEARN_REGS], memory, taken;
};

struct learn_entry {
	uint64_t key;
	uint32_t form; /* index in the class's results, UINT32_MAX: no instruction */
	uint32_t cost;
};

struct learn_table {
	struct learn_effect *effects; /* of n entries */
	uint32_t *forms, *costs;
	size_t n;
	struct learn_entry *by_live[1u << LEARN_REGS]; /* made when asked for: registers that count, a bit each; sorted
							  by key, then cost */
};

/* False: some instruction does not work on some sample. */
bool learn_effect_of(const struct learn_samples *s, const struct rule_insn *side, unsigned n, struct learn_effect *out);
uint64_t learn_key(const struct learn_effect *e, unsigned live);
void learn_table_make(struct learn_table *t, const struct learn_samples *s, const struct learn_forms *results);
void learn_table_release(struct learn_table *t);
/* The entries of a key; NULL if there are none. */
const struct learn_entry *learn_table_find(struct learn_table *t, unsigned live, uint64_t key, size_t *n);
#endif
