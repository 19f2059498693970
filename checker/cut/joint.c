/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two states of one world: all memory that outlives a run is common, registers
 * and stacks are what the facts of either program say, tied together by the
 * relations. What no relation is about is an address that can't be followed,
 * and maybe not written.
 */
#include "checker/cut/product.h"
#include "checker/window/differ.h"
#include "encode/solver/fault.h"

#include <stdlib.h>
#include <string.h>

#define SIDE_WORDS (1ull << 32) /* arbitrary words of the second side begin here; the relations' at twice that */

static const struct facts_at *facts_of(const struct product *p, const struct node *n, unsigned side)
{
	static const struct facts_at returned = {.reached = true, .depth = 1};
	return n->at[side] == CUT_EXIT ? &returned : &p->side[side].facts->at[n->at[side]];
}

static void entry_init(struct joint *j, const struct node *n, unsigned side, struct entry *e)
{
	struct product *p = j->product;
	const struct side *s = &p->side[side];
	*e = (struct entry){.w = j->w, .p = s->p, .numbers = s->numbers, .moves = p->moves, .slices = p->slices};
	e->renews = p->renews;
	e->at = facts_of(p, n, side);
	e->n_fresh = side * SIDE_WORDS;
	e->assumed = term_true(j->w->pool);
}

/* The words of all places: a row's own column is arbitrary, or its high bits are. */
static term *make_words(struct joint *j, const struct node *n)
{
	struct world *w = j->w;
	struct term_pool *p = w->pool;
	const struct affine *a = &n->affine;
	struct entry loose = j->entry[0];
	term *x = fault_calloc(n->n + 1, sizeof *x), *along = fault_calloc(n->n + 1, sizeof *along);
	loose.n_fresh = 2 * SIDE_WORDS;
	for (size_t c = 0; c < n->n; c++) {
		const struct place *place = &n->places[c];
		const struct fact anything = {.kind = KIND_NONE};
		bool own = a->row[c] && !affine_shift(a, c);
		if (own) {
			x[c] = along[c] = entry_number(&j->entry[place->side], &place->fact, j->state[0]);
			continue;
		}
		x[c] = word_const(w, a->base[c]);
		along[c] = a->row[c] ? entry_number(&loose, &anything, j->state[0]) : 0;
		for (size_t i = 0; i <= c; i++)
			if (a->row[i])
				x[c] = term_add(p, x[c], term_mul(p, word_const(w, a->row[i][c]), along[i]));
	}
	free(along);
	return x;
}

static const struct twin *twin_of(const struct node *n, size_t place)
{
	for (size_t i = 0; i < n->n_twins; i++)
		if (n->twins[i].p == place && n->twins[i].holds)
			return &n->twins[i];
	return NULL;
}

/* What stands for the element that a place points into, and where there is one. */
struct element {
	uint32_t region;
	term there;
};

static struct value place_value(struct joint *j, const struct node *n, size_t i, term word, struct element *elements)
{
	const struct place *place = &n->places[i];
	struct entry *e = &j->entry[place->side];
	const struct state *s = j->state[place->side];
	const struct twin *t = twin_of(n, i);
	if (place->shape != SHAPE_ELEMENT)
		return entry_value(e, &place->fact, s, word);
	if (t) {
		elements[i] = elements[t->q];
	} else {
		elements[i].region = entry_region(e, &place->fact, s);
		elements[i].there = term_true(j->w->pool);
		if (place->fact.maybe_null)
			elements[i].there = term_eq(
			    j->w->pool, term_const(j->w->pool, 1, 1),
			    term_extract(j->w->pool, entry_number(e, &(struct fact){.kind = KIND_NONE}, s), 0, 0));
	}
	return entry_pointer(e, &place->fact, s, elements[i].region, elements[i].there, word);
}

/* A word of the stack, of which some bytes may be known. */
struct bytes {
	term byte[8];
	struct value whole;
	bool is_whole;
};

static bool is_written(const struct facts_at *at, unsigned byte)
{
	return at->written[byte / 64] >> byte % 64 & 1;
}

static void write_word(struct joint *j, unsigned side, unsigned word, const struct bytes *b)
{
	struct world *w = j->w;
	struct term_pool *p = w->pool;
	struct entry *e = &j->entry[side];
	const struct facts_at *at = e->at;
	struct frame *f = j->state[side]->frames[0];
	if (b->is_whole) {
		frame_write(w, f, term_true(p), word_const(w, 8 * word), 8, &b->whole);
		return;
	}
	struct value some = entry_nothing(e), flags = entry_nothing(e);
	term bits = value_word(w, &flags), rest = value_word(w, &some), all = 0, init[8];
	for (unsigned i = 8; i-- > 0;) {
		term byte = b->byte[i] ? b->byte[i] : term_extract(p, rest, 8 * i + 7, 8 * i);
		all = all ? term_concat(p, all, byte) : byte;
		bool written = b->byte[i] || (!side && is_written(at, 8 * word + i));
		init[i] = written ? term_true(p) : term_extract(p, bits, i, i);
	}
	bool number = facts_place(at, FACTS_STACK + word)->kind == KIND_NUMBER;
	struct value v = number ? value_number(w, all) : value_pointer(w, LOST_REGION, all);
	frame_spill(w, f, word, &v, init);
}

