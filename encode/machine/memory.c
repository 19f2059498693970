/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory DAG: read over write, byte by byte, with everything memoised. */
#include "encode/machine/kept.h"
#include "encode/machine/mem_node.h"
#include "encode/machine/world.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct memo {
	mem m;
	tuple key;
	term off, byte;
};

/* Slot of the index where an equal node is, or where it belongs. */
static size_t node_slot(const struct world *w, const struct mem_node *n)
{
	const uint32_t words[] = {n->kind, n->prev, n->other, n->key, n->off, n->to, n->val, n->bytes};
	uint64_t h = 0;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		h = (h ^ words[i]) * 0x9e3779b97f4a7c15ull, h ^= h >> 29;
	size_t i = (size_t)h & (2 * w->cap_nodes - 1);
	for (; w->node_index[i]; i = (i + 1) & (2 * w->cap_nodes - 1)) {
		const struct mem_node *o = &w->nodes[w->node_index[i]];
		if (o->kind == n->kind && o->prev == n->prev && o->other == n->other && o->key == n->key && o->off == n->off &&
		    o->to == n->to && o->val == n->val && o->bytes == n->bytes)
			break;
	}
	return i;
}

static bool grow_nodes(struct world *w)
{
	size_t cap = w->cap_nodes ? 2 * w->cap_nodes : 64;
	mem *index = calloc(2 * cap, sizeof *index);
	struct mem_node *nodes = index ? reallocarray(w->nodes, cap, sizeof *nodes) : NULL;
	if (!nodes) {
		free(index);
		term_give_up(w->pool, TERM_NO_MEMORY);
		return false;
	}
	free(w->node_index);
	w->node_index = index;
	w->nodes = nodes;
	w->cap_nodes = cap;
	for (size_t i = 1; i < w->n_nodes; i++)
		w->node_index[node_slot(w, &w->nodes[i])] = (mem)i;
	return true;
}

/* Equal nodes are one: two runs that do the same end with the same memories. */
static mem node_push(struct world *w, struct mem_node n)
{
	if (w->n_nodes == w->cap_nodes && !grow_nodes(w))
		return n.prev ? n.prev : w->initial[n.off]; /* some memory of this space: nobody will read it */
	size_t slot = node_slot(w, &n);
	if (w->node_index[slot])
		return w->node_index[slot];
	w->nodes[w->n_nodes] = n;
	if (w->n_nodes > 0) /* id 0 is no node */
		w->node_index[slot] = (mem)w->n_nodes;
	return (mem)w->n_nodes++;
}

void mem_init_world(struct world *w)
{
	size_t spaces = SPACE_FIXED + w->n_maps * MAP_SPACES;
	w->initial = world_alloc(w, spaces * sizeof *w->initial);
	if (!grow_nodes(w))
		world_checked(NULL);
	node_push(w, (struct mem_node){0});
	for (size_t i = 0; i < spaces; i++)
		w->initial[i] = node_push(w, (struct mem_node){.kind = MEM_INITIAL, .off = (term)i});
	w->cap_memo = 64;
	w->memo = world_checked(calloc(w->cap_memo, sizeof *w->memo));
}

mem mem_initial(struct world *w, unsigned space)
{
	return w->initial[space];
}

mem mem_store(struct world *w, mem m, tuple key, term off, unsigned bytes, term val)
{
	assert(bytes >= 1 && bytes <= 8 && term_width(w->pool, val) == 8 * bytes);
	return node_push(w, (struct mem_node){MEM_STORE, m, 0, key, off, 0, val, bytes});
}

mem mem_fill(struct world *w, mem m, tuple key, term from, term to, term byte)
{
	return node_push(w, (struct mem_node){MEM_FILL, m, 0, key, from, to, byte, 0});
}

mem mem_move(struct world *w, mem m, tuple key, term from, term to, term by)
{
	if (from == to)
		return m;
	return node_push(w, (struct mem_node){MEM_MOVE, m, 0, key, from, to, by, 0});
}

mem mem_choose(struct world *w, term c, mem a, mem b)
{
	if (a == b || term_is_true(w->pool, c))
		return a;
	if (term_is_false(w->pool, c))
		return b;
	return node_push(w, (struct mem_node){MEM_CHOOSE, a, b, 0, 0, 0, c, 0});
}

mem mem_stretch(struct world *w, mem m, tuple key, term from, term to, unsigned argument, term word, mem kernel)
{
	return node_push(w, (struct mem_node){MEM_STRETCH, m, kernel, key, from, to, word, argument});
}

mem mem_after(struct world *w, unsigned space, term position)
{
	return node_push(w, (struct mem_node){.kind = MEM_AFTER, .off = (term)space, .val = position});
}

