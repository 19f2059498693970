/* SPDX-License-Identifier: BSD-2-Clause */
/* Blocks are moved to where a goto leads to them, which spares the goto. */
#include "synth/draft/alloc.h"
#include "synth/draft/edit.h"

#include <string.h>

/* Items [from, to) move to behind item `behind`, which is outside of them; jumps follow. */
static void move_items(struct draft *d, uint32_t from, uint32_t to, uint32_t behind)
{
	uint32_t *place = checked(malloc((d->n + 1) * sizeof *place)), at = 0;
	struct item *items = checked(malloc((d->n + 1) * sizeof *items));
	for (uint32_t i = 0; i < d->n; i++) {
		if (i >= from && i < to)
			continue;
		place[i] = at++;
		for (uint32_t k = from; i == behind && k < to; k++)
			place[k] = at++;
	}
	for (uint32_t i = 0; i < d->n; i++) {
		items[place[i]] = d->items[i];
		if (insn_has_target(&d->items[i].in))
			items[place[i]].target = place[d->items[i].target];
	}
	memcpy(d->items, items, d->n * sizeof *items);
	free(items);
	free(place);
}

/* The end of the run of slots from `start` on that ends where nothing falls through. */
static uint32_t find_end(const struct program *p, uint32_t start)
{
	uint32_t i = start;
	while (i < p->n && (p->insns[i].op == ISA_WIDE_TAIL || insn_falls_through(&p->insns[i])))
		i++;
	return i + 1;
}

static bool is_fallen_into(const struct scene *s, uint32_t slot)
{
	const struct insn *before = &s->p->insns[slot - 1];
	return before->op == ISA_WIDE_TAIL || insn_falls_through(before);
}

static bool offer_move(const struct scene *s, uint32_t jump)
{
	const struct program *p = s->p;
	uint32_t start = (uint32_t)insn_target(&p->insns[jump], jump);
	const struct subprogram *sub = program_sub(p, jump);
	if (start == sub->start || start == jump + 1 || is_fallen_into(s, start))
		return true;
	uint32_t end = find_end(p, start);
	if ((jump >= start && jump < end) || end > sub->end)
		return true;
	struct draft *d = scene_draft(s);
	draft_kill(d, jump);
	move_items(d, start, end, jump);
	return s->offer(s, d, "a block is moved to its goto");
}

void propose_layout(const struct scene *s)
{
	for (uint32_t i = 0; i < s->p->n; i++)
		if (s->p->insns[i].op == ISA_JA && edit_allows(s, i) && !offer_move(s, i))
			return;
}
