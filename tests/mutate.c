/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mutants of a BPF object: finds the functions in the ELF image, lists every
 * site, and writes the image with eight (or sixteen) bytes changed.
 *
 * A slot that a relocation touches is never mutated: the loader owns its bits.
 */
#include "tests/mutate.h"

#include <elf.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/mutate_edit.h"

enum { SLOT = 8 };

const char *const mutate_names[MUTATE_KINDS] = {
    [MUTATE_CONSTANT] = "constant", [MUTATE_STORE] = "store",       [MUTATE_BRANCH] = "branch",
    [MUTATE_BOUND] = "bound",       [MUTATE_WIDTH] = "width",       [MUTATE_PADDING] = "padding",
    [MUTATE_REGISTER] = "register", [MUTATE_OPERATOR] = "operator", [MUTATE_ATOMIC] = "atomic",
};

/* Where a slot lies. */
struct place {
	const char *function;                      /* in the image */
	size_t function_slot, section, offset, at; /* at: position in the image */
	bool fixed;                                /* relocated, an LDDW's tail, or not an instruction that we know */
};

struct site {
	size_t slot;
	unsigned variant;
};

struct mutate {
	uint8_t *image;
	size_t size;
	Elf *elf;
	struct insn *insns; /* one per slot, parallel to places */
	struct place *places;
	size_t n;
	struct site *sites[MUTATE_KINDS];
	size_t counts[MUTATE_KINDS];
};

static void *grow(void *array, size_t n, size_t size)
{
	void *grown = reallocarray(array, n ? n : 1, size);
	if (!grown)
		abort();
	return grown;
}

static bool read_image(struct mutate *m, const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool done = fstat(fd, &st) == 0 && st.st_size > 0;
	if (done) {
		m->size = (size_t)st.st_size;
		m->image = grow(NULL, m->size, 1);
		done = read(fd, m->image, m->size) == (ssize_t)m->size;
	}
	close(fd);
	return done;
}

static void add_function(struct mutate *m, const char *name, const GElf_Sym *symbol, const GElf_Shdr *section)
{
	size_t slots = symbol->st_size / SLOT, start = section->sh_offset + symbol->st_value;
	if (symbol->st_value + symbol->st_size > section->sh_size || start + slots * SLOT > m->size)
		return;
	m->insns = grow(m->insns, m->n + slots, sizeof(*m->insns));
	m->places = grow(m->places, m->n + slots, sizeof(*m->places));
	for (size_t i = 0; i < slots; i++)
		m->places[m->n++] = (struct place){.function = name,
						   .function_slot = i,
						   .section = symbol->st_shndx,
						   .offset = symbol->st_value + i * SLOT,
						   .at = start + i * SLOT};
}

static void add_functions(struct mutate *m, Elf_Scn *table, const GElf_Shdr *header, const char *only)
{
	Elf_Data *data = elf_getdata(table, NULL);
	GElf_Sym symbol;
	for (int i = 0; data && gelf_getsym(data, i, &symbol); i++) {
		GElf_Shdr section;
		const char *name = elf_strptr(m->elf, header->sh_link, symbol.st_name);
		if (GELF_ST_TYPE(symbol.st_info) != STT_FUNC || !name || (only && strcmp(only, name) != 0))
			continue;
		if (gelf_getshdr(elf_getscn(m->elf, symbol.st_shndx), &section) && section.sh_flags & SHF_EXECINSTR)
			add_function(m, name, &symbol, &section);
	}
}

static void fix_slot(struct mutate *m, size_t section, size_t offset)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->places[i].section == section && m->places[i].offset == offset / SLOT * SLOT)
			m->places[i].fixed = true;
}

static void fix_relocated(struct mutate *m, Elf_Scn *table, const GElf_Shdr *header)
{
	Elf_Data *data = elf_getdata(table, NULL);
	GElf_Rel entry;
	for (int i = 0; data && gelf_getrel(data, i, &entry); i++)
		fix_slot(m, header->sh_info, entry.r_offset);
}

static void scan_sections(struct mutate *m, uint32_t type, const char *only)
{
	GElf_Shdr header;
	for (Elf_Scn *s = NULL; (s = elf_nextscn(m->elf, s));) {
		if (!gelf_getshdr(s, &header) || header.sh_type != type)
			continue;
		if (type == SHT_SYMTAB)
			add_functions(m, s, &header, only);
		else
			fix_relocated(m, s, &header);
	}
}

static bool is_local_call(const struct insn *in)
{
	return in->op == ISA_CALL && in->src == CALL_LOCAL;
}

static void decode_slots(struct mutate *m)
{
	char ignored[128];
	for (size_t i = 0; i < m->n; i++) {
		bool known = insn_decode_slot(m->image + m->places[i].at, &m->insns[i], ignored, sizeof(ignored));
		m->places[i].fixed |= !known || is_local_call(&m->insns[i]);
		if (!known)
			m->insns[i] = (struct insn){.op = ISA_JA};
		if (m->insns[i].op != ISA_LDDW || i + 1 == m->n)
			continue;
		uint32_t high;
		memcpy(&high, m->image + m->places[i + 1].at + 4, sizeof(high));
		m->insns[i].imm64 = (uint32_t)m->insns[i].imm | (uint64_t)high << 32;
		m->insns[++i] = (struct insn){.op = ISA_WIDE_TAIL, .imm = (int32_t)high};
		m->places[i].fixed = true;
	}
}