/* Words of the key without the generation: an element of a later one is written whole before it is read. */
static size_t key_words(struct world *w, unsigned space, tuple key, term *out)
{
	size_t n;
	const term *words = tuple_words(w, key, &n);
	assert(n + 3 <= INPUT_WORDS);
	if (n)
		memcpy(out, words, n * sizeof *out);
	uint32_t number = (space - SPACE_FIXED) / MAP_SPACES;
	bool element = (space - SPACE_FIXED) % MAP_SPACES == MAP_VALUES && !w->maps[number].def->is_data;
	return n - (element && world_has_generations(w, number));
}

static term map_after_byte(struct world *w, const struct mem_node *n, tuple key, term off)
{
	enum map_space which = (n->off - SPACE_FIXED) % MAP_SPACES;
	term args[INPUT_WORDS] = {n->val, word_const(w, (n->off - SPACE_FIXED) / MAP_SPACES), off};
	size_t fixed = which == MAP_VALUES ? 3 : 2;
	if (which == MAP_GENERATION)
		return n->val;
	size_t k = key_words(w, n->off, key, args + fixed);
	return world_input(w, which == MAP_VALUES ? IN_AFTER_BYTE : IN_AFTER_HAS, args, fixed + k);
}

static term after_byte(struct world *w, const struct mem_node *n, tuple key, term off)
{
	if (n->off >= SPACE_FIXED)
		return map_after_byte(w, n, key, off);
	uint64_t what = n->off == SPACE_CTX ? AFTER_CONTEXT : n->off == SPACE_PACKET ? AFTER_PACKET : AFTER_KERNEL;
	term byte = world_input(w, IN_AFTER, (term[]){n->val, word_const(w, what), off}, 3);
	return what == AFTER_CONTEXT ? field_byte(w, off, byte) : byte;
}

/* Initial contents. */

static term data_byte(struct world *w, const struct map *m, term off)
{
	struct term_pool *p = w->pool;
	uint64_t o;
	if (!term_is_const(p, off, &o)) {
		term t = term_const(p, 8, 0); /* a choice over the offsets that the facts allow */
		struct range r = term_range(p, off);
		uint64_t last = r.hi < m->value_size ? r.hi : m->value_size - 1;
		for (uint64_t i = r.lo; i <= last && i < m->value_size; i++) {
			term here = term_eq(p, off, word_const(w, i));
			if (!term_is_false(p, here))
				t = term_ite(p, here, data_byte(w, m, word_const(w, i)), t);
		}
		return t;
	}
	if (o >= m->value_size)
		return term_const(p, 8, 0);
	for (size_t i = 0; i < m->n_vars; i++) {
		const struct variable *v = &m->vars[i];
		if (o < v->off || o >= (uint64_t)v->off + v->size)
			continue;
		if (m->frozen && !v->is_volatile)
			break;
		return world_input2(w, IN_DATA, word_const(w, world_hash_name(v->name) + v->twin),
		                    word_const(w, o - v->off));
	}
	if (m->frozen)
		return term_const(p, 8, m->bytes[o]);
	return world_input2(w, IN_DATA, word_const(w, world_hash_name(m->name)), off);
}

static term map_initial_byte(struct world *w, unsigned space, tuple key, term off)
{
	uint32_t number = (space - SPACE_FIXED) / MAP_SPACES;
	const struct map *m = w->maps[number].def;
	if (m->is_data)
		return data_byte(w, m, off);
	term args[INPUT_WORDS] = {word_const(w, number), off};
	enum map_space which = (space - SPACE_FIXED) % MAP_SPACES;
	size_t fixed = which == MAP_VALUES ? 2 : 1;
	if (which == MAP_GENERATION)
		return word_const(w, 0);
	size_t n = key_words(w, space, key, args + fixed);
	return world_input(w, which == MAP_VALUES ? IN_MAP_BYTE : IN_MAP_HAS, args, fixed + n);
}

static term flow_byte(struct world *w, term off)
{
	struct term_pool *p = w->pool;
	uint64_t o;
	if (term_is_const(p, off, &o)) {
		int source = o < FLOW_KEYS_SIZE ? flow_keys_source((unsigned)o) : -1;
		return source < 0 ? term_const(p, 8, 0) : world_input1(w, IN_FLOW, word_const(w, (uint64_t)source));
	}
	term t = term_const(p, 8, 0);
	for (o = 0; o < FLOW_KEYS_SIZE; o++)
		t = term_ite(p, term_eq(p, off, word_const(w, o)), flow_byte(w, word_const(w, o)), t);
	return t;
}

