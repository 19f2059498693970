/* SPDX-License-Identifier: BSD-2-Clause */
#include "checker/cli/options.h"
#include "encode/solver/solver.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum option_kind { KIND_FLAG, KIND_SWITCH, KIND_WORD, KIND_TEXT, KIND_LIST, KIND_COUNT };

static const struct row {
	const char *name, *argument, *text;
	enum option_kind kind;
	size_t field; /* offset in struct options */
} rows[] = {
#define OPTION(field, name, kind, initial, argument, text) \
	{name, argument, text, KIND_##kind, offsetof(struct options, field)},
#include "option.def"
#undef OPTION
};

static const struct row *row_find(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strlen(rows[i].name) == len && !strncmp(rows[i].name, name, len))
			return &rows[i];
	return NULL;
}

static bool set_count(unsigned *field, const char *value, const char *name, char *err, size_t len)
{
	char *end;
	errno = 0;
	unsigned long v = strtoul(value, &end, 10);
	if (*value < '0' || *value > '9' || *end || errno || v > UINT_MAX) {
		snprintf(err, len, "--%s=%s: a whole number from 0 to %u was expected", name, value, UINT_MAX);
		return false;
	}
	*field = (unsigned)v;
	return true;
}

static void add_text(struct option_list *l, const char *value)
{
	l->at = realloc(l->at, (l->n + 1) * sizeof *l->at);
	if (!l->at)
		abort();
	l->at[l->n++] = value;
}

static bool is_truth(const char *value)
{
	return value && (!strcmp(value, "true") || !strcmp(value, "false"));
}

/* Is it one of the words between the bars? */
static bool is_word(const char *words, const char *value)
{
	for (size_t n; value && *words; words += n + (words[n] == '|')) {
		n = strcspn(words, "|");
		if (strlen(value) == n && !strncmp(words, value, n))
			return true;
	}
	return false;
}

static bool may_follow(const struct row *row, const char *next)
{
	if (row->kind == KIND_SWITCH)
		return is_truth(next);
	return row->kind == KIND_WORD ? is_word(row->argument, next) : row->kind != KIND_FLAG;
}

static bool set_option(struct options *o, const struct row *row, const char *value, char *err, size_t len)
{
	char *field = (char *)o + row->field;
	switch (row->kind) {
	case KIND_FLAG:
		*(bool *)(void *)field = true;
		return true;
	case KIND_SWITCH:
		*(bool *)(void *)field = !value || !strcmp(value, "true");
		return true;
	case KIND_LIST:
		add_text((struct option_list *)(void *)field, value);
		return true;
	case KIND_WORD:
		*(const char **)(void *)field = value ? value : "";
		return true;
	case KIND_TEXT:
		*(const char **)(void *)field = value;
		return true;
	case KIND_COUNT:
		break;
	}
	return set_count((unsigned *)(void *)field, value, row->name, err, len);
}

static bool check_value(const struct row *row, const char *value, char *err, size_t len)
{
	if (row->kind == KIND_FLAG && value)
		snprintf(err, len, "--%s takes no argument", row->name);
	else if (row->kind == KIND_SWITCH && value && !is_truth(value))
		snprintf(err, len, "--%s=%s: true or false was expected", row->name, value);
	else if (row->kind == KIND_WORD && value && !is_word(row->argument, value))
		snprintf(err, len, "--%s=%s: %s was expected", row->name, value, row->argument);
	else if ((row->kind == KIND_TEXT || row->kind == KIND_LIST || row->kind == KIND_COUNT) && !value)
		snprintf(err, len, "--%s needs %s", row->name, row->argument);
	else
		return true;
	return false;
}

bool options_parse(int argc, char **argv, struct options *out, char *err, size_t len)
{
	*out = (struct options){
#define OPTION(field, name, kind, initial, argument, text) .field = initial,
#include "option.def"
#undef OPTION
	};
	out->files = calloc((size_t)argc + 1, sizeof *out->files);
	if (!out->files)
		abort();
	bool only_files = false;
	for (int i = 0; i < argc; i++) {
		const char *arg = !only_files && !strcmp(argv[i], "-o") ? "--output" : argv[i];
		if (only_files || strncmp(arg, "--", 2) != 0) {
			out->files[out->n_files++] = arg;
			continue;
		}
		if (!arg[2]) {
			only_files = true;
			continue;
		}
		const char *equals = strchr(arg, '=');
		const struct row *row = row_find(arg + 2, equals ? (size_t)(equals - arg - 2) : strlen(arg + 2));
		if (!row) {
			snprintf(err, len, "%s: no such option", arg);
			return false;
		}
		const char *value = equals ? equals + 1 : NULL;
		if (!value && i + 1 < argc && may_follow(row, argv[i + 1]))
			value = argv[++i];
		if (!check_value(row, value, err, len) || !set_option(out, row, value, err, len))
			return false;
	}
	return true;
}

void options_release(struct options *o)
{
	free(o->files);
	free(o->maps.at);
	free(o->rules.at);
	*o = (struct options){0};
}

void options_print_help(FILE *out)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char name[64];
		snprintf(name, sizeof name, "--%s%s%s", rows[i].name, *rows[i].argument ? "=" : "", rows[i].argument);
		fprintf(out, "  %-26s %s\n", name, rows[i].text);
	}
}
