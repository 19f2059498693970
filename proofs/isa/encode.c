/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * usage: isa DIRECTORY STATE.smt2 STATEMENTS.smt2 ...
 * Writes DIRECTORY/NAME.smt2 for every statement: the statement's own text beside the encoder's terms of the same
 * instruction, decoded from its bytes, and the question whether they can differ; a question for each choice of
 * registers and fields, divided by (reset). stdout: a line for each statement, its questions' number and who answers
 * for it. Exit 1 where isa.def has an instruction that no statement is about.
 */
#include "encode/machine/machine.h"
#include "proofs/isa/statement.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define PC 40000         /* slot of the instruction */
#define MEMORY 65536u    /* bytes */
#define POSITION (~0ull) /* of the memory's making: before any call */
/* Indices of IN_SOME: registers, then fields, then a place in memory. */
enum { SOME_IMM = 100, SOME_OFF, SOME_PLACE };

/* One question. */
struct instance {
	const struct statement *st;
	struct insn in;
	uint8_t code;
	bool any_imm, any_off;
	bool apart, holds; /* only where NAME.case holds, or does not */
};

struct encoding {
	const struct instance *of;
	struct world *world;
	struct term_pool *pool;
	struct run *run;
	struct state *state;
	uint32_t memory;
	int base; /* the register that points there, -1: none */
	term entry[11], fault, taken, byte;
	bool goes_on;
};

static const char *const function_names[] = {
    [FORM_ALU] = "step_alu",          [FORM_ALUX] = "step_movsx",        [FORM_ALU1] = "step_alu",
    [FORM_END] = "step_end",          [FORM_JA] = "insn_falls_through",  [FORM_JAL] = "insn_falls_through",
    [FORM_JMP] = "step_condition",    [FORM_LDX] = "step_load",          [FORM_LDXS] = "step_load",
    [FORM_ST] = "step_store",         [FORM_STX] = "step_store",         [FORM_ATOMIC] = "step_atomic",
    [FORM_LOAD_ACQ] = "step_ordered", [FORM_STORE_REL] = "step_ordered",
};

static term some(struct encoding *e, unsigned index)
{
	return world_input1(e->world, IN_SOME, word_const(e->world, index));
}

static int base_register(const struct instance *t)
{
	switch ((int)isa_rows[t->in.op].form) {
	case FORM_LDX:
	case FORM_LDXS:
	case FORM_LOAD_ACQ:
		return t->in.src;
	case FORM_ST:
	case FORM_STX:
	case FORM_ATOMIC:
	case FORM_STORE_REL:
		return t->in.dst;
	default:
		return -1;
	}
}

static void make_state(struct encoding *e)
{
	struct world *w = e->world;
	term position = word_const(w, POSITION);
	e->memory = region_make(w, REGION_MEM, MEMORY, tuple_make(w, &position, 1));
	e->state = state_new(w);
	e->base = base_register(e->of);
	for (int i = 0; i < 11; i++) {
		e->entry[i] = some(e, (unsigned)i);
		e->state->regs[i] =
		    i == e->base ? value_pointer(w, e->memory, e->entry[i]) : value_number(w, e->entry[i]);
	}
}

static void step(struct encoding *e)
{
	const struct insn *in = &e->of->in;
	switch ((int)isa_rows[in->op].form) {
	case FORM_JA:
	case FORM_JAL:
		e->taken = insn_falls_through(in) ? term_false(e->pool) : term_true(e->pool);
		break;
	case FORM_JMP:
		e->taken = step_condition(e->run, e->state, in);
		break;
	default:
		e->goes_on = step_insn(e->run, e->state, in);
	}
}

