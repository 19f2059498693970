/* SPDX-License-Identifier: BSD-2-Clause */
/* Which instructions a verifier would not have, on pointers or at all. */
#include "synth/search/vocabulary.h"

#include "encode/isa/effect.h"

/* Stack, packet and memory; not the packet's end, the context, maps and the kernel's own. */
static bool may_move(const struct fact *f)
{
	return f->kind == KIND_STACK || f->kind == KIND_VALUE || f->kind == KIND_MEM || f->kind == KIND_MEM_RO ||
	       (f->kind == KIND_PACKET && !f->from_end);
}

static struct vocabulary_kinds set_kind(struct vocabulary_kinds k, unsigned reg, const struct fact *f)
{
	bool pointer = f && f->kind != KIND_NONE && f->kind != KIND_NUMBER;
	uint16_t bit = EFFECT_BIT(reg);
	k.pointers = (uint16_t)(pointer ? k.pointers | bit : k.pointers & ~bit);
	k.fixed = (uint16_t)(pointer && !may_move(f) ? k.fixed | bit : k.fixed & ~bit);
	return k;
}

struct vocabulary_kinds vocabulary_begin(const struct vocabulary *v)
{
	struct vocabulary_kinds k = {0};
	for (unsigned r = 0; r < 11; r++)
		k = set_kind(k, r, &v->s->facts->at[v->x->start].r[r]);
	return k;
}

/* What the slice's own load of that size and offset gives. */
static const struct fact *find_loaded(const struct vocabulary *v, const struct insn *in)
{
	for (unsigned i = 0; i < v->x->n; i++) {
		const struct insn *own = &v->x->insns[i];
		if (own->op == in->op && own->width == in->width && own->off == in->off &&
		    v->s->facts->at[v->x->slots[i] + 1].reached)
			return &v->s->facts->at[v->x->slots[i] + 1].r[own->dst];
	}
	return NULL;
}

struct vocabulary_kinds vocabulary_after(const struct vocabulary *v, const struct insn *in, struct vocabulary_kinds k)
{
	static const struct fact address = {.kind = KIND_MAP}, memory = {.kind = KIND_MEM};
	bool to = k.pointers >> in->dst & 1, from = !in->k && k.pointers >> in->src & 1;
	switch (isa_rows[in->op].form) {
	case FORM_ST:
	case FORM_STX:
	case FORM_JMP:
		return k;
	case FORM_WIDE:
		return set_kind(k, in->dst, in->src == WIDE_CONST ? NULL : in->src == WIDE_MAP ? &address : &memory);
	case FORM_LDX:
	case FORM_LDXS:
		return set_kind(k, in->dst, find_loaded(v, in));
	case FORM_ALU:
	case FORM_ALUX:
	case FORM_ALU1:
	case FORM_CAST:
	case FORM_END:
	case FORM_JA:
	case FORM_JAL:
	case FORM_MAYGOTO:
	case FORM_CALL:
	case FORM_EXIT:
	case FORM_LDABS:
	case FORM_LDIND:
	case FORM_ATOMIC:
	case FORM_LOAD_ACQ:
	case FORM_STORE_REL:
		break;
	}
	bool fixed = in->op == ISA_MOV && from && k.fixed >> in->src & 1;
	bool pointer = in->op == ISA_MOV ? from : in->op == ISA_ADD ? to || from : in->op == ISA_SUB && to && !from;
	return set_kind(k, in->dst, !pointer ? NULL : fixed ? &address : &memory);
}

bool vocabulary_refuses(const struct insn *in, struct vocabulary_kinds k)
{
	enum isa_form form = isa_rows[in->op].form;
	bool to = k.pointers >> in->dst & 1, from = !in->k && k.pointers >> in->src & 1;
	if (form == FORM_ALUX || form == FORM_ALU1 || form == FORM_END)
		return form == FORM_ALUX ? from : to;
	if (form == FORM_JMP && to != from) /* pointers are compared with pointers, and with NULL */
		return !to || !in->k || in->imm || (in->op != ISA_JEQ && in->op != ISA_JNE) || in->width == 32;
	if (form == FORM_JMP)
		return to && in->width == 32;
	if (form != FORM_ALU)
		return false;
	if (in->op == ISA_MOV)
		return from && in->width == 32;
	bool fixed = (to && k.fixed >> in->dst & 1) || (from && k.fixed >> in->src & 1);
	if (in->op == ISA_ADD)
		return (to && from) || fixed || ((to || from) && in->width == 32);
	if (in->op == ISA_SUB)
		return (from && !to) || fixed || ((to || from) && in->width == 32);
	return to || from;
}

bool vocabulary_is_legal(const struct insn *in)
{
	if (!in->k)
		return true;
	if (in->op == ISA_LSH || in->op == ISA_RSH || in->op == ISA_ARSH)
		return in->imm >= 0 && in->imm < in->width;
	return in->imm || !(in->op == ISA_DIV || in->op == ISA_MOD || in->op == ISA_SDIV || in->op == ISA_SMOD);
}
