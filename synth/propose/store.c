/* SPDX-License-Identifier: BSD-2-Clause */
/* Stores into bytes of the own stack that nobody reads any more, and stores of what is there already. */
#include "synth/draft/edit.h"
#include "synth/analysis/certain.h"

/* Offset from the frame's lowest byte of the stack bytes that a store writes; false: it may go elsewhere. */
static bool own_stack(const struct scene *s, uint32_t slot, uint32_t *lowest)
{
	const struct insn *in = &s->p->insns[slot];
	int64_t distance = 0;
	if (in->dst != 10 && !certain_distance(s, slot, in->dst, 10, &distance))
		return false;
	int64_t off = STACK_BYTES + distance + in->off;
	*lowest = (uint32_t)off;
	return off >= 0 && off + in->width / 8 <= STACK_BYTES;
}

static bool is_read_later(const struct scene *s, uint32_t slot, uint32_t lowest, unsigned size)
{
	const struct live_at *after = &s->live->at[slot + 1];
	for (uint32_t i = lowest; i < lowest + size; i++)
		if (after->stack[i / 64] >> i % 64 & 1)
			return true;
	return false;
}

/* Does the aligned word hold what a store of 8 bytes puts there? */
static bool is_there_already(const struct scene *s, uint32_t slot, uint32_t lowest)
{
	const struct insn *in = &s->p->insns[slot];
	const struct facts_at *at = &s->facts->at[slot];
	if (in->width != 64 || lowest % 8)
		return false;
	const struct fact *word = facts_place(at, FACTS_STACK + lowest / 8);
	if (word->kind != KIND_NUMBER)
		return false;
	const struct scalar *v = &word->value;
	uint64_t stored;
	bool known =
	    in->op == ISA_ST ? (stored = (uint64_t)(int64_t)in->imm, true) : certain_number(s, slot, in->src, &stored);
	if (known && v->umin == v->umax)
		return v->umin == stored;
	const struct fact *r = &at->r[in->src];
	return in->op == ISA_STX && r->kind == KIND_NUMBER && r->same == word->same && r->distance == word->distance;
}

void propose_store(const struct scene *s)
{
	struct edits e;
	edits_init(&e, s);
	for (uint32_t i = 0; i + 1 < s->p->n; i++) {
		const struct insn *in = &s->p->insns[i];
		uint32_t lowest;
		if ((in->op != ISA_ST && in->op != ISA_STX) || !edit_allows(s, i) || !own_stack(s, i, &lowest))
			continue;
		if (is_read_later(s, i, lowest, in->width / 8u) && !is_there_already(s, i, lowest))
			continue;
		edits_kill(&e, i);
		edits_end(&e);
	}
	edits_offer(&e, "dead stores");
	edits_release(&e);
}
