/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Dynptrs of map values and ring buffer records. A dynptr is a value like a
 * pointer, so that it merges like one, which both halves of its 16 bytes of
 * stack hold; to the program these bytes are unwritten. A store over a part of
 * them ends it.
 */
#include "encode/machine/call.h"

#include <string.h>

#define ERR_2BIG 7
#define ERR_INVAL 22

/* Where on the stack a dynptr is. */
struct place {
	struct frame *frame;
	term off;
};

static bool is_kind(const struct call *c, const struct alt *a, enum region_kind kind)
{
	return region_at(c->world, a->region)->kind == kind;
}

static term pack(struct call *c, term off, term size)
{
	return term_concat(c->pool, term_extract(c->pool, off, 31, 0), term_extract(c->pool, size, 31, 0));
}

static term offset_of(struct call *c, const struct alt *a)
{
	return term_zext(c->pool, term_extract(c->pool, a->off, 63, 32), 64);
}

static term size_of(struct call *c, const struct alt *a)
{
	return term_zext(c->pool, term_extract(c->pool, a->off, 31, 0), 64);
}

/* Its data; 0: it is null. */
static uint32_t data_of(const struct call *c, const struct alt *a)
{
	size_t n;
	uint64_t region = 0;
	const term *words = tuple_words(c->world, region_at(c->world, a->region)->key, &n);
	term_is_const(c->pool, words[0], &region);
	return (uint32_t)region;
}

static uint32_t dynptr_region(struct call *c, enum dynptr_kind kind, uint32_t data)
{
	term region = word_const(c->world, data);
	return region_make(c->world, REGION_DYNPTR, kind, tuple_make(c->world, &region, 1));
}

static struct value null_dynptr(struct call *c, enum dynptr_kind kind)
{
	return value_pointer(c->world, dynptr_region(c, kind, 0), word_const(c->world, 0));
}

/* Sixteen bytes of one live frame at a constant offset; false: the path ends. */
static bool find_place(struct call *c, int i, struct place *out)
{
	const struct value *v = &c->arg[i];
	uint64_t off;
	const struct region *g = region_at(c->world, v->n == 1 ? v->alts[0].region : 0);
	bool alive = g->kind == REGION_STACK && g->id < c->state->depth && g->key == c->state->calls[g->id];
	if (v->n > 1 || (alive && !term_is_const(c->pool, v->alts[0].off, NULL))) {
		call_unknown(c);
		return false;
	}
	if (!alive || !term_is_const(c->pool, v->alts[0].off, &off) || off % 8 || off > STACK_BYTES - DYNPTR_BYTES) {
		run_fault(c->run, c->state, FAULT_HELPER_ARG, term_true(c->pool));
		return false;
	}
	*out = (struct place){c->state->frames[g->id], v->alts[0].off};
	return true;
}

static void put(struct call *c, const struct place *at, const struct value *v)
{
	term yes = term_true(c->pool), next = term_add(c->pool, at->off, word_const(c->world, 8));
	frame_write(c->world, at->frame, yes, at->off, 8, v);
	frame_write(c->world, at->frame, yes, next, 8, v);
}

/* Faults where the value is no dynptr of that kind (-1: any). */
static void need_dynptr(struct call *c, const struct value *v, int kind)
{
	term good = term_false(c->pool);
	for (uint32_t k = 0; k < v->n; k++)
		if (is_kind(c, &v->alts[k], REGION_DYNPTR) && (kind < 0 || region_at(c->world, v->alts[k].region)->id == (uint32_t)kind))
			good = term_or(c->pool, good, v->alts[k].guard);
	run_fault(c->run, c->state, FAULT_HELPER_ARG, term_not(c->pool, term_and(c->pool, good, v->init)));
}

static bool is_lost(const struct value *v)
{
	for (uint32_t k = 0; k < v->n; k++)
		if (v->alts[k].region == LOST_REGION)
			return true;
	return false;
}

/* The dynptr of an argument; false: the path ends. */
static bool take(struct call *c, int i, int kind, struct value *out, struct place *at)
{
	if (!find_place(c, i, at))
		return false;
	*out = frame_read(c->world, at->frame, at->off, 8);
	struct value half = frame_read(c->world, at->frame, term_add(c->pool, at->off, word_const(c->world, 8)), 8);
	if (is_lost(out) || is_lost(&half)) {
		call_unknown(c);
		return false;
	}
	need_dynptr(c, out, kind);
	need_dynptr(c, &half, kind);
	return out->n > 0;
}

/* An access of `len` bytes at `off`, both below 2^32: where it works, and what the helper returns. */
struct request {
	term ok, result;
	struct value data; /* pointer to the first byte where it works */
};

