/* SPDX-License-Identifier: BSD-2-Clause */
/* Values in a row of bytes, and back: for pipes between processes of one run, and for what a cache keeps. */
#ifndef BYTES_H
#define BYTES_H

#include "checker/exec/input.h"

struct bytes {
	uint8_t *at; /* owned */
	size_t n, room;
};
void bytes_release(struct bytes *b);
/* Room for at least n more bytes behind the last one, and where it begins. */
uint8_t *bytes_grow(struct bytes *b, size_t n);
void bytes_put(struct bytes *b, const void *data, size_t n);
void bytes_put_number(struct bytes *b, uint64_t v);  /* 8 bytes, the lowest first */
void bytes_put_text(struct bytes *b, const char *s); /* with its length */
/* The entries of an input that has no seed. */
void bytes_put_input(struct bytes *b, const struct input *in);

/* Reads in the same order. Once something is not there, `broken` stays set and all else reads as 0. */
struct bytes_reader {
	const uint8_t *at;
	size_t n;
	bool broken;
};
bool bytes_get(struct bytes_reader *r, void *data, size_t n);
uint64_t bytes_get_number(struct bytes_reader *r);
/* Into buf, which has room for len bytes with the NUL; broken if it is longer. */
void bytes_get_text(struct bytes_reader *r, char *buf, size_t len);
/* The caller frees it; NULL if it is broken. */
struct input *bytes_get_input(struct bytes_reader *r);
/* All of it was read, and nothing was missing. */
bool bytes_is_done(const struct bytes_reader *r);
#endif
