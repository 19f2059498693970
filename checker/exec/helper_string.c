/* SPDX-License-Identifier: BSD-2-Clause */
/* Exact models of helpers on strings. */
#include "machine.h"

/* -1, 0 or 1: lib/string.c */
void helper_run_STRNCMP(struct machine *m, struct helper_call *c)
{
	const uint8_t *a = c->read[0], *b = c->read[2];
	uint64_t i = 0;
	while (i + 1 < c->len[0] && a[i] == b[i] && b[i])
		i++;
	helper_return(c, a[i] == b[i] ? 0 : a[i] < b[i] ? -1 : 1);
	(void)m;
}

static bool is_own(const struct region *r)
{
	return r->kind == REGION_STACK || r->kind == REGION_VALUE || r->kind == REGION_MEM;
}

/* strncpy_from_kernel_nofault: up to the NUL or `size` bytes, the last of which becomes one; the rest stays. What
 * else can be read is the kernel's, see the sound default. */
void helper_run_PROBE_READ_STR(struct machine *m, struct helper_call *c)
{
	uint64_t size = c->len[0], n = 0, from = c->arg[2].word, to = c->arg[0].word;
	uint8_t byte = 1, *copy;
	if (m->regions[c->arg[2].region].kind == REGION_KERNEL)
		c->arg[2].region = 0;
	if (!is_own(&m->regions[c->arg[2].region])) {
		helper_run_opaque(m, c);
		return;
	}
	if (c->arg[0].region == c->arg[2].region && from < to && to < from + size)
		machine_stop(m, REASON_HELPER, "bpf_%s over its own source", c->row->name);
	copy = m->scratch[2] = machine_alloc(size);
	while (n < size && byte) {
		memory_read(m, c->arg[2], (int64_t)n, 1, &byte);
		copy[n++] = byte;
	}
	if (n && n == size)
		copy[n - 1] = 0;
	memory_write(m, c->arg[0], 0, n, copy);
	helper_return(c, (int64_t)n);
}