static void encode(struct encoding *e)
{
	struct program program = {.insns = (struct insn *)&e->of->in, .n = 1};
	struct run_field field = {0};
	if (e->of->any_imm)
		field.imm = term_sext(e->pool, term_extract(e->pool, some(e, SOME_IMM), 31, 0), 64);
	if (e->of->any_off)
		field.off = term_sext(e->pool, term_extract(e->pool, some(e, SOME_OFF), 15, 0), 64);
	make_state(e);
	e->run = run_new(e->world, &program, NULL);
	e->run->fields = &field;
	e->goes_on = true;
	e->taken = term_false(e->pool);
	step(e);
	tuple key = region_at(e->world, e->memory)->key;
	e->byte = mem_read_byte(e->world, e->state->mems[SPACE_MEM], key, some(e, SOME_PLACE));
	e->fault = run_any_fault(e->run);
	e->goes_on &= e->run->n_unknowns == 0 && term_gave_up(e->pool) == TERM_GOES_ON;
}

/* An input of the encoder in the statements' words; what has no name there is any value. */
static void print_leaf(void *arg, const struct term_pool *p, term leaf, FILE *out)
{
	static const char *const fields[] = {"((_ zero_extend 32) imm)", "((_ zero_extend 48) off)", "place"};
	(void)arg;
	uint64_t v = 0;
	bool some = term_fn(p, leaf) == IN_SOME && term_is_const(p, term_arg(p, leaf, 0), &v);
	bool byte = term_fn(p, leaf) == IN_OUT && term_is_const(p, term_arg(p, leaf, 0), &v) && v == POSITION;
	if (!byte && !(some && (v < 11 || (v >= SOME_IMM && v <= SOME_PLACE)))) {
		fprintf(out, "(declare-const t%" PRIu32 " (_ BitVec %u))\n", leaf, term_width(p, leaf));
		return;
	}
	fprintf(out, "(define-fun t%" PRIu32 " () (_ BitVec %u) ", leaf, term_width(p, leaf));
	if (byte) {
		fputs("(memory", out);
		term_print_operand(p, term_arg(p, leaf, 2), out);
		fputs("))\n", out);
	} else if (v < 11) {
		fprintf(out, "r%" PRIu64 ")\n", v);
	} else {
		fprintf(out, "%s)\n", fields[v - SOME_IMM]);
	}
}

static void print_field(const char *name, unsigned bits, bool any, uint64_t value, FILE *out)
{
	if (any)
		fprintf(out, "(declare-const %s (_ BitVec %u))\n", name, bits);
	else
		fprintf(out, "(define-fun %s () (_ BitVec %u) (_ bv%" PRIu64 " %u))\n", name, bits, value, bits);
}

/* The words that state.smt2 says are there before it. */
static void print_before(const struct instance *t, FILE *out)
{
	char text[64];
	insn_print(&t->in, text, sizeof text);
	fprintf(out, "; question: %s%s%s\n(set-logic QF_UFBV)\n", text, t->any_imm ? ", any immediate" : "",
		t->any_off ? ", any offset" : "");
	fputs("(define-sort Word () (_ BitVec 64))\n(define-sort Half () (_ BitVec 32))\n"
	      "(declare-fun memory (Word) (_ BitVec 8))\n(declare-const place Word)\n",
	      out);
	for (int i = 0; i < 11; i++)
		fprintf(out, "(declare-const r%d Word)\n", i);
	fprintf(out, "(define-fun d () Word r%u)\n(define-fun src () Word r%u)\n", t->in.dst, t->in.src);
	print_field("opcode", 8, false, t->code, out);
	print_field("imm", 32, t->any_imm, (uint32_t)t->in.imm, out);
	print_field("off", 16, t->any_off, (uint16_t)t->in.off, out);
	print_field("pc", 64, false, PC, out);
}

/* What the statement says that register i holds, as text. */
static void name_register(const struct instance *t, int i, char text[64])
{
	const struct statement *st = t->st;
	if (st->says[PART_DST] && i == t->in.dst)
		snprintf(text, 64, "%s.dst", st->name);
	else if (st->says[PART_SRC] && i == t->in.src)
		snprintf(text, 64, "%s.src", st->name);
	else if (st->says[PART_R0] && i == 0)
		snprintf(text, 64, "%s.r0", st->name);
	else
		snprintf(text, 64, "r%d", i);
}

