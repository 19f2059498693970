/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Dynptrs: 16 bytes of stack that the kernel fills and the program only names (process_dynptr_func in
 * kernel/bpf/verifier.c). A cell holds what they are of; a store over it is the end of the dynptr, but not of the
 * reference that it holds.
 */
#include "contract.h"

/* The stack bytes that argument i points at, where a dynptr may be; false: none. */
static bool find_place(const struct astate *s, const struct aval *a, uint32_t *off)
{
	uint64_t x;
	*off = 0;
	if (a->kind != KIND_STACK || !contract_offset(s, a, &x))
		return false;
	*off = (uint32_t)(x + STACK_BYTES);
	return *off <= STACK_BYTES - DYNPTR_BYTES && *off % 8 == 0;
}

static const struct aval *find_dynptr(const struct astate *s, const struct aval *a)
{
	uint32_t off;
	if (!find_place(s, a, &off))
		return NULL;
	const struct aframe *f = &s->frames[a->object];
	for (uint32_t i = 0; i < f->n_cells; i++)
		if (f->cells[i].off == off && f->cells[i].v.kind == KIND_DYNPTR)
			return &f->cells[i].v;
	return NULL;
}

/* Makes a dynptr at argument i. */
static bool put(struct prover *v, struct astate *s, struct call *c, unsigned i, const struct aval *dynptr)
{
	const struct aval *a = &c->arg[i];
	uint32_t off;
	if (!contract_oblige(v, s, c, i, find_place(s, a, &off), "16 aligned bytes of the stack") ||
	    !access_bytes(v, s, a, scalar_const(DYNPTR_BYTES), ACCESS_WRITE | ACCESS_HELPER, true, "a dynptr"))
		return false;
	stack_store(s, a->object, off, DYNPTR_BYTES, dynptr);
	return true;
}

static const struct aval *take(struct prover *v, struct astate *s, struct call *c, unsigned i)
{
	const struct aval *d = find_dynptr(s, &c->arg[i]);
	return contract_oblige(v, s, c, i, d, "a dynptr") ? d : NULL;
}

/* The memory has to outlive the dynptr, so it is a map's value. */
bool dynptr_from_mem(struct prover *v, struct astate *s, struct call *c)
{
	struct aval d = aval_pointer(KIND_DYNPTR, DYNPTR_LOCAL, 0);
	return contract_oblige(v, s, c, 0, c->arg[0].kind == KIND_VALUE, "a map value") && put(v, s, c, 3, &d);
}

/* Even one that failed has to be given back. */
bool dynptr_reserve(struct prover *v, struct astate *s, struct call *c)
{
	struct aval d = aval_pointer(KIND_DYNPTR, DYNPTR_RINGBUF, 0);
	if (!held_acquire(v, s, c->row->id, &d))
		return false;
	return put(v, s, c, 3, &d);
}

bool dynptr_release(struct prover *v, struct astate *s, struct call *c)
{
	const struct aval *d = take(v, s, c, 0);
	if (!d)
		return false;
	c->released = d->ref;
	return prover_oblige(v, s, OBLIGATION_HELD, d->ref && held_holds(s, d->ref), "the dynptr holds a record");
}

bool dynptr_read(struct prover *v, struct astate *s, struct call *c)
{
	return take(v, s, c, 2);
}

/* Only a packet's dynptr writes to the packet. */
bool dynptr_write(struct prover *v, struct astate *s, struct call *c)
{
	const struct aval *d = take(v, s, c, 0);
	c->keeps_packet = d && d->object != DYNPTR_PACKET;
	return d;
}

/* As many bytes as were asked for at least, if any. */
bool dynptr_data(struct prover *v, struct astate *s, struct call *c)
{
	const struct aval *d = take(v, s, c, 0);
	if (!d || !contract_oblige(v, s, c, 2, c->arg[2].kind == KIND_NUMBER, "a number of bytes"))
		return false;
	struct scalar size = state_number(s, &c->arg[2]);
	c->ret = aval_pointer(KIND_MEM, size.umin32, 0);
	c->ret.maybe_null = c->returns = true;
	c->ret.null_id = contract_fresh_id(s);
	c->ret.ref = d->ref;
	return true;
}
