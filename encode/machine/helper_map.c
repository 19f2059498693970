/* SPDX-License-Identifier: BSD-2-Clause */
/* Exact models of the map helpers and of what jumps through maps. */
#include "encode/machine/call.h"

#include <linux/bpf.h>

static enum map_model model_of(const struct call *c)
{
	const struct map *m = c->world->maps[c->map].def;
	return m->is_data ? MAP_OPAQUE : maptype_rows[m->type].model;
}

/* Lookup, update and delete know these models. */
static bool is_keyed(struct call *c)
{
	enum map_model m = model_of(c);
	bool short_key = c->world->maps[c->map].def->key_size <= MAX_KEY;
	if (short_key && (m == MAP_ARRAY || m == MAP_HASH || m == MAP_LRU || m == MAP_INPLACE))
		return true;
	run_unknown(c->run, c->state, REASON_MAPTYPE, c->world->maps[c->map].def->name);
	return false;
}

/* An insertion into an LRU map may evict any other key: from then on only the key
 * that was changed last is known. */
static void check_eviction(struct call *c, tuple key)
{
	struct term_pool *p = c->pool;
	if (model_of(c) != MAP_LRU)
		return;
	term zero = word_const(c->world, 0), changes = *state_counter(c->world, c->state, counter_of_map(c->world, c->map, 1));
	term mine = mem_read_byte(c->world, c->state->mems[space_of_map(c->map, MAP_GENERATION)], key, zero);
	struct state under = *c->state;
	under.guard = term_and(p, under.guard, term_not(p, term_eq(p, mine, changes)));
	run_unknown(c->run, &under, REASON_EVICTION, c->world->maps[c->map].def->name);
}

/* Which keys an LRU map keeps depends on every change of it: an internal event. */
static void note_eviction(struct call *c)
{
	if (model_of(c) != MAP_LRU)
		return;
	struct event *e = run_event(c->run, c->state, c->row->id);
	e->args[e->n_args++] = word_const(c->world, c->map);
}

/* Maps whose elements are kernel objects: a lookup gives one, of socket maps with a reference. */
static bool lookup_object(struct call *c)
{
	struct helper_row row = *c->row;
	enum maptype type = c->world->maps[c->map].def->type;
	row.ret = RET_KERNEL_OR_NULL;
	row.effects |= type == MAPTYPE_SOCKMAP || type == MAPTYPE_SOCKHASH ? ACQUIRE | SEES_STATE : SEES_STATE;
	const struct helper_row *before = c->row;
	c->row = &row;
	bool goes_on = call_opaque(c);
	c->row = before;
	return goes_on;
}

static bool holds_objects(const struct call *c)
{
	enum maptype type = c->world->maps[c->map].def->type;
	return model_of(c) == MAP_TARGETS || type == MAPTYPE_SOCKMAP || type == MAPTYPE_SOCKHASH;
}

/* Which element a key finds is known of the trie at entry only. */
static void trie_unchanged(struct call *c)
{
	struct term_pool *p = c->pool;
	struct state under = *c->state;
	under.guard = term_and(p, under.guard, term_ne(p, c->state->counters[COUNT_MAPS], word_const(c->world, 0)));
	run_unknown(c->run, &under, REASON_MAPTYPE, c->world->maps[c->map].def->name);
}

bool model_map_lookup(struct call *c)
{
	if (c->inner && !is_keyed(c))
		return false;
	if (holds_objects(c))
		return lookup_object(c);
	if (model_of(c) == MAP_MAPS)
		return map_inner_lookup(c);
	bool trie = model_of(c) == MAP_TRIE;
	if (!trie && !is_keyed(c))
		return false;
	tuple key = map_inner_key(c, map_key(c->run, c->state, c->map, &c->arg[1]));
	if (trie) {
		trie_unchanged(c);
		key = map_trie_element(c->run, c->map, key);
	}
	check_eviction(c, key);
	c->result = map_lookup(c->run, c->state, c->map, key);
	return true;
}

