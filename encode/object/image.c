/* SPDX-License-Identifier: BSD-2-Clause */
/* Opens an ELF file. The header and the section table are checked before libelf sees them, so that libelf only
 * meets extents that lie inside the file and do not overlap beyond its size. */
#include "image.h"

#include "memory.h"

#include <elf.h>
#include <gelf.h>
#include <stdarg.h>
#include <string.h>

bool image_fail(const struct image *im, const char *fmt, ...)
{
	int n = snprintf(im->err, im->errlen, "%s: ", im->path);
	if (n < 0 || (size_t)n >= im->errlen)
		return false;
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(im->err + n, im->errlen - (size_t)n, fmt, ap);
	va_end(ap);
	return false;
}

static bool check_ident(const struct image *im, const uint8_t *bytes, size_t len)
{
	if (len < SELFMAG || memcmp(bytes, ELFMAG, SELFMAG))
		return image_fail(im, "offset 0: expected an ELF file");
	if (len < sizeof(Elf64_Ehdr))
		return image_fail(im, "offset 0: expected an ELF header of %zu bytes, the file has %zu",
				  sizeof(Elf64_Ehdr), len);
	if (bytes[EI_CLASS] != ELFCLASS64)
		return image_fail(im, "offset 4: expected a 64-bit ELF file (class 2), found class %u",
				  bytes[EI_CLASS]);
	if (bytes[EI_DATA] != ELFDATA2LSB)
		return image_fail(im, "offset 5: expected a little-endian ELF file (1), found byte order %u",
				  bytes[EI_DATA]);
	return true;
}

static bool check_header(const struct image *im, const Elf64_Ehdr *h, size_t len)
{
	if (h->e_machine != EM_BPF && h->e_machine != EM_NONE)
		return image_fail(im, "offset 18: expected machine BPF (247), found %u", h->e_machine);
	if (h->e_type != ET_REL)
		return image_fail(im, "offset 16: expected a relocatable file (type 1), found type %u", h->e_type);
	if (h->e_version != EV_CURRENT || h->e_ident[EI_VERSION] != EV_CURRENT)
		return image_fail(im, "offset 20: expected ELF version 1");
	if (!h->e_shnum || h->e_shentsize != sizeof(Elf64_Shdr))
		return image_fail(im, "offset 58: expected a section table with entries of %zu bytes",
				  sizeof(Elf64_Shdr));
	if (h->e_shoff > len || (len - h->e_shoff) / sizeof(Elf64_Shdr) < h->e_shnum)
		return image_fail(im, "offset 40: expected a section table inside the file's %zu bytes", len);
	if (h->e_shstrndx >= h->e_shnum)
		return image_fail(im, "offset 62: expected a section below %u for section names, found %u", h->e_shnum,
				  h->e_shstrndx);
	return true;
}

/* Sections that share bytes could make a small file look like gigabytes. */
static bool check_extents(const struct image *im, const uint8_t *bytes, const Elf64_Ehdr *h, size_t len)
{
	uint64_t total = 0;
	for (uint32_t i = 0; i < h->e_shnum; i++) {
		Elf64_Shdr s;
		memcpy(&s, bytes + h->e_shoff + i * sizeof s, sizeof s);
		if (s.sh_type == SHT_NOBITS || s.sh_type == SHT_NULL)
			continue;
		if (s.sh_offset > len || s.sh_size > len - s.sh_offset)
			return image_fail(
			    im, "section %u: expected its %llu bytes at offset %llu inside the file's %zu bytes", i,
			    (unsigned long long)s.sh_size, (unsigned long long)s.sh_offset, len);
		if (s.sh_flags & SHF_COMPRESSED)
			return image_fail(im, "section %u: expected plain contents, found compressed ones", i);
		total += s.sh_size;
	}
	if (total > len)
		return image_fail(im, "section table: expected sections that do not overlap");
	return true;
}

