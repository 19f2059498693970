/* SPDX-License-Identifier: BSD-2-Clause */
/* Exact models of helpers on strings. */
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

#define MAX_PLACES 8 /* of one string */

/* Every constant that a choice may choose; false: it may be something else, or there are too many. */
static bool list_places(struct call *c, term off, uint64_t *out, size_t *n)
{
	struct term_pool *p = c->pool;
	if (term_kind(p, off) == TERM_ITE)
		return list_places(c, term_arg(p, off, 1), out, n) && list_places(c, term_arg(p, off, 2), out, n);
	return *n < MAX_PLACES && term_is_const(p, off, &out[(*n)++]);
}

/* With the string at argument 2; all bytes of the first one must be there, also those behind its NUL. */
static bool compare_strings(struct call *c, const struct span *span, const term *a, term *result)
{
	size_t n;
	if (!call_string(c, 2, &n))
		return false;
	term *b = world_alloc(c->world, (n + 1) * sizeof *b);
	access_read_bytes(c->run, c->state, &c->arg[2], n, NULL, b);
	*result = compare_bytes(c, span, a, b, n);
	return true;
}

/* The verifier takes a string whose place is constant on each path. */
bool model_strncmp(struct call *c)
{
	struct world *w = c->world;
	struct span span;
	struct value string = c->arg[2];
	uint64_t places[MAX_PLACES];
	size_t n = 0;
	if (!call_span(c, 0, c->word[1], &span))
		return false;
	term *a = world_alloc(w, (span.n + 1) * sizeof *a), off = string.n == 1 ? string.alts[0].off : 0, one, all = 0;
	access_read_bytes(c->run, c->state, &c->arg[0], span.n, span.present, a);
	if (!off || !list_places(c, off, places, &n)) {
		call_unknown(c);
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		c->arg[2] = value_pointer(w, string.alts[0].region, word_const(w, places[i]));
		if (!compare_strings(c, &span, a, &one))
			return false;
		all = all ? term_ite(c->pool, term_eq(c->pool, off, word_const(w, places[i])), one, all) : one;
	}
	call_set_number(c, all);
	return true;
}

/* Where the string is, if it is in the program's own memory: there is one such place. */
static bool own_source(const struct call *c, bool *own)
{
	const struct value *v = &c->arg[2];
	*own = false;
	for (uint32_t i = 0; i < v->n; i++) {
		enum region_kind kind = region_at(c->world, v->alts[i].region)->kind;
		*own |= kind == REGION_STACK || kind == REGION_VALUE || kind == REGION_DATA || kind == REGION_MEM;
	}
	return !*own || v->n == 1;
}

static bool is_kernel(const struct call *c)
{
	const struct value *v = &c->arg[2];
	for (uint32_t i = 0; i < v->n; i++) {
		enum region_kind kind = region_at(c->world, v->alts[i].region)->kind;
		if (kind != REGION_NONE && kind != REGION_WORD && kind != REGION_KERNEL)
			return false;
	}
	return true;
}

/* The bytes are copied one by one: what is written ahead of the source would be read later. */
static void refuse_overlap(struct call *c, term size)
{
	struct term_pool *p = c->pool;
	const struct alt *from = &c->arg[2].alts[0];
	for (uint32_t i = 0; i < c->arg[0].n; i++) {
		const struct alt *to = &c->arg[0].alts[i];
		if (to->region != from->region)
			continue;
		term ahead = term_and(p, term_slt(p, from->off, to->off), term_slt(p, to->off, term_add(p, from->off, size)));
		struct state under = *c->state;
		under.guard = term_and(p, under.guard, term_and(p, to->guard, ahead));
		run_unknown(c->run, &under, REASON_HELPER, c->row->name);
	}
}

/* strncpy_from_kernel_nofault: up to the NUL or `size` bytes, the last of which becomes one; the rest stays. What
 * else can be read is the kernel's, see the sound default. */
bool model_probe_read_str(struct call *c)
{
	struct term_pool *p = c->pool;
	struct world *w = c->world;
	struct span span;
	bool own;
	if (!own_source(c, &own)) {
		run_unknown(c->run, c->state, REASON_REGIONS, c->row->name);
		return false;
	}
	if (!own && is_kernel(c))
		c->arg[2] = value_number(w, c->word[2]);
	if (!own)
		return call_opaque(c);
	term size = c->word[1], length = word_const(w, 0), zero = term_const(p, 8, 0), goes_on = term_true(p);
	if (!call_span(c, 0, size, &span))
		return false;
	refuse_overlap(c, size);
	access_check_bytes(c->run, c->state, &c->arg[0], span.n, span.present);
	term *bytes = world_alloc(w, (span.n + 1) * sizeof *bytes), *present = world_alloc(w, (span.n + 1) * sizeof *present);
	size_t n = 0;
	for (; n < span.n && !term_is_false(p, goes_on); n++) {
		struct state under = *c->state;
		present[n] = span.present ? term_and(p, goes_on, span.present[n]) : goes_on;
		under.guard = term_and(p, under.guard, present[n]);
		struct value byte = access_load(c->run, &under, &c->arg[2], (int64_t)n, 1);
		term low = term_extract(p, value_word(w, &byte), 7, 0), behind = word_const(w, n + 1);
		bytes[n] = term_ite(p, term_eq(p, behind, size), zero, low);
		length = term_ite(p, present[n], behind, length);
		goes_on = term_and(p, goes_on, term_ne(p, low, zero));
	}
	access_write_bytes(c->run, c->state, &c->arg[0], n, present, bytes);
	call_set_number(c, length);
	return true;
}