static void print_equal(struct encoding *e, const char *text, term t, FILE *out)
{
	fprintf(out, "  (= %s", text);
	term_print_operand(e->pool, t, out);
	fputs(")\n", out);
}

static term register_word(const struct encoding *e, int i)
{
	const struct value *v = &e->state->regs[i];
	return v->n ? v->alts[0].off : v->word;
}

/* A pointer is one only where nothing was said of it, and a number stays one. */
static bool register_is_sane(const struct encoding *e, int i, bool said)
{
	const struct value *v = &e->state->regs[i];
	if (i != e->base || said)
		return !v->n;
	return v->n == 1 && v->alts[0].region == e->memory && term_is_true(e->pool, v->alts[0].guard);
}

static void print_registers(struct encoding *e, FILE *out)
{
	char text[64];
	for (int i = 0; i < 11; i++) {
		name_register(e->of, i, text);
		if (!register_is_sane(e, i, text[0] != 'r' || strchr(text, '.'))) {
			fputs("  false\n", out);
			continue;
		}
		print_equal(e, text, register_word(e, i), out);
		if (!term_is_true(e->pool, e->state->regs[i].init))
			print_equal(e, "#b1", e->state->regs[i].init, out);
	}
}

static void print_jump(struct encoding *e, FILE *out)
{
	const struct statement *st = e->of->st;
	if (!st->says[PART_TAKEN]) {
		print_equal(e, "#b0", e->taken, out);
		return;
	}
	fprintf(out, "  (= %s.taken (= #b1", st->name);
	term_print_operand(e->pool, e->taken, out);
	fprintf(out, "))\n  (= %s.target (_ bv%" PRIu64 " 64))\n", st->name, (uint64_t)insn_target(&e->of->in, PC));
}

/* One place stands for all of the memory: no byte but those that are said to may change. */
static void print_memory(struct encoding *e, FILE *out)
{
	const char *name = e->of->st->name;
	if (!e->of->st->says[PART_MEM]) {
		print_equal(e, "(memory place)", e->byte, out);
		return;
	}
	char text[100];
	snprintf(text, sizeof text, "(stored %s.at %s.mem place)", name, name);
	print_equal(e, text, e->byte, out);
}

/* It faults outside of the memory and nowhere else; where it does not, all is as it is said to be. */
static void print_question(struct encoding *e, FILE *out)
{
	const char *name = e->of->st->name;
	fputs("(define-fun inside () Bool ", out);
	if (e->of->st->says[PART_BYTES])
		fprintf(out, "(bvule %s.at (bvsub (_ bv%u 64) %s.bytes)))\n", name, MEMORY, name);
	else
		fputs("true)\n", out);
	fputs("(assert (not (and\n  (= inside (= #b0", out);
	term_print_operand(e->pool, e->fault, out);
	fputs("))\n  (=> inside (and\n", out);
	fputs(e->goes_on ? "" : "  false\n", out);
	print_registers(e, out);
	print_jump(e, out);
	print_memory(e, out);
	fputs("  )))))\n", out);
	if (e->of->apart)
		fprintf(out, "(assert (= %s.case %s))\n", name, e->of->holds ? "true" : "false");
	fputs("(check-sat)\n", out);
}

static void print_terms(struct encoding *e, FILE *out)
{
	term roots[32];
	size_t n = 0;
	for (int i = 0; i < 11; i++) {
		roots[n++] = register_word(e, i);
		roots[n++] = e->state->regs[i].init;
	}
	roots[n++] = e->fault;
	roots[n++] = e->taken;
	roots[n++] = e->byte;
	term_print_definitions(e->pool, roots, n, print_leaf, NULL, out);
}

static void ask(const struct instance *t, const char *state, bool first, FILE *out)
{
	struct encoding e = {.of = t, .pool = term_new_pool()};
	e.world = world_new(e.pool, PROGTYPE_XDP, NULL, 0);
	encode(&e);
	fputs(first ? "" : "(reset)\n", out);
	print_before(t, out);
	fputs(state, out);
	fputs(t->st->text, out);
	print_terms(&e, out);
	print_question(&e, out);
	run_free(e.run);
	world_free(e.world);
	term_free_pool(e.pool);
}