static struct request request(struct call *c, const struct value *d, term off, term len)
{
	struct term_pool *p = c->pool;
	struct world *w = c->world;
	struct request r = {.ok = term_false(p)};
	struct alt *alts = world_alloc(w, (d->n + 1) * sizeof *alts);
	term here = term_false(p);
	r.data = value_number(w, word_const(w, 0));
	for (uint32_t k = 0; k < d->n; k++) {
		const struct alt *a = &d->alts[k];
		if (!is_kind(c, a, REGION_DYNPTR) || !data_of(c, a))
			continue;
		term size = size_of(c, a);
		term fits = term_and(p, term_ule(p, len, size), term_ule(p, off, term_sub(p, size, len)));
		here = term_or(p, here, a->guard);
		r.ok = term_or(p, r.ok, term_and(p, a->guard, fits));
		alts[r.data.n++] = (struct alt){a->guard, data_of(c, a), term_add(p, offset_of(c, a), off)};
	}
	r.data.alts = alts;
	term error = term_ite(p, here, call_errno(c, ERR_2BIG), call_errno(c, ERR_INVAL));
	r.result = term_ite(p, r.ok, word_const(w, 0), error);
	return r;
}

/* No flag is defined for these dynptrs; which error comes first depends on the kernel. */
static bool no_flags(struct call *c, int i)
{
	uint64_t flags;
	if (term_is_const(c->pool, c->word[i], &flags) && !flags)
		return true;
	struct state under = *c->state, *s = c->state;
	term none = term_eq(c->pool, c->word[i], word_const(c->world, 0));
	under.guard = term_and(c->pool, s->guard, term_not(c->pool, none));
	run_unknown(c->run, &under, REASON_HELPER, c->row->name);
	s->guard = term_and(c->pool, s->guard, none);
	return !term_is_false(c->pool, s->guard);
}

static term *narrow(struct call *c, const struct span *span, term ok)
{
	term *present = world_alloc(c->world, (span->n + 1) * sizeof *present);
	for (size_t k = 0; k < span->n; k++)
		present[k] = span->present ? term_and(c->pool, ok, span->present[k]) : ok;
	return present;
}

bool model_dynptr_read(struct call *c)
{
	struct value d;
	struct place at;
	struct span span;
	if (!take(c, 2, -1, &d, &at) || !no_flags(c, 4) || !call_span(c, 0, c->word[1], &span))
		return false;
	access_check_bytes(c->run, c->state, &c->arg[0], span.n, span.present);
	struct request r = request(c, &d, c->word[3], c->word[1]);
	call_set_number(c, r.result);
	if (!r.data.n)
		return true;
	term *bytes = world_alloc(c->world, (span.n + 1) * sizeof *bytes), *present = narrow(c, &span, r.ok);
	access_read_bytes(c->run, c->state, &r.data, span.n, present, bytes);
	access_write_bytes(c->run, c->state, &c->arg[0], span.n, present, bytes);
	return true;
}

bool model_dynptr_write(struct call *c)
{
	struct value d;
	struct place at;
	struct span span;
	if (!take(c, 0, -1, &d, &at) || !no_flags(c, 4) || !call_span(c, 2, c->word[3], &span))
		return false;
	term *bytes = world_alloc(c->world, (span.n + 1) * sizeof *bytes);
	access_read_bytes(c->run, c->state, &c->arg[2], span.n, span.present, bytes);
	struct request r = request(c, &d, c->word[1], c->word[3]);
	call_set_number(c, r.result);
	if (r.data.n)
		access_write_bytes(c->run, c->state, &r.data, span.n, narrow(c, &span, r.ok), bytes);
	return true;
}

/* The verifier allows access to the length that was asked for only, which lies inside of the data. */
bool model_dynptr_data(struct call *c)
{
	struct value d, null = value_number(c->world, word_const(c->world, 0));
	struct place at;
	if (!take(c, 0, -1, &d, &at))
		return false;
	struct request r = request(c, &d, c->word[1], c->word[2]);
	c->result = r.data.n ? value_ite(c->world, r.ok, &r.data, &null) : null;
	return true;
}

/* Only map values live long enough (check_helper_call in the kernel's verifier). */
static struct value local_dynptr(struct call *c)
{
	const struct value *v = &c->arg[0];
	struct alt *alts = world_alloc(c->world, (v->n + 1) * sizeof *alts);
	struct value d = {0, term_true(c->pool), 0, alts};
	term good = term_false(c->pool);
	for (uint32_t k = 0; k < v->n; k++) {
		const struct alt *a = &v->alts[k];
		if (!is_kind(c, a, REGION_VALUE) && !is_kind(c, a, REGION_DATA))
			continue;
		good = term_or(c->pool, good, a->guard);
		alts[d.n++] = (struct alt){a->guard, dynptr_region(c, DYNPTR_LOCAL, a->region), pack(c, a->off, c->word[1])};
	}
	run_fault(c->run, c->state, FAULT_HELPER_ARG, term_not(c->pool, good));
	return d;
}

