/* SPDX-License-Identifier: BSD-2-Clause */
/* Values in a row of bytes. */
#include "checker/whole/bytes.h"
#include "encode/solver/fault.h"

#include <stdlib.h>
#include <string.h>

void bytes_release(struct bytes *b)
{
	free(b->at);
	*b = (struct bytes){0};
}

uint8_t *bytes_grow(struct bytes *b, size_t n)
{
	if (b->room - b->n < n) {
		b->room = 2 * b->room + n;
		b->at = fault_realloc(b->at, b->room, 1);
	}
	return b->at + b->n;
}

void bytes_put(struct bytes *b, const void *data, size_t n)
{
	uint8_t *to = bytes_grow(b, n);
	if (n)
		memcpy(to, data, n);
	b->n += n;
}

void bytes_put_number(struct bytes *b, uint64_t v)
{
	uint8_t word[8];
	for (unsigned i = 0; i < 8; i++)
		word[i] = (uint8_t)(v >> 8 * i);
	bytes_put(b, word, sizeof word);
}

void bytes_put_text(struct bytes *b, const char *s)
{
	size_t n = strlen(s);
	bytes_put_number(b, n);
	bytes_put(b, s, n);
}

void bytes_put_input(struct bytes *b, const struct input *in)
{
	bytes_put_number(b, input_count(in));
	for (size_t i = 0; i < input_count(in); i++) {
		const struct input_entry *e = input_at(in, i);
		bytes_put_number(b, (uint64_t)e->fn);
		bytes_put_number(b, e->n);
		for (size_t k = 0; k < e->n; k++)
			bytes_put_number(b, e->args[k]);
		bytes_put_number(b, e->value);
	}
}

bool bytes_get(struct bytes_reader *r, void *data, size_t n)
{
	r->broken = r->broken || n > r->n;
	if (r->broken) {
		memset(data, 0, n);
		return false;
	}
	memcpy(data, r->at, n);
	r->at += n;
	r->n -= n;
	return true;
}

uint64_t bytes_get_number(struct bytes_reader *r)
{
	uint8_t word[8];
	uint64_t v = 0;
	bytes_get(r, word, sizeof word);
	for (unsigned i = 0; i < 8; i++)
		v |= (uint64_t)word[i] << 8 * i;
	return v;
}

void bytes_get_text(struct bytes_reader *r, char *buf, size_t len)
{
	uint64_t n = bytes_get_number(r);
	r->broken = r->broken || n >= len || n > r->n;
	bytes_get(r, buf, r->broken ? 0 : (size_t)n);
	buf[r->broken ? 0 : n] = 0;
}

struct input *bytes_get_input(struct bytes_reader *r)
{
	uint64_t args[INPUT_MAX_ARGS], n = bytes_get_number(r);
	struct input *in = input_new();
	for (uint64_t i = 0; i < n && !r->broken; i++) {
		uint64_t fn = bytes_get_number(r), n_args = bytes_get_number(r);
		r->broken = r->broken || fn >= IN_COUNT || n_args > INPUT_MAX_ARGS;
		for (uint64_t k = 0; !r->broken && k < n_args; k++)
			args[k] = bytes_get_number(r);
		uint64_t value = bytes_get_number(r);
		if (!r->broken)
			input_set(in, (enum input_fn)fn, args, (size_t)n_args, value);
	}
	if (!r->broken)
		return in;
	input_free(in);
	return NULL;
}

bool bytes_is_done(const struct bytes_reader *r)
{
	return !r->broken && !r->n;
}
