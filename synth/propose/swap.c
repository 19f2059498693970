/* SPDX-License-Identifier: BSD-2-Clause */
/* Words of the network's byte order that are only compared with constants: the constants change their order instead. */
#include "synth/draft/edit.h"
#include "synth/analysis/flow.h"
#include "synth/analysis/certain.h"

static uint32_t swap(uint32_t word, unsigned bits)
{
	return __builtin_bswap32(word) >> (32 - bits);
}

/* The comparison of swapped bytes with the immediate, on the bytes as they were. */
static bool compare_unswapped(const struct insn *in, unsigned bits, struct insn *out)
{
	uint32_t all = bits == 32 ? UINT32_MAX : (1u << bits) - 1, word = (uint32_t)in->imm;
	*out = *in;
	if (!insn_has_form(in, FORM_JMP) || !in->k || word > all)
		return false;
	if (in->op == ISA_JEQ || in->op == ISA_JNE || in->op == ISA_JSET) {
		out->imm = (int32_t)swap(word, bits);
		out->width = 32;
		return in->imm >= 0 || in->width == 32;
	}
	/* above 2^n - 1: some higher bit is set */
	if (in->op == ISA_JGE && word > 0)
		word--;
	else if (in->op != ISA_JGT)
		return false;
	out->op = ISA_JSET;
	out->width = 32;
	out->imm = (int32_t)swap(all & ~word, bits);
	return (word & (word + 1)) == 0 && word < all && in->imm >= 0;
}

/* The readers of what a swap makes: all are comparisons. */
static void drop_swap(const struct scene *s, const struct flow *f, uint32_t slot, struct edits *e)
{
	const struct insn *in = &s->p->insns[slot];
	struct web w;
	flow_web_of(f, slot, in->dst, false, &w);
	bool all = !w.pinned && w.n_uses > 0 && w.n_defs == 1;
	for (uint32_t i = 0; i < s->p->n && all; i++) {
		struct insn use;
		if (!w.use[i])
			continue;
		all = compare_unswapped(&s->p->insns[i], in->width, &use);
		if (all)
			edits_set(e, i, use, EDIT_KEEP);
	}
	web_release(&w);
	if (all) {
		edits_kill(e, slot);
		edits_end(e);
	} else {
		edits_drop(e);
	}
}

void propose_swap(const struct scene *s)
{
	struct flow *f = flow_new(s->p);
	struct edits e;
	edits_init(&e, s);
	for (uint32_t i = 0; i < s->p->n; i++) {
		const struct insn *in = &s->p->insns[i];
		if ((in->op == ISA_BE || in->op == ISA_BSWAP) && in->width <= 32 && edit_allows(s, i))
			drop_swap(s, f, i, &e);
	}
	edits_offer(&e, "byte order of constants");
	edits_release(&e);
	flow_free(f);
}
