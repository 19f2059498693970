/* SPDX-License-Identifier: BSD-2-Clause */
/* Allocation for this folder: sizes are bounded by the caller, so failure is not a property of the input. */
#ifndef MEMORY_H
#define MEMORY_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Noreturn static inline void memory_die(const char *file, int line)
{
	fprintf(stderr, "%s:%d: out of memory\n", file, line);
	abort();
}

/* A zeroed array of n elements, never NULL. */
static inline void *memory_new(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size);
	if (!p)
		memory_die(__FILE__, __LINE__);
	return p;
}

static inline char *memory_string(const char *s)
{
	char *copy = strdup(s);
	if (!copy)
		memory_die(__FILE__, __LINE__);
	return copy;
}

/* Room for one more element behind the first n; doubles at powers of two. */
static inline void *memory_grow(void *p, size_t n, size_t size)
{
	if (n & (n - 1))
		return p;
	void *q = realloc(p, (n ? 2 * n : 1) * size);
	if (!q)
		memory_die(__FILE__, __LINE__);
	return q;
}

#define MEMORY_PUSH(array, n) ((array) = memory_grow(array, n, sizeof *(array)), &(array)[(n)++])
#endif
