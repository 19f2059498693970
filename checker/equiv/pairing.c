/* SPDX-License-Identifier: BSD-2-Clause */
/* One numbering for the maps of two objects: maps of one name are one map. */
#include "checker/equiv/equiv.h"

#include <stdlib.h>
#include <string.h>

/* Do two data sections hold the same variables at the same places? Frozen bytes need not agree. */
static bool same_layout(const struct map *a, const struct map *b)
{
	if (a->value_size != b->value_size || a->n_vars != b->n_vars)
		return false;
	for (size_t i = 0; i < a->n_vars; i++)
		if (strcmp(a->vars[i].name, b->vars[i].name) || a->vars[i].off != b->vars[i].off ||
		    a->vars[i].size != b->vars[i].size)
			return false;
	return true;
}

static bool same_definition(const struct map *a, const struct map *b)
{
	return a->type == b->type && a->key_size == b->key_size && a->value_size == b->value_size &&
	       a->max_entries == b->max_entries && a->flags == b->flags;
}

static bool program_uses(const struct program *p, size_t map)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct insn *in = &p->insns[i];
		if (in->op == ISA_LDDW && (in->src == WIDE_MAP || in->src == WIDE_MAP_VALUE) &&
		    ((size_t)in->imm == map || p->object->maps[in->imm].inner == (int)map))
			return true;
	}
	return false;
}

/* Number of b's map m among those that a numbered, or -1: a map of its own. */
static int shared_number(const struct program *a, const struct program *b, const struct map *m, bool used,
			 enum reason *why)
{
	(void)b;
	for (size_t i = 0; i < a->object->n_maps; i++) {
		const struct map *o = &a->object->maps[i];
		if (strcmp(o->name, m->name) || o->is_data != m->is_data)
			continue;
		if (m->is_data && m->frozen)
			return -1; /* constants: each program reads its own */
		if (m->is_data ? same_layout(o, m) : same_definition(o, m))
			return (int)i;
		if (used && program_uses(a, i))
			*why = m->is_data ? REASON_DATA_LAYOUT : REASON_MAP_DEFS;
		return -1;
	}
	return -1;
}

static bool has_twins(const struct object *o)
{
	for (size_t i = 0; i < o->n_maps; i++)
		for (size_t k = 0; k < o->maps[i].n_vars; k++)
			if (o->maps[i].vars[k].twin % VARIABLE_TWINS)
				return true;
	return false;
}

static size_t count_twins(const struct object *o, const struct variable *v)
{
	size_t n = 0;
	for (size_t i = 0; i < o->n_maps; i++)
		for (size_t k = 0; k < o->maps[i].n_vars; k++) {
			const struct variable *w = &o->maps[i].vars[k];
			n += w->twin / VARIABLE_TWINS == v->twin / VARIABLE_TWINS && !strcmp(w->name, v->name);
		}
	return n;
}

/* Which of several variables of one name is which can be told only if the other object has as many, or none. */
static bool twins_agree(const struct program *a, const struct program *b, const char **what)
{
	if (!has_twins(a->object) && !has_twins(b->object))
		return true;
	for (size_t i = 0; i < a->object->n_maps; i++)
		for (size_t k = 0; k < a->object->maps[i].n_vars && program_uses(a, i); k++) {
			const struct variable *v = &a->object->maps[i].vars[k];
			size_t there = count_twins(b->object, v);
			*what = v->name;
			if (there && there != count_twins(a->object, v))
				return false;
		}
	return true;
}

static bool same_prototype(const struct helper_row *a, const struct helper_row *b)
{
	return a->ret == b->ret && a->bits == b->bits && a->effects == b->effects && a->model == b->model &&
	       !memcmp(a->args, b->args, sizeof a->args) && !memcmp(a->size, b->size, sizeof a->size);
}

/* A kernel function is one thing in both programs, and two have two numbers. */
static bool kfuncs_agree(const struct object *a, const struct object *b, const char **what)
{
	for (size_t i = 0; i < a->n_externs; i++)
		for (size_t j = 0; j < b->n_externs; j++) {
			const struct extern_symbol *x = &a->externs[i], *y = &b->externs[j];
			bool same = !strcmp(x->name, y->name);
			*what = x->name;
			if (same && !x->call != !y->call)
				return false;
			if (x->call && y->call &&
			    (same ? !same_prototype(x->call, y->call) : x->call->id == y->call->id))
				return false;
		}
	return true;
}

static bool uses_extern(const struct program *p, size_t number)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->insns[i].op == ISA_LDDW && p->insns[i].src == WIDE_BTF_ID && (size_t)p->insns[i].imm == number)
			return true;
	return false;
}

/* By its type a loader knows how to write a setting: y is 1, 2 or 'y'. */
static bool settings_agree(const struct program *a, const struct program *b, const char **what)
{
	for (size_t i = 0; i < a->object->n_externs; i++)
		for (size_t j = 0; j < b->object->n_externs; j++) {
			const struct extern_symbol *x = &a->object->externs[i], *y = &b->object->externs[j];
			*what = x->name;
			if (!strcmp(x->name, y->name) && x->type && y->type && x->type != y->type &&
			    uses_extern(a, i) && uses_extern(b, j))
				return false;
		}
	return true;
}

bool pairing_build(const struct program *a, const struct program *b, struct pairing *out, enum reason *why,
		   const char **what)
{
	size_t n = a->object->n_maps, m = b->object->n_maps;
	*out = (struct pairing){calloc(n + m + 1, sizeof *out->maps), n, {NULL, NULL}};
	out->number[0] = calloc(n + 1, sizeof **out->number);
	out->number[1] = calloc(m + 1, sizeof **out->number);
	if (!out->maps || !out->number[0] || !out->number[1])
		abort();
	*why = REASON_NONE;
	if (!kfuncs_agree(a->object, b->object, what) || !kfuncs_agree(a->object, a->object, what) ||
	    !kfuncs_agree(b->object, b->object, what)) {
		*why = REASON_KFUNC;
		return false;
	}
	if (!twins_agree(a, b, what) || !twins_agree(b, a, what) || !settings_agree(a, b, what)) {
		*why = REASON_DATA_LAYOUT;
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		out->maps[i] = &a->object->maps[i];
		out->number[0][i] = (uint32_t)i;
	}
	for (size_t i = 0; i < m; i++) {
		const struct map *map = &b->object->maps[i];
		int shared = shared_number(a, b, map, program_uses(b, i), why);
		if (*why) {
			*what = map->name;
			return false;
		}
		out->number[1][i] = shared >= 0 ? (uint32_t)shared : (uint32_t)out->n;
		if (shared < 0)
			out->maps[out->n++] = map;
	}
	return true;
}

void pairing_release(struct pairing *p)
{
	free(p->maps);
	free(p->number[0]);
	free(p->number[1]);
	*p = (struct pairing){0};
}
