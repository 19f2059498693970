/* SPDX-License-Identifier: BSD-2-Clause */
/* One instruction: the symbolic meaning of isa.def's rows. */
#include "encode/machine/world.h"

#include <stdlib.h>

struct value step_reg(struct run *r, struct state *s, unsigned reg)
{
	struct value v = s->regs[reg];
	run_fault(r, s, FAULT_REG_UNINIT, term_not(r->world->pool, v.init));
	v.init = term_true(r->world->pool);
	return v;
}

static struct value immediate(const struct run *r, const struct insn *in)
{
	struct world *w = r->world;
	if (r->fields && r->fields[r->slot].imm)
		return value_number(w, r->fields[r->slot].imm);
	return value_number(w, word_const(w, in->op == ISA_LDDW ? in->imm64 : (uint64_t)(int64_t)in->imm));
}

/* Where a pointer leads with the offset of an access, as far as that is a term. */
static struct value move_by_field(struct run *r, const struct state *s, struct value p)
{
	if (!r->fields || !r->fields[r->slot].off)
		return p;
	struct value by = value_number(r->world, r->fields[r->slot].off);
	return value_add(r->world, s->guard, &p, &by);
}

static struct value second_operand(struct run *r, struct state *s, const struct insn *in)
{
	const struct core_relo *relo = program_core(r->program, r->slot);
	if (!in->k)
		return step_reg(r, s, in->src);
	if (!relo)
		return immediate(r, in);
	struct term_pool *p = r->world->pool;
	return value_number(r->world, term_sext(p, term_extract(p, core_value_of(r, s, relo), 31, 0), 64));
}

/* d op s at the width of its arguments; shift amounts are masked, division by zero is RFC 9669's. */
static term alu(struct term_pool *p, enum isa_op op, term d, term s)
{
	unsigned width = term_width(p, d);
	term zero = term_const(p, width, 0), minus = term_const(p, width, ~0ull);
	term by_zero = term_eq(p, s, zero), by_minus = term_eq(p, s, minus);
	term amount = term_and(p, s, term_const(p, width, width - 1));
	switch (op) {
	case ISA_ADD: return term_add(p, d, s);
	case ISA_SUB: return term_sub(p, d, s);
	case ISA_MUL: return term_mul(p, d, s);
	case ISA_DIV: return term_ite(p, by_zero, zero, term_udiv(p, d, s));
	case ISA_MOD: return term_ite(p, by_zero, d, term_urem(p, d, s));
	case ISA_SDIV: return term_ite(p, by_zero, zero, term_ite(p, by_minus, term_neg(p, d), term_sdiv(p, d, s)));
	case ISA_SMOD: return term_ite(p, by_zero, d, term_ite(p, by_minus, zero, term_srem(p, d, s)));
	case ISA_OR: return term_or(p, d, s);
	case ISA_AND: return term_and(p, d, s);
	case ISA_XOR: return term_xor(p, d, s);
	case ISA_LSH: return term_shl(p, d, amount);
	case ISA_RSH: return term_lshr(p, d, amount);
	case ISA_ARSH: return term_ashr(p, d, amount);
	case ISA_NEG: return term_neg(p, d);
	case ISA_MOV: return s;
	case ISA_MOVSX: case ISA_CAST: case ISA_MAY_GOTO: case ISA_LE: case ISA_BE: case ISA_BSWAP: case ISA_JA: case ISA_JAL: case ISA_JEQ:
	case ISA_JGT: case ISA_JGE: case ISA_JSET: case ISA_JNE: case ISA_JSGT: case ISA_JSGE: case ISA_JLT:
	case ISA_JLE: case ISA_JSLT: case ISA_JSLE: case ISA_CALL: case ISA_EXIT: case ISA_LDDW:
	case ISA_LDABS: case ISA_LDIND: case ISA_LDX: case ISA_LDXS: case ISA_ST: case ISA_STX: case ISA_A_ADD:
	case ISA_A_OR: case ISA_A_AND: case ISA_A_XOR: case ISA_A_FADD: case ISA_A_FOR: case ISA_A_FAND:
	case ISA_A_FXOR: case ISA_A_XCHG: case ISA_A_CMPXCHG: case ISA_LOAD_ACQ: case ISA_STORE_REL:
	case ISA_COUNT:
		break;
	}
	abort(); /* the callers' form says it is one of the above */
}

