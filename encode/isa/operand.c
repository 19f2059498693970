/* SPDX-License-Identifier: BSD-2-Clause */
/* Operands of assembly text: registers, numbers, types and addresses. */
#include "operand.h"
#include "check.h"

#include <limits.h>
#include <string.h>

void parser_next(struct parser *p)
{
	p->tok = lexer_next(&p->lexer);
}

bool parser_fail(struct parser *p, const struct token *t, const char *what)
{
	if (t->kind == TOKEN_END || t->kind == TOKEN_BREAK)
		return check_fail(p->err, p->errlen, "%u:%u: found the end of the %s, expected %s", t->line, t->column,
				  t->kind == TOKEN_END ? "text" : "statement", what);
	return check_fail(p->err, p->errlen, "%u:%u: found '%.*s', expected %s", t->line, t->column,
			  t->len > 40 ? 40 : (int)t->len, t->text, what);
}

bool operand_accept(struct parser *p, const char *text)
{
	if (!token_is(&p->tok, text))
		return false;
	parser_next(p);
	return true;
}

bool operand_expect(struct parser *p, const char *text)
{
	char what[40];
	if (operand_accept(p, text))
		return true;
	snprintf(what, sizeof what, "'%s'", text);
	return parser_fail(p, &p->tok, what);
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

bool operand_at_register(const struct parser *p)
{
	const struct token *t = &p->tok;
	bool shaped = t->kind == TOKEN_NAME && (t->len == 2 || t->len == 3) && (*t->text == 'r' || *t->text == 'w');
	return shaped && digit(t->text[1]) && (t->len == 2 || digit(t->text[2]));
}

bool operand_at_sign(const struct parser *p)
{
	return token_is(&p->tok, "+") || token_is(&p->tok, "-");
}

uint8_t operand_row(const struct parser *p, enum isa_form form)
{
	uint8_t op = 0;
	while (op < ISA_COUNT && !(isa_rows[op].form == form && token_is(&p->tok, isa_rows[op].text)))
		op++;
	return op;
}

bool operand_magnitude(struct parser *p, bool negative, int64_t lo, uint64_t hi, int64_t *out)
{
	char what[80];
	if (p->tok.kind != TOKEN_NUMBER)
		return parser_fail(p, &p->tok, "a number");
	uint64_t value = p->tok.number;
	if (negative ? value > -(uint64_t)lo : value > hi) {
		snprintf(what, sizeof what, "a number from %lld to %llu", (long long)lo, (unsigned long long)hi);
		return parser_fail(p, &p->tok, what);
	}
	*out = (int64_t)(negative ? -value : value);
	parser_next(p);
	return true;
}

bool operand_number(struct parser *p, int64_t lo, uint64_t hi, int64_t *out)
{
	bool negative = operand_accept(p, "-");
	if (!negative)
		operand_accept(p, "+");
	return operand_magnitude(p, negative, lo, hi, out);
}

bool operand_immediate(struct parser *p, unsigned width, int32_t *out)
{
	int64_t value;
	if (!operand_number(p, INT32_MIN, width == 64 ? INT32_MAX : UINT32_MAX, &value))
		return false;
	*out = (int32_t)value;
	return true;
}

bool operand_register(struct parser *p, uint8_t *width, uint8_t *reg)
{
	const struct token *t = &p->tok;
	int number = operand_at_register(p) ? t->text[1] - '0' : -1;
	if (number >= 0 && t->len == 3)
		number = 10 * number + t->text[2] - '0';
	if (number < 0 || number > 10 || (t->len == 3 && number < 10))
		return parser_fail(p, t, "a register, r0 to r10 or w0 to w10");
	*width = *t->text == 'w' ? 32 : 64;
	*reg = (uint8_t)number;
	parser_next(p);
	return true;
}

bool operand_wide_register(struct parser *p, uint8_t *reg)
{
	uint8_t width;
	struct token t = p->tok;
	return operand_register(p, &width, reg) && (width == 64 || parser_fail(p, &t, "a 64-bit register"));
}

bool operand_narrow(struct parser *p, unsigned width, uint8_t *reg)
{
	uint8_t own;
	struct token t = p->tok;
	return operand_register(p, &own, reg) && (own >= width || parser_fail(p, &t, "a 64-bit register"));
}

bool operand_second(struct parser *p, struct insn *in)
{
	uint8_t width;
	struct token t = p->tok;
	in->k = !operand_at_register(p);
	if (in->k)
		return operand_immediate(p, in->width, &in->imm);
	return operand_register(p, &width, &in->src) &&
	       (width == in->width || parser_fail(p, &t, "two registers of the same width"));
}

bool operand_type(struct parser *p, char *sign, uint8_t *width)
{
	static const struct {
		const char *text;
		uint8_t width;
	} types[] = {{"u8", 8}, {"u16", 16}, {"u32", 32}, {"u64", 64}, {"s8", 8}, {"s16", 16}, {"s32", 32}};
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		if (!token_is(&p->tok, types[i].text))
			continue;
		*sign = *types[i].text;
		*width = types[i].width;
		parser_next(p);
		return true;
	}
	return parser_fail(p, &p->tok, "a type, u8 to u64 or s8 to s32");
}

bool operand_pointer(struct parser *p, uint8_t *width)
{
	char sign = 'u';
	if (!operand_expect(p, "("))
		return false;
	struct token type = p->tok;
	return operand_type(p, &sign, width) && (sign == 'u' || parser_fail(p, &type, "u8 to u64")) &&
	       operand_expect(p, "*") && operand_expect(p, ")");
}

bool operand_place(struct parser *p, uint8_t *base, int16_t *off)
{
	int64_t value;
	if (!operand_wide_register(p, base))
		return false;
	if (!operand_at_sign(p))
		return parser_fail(p, &p->tok, "+ or - and an offset");
	if (!operand_number(p, INT16_MIN, INT16_MAX, &value))
		return false;
	*off = (int16_t)value;
	return true;
}

bool operand_address(struct parser *p, uint8_t *base, int16_t *off)
{
	return operand_expect(p, "(") && operand_place(p, base, off) && operand_expect(p, ")");
}

void operand_set_wide(struct insn *in, uint64_t value)
{
	in->op = ISA_LDDW;
	in->width = 64;
	in->imm = (int32_t)value;
	in->imm64 = value;
}
