/* SPDX-License-Identifier: BSD-2-Clause */
/* Exact models of the map helpers and of what jumps through maps (kernel/bpf/{arraymap,hashtab}.c). */
#include "machine.h"

#include <linux/bpf.h>
#include <string.h>

static enum map_model check_model(struct machine *m, const struct helper_call *c)
{
	const struct map *def = m->maps[c->map].def;
	enum map_model model = maptype_rows[def->type].model;
	if (def->is_data || (model != MAP_ARRAY && model != MAP_HASH && model != MAP_LRU && model != MAP_INPLACE))
		machine_stop(m, REASON_MAPTYPE, "bpf_%s of map %s of type %s", c->row->name, def->name,
			     maptype_rows[def->type].name);
	return model;
}

static bool index_in_range(struct machine *m, const struct helper_call *c, const uint8_t *key)
{
	uint32_t index;
	memcpy(&index, key, sizeof index);
	return index < element_entries(m, c->map);
}

/* An insertion into an LRU map may evict any other key: from then on only the key that was changed last is known. */
static struct element *find_key(struct machine *m, const struct helper_call *c, enum map_model model)
{
	const struct map_state *s = &m->maps[c->map];
	struct element *e = element_find(m, c->map, inner_index(m, c));
	if (model == MAP_LRU && e->gen != s->changes)
		machine_stop(m, REASON_EVICTION, "bpf_%s of map %s", c->row->name, s->def->name);
	return e;
}

/* Which element of a trie a key finds is input (encode/machine/map_trie.c). */
static struct element *find_prefix(struct machine *m, const struct helper_call *c)
{
	const struct map_state *s = &m->maps[c->map];
	uint64_t words[INPUT_MAX_ARGS] = {s->number};
	if (s->def->key_size > 512)
		machine_stop(m, REASON_MAPTYPE, "map %s has keys of %u bytes", s->def->name, s->def->key_size);
	if (s->after) /* which element a key finds is known of the trie at entry only */
		machine_stop(m, REASON_MAPTYPE, "a lookup in map %s, which may have changed", s->def->name);
	uint64_t id = input_get(m->in, IN_LPM, words, element_key_words(words, 1, c->read[1], s->def->key_size));
	return element_find(m, c->map, (const uint8_t *)&id);
}

/* Which keys an LRU map keeps depends on every change of it: an internal event. */
static void note_eviction(struct machine *m, const struct helper_call *c, enum map_model model)
{
	if (model != MAP_LRU)
		return;
	struct exec_event *e = machine_add_event(m, c->row->id, false);
	e->args[e->n_args++] = m->maps[c->map].number;
}

static bool is_socket_map(const struct map *def)
{
	return def->type == MAPTYPE_SOCKMAP || def->type == MAPTYPE_SOCKHASH;
}

/* Maps whose elements are kernel objects: a lookup gives one, of socket maps with a reference. */
static void lookup_object(struct machine *m, struct helper_call *c)
{
	struct helper_row row = *c->row;
	const struct helper_row *before = c->row;
	row.ret = RET_KERNEL_OR_NULL;
	row.effects |= is_socket_map(m->maps[c->map].def) ? ACQUIRE | SEES_STATE : SEES_STATE;
	c->row = &row;
	helper_run_opaque(m, c);
	c->row = before;
}

void helper_run_MAP_LOOKUP(struct machine *m, struct helper_call *c)
{
	const struct map *def = m->maps[c->map].def;
	if (c->is_inner)
		check_model(m, c);
	if (maptype_rows[def->type].model == MAP_TARGETS || is_socket_map(def)) {
		lookup_object(m, c);
		return;
	}
	if (maptype_rows[def->type].model == MAP_MAPS) {
		inner_lookup(m, c);
		return;
	}
	bool trie = maptype_rows[def->type].model == MAP_TRIE;
	enum map_model model = trie ? MAP_TRIE : check_model(m, c);
	helper_return(c, 0);
	if (model == MAP_ARRAY && !index_in_range(m, c, c->read[1]))
		return;
	struct element *e = trie ? find_prefix(m, c) : find_key(m, c, model);
	if (e->present)
		c->ret = element_pointer(m, c->map, e);
}