bool model_map_update(struct call *c)
{
	if (!is_keyed(c))
		return false;
	uint32_t size = c->world->maps[c->map].def->value_size;
	if (size > MAX_ACCESS) {
		run_unknown(c->run, c->state, REASON_VARIABLE_SIZE, c->world->maps[c->map].def->name);
		return false;
	}
	tuple key = map_inner_key(c, map_key(c->run, c->state, c->map, &c->arg[1]));
	check_eviction(c, key);
	note_eviction(c);
	term *bytes = world_alloc(c->world, (size + 1) * sizeof *bytes);
	access_read_bytes(c->run, c->state, &c->arg[2], size, NULL, bytes);
	call_set_number(c, map_update(c->run, c->state, c->map, key, bytes, c->word[3]));
	return true;
}

bool model_map_delete(struct call *c)
{
	if (!is_keyed(c))
		return false;
	tuple key = map_inner_key(c, map_key(c->run, c->state, c->map, &c->arg[1]));
	check_eviction(c, key);
	note_eviction(c);
	call_set_number(c, map_delete(c->run, c->state, c->map, key));
	return true;
}

/* Of a queue or stack, whose contents only calls of this kind see; the other maps read the value. */
bool model_map_peek(struct call *c)
{
	if (model_of(c) == MAP_QUEUE)
		return call_opaque(c);
	run_unknown(c->run, c->state, REASON_MAPTYPE, c->world->maps[c->map].def->name);
	return false;
}

static term target_there(struct call *c, term index)
{
	struct world *w = c->world;
	const struct map *m = w->maps[c->map].def;
	term in = m->type == MAPTYPE_DEVMAP_HASH ? term_true(c->pool)
	                                         : term_ult(c->pool, index, map_entries(w, c->map));
	return term_and(c->pool, in, world_input2(w, IN_MAP_HAS, word_const(w, c->map), index));
}

static term low_word(struct call *c, term t)
{
	return term_zext(c->pool, term_extract(c->pool, t, 31, 0), 64);
}

/* A call that runs programs may use up the tail calls that a run has (MAX_TAIL_CALL_CNT in the kernel). */
static term program_there(struct call *c, term index)
{
	struct world *w = c->world;
	mem present = c->state->mems[space_of_map(c->map, MAP_PRESENT)];
	term in = term_ult(c->pool, index, map_entries(w, c->map));
	return term_and(c->pool, in, mem_read_byte(w, present, tuple_make(w, &index, 1), word_const(w, 0)));
}

/* The other program has done whatever it does, and returns to this subprogram's caller. */
static void return_from_target(struct call *c, term index)
{
	struct world *w = c->world;
	struct run *r = c->run;
	struct state *s = c->state;
	struct event *e;
	run_fault(r, s, FAULT_LEAK, term_ne(c->pool, s->counters[COUNT_REFERENCES], word_const(w, 0)));
	term position = call_opaque_event(c, &e);
	e->n_args = 2;
	e->args[0] = word_const(w, c->map);
	e->args[1] = index;
	r->uses_opaque = true;
	call_change_state(c, position);
	state_count(w, s, COUNT_EPOCH);
	s->regs[0] = value_number(w, world_input2(w, IN_RESULT, word_const(w, c->row->id), position));
	r->leaves = r->leaves ? state_merge(w, r->leaves, s) : s;
}

static bool tail_call_returns(struct call *c, term index, term there)
{
	struct state *s = c->state;
	struct call taken = *c;
	if (!helper_tail_may_return(c->world->type)) {
		run_unknown(c->run, s, REASON_HELPER, "tail call out of a subprogram");
		return false;
	}
	taken.row = &helper_tail_returns;
	taken.state = state_copy(c->world, s);
	taken.state->guard = term_and(c->pool, s->guard, there);
	return_from_target(&taken, index);
	s->guard = term_and(c->pool, s->guard, term_not(c->pool, there));
	c->result = value_uninit(c->world);
	return !term_is_false(c->pool, s->guard);
}

