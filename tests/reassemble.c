/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An object as assembly text that llvm-mc makes into an object again: the
 * instructions as llvm-objdump prints them, the rest as bytes. Sections come
 * in the opposite order, so that all numbers are others.
 *
 * usage: reassemble "llvm-objdump [OPTION ...]" IN.o >OUT.s
 */
#include <gelf.h>

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_SECTIONS 512
#define MAX_LINE 512

struct section {
	GElf_Shdr h;
	const char *name;
	Elf_Data *data, *relocs; /* of it, or NULL */
	int *reloc_at;           /* by offset: which relocation, from 1 */
	bool *has_symbol;        /* by offset */
	bool written;
};

static struct section sections[MAX_SECTIONS];
static size_t n_sections;
static Elf_Data *symbols;
static size_t n_symbols, strings;
static Elf *elf;
static char **texts; /* of the instructions of all code sections, by file offset / 8 */
static size_t n_texts;

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "reassemble: %s\n", what);
	exit(1);
}

static void *need(void *p)
{
	if (!p)
		fail("out of memory");
	return p;
}

static GElf_Sym symbol(size_t i, const char **name)
{
	GElf_Sym s;
	if (!gelf_getsym(symbols, (int)i, &s))
		fail("a symbol can't be read");
	*name = elf_strptr(elf, strings, s.st_name);
	return s;
}

static void index_section(struct section *s)
{
	GElf_Rel r;
	s->reloc_at = need(calloc(s->h.sh_size + 1, sizeof *s->reloc_at));
	s->has_symbol = need(calloc(s->h.sh_size + 1, sizeof *s->has_symbol));
	for (int i = 0; s->relocs && gelf_getrel(s->relocs, i, &r); i++)
		if (r.r_offset < s->h.sh_size)
			s->reloc_at[r.r_offset] = i + 1;
	for (size_t i = 1; i < n_symbols; i++) {
		const char *name;
		GElf_Sym sym = symbol(i, &name);
		if (&sections[sym.st_shndx % MAX_SECTIONS] == s && sym.st_value <= s->h.sh_size)
			s->has_symbol[sym.st_value] = true;
	}
}

static void read_sections(void)
{
	Elf_Scn *scn = NULL;
	size_t names;
	if (elf_getshdrstrndx(elf, &names))
		fail("no section names");
	for (n_sections = 1; (scn = elf_nextscn(elf, scn)); n_sections++) {
		struct section *s = &sections[n_sections];
		if (n_sections + 1 == MAX_SECTIONS || !gelf_getshdr(scn, &s->h))
			fail("too many sections");
		s->name = elf_strptr(elf, names, s->h.sh_name);
		s->data = elf_getdata(scn, NULL);
		if (s->h.sh_type == SHT_SYMTAB) {
			symbols = s->data;
			strings = s->h.sh_link;
			n_symbols = s->h.sh_size / s->h.sh_entsize;
		}
	}
	for (size_t i = 1; i < n_sections; i++)
		if (sections[i].h.sh_type == SHT_REL && sections[i].h.sh_info < n_sections)
			sections[sections[i].h.sh_info].relocs = sections[i].data;
	for (size_t i = 1; i < n_sections; i++) {
		struct section *s = &sections[i];
		index_section(s);
		sections[i].written = (s->h.sh_type == SHT_PROGBITS || s->h.sh_type == SHT_NOBITS) && s->h.sh_size;
	}
}

static bool is_code(const struct section *s)
{
	return (s->h.sh_flags & SHF_EXECINSTR) != 0;
}

