/* SPDX-License-Identifier: BSD-2-Clause */
/* A checked view of an ELF file: every offset, index and name below lies inside the file. */
#ifndef IMAGE_H
#define IMAGE_H

#include <libelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct section {
	const char *name;
	uint32_t type, link, info;
	uint64_t flags, size;
	const uint8_t *data;        /* size bytes, NULL where the file holds none */
	const struct reloc *relocs; /* sorted by offset */
	size_t n_relocs;
};

struct symbol {
	const char *name;
	uint8_t type, bind, visibility;
	uint32_t section; /* index, or SHN_UNDEF, SHN_ABS, SHN_COMMON */
	uint64_t value, size;
};

struct reloc {
	uint64_t off;
	uint32_t type, symbol;
	int64_t addend; /* beyond what the patched bytes hold */
};

struct image {
	const char *path;
	char *err;
	size_t errlen;
	Elf *elf;
	struct section *sections;
	size_t n_sections;
	struct symbol *symbols;
	size_t n_symbols;
	struct reloc *relocs; /* of all sections */
};

/* Opens `bytes`, which must outlive the image. On failure `err` says what was expected. */
bool image_open(struct image *im, const uint8_t *bytes, size_t len);
void image_close(struct image *im);
/* Writes "PATH: sentence" to the image's err. Always false. */
bool image_fail(const struct image *im, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The first section of that name, NULL if none. */
const struct section *image_find_section(const struct image *im, const char *name);
/* A symbol of that name in that section, NULL if none. */
const struct symbol *image_find_symbol(const struct image *im, uint32_t section, const char *name);
bool image_is_code(const struct section *s);

static inline uint32_t image_word(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline void image_set_word(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}
#endif