bool model_tail_call(struct call *c)
{
	struct term_pool *p = c->pool;
	struct state *s = c->state;
	if (model_of(c) != MAP_PROGS) {
		run_fault(c->run, s, FAULT_HELPER_ARG, term_true(p));
		return false;
	}
	term index = low_word(c, c->word[2]), there = program_there(c, index);
	if (s->depth > 1)
		return tail_call_returns(c, index, there);
	struct state *gone = state_copy(c->world, s);
	gone->guard = term_and(p, s->guard, there);
	gone->regs[0] = value_number(c->world, word_const(c->world, 0));
	struct event *e = run_event(c->run, gone, c->row->id);
	e->visible = true;
	e->n_args = 2;
	e->args[0] = word_const(c->world, c->map);
	e->args[1] = index;
	run_exit(c->run, gone);
	s->guard = term_and(p, s->guard, term_not(p, there));
	c->result = value_uninit(c->world); /* what the kernel leaves in r0 depends on the JIT */
	return !term_is_false(p, s->guard);
}

/* include/linux/filter.h, __bpf_xdp_redirect_map. A call that finds no target forgets
 * an earlier one: an internal event, so that its place among the others counts. */
bool model_redirect_map(struct call *c)
{
	struct term_pool *p = c->pool;
	struct world *w = c->world;
	const struct map *m = w->maps[c->map].def;
	if (model_of(c) != MAP_TARGETS) {
		run_fault(c->run, c->state, FAULT_HELPER_ARG, term_true(p));
		return false;
	}
	bool device = m->type == MAPTYPE_DEVMAP || m->type == MAPTYPE_DEVMAP_HASH;
	uint64_t broadcast = device ? BPF_F_BROADCAST : 0, allowed = 3 | (device ? BPF_F_BROADCAST | BPF_F_EXCLUDE_INGRESS : 0);
	term flags = c->word[2], index = low_word(c, c->word[1]), zero = word_const(w, 0);
	term bad = term_ne(p, term_and(p, flags, word_const(w, ~allowed)), zero);
	term all = term_ne(p, term_and(p, flags, word_const(w, broadcast)), zero);
	term hit = term_or(p, target_there(c, index), all);
	term result = term_ite(p, hit, word_const(w, XDP_REDIRECT), term_and(p, flags, word_const(w, 3)));
	call_set_number(c, term_ite(p, bad, word_const(w, XDP_ABORTED), result));
	for (int visible = 1; visible >= 0; visible--) {
		struct state under = *c->state;
		under.guard = term_and(p, under.guard, term_and(p, term_not(p, bad), visible ? hit : term_not(p, hit)));
		struct event *e = run_event(c->run, &under, c->row->id);
		e->visible = visible;
		e->n_args = 3;
		e->args[0] = word_const(w, c->map);
		e->args[1] = index;
		e->args[2] = flags;
	}
	return true;
}

#define TC_ACT_SHOT 2
#define TC_ACT_REDIRECT 7

/* bpf_xdp_redirect takes no flag; bpf_redirect takes BPF_F_INGRESS. A refused call leaves
 * the target of an earlier one. */
bool model_redirect(struct call *c)
{
	struct term_pool *p = c->pool;
	struct world *w = c->world;
	bool xdp = w->type == PROGTYPE_XDP;
	term bad = term_ne(p, term_and(p, c->word[1], word_const(w, xdp ? ~0ull : ~(uint64_t)BPF_F_INGRESS)),
	                   word_const(w, 0));
	struct state under = *c->state;
	under.guard = term_and(p, under.guard, term_not(p, bad));
	struct event *e = run_event(c->run, &under, c->row->id);
	e->visible = true;
	e->n_args = 2;
	e->args[0] = low_word(c, c->word[0]);
	e->args[1] = c->word[1];
	call_set_number(c, term_ite(p, bad, word_const(w, xdp ? XDP_ABORTED : TC_ACT_SHOT),
	                            word_const(w, xdp ? XDP_REDIRECT : TC_ACT_REDIRECT)));
	return true;
}
