/* SPDX-License-Identifier: BSD-2-Clause */
/* What subcommands share: errors, objects, hex. */
#include "checker/cli/command.h"

#include "checker/equiv/objects.h"

#include <ctype.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum status command_fail(enum status s, const char *fmt, ...)
{
	va_list ap;
	fputs("bpfprove: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return s;
}

void *command_alloc(size_t bytes)
{
	void *p = calloc(bytes ? bytes : 1, 1);
	if (!p)
		abort();
	return p;
}

enum status command_set_type(const struct options *opt, struct object *o)
{
	enum progtype type = opt->type ? progtype_find(opt->type) : PROGTYPE_UNSPEC;
	if (opt->type && type == PROGTYPE_UNSPEC)
		return command_fail(STATUS_USAGE, "--type=%s: there is no such program type", opt->type);
	for (size_t i = 0; i < o->n_programs; i++)
		if (o->programs[i]->type == PROGTYPE_UNSPEC)
			o->programs[i]->type = type;
	return STATUS_PROVED;
}

enum status command_read(const struct options *opt, const char *command, struct object **out)
{
	char err[1024];
	*out = NULL;
	if (opt->n_files != 1)
		return command_fail(STATUS_USAGE, "%s takes one object, not %zu", command, opt->n_files);
	enum object_error e = objects_read(opt->files[0], opt->btf, out, err, sizeof err);
	if (e == OBJECT_OK)
		return command_set_type(opt, *out);
	return command_fail(e == OBJECT_MALFORMED ? STATUS_MALFORMED : STATUS_UNREADABLE, "%s", err);
}

enum status command_pick(const struct options *opt, const struct object *o, const struct program **out)
{
	*out = NULL;
	if (opt->program && !(*out = object_find(o, opt->program)))
		return command_fail(STATUS_USAGE, "%s: no program of the name %s", o->path, opt->program);
	if (o->n_programs == 0)
		return command_fail(STATUS_MALFORMED, "%s: expected a program, found none", o->path);
	if (!*out && o->n_programs > 1)
		return command_fail(STATUS_USAGE, "%s has %zu programs: --program=NAME says which (%s, %s%s)", o->path,
				    o->n_programs, o->programs[0]->name, o->programs[1]->name,
				    o->n_programs > 2 ? ", ..." : "");
	if (!*out)
		*out = o->programs[0];
	return (*out)->error ? command_fail(STATUS_MALFORMED, "%s", (*out)->error) : STATUS_PROVED;
}

static volatile int interrupted;

static void on_interrupt(int sig)
{
	(void)sig;
	interrupted = 1;
}

volatile int *command_catch_interrupt(void)
{
	struct sigaction action = {.sa_handler = on_interrupt};
	sigaction(SIGINT, &action, NULL);
	return &interrupted;
}

void command_show_progress(size_t done, size_t n, const char *name)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K%s%zu of %zu: %s", done == n ? "" : "  ", done, n, name);
	if (isatty(STDERR_FILENO) && done == n)
		fprintf(stderr, "\r\033[K");
}

static int digit_of(char c)
{
	return isdigit((unsigned char)c)    ? c - '0'
	       : isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10
					    : -1;
}

bool command_decode_hex(const char *text, size_t len, uint8_t **out, size_t *n)
{
	*n = 0;
	*out = command_alloc(len / 2 + 1);
	for (size_t i = 0; i < len;) {
		if (isspace((unsigned char)text[i]) || text[i] == ':') {
			i++;
			continue;
		}
		int high = digit_of(text[i]), low = i + 1 < len ? digit_of(text[i + 1]) : -1;
		if (high < 0 || low < 0) {
			free(*out);
			*out = NULL;
			return false;
		}
		(*out)[(*n)++] = (uint8_t)(16 * high + low);
		i += 2;
	}
	return true;
}
