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

static bool is_immediate(const struct program *p, const struct core_relo *r)
{
	const struct insn *in = &p->insns[r->slot];
	return in->op == ISA_LDDW || insn_has_form(in, FORM_ALU);
}

static void settle_relocation(struct program *s, const struct core_relo *r)
{
	bool wide = s->insns[r->slot].op == ISA_LDDW && r->answer.op == ISA_CALL;
	put_in(&s->insns[r->slot], &r->answer);
	if (wide) /* both slots, as a loader leaves them */
		s->insns[r->slot + 1] = r->answer;
}

static struct program *settle(const struct program *p, bool immediates)
{
	if (!has_answers(p))
		return NULL;
	struct program *s = memory_new(1, sizeof *s);
	*s = *p;
	s->insns = memory_new(p->n + 1, sizeof *s->insns);
	memcpy(s->insns, p->insns, p->n * sizeof *s->insns);
	s->relos = memory_new(p->n_relos + 1, sizeof *s->relos);
	s->n_relos = 0;
	for (size_t i = 0; i < p->n_relos; i++) {
		const struct core_relo *r = &p->relos[i];
		if (r->is_fixed)
			continue;
		if (immediates || !is_immediate(p, r)) {
			settle_relocation(s, r);
		} else {
			s->relos[s->n_relos] = *r;
			s->relos[s->n_relos++].has_answer = false;
		}
	}
	return s;
}

struct program *program_settle(const struct program *p)
{
	return settle(p, true);
}

struct program *program_settle_accesses(const struct program *p)
{
	return settle(p, false);
}

void program_free_settled(struct program *p)
{
	if (!p)
		return;
	free(p->insns);
	free(p->relos);
	free(p);
}
