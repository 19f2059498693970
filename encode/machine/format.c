/* SPDX-License-Identifier: BSD-2-Clause */
/* Formats as bpf_bprintf_prepare reads them (kernel/bpf/helpers.c). */
#include "encode/machine/format.h"

#include <stdbool.h>
#include <string.h>

/* What follows a '%' and its flags and width; NULL: the format ends there. */
static const char *skip_width(const char *f, const char *end)
{
	while (f < end && *f && strchr("0+- ", *f))
		f++;
	while (f < end && *f >= '0' && *f <= '9')
		f++;
	return f < end && *f ? f : NULL;
}

static enum format_follows follows(const char *f, const char *end)
{
	char next = f + 1 < end ? f[1] : '\0', last = f + 2 < end && next ? f[2] : '\0';
	if (*f == 's' || (*f == 'p' && next == 'k' && last == 's'))
		return FORMAT_TEXT;
	if (*f == 'p' && (next == 'i' || next == 'I'))
		return last == '4' ? FORMAT_IPV4 : last == '6' ? FORMAT_IPV6 : FORMAT_WORD;
	return FORMAT_WORD;
}

void format_scan(const char *format, size_t n, enum format_follows out[FORMAT_ARGS])
{
	const char *end = format + n;
	size_t k = 0;
	for (size_t i = 0; i < FORMAT_ARGS; i++)
		out[i] = FORMAT_WORD;
	for (const char *f = format; f < end && *f && k < FORMAT_ARGS; f++) {
		if (*f != '%')
			continue;
		bool percent = f + 1 < end && f[1] == '%';
		if (percent) {
			f++;
			continue;
		}
		f = skip_width(f + 1, end);
		if (!f)
			return;
		out[k++] = follows(f, end);
	}
}
