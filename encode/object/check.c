/* SPDX-License-Identifier: BSD-2-Clause */
/* What must hold of a linked program beyond what the decoder checks. */
#include "loader.h"

static bool check_jump(const struct program *p, const struct subprogram *sub, size_t pc, char *err, size_t errlen)
{
	if (!insn_is_jump(&p->insns[pc]))
		return true;
	int64_t target = insn_target(&p->insns[pc], pc);
	if (target >= sub->start && target < sub->end)
		return true;
	snprintf(err, errlen, "instruction %zu: expected a jump inside function %s, found target %lld", pc, sub->name,
		 (long long)target);
	return false;
}

static bool is_good_index(const struct object *o, const struct insn *in)
{
	uint32_t i = (uint32_t)in->imm, off = (uint32_t)(in->imm64 >> 32);
	if (in->op == ISA_CALL && in->src == CALL_KFUNC)
		return i < o->n_externs;
	if (in->op != ISA_LDDW)
		return true;
	switch ((enum wide_kind)in->src) {
	case WIDE_MAP:
		return i < o->n_maps;
	case WIDE_MAP_VALUE:
		return i < o->n_maps && off < o->maps[i].value_size;
	case WIDE_BTF_ID:
		return i < o->n_externs;
	case WIDE_CONST:
	case WIDE_FUNC:
		return true;
	}
	return false;
}

static bool check_index(const struct program *p, size_t pc, char *err, size_t errlen)
{
	const struct insn *in = &p->insns[pc];
	if (is_good_index(p->object, in))
		return true;
	snprintf(err, errlen, "instruction %zu: expected a map, an offset inside its value or an extern, found %d, %u",
		 pc, in->imm, (uint32_t)(in->imm64 >> 32));
	return false;
}

/* kernel/bpf/verifier.c, check_subprogs */
static bool check_end(const struct program *p, const struct subprogram *sub, char *err, size_t errlen)
{
	if (!insn_falls_through(&p->insns[sub->end - 1]))
		return true;
	snprintf(err, errlen, "instruction %u: expected exit or goto at the end of function %s", sub->end - 1,
		 sub->name);
	return false;
}

bool program_check(const struct program *p, char *err, size_t errlen)
{
	for (size_t i = 0; i < p->n_subs; i++) {
		if (!check_end(p, &p->subs[i], err, errlen))
			return false;
		for (size_t pc = p->subs[i].start; pc < p->subs[i].end; pc++)
			if (!check_jump(p, &p->subs[i], pc, err, errlen) || !check_index(p, pc, err, errlen))
				return false;
	}
	return true;
}
