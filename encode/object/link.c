/* SPDX-License-Identifier: BSD-2-Clause */
/* Links programs: the entry first, then every function it reaches, once, in the order of first use, with all
 * relocations applied to the byte code before it is decoded. */
#include "loader.h"

#include "memory.h"

#include <elf.h>
#include <string.h>

enum { PROGRAM_SLOTS_MAX = 1 << 20, OBJECT_SLOTS_MAX = 1 << 22 };
#define NO_PIECE SIZE_MAX

struct piece {
	struct function *function;
	uint32_t start; /* slot in the program */
	uint32_t next;  /* slot of the section that is linked next */
	size_t reloc;   /* of the section, not before next */
	size_t caller;  /* piece that went first in using this one, NO_PIECE for the entry */
};

struct linking {
	struct loader *l;
	const struct function *entry;
	uint32_t number; /* of the program, from 1 */
	uint8_t *bytes;
	size_t n; /* slots */
	struct piece *pieces;
	size_t n_pieces;
};

/* One instruction under relocation. */
struct site {
	uint8_t *bytes;         /* in the program */
	uint32_t section, slot; /* in the object */
	size_t pc;              /* in the program */
	const struct reloc *reloc;
};

static const char *section_name(const struct linking *k, uint32_t section)
{
	return k->l->im.sections[section].name;
}

#define SITE_FAIL(k, s, fmt, ...)                                                                 \
	image_fail(&(k)->l->im, "section %s: offset 0x%llx: " fmt, section_name(k, (s)->section), \
		   (unsigned long long)(s)->slot *SLOT __VA_OPT__(, ) __VA_ARGS__)

