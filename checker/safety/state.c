/* SPDX-License-Identifier: BSD-2-Clause */
/* Life of an abstract state, its values, and what is dropped from it when nothing needs it any more. */
#include "state.h"

#include <stdlib.h>
#include <string.h>

static void *copied(const void *from, size_t bytes)
{
	void *room = malloc(bytes ? bytes : 1);
	if (!room)
		abort();
	if (bytes)
		memcpy(room, from, bytes);
	return room;
}

void state_init(struct astate *s, const struct program *p)
{
	memset(s, 0, sizeof *s);
	s->depth = 1;
	s->next_id = 1;
	state_define(s, DEF_NONE, scalar_const(0), false, 0, 0, 0, 0);
	s->r[1] = aval_pointer(KIND_CTX, 0, 0);
	s->r[10] = aval_pointer(KIND_STACK, 0, 0);
	(void)p;
}

void state_clone(struct astate *to, const struct astate *from)
{
	memcpy(to, from, offsetof(struct astate, frames) + from->depth * sizeof from->frames[0]);
	to->syms = copied(from->syms, from->n_syms * sizeof *from->syms);
	to->cap_syms = from->n_syms;
	to->orders = copied(from->orders, from->n_orders * sizeof *from->orders);
	to->cap_orders = from->n_orders;
	for (unsigned i = 0; i < from->depth; i++) {
		const struct aframe *f = &from->frames[i];
		to->frames[i].cells = copied(f->cells, f->n_cells * sizeof *f->cells);
		to->frames[i].cap_cells = f->n_cells;
	}
}

void state_release(struct astate *s)
{
	for (unsigned i = 0; i < s->depth; i++)
		free(s->frames[i].cells);
	free(s->syms);
	free(s->orders);
	s->depth = 0;
	s->syms = NULL;
	s->orders = NULL;
}

void state_drop_reference(struct astate *s, unsigned index)
{
	memmove(s->refs + index, s->refs + index + 1, (--s->n_refs - index) * sizeof *s->refs);
}

struct aval aval_none(void)
{
	return (struct aval){0};
}

struct aval aval_const(uint64_t x)
{
	return (struct aval){.kind = KIND_NUMBER, .add = (int64_t)x};
}

struct aval aval_number(struct astate *s, struct scalar facts)
{
	if (scalar_is_const(facts))
		return aval_const(facts.bits.value);
	return (struct aval){.kind = KIND_NUMBER, .sym = state_new_sym(s, facts, false)};
}

struct aval aval_pointer(enum kind kind, uint32_t object, int64_t off)
{
	return (struct aval){.kind = (uint8_t)kind, .object = object, .add = off};
}

bool aval_is_pointer(const struct aval *v)
{
	return v->kind != KIND_NONE && v->kind != KIND_NUMBER;
}

bool aval_is_const(const struct astate *s, const struct aval *v, uint64_t *x)
{
	struct scalar f = state_number(s, v);
	*x = f.bits.value;
	return v->kind == KIND_NUMBER && scalar_is_const(f);
}

void state_visit(struct astate *s, place_visitor f, void *arg)
{
	for (unsigned i = 0; i < 11; i++)
		f(arg, &s->r[i]);
	for (unsigned d = 0; d < s->depth; d++) {
		struct aframe *fr = &s->frames[d];
		for (unsigned i = 0; d && i < 5; i++)
			f(arg, &fr->saved[i]);
		for (unsigned i = 0; fr->callback && i < 5; i++)
			f(arg, &fr->args[i]);
		for (uint32_t i = 0; i < fr->n_cells; i++)
			f(arg, &fr->cells[i].v);
	}
}

/* Renaming of symbols and ids while collecting; 0: not kept (yet). */
struct renaming {
	const struct astate *s;
	sym *syms;
	uint32_t n_syms;
	uint32_t *ids;
	uint32_t n_ids;
};