static bool read_section(struct image *im, size_t i, size_t shstrndx)
{
	struct section *s = &im->sections[i];
	Elf_Scn *scn = elf_getscn(im->elf, i);
	GElf_Shdr h;
	if (!scn || !gelf_getshdr(scn, &h))
		return image_fail(im, "section %zu: expected a readable header (%s)", i, elf_errmsg(-1));
	const char *name = elf_strptr(im->elf, shstrndx, h.sh_name);
	if (!name)
		return image_fail(im, "section %zu: expected a name inside the section name table", i);
	*s = (struct section){.name = name,
			      .type = h.sh_type,
			      .link = h.sh_link,
			      .info = h.sh_info,
			      .flags = h.sh_flags,
			      .size = h.sh_type == SHT_NULL ? 0 : h.sh_size};
	if (h.sh_type == SHT_NOBITS || h.sh_type == SHT_NULL || !h.sh_size)
		return true;
	Elf_Data *d = elf_rawdata(scn, NULL);
	if (!d || !d->d_buf || d->d_size != h.sh_size)
		return image_fail(im, "section %s: expected %llu bytes of contents", name,
				  (unsigned long long)h.sh_size);
	s->data = d->d_buf;
	return true;
}

static bool read_sections(struct image *im)
{
	size_t shstrndx;
	if (elf_getshdrnum(im->elf, &im->n_sections) || elf_getshdrstrndx(im->elf, &shstrndx))
		return image_fail(im, "section table: expected one that libelf reads (%s)", elf_errmsg(-1));
	im->sections = memory_new(im->n_sections, sizeof *im->sections);
	for (size_t i = 0; i < im->n_sections; i++)
		if (!read_section(im, i, shstrndx))
			return false;
	return true;
}

static bool read_symbol(struct image *im, size_t i, uint32_t strndx, const Elf64_Sym *e)
{
	const char *name = elf_strptr(im->elf, strndx, e->st_name);
	if (!name)
		return image_fail(im, "symbol %zu: expected a name inside the symbol name table", i);
	if (e->st_shndx < SHN_LORESERVE && e->st_shndx >= im->n_sections)
		return image_fail(im, "symbol %zu (%s): expected a section below %zu, found %u", i, name,
				  im->n_sections, e->st_shndx);
	struct symbol *s = &im->symbols[i];
	*s = (struct symbol){.name = name,
			     .type = ELF64_ST_TYPE(e->st_info),
			     .bind = ELF64_ST_BIND(e->st_info),
			     .visibility = ELF64_ST_VISIBILITY(e->st_other),
			     .section = e->st_shndx,
			     .value = e->st_value,
			     .size = e->st_size};
	if (s->section == SHN_UNDEF || s->section >= SHN_LORESERVE)
		return true;
	const struct section *in = &im->sections[s->section];
	if (s->type == STT_SECTION) /* has no name of its own */
		s->name = in->name;
	if (s->value > in->size || s->size > in->size - s->value)
		return image_fail(im, "symbol %zu (%s): expected it inside the %llu bytes of section %s", i, s->name,
				  (unsigned long long)in->size, in->name);
	return true;
}

static bool read_symbols(struct image *im)
{
	for (size_t i = 0; i < im->n_sections; i++) {
		const struct section *s = &im->sections[i];
		if (s->type != SHT_SYMTAB)
			continue;
		if (im->symbols)
			return image_fail(im, "section %s: expected only one symbol table", s->name);
		if (s->size % sizeof(Elf64_Sym))
			return image_fail(im, "section %s: expected symbols of %zu bytes", s->name, sizeof(Elf64_Sym));
		im->n_symbols = s->size / sizeof(Elf64_Sym);
		im->symbols = memory_new(im->n_symbols, sizeof *im->symbols);
		for (size_t k = 0; k < im->n_symbols; k++) {
			Elf64_Sym e;
			memcpy(&e, s->data + k * sizeof e, sizeof e);
			if (!read_symbol(im, k, s->link, &e))
				return false;
		}
	}
	return true;
}

