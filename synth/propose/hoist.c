/* SPDX-License-Identifier: BSD-2-Clause */
/* What both sides of a branch do, wherever in their first run, is done before it. */
#include "synth/analysis/block.h"
#include "synth/draft/edit.h"

/* Takes back what the condition would see, and what depends on it. */
static void spare_condition(const struct flow *f, uint32_t jump, struct common *c, struct run a, struct run b)
{
	uint32_t n = 0;
	while (n < c->n && !(f->effects[c->a[n]].writes & f->effects[jump].reads))
		n++;
	for (uint32_t i = n; i < c->n; i++)
		c->in_a[c->a[i] - a.start] = c->in_b[c->b[i] - b.start] = false;
	c->n = n;
}

static bool offer_hoist(const struct scene *s, uint32_t jump, struct run a, struct run b, const struct common *c)
{
	struct insn with[BLOCK_MAX + 1];
	struct draft *d = scene_draft(s);
	uint32_t n = block_rest(s->p, b, c->in_b, with);
	bool ok = draft_replace(d, b.start, b.end, with, NULL, n);
	uint32_t targets[BLOCK_MAX + 1] = {0}, left = 0;
	for (uint32_t i = 0; i < c->n; i++)
		with[left++] = s->p->insns[c->a[i]];
	with[left] = s->p->insns[jump];
	targets[left++] = b.start;
	for (uint32_t i = a.start; i < a.end; i++) /* [jump, a.end) has room for all of it */
		if (!c->in_a[i - a.start])
			with[left++] = s->p->insns[i];
	ok = ok && draft_replace(d, jump, a.end, with, targets, left);
	if (!ok) {
		draft_free(d);
		return true;
	}
	return s->offer(s, d, "the same on both sides");
}

static bool try_branch(const struct scene *s, const struct flow *f, uint32_t jump)
{
	uint32_t target = (uint32_t)insn_target(&s->p->insns[jump], jump);
	if (target == jump + 1 || f->pred_start[target + 1] - f->pred_start[target] != 1 ||
	    f->pred_start[jump + 2] - f->pred_start[jump + 1] != 1)
		return true;
	struct run a = block_behind(s, f, jump + 1), b = block_behind(s, f, target);
	struct common c;
	block_find_common(f, a, b, false, &c);
	spare_condition(f, jump, &c, a, b);
	return c.n == 0 || offer_hoist(s, jump, a, b, &c);
}

void propose_hoist(const struct scene *s)
{
	struct flow *f = flow_new(s->p);
	bool go_on = true;
	for (uint32_t i = 0; i + 1 < s->p->n && go_on; i++)
		if (insn_has_form(&s->p->insns[i], FORM_JMP) && edit_allows(s, i))
			go_on = try_branch(s, f, i);
	flow_free(f);
}
