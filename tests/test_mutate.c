/* SPDX-License-Identifier: BSD-2-Clause */
/* The mutator, on an ELF object that the test writes itself. */
#include <criterion/criterion.h>
#include <elf.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/mutate.h"

#define INSN(c, d, s, o, i)                                                         \
	{                                                                           \
		.code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) \
	}
enum { ATOMIC_SLOT = 5, WIDE_SLOT = 7, MAP_SLOT = 9 };

static const struct bpf_insn code[] = {
    INSN(0xb7, 1, 0, 0, 0),                         /* r1 = 0 */
    INSN(0x63, 10, 1, -4, 0),                       /* *(u32 *)(r10 - 4) = r1 */
    INSN(0x25, 1, 0, 1, 5),                         /* if r1 > 5 goto +1 */
    INSN(0x0f, 2, 1, 0, 0),                         /* r2 += r1 */
    INSN(0x61, 3, 10, -4, 0),                       /* r3 = *(u32 *)(r10 - 4) */
    INSN(0xdb, 10, 3, -8, 0),                       /* lock *(u64 *)(r10 - 8) += r3 */
    INSN(0x7b, 10, 3, -16, 0),                      /* *(u64 *)(r10 - 16) = r3 */
    INSN(0x18, 4, 0, 0, -1),   INSN(0, 0, 0, 0, 7), /* r4 = 0x7ffffffff ll */
    INSN(0x18, 5, 0, 0, 0),    INSN(0, 0, 0, 0, 0), /* r5 = map ll, relocated */
    INSN(0x95, 0, 0, 0, 0),                         /* exit */
};
enum { SLOTS = sizeof(code) / sizeof(*code) };

static const char names[] = "\0.text\0.symtab\0.strtab\0.rel\0first\0second\0map";
enum { TEXT_NAME = 1, SYMTAB_NAME = 7, STRTAB_NAME = 15, REL_NAME = 23, FIRST = 28, SECOND = 34, MAP = 41 };

/* Two functions with the same code in one section. */
static struct image {
	Elf64_Ehdr header;
	struct bpf_insn text[2 * SLOTS];
	Elf64_Sym symbols[4];
	Elf64_Rel relocations[2];
	char names[sizeof(names)];
	Elf64_Shdr sections[5];
} image;

static char path[] = "/tmp/test_mutate.XXXXXX", mutant[] = "/tmp/test_mutant.XXXXXX";

static Elf64_Shdr section(uint32_t name, uint32_t type, size_t at, size_t size, size_t entry, uint32_t link)
{
	return (Elf64_Shdr){.sh_name = name,
			    .sh_type = type,
			    .sh_offset = at,
			    .sh_size = size,
			    .sh_entsize = entry,
			    .sh_link = link,
			    .sh_info = 1,
			    .sh_addralign = 1,
			    .sh_flags = type == SHT_PROGBITS ? SHF_EXECINSTR : 0};
}

static Elf64_Sym function(uint32_t name, size_t at)
{
	return (Elf64_Sym){.st_name = name,
			   .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
			   .st_shndx = 1,
			   .st_value = at,
			   .st_size = sizeof(code)};
}

