/* SPDX-License-Identifier: BSD-2-Clause */
/* Canonical names of a passage's registers. r10 keeps its own. */
#include "synth/search/naming.h"

#include <string.h>

static bool has_dst(const struct insn *in)
{
	return in->op != ISA_WIDE_TAIL && !insn_has_form(in, FORM_JA);
}

static bool has_src(const struct insn *in)
{
	return in->op != ISA_WIDE_TAIL && !in->k && !insn_has_form(in, FORM_ALU1) && !insn_has_form(in, FORM_END) &&
	       !insn_has_form(in, FORM_WIDE) && !insn_has_form(in, FORM_ST) && !insn_has_form(in, FORM_JA);
}

/* Registers that stand in no field are what they are. */
static bool has_hidden(const struct insn *in)
{
	return insn_has_form(in, FORM_CALL) || insn_has_form(in, FORM_LDABS) || insn_has_form(in, FORM_LDIND) ||
	       insn_has_form(in, FORM_EXIT) || insn_has_form(in, FORM_ATOMIC);
}

static void give_name(struct naming *y, uint8_t reg, uint8_t *next)
{
	if (y->to[reg] != NAMING_NONE)
		return;
	y->to[reg] = reg == 10 ? 10 : (*next)++;
	y->from[y->to[reg]] = reg;
}

bool naming_apply(const uint8_t map[11], const struct insn *in, unsigned n, struct insn *out)
{
	for (unsigned i = 0; i < n; i++) {
		out[i] = in[i];
		if (has_dst(&in[i]))
			out[i].dst = map[in[i].dst];
		if (has_src(&in[i]))
			out[i].src = map[in[i].src];
		if ((has_dst(&in[i]) && out[i].dst == NAMING_NONE) || (has_src(&in[i]) && out[i].src == NAMING_NONE))
			return false;
	}
	return true;
}

static void mix(uint64_t *hash, uint64_t v)
{
	*hash = (*hash ^ v) * 0x9e3779b97f4a7c15u;
	*hash ^= *hash >> 29;
}

/* The first register of those named before that is always at a constant distance; itself if there is none. */
static unsigned first_same(const struct naming *y, const struct facts_at *at, unsigned name)
{
	unsigned i = 0;
	while (i < name && (y->from[i] == NAMING_NONE || at->r[y->from[i]].same != at->r[y->from[name]].same))
		i++;
	return i;
}

static void mix_fact(uint64_t *hash, const struct naming *y, const struct facts_at *at, unsigned name)
{
	const struct fact *f = &at->r[y->from[name]];
	unsigned same = first_same(y, at, name);
	mix(hash, (uint64_t)f->kind | (uint64_t)f->maybe_null << 8 | (uint64_t)f->followable << 9 |
		      (uint64_t)f->from_end << 10 | (uint64_t)same << 16);
	mix(hash, f->value.bits.value);
	mix(hash, f->value.bits.mask);
	mix(hash, f->value.umin);
	mix(hash, f->value.umax);
	mix(hash, (uint64_t)f->value.smin);
	mix(hash, (uint64_t)f->value.smax);
	mix(hash, (uint64_t)f->distance - (uint64_t)at->r[y->from[same]].distance);
}

static void mix_insn(uint64_t *hash, const struct insn *in)
{
	mix(hash, (uint64_t)in->op | (uint64_t)in->width << 8 | (uint64_t)in->dst << 16 | (uint64_t)in->src << 24 |
		      (uint64_t)in->k << 32 | (uint64_t)(insn_is_jump(in) ? 0 : (uint16_t)in->off) << 40);
	mix(hash, in->op == ISA_LDDW ? in->imm64 : (uint64_t)(uint32_t)in->imm);
}

static bool touches_stack(const struct insn *in)
{
	return insn_has_form(in, FORM_LDX) || insn_has_form(in, FORM_LDXS) || insn_has_form(in, FORM_ST) ||
	       insn_has_form(in, FORM_STX) || insn_has_form(in, FORM_ATOMIC);
}

struct naming naming_of(const struct scene *s, const struct passage *x)
{
	struct naming y = {.key = x->n};
	struct insn named[TRIAL_SLOTS];
	const struct facts_at *at = &s->facts->at[x->start];
	uint8_t next = 0;
	bool hidden = false, memory = false;
	memset(y.to, NAMING_NONE, sizeof y.to);
	memset(y.from, NAMING_NONE, sizeof y.from);
	for (unsigned i = 0; i < x->n; i++) {
		hidden |= x->insns[i].op != ISA_WIDE_TAIL && has_hidden(&x->insns[i]);
		memory |= x->insns[i].op != ISA_WIDE_TAIL && touches_stack(&x->insns[i]);
	}
	for (uint8_t r = 0; hidden && r < 11; r++)
		y.to[r] = y.from[r] = r;
	for (unsigned i = 0; i < x->n && !hidden; i++) {
		if (has_dst(&x->insns[i]))
			give_name(&y, x->insns[i].dst, &next);
		if (has_src(&x->insns[i]))
			give_name(&y, x->insns[i].src, &next);
	}
	naming_apply(y.to, x->insns, x->n, named);
	for (unsigned i = 0; i < x->n; i++)
		if (named[i].op != ISA_WIDE_TAIL)
			mix_insn(&y.key, &named[i]);
	for (unsigned i = 0; i < 11; i++)
		if (y.from[i] != NAMING_NONE) {
			mix(&y.key, (uint64_t)i << 1 | (x->live >> y.from[i] & 1));
			mix_fact(&y.key, &y, at, i);
		}
	for (unsigned i = 0; memory && i < STACK_BYTES / 64; i++)
		mix(&y.key, x->live_stack[i]);
	return y;
}