static void put_place(struct joint *j, const struct place *place, struct value v, struct bytes *words)
{
	struct term_pool *p = j->w->pool;
	if (!place->stack) {
		j->state[place->side]->regs[place->at] = v;
		return;
	}
	struct bytes *b = &words[place->side * (STACK_BYTES / 8) + place->at / 8];
	if (place->size == 8) {
		b->whole = v;
		b->is_whole = true;
		return;
	}
	for (unsigned i = 0; i < place->size; i++)
		b->byte[place->at % 8 + i] = term_extract(p, value_word(j->w, &v), 8 * i + 7, 8 * i);
}

static term order_holds(struct term_pool *p, const struct rank *o, const term *words)
{
	return o->is_signed ? term_sle(p, words[o->p], words[o->q]) : term_ule(p, words[o->p], words[o->q]);
}

static void assume_orders(struct joint *j, const struct node *n, const term *words)
{
	struct entry *e = &j->entry[0];
	for (size_t i = 0; i < n->n_orders; i++)
		if (n->orders[i].holds)
			e->assumed = term_and(j->w->pool, e->assumed, order_holds(j->w->pool, &n->orders[i], words));
}

static void make_states(struct joint *j, struct node *n)
{
	struct bytes *words = fault_calloc(2 * STACK_BYTES / 8, sizeof *words);
	struct element *elements = fault_calloc(n->n + 1, sizeof *elements);
	affine_reduce(&n->affine);
	term *x = make_words(j, n);
	for (unsigned side = 0; side < 2; side++)
		for (unsigned i = 0; i < 10; i++)
			j->state[side]->regs[i] = entry_nothing(&j->entry[side]);
	assume_orders(j, n, x);
	for (size_t i = 0; i < n->n; i++)
		put_place(j, &n->places[i], place_value(j, n, i, x[i], elements), words);
	for (unsigned side = 0; side < 2; side++)
		for (unsigned i = 0; i < STACK_BYTES / 8; i++)
			write_word(j, side, i, &words[side * (STACK_BYTES / 8) + i]);
	free(x);
	free(words);
	free(elements);
}

void joint_make(struct joint *j, struct product *p, struct node *n, struct world *w)
{
	*j = (struct joint){.product = p, .w = w};
	if (n->start) {
		for (unsigned side = 0; side < 2; side++) {
			j->state[side] = state_new(w);
			j->entry[side].assumed = term_true(w->pool);
		}
		return;
	}
	unsigned first = n->at[0] == CUT_EXIT; /* the packet's facts are of a program that is still at work */
	for (unsigned side = 0; side < 2; side++)
		entry_init(j, n, side, &j->entry[side]);
	j->state[first] = entry_begin(&j->entry[first]);
	j->state[!first] = state_copy(w, j->state[first]);
	make_states(j, n);
}

static term offset_in(struct joint *j, struct entry *e, const struct place *place, const struct state *s,
		      const struct value *v)
{
	struct term_pool *p = j->w->pool;
	uint32_t region = entry_region(e, &place->fact, s);
	term base = region_at(j->w, region)->base, off = 0;
	struct alt number = {term_true(p), 0, v->word};
	const struct alt *alts = v->n ? v->alts : &number;
	for (uint32_t i = v->n ? v->n : 1; i-- > 0;) {
		const struct alt *a = &alts[i];
		term at = a->off;
		if (a->region != region)
			at = term_sub(p, term_add(p, a->off, region_at(j->w, a->region)->base), base);
		off = off ? term_ite(p, a->guard, at, off) : at;
	}
	term origin = place->fact.kind == KIND_STACK ? word_const(j->w, STACK_BYTES) : word_const(j->w, 0);
	return term_sub(p, off, place->fact.kind == KIND_PACKET ? s->counters[COUNT_DATA] : origin);
}

/* The offset in whichever element it is; of what can't be followed it is anything. */
static term offset_in_element(struct joint *j, struct entry *e, const struct state *s, const struct value *v)
{
	struct term_pool *p = j->w->pool;
	struct alt number = {term_true(p), 0, v->word};
	const struct alt *alts = v->n ? v->alts : &number;
	term off = 0;
	for (uint32_t i = v->n ? v->n : 1; i-- > 0;) {
		const struct alt *a = &alts[i];
		enum region_kind kind = region_at(j->w, a->region)->kind;
		bool known = kind == REGION_VALUE || kind == REGION_MEM || kind == REGION_NONE;
		term at = known ? a->off : entry_number(e, &(struct fact){.kind = KIND_NONE}, s);
		off = off ? term_ite(p, a->guard, at, off) : at;
	}
	return off;
}

