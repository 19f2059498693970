/* SPDX-License-Identifier: BSD-2-Clause */
/* Formats of the helpers that print: what they read through their arguments. */
#ifndef FORMAT_H
#define FORMAT_H

#include <stddef.h>

#define FORMAT_ARGS 12    /* arguments at most (MAX_BPRINTF_VARARGS) */
#define FORMAT_STRING 512 /* bytes of a string at most, with the NUL (MAX_BPRINTF_BIN_ARGS) */

/* WORD: printed itself; STRING: up to the NUL; IPV4, IPV6: 4 or 16 bytes. */
enum format_follows { FORMAT_WORD, FORMAT_TEXT, FORMAT_IPV4, FORMAT_IPV6 };

/* What each argument is, from a format of n bytes; arguments that it does not name are words. */
void format_scan(const char *format, size_t n, enum format_follows out[FORMAT_ARGS]);
#endif
