/* SPDX-License-Identifier: BSD-2-Clause */
/* Maps as arguments: which helper takes which (check_map_func_compatibility), keys, values, what a lookup finds. */
#include "contract.h"

#include <linux/bpf.h>
#include <stdio.h>

#define TEXT 80
#define MAX_TYPES 4
#define MAX_FUNCS 3
#define TRACE_ITER 28 /* enum bpf_attach_type */

/* Helpers that take maps of these types only. */
static const struct {
	uint16_t func;
	uint8_t types[MAX_TYPES]; /* 0: end */
} takes[] = {
    {FUNC_tail_call, {MAPTYPE_PROG_ARRAY}},
    {FUNC_perf_event_read, {MAPTYPE_PERF_EVENT_ARRAY}},
    {FUNC_perf_event_output, {MAPTYPE_PERF_EVENT_ARRAY}},
    {FUNC_perf_event_read_value, {MAPTYPE_PERF_EVENT_ARRAY}},
    {FUNC_skb_output, {MAPTYPE_PERF_EVENT_ARRAY}},
    {FUNC_xdp_output, {MAPTYPE_PERF_EVENT_ARRAY}},
    {FUNC_ringbuf_output, {MAPTYPE_RINGBUF}},
    {FUNC_ringbuf_reserve, {MAPTYPE_RINGBUF}},
    {FUNC_ringbuf_query, {MAPTYPE_RINGBUF}},
    {FUNC_ringbuf_reserve_dynptr, {MAPTYPE_RINGBUF}},
    {FUNC_user_ringbuf_drain, {MAPTYPE_USER_RINGBUF}},
    {FUNC_get_stackid, {MAPTYPE_STACK_TRACE}},
    {FUNC_current_task_under_cgroup, {MAPTYPE_CGROUP_ARRAY}},
    {FUNC_skb_under_cgroup, {MAPTYPE_CGROUP_ARRAY}},
    {FUNC_redirect_map, {MAPTYPE_DEVMAP, MAPTYPE_DEVMAP_HASH, MAPTYPE_CPUMAP, MAPTYPE_XSKMAP}},
    {FUNC_sk_redirect_map, {MAPTYPE_SOCKMAP}},
    {FUNC_msg_redirect_map, {MAPTYPE_SOCKMAP}},
    {FUNC_sock_map_update, {MAPTYPE_SOCKMAP}},
    {FUNC_sk_redirect_hash, {MAPTYPE_SOCKHASH}},
    {FUNC_msg_redirect_hash, {MAPTYPE_SOCKHASH}},
    {FUNC_sock_hash_update, {MAPTYPE_SOCKHASH}},
    {FUNC_get_local_storage, {MAPTYPE_CGROUP_STORAGE, MAPTYPE_PERCPU_CGROUP_STORAGE}},
    {FUNC_sk_select_reuseport, {MAPTYPE_REUSEPORT_SOCKARRAY, MAPTYPE_SOCKMAP, MAPTYPE_SOCKHASH}},
    {FUNC_map_pop_elem, {MAPTYPE_QUEUE, MAPTYPE_STACK}},
    {FUNC_map_peek_elem, {MAPTYPE_QUEUE, MAPTYPE_STACK, MAPTYPE_BLOOM_FILTER}},
    {FUNC_map_push_elem, {MAPTYPE_QUEUE, MAPTYPE_STACK, MAPTYPE_BLOOM_FILTER}},
    {FUNC_map_lookup_percpu_elem, {MAPTYPE_PERCPU_ARRAY, MAPTYPE_PERCPU_HASH, MAPTYPE_LRU_PERCPU_HASH}},
    {FUNC_sk_storage_get, {MAPTYPE_SK_STORAGE}},
    {FUNC_sk_storage_delete, {MAPTYPE_SK_STORAGE}},
    {FUNC_inode_storage_get, {MAPTYPE_INODE_STORAGE}},
    {FUNC_inode_storage_delete, {MAPTYPE_INODE_STORAGE}},
    {FUNC_task_storage_get, {MAPTYPE_TASK_STORAGE}},
    {FUNC_task_storage_delete, {MAPTYPE_TASK_STORAGE}},
    {FUNC_cgrp_storage_get, {MAPTYPE_CGRP_STORAGE}},
    {FUNC_cgrp_storage_delete, {MAPTYPE_CGRP_STORAGE}},
    {FUNC_for_each_map_elem,
     {MAPTYPE_ARRAY, MAPTYPE_PERCPU_ARRAY, MAPTYPE_HASH, MAPTYPE_PERCPU_HASH}}, /* and LRU: see takes_type */
};

