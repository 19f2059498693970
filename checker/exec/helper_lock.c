/* SPDX-License-Identifier: BSD-2-Clause */
/* Spin locks: see encode/machine/helper_lock.c. */
#include "machine.h"

void helper_run_SPIN_LOCK(struct machine *m, struct helper_call *c)
{
	struct region r = m->regions[c->arg[0].region];
	struct value first = {r.base, c->arg[0].region};
	if (r.kind == REGION_KERNEL || r.kind == REGION_WORD)
		machine_stop(m, REASON_HELPER, "a lock of an allocated object");
	if (r.kind != REGION_VALUE || (c->arg[0].word - r.base) % 4)
		machine_fault(m, FAULT_HELPER_ARG, "argument 1 of bpf_%s is no lock", c->row->name);
	memory_check_write(m, c->arg[0], 4);
	uint64_t position = m->opaque_calls++;
	struct exec_event *e = machine_add_event(m, c->row->id, true);
	e->n_args = 1;
	e->args[0] = c->arg[0].word;
	e->n_bytes = r.size <= LOCK_SHOWN_MAX ? r.size : 0;
	e->bytes = machine_alloc(e->n_bytes);
	memory_read(m, first, 0, e->n_bytes, e->bytes);
	element_forget_values(m, position);
}