static size_t reloc_size(const struct section *s)
{
	return s->type == SHT_REL ? sizeof(Elf64_Rel) : s->type == SHT_RELA ? sizeof(Elf64_Rela) : 0;
}

static int compare_relocs(const void *a, const void *b)
{
	const struct reloc *x = a, *y = b;
	return (x->off > y->off) - (x->off < y->off);
}

static bool read_reloc_section(struct image *im, const struct section *rel, struct reloc *out)
{
	size_t size = reloc_size(rel), n = rel->size / size;
	if (rel->size % size || rel->info >= im->n_sections)
		return image_fail(im, "section %s: expected relocations of %zu bytes for one section", rel->name, size);
	struct section *s = &im->sections[rel->info];
	if (s->relocs)
		return image_fail(im, "section %s: expected only one section of relocations for %s", rel->name,
				  s->name);
	for (size_t i = 0; i < n; i++) {
		Elf64_Rela e = {0};
		memcpy(&e, rel->data + i * size, size);
		out[i] = (struct reloc){e.r_offset, (uint32_t)ELF64_R_TYPE(e.r_info), (uint32_t)ELF64_R_SYM(e.r_info),
					e.r_addend};
		if (out[i].symbol >= im->n_symbols)
			return image_fail(im, "section %s: relocation %zu: expected a symbol below %zu, found %u",
					  rel->name, i, im->n_symbols, out[i].symbol);
		if (e.r_offset >= s->size)
			return image_fail(
			    im, "section %s: relocation %zu: expected an offset inside the %llu bytes of section %s",
			    rel->name, i, (unsigned long long)s->size, s->name);
	}
	qsort(out, n, sizeof *out, compare_relocs);
	s->relocs = out;
	s->n_relocs = n;
	return true;
}

static bool read_relocs(struct image *im)
{
	size_t n = 0;
	for (size_t i = 0; i < im->n_sections; i++)
		if (reloc_size(&im->sections[i]))
			n += im->sections[i].size / reloc_size(&im->sections[i]);
	im->relocs = memory_new(n, sizeof *im->relocs);
	n = 0;
	for (size_t i = 0; i < im->n_sections; i++) {
		const struct section *rel = &im->sections[i];
		if (!reloc_size(rel) || !rel->size)
			continue;
		if (!read_reloc_section(im, rel, im->relocs + n))
			return false;
		n += rel->size / reloc_size(rel);
	}
	return true;
}

bool image_open(struct image *im, const uint8_t *bytes, size_t len)
{
	Elf64_Ehdr h;
	if (!check_ident(im, bytes, len))
		return false;
	memcpy(&h, bytes, sizeof h);
	if (!check_header(im, &h, len) || !check_extents(im, bytes, &h, len))
		return false;
	elf_version(EV_CURRENT);
	im->elf = elf_memory((char *)(uintptr_t)bytes, len); /* read only: libelf copies what it converts */
	if (!im->elf)
		return image_fail(im, "offset 0: expected an ELF file that libelf reads (%s)", elf_errmsg(-1));
	return read_sections(im) && read_symbols(im) && read_relocs(im);
}

void image_close(struct image *im)
{
	free(im->sections);
	free(im->symbols);
	free(im->relocs);
	elf_end(im->elf);
}

const struct section *image_find_section(const struct image *im, const char *name)
{
	for (size_t i = 0; i < im->n_sections; i++)
		if (!strcmp(im->sections[i].name, name) && im->sections[i].data)
			return &im->sections[i];
	return NULL;
}

const struct symbol *image_find_symbol(const struct image *im, uint32_t section, const char *name)
{
	for (size_t i = 0; i < im->n_symbols; i++) {
		const struct symbol *s = &im->symbols[i];
		if (s->section == section && s->type != STT_SECTION && !strcmp(s->name, name))
			return s;
	}
	return NULL;
}

bool image_is_code(const struct section *s)
{
	return s->type == SHT_PROGBITS && (s->flags & SHF_EXECINSTR) && s->data;
}
