/* SPDX-License-Identifier: BSD-2-Clause */
/* The ELF file as its sections. Some are left out; then sections and symbols get new numbers wherever they are named.
 */
#include "patcher.h"

#include "memory.h"

#include <string.h>

enum { ADDRSIG = 0x6fff4c03, ALIGN_MAX = 4096 }; /* SHT_LLVM_ADDRSIG: numbers of symbols as ULEB128 */

void parts_read(struct patcher *k)
{
	const struct store *store = (const struct store *)k->o;
	memcpy(&k->header, store->file, sizeof k->header);
	k->parts = memory_new(k->l.im.n_sections, sizeof *k->parts);
	for (size_t i = 0; i < k->l.im.n_sections; i++) {
		struct part *p = &k->parts[i];
		memcpy(&p->h, store->file + k->header.e_shoff + i * sizeof p->h, sizeof p->h);
		const struct section *s = &k->l.im.sections[i];
		if (!s->data)
			continue;
		p->data = memory_new(s->size, 1);
		memcpy(p->data, s->data, s->size);
	}
}

void parts_release(struct patcher *k)
{
	for (size_t i = 0; k->parts && i < k->l.im.n_sections; i++)
		free(k->parts[i].data);
	free(k->parts);
}

struct part *part_find(const struct patcher *k, const char *name)
{
	const struct section *s = image_find_section(&k->l.im, name);
	return s ? &k->parts[s - k->l.im.sections] : NULL;
}

static size_t reloc_size(const struct part *p)
{
	return p->h.sh_type == SHT_REL ? sizeof(Elf64_Rel) : p->h.sh_type == SHT_RELA ? sizeof(Elf64_Rela) : 0;
}

struct part *part_relocs(const struct patcher *k, uint32_t section)
{
	for (size_t i = 0; i < k->l.im.n_sections; i++)
		if (reloc_size(&k->parts[i]) && k->parts[i].h.sh_info == section)
			return &k->parts[i];
	return NULL;
}

void part_set(struct part *p, uint8_t *data, uint64_t size)
{
	free(p->data);
	p->data = data;
	p->h.sh_size = size;
}

/* Offsets into code that nobody moves. */
static bool is_debug(const char *name)
{
	return !strncmp(name, ".debug_", 7) || !strcmp(name, ".eh_frame");
}

void parts_choose(struct patcher *k)
{
	for (size_t i = 0; k->is_changed && i < k->l.im.n_sections; i++) {
		const struct part *p = &k->parts[i];
		uint32_t of = reloc_size(p) && p->h.sh_info < k->l.im.n_sections ? p->h.sh_info : 0;
		k->parts[i].is_dropped = is_debug(k->l.im.sections[i].name) || is_debug(k->l.im.sections[of].name);
	}
}

static void number_parts(struct patcher *k)
{
	uint32_t n = 0;
	for (size_t i = 0; i < k->l.im.n_sections; i++) {
		struct part *p = &k->parts[i];
		p->is_dropped |=
		    reloc_size(p) && !p->h.sh_size && k->l.im.sections[i].size; /* its last relocation went */
		p->index = p->is_dropped ? 0 : n++;
	}
}

/* The symbols that are left, and of each of the old ones its new number; 0: it is gone. */
static uint32_t *renumber_symbols(struct patcher *k, struct part *table)
{
	uint32_t *number = memory_new(k->l.im.n_symbols, sizeof *number), n = 0, locals = 0;
	for (size_t i = 0; i < k->l.im.n_symbols; i++) {
		Elf64_Sym e;
		memcpy(&e, table->data + i * sizeof e, sizeof e);
		bool in_section = e.st_shndx != SHN_UNDEF && e.st_shndx < SHN_LORESERVE;
		if (in_section && k->parts[e.st_shndx].is_dropped)
			continue;
		if (in_section)
			e.st_shndx = (Elf64_Half)k->parts[e.st_shndx].index;
		memcpy(table->data + n * sizeof e, &e, sizeof e);
		locals += i < table->h.sh_info;
		number[i] = n++;
	}
	table->h.sh_info = locals;
	table->h.sh_size = n * sizeof(Elf64_Sym);
	return number;
}

static bool renumber_relocs(const struct patcher *k, const uint32_t *number, size_t section)
{
	struct part *p = &k->parts[section];
	size_t size = reloc_size(p);
	for (size_t at = 0; size && at < p->h.sh_size; at += size) {
		Elf64_Rel r; /* what both kinds begin with */
		memcpy(&r, p->data + at, sizeof r);
		uint32_t symbol = (uint32_t)ELF64_R_SYM(r.r_info);
		if (symbol && !number[symbol])
			return image_fail(&k->l.im,
					  "section %s: expected no relocation to symbol %s, which is left out",
					  k->l.im.sections[section].name, k->l.im.symbols[symbol].name);
		r.r_info = ELF64_R_INFO((uint64_t)number[symbol], ELF64_R_TYPE(r.r_info));
		memcpy(p->data + at, &r, sizeof r);
	}
	return true;
}

