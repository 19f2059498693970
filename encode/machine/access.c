/* SPDX-License-Identifier: BSD-2-Clause */
/* Loads and stores through pointer values: bounds, permissions, and then the region's memory. */
#include "encode/machine/world.h"

#include <stdlib.h>
#include <string.h>

/* One alternative of a pointer value, with the offset of the access added. */
struct target {
	term guard;      /* path condition and the alternative's own */
	term own;        /* the alternative's own guard */
	bool sure;       /* the only alternative left on this path */
	const struct region *region;
	term off;
};

/* The next alternative that is possible on this path; *i is the cursor. */
static bool next_target(struct run *r, const struct state *s, const struct value *v, int64_t off, uint32_t *i,
                        struct target *t)
{
	struct world *w = r->world;
	struct term_pool *p = w->pool;
	for (; *i < v->n; ++*i) {
		const struct alt *a = &v->alts[*i];
		t->own = a->guard;
		t->guard = term_and(p, s->guard, a->guard);
		if (term_is_false(p, t->guard))
			continue;
		t->region = region_at(w, a->region);
		t->off = term_add(p, a->off, word_const(w, (uint64_t)off));
		t->sure = t->guard == s->guard;
		++*i;
		return true;
	}
	return false;
}

static void fault_if(struct run *r, term guard, enum fault kind, term cond)
{
	struct state under = {.guard = guard};
	run_fault(r, &under, kind, cond);
}

static void unknown_at(struct run *r, term guard, enum reason reason, const char *what)
{
	struct state under = {.guard = guard};
	run_unknown(r, &under, reason, what);
}

/* True where [off, off + n) is not inside [0, size). */
static term outside(struct world *w, term off, uint64_t n, uint64_t size)
{
	struct term_pool *p = w->pool;
	if (n > size)
		return term_true(p);
	return term_ult(p, word_const(w, size - n), off);
}

static void check_packet(struct run *r, const struct state *s, const struct target *t, uint64_t n, bool write)
{
	struct world *w = r->world;
	struct term_pool *p = w->pool;
	size_t k;
	const term *words = tuple_words(w, t->region->key, &k);
	fault_if(r, t->guard, FAULT_STALE, term_ne(p, words[0], s->counters[COUNT_EPOCH]));
	/* data_meta <= data always: the second disjunct follows from the first, which often folds */
	term above = term_or(p, term_sle(p, s->counters[COUNT_DATA], t->off),
	                     term_sle(p, s->counters[COUNT_DATA_META], t->off));
	term end = s->counters[COUNT_DATA_END];
	/* off + n <= end as the program's own check has it, unless that sum may wrap */
	term below = offset_is_small(w, t->off) ? term_sle(p, term_add(p, t->off, word_const(w, n)), end)
	                                        : term_sle(p, t->off, term_sub(p, end, word_const(w, n)));
	fault_if(r, t->guard, FAULT_BOUNDS, term_not(p, term_and(p, above, below)));
	if (write && !progtype_rows[w->type].packet_write)
		fault_if(r, t->guard, FAULT_READ_ONLY, term_true(p));
}

static void check_value(struct run *r, const struct state *s, const struct target *t, uint64_t n)
{
	struct world *w = r->world;
	uint32_t number = t->region->id;
	if (world_has_generations(w, number)) {
		size_t k;
		const term *words = tuple_words(w, t->region->key, &k);
		tuple key = tuple_make(w, words, k - 1);
		term now = mem_read_byte(w, s->mems[space_of_map(number, MAP_GENERATION)], key, word_const(w, 0));
		/* Not a fault in the kernel: an element whose replacement or deletion was the map's last change, and its
		 * only one since the element was made, keeps its bytes; the next change may give its memory to another.
		 * An LRU map may give away any other element's. */
		term changes = s->counters[counter_of_map(w, number, 1)];
		term later = term_and(w->pool, t->guard, term_ne(w->pool, now, changes));
		term next = term_add(w->pool, words[k - 1], word_const(w, 1));
		term reused = term_and(w->pool, term_ne(w->pool, words[k - 1], now), term_ne(w->pool, changes, next));
		if (maptype_rows[w->maps[number].def->type].model == MAP_LRU)
			unknown_at(r, later, REASON_EVICTION, w->maps[number].def->name);
		unknown_at(r, term_and(w->pool, t->guard, reused), REASON_DEAD_VALUE, "");
	}
	fault_if(r, t->guard, FAULT_BOUNDS, outside(w, t->off, n, w->maps[number].def->value_size));
}

