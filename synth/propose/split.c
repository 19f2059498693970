/* SPDX-License-Identifier: BSD-2-Clause */
/* Stores of wide constants become two stores of immediates where that spares the constant. */
#include "synth/analysis/track.h"

static bool is_split(const struct track *t, uint32_t slot, uint64_t *word)
{
	struct part b[PARTS];
	*word = 0;
	if (t->s->p->insns[slot].width != 64 || !t->at[slot].reached || !track_stored(t, slot, b))
		return false;
	for (unsigned i = 0; i < PARTS; i++) {
		if (b[i].kind != PART_CONST)
			return false;
		*word |= (uint64_t)b[i].index << 8 * i;
	}
	return (uint64_t)(int64_t)(int32_t)*word != *word && t->s->may_edit(t->s, slot);
}

static void split_store(struct draft *d, const struct scene *s, uint32_t slot, uint64_t word)
{
	struct insn st = s->p->insns[slot];
	struct insn low = {.op = ISA_ST, .width = 32, .dst = st.dst, .off = st.off, .imm = (int32_t)(uint32_t)word};
	struct insn high = low;
	high.off = (int16_t)(st.off + 4);
	high.imm = (int32_t)(uint32_t)(word >> 32);
	draft_set(d, slot, high, 0);
	draft_insert(d, slot, low, 0, s->origin ? s->origin[slot] : slot);
}

/* Every store of a constant at once: it may be loaded once for several of them. */
void propose_split(const struct scene *s)
{
	struct track *t = track_new(s);
	bool go_on = true;
	for (uint32_t i = 0; i < s->p->n && go_on; i++) {
		uint64_t word, other;
		if (!is_split(t, i, &word) || s->p->insns[i].off > INT16_MAX - 4)
			continue;
		struct draft *d = scene_draft(s);
		for (uint32_t k = (uint32_t)s->p->n; k-- > i;)
			if (is_split(t, k, &other) && other == word && s->p->insns[k].off <= INT16_MAX - 4)
				split_store(d, s, k, word);
		go_on = s->offer(s, d, "a wide constant stored in halves");
	}
	track_free(t);
}
