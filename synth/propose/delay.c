/* SPDX-License-Identifier: BSD-2-Clause */
/* A constant that only one of several ways needs is loaded on that way; the register is free for others before. */
#include "synth/analysis/certain.h"
#include "synth/draft/edit.h"
#include "synth/analysis/flow.h"

#define JUMPS_MAX 8

static bool is_live(const struct scene *s, uint32_t slot, unsigned reg)
{
	return s->live->at[slot].regs >> reg & 1;
}

/* The only jump behind a load whose target needs what is loaded, if nothing else does; false: there is none. */
static bool find_jump(const struct scene *s, const struct flow *f, uint32_t load, uint32_t *jump)
{
	const struct program *p = s->p;
	unsigned reg = p->insns[load].dst, n_live = 0;
	uint32_t i = load + 1;
	for (unsigned jumps = 0; jumps < JUMPS_MAX && i < p->n; i++) {
		const struct insn *in = &p->insns[i];
		if (in->op == ISA_WIDE_TAIL)
			continue;
		if (!is_live(s, i, reg))
			return n_live == 1;
		if ((f->effects[i].reads | f->effects[i].writes) & EFFECT_BIT(reg) ||
		    f->pred_start[i + 1] - f->pred_start[i] > 1 || (insn_is_jump(in) && !insn_has_form(in, FORM_JMP)) ||
		    in->op == ISA_EXIT)
			return false;
		if (!insn_is_jump(in))
			continue;
		jumps++;
		if (is_live(s, (uint32_t)insn_target(in, i), reg)) {
			n_live++;
			*jump = i;
		}
	}
	return false;
}

/* Before its target if nothing falls into that, else where nothing falls in on the way there. */
static uint32_t find_place(const struct scene *s, uint32_t from, uint32_t goal)
{
	for (uint32_t at = goal; at > from + 1; at--) {
		const struct insn *before = &s->p->insns[at - 1];
		if (before->op != ISA_WIDE_TAIL && !insn_falls_through(before))
			return at;
	}
	return program_sub(s->p, from)->end;
}

static bool offer_delay(const struct scene *s, uint32_t load, uint32_t jump)
{
	uint32_t goal = (uint32_t)insn_target(&s->p->insns[jump], jump), at = find_place(s, jump, goal);
	const struct insn with[2] = {s->p->insns[load], make_goto()};
	const uint32_t targets[2] = {0, goal};
	struct draft *d = scene_draft(s);
	draft_kill(d, load);
	draft_replace(d, at, at, with, targets, 2);
	d->items[jump < at ? jump : jump + 2].target = at;
	return s->offer(s, d, "a constant loaded where it is needed");
}

void propose_delay(const struct scene *s)
{
	struct flow *f = flow_new(s->p);
	bool go_on = true;
	for (uint32_t i = 0; i + 1 < s->p->n && go_on; i++) {
		const struct insn *in = &s->p->insns[i];
		uint32_t jump;
		if (in->op == ISA_MOV && in->k && edit_allows(s, i) && find_jump(s, f, i, &jump) &&
		    edit_allows(s, jump))
			go_on = offer_delay(s, i, jump);
	}
	flow_free(f);
}