static bool step_alu(struct run *r, struct state *s, const struct insn *in)
{
	struct world *w = r->world;
	struct term_pool *p = w->pool;
	enum isa_op op = in->op;
	struct value b = isa_rows[op].form == FORM_ALU1 ? value_number(w, word_const(w, 0)) : second_operand(r, s, in);
	struct value a = op == ISA_MOV ? b : step_reg(r, s, in->dst);
	struct value *out = &s->regs[in->dst];
	if (in->width == 64 && op == ISA_MOV) {
		*out = b;
	} else if (in->width == 64 && op == ISA_ADD) {
		*out = value_add(w, s->guard, &a, &b);
	} else if (in->width == 64 && op == ISA_SUB) {
		*out = value_sub(w, s->guard, &a, &b);
	} else {
		term x = term_extract(p, value_word(w, &a), in->width - 1u, 0);
		term y = term_extract(p, value_word(w, &b), in->width - 1u, 0);
		*out = value_number(w, term_zext(p, alu(p, op, x, y), 64));
	}
	return true;
}

static bool step_movsx(struct run *r, struct state *s, const struct insn *in)
{
	struct world *w = r->world;
	struct value v = step_reg(r, s, in->src);
	term low = term_extract(w->pool, value_word(w, &v), (unsigned)in->off - 1, 0);
	term wide = term_sext(w->pool, low, in->width);
	s->regs[in->dst] = value_number(w, term_zext(w->pool, wide, 64));
	return true;
}

static bool step_end(struct run *r, struct state *s, const struct insn *in)
{
	struct world *w = r->world;
	struct value v = step_reg(r, s, in->dst);
	term low = term_extract(w->pool, value_word(w, &v), in->width - 1u, 0);
	if (in->op != ISA_LE)
		low = term_bswap(w->pool, low);
	s->regs[in->dst] = value_number(w, term_zext(w->pool, low, 64));
	return true;
}

static bool step_wide(struct run *r, struct state *s, const struct insn *in)
{
	struct world *w = r->world;
	struct value *out = &s->regs[in->dst];
	term zero = word_const(w, 0);
	uint32_t number = 0;
	if (in->src == WIDE_MAP || in->src == WIDE_MAP_VALUE)
		number = r->map_numbers[in->imm];
	switch ((enum wide_kind)in->src) {
	case WIDE_CONST: {
		const struct core_relo *relo = program_core(r->program, r->slot);
		*out = relo ? value_number(w, core_value_of(r, s, relo)) : immediate(r, in);
		return true;
	}
	case WIDE_MAP:
		*out = value_pointer(w, region_make(w, REGION_MAP, number, 0), zero);
		return true;
	case WIDE_MAP_VALUE: {
		bool is_data = w->maps[number].def->is_data;
		uint32_t region = is_data ? region_make(w, REGION_DATA, number, 0)
		                          : region_make(w, REGION_VALUE, number, tuple_make(w, &zero, 1));
		*out = value_pointer(w, region, word_const(w, in->imm64 >> 32));
		return true;
	}
	case WIDE_FUNC:
		*out = value_pointer(w, region_make(w, REGION_FUNC, r->slot + (uint32_t)in->imm + 1, 0), zero);
		return true;
	case WIDE_BTF_ID:
		break;
	}
	const char *name = r->program->object->externs[in->imm].name;
	/* read only: a kconfig value, a kernel variable; a weak one may be at 0 */
	*out = value_pointer(w, WORD_REGION, world_input2(w, IN_EXTERN, word_const(w, world_hash_name(name)), zero));
	return true;
}

