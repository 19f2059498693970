/* SPDX-License-Identifier: BSD-2-Clause */
/* The registers of an instruction, one row a form. */
#include "effect.h"
#include "tables.h"

#define BIT(r) EFFECT_BIT(r)

static uint16_t helper_reads(const struct insn *in)
{
	const struct helper_row *row = in->src == CALL_HELPER ? helper_find((uint32_t)in->imm) : NULL;
	if (!row || row->id == FUNC_get_cgroup_classid) /* which takes the context in some types */
		return EFFECT_ARGUMENTS;
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

struct effect effect_of(const struct insn *in)
{
	uint16_t second = in->k ? 0 : BIT(in->src);
	switch (isa_rows[in->op].form) {
	case FORM_ALU:
		return (struct effect){in->op == ISA_MOV ? second : second | BIT(in->dst), BIT(in->dst)};
	case FORM_CAST:
	case FORM_ALUX:
		return (struct effect){BIT(in->src), BIT(in->dst)};
	case FORM_ALU1:
	case FORM_END:
		return (struct effect){BIT(in->dst), BIT(in->dst)};
	case FORM_JMP:
		return (struct effect){BIT(in->dst) | second, 0};
	case FORM_MAYGOTO:
	case FORM_JA:
	case FORM_JAL:
		return (struct effect){0, 0};
	case FORM_CALL:
		return (struct effect){helper_reads(in), EFFECT_CLOBBERED};
	case FORM_EXIT:
		return (struct effect){BIT(0), 0};
	case FORM_WIDE:
		return (struct effect){0, BIT(in->dst)};
	case FORM_LDABS:
		return (struct effect){BIT(6), EFFECT_CLOBBERED};
	case FORM_LDIND:
		return (struct effect){BIT(6) | BIT(in->src), EFFECT_CLOBBERED};
	case FORM_LDX:
	case FORM_LDXS:
	case FORM_LOAD_ACQ:
		return (struct effect){BIT(in->src), BIT(in->dst)};
	case FORM_ST:
		return (struct effect){BIT(in->dst), 0};
	case FORM_STX:
	case FORM_STORE_REL:
		return (struct effect){BIT(in->dst) | BIT(in->src), 0};
	case FORM_ATOMIC:
		return atomic_effect(in);
	}
	return (struct effect){0x7ff, 0};
}

bool effect_is_result(const struct insn *in)
{
	switch (isa_rows[in->op].form) {
	case FORM_ALU:
	case FORM_ALUX:
	case FORM_ALU1:
	case FORM_CAST:
	case FORM_END:
	case FORM_WIDE:
	case FORM_LDX:
	case FORM_LDXS:
		return true;
	case FORM_JA:
	case FORM_JAL:
	case FORM_JMP:
	case FORM_MAYGOTO:
	case FORM_CALL:
	case FORM_EXIT:
	case FORM_LDABS:
	case FORM_LDIND:
	case FORM_ST:
	case FORM_STX:
	case FORM_ATOMIC:
	case FORM_LOAD_ACQ:
	case FORM_STORE_REL:
		break;
	}
	return false;
}
