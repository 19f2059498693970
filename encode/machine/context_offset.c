/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Context accesses whose offset is a term: what context_permits, offset by
 * offset, as a few stretches. In a plain one the bytes are read or written where
 * the term says; every other offset is an access of its own.
 */
#include "encode/machine/world.h"

struct stretch_at {
	uint64_t first, last; /* multiples of the access's size */
	bool plain;
};

static enum context_layout layout_of(const struct world *w)
{
	return progtype_rows[w->type].context;
}

static bool is_plain(const struct world *w, uint64_t off, bool write)
{
	const struct context_field *f = context_find(layout_of(w), off);
	if (!f)
		return true;
	if (f->kind == FIELD_TYPED && !write)
		return true;
	if (f->kind != FIELD_SCALAR || context_field_is_length(f) || context_stamp(f) >= 0)
		return false;
	return !write || (f->bits == 8 * f->size && context_write_limit(f) == ~0ull);
}

/* The offsets that the term may have: the first multiple of n, and the last in the layout; first > last if none. */
struct offsets {
	uint64_t first, last;
};

static struct offsets possible_offsets(const struct world *w, term off, unsigned n)
{
	struct range r = term_range(w->pool, off);
	uint64_t size = context_rows[layout_of(w)].size;
	if (size < n || r.lo > size - n)
		return (struct offsets){1, 0};
	return (struct offsets){(r.lo + n - 1) / n * n, r.hi < size - n ? r.hi : size - n};
}

/* The next stretch, which is taken off the offsets; false: there is none. */
static bool next_stretch(const struct world *w, struct offsets *o, unsigned n, bool write, struct stretch_at *out)
{
	while (o->first <= o->last && !context_permits(w->type, o->first, n, write))
		o->first += n;
	if (o->first > o->last)
		return false;
	*out = (struct stretch_at){o->first, o->first, is_plain(w, o->first, write)};
	for (o->first += n; out->plain && o->first <= o->last; o->first += n) {
		if (!context_permits(w->type, o->first, n, write) || !is_plain(w, o->first, write))
			break;
		out->last = o->first;
	}
	return true;
}

static term stretch_holds(struct world *w, const struct stretch_at *s, term off, unsigned n)
{
	struct term_pool *p = w->pool;
	if (s->first == s->last)
		return term_eq(p, off, word_const(w, s->first));
	term aligned = term_eq(p, term_and(p, off, word_const(w, n - 1)), word_const(w, 0));
	term above = term_ule(p, word_const(w, s->first), off), below = term_ule(p, off, word_const(w, s->last));
	return term_and(p, aligned, term_and(p, above, below));
}

static struct value plain_load(struct world *w, struct state *s, term off, unsigned n)
{
	term word = term_zext(w->pool, mem_read(w, s->mems[SPACE_CTX], 0, off, n), 64);
	const struct context_field *f = context_find(layout_of(w), 0);
	bool typed = f && f->kind == FIELD_TYPED && n == 8; /* such a layout has no other field */
	return typed ? value_pointer(w, WORD_REGION, word) : value_number(w, word);
}

struct value context_load_anywhere(struct run *r, struct state *s, term guard, term off, unsigned n)
{
	struct world *w = r->world;
	struct term_pool *p = w->pool;
	struct stretch_at at;
	struct offsets o = possible_offsets(w, off, n);
	term permitted = term_false(p);
	struct value out = value_number(w, word_const(w, 0));
	for (bool first = true; next_stretch(w, &o, n, false, &at); first = false) {
		term here = stretch_holds(w, &at, off, n);
		struct value v = at.plain ? plain_load(w, s, off, n)
					  : field_load(r, s, term_and(p, guard, here), word_const(w, at.first), n);
		permitted = term_or(p, permitted, here);
		out = first ? v : value_ite(w, here, &v, &out);
	}
	run_fault(r, &(struct state){.guard = guard}, FAULT_CTX_ACCESS, term_not(p, permitted));
	return out;
}

void context_store_anywhere(struct run *r, struct state *s, term guard, term off, unsigned n, term word)
{
	struct world *w = r->world;
	struct term_pool *p = w->pool;
	struct stretch_at at;
	struct offsets o = possible_offsets(w, off, n);
	term permitted = term_false(p);
	while (next_stretch(w, &o, n, true, &at)) {
		term here = stretch_holds(w, &at, off, n), when = term_and(p, guard, here);
		permitted = term_or(p, permitted, here);
		if (!at.plain) {
			field_store(r, s, when, false, word_const(w, at.first), n, word);
			continue;
		}
		mem stored = mem_store(w, s->mems[SPACE_CTX], 0, off, n, term_extract(p, word, 8 * n - 1, 0));
		s->mems[SPACE_CTX] = mem_choose(w, when, stored, s->mems[SPACE_CTX]);
	}
	run_fault(r, &(struct state){.guard = guard}, FAULT_CTX_ACCESS, term_not(p, permitted));
}
