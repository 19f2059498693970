/* SPDX-License-Identifier: BSD-2-Clause */
#include "encode/digest.h"

#include <nettle/sha2.h>
#include <string.h>

static const char digits[] = "0123456789abcdef";

struct digest digest_make(const void *bytes, size_t n)
{
	struct sha256_ctx context;
	struct digest d;
	sha256_init(&context);
	if (n)
		sha256_update(&context, n, bytes);
	sha256_digest(&context, sizeof d.bytes, d.bytes);
	return d;
}

bool digest_equal(const struct digest *a, const struct digest *b)
{
	return !memcmp(a->bytes, b->bytes, sizeof a->bytes);
}

void digest_print(const struct digest *d, char text[DIGEST_TEXT])
{
	for (size_t i = 0; i < sizeof d->bytes; i++) {
		text[2 * i] = digits[d->bytes[i] >> 4];
		text[2 * i + 1] = digits[d->bytes[i] & 15];
	}
	text[DIGEST_TEXT - 1] = '\0';
}

bool digest_parse(const char *text, struct digest *out)
{
	if (strlen(text) != DIGEST_TEXT - 1 || strspn(text, digits) != DIGEST_TEXT - 1)
		return false;
	for (size_t i = 0; i < sizeof out->bytes; i++) {
		size_t high = (size_t)(strchr(digits, text[2 * i]) - digits),
		       low = (size_t)(strchr(digits, text[2 * i + 1]) - digits);
		out->bytes[i] = (uint8_t)(16 * high + low);
	}
	return true;
}
