/* SPDX-License-Identifier: BSD-2-Clause */
/* Questions about what registers hold. */
#include "encode/isa/effect.h"
#include "synth/analysis/track.h"

#include <string.h>

enum kind track_region(const struct track *t, uint32_t slot, unsigned reg)
{
	if (reg == 10)
		return KIND_STACK;
	const struct facts *f = t->s->facts;
	return f && f->at[slot].reached ? f->at[slot].r[reg].kind : KIND_NONE;
}

struct value track_address(const struct track *t, uint32_t slot, unsigned base, int16_t off)
{
	return value_plus(t->at[slot].r[base].v, off);
}

void track_parts_stored(const struct track_at *now, const struct insn *in, struct part out[PARTS])
{
	if (insn_has_form(in, FORM_ST))
		memcpy(out, known_value((struct value){0, in->imm}).b, PARTS * sizeof *out);
	else
		memcpy(out, now->r[in->src].b, PARTS * sizeof *out);
}

bool track_stored(const struct track *t, uint32_t slot, struct part out[PARTS])
{
	const struct insn *in = &t->s->p->insns[slot];
	if (!insn_has_form(in, FORM_ST) && !insn_has_form(in, FORM_STX))
		return false;
	track_parts_stored(&t->at[slot], in, out);
	return true;
}

/* How good a base: the frame pointer, then what offsets are counted from, then the nearest. */
static int64_t base_rank(struct value v, unsigned reg, int64_t far)
{
	return reg == 10 ? -2 : v.off == 0 ? -1 : far < 0 ? -far : far;
}

int track_find_base(const struct track *t, uint32_t slot, struct value address, uint16_t except, int16_t *off)
{
	int best = -1;
	int64_t rank = INT64_MAX;
	for (unsigned r = 0; r < 11; r++) {
		struct value v = t->at[slot].r[r].v;
		int64_t far = (int64_t)((uint64_t)address.off - (uint64_t)v.off);
		if (v.id != address.id || !v.id || except & EFFECT_BIT(r) || far < INT16_MIN || far > INT16_MAX - 8 ||
		    base_rank(v, r, far) >= rank)
			continue;
		rank = base_rank(v, r, far);
		*off = (int16_t)far;
		best = (int)r;
	}
	return best;
}

int track_find_bytes(const struct track *t, uint32_t slot, const struct part *b, unsigned n)
{
	for (unsigned r = 0; r < 10; r++) {
		unsigned same = 0;
		while (same < n && part_equal(&t->at[slot].r[r].b[same], &b[same]))
			same++;
		if (same == n)
			return (int)r;
	}
	return -1;
}

int track_find_value(const struct track *t, uint32_t slot, const struct known *k, uint16_t except)
{
	for (unsigned r = 0; r < 11; r++) {
		const struct known *x = &t->at[slot].r[r];
		unsigned same = 0;
		while (same < PARTS && part_equal(&x->b[same], &k->b[same]))
			same++;
		if (!(except & EFFECT_BIT(r)) && (same == PARTS || value_equal(x->v, k->v)))
			return (int)r;
	}
	return -1;
}

uint16_t track_free_registers(const struct track *t, uint32_t slot)
{
	return (uint16_t)(0x3ff & ~t->s->live->at[slot].regs);
}
