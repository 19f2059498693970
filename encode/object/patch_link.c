/* SPDX-License-Identifier: BSD-2-Clause */
/* What an instruction names (a map, a function, an extern) is written the way in which the file already names it. */
#include "patcher.h"

#include <string.h>

static bool names_function(const struct insn *in)
{
	return (in->op == ISA_CALL && in->src == CALL_LOCAL) || (in->op == ISA_LDDW && in->src == WIDE_FUNC);
}

static bool names_thing(const struct insn *in)
{
	return names_function(in) || (in->op == ISA_CALL && in->src == CALL_KFUNC) ||
	       (in->op == ISA_LDDW && in->src != WIDE_CONST);
}

static const struct subprogram *callee(const struct program *p, size_t slot)
{
	return program_sub(p, (size_t)insn_target(&p->insns[slot], slot));
}

static bool same_thing(const struct program *p, size_t i, const struct program *q, size_t k)
{
	const struct insn *x = &p->insns[i], *y = &q->insns[k];
	if (x->op != y->op || x->src != y->src)
		return false;
	if (!names_function(x))
		return x->imm == y->imm;
	const struct subprogram *a = callee(p, i), *b = callee(q, k);
	return a && b && a->section == b->section && a->at == b->at;
}

const struct place *patch_place(const struct patcher *k, const struct program *p, size_t slot)
{
	const struct subprogram *sub = program_sub(p, slot);
	if (!sub || !sub->section)
		return NULL;
	uint64_t at = sub->at + (slot - sub->start);
	const struct body *b = body_find(k, sub->section, at);
	return b ? &b->old.places[at - b->start] : NULL;
}

/* Can it be said in this body as it is said there? */
static bool is_usable(const struct place *p, const struct body *b)
{
	return p && (p->reloc.type || (p->is_direct && p->section == b->section));
}

struct donor {
	const struct program *p;
	size_t slot;
	const struct place *place;
};

static bool try_donor(const struct patcher *k, const struct object_patch *u, size_t slot, const struct body *b,
		      struct donor d, struct donor *out)
{
	if (!same_thing(u->after, slot, d.p, d.slot))
		return false;
	d.place = patch_place(k, d.p, d.slot);
	*out = d;
	return is_usable(d.place, b);
}

static bool find_donor(const struct patcher *k, const struct object_patch *u, size_t slot, const struct body *b,
		       struct donor *out)
{
	uint32_t origin = u->origin[slot];
	if (origin != PATCH_NEW && try_donor(k, u, slot, b, (struct donor){u->before, origin, NULL}, out))
		return true;
	for (size_t i = 0; i < k->o->n_programs; i++) {
		const struct program *p = k->o->programs[i];
		for (size_t s = 0; s < p->n; s++)
			if (names_thing(&p->insns[s]) && try_donor(k, u, slot, b, (struct donor){p, s, NULL}, out))
				return true;
	}
	return false;
}

bool patch_link(const struct patcher *k, const struct object_patch *u, size_t slot, const struct body *b,
		struct place *places)
{
	const struct insn *in = &u->after->insns[slot];
	struct donor d;
	if (!names_thing(in))
		return true;
	if (!find_donor(k, u, slot, b, &d))
		return image_fail(&k->l.im,
				  "program %s: instruction %zu: expected a relocation of the file for what it names",
				  u->after->name, slot);
	places->bytes[1] = (uint8_t)((places->bytes[1] & 0x0f) | (d.place->bytes[1] & 0xf0));
	memcpy(places->bytes + 4, d.place->bytes + 4, 4);
	places->reloc = d.place->reloc;
	places->is_direct = d.place->is_direct;
	places->callee = d.place->callee;
	if (in->op != ISA_LDDW)
		return true;
	memcpy(places[1].bytes, d.place[1].bytes, SLOT);
	if (in->src == WIDE_MAP_VALUE) {
		uint64_t delta = (in->imm64 >> 32) - (d.p->insns[d.slot].imm64 >> 32);
		image_set_word(places->bytes + 4, image_word(places->bytes + 4) + (uint32_t)delta);
	}
	return true;
}
