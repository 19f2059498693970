/* SPDX-License-Identifier: BSD-2-Clause */
/* FNV-1a, 64 bits. */
#ifndef HASH_H
#define HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define HASH_BEGIN 0xcbf29ce484222325ull

static inline uint64_t hash_add(uint64_t h, const void *bytes, size_t n)
{
	for (const uint8_t *b = bytes; n--; b++)
		h = (h ^ *b) * 0x100000001b3ull;
	return h;
}

static inline uint64_t hash_add_word(uint64_t h, uint64_t word)
{
	return hash_add(h, &word, sizeof word);
}

/* With its end. */
static inline uint64_t hash_add_text(uint64_t h, const char *text)
{
	return hash_add(h, text, strlen(text) + 1);
}
#endif
