/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs of a written object: the entry goes to its section, its functions go to .text, where libbpf looks for
 * them; what the loader filled in becomes relocations again. */
#include "write.h"

#include "memory.h"

#include <string.h>

/* Where a program's slots went: the entry to `section` at slot `at`, the rest to .text at slot `text`. */
struct placing {
	const struct program *p;
	uint32_t section, at, text, entry_slots;
};

static uint32_t find_section(struct writer *w, const char *name)
{
	for (uint32_t i = 1; i < w->n_sections; i++)
		if (!strcmp(w->sections[i].name, name) && (w->sections[i].flags & SHF_EXECINSTR))
			return i;
	return writer_add_section(w, name, SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 8);
}

static void add_reloc(struct writer *w, uint32_t section, uint64_t off, uint32_t symbol, uint32_t type)
{
	if (!w->sections[section].relocs) {
		char name[256];
		snprintf(name, sizeof name, ".rel%.240s", w->sections[section].name);
		uint32_t rel = writer_add_section(w, name, SHT_REL, SHF_INFO_LINK, 8);
		w->sections[rel].info = section;
		w->sections[rel].entsize = sizeof(Elf64_Rel);
		w->sections[section].relocs = rel;
	}
	Elf64_Rel r = {off, ELF64_R_INFO((uint64_t)symbol, type)}; /* symbol: see NAMED */
	writer_append(w, w->sections[section].relocs, &r, sizeof r);
}

static void set_insn(uint8_t *bytes, unsigned kind, uint32_t imm)
{
	bytes[1] = (uint8_t)((bytes[1] & 0x0f) | kind << 4);
	image_set_word(bytes + 4, imm);
}

/* The slot of .text that holds a slot of the program behind its entry. */
static uint32_t text_slot(const struct placing *g, int64_t target)
{
	return (uint32_t)target - g->entry_slots + g->text;
}

static bool undo_call(struct writer *w, const struct placing *g, size_t pc, uint8_t *bytes, uint64_t off)
{
	const struct insn *in = &g->p->insns[pc];
	uint32_t section = pc < g->entry_slots ? g->section : w->text;
	if (in->src == CALL_KFUNC) {
		set_insn(bytes, 1, UINT32_MAX);
		add_reloc(w, section, off, w->extern_symbol[in->imm], RELOC_64_32);
		return true;
	}
	if (in->src != CALL_LOCAL)
		return true;
	int64_t target = insn_target(in, pc);
	if (target < g->entry_slots)
		return writer_fail(w, "program %s: instruction %zu: expected no call of the entry", g->p->name, pc);
	set_insn(bytes, 1, text_slot(g, target) - 1);
	add_reloc(w, section, off, w->text, RELOC_64_32);
	return true;
}

static bool undo_wide(struct writer *w, const struct placing *g, size_t pc, uint8_t *bytes, uint64_t off)
{
	const struct insn *in = &g->p->insns[pc];
	uint32_t section = pc < g->entry_slots ? g->section : w->text, imm = 0, symbol;
	int64_t target = (int64_t)pc + in->imm + 1;
	switch ((enum wide_kind)in->src) {
	case WIDE_CONST:
		return true;
	case WIDE_MAP:
		if (w->o->maps[in->imm].is_data)
			return writer_fail(w, "program %s: instruction %zu: expected no map handle of a data section",
					   g->p->name, pc);
		symbol = w->map_symbol[in->imm];
		break;
	case WIDE_MAP_VALUE:
		if (!w->o->maps[in->imm].is_data)
			return writer_fail(
			    w, "program %s: instruction %zu: expected a value's address in data sections only",
			    g->p->name, pc);
		symbol = w->map_symbol[in->imm];
		imm = (uint32_t)(in->imm64 >> 32);
		break;
	case WIDE_BTF_ID:
		symbol = w->extern_symbol[in->imm];
		break;
	case WIDE_FUNC:
		if (target < g->entry_slots)
			return writer_fail(w, "program %s: instruction %zu: expected no address of the entry",
					   g->p->name, pc);
		symbol = w->text;
		imm = text_slot(g, target) * SLOT;
		break;
	default:
		return writer_fail(w, "program %s: instruction %zu: expected a known kind of address", g->p->name, pc);
	}
	set_insn(bytes, 0, imm);
	image_set_word(bytes + 12, 0);
	add_reloc(w, section, off, symbol, RELOC_64_64);
	return true;
}

static bool undo_relocations(struct writer *w, const struct placing *g, uint8_t *bytes)
{
	for (size_t pc = 0; pc < g->p->n; pc++) {
		const struct insn *in = &g->p->insns[pc];
		uint64_t off = (pc < g->entry_slots ? g->at + pc : text_slot(g, (int64_t)pc)) * (uint64_t)SLOT;
		if (in->op == ISA_CALL && !undo_call(w, g, pc, bytes + pc * SLOT, off))
			return false;
		if (in->op == ISA_LDDW && !undo_wide(w, g, pc, bytes + pc * SLOT, off))
			return false;
	}
	return true;
}

static void add_functions(struct writer *w, const struct placing *g)
{
	for (size_t i = 0; i < g->p->n_subs; i++) {
		const struct subprogram *s = &g->p->subs[i];
		uint32_t slot = i ? text_slot(g, s->start) : g->at;
		struct out_function *f = MEMORY_PUSH(w->functions, w->n_functions);
		*f = (struct out_function){i ? s->name : g->p->name, i ? w->text : g->section, slot, i == 0};
		writer_add_symbol(w, (struct out_symbol){f->name, STT_FUNC, i ? STB_LOCAL : STB_GLOBAL,
							 (uint16_t)f->section, (uint64_t)slot * SLOT,
							 (uint64_t)(s->end - s->start) * SLOT});
	}
}

static bool write_program(struct writer *w, const struct program *p)
{
	if (p->type == PROGTYPE_STRUCT_OPS)
		return writer_fail(w, "program %s: expected one that loads without a struct_ops map", p->name);
	char why[200];
	if (p->error)
		return writer_fail(w, "program %s: %s", p->name, p->error);
	if (!program_check(p, why, sizeof why))
		return writer_fail(w, "program %s: %s", p->name, why);
	uint32_t section = find_section(w, p->section);
	struct placing g = {p, section, (uint32_t)(w->sections[section].size / SLOT), 0, p->subs[0].end};
	g.text = (uint32_t)(w->sections[w->text].size / SLOT) + (section == w->text ? g.entry_slots : 0);
	uint8_t *bytes = memory_new(p->n, SLOT);
	insn_encode(p->insns, p->n, bytes);
	bool ok = undo_relocations(w, &g, bytes);
	writer_append(w, section, bytes, (size_t)g.entry_slots * SLOT);
	writer_append(w, w->text, bytes + (size_t)g.entry_slots * SLOT, (p->n - g.entry_slots) * SLOT);
	add_functions(w, &g);
	free(bytes);
	return ok;
}

bool write_programs(struct writer *w)
{
	for (size_t i = 0; i < w->o->n_programs; i++)
		if (!write_program(w, w->o->programs[i]))
			return false;
	return true;
}