/* The bytes of one instruction; returns how many. */
static size_t encode(const struct insn *in, uint8_t bytes[2 * SLOT])
{
	struct insn pair[2] = {*in, {.op = ISA_WIDE_TAIL, .imm = (int32_t)(uint32_t)(in->imm64 >> 32)}};
	size_t slots = in->op == ISA_LDDW ? 2 : 1;
	insn_encode(pair, slots, bytes);
	return slots * SLOT;
}

/* A mutant must differ and be a valid instruction. */
static bool is_mutant(const struct mutate *m, size_t slot, const struct insn *changed)
{
	uint8_t bytes[2 * SLOT];
	struct insn decoded;
	char ignored[128];
	size_t len = encode(changed, bytes);
	return memcmp(bytes, m->image + m->places[slot].at, len) != 0 &&
	       insn_decode_slot(bytes, &decoded, ignored, sizeof(ignored));
}

static void find_sites(struct mutate *m, enum mutation kind)
{
	struct insn changed;
	for (size_t i = 0; i < m->n; i++)
		for (unsigned v = 0; !m->places[i].fixed && v < MUTATE_VARIANTS; v++) {
			if (!mutate_edit(kind, m->insns, i, v, &changed) || !is_mutant(m, i, &changed))
				continue;
			m->sites[kind] = grow(m->sites[kind], m->counts[kind] + 1, sizeof(struct site));
			m->sites[kind][m->counts[kind]++] = (struct site){i, v};
		}
}

static const char *parse(struct mutate *m, const char *function)
{
	elf_version(EV_CURRENT);
	m->elf = elf_memory((char *)m->image, m->size);
	if (!m->elf || elf_kind(m->elf) != ELF_K_ELF)
		return "expected an ELF file";
	scan_sections(m, SHT_SYMTAB, function && strcmp(function, "-") != 0 ? function : NULL);
	if (!m->n)
		return "expected a function of that name in an executable section";
	decode_slots(m);
	scan_sections(m, SHT_REL, NULL);
	for (enum mutation kind = 0; kind < MUTATE_KINDS; kind++)
		find_sites(m, kind);
	return NULL;
}

struct mutate *mutate_open(const char *path, const char *function, char *err, size_t errlen)
{
	struct mutate *m = grow(NULL, 1, sizeof(*m));
	*m = (struct mutate){0};
	const char *failure = read_image(m, path) ? parse(m, function) : "expected a readable, non-empty file";
	if (!failure)
		return m;
	snprintf(err, errlen, "%s: %s", path, failure);
	mutate_close(m);
	return NULL;
}

void mutate_close(struct mutate *m)
{
	for (int kind = 0; kind < MUTATE_KINDS; kind++)
		free(m->sites[kind]);
	elf_end(m->elf);
	free(m->image);
	free(m->insns);
	free(m->places);
	free(m);
}

size_t mutate_slots(const struct mutate *m)
{
	return m->n;
}

bool mutate_same_code(const struct mutate *a, const struct mutate *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (memcmp(a->image + a->places[i].at, b->image + b->places[i].at, SLOT) != 0)
			return false;
	return true;
}

size_t mutate_count(const struct mutate *m, enum mutation kind)
{
	return m->counts[kind];
}

static struct insn changed_insn(const struct mutate *m, enum mutation kind, size_t index)
{
	struct insn changed;
	const struct site *site = &m->sites[kind][index];
	if (index >= m->counts[kind] || !mutate_edit(kind, m->insns, site->slot, site->variant, &changed))
		abort();
	return changed;
}

void mutate_describe(const struct mutate *m, enum mutation kind, size_t index, char *text, size_t len)
{
	char old[96], new[96];
	struct insn changed = changed_insn(m, kind, index);
	const struct place *place = &m->places[m->sites[kind][index].slot];
	insn_print(&m->insns[m->sites[kind][index].slot], old, sizeof(old));
	insn_print(&changed, new, sizeof(new));
	snprintf(text, len, "%s+%zu %s: `%s` -> `%s`", place->function, place->function_slot, mutate_names[kind], old,
		 new);
}

static bool write_all(int fd, const uint8_t *bytes, size_t size)
{
	return write(fd, bytes, size) == (ssize_t)size;
}

bool mutate_apply(const struct mutate *m, enum mutation kind, size_t index, const char *path, char *err, size_t errlen)
{
	uint8_t bytes[2 * SLOT];
	struct insn changed = changed_insn(m, kind, index);
	size_t at = m->places[m->sites[kind][index].slot].at, len = encode(&changed, bytes);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	bool done = fd >= 0 && write_all(fd, m->image, at) && write_all(fd, bytes, len) &&
		    write_all(fd, m->image + at + len, m->size - at - len);
	if (!done)
		snprintf(err, errlen, "%s: can't be written", path);
	if (fd >= 0)
		close(fd);
	return done;
}