bool model_dynptr_from_mem(struct call *c)
{
	struct term_pool *p = c->pool;
	struct place at;
	struct span span;
	if (!find_place(c, 3, &at) || !call_span(c, 0, c->word[1], &span))
		return false;
	access_check_bytes(c->run, c->state, &c->arg[0], span.n, span.present);
	if (is_lost(&c->arg[0])) {
		call_unknown(c);
		return false;
	}
	struct value d = local_dynptr(c), null = null_dynptr(c, DYNPTR_LOCAL);
	if (!d.n)
		return false;
	term big = term_ult(p, word_const(c->world, DYNPTR_SIZE_MAX), c->word[1]);
	term flags = term_ne(p, c->word[2], word_const(c->world, 0)), bad = term_or(p, big, flags);
	term error = term_ite(p, big, call_errno(c, ERR_2BIG), call_errno(c, ERR_INVAL));
	call_set_number(c, term_ite(p, bad, error, word_const(c->world, 0)));
	d = value_ite(c->world, bad, &null, &d);
	put(c, &at, &d);
	return true;
}

/* Whether it fails or not, it has to be given back. */
bool model_ringbuf_reserve_dynptr(struct call *c)
{
	struct term_pool *p = c->pool;
	struct world *w = c->world;
	struct place at;
	term n, fails;
	if (!find_place(c, 3, &at) || !no_flags(c, 2) || !call_reserve(c, DYNPTR_RECORDS, &n, &fails))
		return false;
	uint64_t size;
	term_is_const(p, c->word[1], &size);
	tuple key = tuple_make(w, (term[]){n, word_const(w, c->map)}, 2);
	uint32_t record = region_make(w, REGION_MEM, (uint32_t)size, key);
	struct value null = null_dynptr(c, DYNPTR_RINGBUF);
	struct value d = value_pointer(w, dynptr_region(c, DYNPTR_RINGBUF, record), word_const(w, size));
	d = value_ite(w, fails, &null, &d);
	put(c, &at, &d);
	reference_acquire(c->run, c->state, term_true(p), record);
	call_set_number(c, term_ite(p, fails, call_errno(c, ERR_INVAL), word_const(w, 0)));
	return true;
}

/* The records that the dynptr may be of, as a pointer to one. */
static struct value records_of(struct call *c, const struct value *d)
{
	struct alt *alts = world_alloc(c->world, (d->n + 1) * sizeof *alts);
	struct value v = {0, term_true(c->pool), 0, alts};
	for (uint32_t k = 0; k < d->n; k++)
		if (is_kind(c, &d->alts[k], REGION_DYNPTR) && data_of(c, &d->alts[k]))
			alts[v.n++] = (struct alt){d->alts[k].guard, data_of(c, &d->alts[k]), word_const(c->world, 0)};
	return v;
}

static bool give_back(struct call *c, bool submit)
{
	struct value d, nothing = value_uninit(c->world);
	struct place at;
	if (!take(c, 0, DYNPTR_RINGBUF, &d, &at))
		return false;
	struct value records = records_of(c, &d);
	if (submit)
		call_submit(c, &records);
	reference_release_some(c->run, c->state, &records);
	put(c, &at, &nothing);
	c->result = value_uninit(c->world);
	return true;
}

bool model_ringbuf_submit_dynptr(struct call *c)
{
	return give_back(c, true);
}

bool model_ringbuf_discard_dynptr(struct call *c)
{
	return give_back(c, false);
}

/* Bytes that the data may have, as far as the facts show. */
static size_t bytes_at_most(struct call *c, const struct value *d)
{
	uint64_t most = 0;
	for (uint32_t k = 0; k < d->n; k++) {
		uint64_t n = guard_upper_bound(c->world, c->state->guard, size_of(c, &d->alts[k]));
		most = is_kind(c, &d->alts[k], REGION_DYNPTR) && data_of(c, &d->alts[k]) && n > most ? n : most;
	}
	return most;
}

bool call_show_dynptr(struct call *c, struct event *e, int i)
{
	struct term_pool *p = c->pool;
	struct world *w = c->world;
	struct value d;
	struct place at;
	if (!take(c, i, -1, &d, &at))
		return false;
	struct request all = request(c, &d, word_const(w, 0), word_const(w, 0));
	struct span span = {bytes_at_most(c, &d), NULL};
	if (span.n > MAX_ACCESS) {
		run_unknown(c->run, c->state, REASON_VARIABLE_SIZE, c->row->name);
		return false;
	}
	term size = word_const(w, ~0ull);
	for (uint32_t k = 0; k < d.n; k++)
		if (is_kind(c, &d.alts[k], REGION_DYNPTR) && data_of(c, &d.alts[k]))
			size = term_ite(p, d.alts[k].guard, size_of(c, &d.alts[k]), size);
	e->args[e->n_args++] = size;
	span.present = world_alloc(w, (span.n + 1) * sizeof *span.present);
	for (size_t k = 0; k < span.n; k++)
		span.present[k] = term_and(p, all.ok, term_ult(p, word_const(w, k), size));
	if (all.data.n)
		call_show(c, e, &all.data, &span);
	return true;
}
