/* SPDX-License-Identifier: BSD-2-Clause */
/* Life of the concrete machine: begin, regions, events, and the ways a run ends. */
#include "machine.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *machine_alloc(size_t n)
{
	void *p = calloc(1, n ? n : 1);
	if (!p)
		abort();
	return p;
}

_Noreturn static void end_run(struct machine *m, enum exec_end end, const char *fmt, va_list ap)
{
	m->out->end = end;
	vsnprintf(m->out->what, sizeof m->out->what, fmt, ap);
	longjmp(m->end, 1);
}

_Noreturn void machine_fault(struct machine *m, enum fault f, const char *fmt, ...)
{
	va_list ap;
	m->out->fault = f;
	va_start(ap, fmt);
	end_run(m, EXEC_FAULT, fmt, ap);
}

_Noreturn void machine_stop(struct machine *m, enum reason r, const char *fmt, ...)
{
	va_list ap;
	m->out->reason = r;
	va_start(ap, fmt);
	end_run(m, EXEC_UNMODELLED, fmt, ap);
}

struct region *machine_add_region(struct machine *m, enum region_kind kind, uint64_t base, uint64_t size)
{
	if (m->n_regions == m->cap_regions) {
		m->cap_regions = m->cap_regions ? 2 * m->cap_regions : 16;
		m->regions = realloc(m->regions, m->cap_regions * sizeof *m->regions);
		if (!m->regions)
			abort();
	}
	struct region *r = &m->regions[m->n_regions++];
	*r = (struct region){.kind = kind, .base = base, .size = size};
	return r;
}

uint32_t machine_region_id(const struct machine *m, const struct region *r)
{
	return (uint32_t)(r - m->regions);
}

uint64_t machine_input(const struct machine *m, enum input_fn fn, size_t n, ...)
{
	uint64_t args[4];
	va_list ap;
	va_start(ap, n);
	for (size_t i = 0; i < n; i++)
		args[i] = va_arg(ap, uint64_t);
	va_end(ap);
	return input_get(m->in, fn, args, n);
}

uint64_t machine_count(struct machine *m, uint32_t helper)
{
	for (size_t i = 0; i < m->n_counters; i++)
		if (m->counters[i].id == helper)
			return m->counters[i].n++;
	m->counters = realloc(m->counters, (m->n_counters + 1) * sizeof *m->counters);
	if (!m->counters)
		abort();
	m->counters[m->n_counters++] = (struct counter){helper, 1};
	return 0;
}

struct exec_event *machine_add_event(struct machine *m, uint32_t kind, bool visible)
{
	struct exec_outcome *o = m->out;
	if (!(o->n_events & (o->n_events - 1))) {
		size_t cap = o->n_events ? 2 * o->n_events : 1;
		o->events = realloc(o->events, cap * sizeof *o->events);
		if (!o->events)
			abort();
	}
	struct exec_event *e = &o->events[o->n_events++];
	*e = (struct exec_event){.kind = kind, .visible = visible, .slot = o->slot};
	return e;
}

void machine_check_leaks(struct machine *m)
{
	for (size_t i = 1; i < m->n_regions; i++)
		if (m->regions[i].acquired && !m->regions[i].dead)
			machine_fault(m, FAULT_LEAK, "%s",
				      m->regions[i].kind == REGION_MEM
					  ? "a ring buffer record is neither submitted nor discarded"
					  : "a reference to a kernel object is not released");
}

static void init_maps(struct machine *m)
{
	const struct object *o = m->p->object;
	size_t n = o ? o->n_maps : 0;
	m->maps = machine_alloc(n * sizeof *m->maps);
	for (size_t i = 0; i < n; i++) {
		m->maps[i].def = &o->maps[i];
		m->maps[i].number = m->opt->map_numbers ? m->opt->map_numbers[i] : (uint32_t)i;
	}
}

static void init_memory(struct machine *m)
{
	size_t len = m->opt->memory_len;
	struct region *r = machine_add_region(m, REGION_MEM, machine_input(m, IN_AT_MEM, 1, ~(uint64_t)0), len);
	r->bytes = machine_alloc(len);
	if (len) {
		memcpy(r->bytes, m->opt->memory, len);
		m->r[1] = (struct value){r->base, machine_region_id(m, r)};
	}
	m->r[2].word = len;
	m->known |= 1u << 2;
}