static size_t read_uleb(const uint8_t *p, size_t n, uint64_t *out)
{
	size_t i = 0;
	*out = 0;
	while (i < n && i < 9) {
		*out |= (uint64_t)(p[i] & 0x7f) << 7 * i;
		if (!(p[i++] & 0x80))
			break;
	}
	return i;
}

static void renumber_addresses(const struct patcher *k, const uint32_t *number, struct part *p)
{
	size_t to = 0;
	for (size_t at = 0; at < p->h.sh_size;) {
		uint64_t symbol;
		at += read_uleb(p->data + at, p->h.sh_size - at, &symbol);
		uint32_t v = symbol < k->l.im.n_symbols ? number[symbol] : 0;
		for (bool more = v != 0; more; v >>= 7) { /* no longer than before: numbers only get smaller */
			more = v >= 0x80;
			p->data[to++] = (uint8_t)((v & 0x7f) | (more ? 0x80 : 0));
		}
	}
	p->h.sh_size = to;
}

static bool renumber(struct patcher *k, const uint32_t *number)
{
	for (size_t i = 0; i < k->l.im.n_sections; i++) {
		struct part *p = &k->parts[i];
		if (p->is_dropped)
			continue;
		if (!renumber_relocs(k, number, i))
			return false;
		if (p->h.sh_type == ADDRSIG)
			renumber_addresses(k, number, p);
		if (p->h.sh_link < k->l.im.n_sections)
			p->h.sh_link = k->parts[p->h.sh_link].index;
		if ((reloc_size(p) || p->h.sh_flags & SHF_INFO_LINK) && p->h.sh_info < k->l.im.n_sections)
			p->h.sh_info = k->parts[p->h.sh_info].index;
	}
	return true;
}

bool parts_number(struct patcher *k)
{
	struct part *table = NULL;
	for (size_t i = 0; i < k->l.im.n_sections; i++) {
		uint32_t type = k->parts[i].h.sh_type;
		if (type == SHT_GROUP || type == SHT_SYMTAB_SHNDX)
			return image_fail(&k->l.im, "section %s: expected no groups, and fewer than %d sections",
					  k->l.im.sections[i].name, SHN_LORESERVE);
		if (type == SHT_SYMTAB)
			table = &k->parts[i];
	}
	number_parts(k);
	if (!table)
		return image_fail(&k->l.im, "expected a symbol table");
	uint32_t *number = renumber_symbols(k, table);
	bool ok = renumber(k, number);
	free(number);
	return ok;
}

static uint64_t align_up(uint64_t v, uint64_t to)
{
	return to > 1 ? (v + to - 1) / to * to : v;
}

/* Sets where each section begins; returns where the table of them does. */
static uint64_t place_parts(const struct patcher *k)
{
	uint64_t at = sizeof(Elf64_Ehdr);
	for (size_t i = 1; i < k->l.im.n_sections; i++) {
		struct part *p = &k->parts[i];
		if (p->is_dropped)
			continue;
		at = align_up(at, p->h.sh_addralign);
		p->h.sh_offset = at;
		at += p->data ? p->h.sh_size : 0;
	}
	return align_up(at, 8);
}

bool parts_write(const struct patcher *k, uint8_t **bytes, size_t *len)
{
	Elf64_Ehdr h = k->header;
	uint32_t n = 0;
	for (size_t i = 0; i < k->l.im.n_sections; i++) {
		n += !k->parts[i].is_dropped;
		if (k->parts[i].h.sh_addralign > ALIGN_MAX)
			return image_fail(&k->l.im, "section %s: expected an alignment of at most %d bytes",
					  k->l.im.sections[i].name, ALIGN_MAX);
	}
	h.e_shoff = place_parts(k);
	h.e_shnum = (Elf64_Half)n;
	h.e_shstrndx = (Elf64_Half)k->parts[h.e_shstrndx].index;
	*len = h.e_shoff + n * sizeof(Elf64_Shdr);
	*bytes = memory_new(*len, 1);
	memcpy(*bytes, &h, sizeof h);
	for (size_t i = 0; i < k->l.im.n_sections; i++) {
		const struct part *p = &k->parts[i];
		if (p->is_dropped)
			continue;
		memcpy(*bytes + h.e_shoff + p->index * sizeof p->h, &p->h, sizeof p->h);
		if (p->data && p->h.sh_size)
			memcpy(*bytes + p->h.sh_offset, p->data, p->h.sh_size);
	}
	return true;
}