static int64_t update_array(struct machine *m, struct helper_call *c)
{
	if (!index_in_range(m, c, c->read[1]))
		return -EXEC_E2BIG;
	if (c->arg[3].word == BPF_NOEXIST)
		return -EXEC_EEXIST;
	struct element *e = element_find(m, c->map, inner_index(m, c));
	memcpy(element_bytes(m, c->map, e), c->read[2], c->len[2]);
	return 0;
}

static int64_t update_hash(struct machine *m, struct helper_call *c, enum map_model model)
{
	struct map_state *s = &m->maps[c->map];
	struct element *e = find_key(m, c, model);
	if (c->arg[3].word == BPF_NOEXIST && e->present)
		return -EXEC_EEXIST;
	if (c->arg[3].word == BPF_EXIST && !e->present)
		return -EXEC_ENOENT;
	if (model == MAP_INPLACE && e->present) {
		memcpy(element_bytes(m, c->map, e), c->read[2], c->len[2]);
		return 0;
	}
	/* a preallocated map replaces a present key with its spare element and never asks */
	bool asks = !e->present || model == MAP_LRU || (s->def->flags & BPF_F_NO_PREALLOC);
	int64_t err = asks ? element_ask_room(m, c->map) : 0;
	if (!err)
		element_replace(m, c->map, e, c->read[2]);
	return err;
}

void helper_run_MAP_UPDATE(struct machine *m, struct helper_call *c)
{
	enum map_model model = check_model(m, c);
	uint64_t flags = c->arg[3].word;
	if ((model == MAP_ARRAY || model == MAP_HASH) && flags & BPF_F_LOCK && (flags & ~(uint64_t)BPF_F_LOCK) <= BPF_EXIST)
		machine_stop(m, REASON_HELPER, "bpf_map_update_elem with BPF_F_LOCK");
	note_eviction(m, c, model);
	if (flags > BPF_EXIST)
		helper_return(c, -EXEC_EINVAL);
	else
		helper_return(c, model == MAP_ARRAY ? update_array(m, c) : update_hash(m, c, model));
}

void helper_run_MAP_DELETE(struct machine *m, struct helper_call *c)
{
	enum map_model model = check_model(m, c);
	helper_return(c, -EXEC_EINVAL);
	if (model == MAP_ARRAY)
		return;
	note_eviction(m, c, model);
	struct element *e = find_key(m, c, model);
	helper_return(c, e->present ? 0 : -EXEC_ENOENT);
	if (e->present)
		element_replace(m, c->map, e, NULL);
}

/* Of a queue or stack, whose contents only calls of this kind see; the other maps read the value. */
void helper_run_MAP_PEEK(struct machine *m, struct helper_call *c)
{
	const struct map *def = m->maps[c->map].def;
	if (def->is_data || maptype_rows[def->type].model != MAP_QUEUE)
		machine_stop(m, REASON_MAPTYPE, "bpf_%s of map %s of type %s", c->row->name, def->name,
			     maptype_rows[def->type].name);
	helper_run_opaque(m, c);
}

static bool map_has(struct machine *m, const struct helper_call *c, uint32_t index)
{
	return machine_input(m, IN_MAP_HAS, 2, (uint64_t)m->maps[c->map].number, (uint64_t)index) != 0;
}

/* A call that runs programs may use up the tail calls that a run has (MAX_TAIL_CALL_CNT in the kernel). */
static bool program_there(struct machine *m, const struct helper_call *c, uint32_t index)
{
	const struct map_state *s = &m->maps[c->map];
	if (!s->after)
		return map_has(m, c, index);
	return machine_input(m, IN_AFTER_HAS, 3, s->after - 1, (uint64_t)s->number, (uint64_t)index) != 0;
}

