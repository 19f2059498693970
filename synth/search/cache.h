/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A user's own finds, kept from run to run: for the hash of a passage, its
 * facts and what is live behind it, the best replacement that was proved, or
 * that a search found none. An SQLite database, so that runs at the same time
 * or killed in between do no harm. What is read is a proposal like any other.
 */
#ifndef CACHE_H
#define CACHE_H

#include "encode/isa/insn.h"

#define CACHE_SLOTS 16 /* of a replacement at most */

struct cache_entry {
	bool found;      /* false: searched in vain */
	unsigned rounds; /* how often in vain */
	unsigned n;
	struct insn insns[CACHE_SLOTS]; /* LDDW with its second slot */
};

struct cache;

/* The file at `path`; NULL: "finds" in $XDG_CACHE_HOME/bpfprove or ~/.cache/bpfprove. It and its folder are made. A
 * file that is no cache of this version gives way to an empty one. `note` is then, or where NULL is returned because
 * there can be none, one sentence, else "". */
struct cache *cache_open(const char *path, char *note, size_t len);
void cache_close(struct cache *c);
/* False: nothing is known. */
bool cache_find(struct cache *c, uint64_t key, struct cache_entry *out);
/* Keeps it; what other programs can't use (addresses of maps, calls) is left out. */
void cache_put(struct cache *c, uint64_t key, const struct cache_entry *e);
#endif
