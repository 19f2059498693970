/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists the mutants of an object, or writes one of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/mutate.h"

static int usage(void)
{
	fprintf(stderr, "usage: mutate OBJECT FUNCTION              list all mutants (FUNCTION - is all functions)\n"
			"       mutate OBJECT FUNCTION KIND N OUT   write mutant N of that kind\n");
	return 64;
}

static int list(const struct mutate *m)
{
	char text[256];
	for (enum mutation kind = 0; kind < MUTATE_KINDS; kind++)
		for (size_t i = 0; i < mutate_count(m, kind); i++) {
			mutate_describe(m, kind, i, text, sizeof(text));
			printf("%s %zu %s\n", mutate_names[kind], i, text);
		}
	return 0;
}

static int apply(const struct mutate *m, const char *name, const char *number, const char *out)
{
	char err[256];
	enum mutation kind = 0;
	while (kind < MUTATE_KINDS && strcmp(mutate_names[kind], name) != 0)
		kind++;
	char *end;
	size_t index = strtoul(number, &end, 10);
	if (kind == MUTATE_KINDS || *end || end == number)
		return usage();
	if (index >= mutate_count(m, kind)) {
		fprintf(stderr, "%s: there are %zu mutants of kind %s\n", out, mutate_count(m, kind), name);
		return 64;
	}
	if (mutate_apply(m, kind, index, out, err, sizeof(err)))
		return 0;
	fprintf(stderr, "%s\n", err);
	return 66;
}

int main(int argc, char **argv)
{
	char err[256];
	if (argc != 3 && argc != 6)
		return usage();
	struct mutate *m = mutate_open(argv[1], argv[2], err, sizeof(err));
	if (!m) {
		fprintf(stderr, "%s\n", err);
		return 66;
	}
	int status = argc == 3 ? list(m) : apply(m, argv[3], argv[4], argv[5]);
	mutate_close(m);
	return status;
}