/* Choices of registers and fields. */

#define COUNT(list) (sizeof(list) / sizeof *(list))
static const int32_t immediates[] = {0,   1,   2,   3,      7,      8,          31,        32, 33, 63,   64,
				     127, 128, 255, 0x7fff, 0x8000, 0x7fffffff, INT32_MIN, -1, -2, -128, -255};
static const int16_t offsets[] = {0, 1, -1, 7, 8, -8, 511, -512, INT16_MAX, INT16_MIN};

struct questions {
	const struct statement *st;
	const char *state;
	FILE *out;
	unsigned n, width;
	bool *covered; /* by shape */
};

/* What tells instructions apart that isa.def gives a meaning each. */
#define SHAPES (ISA_COUNT * 9u * 2 * 5)
static unsigned shape_of(const struct insn *in)
{
	unsigned by_off = isa_rows[in->op].off == OFF_SX ? (unsigned)in->off / 8 : 0;
	return ((in->op * 9u + in->width / 8u) * 2 + in->k) * 5 + by_off;
}

static struct insn decode(const struct questions *q, uint8_t code, uint8_t regs, int16_t off, int32_t imm)
{
	uint8_t bytes[8] = {code, regs};
	char err[160];
	struct insn in;
	for (unsigned i = 0; i < 2; i++)
		bytes[2 + i] = (uint8_t)((uint16_t)off >> 8 * i);
	for (unsigned i = 0; i < 4; i++)
		bytes[4 + i] = (uint8_t)((uint32_t)imm >> 8 * i);
	if (insn_decode_slot(bytes, &in, err, sizeof err) && in.op == q->st->op)
		return in;
	printf("wrong\t%s\topcode 0x%02x is not decoded as %s\n", q->st->name, code, isa_rows[q->st->op].name);
	exit(1);
}

static void put(struct questions *q, uint8_t code, uint8_t regs, int16_t off, int32_t imm, bool any_imm, bool any_off)
{
	struct instance t = {
	    .st = q->st,
	    .in = decode(q, code, regs, off, imm),
	    .code = code,
	    .any_imm = any_imm,
	    .any_off = any_off,
	};
	t.apart = q->st->says[PART_CASE];
	for (int holds = 0; holds <= t.apart; holds++) {
		t.holds = holds;
		ask(&t, q->state, q->n++ == 0, q->out);
	}
	q->covered[shape_of(&t.in)] = true;
	q->width = t.in.width;
}

static bool has_operand(const struct statement *st, uint8_t code)
{
	bool imm = isa_rows[st->op].imm == IMM_ANY || isa_rows[st->op].imm == IMM_JUMP;
	bool arithmetic = (code & 7) >= 4; /* classes whose source bit tells a register from an immediate */
	return imm && !(arithmetic && code & 8);
}

/* Pairs dst | src << 4: two registers, the same twice, the last ones. */
static void put_registers(struct questions *q, uint8_t code, uint8_t out[3])
{
	enum isa_form form = isa_rows[q->st->op].form;
	bool source = form == FORM_ALUX || form == FORM_LDX || form == FORM_LDXS || form == FORM_STX ||
		      form == FORM_ATOMIC || form == FORM_LOAD_ACQ || form == FORM_STORE_REL ||
		      ((form == FORM_ALU || form == FORM_JMP) && code & 8);
	bool none = form == FORM_JA || form == FORM_JAL;
	bool stores = q->st->says[PART_MEM];
	memcpy(out,
	       (uint8_t[]){none     ? 0
			   : source ? 0x21
				    : 1,
			   none     ? 0
			   : source ? (stores ? 0x01 : 0x33)
				    : 3,
			   none     ? 0
			   : source ? (stores ? 0x79 : 0xa0)
				    : 9},
	       3);
}

