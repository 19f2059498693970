/* SPDX-License-Identifier: BSD-2-Clause */
/* A word that is put together from bytes of memory, or cut out of a wider one, is loaded as it is. */
#include "synth/analysis/track.h"

#include <string.h>

/* The lowest bytes are consecutive ones of memory, the others 0; returns how many, 0: no. `down`: from the highest
 * address to the lowest. */
static unsigned count_memory(const struct part *b, bool *down)
{
	unsigned n = 0;
	while (n < PARTS && b[n].kind == PART_MEMORY)
		n++;
	for (unsigned i = n; i < PARTS; i++)
		if (b[i].kind != PART_CONST || b[i].index)
			return 0;
	if (n & (n - 1) || !n)
		return 0;
	*down = n > 1 && part_follows(&b[1], &b[0]);
	for (unsigned i = 1; i < n; i++)
		if (!(*down ? part_follows(&b[i], &b[i - 1]) : part_follows(&b[i - 1], &b[i])))
			return 0;
	return n;
}

static bool offer_load(const struct scene *s, const struct track *t, uint32_t slot)
{
	const struct insn *in = &s->p->insns[slot];
	const struct part *b = t->result[slot].b;
	bool down;
	unsigned size = count_memory(b, &down);
	if (!size || (down && insn_has_form(in, FORM_END)))
		return true;
	const struct part *first = down ? &b[size - 1] : &b[0];
	bool aligned = first->region != KIND_STACK || first->v.off % (int64_t)size == 0;
	int16_t off;
	int base = track_find_base(t, slot, first->v, 0, &off);
	if (!aligned || base < 0)
		return true;
	struct insn load = {
	    .op = ISA_LDX, .width = (uint8_t)(size * 8), .dst = in->dst, .src = (uint8_t)base, .off = off};
	struct insn swap = {.op = s->cpu >= 4 ? ISA_BSWAP : ISA_BE, .width = (uint8_t)(size * 8), .dst = in->dst};
	struct draft *d = scene_draft(s);
	draft_set(d, slot, down ? swap : load, 0);
	if (down)
		draft_insert(d, slot, load, 0, s->origin ? s->origin[slot] : slot);
	return s->offer(s, d, "parts loaded at once");
}

static bool is_candidate(const struct insn *in)
{
	bool wide_move = in->op == ISA_MOV && (in->width == 64 || in->k);
	return (insn_has_form(in, FORM_ALU) && !wide_move) || insn_has_form(in, FORM_END);
}

void propose_merge_loads(const struct scene *s)
{
	struct track *t = track_new(s);
	bool go_on = true;
	for (size_t i = 0; i < s->p->n_subs; i++)
		for (size_t k = 0; k < s->cfgs[i].n; k++) {
			const struct block *b = &s->cfgs[i].blocks[k];
			for (uint32_t at = b->end; at-- > b->start && go_on;)
				if (t->at[at].reached && is_candidate(&s->p->insns[at]) && s->may_edit(s, at))
					go_on = offer_load(s, t, at);
		}
	track_free(t);
}
