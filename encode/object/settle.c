/* SPDX-License-Identifier: BSD-2-Clause */
/* A program with the answers to its CO-RE relocations put in. */
#include "encode/object/program.h"

#include "memory.h"

#include <string.h>

/* The instruction may differ from the one that the answer was found for in all but the field that is relocated. */
static void put_in(struct insn *in, const struct insn *answer)
{
	if (answer->op == ISA_CALL) {
		*in = *answer;
	} else if (in->op == ISA_LDDW || insn_has_form(in, FORM_ALU)) {
		in->imm = answer->imm;
		in->imm64 = answer->imm64;
	} else {
		in->width = answer->width;
		in->off = answer->off;
	}
}

static bool has_answers(const struct program *p)
{
	for (size_t i = 0; i < p->n_relos; i++)
		if (!p->relos[i].is_fixed && !p->relos[i].has_answer)
			return false;
	return program_is_symbolic(p);
}

struct program *program_settle(const struct program *p)
{
	if (!has_answers(p))
		return NULL;
	struct program *s = memory_new(1, sizeof *s);
	*s = *p;
	s->insns = memory_new(p->n + 1, sizeof *s->insns);
	memcpy(s->insns, p->insns, p->n * sizeof *s->insns);
	for (size_t i = 0; i < p->n_relos; i++) {
		const struct core_relo *r = &p->relos[i];
		if (r->is_fixed)
			continue;
		bool wide = s->insns[r->slot].op == ISA_LDDW && r->answer.op == ISA_CALL;
		put_in(&s->insns[r->slot], &r->answer);
		if (wide) /* both slots, as a loader leaves them */
			s->insns[r->slot + 1] = r->answer;
	}
	s->relos = NULL;
	s->n_relos = 0;
	return s;
}

void program_free_settled(struct program *p)
{
	if (!p)
		return;
	free(p->insns);
	free(p);
}
