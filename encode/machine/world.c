/* SPDX-License-Identifier: BSD-2-Clause */
/* What the programs under comparison share: input functions, tuples, regions. */
#include "encode/machine/world.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_FIRST (1u << 13) /* bytes of the arena; each chunk has twice those of the last, up to CHUNK_MOST */
#define CHUNK_MOST (1u << 16)
#define RESERVE_BYTES (16u << 20) /* never written: costs address space only */

struct chunk {
	struct chunk *next;
	size_t used, size;
	max_align_t data[];
};

/* Gives the reserve back, which lasts until the run looks whether to go on. */
static void world_rescue(struct world *w)
{
	term_give_up(w->pool, TERM_NO_MEMORY);
	free(w->reserve);
	w->reserve = NULL;
}

void *world_alloc(struct world *w, size_t bytes)
{
	bytes = (bytes + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
	struct chunk *c = w->chunks;
	if (!c || c->size - c->used < bytes) {
		size_t next = !c ? CHUNK_FIRST : c->size < CHUNK_MOST ? 2 * c->size : CHUNK_MOST;
		size_t size = bytes > next ? bytes : next;
		c = calloc(1, sizeof *c + size);
		if (!c) {
			world_rescue(w);
			c = world_checked(calloc(1, sizeof *c + size));
		}
		c->size = size;
		c->next = w->chunks;
		w->chunks = c;
	}
	void *p = (char *)c->data + c->used;
	c->used += bytes;
	return p;
}

void *world_grow(struct world *w, void *old, size_t n, size_t size)
{
	void *p = reallocarray(old, n, size);
	if (p)
		return p;
	world_rescue(w);
	return world_checked(reallocarray(old, n, size));
}

void *world_checked(void *p)
{
	if (!p) {
		fputs("bpfprove: out of memory\n", stderr);
		exit(70);
	}
	return p;
}

struct world *world_new(struct term_pool *pool, enum progtype type, const struct map *const *maps, size_t n_maps)
{
	struct world *w = world_checked(calloc(1, sizeof *w));
	w->pool = pool;
	w->type = type;
	w->reserve = malloc(RESERVE_BYTES);
	w->term_limit = 4u << 20;
	w->maps = world_alloc(w, (n_maps + 1) * sizeof *w->maps);
	w->n_maps = n_maps;
	for (size_t i = 0; i < n_maps; i++)
		w->maps[i] = (struct world_map){maps[i], (uint32_t)i};
	for (unsigned fn = 0; fn < IN_COUNT; fn++)
		term_bound(pool, fn, input_rows[fn].lo, input_rows[fn].hi);
	tuple_make(w, NULL, 0);
	region_make(w, REGION_NONE, 0, 0);
	region_make(w, REGION_LOST, 0, 0);
	region_make(w, REGION_WORD, 0, 0);
	mem_init_world(w);
	w->empty_frame = frame_new(w);
	w->n_counters = COUNT_FIXED + MAP_COUNTERS * n_maps;
	return w;
}

void world_free(struct world *w)
{
	if (!w)
		return;
	for (struct chunk *c = w->chunks, *next; c; c = next) {
		next = c->next;
		free(c);
	}
	free(w->reserve);
	free(w->regions);
	free(w->tuples);
	free(w->nodes);
	free(w->node_index);
	free(w->memo);
	free(w->loop_answers);
	free(w);
}

term word_const(struct world *w, uint64_t v)
{
	return term_const(w->pool, 64, v);
}

term world_input(struct world *w, enum input_fn fn, const term *args, size_t n)
{
	return term_apply(w->pool, fn, input_rows[fn].width, args, n);
}

term world_input1(struct world *w, enum input_fn fn, term a)
{
	return world_input(w, fn, &a, 1);
}

term world_input2(struct world *w, enum input_fn fn, term a, term b)
{
	return world_input(w, fn, (term[]){a, b}, 2);
}

tuple tuple_make(struct world *w, const term *words, size_t n)
{
	for (size_t i = w->n_tuples; i-- > 0;)
		if (w->tuples[i].n == n && (!n || !memcmp(w->tuples[i].words, words, n * sizeof *words)))
			return (tuple)i;
	if (w->n_tuples == w->cap_tuples) {
		w->cap_tuples = w->cap_tuples ? 2 * w->cap_tuples : 64;
		w->tuples = world_grow(w, w->tuples, w->cap_tuples, sizeof *w->tuples);
	}
	term *copy = world_alloc(w, (n + 1) * sizeof *copy);
	if (n)
		memcpy(copy, words, n * sizeof *words);
	w->tuples[w->n_tuples] = (struct tuple_row){copy, n};
	return (tuple)w->n_tuples++;
}

const term *tuple_words(const struct world *w, tuple t, size_t *n)
{
	*n = w->tuples[t].n;
	return w->tuples[t].words;
}

term tuple_equal(struct world *w, tuple a, tuple b)
{
	struct term_pool *p = w->pool;
	if (a == b)
		return term_true(p);
	size_t n, m;
	const term *x = tuple_words(w, a, &n), *y = tuple_words(w, b, &m);
	if (n != m)
		return term_false(p);
	term eq = term_true(p);
	for (size_t i = 0; i < n; i++)
		eq = term_and(p, eq, term_eq(p, x[i], y[i]));
	return eq;
}

/* The address of a region is an input; its arguments name the region. */
static term region_base(struct world *w, enum region_kind kind, uint32_t id, tuple key)
{
	term args[INPUT_WORDS];
	size_t n, k = 0;
	const term *words = tuple_words(w, key, &n);
	assert(n + 2 <= INPUT_WORDS);
	switch (kind) {
	case REGION_NONE:
	case REGION_LOST:
	case REGION_WORD:
	case REGION_DYNPTR:
		return word_const(w, 0);
	case REGION_STACK:
		return world_input1(w, IN_AT_STACK, word_const(w, id));
	case REGION_FLOW:
		return world_input(w, IN_AT_FLOW, NULL, 0);
	case REGION_CTX:
		return world_input(w, IN_AT_CTX, NULL, 0);
	case REGION_PACKET:
		/* a socket buffer may have moved to another place meanwhile */
		return world_input(w, IN_AT_PKT, words, progtype_rows[w->type].packet == PACKET_SKB ? 1 : 0);
	case REGION_DATA:
		return world_input1(w, IN_AT_DATA, word_const(w, id));
	case REGION_MAP:
		return n ? world_input2(w, IN_AT_MAP, word_const(w, id), words[0]) : world_input1(w, IN_AT_MAP, word_const(w, id));
	case REGION_FUNC:
		return world_input1(w, IN_AT_FUNC, word_const(w, id));
	case REGION_MEM:
		return world_input1(w, IN_AT_MEM, words[0]);
	case REGION_KERNEL:
		return world_input2(w, IN_AT_KERNEL, words[0], word_const(w, id));
	case REGION_KEY: /* on the kernel's stack, beside the program's frames */
		return world_input1(w, IN_AT_STACK, word_const(w, MAX_FRAMES + id));
	case REGION_VALUE:
		break;
	}
	/* a map value: arguments are map, generation, key words; ARRAY elements have no generation of their own */
	args[k++] = word_const(w, id);
	args[k++] = world_has_generations(w, id) ? words[--n] : word_const(w, 0);
	for (size_t i = 0; i < n; i++)
		args[k++] = words[i];
	return world_input(w, IN_AT_VALUE, args, k);
}

bool world_has_generations(const struct world *w, uint32_t map)
{
	return map_has_generations(w->maps[map].def);
}

uint32_t region_make(struct world *w, enum region_kind kind, uint32_t id, tuple key)
{
	for (size_t i = w->n_regions; i-- > 0;)
		if (w->regions[i].kind == kind && w->regions[i].id == id && w->regions[i].key == key)
			return (uint32_t)i;
	if (w->n_regions == w->cap_regions) {
		w->cap_regions = w->cap_regions ? 2 * w->cap_regions : 32;
		w->regions = world_grow(w, w->regions, w->cap_regions, sizeof *w->regions);
	}
	term base = region_base(w, kind, id, key);
	w->regions[w->n_regions] = (struct region){kind, id, key, base};
	return (uint32_t)w->n_regions++;
}

bool world_holds_address(struct world *w, term number)
{
	term *leaves;
	size_t n = term_leaves(w->pool, &number, 1, &leaves);
	bool found = false;
	for (size_t i = 0; i < n; i++) {
		uint32_t fn = term_fn(w->pool, leaves[i]);
		found |= fn >= IN_AT_STACK && fn <= IN_AT_FUNC && fn != IN_AT_KERNEL;
	}
	free(leaves);
	return found;
}

const struct region *region_at(const struct world *w, uint32_t region)
{
	return &w->regions[region];
}

uint64_t world_hash_name(const char *name)
{
	uint64_t h = 0xcbf29ce484222325ull;
	for (; *name; name++)
		h = (h ^ (uint8_t)*name) * 0x100000001b3ull;
	return h;
}
