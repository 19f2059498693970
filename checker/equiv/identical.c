/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Are two programs the same, instruction by instruction, up to how their
 * objects number maps, sections, symbols and types? Whatever else a loader or
 * the kernel goes by has to agree as well: what doesn't is left to the proof.
 */
#include <stdlib.h>
#include <string.h>

#include "checker/equiv/question.h"

struct sides {
	const struct program *p[2];
	const struct pairing *maps;
	int *partner[2]; /* by map of either object: the other's map that stands in its place, -1: none yet */
};

/* The same questions to the kernel's types, in the same places. */
static bool same_relos(const struct program *a, const struct program *b)
{
	for (size_t i = 0; a->n_relos == b->n_relos && i < a->n_relos; i++) {
		const struct core_relo *x = &a->relos[i], *y = &b->relos[i];
		if (x->slot != y->slot || x->kind != y->kind || x->path != y->path || x->size != y->size ||
		    x->follows != y->follows || x->is_fixed != y->is_fixed || x->has_answer != y->has_answer)
			return false;
	}
	return a->n_relos == b->n_relos;
}

/* license_is_gpl_compatible (include/linux/license.h): other programs can't call some helpers. */
static bool is_free(const char *license)
{
	static const char *const names[] = {"GPL",          "GPL v2",       "GPL and additional rights",
					    "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strcmp(names[i], license))
			return true;
	return false;
}

/* The section's name tells loaders what kind of program it is and where it is attached. */
static bool same_kind(const struct program *a, const struct program *b)
{
	return a->type == b->type && a->expected_attach == b->expected_attach && a->sleepable == b->sleepable &&
	       !strcmp(a->section, b->section) && is_free(a->object->license) == is_free(b->object->license);
}

/* Other programs can take the place of a global function, which goes by its name. */
static bool same_functions(const struct program *a, const struct program *b)
{
	for (size_t i = 0; a->n_subs == b->n_subs && i < a->n_subs; i++) {
		const struct subprogram *x = &a->subs[i], *y = &b->subs[i];
		if (x->start != y->start || x->end != y->end || x->is_global != y->is_global ||
		    (x->is_global && strcmp(x->name, y->name) != 0))
			return false;
	}
	return a->n_subs == b->n_subs;
}

static bool same_specials(const struct map *a, const struct map *b)
{
	for (size_t i = 0; a->n_specials == b->n_specials && i < a->n_specials; i++) {
		const struct special *x = &a->specials[i], *y = &b->specials[i];
		if (x->kind != y->kind || x->off != y->off || x->size != y->size)
			return false;
	}
	return a->n_specials == b->n_specials;
}

static bool same_definition(const struct map *a, const struct map *b)
{
	return a->type == b->type && a->key_size == b->key_size && a->value_size == b->value_size &&
	       a->max_entries == b->max_entries && a->flags == b->flags && a->is_data == b->is_data &&
	       a->frozen == b->frozen && a->is_inner == b->is_inner && a->attributes == b->attributes &&
	       same_specials(a, b);
}

/* Variables that a loader sets by their names. */
static bool same_variables(const struct map *a, const struct map *b)
{
	for (size_t i = 0; a->n_vars == b->n_vars && i < a->n_vars; i++) {
		const struct variable *x = &a->vars[i], *y = &b->vars[i];
		if (x->is_volatile != y->is_volatile)
			return false;
		if (a->frozen && !x->is_volatile)
			continue;
		if (strcmp(x->name, y->name) != 0 || x->off != y->off || x->size != y->size || x->twin != y->twin)
			return false;
	}
	return a->n_vars == b->n_vars;
}

/* Constants are each object's own; all other maps go by their names, so that the pairing has one number for both. */
static bool same_map(const struct sides *s, size_t i, size_t j)
{
	const struct map *m = &s->p[0]->object->maps[i], *o = &s->p[1]->object->maps[j];
	bool own = m->is_data && m->frozen;
	if (!same_definition(m, o) || (!own && s->maps->number[0][i] != s->maps->number[1][j]))
		return false;
	return !m->is_data || (!memcmp(m->bytes, o->bytes, m->value_size) && same_variables(m, o));
}

/* One map stands for one, in all places: two of equal contents still have two addresses. */
static bool match_maps(struct sides *s, size_t i, size_t j)
{
	if (s->partner[0][i] >= 0 || s->partner[1][j] >= 0)
		return s->partner[0][i] == (int)j && s->partner[1][j] == (int)i;
	if (!same_map(s, i, j))
		return false;
	s->partner[0][i] = (int)j;
	s->partner[1][j] = (int)i;
	int inner = s->p[0]->object->maps[i].inner, other = s->p[1]->object->maps[j].inner;
	return inner < 0 || other < 0 ? inner == other : match_maps(s, (size_t)inner, (size_t)other);
}

/* Throwing runs a function that only a tag in the types tells of. */
static bool same_extern(const struct sides *s, size_t i, size_t j)
{
	const struct extern_symbol *x = &s->p[0]->object->externs[i], *y = &s->p[1]->object->externs[j];
	return !strcmp(x->name, y->name) && x->is_weak == y->is_weak && x->is_function == y->is_function &&
	       x->type == y->type && strcmp(x->name, "bpf_throw") != 0;
}

static bool same_operand(struct sides *s, const struct insn *x, const struct insn *y)
{
	bool wide = x->op == ISA_LDDW, map = wide && (x->src == WIDE_MAP || x->src == WIDE_MAP_VALUE);
	bool name = (wide && x->src == WIDE_BTF_ID) || (x->op == ISA_CALL && x->src == CALL_KFUNC);
	if (map)
		return x->imm64 >> 32 == y->imm64 >> 32 && match_maps(s, (size_t)x->imm, (size_t)y->imm);
	return name ? same_extern(s, (size_t)x->imm, (size_t)y->imm) : x->imm == y->imm && x->imm64 == y->imm64;
}

static bool same_insns(struct sides *s)
{
	const struct program *a = s->p[0], *b = s->p[1];
	for (size_t i = 0; a->n == b->n && i < a->n; i++) {
		const struct insn *x = &a->insns[i], *y = &b->insns[i];
		if (x->op != y->op || x->width != y->width || x->dst != y->dst || x->src != y->src || x->k != y->k ||
		    x->off != y->off || !same_operand(s, x, y))
			return false;
	}
	return a->n == b->n;
}

static int *no_partners(const struct object *o)
{
	int *partner = malloc((o->n_maps + 1) * sizeof *partner);
	if (!partner)
		abort();
	for (size_t i = 0; i < o->n_maps; i++)
		partner[i] = -1;
	return partner;
}

bool identical_programs(const struct question *q)
{
	const struct program *a = q->prog[0], *b = q->prog[1];
	struct sides s = {{a, b}, &q->out->pairing, {no_partners(a->object), no_partners(b->object)}};
	bool types = (!a->has_type_ids && !b->has_type_ids) || object_has_same_types(a->object, b->object);
	bool same = types && same_kind(a, b) && same_functions(a, b) && same_relos(a, b) && same_insns(&s);
	free(s.partner[0]);
	free(s.partner[1]);
	return same;
}
