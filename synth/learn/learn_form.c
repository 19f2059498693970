/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists of instructions: every operation with the operands that are worth a try. */
#include "synth/learn/learn_form.h"

#include "synth/draft/alloc.h"
#include "synth/rules/rule_text.h"

#include <string.h>

enum { A, B, C };
#define REG(r) (1u << (r))

struct maker {
	struct rule *g;
	struct learn_forms *to;
	unsigned dsts, srcs; /* register variables, a bit each */
	const uint8_t *imms; /* nodes */
	unsigned n_imms;
	bool literals; /* numbers that go with the operation too */
	bool common;   /* only what compilers write often */
};

static unsigned node_of(struct rule *g, const char *text)
{
	unsigned node;
	const char *what, *at = text;
	if (!rule_expr_parse(g, &at, 1, &node, &what) || *at) {
		fprintf(stderr, "bpfprove: bug: %s: expected %s\n", text, what);
		abort();
	}
	return node;
}

static void add(struct learn_forms *f, struct rule_insn ri)
{
	if ((f->n & (f->n - 1)) == 0)
		f->at = checked(reallocarray(f->at, 2 * (f->n ? f->n : 1), sizeof *f->at));
	f->at[f->n++] = ri;
}

/* Few programs combine a register with itself otherwise. */
static bool takes_itself(const struct insn *in)
{
	return in->op == ISA_ADD || in->op == ISA_MOVSX || (in->op == ISA_MOV && in->width == 32) ||
	       (!insn_has_form(in, FORM_ALU) && !insn_has_form(in, FORM_JMP));
}

static void add_registers(const struct maker *m, struct insn in)
{
	for (unsigned d = A; d <= C; d++)
		for (unsigned s = A; s <= C; s++)
			if (m->dsts >> d & 1 && m->srcs >> s & 1 && (d != s || takes_itself(&in))) {
				in.dst = (uint8_t)d;
				in.src = (uint8_t)s;
				add(m->to, (struct rule_insn){.in = in});
			}
}

static void add_immediate(const struct maker *m, struct insn in, unsigned node)
{
	in.k = true;
	for (unsigned d = A; d <= B; d++)
		if (m->dsts >> d & 1) {
			in.dst = (uint8_t)d;
			add(m->to, (struct rule_insn){.in = in, .imm = (uint8_t)(node + 1)});
		}
}

/* Numbers that make an operation a special one. */
static const char *literals_of(uint8_t op, unsigned i)
{
	static const struct {
		uint8_t op;
		const char *text[7];
	} rows[] = {
	    {ISA_LSH, {"8", "16", "24", "32", "48", "56"}},
	    {ISA_RSH, {"8", "16", "24", "32", "48", "56"}},
	    {ISA_ARSH, {"8", "16", "24", "32", "48", "56"}},
	    {ISA_AND, {"1", "255", "0xffff"}},
	    {ISA_XOR, {"-1", "1"}},
	    {ISA_MOV, {"0", "1"}},
	    {ISA_MUL, {"-1"}},
	    {ISA_SUB, {"1"}},
	    {ISA_ADD, {"1"}},
	    {ISA_JEQ, {"0"}},
	    {ISA_JNE, {"0"}},
	    {ISA_JGT, {"0"}},
	    {ISA_JGE, {"1"}},
	    {ISA_JSGT, {"-1", "0"}},
	    {ISA_JSLT, {"0"}},
	    {ISA_JLT, {"1"}},
	    {ISA_JSGE, {"0"}},
	    {ISA_JSLE, {"-1"}},
	    {ISA_JLE, {"0"}},
	};
	for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
		if (rows[k].op == op)
			return rows[k].text[i];
	return NULL;
}

static void add_operation(const struct maker *m, uint8_t op, unsigned width)
{
	struct insn in = {.op = op, .width = (uint8_t)width};
	if (op == ISA_SDIV || op == ISA_SMOD)
		in.off = 1;
	bool both = !m->common || op == ISA_MOV || op == ISA_ADD || op == ISA_SUB || op == ISA_AND || op == ISA_OR ||
		    op == ISA_XOR || insn_has_form(&in, FORM_JMP);
	if (both)
		add_registers(m, in);
	for (unsigned i = 0; i < m->n_imms; i++)
		add_immediate(m, in, m->imms[i]);
	for (unsigned i = 0; m->literals && literals_of(op, i); i++)
		add_immediate(m, in, node_of(m->g, literals_of(op, i)));
}