static size_t first_reloc(const struct section *sec, uint64_t off)
{
	size_t lo = 0, hi = sec->n_relocs;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (sec->relocs[mid].off < off)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static bool append(struct linking *k, struct function *f)
{
	size_t n = f->end - f->start;
	if (!n)
		return image_fail(&k->l->im, "section %s: function %s: expected at least one instruction",
				  section_name(k, f->section), f->name);
	k->l->slots += n;
	if (k->n + n > PROGRAM_SLOTS_MAX || k->l->slots > OBJECT_SLOTS_MAX)
		return image_fail(&k->l->im,
				  "section %s: program %s: expected at most %d instructions with its functions",
				  section_name(k, k->entry->section), k->entry->name, PROGRAM_SLOTS_MAX);
	f->program = k->number;
	f->piece = (uint32_t)k->n_pieces;
	*MEMORY_PUSH(k->pieces, k->n_pieces) =
	    (struct piece){f, (uint32_t)k->n, f->start,
			   first_reloc(&k->l->im.sections[f->section], (uint64_t)f->start * SLOT), NO_PIECE};
	k->bytes = realloc(k->bytes, (k->n + n) * SLOT);
	if (!k->bytes)
		memory_die(__FILE__, __LINE__);
	memcpy(k->bytes + k->n * SLOT, k->l->im.sections[f->section].data + (size_t)f->start * SLOT, n * SLOT);
	k->n += n;
	return true;
}

static void patch(uint8_t *insn, unsigned kind, uint32_t imm)
{
	insn[1] = (uint8_t)((insn[1] & 0x0f) | kind << 4);
	image_set_word(insn + 4, imm);
}

/* Points a local call or a function's address at the function that begins at `slot` of `section`. */
static bool patch_function(struct linking *k, struct site *s, uint32_t section, int64_t slot)
{
	struct function *f = function_find(k->l, section, slot);
	if (!f)
		return SITE_FAIL(k, s, "expected a function at offset %lld of section %s", (long long)slot * SLOT,
				 section_name(k, section));
	size_t at = (size_t)(s->bytes - k->bytes);
	if (f->program != k->number && !append(k, f))
		return false;
	uint8_t *insn = k->bytes + at; /* append may have moved it */
	unsigned kind = insn[0] == OPCODE_CALL ? CALL_LOCAL : WIDE_FUNC;
	patch(insn, kind, k->pieces[f->piece].start - (uint32_t)s->pc - 1);
	return true;
}

static int find_extern(struct loader *l, uint32_t symbol, bool is_call)
{
	if (l->symbol_extern[symbol] < 0) {
		const struct symbol *s = &l->im.symbols[symbol];
		struct extern_symbol *e = MEMORY_PUSH(l->o->externs, l->o->n_externs);
		bool is_function = is_call || s->type == STT_FUNC ||
				   (l->btf && btf__find_by_name_kind(l->btf, s->name, BTF_KIND_FUNC) > 0);
		*e = (struct extern_symbol){
		    .name = memory_string(s->name), .is_weak = s->bind == STB_WEAK, .is_function = is_function,
		    .type = extern_type(l, s->name)};
		l->symbol_extern[symbol] = (int)l->o->n_externs - 1;
	}
	l->o->externs[l->symbol_extern[symbol]].is_function |= is_call;
	return l->symbol_extern[symbol];
}

static int find_map_at(const struct loader *l, uint32_t section, int64_t off)
{
	for (size_t i = 0; i < l->im.n_symbols; i++) {
		const struct symbol *s = &l->im.symbols[i];
		if (l->symbol_map[i] >= 0 && s->section == section && (int64_t)s->value == off)
			return l->symbol_map[i];
	}
	return -1;
}

static bool relocate_call(struct linking *k, struct site *s, const struct symbol *sym)
{
	const struct image *im = &k->l->im;
	if (s->reloc->type != RELOC_64_32)
		return SITE_FAIL(k, s, "expected a relocation of type %d for a call, found %u", RELOC_64_32,
				 s->reloc->type);
	if (sym->section == SHN_UNDEF) {
		patch(s->bytes, CALL_KFUNC, (uint32_t)find_extern(k->l, s->reloc->symbol, true));
		return true;
	}
	if (sym->section >= SHN_LORESERVE || !image_is_code(&im->sections[sym->section]))
		return SITE_FAIL(k, s, "expected a function to call, found symbol %s", sym->name);
	int64_t target = (int64_t)(sym->value / SLOT) + (int32_t)image_word(s->bytes + 4) + 1 + s->reloc->addend / SLOT;
	return patch_function(k, s, sym->section, target);
}

static bool relocate_data(struct linking *k, struct site *s, const struct symbol *sym, int64_t off)
{
	const struct loader *l = k->l;
	int map = l->section_map[sym->section];
	if (map >= 0) {
		const struct map *m = &l->o->maps[map];
		if (off < 0 || off >= m->value_size)
			return SITE_FAIL(k, s,
					 "expected an address inside the %u bytes of section %s, found offset %lld",
					 m->value_size, m->name, (long long)off);
		patch(s->bytes, WIDE_MAP_VALUE, (uint32_t)map);
		image_set_word(s->bytes + 12, (uint32_t)off);
		return true;
	}
	map = l->symbol_map[s->reloc->symbol];
	if (map < 0)
		map = find_map_at(l, sym->section, off);
	if (map < 0)
		return SITE_FAIL(k, s, "expected a map, data or a function, found symbol %s of section %s", sym->name,
				 section_name(k, sym->section));
	patch(s->bytes, WIDE_MAP, (uint32_t)map);
	image_set_word(s->bytes + 12, 0);
	return true;
}

static bool relocate_wide(struct linking *k, struct site *s, const struct symbol *sym)
{
	const struct image *im = &k->l->im;
	if (s->reloc->type != RELOC_64_64)
		return SITE_FAIL(k, s, "expected a relocation of type %d for an address, found %u", RELOC_64_64,
				 s->reloc->type);
	if (sym->section == SHN_UNDEF) {
		patch(s->bytes, WIDE_BTF_ID, (uint32_t)find_extern(k->l, s->reloc->symbol, false));
		image_set_word(s->bytes + 12, 0);
		return true;
	}
	if (sym->section >= SHN_LORESERVE)
		return SITE_FAIL(k, s, "expected symbol %s in a section, found it common or absolute", sym->name);
	int64_t addend = (int32_t)image_word(s->bytes + 4);
	if (__builtin_add_overflow(addend, s->reloc->addend, &addend) ||
	    __builtin_add_overflow(addend, (int64_t)sym->value, &addend))
		return SITE_FAIL(k, s, "expected an offset that fits 64 bits for symbol %s", sym->name);
	if (!image_is_code(&im->sections[sym->section]))
		return relocate_data(k, s, sym, addend);
	if (addend % SLOT)
		return SITE_FAIL(k, s, "expected the address of a function, found offset %lld", (long long)addend);
	image_set_word(s->bytes + 12, 0);
	return patch_function(k, s, sym->section, addend / SLOT);
}

static bool relocate(struct linking *k, struct site *s)
{
	if (s->reloc->off % SLOT)
		return SITE_FAIL(k, s, "expected relocations at whole instructions, found one at offset 0x%llx",
				 (unsigned long long)s->reloc->off);
	const struct symbol *sym = &k->l->im.symbols[s->reloc->symbol];
	if (s->bytes[0] == OPCODE_CALL)
		return relocate_call(k, s, sym);
	if (s->bytes[0] == OPCODE_LDDW)
		return relocate_wide(k, s, sym);
	return SITE_FAIL(k, s, "expected a call or a 64-bit load for the relocation to %s, found opcode 0x%02x",
			 sym->name, s->bytes[0]);
}

/* Calls inside a section need no relocation; everything else that a loader would fill in does. */
static bool link_direct(struct linking *k, struct site *s)
{
	unsigned src = s->bytes[1] >> 4;
	int32_t imm = (int32_t)image_word(s->bytes + 4);
	if (s->bytes[0] == OPCODE_CALL && src == CALL_LOCAL && imm == -1 && !function_find(k->l, s->section, s->slot))
		return SITE_FAIL(k, s, "expected a relocation for the call -1, so the object is unlinked");
	if (s->bytes[0] == OPCODE_CALL && src == CALL_LOCAL)
		return patch_function(k, s, s->section, (int64_t)s->slot + imm + 1);
	if (s->bytes[0] == OPCODE_CALL && src == CALL_HELPER && imm < 0)
		return SITE_FAIL(k, s, "expected a helper or a relocation for the call %d, so the object is unlinked",
				 imm);
	if (s->bytes[0] == OPCODE_CALL && src == CALL_KFUNC)
		return SITE_FAIL(k, s, "expected a relocation for the call of a kernel function");
	if (s->bytes[0] == OPCODE_LDDW && src == WIDE_FUNC)
		return patch_function(k, s, s->section, (int64_t)s->slot + imm + 1);
	if (s->bytes[0] == OPCODE_LDDW && src != WIDE_CONST)
		return SITE_FAIL(k, s, "expected a relocation for the 64-bit load of kind %u", src);
	return true;
}

/* The next instruction of a piece; may append the piece of a callee. */
static bool link_next(struct linking *k, size_t piece)
{
	struct piece *p = &k->pieces[piece];
	const struct function *f = p->function;
	const struct section *sec = &k->l->im.sections[f->section];
	size_t pc = p->start + (p->next - f->start);
	struct site s = {k->bytes + pc * SLOT, f->section, p->next, pc, NULL};
	uint32_t slots = s.bytes[0] == OPCODE_LDDW ? 2 : 1;
	if (slots > f->end - p->next)
		return SITE_FAIL(k, &s, "expected a second slot of the 64-bit load inside function %s", f->name);
	p->next += slots;
	uint64_t end = (uint64_t)p->next * SLOT;
	if (p->reloc < sec->n_relocs && sec->relocs[p->reloc].off < end)
		s.reloc = &sec->relocs[p->reloc++];
	if (p->reloc < sec->n_relocs && sec->relocs[p->reloc].off < end)
		return SITE_FAIL(k, &s, "expected at most one relocation for an instruction");
	return s.reloc ? relocate(k, &s) : link_direct(k, &s);
}

/* Depth first, as libbpf does, so that slots are those of the kernel's log. */
static bool link_pieces(struct linking *k)
{
	for (size_t at = 0; at != NO_PIECE;) {
		if (k->pieces[at].next == k->pieces[at].function->end) {
			at = k->pieces[at].caller;
			continue;
		}
		size_t before = k->n_pieces;
		if (!link_next(k, at))
			return false;
		if (k->n_pieces > before) {
			k->pieces[before].caller = at;
			at = before;
		}
	}
	return true;
}

static bool decode(const struct linking *k, struct program *p)
{
	char err[256] = "";
	p->insns = memory_new(k->n, sizeof *p->insns);
	p->n = k->n;
	if (!insn_decode(k->bytes, k->n, p->insns, err, sizeof err))
		return image_fail(&k->l->im, "section %s: program %s: %s", p->section, p->name, err);
	p->subs = memory_new(k->n_pieces, sizeof *p->subs);
	for (size_t i = 0; i < k->n_pieces; i++) {
		const struct function *f = k->pieces[i].function;
		uint32_t start = k->pieces[i].start;
		p->subs[p->n_subs++] = (struct subprogram){
		    memory_string(f->name), start, start + (f->end - f->start), f->is_global, f->section, f->start};
		lines_add(k->l, p, f, start);
		if (!core_add(k->l, p, f, start))
			return false;
	}
	if (!program_check(p, err, sizeof err))
		return image_fail(&k->l->im, "section %s: program %s: %s", p->section, p->name, err);
	return true;
}

static void link_program(struct loader *l, struct function *entry)
{
	char why[512] = "";
	struct image *im = &l->im;
	char *err = im->err;
	size_t errlen = im->errlen;
	struct program *p = memory_new(1, sizeof *p);
	*MEMORY_PUSH(l->o->programs, l->o->n_programs) = p;
	*p = (struct program){.name = memory_string(entry->name),
			      .object = l->o,
			      .section = memory_string(l->im.sections[entry->section].name)};
	progtype_set(p);
	struct linking k = {.l = l, .entry = entry, .number = (uint32_t)l->o->n_programs};
	im->err = why;
	im->errlen = sizeof why;
	if (!append(&k, entry) || !link_pieces(&k) || !decode(&k, p))
		program_refuse(p, why);
	im->err = err;
	im->errlen = errlen;
	free(k.bytes);
	free(k.pieces);
}

bool programs_read(struct loader *l)
{
	for (size_t i = 0; i < l->n_functions; i++)
		if (l->functions[i].is_program)
			link_program(l, &l->functions[i]);
	return !programs_all_refused(l->o, l->im.err, l->im.errlen);
}
