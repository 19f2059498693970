/* SPDX-License-Identifier: BSD-2-Clause */
/* Special fields of map values: see encode/machine/helper_field.c. */
#include "machine.h"

void helper_run_SPIN_LOCK(struct machine *m, struct helper_call *c)
{
	struct region r = m->regions[c->arg[0].region];
	struct value first = {r.base, c->arg[0].region};
	if (r.kind == REGION_KERNEL || r.kind == REGION_WORD)
		machine_stop(m, REASON_HELPER, "a lock of an allocated object");
	if (r.kind != REGION_VALUE || (c->arg[0].word - r.base) % 4)
		machine_fault(m, FAULT_HELPER_ARG, "argument 1 of bpf_%s is no lock", c->row->name);
	memory_check_field(m, c->arg[0], 4);
	uint64_t position = m->opaque_calls++;
	struct exec_event *e = machine_add_event(m, c->row->id, true);
	e->n_args = 1;
	e->args[0] = c->arg[0].word;
	e->n_bytes = r.size <= LOCK_SHOWN_MAX ? r.size : 0;
	e->bytes = machine_alloc(e->n_bytes);
	memory_read(m, first, 0, e->n_bytes, e->bytes);
	element_forget_values(m, position);
}

static void give(struct machine *m, const struct helper_call *c, unsigned i)
{
	struct region *r = &m->regions[c->arg[i].region];
	if (r->kind == REGION_NONE)
		return;
	if (!r->acquired || c->arg[i].word != r->base)
		machine_fault(m, FAULT_HELPER_ARG, "argument %u of bpf_%s is no reference", i + 1, c->row->name);
	r->dead = true;
}

void helper_run_KPTR_XCHG(struct machine *m, struct helper_call *c)
{
	uint64_t position = m->opaque_calls++, id = c->row->id, word = c->arg[1].word;
	struct exec_event *e = machine_add_event(m, c->row->id, true);
	e->n_args = 2;
	e->args[0] = c->arg[0].word;
	e->args[1] = word;
	give(m, c, 1);
	memory_write_field(m, c->arg[0], 8, &word);
	helper_return_object(m, c, position, machine_input(m, IN_RESULT, 2, id, position) & 1);
}
