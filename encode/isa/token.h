/* SPDX-License-Identifier: BSD-2-Clause */
/* Tokens of assembly text. */
#ifndef TOKEN_H
#define TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum token_kind {
	TOKEN_END,   /* of the text */
	TOKEN_BREAK, /* newline or ';' */
	TOKEN_NAME,
	TOKEN_NUMBER, /* without a sign */
	TOKEN_SIGN,   /* an operator of isa.def or one other character */
	TOKEN_BAD,    /* a number that is none or has more than 64 bits, an open comment */
};

struct token {
	enum token_kind kind;
	const char *text;
	size_t len;
	uint64_t number;
	unsigned line, column; /* from 1; columns count bytes */
};

struct lexer {
	const char *at, *line_start;
	unsigned line;
	bool fresh; /* nothing but blanks since the last newline */
};

struct lexer lexer_init(const char *text);
struct token lexer_next(struct lexer *l);
bool token_is(const struct token *t, const char *text);
#endif
