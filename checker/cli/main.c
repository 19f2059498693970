/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line. */
#include "checker/cli/command.h"
#include "encode/solver/solver.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BPFPROVE_VERSION "0.1.0"

static const struct command {
	const char *name, *arguments, *text;
	enum status (*run)(const struct options *opt);
} commands[] = {
	{"equiv", "A.o B.o", "do two objects do the same on every input?", command_equiv},
};
#define N_COMMANDS (sizeof commands / sizeof *commands)

static void print_help(FILE *out)
{
	fprintf(out, "usage: bpfprove COMMAND [OPTION ...] FILE ...\n\n");
	for (size_t i = 0; i < N_COMMANDS; i++)
		fprintf(out, "  %-8s %-13s %s\n", commands[i].name, commands[i].arguments, commands[i].text);
	fprintf(out, "\n");
	options_print_help(out);
	fprintf(out, "\nexit status: 0 proved, 1 refuted, 2 unknown, 64 usage, 65 malformed input, 66 unreadable file, "
	             "70 internal fault\n");
}

static char *read_text(const char *path, char *err, size_t len)
{
	FILE *f = fopen(path, "r");
	size_t n = 0, cap = 1 << 16;
	char *text = malloc(cap);
	if (!text)
		abort();
	while (f && !feof(f) && !ferror(f)) {
		n += fread(text + n, 1, cap - n - 1, f);
		if (n + 1 == cap && !(text = realloc(text, cap *= 2)))
			abort();
	}
	if (!f || ferror(f)) {
		snprintf(err, len, "%s: can't be read: %s", path, strerror(errno));
		free(text);
		text = NULL;
	} else {
		text[n] = 0;
	}
	if (f)
		fclose(f);
	return text;
}

enum object_error command_read_object(const char *path, struct object **out, char *err, size_t len)
{
	const char *dot = strrchr(path, '.');
	if (!dot || (strcmp(dot, ".s") && strcmp(dot, ".bpf")))
		return object_read(path, out, err, len);
	char *text = read_text(path, err, len);
	if (!text)
		return OBJECT_UNREADABLE;
	enum object_error e = object_assemble(path, text, out, err, len);
	free(text);
	return e;
}

int main(int argc, char **argv)
{
	struct options opt;
	char err[256];
	bool named = argc > 1 && argv[1][0] != '-';
	int skip = named ? 2 : 1;
	if (!options_parse(argc - skip, argv + skip, &opt, err, sizeof err)) {
		fprintf(stderr, "bpfprove: %s; see bpfprove --help\n", err);
		options_release(&opt);
		return STATUS_USAGE;
	}
	int status = STATUS_USAGE;
	if (opt.help) {
		print_help(stdout);
		status = 0;
	} else if (opt.version) {
		printf("bpfprove %s\n", BPFPROVE_VERSION);
		solver_print_backends(stdout);
		status = 0;
	} else if (!named) {
		print_help(stderr);
	} else {
		size_t i = 0;
		while (i < N_COMMANDS && strcmp(commands[i].name, argv[1]))
			i++;
		if (i < N_COMMANDS)
			status = (int)commands[i].run(&opt);
		else
			fprintf(stderr, "bpfprove: %s: no such command; see bpfprove --help\n", argv[1]);
	}
	options_release(&opt);
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "bpfprove: standard output can't be written: %s\n", strerror(errno));
		return STATUS_FAULT;
	}
	return status;
}
