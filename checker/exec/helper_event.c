/* SPDX-License-Identifier: BSD-2-Clause */
/* The event of a call: its arguments as others can tell them apart, and the bytes that it reads. */
#include "machine.h"

#include <string.h>

static uint64_t event_arg(const struct machine *m, const struct helper_call *c, unsigned i)
{
	if (c->row->args[i] == ARG_CTX_OR_NULL && (c->arg[i].region <= WORD_REGION && !c->arg[i].word))
		return ~0ull;
	if (c->row->args[i] == ARG_TIMER || c->row->args[i] == ARG_KPTR)
		return c->arg[i].word;
	if (c->row->args[i] == ARG_DYNPTR)
		return c->read[i] ? c->len[i] : ~0ull;
	switch (m->regions[c->arg[i].region].kind) {
	case REGION_MAP:
		return m->maps[m->regions[c->arg[i].region].map].number;
	case REGION_CTX:
		return c->len[i]; /* 0 unless it serves as memory */
	case REGION_NONE:
	case REGION_STACK:
	case REGION_PACKET:
	case REGION_VALUE:
	case REGION_MEM:
	case REGION_KERNEL:
	case REGION_FUNC:
	case REGION_KEY:
	case REGION_DYNPTR:
	case REGION_FLOW:
	case REGION_WORD:
		break;
	}
	if (c->row->args[i] == ARG_INT)
		return (uint32_t)c->arg[i].word & (uint32_t)(c->row->size[i] ? ~0ull >> (64 - 8 * c->row->size[i]) : ~0ull);
	bool memory = c->arg[i].region > WORD_REGION && m->regions[c->arg[i].region].kind != REGION_KERNEL;
	return memory ? c->len[i] : c->arg[i].word;
}

static void record_code(struct machine *m, const struct helper_call *c)
{
	for (unsigned i = 0; i < 5; i++) {
		const struct region *r = &m->regions[c->arg[i].region];
		if (c->row->args[i] != ARG_FUNC)
			continue;
		struct exec_event *e = machine_add_event(m, EVENT_CODE, false);
		e->n_args = 1;
		e->args[0] = program_code_hash(m->p, (uint32_t)r->gen, m->opt->map_numbers);
	}
}

void helper_record(struct machine *m, const struct helper_call *c, bool visible)
{
	record_code(m, c);
	struct exec_event *e = machine_add_event(m, c->row->id, visible);
	for (unsigned i = 0; i < 5 && c->row->args[i] != ARG_NONE; i++) {
		e->args[e->n_args++] = event_arg(m, c, i);
		e->n_bytes += c->read[i] ? c->len[i] : 0;
	}
	e->bytes = machine_alloc(e->n_bytes);
	size_t at = 0;
	for (unsigned i = 0; i < 5; i++) {
		if (!c->read[i])
			continue;
		memcpy(e->bytes + at, c->read[i], c->len[i]);
		at += c->len[i];
	}
	if (c->row->effects & FOLLOWS)
		helper_follow_format(m, c, e);
}