static void add_one_register(const struct maker *m, struct insn in)
{
	for (unsigned d = A; d <= C; d++)
		if (m->dsts >> d & 1) {
			in.dst = (uint8_t)d;
			add(m->to, (struct rule_insn){.in = in});
		}
}

static void add_arithmetic(const struct maker *m)
{
	static const uint8_t ops[] = {ISA_MOV, ISA_ADD,  ISA_SUB, ISA_AND, ISA_OR,  ISA_XOR,  ISA_LSH,
				      ISA_RSH, ISA_ARSH, ISA_MUL, ISA_DIV, ISA_MOD, ISA_SDIV, ISA_SMOD};
	static const uint8_t swaps[] = {ISA_BE, ISA_BSWAP};
	for (size_t i = 0; i < sizeof ops; i++)
		for (unsigned width = 64; width >= 32; width -= 32)
			if (!m->common || (ops[i] != ISA_SDIV && ops[i] != ISA_SMOD))
				add_operation(m, ops[i], width);
	for (unsigned width = 64; width >= 32; width -= 32) {
		add_one_register(m, (struct insn){.op = ISA_NEG, .width = (uint8_t)width});
		for (unsigned from = 8; from < width; from *= 2)
			add_registers(m, (struct insn){.op = ISA_MOVSX, .width = (uint8_t)width, .off = (int16_t)from});
	}
	for (size_t i = 0; i < sizeof swaps; i++)
		for (unsigned width = 16; width <= 64; width *= 2)
			if (swaps[i] == ISA_BE || (!m->common && swaps[i] == ISA_BSWAP))
				add_one_register(
				    m, (struct insn){.op = swaps[i], .width = (uint8_t)width, .imm = (int32_t)width});
}

static void add_branches(const struct maker *m)
{
	static const uint8_t ops[] = {ISA_JEQ,  ISA_JNE,  ISA_JGT,  ISA_JGE,  ISA_JLT, ISA_JLE,
				      ISA_JSET, ISA_JSGT, ISA_JSGE, ISA_JSLT, ISA_JSLE};
	for (size_t i = 0; i < sizeof ops; i++)
		for (unsigned width = 64; width >= 32; width -= 32)
			add_operation(m, ops[i], width);
}

static void add_loads(const struct maker *m, const char *off)
{
	unsigned node = node_of(m->g, off);
	for (unsigned width = 8; width <= 64; width *= 2)
		for (unsigned sign = 0; sign < (width < 64 ? 2 : 1); sign++)
			for (unsigned d = A; d <= C; d++)
				for (unsigned s = A; s <= C; s++)
					if (m->dsts >> d & 1 && m->srcs >> s & 1)
						add(m->to, (struct rule_insn){.in = {.op = sign ? ISA_LDXS : ISA_LDX,
										     .width = (uint8_t)width,
										     .dst = (uint8_t)d,
										     .src = (uint8_t)s},
									      .off = (uint8_t)(node + 1)});
}

static void add_stores(const struct maker *m, const char *off)
{
	unsigned node = node_of(m->g, off);
	size_t from = m->to->n;
	for (unsigned width = 8; width <= 64; width *= 2) {
		add_registers(m, (struct insn){.op = ISA_STX, .width = (uint8_t)width});
		for (unsigned i = 0; i < m->n_imms; i++)
			add_immediate(m, (struct insn){.op = ISA_ST, .width = (uint8_t)width}, m->imms[i]);
	}
	for (size_t i = from; i < m->to->n; i++) {
		m->to->at[i].off = (uint8_t)(node + 1);
		m->to->at[i].in.k = false;
	}
}

static const char *const result_texts[] = {
    "C",
    "D",
    "0",
    "1",
    "-1",
    "2",
    "8",
    "16",
    "24",
    "32",
    "48",
    "56",
    "31",
    "63",
    "255",
    "0xffff",
    "C + D",
    "C - D",
    "D - C",
    "C & D",
    "C | D",
    "C ^ D",
    "C * D",
    "C & ~D",
    "D & ~C",
    "-C",
    "~C",
    "-D",
    "C - 1",
    "C + 1",
    "D + 1",
    "D - 1",
    "log2(C)",
    "log2(D)",
    "C << D",
    "C >> D",
    "D << C",
    "D >> C",
    "sext32(C << D)",
    "low32(C) >> D",
    "arsh(C, D)",
    "arsh32(C, D)",
    "low32(D) >> C",
    "arsh(D, C)",
    "-1 << C",
    "-1 >> C",
    "low32(-1) >> C",
    "(1 << C) - 1",
    "1 << C",
    "div(C, D)",
    "mod(C, D)",
    "low32(C)",
    "32 - C",
    "64 - C",
    "bswap16(C)",
    "sext32(bswap32(C))",
    "bswap16(D)",
    "sext32(bswap32(D))",
    "low8(C)",
    "low16(C)",
    "low8(D)",
    "low16(D)",
    "sext8(C)",
    "sext16(C)",
    "sext32(C + D)",
    "sext32(C * D)",
    "sext32(D - C)",
    "sext32(C - D)",
};
#define RESULTS (sizeof result_texts / sizeof *result_texts)

