/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads the lines `;; NAME ROW OPCODES [off N] [imm N]` and `;; none ROW why`, and which functions stand there. */
#include "proofs/isa/statement.h"

#include <stdlib.h>
#include <string.h>

const char *const part_names[PART_COUNT] = {
    [PART_DST] = "dst", [PART_SRC] = "src",     [PART_R0] = "r0",         [PART_AT] = "at",     [PART_BYTES] = "bytes",
    [PART_MEM] = "mem", [PART_TAKEN] = "taken", [PART_TARGET] = "target", [PART_CASE] = "case",
};

static _Noreturn void fail(int status, const char *what, const char *which)
{
	fprintf(stderr, "isa: %s: %s\n", which, what);
	exit(status);
}

char *statement_read_text(const char *file)
{
	FILE *in = fopen(file, "r"), *out;
	char *text, block[4096];
	size_t size, k;
	if (!in)
		fail(66, "it can't be read", file);
	out = open_memstream(&text, &size);
	if (!out)
		abort();
	while ((k = fread(block, 1, sizeof block, in)) > 0)
		fwrite(block, 1, k, out);
	fclose(out);
	fclose(in);
	return text;
}

static enum isa_op find_row(const char *name, const char *line)
{
	for (unsigned i = 0; i < ISA_COUNT; i++)
		if (!strcmp(isa_rows[i].name, name))
			return (enum isa_op)i;
	fail(65, "isa.def has no such row", line);
}

static void read_parts(struct statement *st)
{
	char start[64];
	for (unsigned i = 0; i < PART_COUNT; i++) {
		snprintf(start, sizeof start, "(define-fun %s.%s ", st->name, part_names[i]);
		st->says[i] = strstr(st->text, start) != NULL;
	}
}

/* Opcodes and fields, the words behind the row. */
static void read_fields(struct statement *st, char *rest, const char *line)
{
	char *next = NULL;
	for (char *word = strtok_r(rest, " ", &next); word; word = strtok_r(NULL, " ", &next)) {
		bool off = !strcmp(word, "off"), imm = !strcmp(word, "imm");
		char *value = off || imm ? strtok_r(NULL, " ", &next) : word, *end;
		long v = value ? strtol(value, &end, off || imm ? 0 : 16) : 0;
		if (!value || *end || (!off && !imm && st->n_codes == 2))
			fail(65, "opcodes, `off N` and `imm N` are expected behind the row", line);
		if (off)
			st->off = (int16_t)v;
		else if (imm)
			st->imm = (int32_t)v;
		else
			st->codes[st->n_codes++] = (uint8_t)v;
	}
	if (!st->n_codes)
		fail(65, "it names no opcode", line);
}

static struct statement read_line(const char *text, const char *line)
{
	struct statement st = {.text = text};
	char copy[256], row[32];
	int used = 0;
	snprintf(copy, sizeof copy, "%.*s", (int)strcspn(line, "\n"), line);
	if (sscanf(copy, ";; %31s %31s%n", st.name, row, &used) != 2)
		fail(65, "a name and a row are expected", copy);
	st.op = find_row(row, copy);
	if (!strcmp(st.name, "none")) {
		st.why_none = strdup(copy + used + 1);
		return st;
	}
	read_fields(&st, copy + used, line);
	read_parts(&st);
	return st;
}

struct statement *statement_read_all(char *const *files, size_t n_files, size_t *n)
{
	struct statement *all = NULL;
	*n = 0;
	for (size_t i = 0; i < n_files; i++) {
		const char *text = statement_read_text(files[i]);
		for (const char *at = strstr(text, "\n;; "); at; at = strstr(at + 1, "\n;; ")) {
			all = realloc(all, (*n + 1) * sizeof *all);
			if (!all)
				abort();
			all[(*n)++] = read_line(text, at + 1);
		}
	}
	return all;
}
