/* SPDX-License-Identifier: BSD-2-Clause */
/* Code sections are laid out again; symbols, calls and relocations follow the code that they are about. */
#include "patcher.h"

#include "memory.h"

#include <string.h>

/* Of an address and the symbol that it is counted from, how many bytes farther apart are they now? */
static bool find_shift(const struct patcher *k, const struct reloc *r, uint64_t target, uint64_t *shift)
{
	const struct symbol *s = &k->l.im.symbols[r->symbol];
	uint64_t symbol, to;
	*shift = 0;
	if (s->section == SHN_UNDEF || s->section >= SHN_LORESERVE || !body_find(k, s->section, 0))
		return true;
	if (!body_move(k, s->section, s->value, &symbol) || !body_move(k, s->section, target, &to))
		return image_fail(&k->l.im, "section %s: offset 0x%llx: expected no address inside a changed function",
				  k->l.im.sections[s->section].name, (unsigned long long)target);
	*shift = (to - symbol) - (target - s->value);
	return true;
}

static bool settle_reloc(const struct patcher *k, const struct place *p, uint8_t *bytes)
{
	const struct symbol *s = &k->l.im.symbols[p->reloc.symbol];
	int64_t imm = (int32_t)image_word(bytes + 4);
	bool call = bytes[0] == OPCODE_CALL;
	uint64_t shift, target = s->value + (uint64_t)(call ? (imm + 1) * SLOT : imm) + (uint64_t)p->reloc.addend;
	if (!find_shift(k, &p->reloc, target, &shift))
		return false;
	image_set_word(bytes + 4, (uint32_t)(imm + (call ? (int64_t)shift / SLOT : (int64_t)shift)));
	return true;
}

static bool settle(const struct patcher *k, const struct body *b, size_t i, uint8_t *bytes)
{
	const struct place *p = &b->new.places[i];
	uint64_t to;
	memcpy(bytes, p->bytes, SLOT);
	if (p->reloc.type)
		return settle_reloc(k, p, bytes);
	if (!p->is_direct)
		return true;
	if (!body_move(k, b->section, (uint64_t)p->callee * SLOT, &to))
		return image_fail(&k->l.im,
				  "section %s: offset 0x%x: expected a call of a function's first instruction",
				  k->l.im.sections[b->section].name, p->slot * SLOT);
	image_set_word(bytes + 4, (uint32_t)(to / SLOT) - (b->at + (uint32_t)i) - 1);
	return true;
}

static bool write_body(struct patcher *k, const struct body *b)
{
	struct part *code = &k->parts[b->section], *relocs = part_relocs(k, b->section);
	for (size_t i = 0; i < b->new.n; i++) {
		const struct reloc *r = &b->new.places[i].reloc;
		uint64_t off = (b->at + i) * SLOT;
		if (!settle(k, b, i, code->data + off))
			return false;
		if (!r->type)
			continue;
		if (!relocs)
			return image_fail(&k->l.im, "section %s: expected one that has relocations already",
					  k->l.im.sections[b->section].name);
		Elf64_Rela e = {off, ELF64_R_INFO((uint64_t)r->symbol, r->type), r->addend};
		relocs->data = realloc(relocs->data, relocs->h.sh_size + sizeof e);
		if (!relocs->data)
			memory_die(__FILE__, __LINE__);
		size_t size = relocs->h.sh_type == SHT_RELA ? sizeof(Elf64_Rela) : sizeof(Elf64_Rel);
		memcpy(relocs->data + relocs->h.sh_size, &e, size);
		relocs->h.sh_size += size;
	}
	return true;
}

/* Room for the new code, and none of the old relocations. */
static void place_bodies(struct patcher *k)
{
	uint32_t at = 0;
	for (size_t i = 0; i < k->n_bodies; i++) {
		struct body *b = &k->bodies[i];
		bool last = i + 1 == k->n_bodies || k->bodies[i + 1].section != b->section;
		b->at = at;
		at += (uint32_t)b->new.n;
		if (!last)
			continue;
		part_set(&k->parts[b->section], memory_new(at, SLOT), (uint64_t)at * SLOT);
		struct part *relocs = part_relocs(k, b->section);
		if (relocs)
			part_set(relocs, NULL, 0);
		at = 0;
	}
}