static void put_code(struct questions *q, uint8_t code)
{
	const struct statement *st = q->st;
	uint8_t regs[3];
	bool imm = has_operand(st, code), off = isa_rows[st->op].off == OFF_MEM || isa_rows[st->op].off == OFF_JUMP;
	bool any_off = st->says[PART_BYTES] && isa_rows[st->op].form != FORM_ATOMIC;
	bool any_imm = imm && isa_rows[st->op].imm == IMM_ANY;
	put_registers(q, code, regs);
	for (unsigned i = 0; i < 3; i++)
		put(q, code, regs[i], st->off, st->imm, any_imm, any_off);
	for (size_t i = 0; imm && i < COUNT(immediates); i++)
		put(q, code, regs[0], off ? offsets[i % COUNT(offsets)] : st->off, immediates[i], false, false);
	for (size_t i = 0; !imm && off && i < COUNT(offsets); i++)
		put(q, code, regs[0], offsets[i], st->imm, false, false);
}

static void put_statement(struct questions *q, const char *directory)
{
	char file[300];
	snprintf(file, sizeof file, "%s/%s.smt2", directory, q->st->name);
	q->out = fopen(file, "w");
	if (!q->out) {
		perror(file);
		exit(66);
	}
	q->n = 0;
	for (unsigned i = 0; i < q->st->n_codes; i++)
		put_code(q, q->st->codes[i]);
	fclose(q->out);
	const char *function = function_names[isa_rows[q->st->op].form];
	printf("statement\t%s\t%s\t%s\t%u\t%u\n", q->st->name, isa_rows[q->st->op].name, function, q->width, q->n);
}

/* Every instruction that can be decoded is in a shape that was asked about. */
static bool check_shape(const uint8_t bytes[8], bool *covered)
{
	struct insn in;
	char err[160], text[64];
	if (!insn_decode_slot(bytes, &in, err, sizeof err) || covered[shape_of(&in)])
		return true;
	covered[shape_of(&in)] = true; /* said once */
	insn_print(&in, text, sizeof text);
	printf("missing\t%s\t%s\n", isa_rows[in.op].name, text);
	return false;
}

static bool check_covered(bool *covered)
{
	static const uint8_t offs[] = {0, 1, 8, 16, 32}, imms[] = {0, 16, 32, 64}, regs[] = {0, 1, 0x21};
	bool all = true;
	for (unsigned code = 0; code < 256; code++)
		for (unsigned i = 0; i < COUNT(offs) * COUNT(regs); i++) {
			uint8_t bytes[8] = {(uint8_t)code, regs[i / COUNT(offs)], offs[i % COUNT(offs)]};
			for (unsigned k = 0; k < COUNT(imms) + ISA_COUNT; k++) {
				unsigned imm = k < COUNT(imms) ? imms[k] : (unsigned)isa_rows[k - COUNT(imms)].exact;
				bytes[4] = (uint8_t)imm;
				bytes[5] = (uint8_t)(imm >> 8);
				all &= check_shape(bytes, covered);
			}
		}
	return all;
}

int main(int argc, char **argv)
{
	if (argc < 4) {
		fprintf(stderr, "usage: isa DIRECTORY STATE.smt2 STATEMENTS.smt2 ...\n");
		return 64;
	}
	static bool covered[SHAPES];
	size_t n;
	const char *state = statement_read_text(argv[2]);
	struct statement *all = statement_read_all(argv + 3, (size_t)argc - 3, &n);
	for (size_t i = 0; i < n; i++) {
		struct questions q = {.st = &all[i], .state = state, .covered = covered};
		if (!all[i].why_none) {
			put_statement(&q, argv[1]);
			continue;
		}
		printf("none\t%s\t%s\n", isa_rows[all[i].op].name, all[i].why_none);
		for (unsigned k = 0; k < SHAPES / ISA_COUNT; k++)
			covered[all[i].op * (SHAPES / ISA_COUNT) + k] = true;
	}
	return check_covered(covered) ? 0 : 1;
}
