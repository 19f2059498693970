/* SPDX-License-Identifier: BSD-2-Clause */
/* Dynptrs of map values and ring buffer records: a region that both halves of its 16 bytes of stack name. */
#include "machine.h"

#include <string.h>

_Noreturn static void refuse(struct machine *m, const struct helper_call *c, unsigned i, const char *want)
{
	machine_fault(m, FAULT_HELPER_ARG, "argument %u of bpf_%s is not %s", i + 1, c->row->name, want);
}

/* The two spilled registers in whose place argument i is. */
static uint32_t *find_place(struct machine *m, const struct helper_call *c, unsigned i, struct stack_memory **stack)
{
	const struct region *r = &m->regions[c->arg[i].region];
	uint64_t off = c->arg[i].word - r->base;
	*stack = memory_stack(m, c->arg[i]);
	if (!*stack || r->dead || off % 8 || off > STACK_SIZE - DYNPTR_BYTES)
		refuse(m, c, i, "16 aligned bytes of the stack");
	return &(*stack)->spill[off / 8];
}

static struct region *dynptr_at(struct machine *m, uint32_t region)
{
	return m->regions[region].kind == REGION_DYNPTR ? &m->regions[region] : NULL;
}

/* kind: -1: any */
static struct region *take(struct machine *m, const struct helper_call *c, unsigned i, int kind)
{
	struct stack_memory *stack;
	const uint32_t *at = find_place(m, c, i, &stack);
	struct region *d = dynptr_at(m, at[0]);
	if (!d || !dynptr_at(m, at[1]) ||
	    (kind >= 0 && (d->gen != (uint64_t)kind || m->regions[at[1]].gen != (uint64_t)kind)))
		refuse(m, c, i, "a dynptr of the right kind");
	return d;
}

/* region 0: the bytes are unwritten again */
static void put(struct machine *m, const struct helper_call *c, unsigned i, uint32_t region)
{
	struct stack_memory *stack;
	uint32_t *at = find_place(m, c, i, &stack);
	at[0] = at[1] = region;
	memset(stack->known + 8 * (at - stack->spill), false, DYNPTR_BYTES);
	memset(stack->secret + 8 * (at - stack->spill), false, DYNPTR_BYTES);
}

static void make(struct machine *m, const struct helper_call *c, unsigned i, enum dynptr_kind kind, struct value data,
		 uint64_t size)
{
	struct region *d = machine_add_region(m, REGION_DYNPTR, 0, size);
	d->gen = kind;
	d->data = data;
	put(m, c, i, machine_region_id(m, d));
}

static void no_flags(struct machine *m, const struct helper_call *c, unsigned i)
{
	if (c->arg[i].word)
		machine_stop(m, REASON_HELPER, "bpf_%s with flags", c->row->name);
}

/* bpf_dynptr_check_off_len: 0 or a negative errno */
static int64_t check(const struct region *d, uint32_t off, uint64_t len)
{
	if (!d->data.region)
		return -EXEC_EINVAL;
	return len > d->size || off > d->size - len ? -EXEC_E2BIG : 0;
}

void helper_show_dynptr(struct machine *m, struct helper_call *c, unsigned i)
{
	const struct region *d = take(m, c, i, -1);
	if (!d->data.region)
		return;
	c->len[i] = d->size;
	c->read[i] = m->scratch[i] = machine_alloc(d->size);
	memory_read(m, d->data, 0, c->len[i], c->read[i]);
}

void helper_run_DYNPTR_FROM_MEM(struct machine *m, struct helper_call *c)
{
	if (m->regions[c->arg[0].region].kind != REGION_VALUE)
		refuse(m, c, 0, "a map value");
	memory_check_write(m, c->arg[0], c->arg[1].word);
	int64_t error = c->arg[1].word > DYNPTR_SIZE_MAX ? -EXEC_E2BIG : c->arg[2].word ? -EXEC_EINVAL : 0;
	make(m, c, 3, DYNPTR_LOCAL, error ? (struct value){0, 0} : c->arg[0], c->arg[1].word);
	helper_return(c, error);
}

void helper_run_DYNPTR_READ(struct machine *m, struct helper_call *c)
{
	const struct region *d = take(m, c, 2, -1);
	struct value data = d->data;
	uint64_t n = c->arg[1].word;
	int64_t error = check(d, (uint32_t)c->arg[3].word, n);
	no_flags(m, c, 4);
	helper_return(c, error);
	if (error)
		return;
	uint8_t *bytes = m->scratch[2] = machine_alloc(n);
	memory_read(m, data, (uint32_t)c->arg[3].word, n, bytes);
	memory_write(m, c->arg[0], 0, n, bytes);
}

void helper_run_DYNPTR_WRITE(struct machine *m, struct helper_call *c)
{
	const struct region *d = take(m, c, 0, -1);
	int64_t error = check(d, (uint32_t)c->arg[1].word, c->len[2]);
	no_flags(m, c, 4);
	helper_return(c, error);
	if (!error)
		memory_write(m, d->data, (uint32_t)c->arg[1].word, c->len[2], c->read[2]);
}

void helper_run_DYNPTR_DATA(struct machine *m, struct helper_call *c)
{
	const struct region *d = take(m, c, 0, -1);
	uint32_t off = (uint32_t)c->arg[1].word;
	helper_return(c, 0);
	if (!check(d, off, (uint32_t)c->arg[2].word))
		c->ret = (struct value){d->data.word + off, d->data.region};
}

void helper_run_RINGBUF_RESERVE_DYNPTR(struct machine *m, struct helper_call *c)
{
	uint64_t size = (uint32_t)c->arg[1].word;
	struct stack_memory *stack;
	find_place(m, c, 3, &stack);
	no_flags(m, c, 2);
	struct region *r = helper_reserve(m, c, DYNPTR_RECORDS, size);
	struct value data = r ? (struct value){r->base, machine_region_id(m, r)} : (struct value){0, 0};
	make(m, c, 3, DYNPTR_RINGBUF, data, size);
	struct region *d = &m->regions[m->n_regions - 1];
	d->acquired = true; /* even one that failed */
	if (data.region)
		m->regions[data.region].acquired = false; /* the dynptr holds it */
	helper_return(c, r ? 0 : -EXEC_EINVAL);
}

static void give_back(struct machine *m, struct helper_call *c, bool submit)
{
	struct region *d = take(m, c, 0, DYNPTR_RINGBUF);
	if (d->data.region && submit)
		helper_submit(m, c, &m->regions[d->data.region]);
	if (d->data.region)
		m->regions[d->data.region].dead = true;
	d->dead = true;
	put(m, c, 0, 0);
}

void helper_run_RINGBUF_SUBMIT_DYNPTR(struct machine *m, struct helper_call *c)
{
	give_back(m, c, true);
}

void helper_run_RINGBUF_DISCARD_DYNPTR(struct machine *m, struct helper_call *c)
{
	give_back(m, c, false);
}
