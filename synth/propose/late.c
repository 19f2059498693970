/* SPDX-License-Identifier: BSD-2-Clause */
/* A constant that is added to an address, before other sums perhaps, goes into the offsets of the accesses. */
#include "synth/analysis/shift.h"

void propose_late(const struct scene *s)
{
	for (uint32_t i = 0; i + 1 < s->p->n; i++) {
		const struct insn *in = &s->p->insns[i];
		if (in->op != ISA_ADD || !in->k || in->width != 64 || in->dst == 10 || !s->facts->at[i].reached ||
		    !s->may_edit(s, i) || program_core(s->p, i))
			continue;
		struct draft *d = scene_draft(s);
		draft_kill(d, i);
		if (!shift_uses(s, d, i + 1, in->dst, in->imm))
			draft_free(d);
		else if (!s->offer(s, d, "a constant in the offsets"))
			return;
	}
}
