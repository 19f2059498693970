/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line. */
#include "checker/cli/command.h"
#include "bpfprove.h"
#include "encode/solver/solver.h"

#include <errno.h>
#include <string.h>

static const struct command {
	const char *name, *arguments, *text;
	enum status (*run)(const struct options *opt);
} commands[] = {
    {"equiv", "A.o B.o", "do two objects, or those of two folders, do the same on every input?", command_equiv},
    {"safe", "FILE", "can a program (of an object, or of those in a folder) fault, leak or not end, whatever the input?", command_safe},
    {"opt", "IN.o -o OUT.o", "a smaller or faster object that is proved to do the same", command_opt},
    {"assert", "FILE", "can an assertion of a program fail, whatever the input?", command_assert},
    {"recheck", "CERTIFICATE", "does a certificate of equiv, safe or assert prove what it says?", command_recheck},
    {"run", "FILE", "run a program on one input", command_run},
    {"show", "FILE", "programs, maps, control flow or formulas of an object", command_show},
    {"calibrate", "", "measure what instructions and helpers take on this machine", command_calibrate},
    {"learn", "[FILE ...]", "find rewrite rules and prove them for all their instances", command_learn},
    {"matrix", "", "what is modelled, in Markdown", command_matrix},
    {"conform", "[MEMORY]", "run a program from standard input on hex bytes, for conformance runners", command_conform},
};
#define N_COMMANDS (sizeof commands / sizeof *commands)

static void print_help(FILE *out)
{
	fprintf(out, "usage: bpfprove COMMAND [OPTION ...] FILE ...\n\n");
	for (size_t i = 0; i < N_COMMANDS; i++)
		fprintf(out, "  %-9s %-14s %s\n", commands[i].name, commands[i].arguments, commands[i].text);
	fprintf(out, "\n");
	options_print_help(out);
	fprintf(out, "\nexit status: 0 proved, 1 refuted, 2 unknown, 64 usage, 65 malformed input, 66 unreadable file, "
		     "70 internal fault\n");
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
