/* SPDX-License-Identifier: BSD-2-Clause */
/* From a draft to a program: slots counted, jumps encoded, lines and relocations moved along. */
#include "synth/draft/draft.h"
#include "synth/draft/alloc.h"

#include <stdlib.h>
#include <string.h>

struct builder {
	const struct draft *d;
	uint32_t *slot; /* of each item, of a dead one that of the next living; [n]: slots in all */
	struct program *p;
	uint32_t *origin;
};

static bool encode_target(struct insn *in, uint32_t at, uint32_t to)
{
	int64_t distance = (int64_t)to - at - 1;
	if (isa_rows[in->op].off == OFF_JUMP) {
		in->off = (int16_t)distance;
		return in->off == distance;
	}
	in->imm = (int32_t)distance;
	if (in->op == ISA_LDDW)
		in->imm64 = (uint32_t)in->imm;
	return true;
}

static bool place_items(struct builder *b)
{
	const struct draft *d = b->d;
	struct program *p = b->p;
	for (uint32_t i = 0; i < d->n; i++) {
		const struct item *it = &d->items[i];
		uint32_t at = b->slot[i];
		if (it->dead)
			continue;
		p->insns[at] = it->in;
		b->origin[at] = it->origin;
		if (it->in.op == ISA_WIDE_TAIL || !insn_has_target(&it->in))
			continue;
		uint32_t to = b->slot[it->target];
		if (to >= p->n || !encode_target(&p->insns[at], at, to))
			return false;
	}
	return true;
}

/* A jump stays in its function; a call goes to a function's start; no function is empty or runs into the next. */
static bool check_functions(const struct builder *b)
{
	const struct program *p = b->p;
	for (size_t s = 0; s < p->n_subs; s++) {
		const struct subprogram *sub = &p->subs[s];
		if (sub->end <= sub->start || p->insns[sub->end - 1].op == ISA_WIDE_TAIL ||
		    insn_falls_through(&p->insns[sub->end - 1]))
			return false;
		for (uint32_t i = sub->start; i < sub->end; i++) {
			const struct insn *in = &p->insns[i];
			if (in->op == ISA_WIDE_TAIL || !insn_has_target(in))
				continue;
			int64_t to = insn_target(in, i);
			bool inside = to >= sub->start && to < sub->end;
			if (insn_is_jump(in) && (!inside || p->insns[to].op == ISA_WIDE_TAIL))
				return false;
			const struct subprogram *callee = insn_is_jump(in) ? NULL : program_sub(p, (size_t)to);
			if (!insn_is_jump(in) && (!callee || callee->start != to))
				return false;
		}
	}
	return true;
}

static void move_lines(struct builder *b)
{
	const struct draft *d = b->d;
	const struct program *from = d->base;
	const struct line *last = NULL;
	b->p->lines = checked(calloc(d->n + 1, sizeof *b->p->lines));
	b->p->n_lines = 0;
	for (uint32_t i = 0; i < d->n; i++) {
		const struct item *it = &d->items[i];
		if (it->dead || it->place == DRAFT_NEW)
			continue;
		const struct line *line = program_line(from, it->place);
		if (!line || line == last)
			continue;
		b->p->lines[b->p->n_lines] = *line;
		b->p->lines[b->p->n_lines++].slot = b->slot[i];
		last = line;
	}
}

static void move_relocations(struct builder *b)
{
	const struct draft *d = b->d;
	b->p->relos = checked(calloc(d->base->n_relos + 1, sizeof *b->p->relos));
	b->p->n_relos = 0;
	for (uint32_t i = 0; i < d->n; i++) {
		const struct item *it = &d->items[i];
		const struct core_relo *r =
		    it->dead || it->place == DRAFT_NEW ? NULL : program_core(d->base, it->place);
		if (!r || b->p->n_relos == d->base->n_relos)
			continue;
		b->p->relos[b->p->n_relos] = *r;
		b->p->relos[b->p->n_relos++].slot = b->slot[i];
	}
}

static uint32_t count_slots(struct builder *b)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < b->d->n; i++) {
		b->slot[i] = n;
		n += !b->d->items[i].dead;
	}
	b->slot[b->d->n] = n;
	return n;
}

bool draft_build(const struct draft *d, struct version *out)
{
	struct builder b = {.d = d, .slot = checked(calloc(d->n + 1, sizeof *b.slot))};
	b.p = checked(calloc(1, sizeof *b.p));
	*b.p = *d->base; /* names and the object stay shared */
	b.p->lines = NULL;
	b.p->relos = NULL;
	b.p->n = count_slots(&b);
	b.p->insns = checked(calloc(b.p->n + 1, sizeof *b.p->insns));
	b.origin = checked(calloc(b.p->n + 1, sizeof *b.origin));
	b.p->subs = checked(calloc(d->base->n_subs + 1, sizeof *b.p->subs));
	for (size_t i = 0; i < d->base->n_subs; i++) {
		b.p->subs[i] = d->subs[i];
		b.p->subs[i].start = b.slot[d->subs[i].start];
		b.p->subs[i].end = b.slot[d->subs[i].end];
	}
	bool good = place_items(&b) && check_functions(&b);
	if (good) {
		move_lines(&b);
		move_relocations(&b);
	}
	free(b.slot);
	*out = (struct version){b.p, b.origin};
	if (!good)
		version_release(out);
	return good;
}

void version_release(struct version *v)
{
	if (v->p) {
		free(v->p->insns);
		free(v->p->subs);
		free(v->p->lines);
		free(v->p->relos);
		free(v->p);
	}
	free(v->origin);
	*v = (struct version){0};
}
