/* SPDX-License-Identifier: BSD-2-Clause */
/* Editing a list of instructions whose jumps name items. */
#include "synth/draft/draft.h"
#include "synth/draft/alloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static bool goes(const struct item *it)
{
	return it->in.op != ISA_WIDE_TAIL && insn_has_target(&it->in);
}

struct draft *draft_new(const struct program *p, const uint32_t *origin)
{
	struct draft *d = checked(calloc(1, sizeof *d));
	d->base = p;
	d->n = (uint32_t)p->n;
	d->items = checked(calloc(p->n + 1, sizeof *d->items));
	d->subs = checked(calloc(p->n_subs + 1, sizeof *d->subs));
	memcpy(d->subs, p->subs, p->n_subs * sizeof *d->subs);
	for (uint32_t i = 0; i < d->n; i++) {
		struct item *it = &d->items[i];
		*it = (struct item){.in = p->insns[i], .origin = origin ? origin[i] : i, .place = i};
		if (goes(it))
			it->target = (uint32_t)insn_target(&it->in, i);
	}
	return d;
}

struct draft *draft_copy(const struct draft *d)
{
	struct draft *c = checked(calloc(1, sizeof *c));
	*c = *d;
	c->items = checked(malloc((d->n + 1) * sizeof *c->items));
	memcpy(c->items, d->items, d->n * sizeof *c->items);
	c->subs = checked(malloc((d->base->n_subs + 1) * sizeof *c->subs));
	memcpy(c->subs, d->subs, d->base->n_subs * sizeof *c->subs);
	return c;
}

void draft_free(struct draft *d)
{
	if (!d)
		return;
	free(d->items);
	free(d->subs);
	free(d);
}

void draft_kill(struct draft *d, uint32_t i)
{
	d->items[i].dead = true;
	if (d->items[i].in.op == ISA_LDDW)
		d->items[i + 1].dead = true;
}

void draft_set(struct draft *d, uint32_t i, struct insn in, uint32_t target)
{
	struct item *it = &d->items[i];
	assert(in.op != ISA_LDDW && in.op != ISA_WIDE_TAIL);
	if (it->in.op == ISA_LDDW)
		d->items[i + 1].dead = true;
	if (isa_rows[in.op].form != isa_rows[it->in.op].form)
		it->place = DRAFT_NEW;
	it->in = in;
	it->target = target;
	it->dead = false;
}

/* Room for `count` dead items at i: right before item i, as what is jumped to instead of it, or else right behind item
 * i - 1, in its function. */
static void make_room(struct draft *d, uint32_t i, uint32_t count, bool before)
{
	uint32_t first = before ? i + 1 : i; /* the first one that moves as a target */
	d->items = checked(realloc(d->items, (d->n + count + 1) * sizeof *d->items));
	memmove(d->items + i + count, d->items + i, (d->n - i) * sizeof *d->items);
	d->n += count;
	for (uint32_t k = i; k < i + count; k++)
		d->items[k] =
		    (struct item){.in = {.op = ISA_JA}, .origin = DRAFT_NEW, .place = DRAFT_NEW, .dead = true};
	for (uint32_t k = 0; k < d->n; k++)
		if (goes(&d->items[k]) && d->items[k].target >= first && (k < i || k >= i + count))
			d->items[k].target += count;
	for (size_t k = 0; k < d->base->n_subs; k++) {
		d->subs[k].start += d->subs[k].start >= first ? count : 0;
		d->subs[k].end += d->subs[k].end >= first || (d->subs[k].end == i && i + count == d->n) ? count : 0;
	}
}

uint32_t draft_insert(struct draft *d, uint32_t i, struct insn in, uint32_t target, uint32_t origin)
{
	uint32_t slots = in.op == ISA_LDDW ? 2 : 1;
	make_room(d, i, slots, true);
	if (insn_has_target(&in) && target > i)
		target += slots;
	d->items[i] = (struct item){.in = in, .target = target, .origin = origin, .place = DRAFT_NEW};
	if (slots == 2)
		d->items[i + 1] = (struct item){.in = {.op = ISA_WIDE_TAIL}, .origin = DRAFT_NEW, .place = DRAFT_NEW};
	return i;
}

static bool is_same(const struct item *old, const struct insn *in, uint32_t target)
{
	const struct insn *o = &old->in;
	bool same = o->op == in->op && o->width == in->width && o->dst == in->dst && o->src == in->src && o->k == in->k;
	if (!same || insn_has_target(in))
		return same && old->target == target && o->imm == (insn_is_jump(in) ? in->imm : o->imm);
	return o->off == in->off && o->imm == in->imm && o->imm64 == in->imm64;
}

/* New instructions that were there before stay what they were, in their order. */
static void inherit(const struct item *old, uint32_t n_old, struct item *new, uint32_t n)
{
	uint32_t at = 0;
	for (uint32_t k = 0; k < n; k++) {
		if (new[k].in.op == ISA_WIDE_TAIL)
			continue;
		for (uint32_t j = at; j < n_old; j++)
			if (!old[j].dead && old[j].in.op != ISA_WIDE_TAIL &&
			    is_same(&old[j], &new[k].in, new[k].target)) {
				new[k].origin = old[j].origin;
				new[k].place = old[j].place;
				at = j + 1;
				break;
			}
	}
}

bool draft_replace(struct draft *d, uint32_t start, uint32_t end, const struct insn *with, const uint32_t *targets,
		   uint32_t n)
{
	for (uint32_t i = start + 1; i < end; i++) {
		bool inside = false;
		for (uint32_t k = 0; k < d->n && !inside; k++)
			inside = !d->items[k].dead && goes(&d->items[k]) && (k < start || k >= end) &&
				 d->items[k].target == i;
		if (inside)
			return false;
	}
	uint32_t old = end - start;
	struct item *before = checked(malloc((old + 1) * sizeof *before)),
		    *after = checked(calloc(n + 1, sizeof *after));
	memcpy(before, d->items + start, old * sizeof *before);
	for (uint32_t k = 0; k < n; k++)
		after[k] = (struct item){
		    .in = with[k],
		    .origin = DRAFT_NEW,
		    .place = DRAFT_NEW,
		    .target = targets && with[k].op != ISA_WIDE_TAIL && insn_has_target(&with[k]) ? targets[k] : 0};
	inherit(before, old, after, n);
	for (uint32_t k = 0; k < n; k++) /* the first ones keep the place in the source */
		if (after[k].origin == DRAFT_NEW && k < old)
			after[k].origin = before[k].origin;
	for (uint32_t i = start; i < end; i++)
		d->items[i].dead = true;
	if (n > old) {
		make_room(d, end, n - old, false);
		for (uint32_t k = 0; k < n; k++)
			if (goes(&after[k]) && after[k].target >= end)
				after[k].target += n - old;
	}
	memcpy(d->items + start, after, n * sizeof *after);
	free(before);
	free(after);
	return true;
}

uint32_t draft_next(const struct draft *d, uint32_t i)
{
	while (i < d->n && d->items[i].dead)
		i++;
	return i;
}

bool draft_is_target(const struct draft *d, uint32_t i)
{
	uint32_t first = i;
	while (first > 0 && d->items[first - 1].dead)
		first--;
	for (size_t k = 0; k < d->base->n_subs; k++)
		if (d->subs[k].start >= first && d->subs[k].start <= i)
			return true;
	for (uint32_t k = 0; k < d->n; k++)
		if (!d->items[k].dead && goes(&d->items[k]) && d->items[k].target >= first && d->items[k].target <= i)
			return true;
	return false;
}