static void init_flow_keys(struct machine *m)
{
	struct region *r = machine_add_region(m, REGION_FLOW, machine_input(m, IN_AT_FLOW, 0), FLOW_KEYS_SIZE);
	m->flow_region = machine_region_id(m, r);
	r->bytes = machine_alloc(FLOW_KEYS_SIZE);
	for (unsigned i = 0; i < FLOW_KEYS_SIZE; i++)
		if (flow_keys_source(i) >= 0)
			r->bytes[i] = (uint8_t)machine_input(m, IN_FLOW, 1, (uint64_t)flow_keys_source(i));
}

static void init_registers(struct machine *m)
{
	struct region *stack =
	    machine_add_region(m, REGION_STACK, machine_input(m, IN_AT_STACK, 1, (uint64_t)0), STACK_SIZE);
	stack->stack = machine_alloc(sizeof *stack->stack);
	m->frames[0].region = machine_region_id(m, stack);
	m->r[10] = (struct value){stack->base + STACK_SIZE, m->frames[0].region};
	m->known = 1u << 1 | 1u << 10;
	if (m->opt->memory) {
		init_memory(m);
		return;
	}
	uint64_t size = context_rows[m->layout].size;
	struct region *ctx = machine_add_region(m, REGION_CTX, machine_input(m, IN_AT_CTX, 0), size);
	m->ctx_region = machine_region_id(m, ctx);
	m->r[1] = (struct value){ctx->base, m->ctx_region};
}

void machine_init(struct machine *m, const struct program *p, const struct input *in, const struct exec_options *opt,
		  struct exec_outcome *out)
{
	memset(m, 0, sizeof *m);
	m->p = p;
	m->in = in;
	m->opt = opt;
	m->out = out;
	m->layout = progtype_rows[p->type].context;
	m->packet_kind = progtype_rows[p->type].packet;
	machine_add_region(m, REGION_NONE, 0, 0);
	machine_add_region(m, REGION_WORD, 0, 0);
	init_maps(m);
	packet_init(m);
	context_init(m);
	if (p->type == PROGTYPE_FLOW_DISSECTOR)
		init_flow_keys(m);
	init_registers(m);
}

static void release_maps(struct machine *m)
{
	size_t n = m->p->object ? m->p->object->n_maps : 0;
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < m->maps[i].n_elements; j++) {
			struct element *e = m->maps[i].elements[j];
			free(e->key);
			free(e->initial);
			free(e->bytes);
			free(e);
		}
		free(m->maps[i].elements);
	}
	free(m->maps);
}

void machine_release(struct machine *m)
{
	for (size_t i = 0; i < m->n_regions; i++) {
		free(m->regions[i].stack);
		free(m->regions[i].bytes);
	}
	release_maps(m);
	free(m->regions);
	free(m->context);
	free(m->context_known);
	free(m->pkt.bytes);
	free(m->pkt.known);
	free(m->counters);
	free(m->index);
	free(m->kernel);
	free(m->snapshot);
	for (int i = 0; i < 5; i++)
		free(m->scratch[i]);
}

static void finish_packet(struct machine *m)
{
	struct exec_outcome *o = m->out;
	const struct packet *k = &m->pkt;
	if (m->packet_kind == PACKET_NONE)
		return;
	o->data = k->data;
	o->data_end = k->data_end;
	o->data_meta = k->data_meta;
	int64_t end = m->packet_kind == PACKET_SKB ? k->total : k->data_end;
	o->packet_lo = k->data;
	o->packet_len = (size_t)(end - k->data);
	packet_fill(m, k->data, o->packet_len);
	o->packet = machine_alloc(o->packet_len);
	memcpy(o->packet, packet_at(m, k->data), o->packet_len);
	o->metadata_len = (size_t)(k->data - k->data_meta);
	packet_fill(m, k->data_meta, o->metadata_len);
	o->metadata = machine_alloc(o->metadata_len);
	memcpy(o->metadata, packet_at(m, k->data_meta), o->metadata_len);
}

void machine_finish(struct machine *m)
{
	finish_packet(m);
	m->out->context_len = context_rows[m->layout].size;
	m->out->context = machine_alloc(m->out->context_len);
	context_fill(m, 0, m->out->context_len);
	memcpy(m->out->context, m->context, m->out->context_len);
	if (m->flow_region)
		memcpy(m->out->flow_keys, m->regions[m->flow_region].bytes, FLOW_KEYS_SIZE);
	after_list_kernel(m);
	element_list(m);
}
