/* SPDX-License-Identifier: BSD-2-Clause */
/* Command line options, made from option.def. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct option_list {
	const char **at; /* owned, the strings are argv's */
	size_t n;
};

typedef bool option_FLAG, option_SWITCH;
typedef struct option_list option_LIST;
typedef const char *option_TEXT;
typedef const char *option_WORD; /* NULL: not given; "": without a word */
typedef unsigned option_COUNT;

struct options {
#define OPTION(field, name, kind, initial, argument, text) option_##kind field;
#include "option.def"
#undef OPTION
	const char **files; /* what is not an option; owned by the caller's argv and this array */
	size_t n_files;
};

/* Exit statuses of every command. */
enum status {
	STATUS_PROVED = 0,
	STATUS_REFUTED = 1,
	STATUS_UNKNOWN = 2,
	STATUS_USAGE = 64,
	STATUS_MALFORMED = 65,
	STATUS_UNREADABLE = 66,
	STATUS_FAULT = 70,
};

/* Of a number that option.def has as UINT_MAX if it is not given. */
static inline unsigned options_or(unsigned given, unsigned otherwise)
{
	return given == UINT_MAX ? otherwise : given;
}
/* Parses argv[0..argc-1] (without program and subcommand names). False with one sentence in err. */
bool options_parse(int argc, char **argv, struct options *out, char *err, size_t len);
void options_release(struct options *o);
void options_print_help(FILE *out);
#endif
