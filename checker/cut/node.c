/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Nodes, and which places of either program relations are about: those that
 * are read later and that hold one value on every run. Bounded ones come first,
 * since the others are then said by them.
 */
#include "checker/cut/product.h"
#include "encode/isa/cfg.h"
#include "encode/solver/fault.h"

#include <stdlib.h>
#include <string.h>

#define FAR (1ull << 31) /* offsets and counters below count as bounded */

/* The parts that the program's own accesses take a word of the stack in. */
static void find_cells(struct side *s)
{
	memset(s->cell, 8, sizeof s->cell);
	for (uint32_t i = s->p->subs[0].start; i < s->p->subs[0].end; i++) {
		const struct insn *in = &s->p->insns[i];
		enum isa_form form = in->op == ISA_WIDE_TAIL ? FORM_EXIT : isa_rows[in->op].form;
		bool load = form == FORM_LDX || form == FORM_LDXS;
		if (!load && form != FORM_STX && form != FORM_ST && form != FORM_ATOMIC)
			continue;
		const struct fact *f = &s->facts->at[i].r[load ? in->src : in->dst];
		int64_t at = f->value.smin + in->off + STACK_BYTES;
		unsigned size = in->width / 8u;
		if (f->kind != KIND_STACK || !scalar_is_const(f->value) || at < 0 || at + size > STACK_BYTES)
			continue;
		for (int64_t b = at; b < at + size; b++) {
			uint8_t *cell = &s->cell[b / 8], part = (uint8_t)(at % size ? 1 : size);
			*cell = part < *cell ? part : *cell;
		}
	}
}

static void find_order(struct side *s)
{
	struct cfg g;
	char err[200];
	const struct subprogram *sub = &s->p->subs[0];
	if (!cfg_build(s->p->insns, sub->start, sub->end, &g, err, sizeof err))
		return;
	for (size_t i = 0; i < g.n; i++) {
		s->order[g.blocks[i].start] = (uint32_t)(g.blocks[i].place + 1);
		for (size_t k = 0; g.blocks[i].size > 0 && k < g.n; k++)
			if (cfg_loop_holds(&g, (int)i, (int)k))
				s->loops[g.blocks[i].start] += g.blocks[k].end - g.blocks[k].start;
	}
	cfg_release(&g);
}

void side_init(struct side *s, const struct program *p, const struct cut_points *points, unsigned side)
{
	*s = (struct side){.p = p};
	s->stops = fault_calloc(p->n + 1, sizeof *s->stops);
	s->rounds = fault_calloc(p->n + 1, sizeof *s->rounds);
	s->order = fault_calloc(p->n + 1, sizeof *s->order);
	s->loops = fault_calloc(p->n + 1, sizeof *s->loops);
	find_order(s);
	for (size_t i = 0; i < points->n[side]; i++) {
		uint32_t at = points->at[side][i];
		if (at >= p->n || !s->order[at])
			continue;
		s->stops[at] = true;
		s->rounds[at] = points->every[side] && points->every[side][i] ? points->every[side][i] : 1;
	}
}

void side_learn(struct side *s)
{
	s->live = live_new(s->p, s->facts);
	find_cells(s);
}

void side_release(struct side *s)
{
	live_free(s->live);
	facts_free(s->facts);
	free(s->stops);
	free(s->rounds);
	free(s->order);
	free(s->loops);
}

static bool is_live(const struct live_at *live, unsigned byte, unsigned size)
{
	bool any = false;
	for (unsigned i = byte; i < byte + size; i++)
		any |= live->stack[i / 64] >> i % 64 & 1;
	return any;
}

static bool is_written(const struct facts_at *at, unsigned byte, unsigned size)
{
	bool all = true;
	for (unsigned i = byte; i < byte + size; i++)
		all &= at->written[i / 64] >> i % 64 & 1;
	return all;
}