static bool step_load(struct run *r, struct state *s, const struct insn *in)
{
	struct world *w = r->world;
	struct value p = move_by_field(r, s, step_reg(r, s, in->src));
	const struct core_relo *relo = program_core(r->program, r->slot);
	if (relo) {
		s->regs[in->dst] = core_load(r, s, in, relo, &p);
		return true;
	}
	struct value v = access_load(r, s, &p, in->off, in->width / 8u);
	if (in->op == ISA_LDXS && v.n && in->width < 64) /* a context field that holds a pointer */
		run_fault(r, s, FAULT_CTX_ACCESS, term_true(w->pool));
	if (in->op == ISA_LDXS) {
		term low = term_extract(w->pool, value_word(w, &v), in->width - 1u, 0);
		v = value_number(w, term_sext(w->pool, low, 64));
	}
	s->regs[in->dst] = v;
	return true;
}

static bool step_store(struct run *r, struct state *s, const struct insn *in)
{
	struct value p = move_by_field(r, s, step_reg(r, s, in->dst));
	struct value v = in->op == ISA_ST ? immediate(r, in) : step_reg(r, s, in->src);
	const struct core_relo *relo = program_core(r->program, r->slot);
	if (relo)
		core_store(r, s, in, relo, &p, &v);
	else
		access_store(r, s, &p, in->off, in->width / 8u, &v);
	return true;
}

/* An atomic on memory that other CPUs see is an event: address, operand, compared value. */
static void atomic_event(struct run *r, struct state *s, const struct insn *in, const struct value *p, term operand,
                         term compared)
{
	struct world *w = r->world;
	struct state under = *s;
	under.guard = term_and(w->pool, s->guard, access_is_shared(r, p));
	if (term_is_false(w->pool, under.guard))
		return;
	struct event *e = run_event(r, &under, EVENT_ATOMIC + in->op);
	e->visible = e->atomic = true;
	e->n_args = 4;
	e->args[0] = term_add(w->pool, value_word(w, p), word_const(w, (uint64_t)(int64_t)in->off));
	e->args[1] = operand;
	e->args[2] = compared;
	e->args[3] = word_const(w, in->width);
}

/* The plain arithmetic that an atomic does; MOV for exchanges. */
static enum isa_op atomic_alu(enum isa_op op)
{
	switch ((int)op) {
	case ISA_A_ADD: case ISA_A_FADD: return ISA_ADD;
	case ISA_A_OR: case ISA_A_FOR: return ISA_OR;
	case ISA_A_AND: case ISA_A_FAND: return ISA_AND;
	case ISA_A_XOR: case ISA_A_FXOR: return ISA_XOR;
	default: return ISA_MOV;
	}
}

static bool fetches(enum isa_op op)
{
	return op == ISA_A_FADD || op == ISA_A_FOR || op == ISA_A_FAND || op == ISA_A_FXOR || op == ISA_A_XCHG;
}

static bool step_atomic(struct run *r, struct state *s, const struct insn *in)
{
	struct world *w = r->world;
	struct term_pool *p = w->pool;
	unsigned n = in->width / 8u;
	struct value ptr = step_reg(r, s, in->dst), src = step_reg(r, s, in->src);
	access_check_atomic(r, s, &ptr);
	struct value old = access_load(r, s, &ptr, in->off, n);
	term o = term_extract(p, value_word(w, &old), in->width - 1u, 0);
	term v = term_extract(p, value_word(w, &src), in->width - 1u, 0);
	term compared = word_const(w, 0);
	term stored = alu(p, atomic_alu(in->op), o, v);
	if (in->op == ISA_A_CMPXCHG) {
		struct value r0 = step_reg(r, s, 0);
		term c = term_extract(p, value_word(w, &r0), in->width - 1u, 0);
		compared = term_zext(p, c, 64);
		stored = term_ite(p, term_eq(p, o, c), v, o);
	}
	struct value result = value_number(w, term_zext(p, stored, 64));
	atomic_event(r, s, in, &ptr, term_zext(p, v, 64), compared);
	access_store(r, s, &ptr, in->off, n, &result);
	if (in->op == ISA_A_CMPXCHG)
		s->regs[0] = value_number(w, term_zext(p, o, 64));
	else if (fetches(in->op))
		s->regs[in->src] = value_number(w, term_zext(p, o, 64));
	return true;
}