static sym rename_sym(struct renaming *n, sym x)
{
	if (x && !n->syms[x])
		n->syms[x] = n->n_syms++;
	return n->syms[x];
}

static uint32_t rename_id(struct renaming *n, uint32_t id)
{
	if (id && !n->ids[id])
		n->ids[id] = n->n_ids++;
	return n->ids[id];
}

static void rename_value(void *arg, struct aval *v)
{
	struct renaming *n = arg;
	/* a symbol that can be one number only is that number */
	const struct symbol *y = &n->s->syms[v->sym];
	if (v->sym && scalar_is_const(y->facts) && !y->tainted) {
		v->add = (int64_t)((uint64_t)v->add + y->facts.bits.value);
		v->sym = 0;
	}
	v->sym = rename_sym(n, v->sym);
	v->null_id = rename_id(n, v->null_id);
	v->ref = rename_id(n, v->ref);
}

static bool is_kept(const struct renaming *n, sym x)
{
	return x == 0 || n->syms[x];
}

/* A definition is of use while its operands are in places. */
static bool keeps_definition(const struct renaming *n, const struct symbol *y)
{
	if (y->def == DEF_NONE || y->def == DEF_HEAD)
		return true;
	bool binary = y->def == DEF_ADD || y->def == DEF_SUB;
	return is_kept(n, y->a) && (!binary || is_kept(n, y->b));
}

static void move_symbols(struct astate *s, struct renaming *n)
{
	struct symbol *new = calloc(n->n_syms, sizeof *new);
	if (!new)
		abort();
	new[0] = s->syms[0];
	for (sym i = 1; i < s->n_syms; i++) {
		if (!n->syms[i])
			continue;
		struct symbol *y = &new[n->syms[i]];
		*y = s->syms[i];
		if (y->def == DEF_HEAD)
			continue;
		if (!keeps_definition(n, y))
			y->def = DEF_NONE;
		bool binary = y->def == DEF_ADD || y->def == DEF_SUB;
		y->a = y->def ? n->syms[y->a] : 0;
		y->b = binary ? n->syms[y->b] : 0;
		if (!y->def)
			y->ka = y->kb = 0;
	}
	free(s->syms);
	s->syms = new;
	s->n_syms = s->cap_syms = n->n_syms;
}

static void move_orders(struct astate *s, const struct renaming *n)
{
	uint32_t kept = 0;
	for (uint32_t i = 0; i < s->n_orders; i++) {
		struct order o = s->orders[i];
		if (is_kept(n, o.a) && is_kept(n, o.b))
			s->orders[kept++] = (struct order){n->syms[o.a], n->syms[o.b], o.k};
	}
	s->n_orders = kept;
}

/* What a place was at the head of its loop, while the order to what became of it shows that the loop ends. */
static void keep_heads(struct renaming *n, const struct astate *s)
{
	for (uint32_t i = 0; i < s->n_orders; i++) {
		struct order o = s->orders[i];
		if (is_kept(n, o.b) && s->syms[o.a].def == DEF_HEAD)
			rename_sym(n, o.a);
		else if (is_kept(n, o.a) && s->syms[o.b].def == DEF_HEAD)
			rename_sym(n, o.b);
	}
}

void state_collect(struct astate *s)
{
	struct renaming n = {.s = s, .n_syms = 1, .n_ids = 1};
	n.syms = calloc(s->n_syms, sizeof *n.syms);
	n.ids = calloc(s->next_id, sizeof *n.ids);
	if (!n.syms || !n.ids)
		abort();
	for (unsigned i = 0; i < s->n_refs; i++)
		s->refs[i].id = rename_id(&n, s->refs[i].id);
	state_visit(s, rename_value, &n);
	s->length = rename_sym(&n, s->length);
	s->meta = rename_sym(&n, s->meta);
	keep_heads(&n, s);
	move_symbols(s, &n);
	move_orders(s, &n);
	s->next_id = n.n_ids;
	free(n.syms);
	free(n.ids);
}
