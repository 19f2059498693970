/* SPDX-License-Identifier: BSD-2-Clause */
#include "encode/machine/kept.h"
#include "encode/machine/mem_node.h"
#include "encode/machine/world.h"

#include <string.h>

struct kept {
	term *array; /* by node; 0: not only of stores and choices, or of a space whose reads do not stay */
	mem n, cap;
	uint32_t n_reads;
};

void world_keep_reads(struct world *w)
{
	w->kept = world_alloc(w, sizeof *w->kept);
}

/* Bits of an index into a space; 0: its reads do not stay. */
static unsigned kept_bits(const struct world *w, unsigned space)
{
	if (space < SPACE_FIXED)
		return space == SPACE_PACKET ? 64 : 0;
	uint32_t number = (space - SPACE_FIXED) / MAP_SPACES;
	const struct map *m = w->maps[number].def;
	if (m->is_data || (space - SPACE_FIXED) % MAP_SPACES != MAP_VALUES)
		return 0;
	return 64 * (1 + (map_index_size(m) + 7) / 8 + world_has_generations(w, number));
}

static size_t kept_args(struct world *w, term first, term off, term val, tuple key, term *out)
{
	size_t n, k = 0;
	const term *words = tuple_words(w, key, &n);
	out[k++] = first;
	out[k++] = off;
	if (val)
		out[k++] = val;
	memcpy(out + k, words, n * sizeof *out);
	return k + n;
}

/* The leaf of a node whose older ones have theirs. */
static term kept_make(struct world *w, mem m)
{
	const struct mem_node *n = &w->nodes[m];
	const term *array = w->kept->array;
	term args[INPUT_WORDS + 3];
	if (n->kind == MEM_INITIAL) {
		unsigned bits = kept_bits(w, n->off);
		args[0] = word_const(w, bits);
		return bits ? term_apply(w->pool, KEPT_INITIAL + m, 1, args, 1) : 0;
	}
	if (n->kind == MEM_STORE && n->bytes && array[n->prev])
		return term_apply(w->pool, KEPT_STORE + m, 1, args,
				  kept_args(w, array[n->prev], n->off, n->val, n->key, args));
	if (n->kind != MEM_CHOOSE || !array[n->prev] || !array[n->other])
		return 0;
	args[0] = n->val;
	args[1] = array[n->prev];
	args[2] = array[n->other];
	return term_apply(w->pool, KEPT_CHOOSE + m, 1, args, 3);
}

/* Nodes are younger than those that they stand on. */
static term kept_array(struct world *w, mem m)
{
	struct kept *k = w->kept;
	if (m >= k->cap) {
		term *array = world_alloc(w, 2 * (m + 1u) * sizeof *array);
		if (k->n)
			memcpy(array, k->array, k->n * sizeof *array);
		k->array = array;
		k->cap = 2 * (m + 1u);
	}
	for (; k->n <= m; k->n++)
		k->array[k->n] = k->n ? kept_make(w, k->n) : 0;
	return k->array[m];
}

term kept_read(struct world *w, mem m, tuple key, term off)
{
	term array = kept_array(w, m), args[INPUT_WORDS + 3];
	if (!array)
		return 0;
	size_t n = kept_args(w, array, off, 0, key, args);
	return term_apply(w->pool, KEPT_READ + w->kept->n_reads++, 8, args, n);
}
