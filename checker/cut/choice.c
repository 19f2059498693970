/* SPDX-License-Identifier: BSD-2-Clause */
/* Ways to walk two loops together: in step, or so many rounds of one with one round of the other, or one alone. */
#include "checker/cut/product.h"

#include <stdlib.h>
#include <string.h>

#define UNROLLED(big, small)                                                                    \
	(5 * (big) >= 6 * (small)) /* slots of two loops of which one may be the other unrolled \
				    */

/* The points' own numbers of rounds come first. */
static struct plan first_plan(const struct product *p, const struct node *n)
{
	struct plan plan = {.move = MOVE_BOTH, .rounds = {1, 1}};
	if (n->start)
		return plan;
	if (n->at[0] == CUT_EXIT || n->at[1] == CUT_EXIT) {
		plan.move = n->at[0] == CUT_EXIT ? MOVE_B : MOVE_A;
		return plan;
	}
	for (unsigned side = 0; side < 2; side++)
		plan.rounds[side] = (uint8_t)p->side[side].rounds[n->at[side]];
	plan.move = plan.rounds[0] > plan.rounds[1]   ? MOVE_B_LEADS
		    : plan.rounds[1] > plan.rounds[0] ? MOVE_A_LEADS
						      : MOVE_BOTH;
	return plan;
}

struct list {
	struct plan at[24];
	unsigned n;
};

static void add(struct list *l, enum move move, unsigned a, unsigned b, unsigned late_a, unsigned late_b)
{
	l->at[l->n++] = (struct plan){move, {(uint8_t)a, (uint8_t)b}, {(uint8_t)late_a, (uint8_t)late_b}};
}

static void add_unrolled(struct list *l, unsigned leader)
{
	static const unsigned factors[] = {2, 4, 8, 3};
	for (size_t i = 0; i < sizeof factors / sizeof *factors; i++) {
		unsigned k = factors[i], a = leader ? k : 1, b = leader ? 1 : k;
		add(l, leader ? MOVE_B_LEADS : MOVE_A_LEADS, a, b, 0, 0);
		add(l, MOVE_BOTH, a, b, 0, 0);
	}
}

static void list_plans(const struct product *p, const struct node *n, struct list *l)
{
	uint32_t loop[2] = {0, 0};
	l->at[l->n++] = first_plan(p, n);
	if (!n->start && (n->at[0] == CUT_EXIT || n->at[1] == CUT_EXIT))
		return;
	for (unsigned side = 0; side < 2 && !n->start; side++)
		loop[side] = p->side[side].loops[n->at[side]];
	if (l->at[0].move != MOVE_BOTH)
		add(l, MOVE_BOTH, 1, 1, 0, 0);
	if (loop[0] && loop[1] && UNROLLED(loop[1], loop[0]))
		add_unrolled(l, 1);
	if (loop[0] && loop[1] && UNROLLED(loop[0], loop[1]))
		add_unrolled(l, 0);
	if (loop[0] || loop[1]) {
		add(l, MOVE_A, 1, 1, 0, 0);
		add(l, MOVE_B, 1, 1, 0, 0);
	}
	if (n->start || loop[0] || loop[1]) {
		add(l, MOVE_BOTH, 1, 1, 1, 0);
		add(l, MOVE_BOTH, 1, 1, 0, 1);
	}
}

bool choice_find(const struct product *p, const struct node *n, unsigned number, struct plan *out)
{
	struct list l = {.n = 0};
	list_plans(p, n, &l);
	if (number >= l.n)
		return false;
	*out = l.at[number];
	return true;
}

/* Directions of the places of one side, 2: of both. */
static size_t rank_of(const struct node *n, unsigned side)
{
	const struct affine *a = &n->affine;
	struct affine part;
	uint64_t *v = calloc(n->n + 1, sizeof *v);
	if (!v)
		abort();
	affine_init(&part, n->n);
	affine_add(&part, v);
	for (size_t i = 0; i < n->n; i++) {
		for (size_t c = 0; a->row[i] && c < n->n; c++)
			v[c] = side == 2 || n->places[c].side == side ? a->row[i][c] : 0;
		if (a->row[i])
			affine_add_direction(&part, v);
	}
	size_t rank = n->n - affine_relations(&part);
	affine_release(&part);
	free(v);
	return rank;
}

size_t choice_score(const struct node *n)
{
	return n->affine.empty ? 0 : rank_of(n, 0) + rank_of(n, 1) - rank_of(n, 2);
}
