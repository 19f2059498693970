/* SPDX-License-Identifier: BSD-2-Clause */
/* Statements of assembly text: branches, calls, stores; assignments are in assign.c. */
#include "operand.h"
#include "tables.h"

#include <limits.h>
#include <string.h>

static bool parse_target(struct parser *p, int64_t lo, int64_t hi, int64_t *out)
{
	struct token name = p->tok;
	if (name.kind == TOKEN_NAME) {
		parser_next(p);
		if (!token_is(&name, "pc") || !operand_at_sign(p)) {
			p->label = name;
			return true;
		}
	}
	if (!operand_at_sign(p))
		return parser_fail(p, &p->tok, "a label, +N or -N");
	return operand_number(p, lo, (uint64_t)hi, out);
}

static bool parse_goto(struct parser *p, struct insn *in)
{
	bool by_off = isa_rows[in->op].off == OFF_JUMP;
	int64_t distance = 0;
	if (!parse_target(p, by_off ? INT16_MIN : INT32_MIN, by_off ? INT16_MAX : INT32_MAX, &distance))
		return false;
	if (by_off)
		in->off = (int16_t)distance;
	else
		in->imm = (int32_t)distance;
	return true;
}

static bool parse_exit(struct parser *p, struct insn *in)
{
	(void)p, (void)in;
	return true;
}

/* call kernel-function#ID[, OFF] */
static bool parse_kfunc(struct parser *p, struct insn *in)
{
	int64_t id, off = 0;
	if (!operand_expect(p, "-") || !operand_expect(p, "function") || !operand_expect(p, "#") ||
	    !operand_number(p, INT32_MIN, INT32_MAX, &id))
		return false;
	if (operand_accept(p, ",") && !operand_number(p, 0, INT16_MAX, &off))
		return false;
	in->src = CALL_KFUNC;
	in->imm = (int32_t)id;
	in->off = (int16_t)off;
	return true;
}

/* The kernel's way: call NAME#ID */
static bool parse_numbered_helper(struct parser *p, const struct token *name, struct insn *in)
{
	struct token number = p->tok;
	int64_t id;
	if (!operand_number(p, 0, UINT32_MAX, &id))
		return false;
	char text[64];
	snprintf(text, sizeof text, "%.*s", (int)name->len, name->text);
	const struct helper_row *row = helper_find_name(text);
	if (!row || row->id != id)
		return parser_fail(p, row ? &number : name, row ? "this helper's number" : "a helper's name");
	in->imm = (int32_t)id;
	return true;
}

static bool parse_called_name(struct parser *p, struct insn *in)
{
	struct token name = p->tok;
	parser_next(p);
	if (token_is(&name, "kernel") && token_is(&p->tok, "-"))
		return parse_kfunc(p, in);
	if (operand_accept(p, "#"))
		return parse_numbered_helper(p, &name, in);
	p->label = name;
	return true;
}

static bool parse_call(struct parser *p, struct insn *in)
{
	int64_t value = 0;
	if (p->tok.kind == TOKEN_NAME && !token_is(&p->tok, "pc"))
		return parse_called_name(p, in);
	if (p->tok.kind == TOKEN_NUMBER) {
		if (!operand_number(p, 0, UINT32_MAX, &value))
			return false;
	} else {
		in->src = CALL_LOCAL;
		if (!parse_target(p, INT32_MIN, INT32_MAX, &value))
			return false;
	}
	in->imm = (int32_t)value;
	return true;
}

/* store_release((u64 *)(r1 + 0), r2) */
static bool parse_store_release(struct parser *p, struct insn *in)
{
	return operand_expect(p, "(") && operand_pointer(p, &in->width) && operand_address(p, &in->dst, &in->off) &&
	       operand_expect(p, ",") && operand_narrow(p, in->width, &in->src) && operand_expect(p, ")");
}