/* "      12:	r1 = 0x0 ll" of "Disassembly of section X:", without where a jump leads. */
static void read_texts(const char *objdump, const char *path)
{
	char command[1024], line[MAX_LINE];
	const struct section *now = NULL;
	n_texts = 0;
	for (size_t i = 1; i < n_sections; i++)
		if (sections[i].h.sh_offset + sections[i].h.sh_size > n_texts)
			n_texts = sections[i].h.sh_offset + sections[i].h.sh_size;
	texts = need(calloc(n_texts + 1, sizeof *texts));
	snprintf(command, sizeof command, "%s -d --no-show-raw-insn %s", objdump, path);
	FILE *f = need(popen(command, "r"));
	while (fgets(line, sizeof line, f)) {
		char name[256], *tab = strchr(line, '\t');
		unsigned long slot;
		if (sscanf(line, "Disassembly of section %255[^:]:", name) == 1)
			for (size_t i = 1; i < n_sections; i++)
				now = is_code(&sections[i]) && !strcmp(sections[i].name, name) ? &sections[i] : now;
		if (!now || !tab || sscanf(line, " %lu:", &slot) != 1 || 8 * slot >= now->h.sh_size)
			continue;
		tab[strcspn(tab, "\n")] = 0;
		if (tab[strlen(tab) - 1] == '>')
			*strrchr(tab, '<') = 0;
		texts[now->h.sh_offset + 8 * slot] = need(strdup(tab + 1));
	}
	if (pclose(f))
		fail("llvm-objdump failed");
}

/* The relocation at an offset: true with its symbol. */
static bool find_reloc(const struct section *s, uint64_t off, size_t *sym, unsigned *type)
{
	GElf_Rel r;
	if (!s->reloc_at[off] || !gelf_getrel(s->relocs, s->reloc_at[off] - 1, &r))
		return false;
	*sym = GELF_R_SYM(r.r_info);
	*type = (unsigned)GELF_R_TYPE(r.r_info);
	return true;
}

static uint32_t word(const struct section *s, uint64_t off)
{
	uint32_t v;
	memcpy(&v, (const char *)s->data->d_buf + off, sizeof v);
	return v;
}

/* What a relocation names, and how far behind it. */
static void print_target(size_t sym, int64_t addend)
{
	const char *name;
	GElf_Sym s = symbol(sym, &name);
	if (GELF_ST_TYPE(s.st_info) == STT_SECTION)
		printf(".Lsection%u", s.st_shndx);
	else
		printf("\"%s\"", name);
	if (addend)
		printf("%+lld", (long long)addend);
}

/* A call of the function that begins there. */
static void print_call_to(size_t section, int64_t at)
{
	for (size_t i = 1; i < n_symbols; i++) {
		const char *name;
		GElf_Sym f = symbol(i, &name);
		if (f.st_shndx == section && (int64_t)f.st_value == at && GELF_ST_TYPE(f.st_info) == STT_FUNC) {
			printf("\tcall \"%s\"\n", name);
			return;
		}
	}
	fail("a call leads to no function");
}

/* Functions are named by themselves, or by their place in a section. */
static void print_call(const struct section *s, uint64_t off, size_t sym)
{
	const char *name;
	GElf_Sym to = symbol(sym, &name);
	if (to.st_shndx == SHN_UNDEF || GELF_ST_TYPE(to.st_info) != STT_SECTION)
		printf("\tcall \"%s\"\n", name);
	else
		print_call_to(to.st_shndx, (int64_t)to.st_value + 8 * ((int64_t)(int32_t)word(s, off + 4) + 1));
}

static void print_insn(const struct section *s, uint64_t off)
{
	size_t sym;
	unsigned type;
	const char *text = texts[s->h.sh_offset + off];
	bool wide = (word(s, off) & 0xff) == 0x18, local = (word(s, off) & 0xf0ff) == 0x1085;
	if (!text || strstr(text, "unknown"))
		fail("llvm-objdump shows no instruction");
	bool named = find_reloc(s, off, &sym, &type);
	if (!named && local) {
		print_call_to((size_t)(s - sections), (int64_t)off + 8 * ((int64_t)(int32_t)word(s, off + 4) + 1));
	} else if (!named) {
		printf("\t%s\n", text);
	} else if (wide) {
		printf("\tr%u = ", word(s, off) >> 8 & 0xf);
		print_target(sym, (int32_t)word(s, off + 4));
		printf(" ll\n");
	} else {
		print_call(s, off, sym);
	}
}