static bool step_ordered(struct run *r, struct state *s, const struct insn *in)
{
	struct world *w = r->world;
	bool load = in->op == ISA_LOAD_ACQ;
	struct value p = step_reg(r, s, load ? in->src : in->dst);
	term operand = word_const(w, 0);
	if (!load) {
		struct value v = step_reg(r, s, in->src);
		operand = term_zext(w->pool, term_extract(w->pool, value_word(w, &v), in->width - 1u, 0), 64);
	}
	access_check_atomic(r, s, &p);
	atomic_event(r, s, in, &p, operand, word_const(w, 0));
	return load ? step_load(r, s, in) : step_store(r, s, in);
}

term step_condition(struct run *r, struct state *s, const struct insn *in)
{
	struct world *w = r->world;
	struct term_pool *p = w->pool;
	if (in->op == ISA_MAY_GOTO)
		return world_input1(w, IN_MAY_GOTO, state_count(w, s, COUNT_MAY_GOTO));
	struct value a = step_reg(r, s, in->dst), b = second_operand(r, s, in);
	if (in->width == 32) {
		a = value_number(w, term_extract(p, value_word(w, &a), 31, 0));
		b = value_number(w, term_extract(p, value_word(w, &b), 31, 0));
	}
	return value_compare(w, s->guard, in->op, &a, &b);
}

bool step_insn(struct run *r, struct state *s, const struct insn *in)
{
	enum isa_form form = isa_rows[in->op].form;
	bool takes_core = form != FORM_ATOMIC && form != FORM_LOAD_ACQ && form != FORM_STORE_REL;
	if (!takes_core && program_core(r->program, r->slot)) {
		run_unknown(r, s, REASON_CORE, isa_rows[in->op].name);
		return false;
	}
	if (insn_writes_frame_pointer(in)) {
		run_fault(r, s, FAULT_FRAME_POINTER, term_true(r->world->pool));
		return false;
	}
	switch (form) {
	case FORM_CAST: /* what an arena's addresses look like is up to the JIT */
		run_unknown(r, s, REASON_INSN, isa_rows[in->op].text);
		return false;
	case FORM_ALU:
	case FORM_ALU1: return step_alu(r, s, in);
	case FORM_ALUX: return step_movsx(r, s, in);
	case FORM_END: return step_end(r, s, in);
	case FORM_WIDE: return step_wide(r, s, in);
	case FORM_LDX:
	case FORM_LDXS: return step_load(r, s, in);
	case FORM_ST:
	case FORM_STX: return step_store(r, s, in);
	case FORM_ATOMIC: return step_atomic(r, s, in);
	case FORM_LOAD_ACQ:
	case FORM_STORE_REL: return step_ordered(r, s, in);
	case FORM_LDABS:
	case FORM_LDIND: return packet_load(r, s, in);
	case FORM_CALL:
		if (in->src == CALL_HELPER && in->imm == CORE_UNRESOLVED)
			run_need(r, s, term_true(r->world->pool));
		if (in->src == CALL_HELPER)
			return in->imm != CORE_UNRESOLVED && helper_step(r, s, (uint32_t)in->imm);
		return helper_step_kfunc(r, s, &r->program->object->externs[in->imm]);
	case FORM_JA:
	case FORM_JAL:
	case FORM_JMP:
	case FORM_MAYGOTO:
	case FORM_EXIT:
		break; /* symex.c */
	}
	abort();
}
