/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why a loop ends: a number that is bounded at the loop's widened head and gets
 * greater (or smaller), without wrapping, on every way back to it. At the head
 * it is a symbol of its own for each visit (DEF_HEAD), so the path that comes
 * back still knows it.
 */
#include "visit.h"

#include <stdlib.h>
#include <string.h>

#define MOST_ROUNDS (1ull << 33) /* more than that is no end that anybody sees */
#define SMALL (1ll << 60)

static const struct aval *value_at(const struct astate *s, struct measure m)
{
	if (m.frame < 0)
		return &s->r[m.where];
	const struct aframe *f = &s->frames[m.frame];
	for (uint32_t i = 0; i < f->n_cells; i++)
		if (f->cells[i].off == m.where)
			return &f->cells[i].v;
	return NULL;
}

static sym find_head(const struct astate *s, const struct symbol *h)
{
	for (sym i = 1; i < s->n_syms; i++)
		if (s->syms[i].def == DEF_HEAD && s->syms[i].a == h->a && s->syms[i].b == h->b)
			return i;
	return 0;
}

static bool is_small(const struct astate *s, sym x, int64_t add)
{
	return add > -SMALL && add < SMALL && s->syms[x].facts.smin > -SMALL && s->syms[x].facts.smax < SMALL;
}

static bool moves(const struct node *head, const struct astate *s, struct measure m)
{
	const struct aval *old = value_at(head->state, m), *new = value_at(s, m);
	if (!old || !new || old->kind != new->kind || old->kind == KIND_NONE || !old->sym)
		return false;
	const struct symbol *h = &head->state->syms[old->sym];
	if (h->def != DEF_HEAD || h->a != head->serial)
		return false;
	struct scalar bounds = state_facts(head->state, old->sym, old->add);
	bool bounded = bounds.umax - bounds.umin <= MOST_ROUNDS ||
		       (uint64_t)bounds.smax - (uint64_t)bounds.smin <= MOST_ROUNDS;
	sym here = find_head(s, h);
	if (!bounded || !here || !is_small(s, here, old->add) || !is_small(s, new->sym, new->add))
		return false;
	int64_t d = old->add - new->add;
	return m.up ? state_knows_order(s, here, new->sym, d + 1) : state_knows_order(s, new->sym, here, 1 - d);
}

static void add_if_moves(struct node *head, const struct astate *s, struct measure m)
{
	for (int up = 0; up < 2; up++) {
		m.up = up;
		if (!moves(head, s, m))
			continue;
		head->measures = realloc(head->measures, (head->n_measures + 1) * sizeof *head->measures);
		if (!head->measures)
			abort();
		head->measures[head->n_measures++] = m;
	}
}

static void list_measures(struct node *head, const struct astate *s)
{
	for (uint16_t i = 0; i < 10; i++)
		add_if_moves(head, s, (struct measure){.frame = -1, .where = i});
	for (unsigned d = 0; d < s->depth; d++)
		for (uint32_t i = 0; i < head->state->frames[d].n_cells; i++)
			add_if_moves(head, s, (struct measure){.frame = (int16_t)d,
							       .where = head->state->frames[d].cells[i].off});
	head->measured = true;
}

bool measure_ends(struct node *head, const struct astate *s)
{
	if (!head->measured) {
		list_measures(head, s);
		return head->n_measures > 0;
	}
	size_t kept = 0;
	for (size_t i = 0; i < head->n_measures; i++)
		if (moves(head, s, head->measures[i]))
			head->measures[kept++] = head->measures[i];
	head->n_measures = kept;
	return kept > 0;
}
