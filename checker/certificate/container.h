/* SPDX-License-Identifier: BSD-2-Clause */
/* Files in memory, and as a tar file compressed by gzip. */
#ifndef CONTAINER_H
#define CONTAINER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct container_file {
	char *name;     /* parts of letters, digits, '.', '_' and '-' with '/' between them, none of them "." or ".." */
	uint8_t *bytes; /* with a NUL behind them */
	size_t n;
};

struct container {
	struct container_file *at;
	size_t n;
};

void container_release(struct container *c);
/* The file of that name, NULL: there is none. Valid until the next one is added. */
const struct container_file *container_find(const struct container *c, const char *name);
/* Takes bytes, n of them and a NUL behind them, that free() releases. */
void container_add(struct container *c, const char *name, void *bytes, size_t n);
/* A file of the file system; false with a sentence in err. */
bool container_add_file(struct container *c, const char *name, const char *path, char *err, size_t errlen);

enum container_error { CONTAINER_OK, CONTAINER_UNREADABLE, CONTAINER_MALFORMED };
/* Nothing is taken over but regular files with plain names, each once. */
enum container_error container_read(const char *path, struct container *out, char *err, size_t errlen);
/* Whole or not at all: beside it first, then renamed. The same files give the same bytes. */
bool container_write(const struct container *c, const char *path, char *err, size_t errlen);
#endif
