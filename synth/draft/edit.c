/* SPDX-License-Identifier: BSD-2-Clause */
/* Batches of small changes: all of a neighbourhood at once, then each half of it. */
#include "synth/draft/edit.h"
#include "synth/draft/alloc.h"

#define NEIGHBOURHOOD 64 /* slots: changes in them have one window */

void edits_init(struct edits *e, const struct scene *s)
{
	*e = (struct edits){.s = s};
}

void edits_release(struct edits *e)
{
	free(e->steps);
	free(e->list);
}

bool edit_allows(const struct scene *s, uint32_t slot)
{
	const struct program *p = s->p;
	return p->insns[slot].op != ISA_WIDE_TAIL && s->facts->at[slot].reached && !program_core(p, slot) &&
	       s->may_edit(s, slot);
}

static void add_step(struct edits *e, struct edit_step step)
{
	if (e->n_steps == e->cap_steps) {
		e->cap_steps = e->cap_steps ? 2 * e->cap_steps : 64;
		e->steps = checked(realloc(e->steps, e->cap_steps * sizeof *e->steps));
	}
	e->spoilt |= !edit_allows(e->s, step.at);
	e->steps[e->n_steps++] = step;
}

void edits_kill(struct edits *e, uint32_t at)
{
	add_step(e, (struct edit_step){.at = at, .kill = true});
}

void edits_set(struct edits *e, uint32_t at, struct insn in, uint32_t target)
{
	e->spoilt |= !scene_allows(e->s, &in);
	add_step(e, (struct edit_step){.at = at, .in = in, .target = target});
}

struct insn edits_get(const struct edits *e, uint32_t at)
{
	for (uint32_t i = e->n_steps; i-- > e->begun;)
		if (e->steps[i].at == at && !e->steps[i].kill)
			return e->steps[i].in;
	return e->s->p->insns[at];
}

void edits_drop(struct edits *e)
{
	e->n_steps = e->begun;
	e->spoilt = e->alone = false;
}

void edits_end(struct edits *e)
{
	struct edit made = {.first = e->begun, .n = e->n_steps - e->begun, .low = UINT32_MAX, .alone = e->alone};
	if (e->spoilt || made.n == 0) {
		edits_drop(e);
		return;
	}
	for (uint32_t i = made.first; i < e->n_steps; i++) {
		uint32_t at = e->steps[i].at;
		made.low = at < made.low ? at : made.low;
		made.high = at > made.high ? at : made.high;
	}
	if (e->n == e->cap) {
		e->cap = e->cap ? 2 * e->cap : 16;
		e->list = checked(realloc(e->list, e->cap * sizeof *e->list));
	}
	e->list[e->n++] = made;
	e->begun = e->n_steps;
	e->alone = false;
}

static void take_step(struct draft *d, const struct edit_step *step)
{
	if (step->kill)
		draft_kill(d, step->at);
	else if (step->in.op == ISA_LDDW) /* the same constant into another register */
		d->items[step->at].in.dst = step->in.dst;
	else
		draft_set(d, step->at, step->in, step->target == EDIT_KEEP ? d->items[step->at].target : step->target);
}

/* The edit, unless an instruction of it was changed by one before. */
static void take_edit(const struct edits *e, const struct edit *edit, struct draft *d, bool *touched)
{
	const struct edit_step *steps = &e->steps[edit->first];
	for (uint32_t k = 0; k < edit->n; k++)
		if (touched[steps[k].at])
			return;
	for (uint32_t k = 0; k < edit->n; k++) {
		take_step(d, &steps[k]);
		touched[steps[k].at] = true;
	}
}

static bool offer_range(const struct edits *e, uint32_t from, uint32_t to, const char *what)
{
	struct draft *d = scene_draft(e->s);
	bool *touched = checked(calloc(d->n, sizeof *touched));
	for (uint32_t i = from; i < to; i++)
		take_edit(e, &e->list[i], d, touched);
	free(touched);
	if (!e->s->offer(e->s, d, what))
		return false;
	if (to - from == 1)
		return true;
	uint32_t middle = from + (to - from) / 2;
	return offer_range(e, from, middle, what) && offer_range(e, middle, to, what);
}

static int by_place(const void *a, const void *b)
{
	const struct edit *x = a, *y = b;
	return x->low != y->low ? (x->low > y->low) - (x->low < y->low) : (x->high > y->high) - (x->high < y->high);
}

static bool may_join(const struct edit *first, const struct edit *next)
{
	return !first->alone && !next->alone && next->high < first->low + NEIGHBOURHOOD;
}

bool edits_offer(const struct edits *e, const char *what)
{
	if (e->n)
		qsort(e->list, e->n, sizeof *e->list, by_place);
	for (uint32_t from = 0, to; from < e->n; from = to) {
		for (to = from + 1; to < e->n && may_join(&e->list[from], &e->list[to]); to++)
			;
		if (!offer_range(e, from, to, what))
			return false;
	}
	return true;
}
