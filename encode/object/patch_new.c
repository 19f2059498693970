/* SPDX-License-Identifier: BSD-2-Clause */
/* The code that patches give to functions: encoded, linked, with the CO-RE records that it keeps. */
#include "patcher.h"

#include "memory.h"

#include <string.h>

/* One function of one patched program. */
struct making {
	const struct patcher *k;
	const struct object_patch *u;
	const struct subprogram *sub; /* of after */
	struct body *b;
	struct code code;
};

static const struct core_relo *relo_at(const struct program *p, size_t slot)
{
	for (size_t i = 0; i < p->n_relos; i++)
		if (p->relos[i].slot == slot)
			return &p->relos[i];
	return NULL;
}

static const struct core_relo *relo_numbered(const struct program *p, uint32_t number)
{
	for (size_t i = 0; i < p->n_relos; i++)
		if (p->relos[i].number == number)
			return &p->relos[i];
	return NULL;
}

/* Does it hold in the same field what libbpf will put there? (bpf_core_patch_insn) */
static bool holds_same(const struct insn *x, const struct insn *y)
{
	if (x->op == ISA_LDDW || y->op == ISA_LDDW)
		return x->op == y->op && x->src == y->src && x->imm64 == y->imm64;
	bool alu = insn_has_form(x, FORM_ALU);
	if (alu != insn_has_form(y, FORM_ALU))
		return false;
	return alu ? x->k && y->k && x->imm == y->imm : x->width == y->width && x->off == y->off;
}

static bool same_but_registers(const struct insn *x, const struct insn *y)
{
	return x->op == y->op && x->width == y->width && x->k == y->k && x->off == y->off && x->imm == y->imm &&
	       x->imm64 == y->imm64;
}

static const struct ext_record *record_of(const struct patcher *k, const struct place *p)
{
	size_t n;
	uint64_t off = (uint64_t)p->slot * SLOT;
	const struct ext_record *r = patch_find_records(k, EXT_CORE, p->section, off, off + 1, &n);
	return n ? r : NULL;
}

/* Of a field that no kernel moves, or a type's own number: the reader has settled it, so the program may have lost it.
 */
static const struct ext_record *settled_record(const struct making *m, size_t slot)
{
	uint32_t origin = m->u->origin[slot];
	if (origin == PATCH_NEW || !same_but_registers(&m->u->before->insns[origin], &m->u->after->insns[slot]))
		return NULL;
	const struct core_relo *relo = relo_at(m->u->before, origin);
	const struct place *p = patch_place(m->k, m->u->before, origin);
	return p && (!relo || relo->is_fixed) ? record_of(m->k, p) : NULL;
}

static bool find_record(const struct making *m, size_t slot, const struct ext_record **out)
{
	const struct core_relo *relo = relo_at(m->u->after, slot);
	*out = NULL;
	if (!relo || relo->is_fixed) {
		*out = settled_record(m, slot);
		return true;
	}
	const struct core_relo *old = relo_numbered(m->u->before, relo->number);
	const struct place *p = old ? patch_place(m->k, m->u->before, old->slot) : NULL;
	*out = p ? record_of(m->k, p) : NULL;
	return (*out && holds_same(&m->u->before->insns[old->slot], &m->u->after->insns[slot])) ||
	       image_fail(&m->k->l.im, "program %s: instruction %zu: expected the value that its CO-RE relocation had",
			  m->u->after->name, slot);
}

static bool make_place(struct making *m, size_t i)
{
	size_t slot = m->sub->start + i;
	struct place *p = &m->code.places[i];
	uint32_t origin = m->u->origin[slot];
	const struct place *from = origin == PATCH_NEW ? NULL : patch_place(m->k, m->u->before, origin);
	if (from) {
		p->section = from->section;
		p->slot = from->slot;
	}
	const struct ext_record *core;
	if (!patch_link(m->k, m->u, slot, m->b, p) || !find_record(m, slot, &core))
		return false;
	if (core) {
		struct ext_record *r = MEMORY_PUSH(m->code.cores, m->code.n_cores);
		*r = *core;
		r->off = (uint32_t)i * SLOT;
	}
	return true;
}

static bool make_code(struct making *m)
{
	const struct program *p = m->u->after;
	m->code.n = m->sub->end - m->sub->start;
	m->code.places = memory_new(m->code.n, sizeof *m->code.places);
	uint8_t *bytes = memory_new(m->code.n, SLOT);
	insn_encode(p->insns + m->sub->start, m->code.n, bytes);
	for (size_t i = 0; i < m->code.n; i++)
		memcpy(m->code.places[i].bytes, bytes + i * SLOT, SLOT);
	free(bytes);
	for (size_t i = 0; i < m->code.n; i++)
		if (p->insns[m->sub->start + i].op != ISA_WIDE_TAIL && !make_place(m, i))
			return false;
	return true;
}

