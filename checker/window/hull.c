/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Slots before the window are the same in both programs, slots behind it are
 * the same but for their place. So an instruction outside may jump to either
 * part or to the window's start; the window grows until nobody outside jumps
 * into its middle.
 */
#include "checker/window/hull.h"

#include <stdlib.h>

struct pair {
	const struct program *a, *b;
	uint32_t start, end; /* in a */
	int64_t shift;
};

static bool same_fields(const struct insn *x, const struct insn *y)
{
	bool aims = x->op != ISA_WIDE_TAIL && insn_has_target(x);
	if (x->op != y->op || x->width != y->width || x->dst != y->dst || x->src != y->src || x->k != y->k)
		return false;
	if (aims && isa_rows[x->op].off == OFF_JUMP)
		return x->imm == y->imm;
	if (aims)
		return x->off == y->off;
	return x->off == y->off && x->imm == y->imm && x->imm64 == y->imm64;
}

static bool same_relocation(const struct program *a, uint32_t i, const struct program *b, uint32_t k)
{
	const struct core_relo *x = program_core(a, i), *y = program_core(b, k);
	if (!x || !y)
		return x == y;
	return x->kind == y->kind && x->path == y->path && x->size == y->size && x->follows == y->follows;
}

/* But for where they go. */
static bool same_insn(const struct pair *p, uint32_t i, uint32_t k)
{
	return same_fields(&p->a->insns[i], &p->b->insns[k]) && same_relocation(p->a, i, p->b, k);
}

static bool has_aim(const struct insn *in)
{
	return in->op != ISA_WIDE_TAIL && insn_has_target(in);
}

/* Do the instruction at i of a and the one in its place in b go to the same place? */
static bool same_aim(const struct pair *p, uint32_t i)
{
	uint32_t k = i < p->start ? i : (uint32_t)(i + p->shift);
	const struct insn *x = &p->a->insns[i], *y = &p->b->insns[k];
	if (!has_aim(x))
		return true;
	int64_t to = insn_target(x, i), other = insn_target(y, k);
	if (to <= p->start && to < p->end)
		return other == to;
	if (to == p->start) /* an empty window: both ways of naming it */
		return other == to || other == to + p->shift;
	return to >= p->end && other == to + p->shift;
}

/* Takes the slot in. */
static void grow_to(struct pair *p, uint32_t slot)
{
	if (slot < p->start)
		p->start = slot;
	if (slot >= p->end)
		p->end = slot + 1;
}

static void keep_wide_whole(struct pair *p)
{
	while (p->start > 0 && p->start < p->a->n && p->a->insns[p->start].op == ISA_WIDE_TAIL)
		p->start--;
	while (p->end < p->a->n && p->a->insns[p->end].op == ISA_WIDE_TAIL)
		p->end++;
}

static bool settle(struct pair *p)
{
	for (bool changed = true; changed;) {
		changed = false;
		keep_wide_whole(p);
		for (uint32_t i = 0; i < p->a->n && !changed; i++) {
			if (i >= p->start && i < p->end)
				continue;
			if (!same_aim(p, i)) {
				grow_to(p, i);
				changed = true;
			}
		}
		if (p->end - p->start > WINDOW_MAX)
			return false;
	}
	return true;
}

/* Both sides lie in one function, whose borders they keep. */
static bool in_one_function(const struct pair *p)
{
	const struct program *a = p->a, *b = p->b;
	if (a->n_subs != b->n_subs)
		return false;
	for (size_t i = 0; i < a->n_subs; i++) {
		int64_t start = a->subs[i].start, end = a->subs[i].end;
		bool holds = p->start >= start && p->end <= end && (p->start < end);
		if (holds)
			return b->subs[i].start == start && b->subs[i].end == end + p->shift;
	}
	return false;
}

static bool is_border(const struct pair *p, uint32_t slot, bool calls)
{
	return !calls && insn_has_form(&p->a->insns[slot], FORM_CALL);
}

static void add_context(struct pair *p, uint32_t more, bool calls)
{
	const struct subprogram *sub = program_sub(p->a, p->start);
	if (!sub)
		return;
	for (uint32_t i = 0; i < more && p->start > sub->start && !is_border(p, p->start - 1, calls); i++)
		p->start--;
	for (uint32_t i = 0; i < more && p->end < sub->end && !is_border(p, p->end, calls); i++)
		p->end++;
}

bool hull_find(const struct program *a, const struct program *b, uint32_t more, bool calls, uint32_t *start,
	       uint32_t *end, uint32_t *b_end, bool *same)
{
	struct pair p = {.a = a, .b = b, .shift = (int64_t)b->n - (int64_t)a->n};
	uint32_t least = (uint32_t)(a->n < b->n ? a->n : b->n), tail = 0;
	while (p.start < least && same_insn(&p, p.start, p.start))
		p.start++;
	while (tail < least - p.start && same_insn(&p, (uint32_t)a->n - 1 - tail, (uint32_t)b->n - 1 - tail))
		tail++;
	p.end = (uint32_t)a->n - tail;
	*same = p.start == p.end && !p.shift;
	if (*same) /* but for the aims of jumps */
		for (uint32_t i = 0; i < a->n && *same; i++)
			if (has_aim(&a->insns[i]) && insn_target(&a->insns[i], i) != insn_target(&b->insns[i], i)) {
				p.start = i;
				p.end = i + 1;
				*same = false;
			}
	if (*same)
		return false;
	if (!settle(&p))
		return false;
	if (more) {
		add_context(&p, more, calls);
		if (!settle(&p))
			return false;
	}
	*start = p.start;
	*end = p.end;
	*b_end = (uint32_t)(p.end + p.shift);
	return in_one_function(&p) && *b_end >= *start && p.end - p.start <= WINDOW_MAX;
}
