/* SPDX-License-Identifier: BSD-2-Clause */
/* Assembly statements that begin with a register: arithmetic, loads, fetching atomics, LDDW. */
#include "operand.h"

#include <limits.h>
#include <string.h>

/* What stands on the left of the operator. */
struct left {
	struct token tok;
	uint8_t reg, width;
};

static bool require_wide(struct parser *p, const struct left *left)
{
	return left->width == 64 || parser_fail(p, &left->tok, "a 64-bit register");
}

/* The register that is assigned is also an operand. */
static bool parse_same(struct parser *p, const struct left *left)
{
	uint8_t width, reg;
	struct token t = p->tok;
	return operand_register(p, &width, &reg) &&
	       ((width == left->width && reg == left->reg) || parser_fail(p, &t, "the assigned register"));
}

/* r1 = 5, r1 = -r1, r1 = 5 ll */
static bool parse_number(struct parser *p, const struct left *left, struct insn *in)
{
	bool negative = operand_accept(p, "-");
	struct token number = p->tok;
	int64_t value;
	if (negative && operand_at_register(p)) {
		in->op = ISA_NEG;
		return parse_same(p, left);
	}
	if (!operand_magnitude(p, negative, INT64_MIN, UINT64_MAX, &value))
		return false;
	if (operand_accept(p, "ll")) {
		operand_set_wide(in, (uint64_t)value);
		return require_wide(p, left);
	}
	int64_t max = left->width == 32 ? UINT32_MAX : INT32_MAX;
	if (number.number > (uint64_t)max + negative || value < INT32_MIN)
		return parser_fail(p, &number, "a 32-bit immediate, or 'll' after the number");
	in->op = ISA_MOV;
	in->k = true;
	in->imm = (int32_t)value;
	return true;
}

/* r1 = (s8)r2 */
static bool parse_extension(struct parser *p, const struct left *left, struct insn *in)
{
	char sign;
	uint8_t from, width;
	struct token type = p->tok;
	if (!operand_type(p, &sign, &from))
		return false;
	if (sign != 's')
		return parser_fail(p, &type, "s8, s16 or s32");
	in->op = ISA_MOVSX;
	in->off = from;
	if (!operand_expect(p, ")"))
		return false;
	struct token source = p->tok;
	return operand_register(p, &width, &in->src) &&
	       (width == left->width || parser_fail(p, &source, "two registers of the same width"));
}

/* addr_space_cast(r2, 0, 1): the address space that it is to be of, then that it is of */
static bool parse_cast(struct parser *p, const struct left *left, struct insn *in)
{
	int64_t to, from;
	if (!require_wide(p, left) || !operand_expect(p, "(") || !operand_wide_register(p, &in->src) ||
	    !operand_expect(p, ",") || !operand_number(p, 0, 1, &to) || !operand_expect(p, ","))
		return false;
	struct token last = p->tok;
	if (!operand_number(p, 0, 1, &from))
		return false;
	in->op = ISA_CAST;
	in->imm = (int32_t)(to << 16 | from);
	return to + from == 1 ? operand_expect(p, ")") : parser_fail(p, &last, "the other address space");
}

/* skb[12], skb[r1 + 2] */
static bool parse_packet(struct parser *p, const struct left *left, struct insn *in)
{
	int64_t value = 0;
	if (left->reg != 0 || left->width != 64)
		return parser_fail(p, &left->tok, "r0");
	in->op = ISA_LDABS;
	if (!operand_expect(p, "["))
		return false;
	if (operand_at_register(p)) {
		in->op = ISA_LDIND;
		if (!operand_wide_register(p, &in->src))
			return false;
		if (!token_is(&p->tok, "]") && !operand_at_sign(p))
			return parser_fail(p, &p->tok, "'+', '-' or ']'");
	}
	if (!token_is(&p->tok, "]") && !operand_number(p, INT32_MIN, UINT32_MAX, &value))
		return false;
	in->imm = (int32_t)value;
	return operand_expect(p, "]");
}

