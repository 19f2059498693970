/* SPDX-License-Identifier: BSD-2-Clause */
/* What two ways do before they meet, wherever in their last run, is done once behind what they do differently. */
#include "synth/analysis/block.h"
#include "synth/draft/edit.h"

/* a's run ends in a goto (or exit), which gives way to one to what both do; b keeps it. */
static bool offer_sink(const struct scene *s, struct run a, struct run b, const struct common *c)
{
	struct insn with[2 * BLOCK_MAX];
	struct draft *d = scene_draft(s);
	uint32_t n = block_rest(s->p, b, c->in_b, with), first = b.start + n;
	for (uint32_t i = 0; i < c->n; i++)
		with[n++] = s->p->insns[c->b[i]];
	bool ok = draft_replace(d, b.start, b.end, with, NULL, n);
	uint32_t targets[BLOCK_MAX + 1] = {0};
	n = block_rest(s->p, a, c->in_a, with);
	with[n] = (struct insn){.op = ISA_JA};
	targets[n++] = first;
	ok = ok && draft_replace(d, a.start, a.end + 1, with, targets, n);
	if (!ok) {
		draft_free(d);
		return true;
	}
	return s->offer(s, d, "equal ends, in another order");
}

/* a: the slot of a goto or exit; b: another one that leads to the same, or the meeting point that is fallen into. */
static bool try_pair(const struct scene *s, const struct flow *f, uint32_t a, uint32_t b)
{
	struct common c;
	struct run x = block_before(s, f, a), y = block_before(s, f, b);
	if (a == b || x.start == y.start || program_sub(s->p, a) != program_sub(s->p, b))
		return true;
	block_find_common(f, x, y, true, &c);
	return c.n == 0 || offer_sink(s, x, y, &c);
}

static bool try_goto(const struct scene *s, const struct flow *f, uint32_t jump)
{
	uint32_t meet = (uint32_t)insn_target(&s->p->insns[jump], jump);
	for (uint32_t k = f->pred_start[meet]; k < f->pred_start[meet + 1]; k++) {
		const struct insn *in = &s->p->insns[f->preds[k]];
		bool falls = !insn_is_jump(in);
		if ((in->op == ISA_JA || falls) && !try_pair(s, f, jump, falls ? meet : f->preds[k]))
			return false;
	}
	return true;
}

static bool try_exit(const struct scene *s, const struct flow *f, uint32_t slot)
{
	for (uint32_t i = 0; i < s->p->n; i++)
		if (s->p->insns[i].op == ISA_EXIT && !try_pair(s, f, slot, i))
			return false;
	return true;
}

void propose_sink(const struct scene *s)
{
	struct flow *f = flow_new(s->p);
	bool go_on = true;
	for (uint32_t i = 0; i < s->p->n && go_on; i++) {
		if (!edit_allows(s, i))
			continue;
		if (s->p->insns[i].op == ISA_JA)
			go_on = try_goto(s, f, i);
		else if (s->p->insns[i].op == ISA_EXIT)
			go_on = try_exit(s, f, i);
	}
	flow_free(f);
}
