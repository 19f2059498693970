/* SPDX-License-Identifier: BSD-2-Clause */
/* Backward data flow over all slots, calls into the bodies of subprograms included. */
#include "encode/isa/effect.h"
#include "liveness.h"

#include <stdlib.h>

static uint16_t flow(const struct liveness *l, const struct program *p, size_t pc)
{
	const struct insn *in = &p->insns[pc];
	if (in->op == ISA_WIDE_TAIL)
		return 0;
	size_t next = pc + (in->op == ISA_LDDW ? 2 : 1);
	uint16_t out = insn_falls_through(in) && next < p->n ? l->in[next] : 0;
	if (insn_is_jump(in))
		out |= l->in[insn_target(in, pc)];
	struct effect e = effect_of(in);
	if (isa_rows[in->op].form == FORM_CALL && in->src == CALL_LOCAL)
		e.reads = l->in[insn_target(in, pc)] & EFFECT_ARGUMENTS;
	return (uint16_t)((out & ~e.writes) | e.reads | EFFECT_BIT(10));
}

struct liveness *liveness_new(const struct program *p)
{
	struct liveness *l = malloc(sizeof *l);
	if (!l || !(l->in = calloc(p->n ? p->n : 1, sizeof *l->in)))
		abort();
	l->n = p->n;
	for (bool changed = true; changed;) {
		changed = false;
		for (size_t pc = p->n; pc-- > 0;) {
			uint16_t in = flow(l, p, pc);
			changed |= in != l->in[pc];
			l->in[pc] = in;
		}
	}
	return l;
}

void liveness_free(struct liveness *l)
{
	if (!l)
		return;
	free(l->in);
	free(l);
}

bool liveness_has_unknown_arguments(const struct program *p)
{
	if (p->type != PROGTYPE_EXT)
		return false;
	struct liveness *l = liveness_new(p);
	bool reads = p->n && l->in[0] & EFFECT_ARGUMENTS;
	liveness_free(l);
	return reads;
}