static void build_image(void)
{
	memcpy(image.header.e_ident, ELFMAG, SELFMAG);
	image.header.e_ident[EI_CLASS] = ELFCLASS64;
	image.header.e_ident[EI_DATA] = ELFDATA2LSB;
	image.header.e_ident[EI_VERSION] = EV_CURRENT;
	image.header.e_type = ET_REL;
	image.header.e_machine = EM_BPF;
	image.header.e_version = EV_CURRENT;
	image.header.e_shoff = offsetof(struct image, sections);
	image.header.e_ehsize = sizeof(Elf64_Ehdr);
	image.header.e_shentsize = sizeof(Elf64_Shdr);
	image.header.e_shnum = 5;
	image.header.e_shstrndx = 3;
	memcpy(image.text, code, sizeof(code));
	memcpy(image.text + SLOTS, code, sizeof(code));
	memcpy(image.names, names, sizeof(names));
	image.symbols[1] = function(FIRST, 0);
	image.symbols[2] = function(SECOND, sizeof(code));
	image.symbols[3] = (Elf64_Sym){.st_name = MAP, .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT), .st_shndx = 2};
	for (size_t i = 0; i < 2; i++)
		image.relocations[i] = (Elf64_Rel){(i * SLOTS + MAP_SLOT) * 8, ELF64_R_INFO(3, 1)};
	image.sections[1] = section(TEXT_NAME, SHT_PROGBITS, offsetof(struct image, text), sizeof(image.text), 0, 0);
	image.sections[2] = section(SYMTAB_NAME, SHT_SYMTAB, offsetof(struct image, symbols), sizeof(image.symbols),
				    sizeof(Elf64_Sym), 3);
	image.sections[3] = section(STRTAB_NAME, SHT_STRTAB, offsetof(struct image, names), sizeof(names), 0, 0);
	image.sections[4] = section(REL_NAME, SHT_REL, offsetof(struct image, relocations), sizeof(image.relocations),
				    sizeof(Elf64_Rel), 2);
}

static void setup(void)
{
	build_image();
	int fd = mkstemp(path), other = mkstemp(mutant);
	cr_assert(fd >= 0 && other >= 0);
	cr_assert_eq(write(fd, &image, sizeof(image)), (ssize_t)sizeof(image));
	close(fd);
	close(other);
}

static void teardown(void)
{
	unlink(path);
	unlink(mutant);
}

TestSuite(mutate, .init = setup, .fini = teardown);

static struct mutate *open_function(const char *name)
{
	char err[256] = "";
	struct mutate *m = mutate_open(path, name, err, sizeof(err));
	cr_assert_not_null(m, "%s", err);
	return m;
}

static struct image apply(const struct mutate *m, enum mutation kind, size_t index)
{
	struct image changed;
	char err[256];
	cr_assert(mutate_apply(m, kind, index, mutant, err, sizeof(err)), "%s", err);
	int fd = open(mutant, O_RDONLY);
	cr_assert_eq(read(fd, &changed, sizeof(changed)), (ssize_t)sizeof(changed));
	close(fd);
	return changed;
}

/* The only slot that differs, 2 * SLOTS if none or several do, or bytes outside of the code. */
static size_t changed_slot(const struct image *changed)
{
	size_t slot = 2 * SLOTS, count = 0;
	for (size_t i = 0; i < 2 * SLOTS; i++)
		if (memcmp(&changed->text[i], &image.text[i], sizeof(struct bpf_insn)) != 0 &&
		    (count++ == 0 || i != slot + 1 || slot % SLOTS != WIDE_SLOT))
			slot = count == 1 ? i : 2 * SLOTS;
	struct image rest = *changed;
	memcpy(rest.text, image.text, sizeof(rest.text));
	return memcmp(&rest, &image, sizeof(rest)) == 0 ? slot : 2 * SLOTS;
}

Test(mutate, changes_one_instruction_of_the_function)
{
	struct mutate *m = open_function("second");
	for (enum mutation kind = 0; kind < MUTATE_KINDS; kind++)
		for (size_t i = 0; i < mutate_count(m, kind); i++) {
			struct image changed = apply(m, kind, i);
			size_t slot = changed_slot(&changed);
			cr_expect(slot >= SLOTS && slot < 2 * SLOTS, "%s %zu", mutate_names[kind], i);
		}
	mutate_close(m);
}

Test(mutate, leaves_relocated_slots_alone)
{
	struct mutate *m = open_function("first");
	for (enum mutation kind = 0; kind < MUTATE_KINDS; kind++)
		for (size_t i = 0; i < mutate_count(m, kind); i++) {
			struct image changed = apply(m, kind, i);
			size_t slot = changed_slot(&changed);
			cr_expect(slot != MAP_SLOT && slot != MAP_SLOT + 1, "%s %zu", mutate_names[kind], i);
		}
	mutate_close(m);
}

