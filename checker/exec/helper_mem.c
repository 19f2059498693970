/* SPDX-License-Identifier: BSD-2-Clause */
/* Exact models of probe reads, arguments of traced functions and ring buffer records. */
#include "machine.h"

#include <string.h>

/* A read that can't fault: outside of the program's memory, or inside where a safety run would call it a fault, any byte
 * may be found. */
static uint8_t probe_byte(struct machine *m, struct value at, int64_t off)
{
	uint8_t byte;
	if (m->opt->safety && memory_probe(m, at, off, &byte))
		return byte;
	if (m->opt->safety || !at.region)
		return after_kernel_byte(m, at.word + (uint64_t)off);
	memory_read(m, at, off, 1, &byte);
	return byte;
}

/* Whether the address can be read is not the program's to know: an oracle. */
void helper_run_PROBE_READ(struct machine *m, struct helper_call *c)
{
	uint64_t n = c->len[0];
	bool fails = machine_input(m, IN_ORACLE, 2, (uint64_t)c->row->id, machine_count(m, c->row->id)) & 1;
	for (uint64_t i = 0; i < n; i++) {
		uint8_t byte = fails ? 0 : probe_byte(m, c->arg[2], (int64_t)i);
		memory_write(m, c->arg[0], (int64_t)i, 1, &byte);
	}
	helper_return(c, fails ? -EXEC_EFAULT : 0);
}

static void check_ring(struct machine *m, const struct helper_call *c)
{
	const struct map *def = m->maps[c->map].def;
	if (maptype_rows[def->type].model != MAP_RING)
		machine_fault(m, FAULT_HELPER_ARG, "map %s is not a ring buffer", def->name);
}

struct region *helper_reserve(struct machine *m, struct helper_call *c, uint64_t first, uint64_t size)
{
	check_ring(m, c);
	uint64_t n = machine_count(m, c->row->id), number = first + n;
	/* records appear in the order of their reservation, also relative to other output */
	struct exec_event *e = machine_add_event(m, c->row->id, false);
	e->n_args = 2;
	e->args[0] = m->maps[c->map].number;
	e->args[1] = size;
	if (c->arg[2].word || machine_input(m, IN_ORACLE, 2, (uint64_t)c->row->id, n) & 1) /* no flag is defined */
		return NULL;
	struct region *r = machine_add_region(m, REGION_MEM, machine_input(m, IN_AT_MEM, 1, number), size);
	r->map = c->map;
	r->acquired = true;
	r->gen = number;
	r->bytes = machine_alloc(size);
	for (uint64_t i = 0; i < size; i++)
		r->bytes[i] = (uint8_t)machine_input(m, IN_OUT, 3, number, (uint64_t)OUT_RECORD, i);
	return r;
}

void helper_run_RINGBUF_RESERVE(struct machine *m, struct helper_call *c)
{
	uint64_t size = c->arg[1].word;
	if (size >= MAX_MEM_SIZE || size == 0)
		machine_fault(m, FAULT_HELPER_ARG, "record size of bpf_ringbuf_reserve is %llu",
			      (unsigned long long)size);
	helper_return(c, 0);
	struct region *r = helper_reserve(m, c, 0, size);
	if (r)
		c->ret = (struct value){r->base, machine_region_id(m, r)};
}

void helper_submit(struct machine *m, const struct helper_call *c, const struct region *r)
{
	struct exec_event *e = machine_add_event(m, c->row->id, true);
	e->n_args = 4;
	e->args[0] = m->maps[r->map].number;
	e->args[1] = r->size;
	e->args[2] = c->arg[1].word;
	e->args[3] = r->gen;
	e->n_bytes = r->size;
	e->bytes = machine_alloc(r->size);
	memcpy(e->bytes, r->bytes, r->size);
}

void helper_run_RINGBUF_SUBMIT(struct machine *m, struct helper_call *c)
{
	struct region *r = &m->regions[c->arg[0].region];
	helper_submit(m, c, r);
	r->dead = true;
}

void helper_run_RINGBUF_DISCARD(struct machine *m, struct helper_call *c)
{
	m->regions[c->arg[0].region].dead = true;
}

#define HELPER_ARG_COUNT 185 /* get_func_arg_cnt */
#define MAX_FUNC_ARGS 12     /* MAX_BPF_FUNC_ARGS: words of the context */

void helper_run_FUNC_ARG(struct machine *m, struct helper_call *c)
{
	uint32_t n = (uint32_t)c->arg[1].word;
	uint64_t count = machine_input(m, IN_CONST, 2, (uint64_t)HELPER_ARG_COUNT, (uint64_t)0) & 15;
	helper_return(c, -EXEC_EINVAL);
	if (n >= count || n >= MAX_FUNC_ARGS)
		return;
	context_fill(m, (uint64_t)8 * n, 8);
	memory_write(m, c->arg[2], 0, 8, m->context + (size_t)8 * n);
	helper_return(c, 0);
}
