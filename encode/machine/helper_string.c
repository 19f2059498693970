/* SPDX-License-Identifier: BSD-2-Clause */
/* Exact model of bpf_strncmp. */
#include "encode/machine/call.h"

/* From the last byte that counts to the first: -1, 0 or 1 (lib/string.c). */
static term compare_bytes(struct call *c, const struct span *span, const term *a, const term *b, size_t n)
{
	struct term_pool *p = c->pool;
	struct world *w = c->world;
	term result = word_const(w, 0);
	for (size_t i = span->n < n ? span->n : n; i-- > 0;) {
		term later = i + 1 == n ? word_const(w, 0) : result; /* behind the NUL nothing counts */
		term sign = term_ite(p, term_ult(p, a[i], b[i]), word_const(w, ~0ull), word_const(w, 1));
		result = term_ite(p, term_eq(p, a[i], b[i]), later, sign);
		if (span->present)
			result = term_ite(p, span->present[i], result, word_const(w, 0));
	}
	return result;
}

/* All bytes of the first string must be there, also those behind its NUL. */
bool model_strncmp(struct call *c)
{
	struct world *w = c->world;
	struct span span;
	size_t n;
	if (!call_span(c, 0, c->word[1], &span) || !call_string(c, 2, &n))
		return false;
	term *a = world_alloc(w, (span.n + 1) * sizeof *a), *b = world_alloc(w, (n + 1) * sizeof *b);
	access_read_bytes(c->run, c->state, &c->arg[0], span.n, span.present, a);
	access_read_bytes(c->run, c->state, &c->arg[2], n, NULL, b);
	call_set_number(c, compare_bytes(c, &span, a, b, n));
	return true;
}