/* Made of what the kernel keeps in its objects or a map, or of what a window finds, a number may be a pointer that the
 * verifier knows by its type. */
bool access_may_be_pointer(struct world *w, term word)
{
	static const enum input_fn sources[] = {IN_KMEM, IN_AFTER, IN_MAP_BYTE, IN_AFTER_BYTE, IN_RESULT, IN_OUT, IN_EXTERN, IN_SOME};
	term *leaves;
	bool found = false;
	size_t n = term_leaves(w->pool, &word, 1, &leaves);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < sizeof sources / sizeof *sources; k++)
			found |= term_fn(w->pool, leaves[i]) == sources[k];
	free(leaves);
	return found;
}

static bool check_key(struct run *r, const struct state *s, const struct target *t, uint64_t n, bool write)
{
	struct world *w = r->world;
	size_t k;
	const struct region *g = t->region;
	tuple call = tuple_make(w, tuple_words(w, g->key, &k), 1);
	if (g->id >= s->depth || s->calls[g->id] != call) { /* the kernel keeps another call's index there */
		unknown_at(r, t->guard, REASON_CALLBACK, "key of an earlier call");
		return false;
	}
	fault_if(r, t->guard, FAULT_BOUNDS, outside(w, t->off, n, 4));
	if (write)
		fault_if(r, t->guard, FAULT_READ_ONLY, term_true(w->pool));
	return !write;
}

static struct value load_key(struct world *w, const struct target *t, unsigned n)
{
	struct term_pool *p = w->pool;
	size_t k;
	term index = tuple_words(w, t->region->key, &k)[1];
	term shifted = term_lshr(p, index, term_shl(p, t->off, word_const(w, 3)));
	return value_number(w, term_zext(p, term_extract(p, shifted, 8 * n - 1, 0), 64));
}

/* Records every fault of an access to n bytes; false: there is nothing to read or write. */
static bool check_access(struct run *r, const struct state *s, const struct target *t, uint64_t n, bool write)
{
	struct world *w = r->world;
	struct term_pool *p = w->pool;
	const struct region *g = t->region;
	switch (g->kind) {
	case REGION_NONE:
		if (access_may_be_pointer(w, t->off))
			unknown_at(r, t->guard, REASON_INSN, "access through a pointer from memory");
		else
			fault_if(r, t->guard, FAULT_NULL, term_true(p));
		return false;
	case REGION_LOST:
		unknown_at(r, t->guard, REASON_REGIONS, "");
		return false;
	case REGION_STACK:
		if (g->id >= s->depth || g->key != s->calls[g->id]) {
			fault_if(r, t->guard, FAULT_RELEASED, term_true(p));
			return false;
		}
		fault_if(r, t->guard, FAULT_BOUNDS, outside(w, t->off, n, STACK_BYTES));
		return true;
	case REGION_PACKET:
		check_packet(r, s, t, n, write);
		return true;
	case REGION_VALUE:
		check_value(r, s, t, n);
		return true;
	case REGION_DATA:
		fault_if(r, t->guard, FAULT_BOUNDS, outside(w, t->off, n, w->maps[g->id].def->value_size));
		if (write && w->maps[g->id].def->frozen)
			fault_if(r, t->guard, FAULT_READ_ONLY, term_true(p));
		return true;
	case REGION_MEM:
		fault_if(r, t->guard, FAULT_BOUNDS, outside(w, t->off, n, g->id));
		fault_if(r, t->guard, FAULT_RELEASED, term_not(p, reference_is_live(w, s, g)));
		return true;
	case REGION_KERNEL:
	case REGION_WORD:
		fault_if(r, t->guard, FAULT_RELEASED, term_not(p, reference_is_live(w, s, g)));
		if (g->kind == REGION_WORD && world_holds_address(w, t->off)) { /* what is there is not in KMEM */
			unknown_at(r, t->guard, REASON_REGIONS, "disguised address");
			return false;
		}
		if (write && !progtype_writes_kernel(w->type))
			fault_if(r, t->guard, FAULT_READ_ONLY, term_true(p));
		return true;
	case REGION_FLOW:
		fault_if(r, t->guard, FAULT_BOUNDS, outside(w, t->off, n, FLOW_KEYS_SIZE));
		return true;
	case REGION_KEY:
		return check_key(r, s, t, n, write);
	case REGION_CTX:
		return true; /* context.c */
	case REGION_DYNPTR:
		fault_if(r, t->guard, FAULT_NOT_POINTER, term_true(p));
		return false;
	case REGION_MAP:
	case REGION_FUNC:
		unknown_at(r, t->guard, REASON_INSN, "access to a map or function object");
		return false;
	}
	return false;
}

