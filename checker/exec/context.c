/* SPDX-License-Identifier: BSD-2-Clause */
/* The context: fields by context.def. Scalar bytes are kept in machine.context, where they come from the input when they
 * are first needed; pointer fields hold 0 there. */
#include "machine.h"

#include <string.h>

static uint8_t input_byte(const struct machine *m, uint64_t off)
{
	if (!m->context_after)
		return (uint8_t)machine_input(m, IN_CTX, 1, off);
	return (uint8_t)machine_input(m, IN_AFTER, 3, m->context_after - 1, (uint64_t)AFTER_CONTEXT, off);
}

static uint8_t field_byte(const struct machine *m, const struct context_field *f, unsigned i)
{
	if (f->kind != FIELD_SCALAR && f->kind != FIELD_TYPED)
		return 0;
	if (context_field_is_length(f))
		return (uint8_t)((uint64_t)(m->pkt.total - m->pkt.data) >> 8 * i);
	return input_byte(m, (uint64_t)f->off + i) & context_byte_mask(f, i);
}

static void fill_field(struct machine *m, const struct context_field *f, uint64_t from, uint64_t to)
{
	for (uint64_t i = from > f->off ? from : f->off; i < to && i < (uint64_t)f->off + f->size; i++) {
		if (!m->context_known[i])
			m->context[i] = field_byte(m, f, (unsigned)(i - f->off));
		m->context_known[i] = true;
	}
}

void context_fill(struct machine *m, uint64_t off, uint64_t n)
{
	for (size_t k = 0; k < context_field_count; k++)
		if (context_fields[k].layout == m->layout)
			fill_field(m, &context_fields[k], off, off + n);
	for (uint64_t i = off; context_rows[m->layout].scalar_gaps && i < off + n; i++) {
		if (!m->context_known[i])
			m->context[i] = input_byte(m, i);
		m->context_known[i] = true;
	}
}

void context_change(struct machine *m, bool all)
{
	if (all)
		memset(m->context_known, false, context_rows[m->layout].size);
	for (size_t i = 0; i < context_field_count; i++) {
		const struct context_field *f = &context_fields[i];
		if (f->layout != m->layout || !context_field_is_length(f))
			continue;
		for (unsigned k = 0; k < f->size; k++)
			m->context[f->off + k] = field_byte(m, f, k);
		memset(m->context_known + f->off, true, f->size);
	}
}

void context_init(struct machine *m)
{
	m->context = machine_alloc(context_rows[m->layout].size);
	m->context_known = machine_alloc(context_rows[m->layout].size);
	context_change(m, true);
}

_Noreturn static void refuse(struct machine *m, const char *verb, int64_t off, uint64_t n)
{
	machine_fault(m, FAULT_CTX_ACCESS, "%s of %llu bytes at offset %lld of the %s context", verb,
		      (unsigned long long)n, (long long)off, context_rows[m->layout].name);
}

/* The field that holds the access, NULL for a readable gap. */
static const struct context_field *find_field(struct machine *m, bool write, int64_t off, unsigned n)
{
	if (off < 0 || !context_permits(m->p->type, (uint64_t)off, n, write))
		refuse(m, write ? "write" : "read", off, n);
	const struct context_field *f = context_find(m->layout, (uint64_t)off);
	if (f && context_is_unmodelled(m->p->type, f, write, m->pkt.epoch > 0))
		machine_stop(m, REASON_INSN, "access to the field %s of the %s context", f->name,
			     context_rows[m->layout].name);
	return f;
}

/* Helpers take longer pieces, which must be made of permitted accesses. */
static unsigned piece(uint64_t n)
{
	return n >= 8 ? 8 : n >= 4 ? 4 : 1;
}

void context_read(struct machine *m, int64_t off, uint64_t n, uint8_t *out)
{
	for (uint64_t i = 0; i < n;) {
		unsigned size = n == 2 ? 2 : piece(n - i);
		const struct context_field *f = find_field(m, false, off + (int64_t)i, size);
		if (f && f->kind != FIELD_SCALAR && f->kind != FIELD_TYPED)
			refuse(m, "read", off, n);
		context_fill(m, (uint64_t)off + i, size);
		memcpy(out + i, m->context + off + i, size);
		i += size;
	}
}

static struct value load_object(struct machine *m, const struct context_field *f)
{
	if (f->kind == FIELD_KERNEL_OR_NULL && !(input_byte(m, f->off) & 1))
		return (struct value){0, 0};
	uint64_t at = machine_input(m, IN_AT_KERNEL, 2, m->context_after - 1, (uint64_t)f->off);
	struct region *r = machine_add_region(m, REGION_KERNEL, at, 0);
	return (struct value){at, machine_region_id(m, r)};
}

struct value context_load(struct machine *m, int64_t off, unsigned n)
{
	uint8_t bytes[8] = {0};
	struct value v = {0, 0};
	const struct context_field *f = find_field(m, false, off, n);
	if (f && (f->kind == FIELD_KERNEL || f->kind == FIELD_KERNEL_OR_NULL))
		return load_object(m, f);
	if (f && f->kind == FIELD_FLOW_KEYS)
		return (struct value){m->regions[m->flow_region].base, m->flow_region};
	if (f && f->kind != FIELD_SCALAR && f->kind != FIELD_TYPED)
		return packet_pointer(m, f->kind);
	if (f && f->kind == FIELD_TYPED && n == 8)
		v.region = WORD_REGION;
	context_fill(m, (uint64_t)off, n);
	memcpy(bytes, m->context + off, n);
	memcpy(&v.word, bytes, sizeof bytes);
	return v;
}

void context_check_write(struct machine *m, int64_t off, uint64_t n)
{
	for (uint64_t i = 0; i < n;) {
		unsigned size = n == 2 ? 2 : piece(n - i);
		find_field(m, true, off + (int64_t)i, size);
		i += size;
	}
}

void context_write(struct machine *m, int64_t off, uint64_t n, const uint8_t *bytes)
{
	const struct context_field *whole = context_find(m->layout, (uint64_t)off);
	uint64_t word = 0;
	memcpy(&word, bytes, n < sizeof word ? n : sizeof word);
	if (word > context_write_limit(whole))
		machine_stop(m, REASON_CONTEXT, "a store of %llu into the context field %s", (unsigned long long)word,
			     whole->name);
	for (uint64_t i = 0; i < n; i++) {
		const struct context_field *f = context_find(m->layout, (uint64_t)off + i);
		m->context[(uint64_t)off + i] = bytes[i] & context_byte_mask(f, (unsigned)((uint64_t)off + i - f->off));
		m->context_known[(uint64_t)off + i] = true;
	}
}