static term initial_byte(struct world *w, unsigned space, tuple key, term off)
{
	size_t n;
	switch (space) {
	case SPACE_CTX:
		return field_byte(w, off, world_input1(w, IN_CTX, off));
	case SPACE_PACKET:
		return world_input1(w, IN_PKT, off);
	case SPACE_FLOW:
		return flow_byte(w, off);
	case SPACE_KERNEL:
		return world_input1(w, IN_KMEM, off);
	case SPACE_MEM:
		return world_input(w, IN_OUT, (term[]){tuple_words(w, key, &n)[0], word_const(w, OUT_RECORD), off}, 3);
	case SPACE_MEM_STATE:
		return term_true(w->pool); /* a record that exists is live until it is given back */
	default:
		return map_initial_byte(w, space, key, off);
	}
}

/* Memo table: open addressing, never shrinks. A pool that gave up needs none. */

static size_t memo_slot(const struct world *w, mem m, tuple key, term off)
{
	uint64_t h = (uint64_t)m * 0x9e3779b97f4a7c15ull ^ (uint64_t)key * 0xc2b2ae3d27d4eb4full ^ off * 0x165667b19e3779f9ull;
	size_t i = (size_t)(h ^ h >> 29) & (w->cap_memo - 1);
	while (w->memo[i].m && (w->memo[i].m != m || w->memo[i].key != key || w->memo[i].off != off))
		i = (i + 1) & (w->cap_memo - 1);
	return i;
}

static void memo_put(struct world *w, mem m, tuple key, term off, term byte)
{
	if (term_gave_up(w->pool))
		return;
	if (2 * w->n_memo >= w->cap_memo) {
		struct memo *old = w->memo, *new = calloc(2 * w->cap_memo, sizeof *new);
		size_t n = w->cap_memo;
		if (!new) {
			term_give_up(w->pool, TERM_NO_MEMORY);
			return;
		}
		w->cap_memo *= 2;
		w->memo = new;
		for (size_t i = 0; i < n; i++)
			if (old[i].m)
				w->memo[memo_slot(w, old[i].m, old[i].key, old[i].off)] = old[i];
		free(old);
	}
	size_t i = memo_slot(w, m, key, off);
	w->n_memo += !w->memo[i].m;
	w->memo[i] = (struct memo){m, key, off, byte};
}

/* Byte of a store if it covers (key, off): sets *hit to the condition. */
static term store_byte(struct world *w, const struct mem_node *n, tuple key, term off, term *hit)
{
	struct term_pool *p = w->pool;
	*hit = term_false(p);
	term same_key = tuple_equal(w, key, n->key);
	if (term_is_false(p, same_key))
		return 0;
	term val = n->val;
	if (n->bytes == 0) { /* generation, presence: one word per key */
		*hit = same_key;
		return val;
	}
	uint64_t d;
	term distance = term_sub(p, off, n->off);
	if (term_is_const(p, distance, &d)) {
		if (d >= n->bytes)
			return 0;
		*hit = same_key;
		return term_extract(p, val, (unsigned)(8 * d + 7), (unsigned)(8 * d));
	}
	term byte = term_extract(p, val, 7, 0);
	term covered = term_eq(p, off, n->off);
	for (unsigned i = 1; i < n->bytes; i++) {
		term here = term_eq(p, off, term_add(p, n->off, word_const(w, i)));
		byte = term_ite(p, here, term_extract(p, val, 8 * i + 7, 8 * i), byte);
		covered = term_or(p, covered, here);
	}
	*hit = term_and(p, same_key, covered);
	return byte;
}

static term stretch_byte(struct world *w, const struct mem_node *n, term off)
{
	term at = term_sub(w->pool, off, n->off);
	if (n->bytes == STRETCH_KERNEL)
		return mem_read_byte(w, n->other, 0, term_add(w->pool, n->val, at));
	return world_input(w, IN_OUT, (term[]){n->val, word_const(w, n->bytes), at}, 3);
}

/* FILL, MOVE and STRETCH */
static term fill_byte(struct world *w, const struct mem_node *n, tuple key, term off, term *hit)
{
	struct term_pool *p = w->pool;
	term inside = term_and(p, term_sle(p, n->off, off), term_slt(p, off, n->to));
	*hit = term_and(p, tuple_equal(w, key, n->key), inside);
	if (n->kind == MEM_FILL || term_is_false(p, *hit))
		return n->val;
	if (n->kind == MEM_STRETCH)
		return stretch_byte(w, n, off);
	return mem_read_byte(w, n->prev, key, term_sub(p, off, n->val));
}

/* Something of the width that is read there, from a pool that gave up. */
static term read_nothing(struct world *w, mem m)
{
	const struct mem_node *n = &w->nodes[m];
	while (n->kind != MEM_INITIAL && n->kind != MEM_AFTER)
		n = &w->nodes[n->prev];
	enum map_space which = n->off < SPACE_FIXED ? MAP_VALUES : (n->off - SPACE_FIXED) % MAP_SPACES;
	unsigned width = n->off == SPACE_MEM_STATE || which == MAP_PRESENT ? 1 : which == MAP_GENERATION ? 64 : 8;
	return term_const(w->pool, width, 0);
}

