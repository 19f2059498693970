/* SPDX-License-Identifier: BSD-2-Clause */
/* Exact model of bpf_strncmp. */
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