/* Map types that only these helpers take, besides those of `takes` that name them. */
static const struct {
	uint8_t type;
	uint16_t funcs[MAX_FUNCS]; /* 0: end */
} taken[] = {
    {MAPTYPE_PROG_ARRAY, {0}},
    {MAPTYPE_PERF_EVENT_ARRAY, {0}},
    {MAPTYPE_RINGBUF, {0}},
    {MAPTYPE_USER_RINGBUF, {0}},
    {MAPTYPE_STACK_TRACE, {0}},
    {MAPTYPE_CGROUP_ARRAY, {0}},
    {MAPTYPE_CGROUP_STORAGE, {0}},
    {MAPTYPE_PERCPU_CGROUP_STORAGE, {0}},
    {MAPTYPE_DEVMAP, {FUNC_map_lookup_elem}},
    {MAPTYPE_DEVMAP_HASH, {FUNC_map_lookup_elem}},
    {MAPTYPE_CPUMAP, {0}},
    {MAPTYPE_XSKMAP, {FUNC_map_lookup_elem}},
    {MAPTYPE_ARRAY_OF_MAPS, {FUNC_map_lookup_elem}},
    {MAPTYPE_HASH_OF_MAPS, {FUNC_map_lookup_elem}},
    {MAPTYPE_SOCKMAP, {FUNC_map_lookup_elem, FUNC_map_update_elem, FUNC_map_delete_elem}},
    {MAPTYPE_SOCKHASH, {FUNC_map_lookup_elem, FUNC_map_update_elem, FUNC_map_delete_elem}},
    {MAPTYPE_REUSEPORT_SOCKARRAY, {0}},
    {MAPTYPE_QUEUE, {0}},
    {MAPTYPE_STACK, {0}},
    {MAPTYPE_SK_STORAGE, {0}},
    {MAPTYPE_INODE_STORAGE, {0}},
    {MAPTYPE_TASK_STORAGE, {0}},
    {MAPTYPE_CGRP_STORAGE, {0}},
    {MAPTYPE_BLOOM_FILTER, {0}},
    {MAPTYPE_STRUCT_OPS, {0}},
    {MAPTYPE_UNSPEC, {0}},
};

/* Does the helper's own list hold the type? *listed: it has one. */
static bool takes_type(uint32_t func, enum maptype type, bool *listed)
{
	*listed = false;
	for (size_t i = 0; i < sizeof takes / sizeof *takes; i++) {
		if (takes[i].func != func)
			continue;
		*listed = true;
		for (unsigned k = 0; k < MAX_TYPES; k++)
			if (takes[i].types[k] == type && type)
				return true;
	}
	bool lru = type == MAPTYPE_LRU_HASH || type == MAPTYPE_LRU_PERCPU_HASH;
	return func == FUNC_for_each_map_elem && lru;
}

static bool is_compatible(uint32_t func, enum maptype type)
{
	bool listed, takes_it = takes_type(func, type, &listed);
	if (listed)
		return takes_it;
	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
		if (taken[i].type != type)
			continue;
		for (unsigned k = 0; k < MAX_FUNCS && taken[i].funcs[k]; k++)
			if (taken[i].funcs[k] == func)
				return true;
		return false;
	}
	return true;
}

const struct map *contract_map(const struct prover *v, const struct call *c)
{
	return c->map == NO_MAP ? NULL : &v->p->object->maps[c->map];
}

static bool find_map(struct prover *v, const struct astate *s, struct call *c, const struct aval *a)
{
	c->is_inner = a->object & INNER_MAP;
	c->map = a->object & ~INNER_MAP;
	if (!c->is_inner)
		return true;
	int inner = v->p->object->maps[c->map].inner;
	if (inner < 0)
		return prover_unmodelled(v, s, REASON_MAPTYPE, "a map of maps without the definition of its maps");
	c->map = (uint32_t)inner;
	return true;
}

static bool changes_map(uint32_t func)
{
	return func == FUNC_map_update_elem || func == FUNC_map_delete_elem || func == FUNC_map_push_elem ||
	       func == FUNC_map_pop_elem;
}

static bool is_socket_map(const struct map *m)
{
	return m->type == MAPTYPE_SOCKMAP || m->type == MAPTYPE_SOCKHASH;
}

/* may_update_sockmap: where no socket is locked. */
static bool may_change_sockets(const struct prover *v, uint32_t func)
{
	static const uint8_t types[] = {PROGTYPE_SOCKET_FILTER, PROGTYPE_SCHED_CLS,    PROGTYPE_SCHED_ACT,
					PROGTYPE_XDP,           PROGTYPE_SK_REUSEPORT, PROGTYPE_FLOW_DISSECTOR,
					PROGTYPE_SK_LOOKUP};
	enum progtype type = v->p->type;
	if (func != FUNC_map_update_elem && func != FUNC_map_delete_elem)
		return true;
	for (size_t i = 0; i < sizeof types; i++)
		if (types[i] == type)
			return true;
	bool iterator = type == PROGTYPE_TRACING && v->p->expected_attach == TRACE_ITER;
	return iterator || (type == PROGTYPE_SOCK_OPS && func == FUNC_map_delete_elem);
}

