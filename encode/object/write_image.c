/* SPDX-License-Identifier: BSD-2-Clause */
/* The ELF file around written sections: symbol table, name tables, section headers. */
#include "write.h"

#include "memory.h"

#include <errno.h>
#include <string.h>

static uint32_t append_name(struct writer *w, uint32_t table, const char *name)
{
	return (uint32_t)writer_append(w, table, name, strlen(name) + 1);
}

/* One symbol per section at the section's index, then named ones, the local first. Returns their final indices. */
static uint32_t *order_symbols(const struct writer *w, size_t n_sections, uint32_t *first_global)
{
	uint32_t *order = memory_new(w->n_symbols, sizeof *order), next = (uint32_t)n_sections;
	for (int local = 1; local >= 0; local--) {
		for (size_t i = 0; i < w->n_symbols; i++)
			if ((w->symbols[i].bind == STB_LOCAL) == local)
				order[i] = next++;
		if (local)
			*first_global = next;
	}
	return order;
}

static void resolve_relocs(struct writer *w, const uint32_t *order)
{
	for (size_t i = 0; i < w->n_sections; i++) {
		struct out_section *s = &w->sections[i];
		for (size_t at = 0; s->type == SHT_REL && at < s->size; at += sizeof(Elf64_Rel)) {
			Elf64_Rel r;
			memcpy(&r, s->data + at, sizeof r);
			uint64_t symbol = ELF64_R_SYM(r.r_info);
			if (symbol & NAMED)
				r.r_info = ELF64_R_INFO((uint64_t)order[symbol & ~NAMED], ELF64_R_TYPE(r.r_info));
			memcpy(s->data + at, &r, sizeof r);
		}
	}
}

static uint32_t write_symbols(struct writer *w)
{
	size_t n_sections = w->n_sections, n = n_sections + w->n_symbols;
	uint32_t first_global = 0, *order = order_symbols(w, n_sections, &first_global);
	resolve_relocs(w, order);
	uint32_t symtab = writer_add_section(w, ".symtab", SHT_SYMTAB, 0, 8);
	uint32_t strtab = writer_add_section(w, ".strtab", SHT_STRTAB, 0, 1);
	Elf64_Sym *table = memory_new(n, sizeof *table);
	append_name(w, strtab, "");
	for (size_t i = 1; i < n_sections; i++)
		table[i] = (Elf64_Sym){.st_info = ELF64_ST_INFO(STB_LOCAL, STT_SECTION), .st_shndx = (Elf64_Half)i};
	for (size_t i = 0; i < w->n_symbols; i++) {
		const struct out_symbol *s = &w->symbols[i];
		table[order[i]] = (Elf64_Sym){.st_name = append_name(w, strtab, s->name),
					      .st_info = (unsigned char)ELF64_ST_INFO(s->bind, s->type),
					      .st_shndx = s->section,
					      .st_value = s->value,
					      .st_size = s->size};
	}
	writer_append(w, symtab, table, n * sizeof *table);
	w->sections[symtab].link = strtab;
	w->sections[symtab].info = first_global;
	w->sections[symtab].entsize = sizeof(Elf64_Sym);
	for (size_t i = 0; i < n_sections; i++)
		if (w->sections[i].type == SHT_REL)
			w->sections[i].link = symtab;
	free(table);
	free(order);
	return strtab;
}

static uint64_t align_up(uint64_t v, uint64_t to)
{
	return (v + to - 1) / to * to;
}

static bool write_at(FILE *f, uint64_t off, const void *data, size_t size)
{
	return !size || (!fseek(f, (long)off, SEEK_SET) && fwrite(data, 1, size, f) == size);
}

static bool write_file(const struct writer *w, FILE *f, uint32_t strtab, const uint32_t *names)
{
	Elf64_Shdr *headers = memory_new(w->n_sections, sizeof *headers);
	uint64_t at = sizeof(Elf64_Ehdr);
	bool ok = true;
	for (size_t i = 1; i < w->n_sections; i++) {
		const struct out_section *s = &w->sections[i];
		at = align_up(at, s->align);
		headers[i] = (Elf64_Shdr){.sh_name = names[i],
					  .sh_type = s->type,
					  .sh_flags = s->flags,
					  .sh_offset = at,
					  .sh_size = s->size,
					  .sh_link = s->link,
					  .sh_info = s->info,
					  .sh_addralign = s->align,
					  .sh_entsize = s->entsize};
		if (s->type == SHT_NOBITS)
			continue;
		ok = ok && write_at(f, at, s->data, s->size);
		at += s->size;
	}
	at = align_up(at, 8);
	Elf64_Ehdr h = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
			.e_type = ET_REL,
			.e_machine = EM_BPF,
			.e_version = EV_CURRENT,
			.e_shoff = at,
			.e_ehsize = sizeof h,
			.e_shentsize = sizeof *headers,
			.e_shnum = (Elf64_Half)w->n_sections,
			.e_shstrndx = (Elf64_Half)strtab};
	ok = ok && write_at(f, at, headers, w->n_sections * sizeof *headers) && write_at(f, 0, &h, sizeof h);
	free(headers);
	return ok;
}

bool write_image(struct writer *w, const char *path)
{
	uint32_t strtab = write_symbols(w);
	if (w->n_sections >= SHN_LORESERVE)
		return writer_fail(w, "expected fewer than %d sections, found %zu", SHN_LORESERVE, w->n_sections);
	uint32_t *names = memory_new(w->n_sections, sizeof *names);
	for (size_t i = 1; i < w->n_sections; i++)
		names[i] = append_name(w, strtab, w->sections[i].name);
	FILE *f = fopen(path, "wb");
	bool ok = f && write_file(w, f, strtab, names);
	int error = errno;
	if (f && fclose(f))
		ok = false, error = errno;
	free(names);
	return ok || writer_fail(w, "expected a file to write at %s: %s", path, strerror(error));
}
