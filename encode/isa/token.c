/* SPDX-License-Identifier: BSD-2-Clause */
/* Splits assembly text into tokens; operators come from isa.def. */
#include "token.h"
#include "insn.h"

#include <ctype.h>
#include <string.h>

struct lexer lexer_init(const char *text)
{
	return (struct lexer){.at = text, .line_start = text, .line = 1, .fresh = true};
}

bool token_is(const struct token *t, const char *text)
{
	return (t->kind == TOKEN_NAME || t->kind == TOKEN_SIGN) && strlen(text) == t->len &&
	       !memcmp(t->text, text, t->len);
}

static bool name_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '$';
}

static void advance(struct lexer *l)
{
	if (*l->at++ != '\n')
		return;
	l->line++;
	l->line_start = l->at;
	l->fresh = true;
}

static void skip_line(struct lexer *l)
{
	while (*l->at && *l->at != '\n')
		l->at++;
}

/* False if the comment has no end; then the lexer stays at its start. */
static bool skip_comment(struct lexer *l)
{
	const char *end = strstr(l->at + 2, "*/");
	if (!end)
		return false;
	while (l->at < end + 2)
		advance(l);
	return true;
}

static bool skip_blanks(struct lexer *l)
{
	for (;;) {
		if (*l->at == ' ' || *l->at == '\t' || *l->at == '\r')
			l->at++;
		else if ((*l->at == '#' && l->fresh) || !strncmp(l->at, "//", 2))
			skip_line(l);
		else if (strncmp(l->at, "/*", 2))
			return true;
		else if (!skip_comment(l))
			return false;
	}
}

/* The longest operator of the table that the text starts with, 0 if none. */
static size_t operator_length(const char *s)
{
	size_t best = 0;
	for (int i = 0; i < ISA_COUNT; i++) {
		const struct isa_row *r = &isa_rows[i];
		size_t len = strlen(r->text);
		if ((r->form == FORM_ALU || r->form == FORM_JMP) && len > best && !strncmp(s, r->text, len))
			best = len;
	}
	return best;
}

static bool hex_digit(char c)
{
	return isxdigit((unsigned char)c) != 0;
}

static void read_number(struct token *t)
{
	bool hex = t->len > 2 && t->text[0] == '0' && (t->text[1] | 0x20) == 'x';
	uint64_t base = hex ? 16 : 10;
	t->kind = TOKEN_NUMBER;
	for (size_t i = hex ? 2 : 0; i < t->len; i++) {
		char c = t->text[i];
		if (hex ? !hex_digit(c) : !isdigit((unsigned char)c)) {
			t->kind = TOKEN_BAD;
			return;
		}
		uint64_t digit = (uint64_t)(isdigit((unsigned char)c) ? c - '0' : (c | 0x20) - 'a' + 10);
		if (__builtin_mul_overflow(t->number, base, &t->number) ||
		    __builtin_add_overflow(t->number, digit, &t->number))
			t->kind = TOKEN_BAD;
	}
}

static void read_word(struct token *t)
{
	size_t op_len = operator_length(t->text);
	while (name_char(t->text[t->len]))
		t->len++;
	/* s>, s/= and their kin start like a name. */
	if (op_len > t->len) {
		t->len = op_len;
		t->kind = TOKEN_SIGN;
	} else if (isdigit((unsigned char)*t->text)) {
		read_number(t);
	} else {
		t->kind = TOKEN_NAME;
	}
}

struct token lexer_next(struct lexer *l)
{
	bool closed = skip_blanks(l);
	struct token t = {.text = l->at, .line = l->line, .column = (unsigned)(l->at - l->line_start) + 1};
	if (!closed) {
		t.kind = TOKEN_BAD;
		t.len = 2;
	} else if (!*l->at) {
		t.kind = TOKEN_END;
	} else if (*l->at == '\n' || *l->at == ';') {
		t.kind = TOKEN_BREAK;
		t.len = 1;
	} else if (name_char(*l->at)) {
		read_word(&t);
	} else {
		size_t op_len = operator_length(l->at);
		t.kind = TOKEN_SIGN;
		t.len = op_len ? op_len : 1;
	}
	l->fresh = l->fresh && t.kind == TOKEN_BREAK;
	for (size_t i = 0; i < t.len; i++)
		advance(l);
	return t;
}