static void make_plain(struct rule *g, struct learn_class *c, bool jump, const uint8_t *results)
{
	uint8_t first[] = {(uint8_t)node_of(g, "C")}, second[] = {(uint8_t)node_of(g, "D"), first[0]};
	c->name = jump ? "jump" : "alu";
	add_arithmetic(&(struct maker){g, &c->first, REG(A), REG(A) | REG(B), first, 1, true, true});
	struct maker m = {g, &c->second, REG(A) | REG(B) | REG(C), REG(A) | REG(B), second, 2, true, false};
	struct maker r = {g,     &c->result, REG(A) | REG(B) | REG(C), REG(A) | REG(B) | REG(C), results, RESULTS,
			  false, false};
	if (jump) {
		m.dsts = REG(A) | REG(B);
		r.dsts = r.srcs = REG(A) | REG(B);
		add_branches(&m);
		add_branches(&r);
		add(&c->result, (struct rule_insn){.in = {.op = ISA_JA}});
		return;
	}
	add_arithmetic(&m);
	add_arithmetic(&r);
}

static void add_offsets(const struct maker *r, void (*list)(const struct maker *, const char *))
{
	static const char *const offs[] = {"O", "O + 1", "O + 2", "O + 3", "O + 4", "O + 5", "O + 6", "O + 7"};
	for (size_t i = 0; i < sizeof offs / sizeof *offs; i++)
		list(r, offs[i]);
}

/* rA = *(rB + O), then arithmetic on rA or a comparison of it. */
static void make_load(struct rule *g, struct learn_class *c, bool jump)
{
	uint8_t imms[] = {(uint8_t)node_of(g, "C")};
	c->name = jump ? "load-jump" : "load";
	c->points = REG(B);
	add_loads(&(struct maker){g, &c->first, REG(A), REG(B), NULL, 0, false, false}, "O");
	struct maker m = {g, &c->second, REG(A), REG(A), imms, 1, true, true};
	if (jump)
		add_branches(&m);
	else
		add_arithmetic(&m);
	add_offsets(&(struct maker){g, &c->result, REG(A), REG(B), NULL, 0, false, false}, add_loads);
	if (jump)
		add(&c->result, (struct rule_insn){.in = {.op = ISA_JA}});
}

/* Arithmetic on rA, then *(rB + O) = rA. */
static void make_store(struct rule *g, struct learn_class *c, const uint8_t *results)
{
	uint8_t imms[] = {(uint8_t)node_of(g, "C")};
	c->name = "store";
	c->points = REG(B);
	add_arithmetic(&(struct maker){g, &c->first, REG(A), REG(A) | REG(C), imms, 1, true, true});
	add_stores(&(struct maker){g, &c->second, REG(B), REG(A), NULL, 0, false, false}, "O");
	add_offsets(&(struct maker){g, &c->result, REG(B), REG(A) | REG(C), results, RESULTS, false, false},
		    add_stores);
}

/* Two stores of constants that are next to each other. */
static void make_stores(struct rule *g, struct learn_class *c, const uint8_t *results)
{
	static const char *const beside[] = {"O + 1", "O + 2", "O + 4", "O - 1", "O - 2", "O - 4"};
	static const char *const wide[] = {
	    "low8(C) | low8(D) << 8",    "low8(D) | low8(C) << 8", "low16(C) | low16(D) << 16",
	    "low16(D) | low16(C) << 16", "low32(C) | D << 32",     "low32(D) | C << 32",
	};
	uint8_t ci[] = {(uint8_t)node_of(g, "C")}, di[] = {(uint8_t)node_of(g, "D"), ci[0]};
	uint8_t wides[sizeof wide / sizeof *wide];
	c->name = "stores";
	c->points = REG(B);
	for (size_t i = 0; i < sizeof wides; i++)
		wides[i] = (uint8_t)node_of(g, wide[i]);
	struct maker first = {g, &c->first, REG(B), REG(A), ci, 1, false, false};
	struct maker second = {g, &c->second, REG(B), REG(A), di, 2, false, false};
	add_stores(&first, "O");
	add_stores(&second, "O");
	for (size_t i = 0; i < sizeof beside / sizeof *beside; i++)
		add_stores(&second, beside[i]);
	struct maker all = {g, &c->result, REG(B), REG(A), results, 2, false, false};
	struct maker both = {g, &c->result, REG(B), REG(A), wides, sizeof wides, false, false};
	add_stores(&all, "O"); /* the plain ones first: they are taken if they do */
	for (size_t i = 3; i < sizeof beside / sizeof *beside; i++)
		add_stores(&all, beside[i]);
	add_stores(&both, "O");
	for (size_t i = 3; i < sizeof beside / sizeof *beside; i++)
		add_stores(&both, beside[i]);
}