/* The space and key that a region's bytes live under. */
static unsigned region_space(const struct region *g, tuple *key)
{
	*key = g->kind == REGION_VALUE || g->kind == REGION_MEM ? g->key : 0;
	if (g->kind == REGION_PACKET)
		return SPACE_PACKET;
	if (g->kind == REGION_FLOW)
		return SPACE_FLOW;
	if (g->kind == REGION_KERNEL || g->kind == REGION_WORD)
		return SPACE_KERNEL; /* by addresses */
	return g->kind == REGION_MEM ? (unsigned)SPACE_MEM : space_of_map(g->id, MAP_VALUES);
}

term kernel_byte(struct world *w, const struct state *s, term address)
{
	return mem_read_byte(w, s->mems[SPACE_KERNEL], 0, address);
}

static struct value kernel_load(struct run *r, const struct state *s, const struct region *g, term off, unsigned n)
{
	struct world *w = r->world;
	struct term_pool *p = w->pool;
	term t = 0;
	for (unsigned i = n; i-- > 0;) {
		term at = term_add(p, g->base, term_add(p, off, word_const(w, i)));
		term byte = kernel_byte(w, s, at);
		t = t ? term_concat(p, t, byte) : byte;
	}
	return n == 8 ? value_pointer(w, WORD_REGION, t) : value_number(w, term_zext(p, t, 64));
}

static bool is_constant(const struct world *w, const struct region *g)
{
	return g->kind == REGION_DATA && w->maps[g->id].def->frozen;
}

/* A field of a map value that holds a pointer to a kernel object, or NULL. */
static bool is_kernel_pointer(const struct world *w, const struct target *t, unsigned n)
{
	uint64_t off;
	if ((t->region->kind != REGION_VALUE && t->region->kind != REGION_DATA) || n != 8 || !term_is_const(w->pool, t->off, &off))
		return false;
	return map_holds_pointer(w->maps[t->region->id].def, off);
}

static struct value load_shared(struct run *r, const struct target *t, unsigned n)
{
	struct world *w = r->world;
	term word = term_zext(w->pool, run_fresh(r, 8 * n), 64);
	bool kernel = t->region->kind == REGION_KERNEL || t->region->kind == REGION_WORD || is_kernel_pointer(w, t, n);
	return kernel && n == 8 ? value_pointer(w, WORD_REGION, word) : value_number(w, word);
}

static struct value load_target(struct run *r, struct state *s, const struct target *t, unsigned n)
{
	struct world *w = r->world;
	if (t->region->kind == REGION_CTX)
		return field_load(r, s, t->guard, t->off, n);
	if (!check_access(r, s, t, n, false))
		return value_number(w, word_const(w, 0));
	if (t->region->kind == REGION_KEY)
		return load_key(w, t, n);
	if (t->region->kind == REGION_STACK)
		return frame_read(w, s->frames[t->region->id], t->off, n);
	if (r->is_shared && !is_constant(w, t->region))
		return load_shared(r, t, n);
	if (t->region->kind == REGION_KERNEL || t->region->kind == REGION_WORD)
		return kernel_load(r, s, t->region, t->off, n);
	tuple key;
	unsigned space = region_space(t->region, &key);
	term word = mem_read(w, s->mems[space], key, t->off, n);
	if (is_kernel_pointer(w, t, n))
		return value_pointer(w, WORD_REGION, word);
	return value_number(w, term_zext(w->pool, word, 64));
}

static void number_fault(struct run *r, const struct state *s, const struct value *v)
{
	uint64_t word;
	if (access_may_be_pointer(r->world, v->word)) {
		run_unknown(r, s, REASON_INSN, "access through a pointer from memory");
		return;
	}
	bool null = term_is_const(r->world->pool, v->word, &word) && word == 0;
	run_fault(r, s, null ? FAULT_NULL : FAULT_NOT_POINTER, term_true(r->world->pool));
}

