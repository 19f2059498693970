/* SPDX-License-Identifier: BSD-2-Clause */
/* SHA-256 (FIPS 180-4) of bytes, as bytes and as hex digits. */
#ifndef DIGEST_H
#define DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct digest {
	uint8_t bytes[32];
};
#define DIGEST_TEXT 65 /* bytes of the text with its end */

struct digest digest_make(const void *bytes, size_t n);
bool digest_equal(const struct digest *a, const struct digest *b);
void digest_print(const struct digest *d, char text[DIGEST_TEXT]);
/* False: not 64 hex digits in lower case. */
bool digest_parse(const char *text, struct digest *out);
#endif