static void print_data(const struct section *s, uint64_t off, uint64_t *step)
{
	size_t sym;
	unsigned type;
	if (s->h.sh_type == SHT_NOBITS) {
		printf("\t.zero 1\n");
		*step = 1;
	} else if (find_reloc(s, off, &sym, &type)) {
		*step = type == 2 ? 8 : 4;
		printf(*step == 8 ? "\t.quad " : "\t.long ");
		print_target(sym, word(s, off));
		putchar('\n');
	} else {
		printf("\t.byte %u\n", ((const uint8_t *)s->data->d_buf)[off]);
		*step = 1;
	}
}

static void print_symbol(const char *name, const GElf_Sym *s)
{
	static const char *const binds[] = {[STB_LOCAL] = "local", [STB_GLOBAL] = "globl", [STB_WEAK] = "weak"};
	printf("\t.%s \"%s\"\n", binds[GELF_ST_BIND(s->st_info)], name);
	if (GELF_ST_VISIBILITY(s->st_other) == STV_HIDDEN)
		printf("\t.hidden \"%s\"\n", name);
	if (GELF_ST_TYPE(s->st_info) == STT_FUNC || GELF_ST_TYPE(s->st_info) == STT_OBJECT) {
		printf("\t.type \"%s\",@%s\n", name, GELF_ST_TYPE(s->st_info) == STT_FUNC ? "function" : "object");
		printf("\t.size \"%s\",%llu\n", name, (unsigned long long)s->st_size);
	}
}

/* Labels are of no interest, unless a relocation names them. */
static void print_symbols_at(size_t section, uint64_t off)
{
	for (size_t i = 1; i < n_symbols; i++) {
		const char *name;
		GElf_Sym s = symbol(i, &name);
		unsigned type = (unsigned)GELF_ST_TYPE(s.st_info);
		if (s.st_shndx != section || s.st_value != off || type == STT_SECTION || !*name)
			continue;
		if (type == STT_NOTYPE && is_code(&sections[section]) && !s.st_size)
			continue;
		print_symbol(name, &s);
		printf("\"%s\":\n", name);
	}
}

static void print_section(size_t i)
{
	const struct section *s = &sections[i];
	const GElf_Xword f = s->h.sh_flags;
	printf("\t.section \"%s\",\"%s%s%s%s%s\",@%s", s->name, f & SHF_ALLOC ? "a" : "", f & SHF_WRITE ? "w" : "",
	       f & SHF_EXECINSTR ? "x" : "", f & SHF_MERGE ? "M" : "", f & SHF_STRINGS ? "S" : "",
	       s->h.sh_type == SHT_NOBITS ? "nobits" : "progbits");
	if (f & SHF_MERGE)
		printf(",%llu", (unsigned long long)s->h.sh_entsize);
	printf("\n\t.balign %llu\n.Lsection%zu:\n", (unsigned long long)s->h.sh_addralign, i);
	for (uint64_t off = 0, step; off < s->h.sh_size; off += step) {
		if (s->has_symbol[off])
			print_symbols_at(i, off);
		if (is_code(s)) {
			print_insn(s, off);
			step = (word(s, off) & 0xff) == 0x18 ? 16 : 8;
		} else {
			print_data(s, off, &step);
		}
	}
}

int main(int argc, char **argv)
{
	int fd = argc == 3 ? open(argv[2], O_RDONLY) : -1;
	elf_version(EV_CURRENT);
	if (fd < 0 || !(elf = elf_begin(fd, ELF_C_READ, NULL)))
		fail("usage: reassemble \"llvm-objdump [OPTION ...]\" IN.o >OUT.s");
	read_sections();
	if (!symbols)
		fail("no symbols");
	read_texts(argv[1], argv[2]);
	for (size_t i = 1; i < n_symbols; i++) {
		const char *name;
		GElf_Sym s = symbol(i, &name);
		if (s.st_shndx == SHN_UNDEF && *name)
			print_symbol(name, &s);
	}
	for (size_t i = n_sections; i-- > 1;)
		if (sections[i].written)
			print_section(i);
	elf_end(elf);
	close(fd);
	return 0;
}
