/* SPDX-License-Identifier: BSD-2-Clause */
/* Cutting a window out of its program. */
#include "checker/window/part.h"

#include <stdlib.h>
#include <string.h>

static void *checked(void *p)
{
	if (!p)
		abort();
	return p;
}

struct side {
	const struct program *p;
	uint32_t start, end;
	int64_t shift; /* of what is behind the window, against a */
};

static struct side side_of(const struct window_ask *ask, unsigned side)
{
	if (side == 0)
		return (struct side){ask->a, ask->start, ask->end, 0};
	return (struct side){ask->b, ask->start, ask->b_end, (int64_t)ask->b_end - ask->end};
}

static bool add_way(struct ways *ways, uint32_t to)
{
	for (unsigned i = 0; i < ways->n; i++)
		if (ways->to[i] == to)
			return true;
	if (ways->n == PART_WAYS)
		return false;
	ways->to[ways->n++] = to;
	return true;
}

static unsigned find_way(const struct ways *ways, uint32_t to)
{
	unsigned i = 0;
	while (i < ways->n && ways->to[i] != to)
		i++;
	if (i == ways->n)
		abort();
	return i;
}

/* Where a slot of one side is in a. */
static uint32_t slot_in_a(const struct side *s, int64_t slot)
{
	return (uint32_t)(slot >= s->end ? slot - s->shift : slot);
}

/* Helpers whose models need more of the run's past, or more of the program, than a window has. */
static bool is_foreign_call(const struct insn *in)
{
	if (in->src != CALL_HELPER)
		return true;
	const struct helper_row *row = helper_find((uint32_t)in->imm);
	return !row || helper_calls_back(row) || helper_code_argument(row) >= 0 || row->id == FUNC_tail_call ||
	       row->effects & PKT_MOVE;
}

static const char *check_insn(const struct insn *in)
{
	enum isa_form form = isa_rows[in->op].form;
	if (form == FORM_CALL && is_foreign_call(in))
		return "the window holds a call that a window can't model";
	if (form == FORM_MAYGOTO || form == FORM_CAST)
		return "the window holds an instruction that a window can't model";
	if (in->op == ISA_LDDW && in->src == WIDE_FUNC)
		return "the window holds a function's address";
	return NULL;
}

/* A packet load that finds nothing returns 0. */
static bool may_return(const struct insn *in)
{
	return in->op == ISA_EXIT || insn_has_form(in, FORM_LDABS) || insn_has_form(in, FORM_LDIND);
}

/* A jump forward inside the window stays; one back to its start is a way out as others are. */
static const char *ways_of_side(const struct side *s, bool empty, struct ways *ways)
{
	for (uint32_t i = s->start; i < s->end; i++) {
		const struct insn *in = &s->p->insns[i];
		if (in->op == ISA_WIDE_TAIL)
			continue;
		const char *why = check_insn(in);
		if (why)
			return why;
		if (may_return(in) && !add_way(ways, PART_RETURN))
			return "the window has too many ways out";
		if (!insn_is_jump(in))
			continue;
		int64_t to = insn_target(in, i);
		bool again = to == s->start && empty; /* a goes on there without a step */
		if (again || (to > s->start && to < s->end && to <= i))
			return "the window holds a loop";
		if ((to <= s->start || to >= s->end) && !add_way(ways, slot_in_a(s, to)))
			return "the window has too many ways out";
	}
	return NULL;
}

const char *part_find_ways(const struct window_ask *ask, struct ways *ways)
{
	*ways = (struct ways){.n = 0};
	struct side a = side_of(ask, 0), b = side_of(ask, 1);
	if (a.end - a.start > WINDOW_MAX || b.end - b.start > WINDOW_MAX)
		return "the window is too large";
	add_way(ways, ask->end); /* by falling through */
	const char *why = ways_of_side(&a, false, ways);
	return why ? why : ways_of_side(&b, a.start == a.end, ways);
}

static void move_relocations(const struct side *s, struct program *out)
{
	out->relos = NULL;
	out->n_relos = 0;
	for (uint32_t i = s->start; i < s->end; i++) {
		const struct core_relo *r = program_core(s->p, i);
		if (!r)
			continue;
		if (!out->relos)
			out->relos = checked(calloc(s->end - s->start, sizeof *out->relos));
		out->relos[out->n_relos] = *r;
		out->relos[out->n_relos++].slot = i - s->start;
	}
}

static void aim(struct insn *in, uint32_t at, uint32_t to)
{
	int32_t distance = (int32_t)to - (int32_t)at - 1;
	if (isa_rows[in->op].off == OFF_JUMP)
		in->off = (int16_t)distance;
	else
		in->imm = distance;
}

void part_make(const struct window_ask *ask, unsigned side, const struct ways *ways, struct part *out)
{
	struct side s = side_of(ask, side);
	uint32_t n = s.end - s.start;
	*out = (struct part){.program = *s.p, .n = n};
	struct program *p = &out->program;
	p->lines = NULL;
	p->n_lines = 0;
	p->insns = checked(calloc(n + ways->n + 1, sizeof *p->insns));
	memcpy(p->insns, s.p->insns + s.start, n * sizeof *p->insns);
	for (uint32_t i = 0; i < n; i++) {
		struct insn *in = &p->insns[i];
		if (in->op == ISA_WIDE_TAIL)
			continue;
		out->calls |= in->op == ISA_CALL;
		if (in->op == ISA_EXIT) {
			*in = (struct insn){.op = ISA_JA};
			aim(in, i, n + find_way(ways, PART_RETURN));
		} else if (insn_is_jump(in)) {
			int64_t to = insn_target(in, s.start + i);
			if (to <= s.start || to >= s.end)
				aim(in, i, n + find_way(ways, slot_in_a(&s, to)));
		}
	}
	for (unsigned i = 0; i < ways->n; i++)
		p->insns[n + i] = (struct insn){.op = ISA_EXIT};
	p->n = n + ways->n;
	out->sub = (struct subprogram){.name = s.p->subs[0].name, .start = 0, .end = (uint32_t)p->n};
	p->subs = NULL; /* set by the user, after the part stands still */
	p->n_subs = 1;
	move_relocations(&s, p);
}

void part_release(struct part *part)
{
	free(part->program.insns);
	free(part->program.relos);
}
