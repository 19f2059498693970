/* SPDX-License-Identifier: BSD-2-Clause */
/* Maps as arguments: keys, values, what a lookup finds. */
#include "contract.h"

#include <linux/bpf.h>
#include <stdio.h>

#define TEXT 80

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

bool contract_check_map(struct prover *v, struct astate *s, struct call *c, unsigned i)
{
	const struct aval *a = &c->arg[i];
	if (a->kind == KIND_MAP && a->maybe_null &&
	    !prover_oblige(v, s, OBLIGATION_NOT_NULL, false, "argument %u of %s%s was not compared with NULL", i + 1,
			   contract_prefix(c->row), c->row->name))
		return false;
	if (!contract_oblige(v, s, c, i, contract_is_whole(s, a, KIND_MAP), "a map") || !find_map(v, s, c, a))
		return false;
	const struct map *m = contract_map(v, c);
	bool fits = helper_takes_map(c->row, m->type, v->p->type);
	if (!prover_oblige(v, s, OBLIGATION_ARGUMENT, fits, "%s%s %s maps of type %s", contract_prefix(c->row),
			   c->row->name, fits ? "takes" : "does not take", maptype_rows[m->type].name))
		return false;
	if (m->type == MAPTYPE_ARENA)
		return prover_unmodelled(v, s, REASON_MAPTYPE, maptype_rows[m->type].name);
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

/* Keys of an update are shown; those of a lookup decide what is found. */
bool contract_check_key(struct prover *v, struct astate *s, struct call *c, unsigned i)
{
	const struct map *m = contract_map(v, c);
	char text[TEXT];
	if (!m)
		return prover_unmodelled(v, s, REASON_HELPER, c->row->name);
	snprintf(text, sizeof text, "argument %u of %s%s (key of %s)", i + 1, contract_prefix(c->row), c->row->name,
		 m->name);
	bool hidden = !contract_hides(v);
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
	snprintf(text, sizeof text, "argument %u of %s%s (value of %s)", i + 1, contract_prefix(c->row), c->row->name,
		 m->name);
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
		return aval_pointer(KIND_KERNEL, KERNEL_XDP_SOCK, 0);
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
	if (r0->maybe_null)
		r0->null_id = contract_fresh_id(s);
	if (r0->kind == KIND_VALUE && lock_is_in(m))
		r0->ref = contract_fresh_id(s); /* see contract_lock.c */
	return true;
}