Test(mutate, counts_every_kind)
{
	static const size_t expected[MUTATE_KINDS] = {
	    [MUTATE_CONSTANT] = 12, /* r1 = 0, > 5, the wide constant */
	    [MUTATE_STORE] = 2,     [MUTATE_BRANCH] = 1,   [MUTATE_BOUND] = 1,
	    [MUTATE_PADDING] = 1,   [MUTATE_OPERATOR] = 2, /* + and the atomic + */
	    [MUTATE_ATOMIC] = 1,
	};
	struct mutate *m = open_function("first"), *all = open_function(NULL), *dash = open_function("-");
	for (enum mutation kind = 0; kind < MUTATE_KINDS; kind++) {
		if (expected[kind])
			cr_expect_eq(mutate_count(m, kind), expected[kind], "%s: %zu", mutate_names[kind],
				     mutate_count(m, kind));
		cr_expect_gt(mutate_count(m, kind), 0);
		cr_expect_eq(mutate_count(all, kind), 2 * mutate_count(m, kind));
		cr_expect_eq(mutate_count(dash, kind), mutate_count(all, kind));
	}
	cr_expect_eq(mutate_slots(all), 2 * SLOTS);
	mutate_close(m);
	mutate_close(all);
	mutate_close(dash);
}

Test(mutate, drops_by_a_jump_to_the_next)
{
	struct bpf_insn nop = INSN(0x05, 0, 0, 0, 0);
	struct mutate *m = open_function("first");
	struct image atomic = apply(m, MUTATE_ATOMIC, 0), padding = apply(m, MUTATE_PADDING, 0);
	cr_expect_eq(memcmp(&atomic.text[ATOMIC_SLOT], &nop, sizeof(nop)), 0);
	cr_expect_eq(memcmp(&padding.text[1], &nop, sizeof(nop)), 0);
	mutate_close(m);
}

Test(mutate, inverts_and_shifts_comparisons)
{
	struct mutate *m = open_function("first");
	cr_expect_eq(apply(m, MUTATE_BRANCH, 0).text[2].code, 0xb5); /* > becomes <= */
	cr_expect_eq(apply(m, MUTATE_BOUND, 0).text[2].code, 0x35);  /* > becomes >= */
	mutate_close(m);
}

Test(mutate, carries_into_the_high_word)
{
	struct mutate *m = open_function("first");
	struct image changed = apply(m, MUTATE_CONSTANT, 8); /* third constant, + 1 */
	cr_expect_eq(changed.text[WIDE_SLOT].imm, 0);
	cr_expect_eq(changed.text[WIDE_SLOT + 1].imm, 8);
	mutate_close(m);
}

Test(mutate, tells_same_code_from_other)
{
	char err[256];
	struct mutate *first = open_function("first"), *second = open_function("second");
	cr_expect(mutate_same_code(first, second));
	apply(first, MUTATE_STORE, 0);
	struct mutate *changed = mutate_open(mutant, "first", err, sizeof(err));
	cr_assert_not_null(changed, "%s", err);
	cr_expect_not(mutate_same_code(first, changed));
	mutate_close(first);
	mutate_close(second);
	mutate_close(changed);
}

Test(mutate, describes_old_and_new)
{
	char text[256];
	struct mutate *m = open_function("second");
	mutate_describe(m, MUTATE_BOUND, 0, text, sizeof(text));
	cr_expect_str_eq(text, "second+2 bound: `if r1 > 5 goto +1` -> `if r1 >= 5 goto +1`");
	mutate_close(m);
}

Test(mutate, names_what_is_wrong)
{
	char err[256];
	cr_expect_null(mutate_open(path, "third", err, sizeof(err)));
	cr_expect(strstr(err, path) && strstr(err, "expected a function"), "%s", err);
	cr_expect_null(mutate_open("/nonexistent.o", NULL, err, sizeof(err)));
	cr_expect(strstr(err, "/nonexistent.o"), "%s", err);
	cr_expect_eq(truncate(path, 40), 0);
	cr_expect_null(mutate_open(path, NULL, err, sizeof(err)));
}
