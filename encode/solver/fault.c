/* SPDX-License-Identifier: BSD-2-Clause */
/* Internal faults: one sentence on stderr, exit status 70. */
#include "fault.h"

#include <stdarg.h>
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

static int memory_status = FAULT_STATUS;

void fault_set_memory_status(int status)
{
	memory_status = status;
}

static void stop_without_memory(size_t n, size_t size)
{
	fprintf(stderr, "bpfprove: out of memory: no room for %zu items of %zu bytes\n", n, size);
	_exit(memory_status);
}

void *fault_realloc(void *p, size_t n, size_t size)
{
	void *grown = reallocarray(p, n ? n : 1, size);
	if (!grown)
		stop_without_memory(n, size);
	return grown;
}

void *fault_calloc(size_t n, size_t size)
{
	void *fresh = calloc(n ? n : 1, size);
	if (!fresh)
		stop_without_memory(n, size);
	return fresh;
}
