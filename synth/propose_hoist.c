/* SPDX-License-Identifier: BSD-2-Clause */
/* What both sides of a branch begin with is done before it. */
#include "synth/edit.h"
#include "synth/flow.h"

static bool equal_insns(const struct insn *x, const struct insn *y)
{
	return x->op == y->op && x->width == y->width && x->dst == y->dst && x->src == y->src && x->k == y->k &&
	       x->off == y->off && x->imm == y->imm && x->imm64 == y->imm64;
}

static bool is_plain(const struct insn *in)
{
	return !insn_has_target(in) && insn_falls_through(in) && in->op != ISA_WIDE_TAIL;
}

/* The first instruction of each side, one for one, as long as they are equal and don't touch the condition. */
static uint32_t count_equal(const struct scene *s, const struct flow *f, uint32_t jump, uint32_t target)
{
	const struct program *p = s->p;
	uint32_t n = 0;
	while (jump + 1 + n < target && target + n < p->n &&
	       equal_insns(&p->insns[jump + 1 + n], &p->insns[target + n])) {
		uint32_t near = jump + 1 + n, far = target + n;
		if (p->insns[near].op != ISA_WIDE_TAIL &&
		    (!is_plain(&p->insns[near]) || f->effects[near].writes & f->effects[jump].reads ||
		     !edit_allows(s, near) || !edit_allows(s, far)))
			break;
		/* nobody else may come to either */
		if (f->pred_start[near + 1] - f->pred_start[near] > 1 ||
		    f->pred_start[far + 1] - f->pred_start[far] > 1)
			break;
		n++;
	}
	return n;
}

static bool offer_hoist(const struct scene *s, uint32_t jump, uint32_t target, uint32_t n)
{
	struct draft *d = scene_draft(s);
	bool ok = draft_replace(d, jump, jump, &s->p->insns[jump + 1], NULL, n);
	for (uint32_t i = 0; i < d->n && ok; i++)
		if (insn_has_target(&d->items[i].in) && d->items[i].target == jump + n)
			d->items[i].target = jump;
	for (uint32_t k = 0; k < n && ok; k++) {
		d->items[jump + n + 1 + k].dead = true;
		d->items[target + n + k].dead = true;
	}
	if (!ok) {
		draft_free(d);
		return true;
	}
	return s->offer(s, d, "the same on both sides");
}

void propose_hoist(const struct scene *s)
{
	struct flow *f = flow_new(s->p);
	bool go_on = true;
	for (uint32_t i = 0; i < s->p->n && go_on; i++) {
		if (!insn_has_form(&s->p->insns[i], FORM_JMP) || !edit_allows(s, i))
			continue;
		uint32_t target = (uint32_t)insn_target(&s->p->insns[i], i), n;
		if (target > i + 1 && (n = count_equal(s, f, i, target)) > 0)
			go_on = offer_hoist(s, i, target, n);
	}
	flow_free(f);
}
