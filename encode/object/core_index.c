/* SPDX-License-Identifier: BSD-2-Clause */
/* A kernel has some hundred thousand types: those of one name are found by its hash. */
#include "core.h"

#include "hash.h"
#include "memory.h"

enum { BUCKETS = 1 << 15 };

struct core_names {
	uint32_t first; /* id: that many types are another index's */
	uint32_t *next; /* by id - first: the next higher one of its bucket, 0: none */
	uint32_t head[BUCKETS];
};

static uint32_t bucket_of(const char *name, size_t len)
{
	uint64_t h = hash_add(HASH_BEGIN, name, len);
	return (uint32_t)(h ^ h >> 32) % BUCKETS;
}

struct core_names *core_names_new(const struct btf *btf, uint32_t first)
{
	uint32_t end = btf__type_cnt(btf);
	struct core_names *n = memory_new(1, sizeof *n);
	n->first = first;
	n->next = memory_new(end - first, sizeof *n->next);
	for (uint32_t id = end; id-- > first;) { /* chains begin with the lowest */
		const char *name = btf__name_by_offset(btf, btf__type_by_id(btf, id)->name_off);
		if (!name || !*name)
			continue;
		uint32_t *head = &n->head[bucket_of(name, core_plain_length(name))];
		n->next[id - first] = *head;
		*head = id;
	}
	return n;
}

void core_names_free(struct core_names *n)
{
	if (!n)
		return;
	free(n->next);
	free(n);
}

uint32_t core_names_next(const struct core_names *n, const char *name, size_t len, uint32_t after)
{
	return after ? n->next[after - n->first] : n->head[bucket_of(name, len)];
}
