/* SPDX-License-Identifier: BSD-2-Clause */
/* What searches know of passages that they have been at, by hash: kept over all scenes of a program. */
#ifndef MEMO_H
#define MEMO_H

#include "synth/search/naming.h"

#define MEMO_REJECTED 3

struct memo_entry {
	uint64_t hash;
	bool found;
	unsigned rounds; /* in which nothing was found */
	unsigned n;      /* slots of what was found */
	struct insn insns[TRIAL_SLOTS];
	unsigned n_rejected;
	uint64_t rejected[MEMO_REJECTED]; /* what was found and then not taken, by hash */
};

struct memo {
	struct memo_entry *at; /* open addressing */
	size_t n, room;
	struct cache *cache; /* of earlier runs, NULL: none; its keys are those of namings with `salt` in them */
	uint64_t salt;
};

void memo_release(struct memo *m);
/* NULL: nothing is known. By `name` (may be NULL) earlier runs' finds are known. */
const struct memo_entry *memo_find(struct memo *m, uint64_t hash, const struct naming *name);
/* What was found: n slots. NULL: one more round in vain. */
void memo_put(struct memo *m, uint64_t hash, const struct naming *name, const struct insn *insns, unsigned n);
/* What was found is not to be found again by this run. */
void memo_reject(struct memo *m, uint64_t hash, uint64_t found);
#endif