/* if r1 s> r2 goto +3 */
static bool parse_if(struct parser *p, struct insn *in)
{
	if (!operand_register(p, &in->width, &in->dst))
		return false;
	in->op = operand_row(p, FORM_JMP);
	if (in->op == ISA_COUNT)
		return parser_fail(p, &p->tok, "a comparison");
	parser_next(p);
	if (!operand_second(p, in))
		return false;
	return operand_expect(p, "goto") && parse_goto(p, in);
}

/* lock *(u64 *)(r1 + 0) += r2 */
static bool parse_lock(struct parser *p, struct insn *in)
{
	if (!operand_expect(p, "*"))
		return false;
	struct token type = p->tok;
	if (!operand_pointer(p, &in->width) || !operand_address(p, &in->dst, &in->off))
		return false;
	if (in->width < 32)
		return parser_fail(p, &type, "(u32 *) or (u64 *)");
	in->op = operand_row(p, FORM_ATOMIC);
	if (in->op == ISA_COUNT)
		return parser_fail(p, &p->tok, "an atomic operation");
	parser_next(p);
	return operand_narrow(p, in->width, &in->src);
}

/* ld_pseudo r1, 1, 3: LLVM's text for an LDDW that isn't a constant */
static bool parse_pseudo(struct parser *p, struct insn *in)
{
	int64_t kind, value;
	if (!operand_wide_register(p, &in->dst) || !operand_expect(p, ",") || !operand_number(p, 0, 15, &kind) ||
	    !operand_expect(p, ",") || !operand_number(p, INT64_MIN, UINT64_MAX, &value))
		return false;
	in->src = (uint8_t)kind;
	operand_set_wide(in, (uint64_t)value);
	return true;
}

/* *(u32 *)(r1 + 4) = r2 */
static bool parse_store(struct parser *p, struct insn *in)
{
	if (!operand_pointer(p, &in->width) || !operand_address(p, &in->dst, &in->off) || !operand_expect(p, "="))
		return false;
	in->op = operand_at_register(p) ? ISA_STX : ISA_ST;
	return in->op == ISA_STX ? operand_narrow(p, in->width, &in->src) : operand_immediate(p, in->width, &in->imm);
}

typedef bool (*statement_parser)(struct parser *, struct insn *);

/* Instructions that begin with their row's text. */
static statement_parser const by_form[FORM_STORE_REL + 1] = {
    [FORM_JA] = parse_goto,
    [FORM_JAL] = parse_goto,
    [FORM_MAYGOTO] = parse_goto,
    [FORM_CALL] = parse_call,
    [FORM_STORE_REL] = parse_store_release,
    [FORM_EXIT] = parse_exit,
};

static const struct {
	const char *word;
	statement_parser parse;
} by_word[] = {{"if", parse_if}, {"lock", parse_lock}, {"ld_pseudo", parse_pseudo}, {"*", parse_store}};

static bool parse_any(struct parser *p, struct insn *out)
{
	struct token first = p->tok;
	if (operand_at_register(p))
		return assign_parse(p, out);
	parser_next(p);
	for (size_t i = 0; i < sizeof by_word / sizeof *by_word; i++)
		if (token_is(&first, by_word[i].word))
			return by_word[i].parse(p, out);
	for (uint8_t op = 0; op < ISA_COUNT; op++) {
		out->op = op;
		if (by_form[isa_rows[op].form] && token_is(&first, isa_rows[op].text))
			return by_form[isa_rows[op].form](p, out);
	}
	return parser_fail(p, &first, "an instruction");
}

bool statement_parse(struct parser *p, struct insn *out)
{
	*out = (struct insn){0};
	p->label.kind = TOKEN_END;
	if (!parse_any(p, out))
		return false;
	if (isa_rows[out->op].off == OFF_ONE)
		out->off = 1;
	if (isa_rows[out->op].imm == IMM_EXACT)
		out->imm = isa_rows[out->op].exact;
	return true;
}