struct value access_load(struct run *r, struct state *s, const struct value *v, int64_t off, unsigned n)
{
	struct world *w = r->world;
	struct value out = value_number(w, word_const(w, 0));
	struct target t;
	if (v->n == 0)
		number_fault(r, s, v);
	bool first = true;
	for (uint32_t i = 0; next_target(r, s, v, off, &i, &t); first = false) {
		struct value x = load_target(r, s, &t, n);
		run_fault(r, &(struct state){.guard = t.guard}, FAULT_STACK_UNINIT, term_not(w->pool, value_readable(w, &x)));
		x.init = term_true(w->pool);
		out = first ? x : value_ite(w, t.own, &x, &out);
	}
	return out;
}

static void store_target(struct run *r, struct state *s, const struct target *t, unsigned n, const struct value *v)
{
	struct world *w = r->world;
	struct term_pool *p = w->pool;
	term word = term_extract(p, value_word(w, v), 8 * n - 1, 0);
	if (t->region->kind == REGION_CTX) {
		field_store(r, s, t->guard, t->sure, t->off, n, value_word(w, v));
		return;
	}
	if (!check_access(r, s, t, n, true))
		return;
	if (t->region->kind == REGION_STACK) {
		frame_write(w, s->frames[t->region->id], t->sure ? term_true(p) : t->own, t->off, n, v);
		return;
	}
	tuple key;
	unsigned space = region_space(t->region, &key);
	term off = space == SPACE_KERNEL ? term_add(p, t->region->base, t->off) : t->off;
	mem stored = mem_store(w, s->mems[space], key, off, n, word);
	s->mems[space] = t->sure ? stored : mem_choose(w, t->own, stored, s->mems[space]);
}

void access_store(struct run *r, struct state *s, const struct value *p, int64_t off, unsigned n, const struct value *v)
{
	struct target t;
	if (p->n == 0)
		number_fault(r, s, p);
	for (uint32_t i = 0; next_target(r, s, p, off, &i, &t);)
		store_target(r, s, &t, n, v);
}

/* Helper memory: whole words where all bytes count, else byte by byte under its guard. */

void access_read_bytes(struct run *r, struct state *s, const struct value *v, size_t n, const term *present, term *out)
{
	struct term_pool *p = r->world->pool;
	for (size_t i = 0; i < n;) {
		unsigned step = present ? 1 : n - i >= 8 ? 8 : n - i >= 4 ? 4 : 1;
		struct state under = *s;
		if (present)
			under.guard = term_and(p, s->guard, present[i]);
		if (term_is_false(p, under.guard)) {
			out[i++] = term_const(p, 8, 0);
			continue;
		}
		struct value x = access_load(r, &under, v, (int64_t)i, step);
		term word = value_word(r->world, &x);
		for (unsigned k = 0; k < step; k++)
			out[i + k] = term_extract(p, word, 8 * k + 7, 8 * k);
		i += step;
	}
}

void access_write_bytes(struct run *r, struct state *s, const struct value *v, size_t n, const term *present,
                        const term *bytes)
{
	struct world *w = r->world;
	struct term_pool *p = w->pool;
	for (size_t i = 0; i < n;) {
		unsigned step = present ? 1 : n - i >= 8 ? 8 : n - i >= 4 ? 4 : 1;
		term word = bytes[i];
		for (unsigned k = 1; k < step; k++)
			word = term_concat(p, bytes[i + k], word);
		struct value x = value_number(w, term_zext(p, word, 64)), where = *v;
		if (present && !term_is_true(p, present[i])) {
			/* under its guard only: as a pointer with one more alternative that is never followed */
			term old_guard = s->guard;
			s->guard = term_and(p, old_guard, present[i]);
			if (!term_is_false(p, s->guard)) {
				struct state *with = state_copy(w, s);
				access_store(r, with, &where, (int64_t)i, step, &x);
				for (unsigned f = 0; f < s->depth; f++)
					s->frames[f] = frame_merge(w, present[i], with->frames[f], s->frames[f]);
				for (unsigned m = 0; m < SPACE_FIXED + w->n_maps * MAP_SPACES; m++)
					s->mems[m] = mem_choose(w, present[i], with->mems[m], s->mems[m]);
			}
			s->guard = old_guard;
		} else {
			access_store(r, s, &where, (int64_t)i, step, &x);
		}
		i += step;
	}
}

