/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers that print: of memory of the program's own that an argument points to, the bytes count that are printed, not
 * where they are. */
#include "machine.h"

#include "encode/machine/format.h"

#include <stdlib.h>
#include <string.h>

static bool is_own(const struct machine *m, struct value v)
{
	enum region_kind kind = m->regions[v.region].kind;
	return kind == REGION_STACK || kind == REGION_VALUE || kind == REGION_MEM;
}

/* The bytes behind the pointer, those of a text up to its NUL; returns their number. */
static size_t printed_bytes(struct machine *m, struct value v, enum format_follows how, uint8_t *out)
{
	size_t n = how == FORMAT_IPV4 ? 4 : how == FORMAT_IPV6 ? 16 : FORMAT_STRING;
	for (size_t i = 0; i < n; i++) {
		memory_read(m, v, (int64_t)i, 1, out + i);
		if (how == FORMAT_TEXT && !out[i])
			return i + 1;
	}
	if (how == FORMAT_TEXT)
		machine_stop(m, REASON_HELPER, "a string of more than %d bytes is printed", FORMAT_STRING - 1);
	return n;
}

static void append(struct exec_event *e, const uint8_t *bytes, size_t n)
{
	e->bytes = realloc(e->bytes, e->n_bytes + n);
	if (!e->bytes)
		abort();
	memcpy(e->bytes + e->n_bytes, bytes, n);
	e->n_bytes += n;
}

void helper_follow_format(struct machine *m, const struct helper_call *c, struct exec_event *e)
{
	enum format_follows how[FORMAT_ARGS];
	int data = helper_printed(c->row);
	size_t len = data < 0 ? 0 : c->len[data], begin = e->n_bytes - len;
	if (len % 8 || len > 8 * FORMAT_ARGS)
		return; /* the call fails */
	format_scan((const char *)e->bytes, begin, how);
	for (size_t k = 0; k < len / 8; k++) {
		struct value v = memory_load(m, c->arg[data], (int64_t)(8 * k), 8);
		uint8_t bytes[FORMAT_STRING];
		if (!is_own(m, v))
			continue;
		if (how[k] == FORMAT_WORD)
			machine_stop(m, REASON_HELPER, "bpf_%s prints the address of the program's own memory",
				     c->row->name);
		memset(e->bytes + begin + 8 * k, 0, 8);
		append(e, bytes, printed_bytes(m, v, how[k], bytes));
	}
}
