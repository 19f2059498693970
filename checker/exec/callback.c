/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers that call a function of the program again and again: bpf_loop and bpf_for_each_map_elem of arrays. What that
 * of bpf_user_ringbuf_drain does is input. */
#include "machine.h"

#include <string.h>

#define MAX_LOOPS (8u << 20) /* kernel: BPF_MAX_LOOPS */

static void set_argument(struct machine *m, unsigned reg, struct value v)
{
	m->r[reg] = v;
	m->known |= (uint16_t)(1u << reg);
	m->secret &= (uint16_t)~(1u << reg);
}

/* The array's index is on the kernel's stack, beside the program's frames. */
static struct value make_key(struct machine *m, uint32_t index)
{
	uint64_t at = machine_input(m, IN_AT_STACK, 1, (uint64_t)MAX_FRAMES + m->depth + 1);
	struct region *r = machine_add_region(m, REGION_KEY, at, sizeof index);
	r->bytes = machine_alloc(sizeof index);
	memcpy(r->bytes, &index, sizeof index);
	return (struct value){r->base, machine_region_id(m, r)};
}

static void enter_round(struct machine *m, struct callback b)
{
	m->known &= (uint16_t)~0x3fu;
	if (b.map == UINT32_MAX) {
		set_argument(m, 1, (struct value){b.round, 0});
		set_argument(m, 2, b.context);
	} else {
		uint32_t index = (uint32_t)b.round;
		struct value key = make_key(m, index);
		b.key_region = key.region;
		set_argument(m, 1, b.object);
		set_argument(m, 2, key);
		set_argument(m, 3, element_pointer(m, b.map, element_find(m, b.map, (const uint8_t *)&index)));
		set_argument(m, 4, b.context);
	}
	if (b.secret_context)
		m->secret |= (uint16_t)(1u << (b.map == UINT32_MAX ? 2 : 4));
	exec_enter(m, b.target);
	m->frames[m->depth].callback = b;
}

void callback_start(struct machine *m)
{
	struct callback b = m->pending;
	m->pending = (struct callback){0};
	if (b.rounds)
		enter_round(m, b);
}

void callback_return(struct machine *m, struct callback b)
{
	if (!(m->known & 1u))
		machine_fault(m, FAULT_REG_UNINIT, "the callback leaves r0 unwritten");
	if (m->r[0].word > 1)
		machine_fault(m, FAULT_CALLBACK, "the callback returns %llu", (unsigned long long)m->r[0].word);
	m->regions[b.key_region].dead = b.key_region != 0;
	if (++b.round < b.rounds && !m->r[0].word) {
		enter_round(m, b);
		return;
	}
	m->known &= (uint16_t)~0x3fu;
	set_argument(m, 0, (struct value){b.round, 0});
}

/* The callback comes after the call, when the registers are those that it leaves behind. */
static void set_pending(struct machine *m, struct helper_call *c, uint64_t rounds)
{
	helper_return(c, 0);
	m->pending = (struct callback){.rounds = rounds,
				       .target = (uint32_t)m->regions[c->arg[1].region].gen,
				       .map = c->map,
				       .object = c->arg[0],
				       .context = c->arg[2],
				       .secret_context = m->secret & 1u << 3};
}

/* Of more than BPF_MAX_LOOPS it returns -E2BIG as 64 or as 32 bits, and reads 32 or 64 bits of the number, as the
 * verifier inlines the call or not (inline_bpf_loop). */
void helper_run_LOOP(struct machine *m, struct helper_call *c)
{
	if (c->arg[3].word) {
		helper_return(c, -EXEC_EINVAL);
		return;
	}
	if (c->arg[0].word > MAX_LOOPS)
		machine_stop(m, REASON_CALLBACK, "bpf_loop with more than BPF_MAX_LOOPS");
	set_pending(m, c, c->arg[0].word);
}

void helper_run_FOR_EACH(struct machine *m, struct helper_call *c)
{
	const struct map *def = m->maps[c->map].def;
	if (def->is_data || maptype_rows[def->type].model != MAP_ARRAY)
		machine_stop(m, REASON_CALLBACK, "the order of the elements of map %s is the kernel's", def->name);
	if (c->arg[3].word)
		helper_return(c, -EXEC_EINVAL);
	else
		set_pending(m, c, element_entries(m, c->map));
}

void helper_run_code(struct machine *m, struct helper_call *c)
{
	uint64_t at = m->opaque_calls, which = (uint64_t)helper_code_argument(c->row);
	const struct helper_row *row = c->row;
	struct helper_row idle = *row;
	if (m->opt->safety)
		machine_stop(m, REASON_CALLBACK, "what the function of %s does", row->name);
	if (machine_input(m, IN_OUT_LEN, 2, at, which)) {
		helper_run_opaque(m, c);
		return;
	}
	idle.effects &= (uint32_t) ~(MAPS_WRITE | KERNEL_WRITE);
	c->row = &idle;
	helper_run_opaque(m, c);
	c->row = row;
	helper_return(c, c->ret.word & 1 ? -EXEC_EBUSY : 0);
}
