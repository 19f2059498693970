/* SPDX-License-Identifier: BSD-2-Clause */
/* Internal faults: one sentence on stderr, exit status 70. */
#include "fault.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void fault_stop(const char *file, int line, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	fprintf(stderr, "bpfprove: %s:%d: internal fault (this is a bug): ", file, line);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	fflush(stderr);
	/* A verdict that is still buffered must not get out. */
	_exit(FAULT_STATUS);
}

static bool in_child;

void fault_enter_child(void)
{
	in_child = true;
}

void fault_stop_without_memory(void)
{
	if (in_child)
		_exit(FAULT_MEMORY_STATUS);
	fputs("bpfprove: out of memory\n", stderr);
	_exit(FAULT_STATUS);
}

void *fault_realloc(void *p, size_t n, size_t size)
{
	void *grown = reallocarray(p, n ? n : 1, size);
	if (!grown)
		fault_stop_without_memory();
	return grown;
}

void *fault_calloc(size_t n, size_t size)
{
	void *fresh = calloc(n ? n : 1, size);
	if (!fresh)
		fault_stop_without_memory();
	return fresh;
}