/* *(u32 *)(r2 + 4), *(s8 *)(r2 + 4), *(u8 *)skb[12] */
static bool parse_load(struct parser *p, const struct left *left, struct insn *in)
{
	char sign;
	if (!operand_expect(p, "("))
		return false;
	struct token type = p->tok;
	if (!operand_type(p, &sign, &in->width) || !operand_expect(p, "*") || !operand_expect(p, ")"))
		return false;
	in->op = sign == 's' ? ISA_LDXS : ISA_LDX;
	if (operand_accept(p, "skb"))
		return sign == 's' || in->width == 64 ? parser_fail(p, &type, "u8, u16 or u32")
						      : parse_packet(p, left, in);
	if (left->width == 32 && (sign == 's' || in->width == 64))
		return require_wide(p, left);
	return operand_address(p, &in->src, &in->off);
}

/* be16 r1 */
static bool parse_swap(struct parser *p, const struct left *left, struct insn *in, unsigned bits)
{
	in->width = (uint8_t)bits;
	in->imm = (int32_t)bits;
	return require_wide(p, left) && parse_same(p, left);
}

/* load_acquire((u32 *)(r2 + 0)) */
static bool parse_load_acquire(struct parser *p, const struct left *left, struct insn *in)
{
	return operand_expect(p, "(") && operand_pointer(p, &in->width) && operand_address(p, &in->src, &in->off) &&
	       operand_expect(p, ")") && (left->width >= in->width || require_wide(p, left));
}

/* The address and operands of atomic_fetch_add((u64 *)(r2 + 0), r1), xchg_64(r2
 * + 0, r1) and cmpxchg_64(r2 + 0, r0, r1). */
static bool parse_fetch(struct parser *p, const struct left *left, struct insn *in)
{
	if (!operand_expect(p, "("))
		return false;
	if (!in->width || token_is(&p->tok, "(")) {
		struct token open = p->tok;
		uint8_t width = in->width;
		if (!operand_pointer(p, &in->width) || !operand_address(p, &in->dst, &in->off))
			return false;
		if (in->width < 32 || (width && width != in->width))
			return parser_fail(p, &open, "a type of the operation's width");
	} else if (!operand_place(p, &in->dst, &in->off)) {
		return false;
	}
	if (left->width < in->width)
		return require_wide(p, left);
	if (!operand_expect(p, ",") || !parse_same(p, left))
		return false;
	in->src = left->reg;
	if (in->op != ISA_A_CMPXCHG)
		return operand_expect(p, ")");
	if (left->reg != 0)
		return parser_fail(p, &left->tok, "r0");
	return operand_expect(p, ",") && operand_narrow(p, in->width, &in->src) && operand_expect(p, ")");
}

/* Operations that are written like a function. Width 0: as its operand says. */
static bool match_function(const struct token *t, unsigned op, uint8_t *width)
{
	const struct isa_row *row = &isa_rows[op];
	static const struct {
		enum isa_form form;
		const char *format;
		uint8_t width;
	} shapes[] = {
	    {FORM_END, "%s16", 16},
	    {FORM_END, "%s32", 32},
	    {FORM_END, "%s64", 64},
	    {FORM_LOAD_ACQ, "%s", 0},
	    {FORM_ATOMIC, "%s_64", 64},
	    {FORM_ATOMIC, "%s32_32", 32},
	    {FORM_ATOMIC, "atomic_fetch_%s", 0},
	};
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
		char text[40];
		snprintf(text, sizeof text, shapes[i].format, row->text);
		*width = shapes[i].width;
		/* xchg_64 and its kin carry their width, atomic_fetch_add takes it from a type. */
		bool exchange = op == ISA_A_XCHG || op == ISA_A_CMPXCHG;
		if (shapes[i].form == row->form && token_is(t, text) &&
		    (row->form != FORM_ATOMIC || exchange == (*width != 0)))
			return true;
	}
	return false;
}

static bool parse_index(struct parser *p, int64_t lo, struct insn *in)
{
	int64_t value;
	if (!operand_number(p, lo, INT32_MAX, &value))
		return false;
	operand_set_wide(in, (uint32_t)value);
	return operand_expect(p, "]");
}

/* The index of a map by its name, -1 if there is none of that name. */
static int resolve_map(struct parser *p, const struct token *name)
{
	char text[256];
	if (!p->resolve || name->len >= sizeof text)
		return -1;
	snprintf(text, sizeof text, "%.*s", (int)name->len, name->text);
	return p->resolve(p->arg, text);
}