bool contract_check_map(struct prover *v, struct astate *s, struct call *c, unsigned i)
{
	const struct aval *a = &c->arg[i];
	if (a->kind == KIND_MAP && a->maybe_null &&
	    !prover_oblige(v, s, OBLIGATION_NOT_NULL, false, "argument %u of bpf_%s was not compared with NULL", i + 1,
			   c->row->name))
		return false;
	if (!contract_oblige(v, s, c, i, contract_is_whole(s, a, KIND_MAP), "a map") || !find_map(v, s, c, a))
		return false;
	const struct map *m = contract_map(v, c);
	bool fits = is_compatible(c->row->id, m->type);
	if (!prover_oblige(v, s, OBLIGATION_ARGUMENT, fits, "bpf_%s %s maps of type %s", c->row->name,
			   fits ? "takes" : "does not take", maptype_rows[m->type].name))
		return false;
	if (m->type == MAPTYPE_ARENA)
		return prover_unmodelled(v, s, REASON_MAPTYPE, maptype_rows[m->type].name);
	if (is_socket_map(m) && !may_change_sockets(v, c->row->id) &&
	    !prover_oblige(v, s, OBLIGATION_ALLOWED, false,
			   "bpf_%s of a socket map is not there for programs of type %s", c->row->name,
			   progtype_rows[v->p->type].name))
		return false;
	bool fixed = m->frozen || (m->flags & BPF_F_RDONLY_PROG);
	return !fixed || !changes_map(c->row->id) ||
	       prover_oblige(v, s, OBLIGATION_WRITABLE, false, "map %s may not be changed by programs", m->name);
}

/* An array holds every index below its size. */
static bool is_index(struct astate *s, const struct map *m, const struct aval *key)
{
	uint64_t off;
	bool array = maptype_rows[m->type].model == MAP_ARRAY && m->key_size == 4 && !m->is_inner;
	if (!array || key->kind != KIND_STACK || !contract_offset(s, key, &off))
		return false;
	struct aval index = stack_load(s, key->object, (uint32_t)(off + STACK_BYTES), 4);
	return index.kind == KIND_NUMBER && state_number(s, &index).umax < m->max_entries;
}

/* Keys of a lookup are not shown to anybody, those of an update are. */
bool contract_check_key(struct prover *v, struct astate *s, struct call *c, unsigned i)
{
	const struct map *m = contract_map(v, c);
	char text[TEXT];
	if (!m)
		return prover_unmodelled(v, s, REASON_HELPER, c->row->name);
	snprintf(text, sizeof text, "argument %u of bpf_%s (key of %s)", i + 1, c->row->name, m->name);
	bool hidden = !contract_hides(v) || !contract_is_visible(c->row);
	if (!access_bytes(v, s, &c->arg[i], scalar_const(m->key_size), ACCESS_READ | ACCESS_HELPER, hidden, text))
		return false;
	c->found = is_index(s, m, &c->arg[i]);
	return true;
}

/* resolve_map_arg_type: socket maps take sockets, a bloom filter is asked about a value. */
bool contract_check_value(struct prover *v, struct astate *s, struct call *c, unsigned i, unsigned how)
{
	const struct map *m = contract_map(v, c);
	char text[TEXT];
	if (!m)
		return prover_unmodelled(v, s, REASON_HELPER, c->row->name);
	if (is_socket_map(m))
		return contract_check_object(v, s, c, i);
	if (m->type == MAPTYPE_BLOOM_FILTER)
		how = ACCESS_READ;
	snprintf(text, sizeof text, "argument %u of bpf_%s (value of %s)", i + 1, c->row->name, m->name);
	bool reads = how & ACCESS_READ;
	return access_bytes(v, s, &c->arg[i], scalar_const(m->value_size), how | ACCESS_HELPER,
			    !contract_hides(v) || !reads, text);
}

/* Device maps give what they hold, but not to write (dev_map_init_map). */
static bool is_device_map(const struct map *m)
{
	return m->type == MAPTYPE_DEVMAP || m->type == MAPTYPE_DEVMAP_HASH;
}

static struct aval found_in(const struct map *m, uint32_t map)
{
	if (maptype_rows[m->type].model == MAP_MAPS)
		return aval_pointer(KIND_MAP, INNER_MAP | map, 0);
	if (is_device_map(m))
		return aval_pointer(KIND_MEM_RO, m->value_size, 0);
	if (is_socket_map(m))
		return aval_pointer(KIND_KERNEL, KERNEL_SOCKET, 0);
	if (m->type == MAPTYPE_XSKMAP)
		return aval_pointer(KIND_KERNEL, KERNEL_ANY, 0);
	return aval_pointer(KIND_VALUE, map, 0);
}

bool contract_return_element(struct prover *v, struct astate *s, struct call *c)
{
	const struct map *m = contract_map(v, c);
	bool found = c->row->ret == RET_VALUE || (c->found && c->row->id == FUNC_map_lookup_elem);
	struct aval *r0 = &s->r[0];
	if (!m)
		return prover_unmodelled(v, s, REASON_HELPER, c->row->name);
	*r0 = found_in(m, c->map);
	r0->maybe_null = !found || r0->kind != KIND_VALUE;
	if (is_socket_map(m))
		return held_acquire(v, s, c->row->id, r0);
	r0->null_id = contract_fresh_id(s);
	return true;
}
