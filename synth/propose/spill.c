/* SPDX-License-Identifier: BSD-2-Clause */
/* A field of the context that is kept in the stack is loaded from the context again instead. */
#include "encode/isa/effect.h"
#include "synth/propose/propose.h"

static bool is_spill(const struct insn *in)
{
	return insn_has_form(in, FORM_STX) && in->dst == 10 && in->width == 64;
}

static bool is_fill_of(const struct insn *in, const struct insn *spill)
{
	return in->op == ISA_LDX && in->src == 10 && in->width == 64 && in->off == spill->off;
}

static bool is_context(const struct fact *f)
{
	return f->kind == KIND_CTX && !f->maybe_null && scalar_is_const(f->value);
}

static bool is_written(const struct program *p, uint32_t from, uint32_t to, unsigned reg)
{
	for (uint32_t i = from; i < to; i++)
		if (p->insns[i].op != ISA_WIDE_TAIL && effect_of(&p->insns[i]).writes & EFFECT_BIT(reg))
			return true;
	return false;
}

/* A register that points to the context at a distance that is known; of a register that nobody reads any more facts say
 * nothing, but it may have been left alone since the load. -1: none. */
static int find_context(const struct scene *s, uint32_t load, uint32_t slot, int64_t *off)
{
	for (unsigned r = 0; r < 10; r++) {
		const struct fact *now = &s->facts->at[slot].r[r], *then = &s->facts->at[load].r[r];
		bool kept = slot > load && is_context(then) && !is_written(s->p, load, slot, r);
		if (!is_context(now) && !kept)
			continue;
		*off = (int64_t)(is_context(now) ? now : then)->value.umin;
		return (int)r;
	}
	return -1;
}

/* The load of a field that the spill keeps, in the same block; UINT32_MAX: it is something else. */
static uint32_t find_load(const struct scene *s, const struct block *b, uint32_t spill)
{
	const struct insn *insns = s->p->insns;
	uint32_t i = spill;
	while (i-- > b->start)
		if (insns[i].op != ISA_WIDE_TAIL && effect_of(&insns[i]).writes & EFFECT_BIT(insns[spill].src))
			break;
	bool found = i != UINT32_MAX && i >= b->start && insns[i].op == ISA_LDX && s->facts->at[i].reached;
	return found && s->facts->at[i].r[insns[i].src].kind == KIND_CTX ? i : UINT32_MAX;
}

/* The load in the place of a fill. */
static bool load_again(const struct scene *s, struct draft *d, uint32_t load, uint32_t fill)
{
	struct insn in = s->p->insns[load];
	const struct fact *base = &s->facts->at[load].r[in.src];
	int64_t here;
	int reg = find_context(s, load, fill, &here);
	if (reg < 0 || !scalar_is_const(base->value) || !s->may_edit(s, fill))
		return false;
	int64_t off = in.off + (int64_t)base->value.umin - here;
	if (off < INT16_MIN || off > INT16_MAX)
		return false;
	in.dst = s->p->insns[fill].dst;
	in.src = (uint8_t)reg;
	in.off = (int16_t)off;
	draft_set(d, fill, in, 0);
	return true;
}

static bool try_spill(const struct scene *s, const struct subprogram *sub, const struct block *b, uint32_t spill)
{
	const struct insn *insns = s->p->insns;
	uint32_t load = find_load(s, b, spill);
	if (load == UINT32_MAX || program_core(s->p, load) || !s->may_edit(s, spill))
		return true;
	struct draft *d = scene_draft(s);
	unsigned fills = 0;
	bool ok = true;
	draft_kill(d, spill);
	for (uint32_t i = sub->start; i < sub->end && ok; i++) {
		ok = i == spill || !is_spill(&insns[i]) || insns[i].off != insns[spill].off;
		if (ok && insns[i].op != ISA_WIDE_TAIL && is_fill_of(&insns[i], &insns[spill])) {
			ok = load_again(s, d, load, i);
			fills++;
		}
	}
	if (ok && fills)
		return s->offer(s, d, "loaded again instead of kept");
	draft_free(d);
	return true;
}

void propose_spill(const struct scene *s)
{
	for (size_t i = 0; i < s->p->n_subs; i++)
		for (size_t k = 0; k < s->cfgs[i].n; k++) {
			const struct block *b = &s->cfgs[i].blocks[k];
			for (uint32_t at = b->start; at < b->end; at++)
				if (s->p->insns[at].op != ISA_WIDE_TAIL && is_spill(&s->p->insns[at]) &&
				    !try_spill(s, &s->p->subs[i], b, at))
					return;
		}
}