/* map[NAME] ll, map[3] ll, map[3][0]+8 ll */
static bool parse_map(struct parser *p, struct insn *in)
{
	struct token name = p->tok;
	int64_t off;
	in->src = WIDE_MAP;
	if (name.kind == TOKEN_NAME) {
		int map = resolve_map(p, &name);
		if (map < 0)
			return parser_fail(p, &name, "the name of a map");
		operand_set_wide(in, (uint32_t)map);
		parser_next(p);
		if (!operand_expect(p, "]"))
			return false;
	} else if (!parse_index(p, 0, in)) {
		return false;
	}
	if (!operand_accept(p, "["))
		return true;
	in->src = WIDE_MAP_VALUE;
	if (!operand_number(p, 0, 0, &off) || !operand_expect(p, "]") || !operand_expect(p, "+") ||
	    !operand_magnitude(p, false, 0, UINT32_MAX, &off))
		return false;
	in->imm64 |= (uint64_t)off << 32;
	return true;
}

/* map[...], extern[...] or subprog[...], from the bracket on. */
static bool parse_indexed(struct parser *p, const struct token *name, struct insn *in)
{
	if (token_is(name, "map"))
		return parse_map(p, in);
	bool is_extern = token_is(name, "extern");
	if (!is_extern && !token_is(name, "subprog"))
		return parser_fail(p, name, "map[...], extern[...] or subprog[...]");
	in->src = is_extern ? WIDE_BTF_ID : WIDE_FUNC;
	return parse_index(p, is_extern ? 0 : INT32_MIN, in);
}

/* An address of LDDW; a name alone is a map's or a label's. */
static bool parse_symbol(struct parser *p, const struct token *name, struct insn *in)
{
	if (operand_accept(p, "["))
		return parse_indexed(p, name, in) && operand_expect(p, "ll");
	if (!token_is(&p->tok, "ll"))
		return parser_fail(p, name, "a value");
	int map = resolve_map(p, name);
	in->src = map < 0 ? WIDE_FUNC : WIDE_MAP;
	operand_set_wide(in, map < 0 ? 0 : (uint32_t)map);
	if (map < 0)
		p->label = *name;
	return operand_expect(p, "ll");
}

static bool parse_named(struct parser *p, const struct left *left, struct insn *in)
{
	struct token name = p->tok;
	parser_next(p);
	if (token_is(&name, isa_rows[ISA_CAST].text))
		return parse_cast(p, left, in);
	for (uint8_t op = 0; op < ISA_COUNT; op++) {
		uint8_t width;
		if (!match_function(&name, op, &width))
			continue;
		in->op = op;
		in->dst = isa_rows[op].form == FORM_ATOMIC ? 0 : left->reg;
		in->width = width;
		if (isa_rows[op].form == FORM_END)
			return parse_swap(p, left, in, width);
		return isa_rows[op].form == FORM_ATOMIC ? parse_fetch(p, left, in) : parse_load_acquire(p, left, in);
	}
	return require_wide(p, left) && parse_symbol(p, &name, in);
}

static bool parse_value(struct parser *p, const struct left *left, struct insn *in)
{
	if (operand_at_register(p)) {
		in->op = ISA_MOV;
		return operand_second(p, in);
	}
	if (p->tok.kind == TOKEN_NUMBER || token_is(&p->tok, "-"))
		return parse_number(p, left, in);
	if (p->tok.kind == TOKEN_NAME)
		return parse_named(p, left, in);
	if (operand_accept(p, "("))
		return parse_extension(p, left, in);
	if (operand_accept(p, "*"))
		return parse_load(p, left, in);
	return parser_fail(p, &p->tok, "a value");
}

bool assign_parse(struct parser *p, struct insn *in)
{
	struct left left = {.tok = p->tok};
	if (!operand_register(p, &left.width, &left.reg))
		return false;
	in->dst = left.reg;
	in->width = left.width;
	if (operand_accept(p, isa_rows[ISA_MOV].text))
		return parse_value(p, &left, in);
	in->op = operand_row(p, FORM_ALU);
	if (in->op == ISA_COUNT)
		return parser_fail(p, &p->tok, "an operator such as '=' or '+='");
	parser_next(p);
	return operand_second(p, in);
}
