/* SPDX-License-Identifier: BSD-2-Clause */
/* The first difference of two outcomes, in words. */
#include "machine.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct report {
	char *buf;
	size_t len;
};

__attribute__((format(printf, 2, 3))) static bool say(struct report r, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	if (r.buf)
		vsnprintf(r.buf, r.len, fmt, ap);
	va_end(ap);
	return true;
}

static const char *end_name(enum exec_end e)
{
	static const char *const names[] = {
	    [EXEC_EXIT] = "exits",
	    [EXEC_TAIL_CALL] = "makes a tail call",
	    [EXEC_FAULT] = "faults",
	    [EXEC_UNMODELLED] = "does something that is not modelled",
	};
	return names[e];
}

static bool ends_differ(const struct program *p, const struct exec_outcome *x, const struct exec_outcome *y,
			struct report r)
{
	if (x->end != y->end)
		return say(r, "the first %s, the second %s", end_name(x->end), end_name(y->end));
	if (x->end == EXEC_TAIL_CALL && (x->tail_map != y->tail_map || x->tail_index != y->tail_index))
		return say(r, "tail call: map %llu index %llu, map %llu index %llu", (unsigned long long)x->tail_map,
			   (unsigned long long)x->tail_index, (unsigned long long)y->tail_map,
			   (unsigned long long)y->tail_index);
	unsigned bits = progtype_rows[p->type].ret;
	uint64_t mask = bits >= 64 ? ~0ull : (1ull << bits) - 1;
	if (x->end == EXEC_EXIT && y->is_void && !x->is_void)
		return say(r, "return value: 0x%llx, none", (unsigned long long)(x->r0 & mask));
	if (x->end == EXEC_EXIT && !x->is_void && (x->r0 & mask) != (y->r0 & mask))
		return say(r, "return value: 0x%llx, 0x%llx", (unsigned long long)(x->r0 & mask),
			   (unsigned long long)(y->r0 & mask));
	return false;
}

static bool packets_differ(const struct program *p, const struct exec_outcome *x, const struct exec_outcome *y,
			   struct report r)
{
	enum packet_kind kind = progtype_rows[p->type].packet;
	if (kind == PACKET_NONE)
		return false;
	/* A socket buffer's linear part is how it is stored, not what it holds. */
	if (x->data != y->data ||
	    (kind != PACKET_SKB && (x->data_end != y->data_end || x->data_meta != y->data_meta)) ||
	    x->packet_len != y->packet_len)
		return say(r, "packet bounds [data_meta, data, data_end]: [%lld, %lld, %lld], [%lld, %lld, %lld]",
			   (long long)x->data_meta, (long long)x->data, (long long)x->data_end, (long long)y->data_meta,
			   (long long)y->data, (long long)y->data_end);
	for (size_t i = 0; i < x->packet_len; i++)
		if (x->packet[i] != y->packet[i])
			return say(r, "packet byte %zu: 0x%02x, 0x%02x", i, x->packet[i], y->packet[i]);
	for (size_t i = 0; x->metadata && y->metadata && i < x->metadata_len && i < y->metadata_len; i++)
		if (x->metadata[i] != y->metadata[i])
			return say(r, "metadata byte %zu: 0x%02x, 0x%02x", i, x->metadata[i], y->metadata[i]);
	return false;
}

static bool contexts_differ(const struct program *p, const struct exec_outcome *x, const struct exec_outcome *y,
			    struct report r)
{
	for (size_t i = 0; i < context_field_count; i++) {
		const struct context_field *f = &context_fields[i];
		bool cleared = f->layout == CONTEXT_SK_BUFF && !strcmp(f->name, "hash"); /* by skb_store_bytes */
		if (f->layout != progtype_rows[p->type].context || (!f->writable && !cleared))
			continue;
		for (unsigned j = 0; j < f->size; j++) {
			uint8_t a = x->context[f->off + j], b = y->context[f->off + j];
			if (a != b)
				return say(r, "context field %s, byte %u: 0x%02x, 0x%02x", f->name, j, a, b);
		}
	}
	return false;
}

static bool flow_keys_differ(const struct exec_outcome *x, const struct exec_outcome *y, struct report r)
{
	for (unsigned i = 0; i < FLOW_KEYS_SIZE; i++)
		if (x->flow_keys[i] != y->flow_keys[i])
			return say(r, "byte %u of the flow keys: 0x%02x, 0x%02x", i, x->flow_keys[i], y->flow_keys[i]);
	return false;
}

/* Both lists are sorted; what only one side lists is as at entry on the other. */
static bool kernel_differs(const struct exec_outcome *x, const struct exec_outcome *y, struct report r)
{
	size_t i = 0, j = 0;
	while (i < x->n_kernel || j < y->n_kernel) {
		const struct exec_kernel_byte *a = i < x->n_kernel ? &x->kernel[i] : NULL;
		const struct exec_kernel_byte *b = j < y->n_kernel ? &y->kernel[j] : NULL;
		bool first = a && (!b || a->address <= b->address), second = b && (!a || b->address <= a->address);
		unsigned long long address = first ? a->address : b->address;
		if (first && second && a->value != b->value)
			return say(r, "byte of the kernel at 0x%llx: 0x%02x, 0x%02x", address, a->value, b->value);
		if (first != second && (first ? a : b)->changed)
			return say(r, "byte of the kernel at 0x%llx: changed by the %s only", address, first ? "first" : "second");
		i += first;
		j += second;
	}
	return false;
}

