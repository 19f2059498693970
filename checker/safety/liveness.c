/* SPDX-License-Identifier: BSD-2-Clause */
/* Backward data flow over all slots, calls into the bodies of subprograms included. */
#include "contract.h"
#include "liveness.h"

#include <stdlib.h>

#define BIT(r) ((uint16_t)(1u << (r)))
#define ARGUMENTS 0x3e /* r1 to r5 */
#define CLOBBERED 0x3f /* r0 to r5 */

struct effect {
	uint16_t reads, writes;
};

static uint16_t helper_reads(const struct insn *in)
{
	const struct helper_row *row = in->src == CALL_HELPER ? helper_find((uint32_t)in->imm) : NULL;
	if (!row || row->id == FUNC_get_cgroup_classid) /* which takes the context in some types */
		return ARGUMENTS;
	uint16_t reads = 0;
	for (unsigned i = 0; i < 5; i++)
		if (row->args[i] != ARG_NONE)
			reads |= BIT(i + 1);
	return reads;
}

static struct effect atomic_effect(const struct insn *in)
{
	struct effect e = {BIT(in->dst) | BIT(in->src), 0};
	if (in->op == ISA_A_CMPXCHG) {
		e.reads |= BIT(0);
		e.writes = BIT(0);
	} else if (in->op != ISA_A_ADD && in->op != ISA_A_OR && in->op != ISA_A_AND && in->op != ISA_A_XOR) {
		e.writes = BIT(in->src);
	}
	return e;
}

static struct effect effect_of(const struct insn *in)
{
	uint16_t second = in->k ? 0 : BIT(in->src);
	switch (isa_rows[in->op].form) {
	case FORM_ALU: return (struct effect){in->op == ISA_MOV ? second : second | BIT(in->dst), BIT(in->dst)};
	case FORM_CAST:
	case FORM_ALUX: return (struct effect){BIT(in->src), BIT(in->dst)};
	case FORM_ALU1:
	case FORM_END: return (struct effect){BIT(in->dst), BIT(in->dst)};
	case FORM_JMP: return (struct effect){BIT(in->dst) | second, 0};
	case FORM_MAYGOTO:
	case FORM_JA:
	case FORM_JAL: return (struct effect){0, 0};
	case FORM_CALL: return (struct effect){helper_reads(in), CLOBBERED};
	case FORM_EXIT: return (struct effect){BIT(0), 0};
	case FORM_WIDE: return (struct effect){0, BIT(in->dst)};
	case FORM_LDABS: return (struct effect){BIT(6), CLOBBERED};
	case FORM_LDIND: return (struct effect){BIT(6) | BIT(in->src), CLOBBERED};
	case FORM_LDX:
	case FORM_LDXS:
	case FORM_LOAD_ACQ: return (struct effect){BIT(in->src), BIT(in->dst)};
	case FORM_ST: return (struct effect){BIT(in->dst), 0};
	case FORM_STX:
	case FORM_STORE_REL: return (struct effect){BIT(in->dst) | BIT(in->src), 0};
	case FORM_ATOMIC: return atomic_effect(in);
	}
	return (struct effect){0x7ff, 0};
}

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
		e.reads = l->in[insn_target(in, pc)] & ARGUMENTS;
	return (uint16_t)((out & ~e.writes) | e.reads | BIT(10));
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
	bool reads = p->n && l->in[0] & ARGUMENTS;
	liveness_free(l);
	return reads;
}
