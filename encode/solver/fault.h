/* SPDX-License-Identifier: BSD-2-Clause */
/* Internal faults: one sentence on stderr, exit status 70. */
#ifndef FAULT_H
#define FAULT_H

#include <stddef.h>

#define FAULT_STATUS 70
#define FAULT_STOP(...) fault_stop(__FILE__, __LINE__, __VA_ARGS__)

void fault_stop(const char *file, int line, const char *format, ...) __attribute__((noreturn, format(printf, 3, 4)));
/* Memory is out: ends the process. In a child that guard.c watches, without a word and with a status for it. */
void fault_stop_without_memory(void) __attribute__((noreturn));
#define FAULT_MEMORY_STATUS 71
void fault_enter_child(void);
/* realloc of n items that cannot fail: memory that is out ends the process. */
void *fault_realloc(void *p, size_t n, size_t size);
void *fault_calloc(size_t n, size_t size);
#endif