static const char *print_key(const struct exec_value *v, char *buf, size_t len)
{
	size_t at = 0;
	for (size_t i = 0; i < v->key_size && at + 4 < len; i++)
		at += (size_t)snprintf(buf + at, len - at, "%s%02x", i ? " " : "", v->key[i]);
	if (!v->key_size)
		snprintf(buf, len, "-");
	return buf;
}

static int compare_keys(const struct exec_value *a, const struct exec_value *b)
{
	if (a->map != b->map)
		return a->map < b->map ? -1 : 1;
	return memcmp(a->key, b->key, a->key_size < b->key_size ? a->key_size : b->key_size);
}

static bool values_differ(const struct exec_value *a, const struct exec_value *b, struct report r)
{
	char key[100];
	if (a->present != b->present)
		return say(r, "map %u, key %s: %s, %s", a->map, print_key(a, key, sizeof key),
			   a->present ? "present" : "absent", b->present ? "present" : "absent");
	if (!a->present)
		return false;
	for (size_t i = 0; i < a->value_size && i < b->value_size; i++)
		if (a->value[i] != b->value[i])
			return say(r, "map %u, key %s, value byte %zu: 0x%02x, 0x%02x", a->map,
				   print_key(a, key, sizeof key), i, a->value[i], b->value[i]);
	return false;
}

/* Both lists are sorted; what only one side lists is as at entry on the other. */
static bool maps_differ(const struct exec_outcome *x, const struct exec_outcome *y, struct report r)
{
	char key[100];
	size_t i = 0, j = 0;
	while (i < x->n_values || j < y->n_values) {
		int order = i == x->n_values ? 1 : j == y->n_values ? -1 : compare_keys(&x->values[i], &y->values[j]);
		if (order == 0) {
			if (values_differ(&x->values[i++], &y->values[j++], r))
				return true;
			continue;
		}
		const struct exec_value *v = order < 0 ? &x->values[i++] : &y->values[j++];
		if (v->changed)
			return say(r, "map %u, key %s: changed by the %s only", v->map, print_key(v, key, sizeof key),
				   order < 0 ? "first" : "second");
	}
	return false;
}

static bool same_event(const struct exec_event *a, const struct exec_event *b)
{
	return a->kind == b->kind && a->n_args == b->n_args && !memcmp(a->args, b->args, a->n_args * sizeof *a->args) &&
	       a->n_bytes == b->n_bytes && (!a->n_bytes || !memcmp(a->bytes, b->bytes, a->n_bytes));
}

static const char *event_name(const struct exec_event *e)
{
	if (e->kind >= EXEC_EVENT_ATOMIC)
		return isa_rows[e->kind - EXEC_EVENT_ATOMIC].name;
	const struct helper_row *row = e->kind == EVENT_TAIL_RETURNS ? &helper_tail_returns : helper_find(e->kind);
	return row ? row->name : "helper";
}

static size_t skip_hidden(const struct exec_outcome *o, size_t i)
{
	while (i < o->n_events && !o->events[i].visible)
		i++;
	return i;
}

static bool is_atomic(const struct exec_event *e)
{
	return e->kind >= EXEC_EVENT_ATOMIC;
}

/* Greedy matching is complete: the second may only have more atomics, each can be passed over. */
static bool events_differ(const struct exec_outcome *x, const struct exec_outcome *y, struct report r)
{
	size_t i = skip_hidden(x, 0), j = skip_hidden(y, 0);
	while (i < x->n_events || j < y->n_events) {
		const struct exec_event *a = i < x->n_events ? &x->events[i] : NULL;
		const struct exec_event *b = j < y->n_events ? &y->events[j] : NULL;
		if (a && b && same_event(a, b)) {
			i = skip_hidden(x, i + 1);
			j = skip_hidden(y, j + 1);
		} else if (b && is_atomic(b)) {
			j = skip_hidden(y, j + 1);
		} else if (a && b) {
			return say(r, "event: %s at slot %u, %s at slot %u%s", event_name(a), a->slot, event_name(b),
				   b->slot, a->kind == b->kind ? " with other arguments or bytes" : "");
		} else {
			return say(r, "event: %s at slot %u of the %s only", event_name(a ? a : b), (a ? a : b)->slot,
				   a ? "first" : "second");
		}
	}
	return false;
}

bool exec_differ(const struct program *a, const struct exec_outcome *x, const struct exec_outcome *y, char *buf,
		 size_t len)
{
	struct report r = {buf, len};
	if (buf && len)
		buf[0] = '\0';
	if (ends_differ(a, x, y, r))
		return true;
	if (x->end == EXEC_FAULT || x->end == EXEC_UNMODELLED)
		return false;
	return packets_differ(a, x, y, r) || contexts_differ(a, x, y, r) || flow_keys_differ(x, y, r) || kernel_differs(x, y, r) || maps_differ(x, y, r) ||
	       events_differ(x, y, r);
}