static bool same_place(const struct place *x, const struct place *y)
{
	if (memcmp(x->bytes, y->bytes, SLOT) || x->reloc.type != y->reloc.type || x->is_direct != y->is_direct)
		return false;
	if (x->is_direct)
		return x->callee == y->callee;
	return !x->reloc.type || (x->reloc.symbol == y->reloc.symbol && x->reloc.addend == y->reloc.addend);
}

static bool same_code(const struct code *x, const struct code *y)
{
	if (x->n != y->n || x->n_cores != y->n_cores)
		return false;
	for (size_t i = 0; i < x->n; i++)
		if (!same_place(&x->places[i], &y->places[i]))
			return false;
	for (size_t i = 0; i < x->n_cores; i++)
		if (x->cores[i].off != y->cores[i].off || x->cores[i].bytes != y->cores[i].bytes)
			return false;
	return true;
}

/* Records that the reader left symbolic, or that no kernel changes: the others are in the code by now. */
static bool is_symbolic(const struct making *m, const struct subprogram *old)
{
	for (size_t i = 0; i < m->b->old.n_cores; i++) {
		const struct ext_record *r = &m->b->old.cores[i];
		if (!relo_at(m->u->before, old->start + r->off / SLOT) && image_word(r->bytes + 12) != CORE_TYPE_LOCAL)
			return false;
	}
	return true;
}

static const struct subprogram *sub_at(const struct program *p, const struct body *b)
{
	for (size_t i = 0; i < p->n_subs; i++)
		if (p->subs[i].section == b->section && p->subs[i].at == b->start)
			return &p->subs[i];
	return NULL;
}

static bool fail(const struct making *m, const char *why, const char *more)
{
	return image_fail(&m->k->l.im, "function %s: expected %s%s", m->sub->name, why, more);
}

static bool adopt(struct making *m)
{
	struct body *b = m->b;
	const struct subprogram *old = sub_at(m->u->before, b);
	if (!old || b->is_shared || old->end - old->start != b->end - b->start)
		return fail(m, "one that overlaps no other in the file", "");
	if (!is_symbolic(m, old))
		return fail(m, "its CO-RE relocations unresolved", "");
	if (b->by && !same_code(&b->new, &m->code))
		return fail(m, "it to become the same in each program that has it, also in ", b->by->name);
	if (b->kept_by)
		return fail(m, "it to become the same in each program that has it, also in ", b->kept_by->name);
	if (!b->by)
		b->new = m->code;
	b->by = m->u->before;
	return true;
}

static bool keep(struct making *m)
{
	m->b->kept_by = m->u->before;
	return !m->b->by || fail(m, "it to become the same in each program that has it, also in ", m->u->before->name);
}

static bool patch_function(const struct patcher *k, const struct object_patch *u, const struct subprogram *sub)
{
	struct making m = {.k = k, .u = u, .sub = sub, .b = body_find(k, sub->section, sub->at)};
	if (!m.b || !sub->section || m.b->start != sub->at)
		return fail(&m, "one that is in the file", "");
	bool ok = make_code(&m) && (same_code(&m.b->old, &m.code) ? keep(&m) : adopt(&m));
	if (m.b->new.places != m.code.places)
		code_release(&m.code);
	return ok;
}

static bool is_patched(const struct patcher *k, const struct program *p, const struct body *b)
{
	for (size_t i = 0; i < k->n_patches; i++)
		if (k->patches[i].before == p && sub_at(k->patches[i].after, b))
			return true;
	return false;
}

/* Nobody has the function as it was. */
static bool check_others(const struct patcher *k, const struct body *b)
{
	for (size_t i = 0; i < k->o->n_programs; i++) {
		const struct program *p = k->o->programs[i];
		bool may = p->error ? !b->is_entry || !strcmp(p->name, b->name) : sub_at(p, b) != NULL;
		if (may && !is_patched(k, p, b))
			return image_fail(&k->l.im, "function %s: expected program %s not to use it as it was", b->name,
					  p->name);
	}
	return true;
}

bool patch_bodies(struct patcher *k)
{
	for (size_t i = 0; i < k->n_patches; i++) {
		const struct program *after = k->patches[i].after;
		for (size_t s = 0; s < after->n_subs; s++)
			if (!patch_function(k, &k->patches[i], &after->subs[s]))
				return false;
	}
	for (size_t i = 0; i < k->n_bodies; i++) {
		if (!k->bodies[i].by)
			continue;
		k->is_changed = true;
		if (!check_others(k, &k->bodies[i]))
			return false;
	}
	return true;
}
