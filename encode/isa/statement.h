/* SPDX-License-Identifier: BSD-2-Clause */
/* Parsing of one instruction of assembly text. */
#ifndef STATEMENT_H
#define STATEMENT_H

#include "insn.h"
#include "token.h"

struct parser {
	struct lexer lexer;
	struct token tok;   /* the next one */
	struct token label; /* what the last instruction refers to by name, if its kind is TOKEN_NAME */
	insn_resolve_map resolve;
	void *arg;
	char *err;
	size_t errlen;
};

/* Moves to the next token. */
void parser_next(struct parser *p);
/* Writes "LINE:COLUMN: found 'TOKEN', expected WHAT" and returns false. */
bool parser_fail(struct parser *p, const struct token *t, const char *what);
/* Parses one instruction up to what follows it; not validated. A name that may
 * be a label is left in p->label, the field for it at 0. */
bool statement_parse(struct parser *p, struct insn *out);
#endif
