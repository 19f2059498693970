/* SPDX-License-Identifier: BSD-2-Clause */
/* Results that are known: a constant is loaded at once, what a register holds already is not computed again. */
#include "encode/isa/effect.h"
#include "synth/draft/edit.h"
#include "synth/analysis/flow.h"
#include "synth/analysis/certain.h"

static bool is_cheapest(const struct insn *in)
{
	return in->op == ISA_MOV && in->k;
}

/* The word that an instruction of a constant writes. */
static bool constant_of(const struct insn *in, uint64_t *word)
{
	if (in->op == ISA_LDDW && in->src == WIDE_CONST) {
		*word = in->imm64;
		return true;
	}
	*word = in->width == 64 ? (uint64_t)(int64_t)in->imm : (uint32_t)in->imm;
	return in->op == ISA_MOV && in->k;
}

static bool adds_nothing(const struct insn *in)
{
	bool neutral = in->op == ISA_ADD || in->op == ISA_SUB || in->op == ISA_OR || in->op == ISA_XOR ||
		       in->op == ISA_LSH || in->op == ISA_RSH || in->op == ISA_ARSH;
	return neutral && in->k && in->imm == 0;
}

/* Does the instruction write what its destination holds already? */
static bool changes_nothing(const struct scene *s, uint32_t slot)
{
	const struct insn *in = &s->p->insns[slot];
	const struct facts_at *at = &s->facts->at[slot];
	uint64_t word, now;
	if (constant_of(in, &word))
		return certain_number(s, slot, in->dst, &now) && now == word;
	if (in->op == ISA_MOV && !in->k)
		return (in->width == 64 || certain_below(s, slot, in->src, 32)) &&
		       certain_same(s, slot, in->dst, in->src);
	if (in->op == ISA_LDDW && in->src == WIDE_MAP)
		return at->r[in->dst].kind == KIND_MAP && at->r[in->dst].object == (uint32_t)in->imm &&
		       !at->r[in->dst].maybe_null;
	if (adds_nothing(in))
		return in->width == 64 || certain_below(s, slot, in->dst, 32);
	if (in->op != ISA_AND || !in->k || at->r[in->dst].kind != KIND_NUMBER)
		return false;
	uint64_t mask = in->width == 64 ? (uint64_t)(int64_t)in->imm : (uint32_t)in->imm;
	struct tnum bits = at->r[in->dst].value.bits;
	return !((bits.value | bits.mask) & ~mask);
}

/* Another register that holds what this instruction writes, seen from behind it. */
static bool find_copy(const struct scene *s, uint32_t slot, uint32_t next, unsigned *from)
{
	unsigned dst = s->p->insns[slot].dst;
	for (unsigned r = 0; r <= 10; r++)
		if (r != dst && certain_same(s, next, dst, r)) {
			*from = r;
			return true;
		}
	return false;
}

static void shorten(const struct scene *s, uint32_t slot, struct edits *e)
{
	const struct insn *in = &s->p->insns[slot];
	uint32_t next = slot + (in->op == ISA_LDDW ? 2 : 1);
	uint64_t word;
	unsigned from;
	struct insn with;
	if (changes_nothing(s, slot)) {
		edits_kill(e, slot);
	} else if (next >= s->p->n || is_cheapest(in)) {
		return;
	} else if ((constant_of(in, &word) || certain_number(s, next, in->dst, &word)) &&
		   make_constant(in->dst, word, &with)) {
		edits_set(e, slot, with, EDIT_KEEP);
	} else if (!(in->op == ISA_MOV && in->width == 64) && find_copy(s, slot, next, &from)) {
		edits_set(e, slot, make_move(in->dst, from), EDIT_KEEP);
	}
	edits_end(e);
}

void propose_known(const struct scene *s)
{
	struct edits e;
	edits_init(&e, s);
	for (uint32_t i = 0; i < s->p->n; i++)
		if (edit_allows(s, i) && effect_is_result(&s->p->insns[i]) && s->p->insns[i].dst != 10)
			shorten(s, i, &e);
	edits_offer(&e, "known results");
	edits_release(&e);
}