/* The other program has done whatever it does, and returns to this subprogram's caller. */
static void return_from_target(struct machine *m, struct helper_call *c, uint32_t index)
{
	if (!helper_tail_may_return(m->p->type))
		machine_stop(m, REASON_HELPER, "tail call out of a subprogram, which returns to its caller");
	for (unsigned i = 1; i <= m->depth; i++)
		if (m->frames[i].callback.rounds) /* the helper wants 0 or 1 */
			machine_stop(m, REASON_CALLBACK, "a tail call out of a callback");
	machine_check_leaks(m);
	struct exec_event *e = machine_add_event(m, EVENT_TAIL_RETURNS, true);
	e->n_args = 2;
	e->args[0] = m->maps[c->map].number;
	e->args[1] = index;
	uint64_t position = m->opaque_calls++;
	after_change_state(m, &helper_tail_returns, position);
	packet_move(m);
	helper_return(c, (int64_t)machine_input(m, IN_RESULT, 2, (uint64_t)EVENT_TAIL_RETURNS, position));
	m->leaves = true;
}

/* What the kernel leaves in r0 when it falls through depends on the JIT; the verifier forgets r0..r5. */
void helper_run_TAIL_CALL(struct machine *m, struct helper_call *c)
{
	const struct map *def = m->maps[c->map].def;
	uint32_t index = (uint32_t)c->arg[2].word;
	if (maptype_rows[def->type].model != MAP_PROGS)
		machine_fault(m, FAULT_HELPER_ARG, "map %s is not a program array", def->name);
	if (index >= element_entries(m, c->map) || !program_there(m, c, index))
		return;
	if (m->depth) {
		return_from_target(m, c, index);
		return;
	}
	machine_check_leaks(m);
	struct exec_event *e = machine_add_event(m, EXEC_EVENT_TAIL, true);
	e->n_args = 2;
	e->args[0] = m->out->tail_map = m->maps[c->map].number;
	e->args[1] = m->out->tail_index = index;
	m->out->end = EXEC_TAIL_CALL;
	longjmp(m->end, 1);
}

/*
 * include/linux/filter.h, __bpf_xdp_redirect_map: unknown flags give
 * XDP_ABORTED; no target gives the flags' low two bits. Device maps know the
 * broadcast flags, which need no target. Targets outside of an array-like map
 * are never there. A call that finds none forgets an earlier one: an internal
 * event.
 */
void helper_run_REDIRECT_MAP(struct machine *m, struct helper_call *c)
{
	const struct map *def = m->maps[c->map].def;
	uint64_t flags = c->arg[2].word;
	uint32_t index = (uint32_t)c->arg[1].word;
	if (maptype_rows[def->type].model != MAP_TARGETS)
		machine_fault(m, FAULT_HELPER_ARG, "map %s holds no targets", def->name);
	bool hash = def->type == MAPTYPE_DEVMAP_HASH, device = hash || def->type == MAPTYPE_DEVMAP;
	uint64_t allowed = 3 | (device ? BPF_F_BROADCAST | BPF_F_EXCLUDE_INGRESS : 0);
	helper_return(c, XDP_ABORTED);
	if (flags & ~allowed)
		return;
	bool found = (hash || index < element_entries(m, c->map)) && map_has(m, c, index);
	found |= (flags & BPF_F_BROADCAST) != 0;
	helper_return(c, found ? XDP_REDIRECT : (int64_t)(flags & 3));
	struct exec_event *e = machine_add_event(m, c->row->id, found);
	e->n_args = 3;
	e->args[0] = m->maps[c->map].number;
	e->args[1] = index;
	e->args[2] = flags;
}

#define TC_ACT_SHOT     2
#define TC_ACT_REDIRECT 7

/* net/core/filter.c: bpf_xdp_redirect takes no flag, bpf_redirect takes BPF_F_INGRESS. */
void helper_run_REDIRECT(struct machine *m, struct helper_call *c)
{
	bool xdp = m->p->type == PROGTYPE_XDP;
	uint64_t flags = c->arg[1].word;
	helper_return(c, xdp ? XDP_ABORTED : TC_ACT_SHOT);
	if (flags & (xdp ? ~0ull : ~(uint64_t)BPF_F_INGRESS))
		return;
	helper_return(c, xdp ? XDP_REDIRECT : TC_ACT_REDIRECT);
	struct exec_event *e = machine_add_event(m, c->row->id, true);
	e->n_args = 2;
	e->args[0] = (uint32_t)c->arg[0].word;
	e->args[1] = flags;
}
