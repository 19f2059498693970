/* SPDX-License-Identifier: BSD-2-Clause */
/* The context: field accesses by the rows of context.def. */
#include "encode/machine/world.h"

#include <string.h>

static enum context_layout layout_of(const struct world *w)
{
	return progtype_rows[w->type].context;
}

term packet_end_all(struct world *w, const struct state *s)
{
	/* pulling bytes into the linear part of a socket buffer does not change how many there are */
	return s->counters[progtype_rows[w->type].packet == PACKET_SKB ? COUNT_TOTAL : COUNT_DATA_END];
}

static term mask_const(struct world *w, const struct context_field *f, uint64_t off)
{
	bool scalar = f && f->kind == FIELD_SCALAR;
	return term_const(w->pool, 8, scalar ? context_byte_mask(f, (unsigned)(off - f->off)) : 0xff);
}

/* The mask of the byte that a term says. */
static term mask_of(struct world *w, term off)
{
	struct term_pool *p = w->pool;
	uint64_t o;
	if (term_is_const(p, off, &o))
		return mask_const(w, context_find(layout_of(w), o), o);
	struct range r = term_range(p, off);
	term full = term_const(p, 8, 0xff), mask = full;
	for (size_t i = 0; i < context_field_count; i++) {
		const struct context_field *f = &context_fields[i];
		for (o = f->off; f->layout == layout_of(w) && o < (uint64_t)f->off + f->size; o++) {
			term here = mask_const(w, f, o);
			if (here != full && o >= r.lo && o <= r.hi)
				mask = term_ite(p, term_eq(p, off, word_const(w, o)), here, mask);
		}
	}
	return mask;
}

term field_byte(struct world *w, term off, term byte)
{
	return term_and(w->pool, byte, mask_of(w, off));
}

static struct value bad_access(struct run *r, term guard)
{
	run_fault(r, &(struct state){.guard = guard}, FAULT_CTX_ACCESS, term_true(r->world->pool));
	return value_number(r->world, word_const(r->world, 0));
}

static struct value packet_pointer(struct run *r, struct state *s, enum counter bound)
{
	struct world *w = r->world;
	tuple epoch = tuple_make(w, &s->counters[COUNT_EPOCH], 1);
	uint32_t region = region_make(w, REGION_PACKET, 0, epoch);
	if (progtype_rows[w->type].packet != PACKET_HEADER)
		return value_pointer(w, region, s->counters[bound]);
	return value_maybe(w, world_input(w, IN_PKT_HAS, NULL, 0), region, s->counters[bound]);
}

static struct value kernel_pointer(struct run *r, const struct state *s, const struct context_field *f)
{
	struct world *w = r->world;
	term position = term_sub(w->pool, s->counters[COUNT_CONTEXT], word_const(w, 1)); /* ~0: before any call */
	uint32_t region = region_make(w, REGION_KERNEL, f->off, tuple_make(w, &position, 1));
	if (f->kind == FIELD_KERNEL)
		return value_pointer(w, region, word_const(w, 0));
	term there = term_extract(w->pool, mem_read_byte(w, s->mems[SPACE_CTX], 0, word_const(w, f->off)), 0, 0);
	return value_maybe(w, there, region, word_const(w, 0));
}

static struct value load_special(struct run *r, struct state *s, const struct context_field *f)
{
	struct world *w = r->world;
	struct term_pool *p = w->pool;
	switch (f->kind) {
	case FIELD_PKT:
		return packet_pointer(r, s, COUNT_DATA);
	case FIELD_PKT_END:
		return packet_pointer(r, s, COUNT_DATA_END);
	case FIELD_PKT_META:
		return packet_pointer(r, s, COUNT_DATA_META);
	case FIELD_FLOW_KEYS:
		return value_pointer(w, region_make(w, REGION_FLOW, 0, 0), word_const(w, 0));
	case FIELD_KERNEL:
	case FIELD_KERNEL_OR_NULL:
		return kernel_pointer(r, s, f);
	case FIELD_SCALAR:
	case FIELD_TYPED:
	case FIELD_UNMODELLED:
		break;
	}
	return value_number(w, term_sub(p, packet_end_all(w, s), s->counters[COUNT_DATA]));
}

static void note_stamp(struct run *r, term guard, const struct context_field *f)
{
	int which = f ? context_stamp(f) : -1;
	if (which >= 0)
		r->stamps[which] = r->stamps[which] ? term_or(r->world->pool, r->stamps[which], guard) : guard;
}

struct value field_load(struct run *r, struct state *s, term guard, term off, unsigned n)
{
	struct world *w = r->world;
	struct term_pool *p = w->pool;
	uint64_t o;
	if (!term_is_const(p, off, &o))
		return context_load_anywhere(r, s, guard, off, n);
	const struct context_field *f = context_find(layout_of(w), o);
	if (!context_permits(w->type, o, n, false))
		return bad_access(r, guard);
	uint64_t moves;
	bool moved = !term_is_const(p, s->counters[COUNT_EPOCH], &moves) || moves > 0;
	if (f && context_is_unmodelled(w->type, f, false, moved)) {
		run_unknown(r, &(struct state){.guard = guard}, REASON_CONTEXT, f->name);
		return value_number(w, word_const(w, 0));
	}
	note_stamp(r, guard, f);
	if (f && context_field_is_length(f)) {
		struct value len = load_special(r, s, f);
		unsigned at = 8 * (unsigned)(o - f->off);
		return value_number(w, term_zext(p, term_extract(p, len.word, at + 8 * n - 1, at), 64));
	}
	if (f && f->kind != FIELD_SCALAR && f->kind != FIELD_TYPED)
		return load_special(r, s, f);
	term word = term_zext(p, mem_read(w, s->mems[SPACE_CTX], 0, off, n), 64);
	return f && f->kind == FIELD_TYPED && n == 8 ? value_pointer(w, WORD_REGION, word) : value_number(w, word);
}

void field_store(struct run *r, struct state *s, term guard, bool sure, term off, unsigned n, term word)
{
	struct world *w = r->world;
	uint64_t o;
	if (!term_is_const(w->pool, off, &o)) {
		context_store_anywhere(r, s, guard, off, n, word);
		return;
	}
	const struct context_field *f = context_find(layout_of(w), o);
	if (!context_permits(w->type, o, n, true)) {
		bad_access(r, guard);
		return;
	}
	if (!f || f->kind != FIELD_SCALAR || context_is_unmodelled(w->type, f, true, false)) {
		run_unknown(r, &(struct state){.guard = guard}, REASON_CONTEXT, f ? f->name : "");
		return;
	}
	note_stamp(r, guard, f);
	term large = term_ult(w->pool, word_const(w, context_write_limit(f)), word);
	run_unknown(r, &(struct state){.guard = term_and(w->pool, guard, large)}, REASON_CONTEXT, f->name);
	term val = term_extract(w->pool, word, 8 * n - 1, 0);
	unsigned at = 8 * (unsigned)(o - f->off), bits = f->bits > at ? f->bits - at : 0;
	if (bits < 8 * n) /* the kernel's field is narrower: the rest is lost */
		val = term_and(w->pool, val, term_const(w->pool, 8 * n, (1ull << bits) - 1));
	mem stored = mem_store(w, s->mems[SPACE_CTX], 0, off, n, val);
	s->mems[SPACE_CTX] = sure ? stored : mem_choose(w, guard, stored, s->mems[SPACE_CTX]);
}
