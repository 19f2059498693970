/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of proposers, and what all of them need of a scene. */
#include "synth/propose/propose.h"

#define PROPOSER(name, effort, text) void propose_##name(const struct scene *s);
#include "synth/propose/proposer.def"
#undef PROPOSER

const struct proposer proposers[] = {
#define PROPOSER(name, effort, text) {#name, text, propose_##name, effort},
#include "synth/propose/proposer.def"
#undef PROPOSER
    {0},
};
const size_t n_proposers = sizeof proposers / sizeof *proposers - 1;

struct draft *scene_draft(const struct scene *s)
{
	return draft_new(s->p, s->origin);
}

bool scene_allows(const struct scene *s, const struct insn *in)
{
	if (in->op == ISA_WIDE_TAIL)
		return true;
	bool word_jump = isa_rows[in->op].form == FORM_JMP && in->width == 32;
	return (word_jump ? 3 : isa_rows[in->op].cpu) <= s->cpu;
}

void search_stats_add(struct search_stats *to, const struct search_stats *from)
{
	to->proposals += from->proposals;
	to->tested += from->tested;
	to->proved += from->proved;
	to->refuted += from->refuted;
	to->unknown += from->unknown;
	to->seconds += from->seconds;
	for (unsigned m = 0; m < SEARCH_MOVES; m++) {
		to->moves[m].proposed += from->moves[m].proposed;
		to->moves[m].accepted += from->moves[m].accepted;
		to->moves[m].best += from->moves[m].best;
	}
}

static bool has_kind(const struct program *p, const struct insn *in)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->insns[i].op == in->op && p->insns[i].width == in->width)
			return true;
	return false;
}

bool scene_allows_program(const struct scene *s, const struct program *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (!scene_allows(s, &p->insns[i]) && !has_kind(s->p, &p->insns[i]))
			return false;
	return true;
}
