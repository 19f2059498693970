/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bpfprove conform [MEMORY [FILE]]: an engine for the public conformance runner
 * (github.com/Alan-Jowett/bpf_conformance): memory as hex bytes, a program as
 * hex bytes on standard input, r0 as hex on standard output.
 */
#include "checker/cli/command.h"
#include "checker/equiv/objects.h"
#include "checker/exec/symbolic.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { CONFORM_UNROLL = 100000, INPUT_MAX = 64 << 20 };

static uint8_t *read_input(size_t *n)
{
	size_t cap = 1 << 16;
	uint8_t *text = command_alloc(cap);
	*n = 0;
	while (!feof(stdin) && !ferror(stdin) && *n < INPUT_MAX) {
		*n += fread(text + *n, 1, cap - *n, stdin);
		if (*n == cap && !(text = realloc(text, cap *= 2)))
			abort();
	}
	if (!ferror(stdin) && *n < INPUT_MAX)
		return text;
	command_fail(STATUS_UNREADABLE, "standard input can't be read: %s",
		     ferror(stdin) ? strerror(errno) : "it is too long");
	free(text);
	return NULL;
}

static enum status parse_bytes(const struct options *opt, const uint8_t *bytes, size_t n, struct object **out)
{
	char err[512];
	static const char name[] = "standard input";
	if (!opt->elf && n % 8)
		return command_fail(STATUS_MALFORMED, "%s: expected instructions of 8 bytes, found %zu bytes", name, n);
	enum object_error e = opt->elf ? object_parse(name, bytes, n, out, err, sizeof err)
				       : object_decode(name, bytes, n / 8, out, err, sizeof err);
	return e == OBJECT_OK ? STATUS_PROVED : command_fail(STATUS_MALFORMED, "%s", err);
}

static enum status read_program(const struct options *opt, struct object **out)
{
	size_t n, len;
	uint8_t *text = read_input(&len), *bytes;
	if (!text)
		return STATUS_UNREADABLE;
	enum status s;
	if (opt->elf && len >= 4 && !memcmp(text, "\177ELF", 4)) {
		s = parse_bytes(opt, text, len, out);
	} else if (command_decode_hex((char *)text, len, &bytes, &n)) {
		s = parse_bytes(opt, bytes, n, out);
		free(bytes);
	} else {
		s = command_fail(STATUS_MALFORMED, "standard input: expected pairs of hex digits");
	}
	free(text);
	return s;
}

static enum status read_file(const char *path, struct object **out)
{
	char err[1024];
	enum object_error e = objects_read(path, "none", out, err, sizeof err);
	if (e == OBJECT_OK)
		return STATUS_PROVED;
	return command_fail(e == OBJECT_MALFORMED ? STATUS_MALFORMED : STATUS_UNREADABLE, "%s", err);
}

static enum status report(const struct exec_outcome *o)
{
	switch (o->end) {
	case EXEC_EXIT:
		printf("%llx\n", (unsigned long long)o->r0);
		return STATUS_PROVED;
	case EXEC_FAULT:
		return command_fail(STATUS_REFUTED, "instruction %u: %s: %s", o->slot, fault_texts[o->fault], o->what);
	case EXEC_UNMODELLED:
		return command_fail(STATUS_UNKNOWN, "instruction %u: %s", o->slot, o->what);
	case EXEC_TAIL_CALL:
		break;
	}
	return command_fail(STATUS_UNKNOWN, "instruction %u: a tail call leaves the program", o->slot);
}

static enum status run(const struct options *opt, const struct object *o, const uint8_t *memory, size_t len)
{
	const struct program *p;
	enum status s = command_pick(opt, o, &p);
	if (s != STATUS_PROVED)
		return s;
	struct symbolic_options so = {.exec = {.memory = memory, .memory_len = len}, .unroll = CONFORM_UNROLL};
	struct exec_outcome out;
	struct input *in = input_new();
	if (!strcmp(opt->engine, "symbolic"))
		symbolic_run(p, in, &so, &out);
	else
		exec_run(p, in, &so.exec, &out);
	s = report(&out);
	exec_release(&out);
	input_free(in);
	return s;
}

enum status command_conform(const struct options *opt)
{
	const char *arg[2] = {"", NULL};
	size_t n = 0;
	for (size_t i = 0; i < opt->n_files; i++) { /* the runner passes empty arguments for what it does not have */
		if (!*opt->files[i])
			continue;
		if (n == 2)
			return command_fail(STATUS_USAGE, "conform takes memory and a file at most, found %s",
					    opt->files[i]);
		arg[n++] = opt->files[i];
	}
	if (strcmp(opt->engine, "concrete") && strcmp(opt->engine, "symbolic"))
		return command_fail(STATUS_USAGE, "--engine=%s: conform has concrete and symbolic", opt->engine);
	uint8_t *memory;
	size_t len;
	if (!command_decode_hex(arg[0], strlen(arg[0]), &memory, &len))
		return command_fail(STATUS_USAGE, "%s: expected memory as pairs of hex digits", arg[0]);
	struct object *o = NULL;
	enum status s = arg[1] ? read_file(arg[1], &o) : read_program(opt, &o);
	if (s == STATUS_PROVED)
		s = run(opt, o, memory, len);
	object_free(o);
	free(memory);
	return s;
}