/* A name inside a changed function: the label of a basic block, which goes with its first instruction that is left. */
static uint64_t find_label(const struct body *b, uint64_t slot)
{
	uint64_t at = b->at + b->new.n, next = b->end;
	for (size_t i = 0; i < b->new.n; i++) {
		const struct place *p = &b->new.places[i];
		if (p->section != b->section || p->slot < slot || p->slot >= next)
			continue;
		next = p->slot;
		at = b->at + i;
	}
	return at;
}

static bool move_symbol(const struct patcher *k, const struct symbol *s, Elf64_Sym *out)
{
	const struct body *b = body_find(k, s->section, s->value / SLOT);
	uint64_t size = b && b->by ? (uint64_t)(b->end - b->start) * SLOT : 0,
		 start = b ? (uint64_t)b->start * SLOT : 0;
	if (body_move(k, s->section, s->value, &out->st_value)) {
		if (!size || !s->size)
			return true;
		out->st_size = b->new.n *SLOT;
		return s->size == size ||
		       image_fail(&k->l.im, "symbol %s: expected it to be all of function %s", s->name, b->name);
	}
	out->st_value = find_label(b, start / SLOT + (s->value - start) / SLOT) * SLOT;
	return !s->size || image_fail(&k->l.im, "symbol %s: expected no part of function %s", s->name, b->name);
}

static bool move_symbols(struct patcher *k)
{
	struct part *table = NULL;
	for (size_t i = 0; i < k->l.im.n_sections; i++)
		if (k->parts[i].h.sh_type == SHT_SYMTAB)
			table = &k->parts[i];
	for (size_t i = 0; table && i < k->l.im.n_symbols; i++) {
		const struct symbol *s = &k->l.im.symbols[i];
		Elf64_Sym e;
		if (s->section == SHN_UNDEF || s->section >= SHN_LORESERVE || !body_find(k, s->section, 0))
			continue;
		memcpy(&e, table->data + i * sizeof e, sizeof e);
		if (!move_symbol(k, s, &e))
			return false;
		memcpy(table->data + i * sizeof e, &e, sizeof e);
	}
	return true;
}

/* An address of code in data stays what it is: no loader knows of one that is not the start of a named function. */
static bool check_address(const struct patcher *k, const struct section *s, const struct reloc *r)
{
	bool wide = r->type == RELOC_ABS64 || r->type == RELOC_64_64;
	bool narrow = r->type == RELOC_ABS32 || r->type == RELOC_NODYLD32 || r->type == RELOC_64_32;
	uint64_t shift, value = 0, size = wide ? 8 : 4;
	if ((!wide && !narrow) || !s->data || r->off + size > s->size)
		return image_fail(&k->l.im,
				  "section %s: offset 0x%llx: expected a relocation of a known type, found %u", s->name,
				  (unsigned long long)r->off, r->type);
	memcpy(&value, s->data + r->off, size);
	value += k->l.im.symbols[r->symbol].value + (uint64_t)r->addend;
	return find_shift(k, r, value, &shift) &&
	       (!shift || image_fail(&k->l.im, "section %s: offset 0x%llx: expected no address of code that moves",
				     s->name, (unsigned long long)r->off));
}

static bool check_addresses(const struct patcher *k)
{
	for (uint32_t i = 0; i < k->l.im.n_sections; i++) {
		const struct section *s = &k->l.im.sections[i];
		bool left_out = k->parts[i].is_dropped || !strcmp(s->name, ".BTF.ext") || body_find(k, i, 0);
		for (size_t n = 0; !left_out && n < s->n_relocs; n++) {
			const struct symbol *to = &k->l.im.symbols[s->relocs[n].symbol];
			bool code =
			    to->section != SHN_UNDEF && to->section < SHN_LORESERVE && body_find(k, to->section, 0);
			if (code && !check_address(k, s, &s->relocs[n]))
				return false;
		}
	}
	return true;
}

bool patch_sections(struct patcher *k)
{
	place_bodies(k);
	for (size_t i = 0; i < k->n_bodies; i++)
		if (!write_body(k, &k->bodies[i]))
			return false;
	return move_symbols(k) && check_addresses(k);
}