static enum shape shape_of(const struct entry *e, const struct fact *f)
{
	if (f->kind == KIND_NUMBER || !entry_follows(e, f))
		return SHAPE_WORD;
	bool data = f->kind == KIND_VALUE && e->p->object->maps[f->object].is_data;
	return !data && (f->kind == KIND_VALUE || f->kind == KIND_MEM) ? SHAPE_ELEMENT : SHAPE_OFFSET;
}

struct collector {
	struct product *p;
	struct node *n;
	struct entry e; /* knows the side's map numbers, and what can be followed */
	uint8_t side;
	bool bounded; /* which of the places are wanted */
};

static bool is_bounded(const struct fact *f)
{
	return !f->from_end && f->kind != KIND_NONE && f->value.smin <= f->value.smax &&
	       (uint64_t)f->value.smax - (uint64_t)f->value.smin < FAR;
}

static void add_place(struct collector *c, bool stack, unsigned at, unsigned size, const struct fact *f)
{
	struct node *n = c->n;
	struct place place = {c->side, stack, (uint16_t)at, (uint8_t)size, shape_of(&c->e, f), false, *f};
	if (is_bounded(f) != c->bounded)
		return;
	if ((n->n & (n->n - 1)) == 0)
		n->places = fault_realloc(n->places, 2 * (n->n ? n->n : 1), sizeof *n->places);
	n->places[n->n++] = place;
}

static void add_word(struct collector *c, const struct facts_at *at, const struct live_at *live, unsigned word)
{
	const struct fact *f = facts_place(at, FACTS_STACK + word);
	unsigned size = c->p->side[c->side].cell[word];
	if (f->kind != KIND_NONE && f->kind != KIND_NUMBER)
		size = 8;
	for (unsigned i = 8 * word; i < 8 * word + 8; i += size) {
		struct fact part = {.kind = KIND_NUMBER, .value = scalar_between(0, ~0ull >> (64 - 8 * size))};
		if (is_live(live, i, size) && is_written(at, i, size))
			add_place(c, true, i, size, size < 8 ? &part : f);
	}
}

static void add_places(struct collector *c)
{
	struct side *s = &c->p->side[c->side];
	uint32_t slot = c->n->at[c->side];
	struct fact any = {.kind = KIND_NUMBER, .value = scalar_any()};
	unsigned bits = progtype_rows[c->p->type].ret;
	if (slot == CUT_EXIT) {
		if (bits)
			add_place(c, false, 0, 8, &any);
		return;
	}
	const struct facts_at *at = &s->facts->at[slot];
	const struct live_at *live = &s->live->at[slot];
	for (unsigned i = 0; i < 10; i++)
		if (live->regs & 1u << i && at->r[i].kind != KIND_NONE)
			add_place(c, false, i, 8, &at->r[i]);
	for (unsigned word = 0; word < STACK_BYTES / 8; word++)
		add_word(c, at, live, word);
}

/* Pointers into elements of one map, or memory of one size. */
static bool may_be_twins(const struct product *p, const struct place *x, const struct place *y)
{
	if (x->shape != SHAPE_ELEMENT || y->shape != SHAPE_ELEMENT || x->fact.kind != y->fact.kind)
		return false;
	if (x->fact.kind != KIND_VALUE)
		return x->fact.object == y->fact.object;
	return p->side[x->side].numbers[x->fact.object] == p->side[y->side].numbers[y->fact.object];
}

static void find_twins(struct product *p, struct node *n)
{
	for (uint16_t i = 0; i < n->n; i++)
		for (uint16_t k = 0; k < i; k++) {
			if (!may_be_twins(p, &n->places[i], &n->places[k]))
				continue;
			if ((n->n_twins & (n->n_twins - 1)) == 0)
				n->twins = fault_realloc(n->twins, 2 * (n->n_twins ? n->n_twins : 1), sizeof *n->twins);
			n->twins[n->n_twins++] = (struct twin){i, k, true};
		}
}