static bool is_shared(const struct world *w, const struct region *g)
{
	if (g->kind == REGION_DATA)
		return !w->maps[g->id].def->frozen;
	return g->kind == REGION_LOST || g->kind == REGION_KERNEL || g->kind == REGION_WORD ||
	       (g->kind == REGION_VALUE && maptype_rows[w->maps[g->id].def->type].shared);
}

term access_is_shared(struct run *r, const struct value *v)
{
	struct term_pool *p = r->world->pool;
	term shared = term_false(p);
	for (uint32_t i = 0; i < v->n; i++)
		if (is_shared(r->world, region_at(r->world, v->alts[i].region)))
			shared = term_or(p, shared, v->alts[i].guard);
	return shared;
}

void access_check_atomic(struct run *r, const struct state *s, const struct value *v)
{
	for (uint32_t i = 0; i < v->n; i++) {
		enum region_kind kind = region_at(r->world, v->alts[i].region)->kind;
		if (kind == REGION_CTX || kind == REGION_FLOW)
			run_fault(r, s, FAULT_CTX_ACCESS, v->alts[i].guard);
	}
}

void access_check_bytes(struct run *r, struct state *s, const struct value *v, size_t n, const term *present)
{
	for (size_t k = 0; k < (present ? n : n > 0); k++) {
		struct state under = *s;
		struct target t;
		if (present)
			under.guard = term_and(r->world->pool, s->guard, present[k]);
		if (v->n == 0 && k == 0) /* where the first byte is not there none is */
			number_fault(r, &under, v);
		for (uint32_t i = 0; next_target(r, &under, v, (int64_t)k, &i, &t);)
			if (t.region->kind != REGION_CTX)
				check_access(r, &under, &t, present ? 1 : n, true);
	}
}

/* Memory that is bytes only, without what the stack knows of each. */
static bool takes_stretches(const struct world *w, const struct value *v)
{
	for (uint32_t i = 0; i < v->n; i++) {
		enum region_kind kind = region_at(w, v->alts[i].region)->kind;
		if (kind != REGION_VALUE && kind != REGION_DATA && kind != REGION_MEM && kind != REGION_NONE)
			return false;
	}
	return v->n > 0;
}

/* The only target beside NULL and numbers, which are faults. */
static bool only_target(struct run *r, const struct state *s, const struct value *v, struct target *out)
{
	struct target t;
	size_t found = 0;
	for (uint32_t i = 0; next_target(r, s, v, 0, &i, &t);)
		if (t.region->kind != REGION_NONE && !found++)
			*out = t;
	return found == 1;
}

bool access_view(struct run *r, struct state *s, const struct value *v, size_t n, const term *present, struct view *out)
{
	struct target t;
	if (!takes_stretches(r->world, v) || !only_target(r, s, v, &t))
		return false;
	tuple key;
	unsigned space = region_space(t.region, &key);
	*out = (struct view){.n = n, .from = s->mems[space], .key = key, .off = t.off};
	for (size_t k = 0; k < (present ? n : n > 0) && term_tick(r->world->pool); k++) {
		struct state under = *s;
		if (present)
			under.guard = term_and(r->world->pool, s->guard, present[k]);
		for (uint32_t i = 0; next_target(r, &under, v, (int64_t)k, &i, &t);)
			check_access(r, &under, &t, present ? 1 : n, false);
	}
	return true;
}

bool access_write_stretch(struct run *r, struct state *s, const struct value *v, size_t n, const term *present,
                        const struct stretch *b)
{
	struct world *w = r->world;
	struct target t;
	if (!takes_stretches(w, v))
		return false;
	access_check_bytes(r, s, v, n, present);
	for (uint32_t i = 0; next_target(r, s, v, 0, &i, &t);) {
		tuple key;
		if (t.region->kind == REGION_NONE)
			continue;
		mem *m = &s->mems[region_space(t.region, &key)];
		term to = term_add(w->pool, t.off, b->length);
		mem stretch = mem_stretch(w, *m, key, t.off, to, b->argument, b->word, s->mems[SPACE_KERNEL]);
		mem zeros = mem_fill(w, *m, key, t.off, to, term_const(w->pool, 8, 0));
		stretch = mem_choose(w, b->zero, zeros, stretch);
		*m = t.sure ? stretch : mem_choose(w, t.own, stretch, *m);
	}
	return true;
}