/* An address is made, then used. */
static void make_address(struct rule *g, struct learn_class *c, bool copied)
{
	uint8_t imms[] = {(uint8_t)node_of(g, "C")}, stored[] = {(uint8_t)node_of(g, "D")};
	unsigned base = copied ? B : A;
	c->name = copied ? "address-copy" : "address";
	c->points = (uint8_t)REG(base);
	c->near = !copied;
	struct maker m = {g, &c->first, REG(A), REG(B), imms, 1, false, false};
	if (copied) {
		add_registers(&m, (struct insn){.op = ISA_MOV, .width = 64});
	} else {
		add_immediate(&m, (struct insn){.op = ISA_ADD, .width = 64}, imms[0]);
		add_immediate(&m, (struct insn){.op = ISA_SUB, .width = 64}, imms[0]);
	}
	add_loads(&(struct maker){g, &c->second, REG(A) | REG(C), REG(A), NULL, 0, false, false}, "O");
	add_stores(&(struct maker){g, &c->second, REG(A), REG(C), stored, 1, false, false}, "O");
	static const char *const offs[] = {"O", "O + C", "O - C"};
	for (size_t i = 0; i < (copied ? 1 : 3); i++) {
		add_loads(&(struct maker){g, &c->result, REG(A) | REG(C), REG(base), NULL, 0, false, false}, offs[i]);
		add_stores(&(struct maker){g, &c->result, REG(base), REG(C), stored, 1, false, false}, offs[i]);
	}
}

/* rA = K ll */
static void make_wide(struct rule *g, struct learn_class *c)
{
	uint8_t node = (uint8_t)node_of(g, "K");
	c->name = "wide";
	add(&c->first, (struct rule_insn){.in = {.op = ISA_LDDW, .width = 64}, .imm = (uint8_t)(node + 1)});
	struct maker r = {g, &c->result, REG(A), REG(B), &node, 1, false, false};
	add_operation(&r, ISA_MOV, 64);
	add_operation(&r, ISA_MOV, 32);
}

void learn_classes_make(struct rule *g, struct learn_class classes[LEARN_CLASSES])
{
	uint8_t results[RESULTS];
	memset(g, 0, sizeof *g);
	memset(classes, 0, LEARN_CLASSES * sizeof *classes);
	for (size_t i = 0; i < RESULTS; i++)
		results[i] = (uint8_t)node_of(g, result_texts[i]);
	make_plain(g, &classes[0], false, results);
	make_plain(g, &classes[1], true, results);
	make_load(g, &classes[2], false);
	make_load(g, &classes[3], true);
	make_store(g, &classes[4], results);
	make_stores(g, &classes[5], results);
	make_address(g, &classes[6], false);
	make_address(g, &classes[7], true);
	make_wide(g, &classes[8]);
}

void learn_classes_release(struct learn_class classes[LEARN_CLASSES])
{
	for (unsigned i = 0; i < LEARN_CLASSES; i++) {
		free(classes[i].first.at);
		free(classes[i].second.at);
		free(classes[i].result.at);
	}
}

unsigned learn_cost(const struct rule_insn *side, unsigned n)
{
	unsigned cost = 1000 * rule_slots(side, n);
	for (unsigned i = 0; i < n; i++)
		switch ((int)side[i].in.op) {
		case ISA_DIV:
		case ISA_MOD:
		case ISA_SDIV:
		case ISA_SMOD:
			cost += 30;
			break;
		case ISA_MUL:
			cost += 6;
			break;
		case ISA_LDX:
		case ISA_LDXS:
			cost += 8;
			break;
		default:
			cost += 2;
		}
	return cost;
}