/* Numbers, or pointers into the packet. */
static bool may_be_ordered(const struct place *x, const struct place *y)
{
	bool number = x->fact.kind == KIND_NUMBER && !x->fact.followable;
	bool constant = scalar_is_const(x->fact.value) && scalar_is_const(y->fact.value);
	return x->side == y->side && x->fact.kind == y->fact.kind && (number || x->fact.kind == KIND_PACKET) &&
	       !constant;
}

static void add_order(struct node *n, uint16_t p, uint16_t q, bool is_signed)
{
	if ((n->n_orders & (n->n_orders - 1)) == 0)
		n->orders = fault_realloc(n->orders, 2 * (n->n_orders ? n->n_orders : 1), sizeof *n->orders);
	n->orders[n->n_orders++] = (struct rank){p, q, is_signed, true};
}

static void find_orders(const struct product *p, struct node *n)
{
	bool loop[2];
	for (unsigned side = 0; side < 2; side++)
		loop[side] = n->at[side] != CUT_EXIT && p->side[side].loops[n->at[side]];
	for (uint16_t i = 0; i < n->n; i++)
		for (uint16_t k = 0; k < n->n; k++) {
			const struct place *x = &n->places[i];
			if (i == k || !loop[x->side] || !x->works || !n->places[k].works ||
			    !may_be_ordered(x, &n->places[k]))
				continue;
			add_order(n, i, k, true);
			if (x->fact.kind == KIND_NUMBER)
				add_order(n, i, k, false);
		}
}

static void find_places(struct product *p, struct node *n)
{
	static const struct facts_at returned = {.depth = 1};
	for (unsigned i = 0; i < 4; i++) {
		uint8_t side = i % 2;
		const struct side *s = &p->side[side];
		struct world w = {.n_maps = p->maps->n};
		struct world_map *maps = fault_calloc(p->maps->n + 1, sizeof *maps);
		for (size_t k = 0; k < p->maps->n; k++)
			maps[k] = (struct world_map){p->maps->maps[k], (uint32_t)k};
		w.maps = maps;
		struct collector c = {.p = p, .n = n, .side = side, .bounded = i < 2};
		c.e =
		    (struct entry){.w = &w, .p = s->p, .numbers = s->numbers, .slices = p->slices, .renews = p->renews};
		c.e.at = n->at[side] == CUT_EXIT ? &returned : &s->facts->at[n->at[side]];
		add_places(&c);
		free(maps);
	}
}

static struct plan plan_of(const struct product *p, const struct node *n)
{
	struct plan plan;
	for (size_t i = p->n_choices; i-- > 0;) {
		const struct choice *c = &p->choices[i];
		if (c->start == n->start && c->at[0] == n->at[0] && c->at[1] == n->at[1])
			return c->plan;
	}
	choice_find(p, n, 0, &plan);
	return plan;
}

void product_choose(struct product *p, const struct choice *c)
{
	if ((p->n_choices & (p->n_choices - 1)) == 0)
		p->choices = fault_realloc(p->choices, 2 * (p->n_choices + 1), sizeof *p->choices);
	p->choices[p->n_choices++] = *c;
}

size_t product_find_node(struct product *p, uint32_t a, uint32_t b, size_t parent)
{
	for (size_t i = 0; i < p->n; i++)
		if (!p->nodes[i].start && p->nodes[i].at[0] == a && p->nodes[i].at[1] == b)
			return i;
	if (p->n == p->cap) {
		p->cap = 2 * p->cap + 16;
		p->nodes = fault_realloc(p->nodes, p->cap, sizeof *p->nodes);
	}
	struct node *n = &p->nodes[p->n];
	*n = (struct node){.at = {a, b}, .start = p->n == 0, .parent = parent};
	if (!n->start) {
		find_places(p, n);
		node_mark_works(p, n);
		find_twins(p, n);
		find_orders(p, n);
	}
	affine_init(&n->affine, n->n);
	n->plan = plan_of(p, n);
	return p->n++;
}

void node_release(struct node *n)
{
	free(n->places);
	free(n->twins);
	free(n->orders);
	affine_release(&n->affine);
}