static struct value content(struct joint *j, const struct place *place, const struct state *s)
{
	if (!place->stack)
		return s->regs[place->at];
	return frame_read(j->w, s->frames[0], word_const(j->w, place->at), place->size);
}

static term place_word(struct joint *j, const struct node *to, const struct place *place, struct entry *e,
		       const struct state *s)
{
	struct term_pool *p = j->w->pool;
	struct value v = content(j, place, s);
	if (to->at[place->side] == CUT_EXIT) {
		unsigned bits = progtype_rows[j->w->type].ret;
		return term_zext(p, term_extract(p, value_word(j->w, &v), bits - 1, 0), 64);
	}
	switch (place->shape) {
	case SHAPE_WORD:
		break;
	case SHAPE_OFFSET:
		return offset_in(j, e, place, s, &v);
	case SHAPE_ELEMENT:
		return offset_in_element(j, e, s, &v);
	}
	return value_word(j->w, &v);
}

void joint_read(struct joint *j, const struct node *to, struct state *const s[2], term *words)
{
	struct entry e[2];
	for (unsigned side = 0; side < 2; side++) {
		entry_init(j, to, side, &e[side]);
		e[side].n_fresh = (3 + side) * SIDE_WORDS; /* no word of the states */
	}
	for (size_t i = 0; i < to->n; i++) {
		unsigned side = to->places[i].side;
		words[i] = place_word(j, to, &to->places[i], &e[side], s[side]);
	}
}

term joint_unwritten(struct joint *j, const struct node *to, struct state *const s[2])
{
	struct term_pool *p = j->w->pool;
	term any = term_false(p);
	for (size_t i = 0; i < to->n; i++) {
		const struct place *place = &to->places[i];
		if (place->side)
			any = term_or(p, any, term_not(p, content(j, place, s[1]).init));
	}
	return any;
}

static term is_lost(struct joint *j, const struct value *v)
{
	term lost = term_false(j->w->pool);
	for (uint32_t i = 0; i < v->n; i++)
		if (v->alts[i].region == LOST_REGION)
			lost = term_or(j->w->pool, lost, v->alts[i].guard);
	return lost;
}

term joint_parts(struct joint *j, const struct node *to, const struct twin *t, struct state *const s[2])
{
	struct term_pool *p = j->w->pool;
	const struct place *x = &to->places[t->p], *y = &to->places[t->q];
	struct value v = content(j, x, s[x->side]), u = content(j, y, s[y->side]);
	term lost = term_or(p, is_lost(j, &v), is_lost(j, &u));
	return term_or(p, lost, differ_targets(j->w, &v, &u));
}

/* What the rows before a column, each taken as far as its own column asks for, don't say of the word there. */
static term residue(struct joint *j, const struct affine *a, const term *words, const term *along, size_t column)
{
	struct world *w = j->w;
	struct term_pool *p = w->pool;
	term sum = word_const(w, a->base[column]);
	for (size_t i = 0; i < column; i++)
		if (a->row[i])
			sum = term_add(p, sum, term_mul(p, word_const(w, a->row[i][column]), along[i]));
	return term_sub(p, words[column], sum);
}

term joint_leaves(struct joint *j, const struct node *to, const term *words, size_t *n)
{
	struct world *w = j->w;
	const struct affine *a = &to->affine;
	struct term_pool *p = w->pool;
	term any = term_false(p), *along = fault_calloc(a->n + 1, sizeof *along);
	for (size_t c = 0; c < a->n; c++) {
		term rest = residue(j, a, words, along, c);
		unsigned shift = a->row[c] ? affine_shift(a, c) : 64;
		term low = shift == 64 ? rest : shift ? term_extract(p, rest, shift - 1, 0) : 0;
		term open = low ? term_ne(p, low, term_const(p, shift, 0)) : term_false(p);
		*n += !term_is_false(p, open);
		any = term_or(p, any, open);
		along[c] = !a->row[c] ? 0 : term_lshr(p, rest, word_const(w, shift));
	}
	free(along);
	return any;
}

term joint_violates(struct joint *j, const struct node *to, struct state *const s[2], const term *words)
{
	term any = term_false(j->w->pool);
	for (size_t i = 0; i < to->n_orders; i++)
		if (to->orders[i].holds)
			any = term_or(j->w->pool, any,
				      term_not(j->w->pool, order_holds(j->w->pool, &to->orders[i], words)));
	for (size_t i = 0; i < to->n_twins; i++)
		if (to->twins[i].holds)
			any = term_or(j->w->pool, any, joint_parts(j, to, &to->twins[i], s));
	return any;
}