term mem_read_byte(struct world *w, mem m, tuple key, term off)
{
	struct term_pool *p = w->pool;
	if (!term_tick(p))
		return read_nothing(w, m);
	size_t slot = memo_slot(w, m, key, off);
	if (w->memo[slot].m)
		return w->memo[slot].byte;
	/* Down the stores that may cover the byte, then back up with what lies below. */
	struct hit {
		term cond, byte;
	} *hits = NULL;
	size_t n_hits = 0;
	term below = 0;
	for (mem at = m; !below;) {
		struct mem_node n = w->nodes[at];
		if (!term_tick(p))
			break;
		size_t known = memo_slot(w, at, key, off);
		if (w->memo[known].m) {
			below = w->memo[known].byte;
		} else if (w->kept && (below = kept_read(w, at, key, off))) {
			memo_put(w, at, key, off, below);
		} else if (n.kind == MEM_INITIAL) {
			below = initial_byte(w, n.off, key, off);
		} else if (n.kind == MEM_AFTER) {
			below = after_byte(w, &n, key, off);
		} else if (n.kind == MEM_CHOOSE) {
			term a = mem_read_byte(w, n.prev, key, off), b = mem_read_byte(w, n.other, key, off);
			below = term_ite(p, n.val, a, b);
			memo_put(w, at, key, off, below);
		} else {
			term hit, byte = n.kind == MEM_STORE ? store_byte(w, &n, key, off, &hit)
			                                     : fill_byte(w, &n, key, off, &hit);
			if (term_is_true(p, hit)) {
				below = byte;
			} else if (!term_is_false(p, hit)) {
				if ((n_hits & (n_hits + 1)) == 0) /* grow at 0, 1, 3, 7 ... */
					hits = world_grow(w, hits, 2 * (n_hits + 1), sizeof *hits);
				hits[n_hits++] = (struct hit){hit, byte};
			}
			at = n.prev;
		}
	}
	if (term_gave_up(p))
		below = read_nothing(w, m);
	while (n_hits > 0) {
		n_hits--;
		below = term_ite(p, hits[n_hits].cond, hits[n_hits].byte, below);
	}
	free(hits);
	memo_put(w, m, key, off, below);
	return below;
}

term mem_read(struct world *w, mem m, tuple key, term off, unsigned bytes)
{
	const struct mem_node *n = &w->nodes[m];
	if (n->kind == MEM_STORE && n->key == key && n->off == off && n->bytes == bytes)
		return n->val;
	term t = mem_read_byte(w, m, key, off);
	for (unsigned i = 1; i < bytes; i++)
		t = term_concat(w->pool, mem_read_byte(w, m, key, term_add(w->pool, off, word_const(w, i))), t);
	return t;
}

mem mem_store_word(struct world *w, mem m, tuple key, term val)
{
	return node_push(w, (struct mem_node){MEM_STORE, m, 0, key, word_const(w, 0), 0, val, 0});
}

size_t mem_writes(struct world *w, mem m, struct mem_index **out)
{
	size_t n = 0, cap = 0, top = 0;
	bool *seen = world_checked(calloc(w->n_nodes, sizeof *seen));
	mem *stack = world_checked(malloc((2 * w->n_nodes + 2) * sizeof *stack));
	*out = NULL;
	stack[top++] = m;
	while (top > 0) {
		mem at = stack[--top];
		const struct mem_node *node = &w->nodes[at];
		if (seen[at] || node->kind == MEM_INITIAL)
			continue;
		seen[at] = true;
		stack[top++] = node->prev;
		if (node->kind == MEM_CHOOSE) {
			stack[top++] = node->other;
			continue;
		}
		unsigned bytes = node->kind == MEM_STORE && node->bytes ? node->bytes : 1;
		if (n + bytes > cap) {
			cap = 2 * (n + bytes);
			*out = world_checked(realloc(*out, cap * sizeof **out));
		}
		if (node->kind == MEM_FILL || node->kind == MEM_MOVE || node->kind == MEM_STRETCH)
			(*out)[n++] = (struct mem_index){node->key, node->off, node->to};
		if (node->kind == MEM_AFTER && node->off < SPACE_KERNEL)
			(*out)[n++] = (struct mem_index){0, word_const(w, 1ull << 63), word_const(w, ~0ull >> 1)};
		for (unsigned i = 0; node->kind == MEM_STORE && i < bytes; i++)
			(*out)[n++] = (struct mem_index){node->key, term_add(w->pool, node->off, word_const(w, i)), 0};
	}
	free(seen);
	free(stack);
	return n;
}
