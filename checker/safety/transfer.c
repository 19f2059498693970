/* SPDX-License-Identifier: BSD-2-Clause */
/* The abstract meaning of isa.def's rows, but for jumps, local calls and exit (branch.c, explore.c). */
#include "prover.h"

#include <stdlib.h>

bool transfer_read(struct prover *v, struct astate *s, unsigned reg, struct aval *out)
{
	*out = s->r[reg];
	return prover_oblige(v, s, OBLIGATION_INITIALISED, out->kind != KIND_NONE,
			     "r%u holds a value on every path", reg);
}

static bool second_operand(struct prover *v, struct astate *s, const struct insn *in, struct aval *out)
{
	if (!in->k)
		return transfer_read(v, s, in->src, out);
	*out = aval_const((uint64_t)(int64_t)in->imm);
	if (!program_core(v->p, s->slot))
		return true;
	*out = (struct aval){.kind = KIND_NUMBER,
			     .sym = state_new_sym(s, scalar_between_signed(INT32_MIN, INT32_MAX), false)};
	return true;
}

static struct aval number_of(struct astate *s, struct scalar f, bool tainted)
{
	struct aval x = aval_const(f.bits.value);
	if (scalar_is_const(f) && !tainted)
		return x;
	x.add = 0;
	x.sym = state_new_sym(s, f, tainted);
	return x;
}

/* A word that a pointer became by an operation without a meaning for it. */
static struct aval address_number(struct astate *s, unsigned width)
{
	return (struct aval){.kind = KIND_NUMBER, .sym = state_new_sym(s, scalar_of_width(width), true)};
}

/* x + k; pointers and followable words stay what they are. */
static struct aval plus_const(struct aval x, int64_t k)
{
	x.add = (int64_t)((uint64_t)x.add + (uint64_t)k);
	return x;
}

static struct aval defined(struct astate *s, enum sym_def def, struct scalar f, const struct aval *a, const struct aval *b,
			   int64_t k)
{
	bool tainted = state_tainted(s, a) || (b && state_tainted(s, b));
	if (scalar_is_const(f) && !tainted)
		return aval_const(f.bits.value);
	return (struct aval){.kind = KIND_NUMBER,
			     .sym = state_define(s, def, f, tainted, a->sym, a->add, b ? b->sym : 0, b ? b->add : k)};
}

static void order_sum(struct astate *s, const struct aval *sum, const struct aval *a, struct scalar b)
{
	struct scalar f = state_number(s, a), g = s->syms[sum->sym].facts;
	int64_t top = 1ll << 60;
	if (!sum->sym || !a->sym || f.smin < -top || f.smax > top || b.smin < -top || b.smax > top || g.smin < -2 * top ||
	    g.smax > 2 * top || a->add < -top || a->add > top)
		return;
	struct scalar base = s->syms[a->sym].facts;
	if (base.smin < -top || base.smax > top)
		return;
	state_learn_order(s, a->sym, sum->sym, b.smin + a->add);
	state_learn_order(s, sum->sym, a->sym, -b.smax - a->add);
}

static struct aval transfer_add(struct astate *s, const struct aval *a, const struct aval *b)
{
	uint64_t k;
	struct aval r;
	if (b->sym == 0)
		return plus_const(*a, b->add);
	if (a->sym == 0)
		return plus_const(*b, a->add);
	if (aval_is_const(s, b, &k) && !state_tainted(s, b))
		return plus_const(*a, (int64_t)k);
	if (aval_is_const(s, a, &k) && !state_tainted(s, a))
		return plus_const(*b, (int64_t)k);
	struct scalar fa = state_number(s, a), fb = state_number(s, b);
	r = defined(s, DEF_ADD, scalar_add(fa, fb), a, b, 0);
	r.followable = (a->kind == KIND_NUMBER && a->followable) || (b->kind == KIND_NUMBER && b->followable);
	order_sum(s, &r, a, fb);
	order_sum(s, &r, b, fa);
	return r;
}

static struct aval transfer_sub(struct astate *s, const struct aval *a, const struct aval *b)
{
	uint64_t k;
	if (a->sym == b->sym && !state_tainted(s, a))
		return aval_const((uint64_t)a->add - (uint64_t)b->add);
	if (b->sym == 0)
		return plus_const(*a, (int64_t)(0 - (uint64_t)b->add));
	if (aval_is_const(s, b, &k) && !state_tainted(s, b))
		return plus_const(*a, (int64_t)(0 - k));
	struct aval r = defined(s, DEF_SUB, scalar_sub(state_number(s, a), state_number(s, b)), a, b, 0);
	r.followable = a->kind == KIND_NUMBER && a->followable;
	if (r.sym) {
		/* a difference that is known tells the order of its operands */
		struct scalar f = s->syms[r.sym].facts;
		int64_t top = 1ll << 60;
		struct scalar x = s->syms[a->sym].facts, y = s->syms[b->sym].facts;
		if (a->sym && b->sym && x.smin > -top && x.smax < top && y.smin > -top && y.smax < top && a->add > -top &&
		    a->add < top && b->add > -top && b->add < top && state_knows_order(s, b->sym, a->sym, b->add - a->add) &&
		    f.smin < 0)
			state_learn(s, r.sym, 0, scalar_between_signed(0, INT64_MAX));
	}
	return r;
}

static struct aval zext(struct astate *s, const struct aval *a, unsigned bits)
{
	struct scalar f = state_number(s, a);
	if (bits >= 64 || (f.umax <= (1ull << bits) - 1)) {
		struct aval same = *a;
		same.followable = false;
		return same;
	}
	return defined(s, DEF_ZEXT, scalar_zext(f, bits), a, NULL, bits);
}

static struct aval sext(struct astate *s, const struct aval *a, unsigned bits)
{
	struct scalar f = state_number(s, a);
	int64_t top = (int64_t)((1ull << (bits - 1)) - 1);
	if (f.smax <= top && f.smin >= -top - 1) {
		struct aval same = *a;
		same.followable = false;
		return same;
	}
	return defined(s, DEF_SEXT, scalar_sext(f, bits), a, NULL, bits);
}

/* a shifted right that was shifted left by as much before is itself, if nothing was lost. */
static bool undoes_shift(struct astate *s, const struct aval *a, uint64_t n, bool sign, struct aval *out)
{
	const struct symbol *y = &s->syms[a->sym];
	if (a->add || y->def != DEF_LSH || (uint64_t)y->kb != n || n == 0 || n > 63)
		return false;
	struct aval x = {.kind = KIND_NUMBER, .sym = y->a, .add = y->ka};
	*out = sign ? sext(s, &x, (unsigned)(64 - n)) : zext(s, &x, (unsigned)(64 - n));
	return true;
}

/* Operation with a constant that leaves a definition behind. */
static bool alu_const(struct astate *s, enum isa_op op, const struct aval *a, uint64_t k, struct scalar f,
		      struct aval *out)
{
	unsigned n = (unsigned)(k & 63);
	struct scalar fa = state_number(s, a);
	switch ((int)op) {
	case ISA_AND:
		if (((fa.bits.value | fa.bits.mask) & ~k) == 0)
			*out = *a;
		else
			*out = defined(s, DEF_AND, f, a, NULL, (int64_t)k);
		return true;
	case ISA_OR:
		if (k == 0)
			*out = *a;
		else if (((fa.bits.value | fa.bits.mask) & k) == 0)
			*out = plus_const(*a, (int64_t)k); /* no bit in common: a sum */
		else
			*out = defined(s, DEF_OR, f, a, NULL, (int64_t)k);
		return true;
	case ISA_MUL: *out = k == 1 ? *a : defined(s, DEF_MUL, f, a, NULL, (int64_t)k); return true;
	case ISA_LSH: *out = n == 0 ? *a : defined(s, DEF_LSH, f, a, NULL, n); return true;
	case ISA_RSH:
		if (n == 0)
			*out = *a;
		else if (!undoes_shift(s, a, n, false, out))
			*out = defined(s, DEF_RSH, f, a, NULL, n);
		return true;
	case ISA_ARSH:
		if (n == 0)
			*out = *a;
		else if (!undoes_shift(s, a, n, true, out))
			*out = defined(s, DEF_ARSH, f, a, NULL, n);
		return true;
	default: return false;
	}
}

typedef struct scalar (*scalar_function)(struct scalar, struct scalar);
struct abstract_row {
	scalar_function wide, narrow; /* 64 and 32 bits */
};
static struct scalar second(struct scalar a, struct scalar b)
{
	(void)a;
	return b;
}
static struct scalar second32(struct scalar a, struct scalar b)
{
	(void)a;
	return scalar_trunc32(b);
}
static struct scalar negated(struct scalar a, struct scalar b)
{
	(void)b;
	return scalar_neg(a);
}
static struct scalar negated32(struct scalar a, struct scalar b)
{
	(void)b;
	return scalar_neg32(a);
}

static struct abstract_row abstract_row(enum isa_op op)
{
	switch (op) {
	case ISA_ADD: return (struct abstract_row){scalar_add, scalar_add32};
	case ISA_SUB: return (struct abstract_row){scalar_sub, scalar_sub32};
	case ISA_MUL: return (struct abstract_row){scalar_mul, scalar_mul32};
	case ISA_DIV: return (struct abstract_row){scalar_div, scalar_div32};
	case ISA_SDIV: return (struct abstract_row){scalar_sdiv, scalar_sdiv32};
	case ISA_MOD: return (struct abstract_row){scalar_mod, scalar_mod32};
	case ISA_SMOD: return (struct abstract_row){scalar_smod, scalar_smod32};
	case ISA_OR: return (struct abstract_row){scalar_or, scalar_or32};
	case ISA_AND: return (struct abstract_row){scalar_and, scalar_and32};
	case ISA_XOR: return (struct abstract_row){scalar_xor, scalar_xor32};
	case ISA_LSH: return (struct abstract_row){scalar_lsh, scalar_lsh32};
	case ISA_RSH: return (struct abstract_row){scalar_rsh, scalar_rsh32};
	case ISA_ARSH: return (struct abstract_row){scalar_arsh, scalar_arsh32};
	case ISA_NEG: return (struct abstract_row){negated, negated32};
	case ISA_MOV: return (struct abstract_row){second, second32};
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

static struct aval number_alu64(struct astate *s, enum isa_op op, const struct aval *a, const struct aval *b)
{
	uint64_t k;
	struct aval r;
	if (op == ISA_ADD)
		return transfer_add(s, a, b);
	if (op == ISA_SUB)
		return transfer_sub(s, a, b);
	struct aval zero = aval_const(0);
	if (op == ISA_NEG)
		return transfer_sub(s, &zero, a);
	struct scalar f = abstract_row(op).wide(state_number(s, a), state_number(s, b));
	if (aval_is_const(s, b, &k) && !state_tainted(s, b) && alu_const(s, op, a, k, f, &r)) {
		r.followable = false;
		return r;
	}
	if ((op == ISA_AND || op == ISA_MUL || op == ISA_OR) && aval_is_const(s, a, &k) && !state_tainted(s, a) &&
	    alu_const(s, op, b, k, f, &r)) {
		r.followable = false;
		return r;
	}
	return number_of(s, f, state_tainted(s, a) || state_tainted(s, b));
}

/* The low 32 bits of an operation whose low bits depend on the low bits of its operands only. */
static struct aval number_alu32(struct astate *s, enum isa_op op, const struct aval *a, const struct aval *b)
{
	struct scalar f = abstract_row(op).narrow(state_number(s, a), state_number(s, b));
	bool tainted = state_tainted(s, a) || state_tainted(s, b);
	uint64_t k;
	if (scalar_is_const(f) && !tainted)
		return aval_const(f.bits.value);
	bool by_low_bits = op == ISA_ADD || op == ISA_SUB || op == ISA_MUL || op == ISA_AND || op == ISA_OR || op == ISA_NEG;
	struct aval r;
	if (by_low_bits) {
		struct aval wide = number_alu64(s, op, a, b);
		r = zext(s, &wide, 32);
	} else if (op == ISA_MOV) {
		return zext(s, b, 32);
	} else if (op == ISA_RSH && aval_is_const(s, b, &k) && !state_tainted(s, b)) {
		struct aval low = zext(s, a, 32), by = aval_const(k & 31);
		r = number_alu64(s, op, &low, &by);
	} else if (op == ISA_LSH && aval_is_const(s, b, &k) && !state_tainted(s, b)) {
		struct aval by = aval_const(k & 31), wide = number_alu64(s, op, a, &by);
		r = zext(s, &wide, 32);
	} else {
		r = number_of(s, f, tainted);
	}
	if (r.sym)
		state_learn(s, r.sym, r.add, f);
	return r;
}

struct aval transfer_alu(struct astate *s, enum isa_op op, unsigned width, const struct aval *a, const struct aval *b)
{
	return width == 64 ? number_alu64(s, op, a, b) : number_alu32(s, op, a, b);
}

static bool same_region(const struct aval *a, const struct aval *b)
{
	return a->kind == b->kind && a->kind != KIND_NUMBER && a->kind != KIND_STALE && a->object == b->object &&
	       (a->kind == KIND_PACKET || a->kind == KIND_STACK || a->kind == KIND_CTX);
}

/* 64-bit addition and subtraction with a pointer on at least one side. */
static bool pointer_sum(struct prover *v, struct astate *s, const struct insn *in, const struct aval *a, const struct aval *b,
			struct aval *out)
{
	bool pa = aval_is_pointer(a), pb = aval_is_pointer(b), subtract = in->op == ISA_SUB;
	if (pa && pb) {
		bool same = subtract && same_region(a, b) && !a->maybe_null && !b->maybe_null;
		bool ok = same || (subtract && v->opt->privileged);
		if (!prover_oblige(v, s, OBLIGATION_ARITHMETIC, ok,
				   subtract ? "pointers into one region are subtracted" : "two pointers are not added"))
			return false;
		*out = same ? transfer_sub(s, a, b) : address_number(s, 64);
		out->kind = KIND_NUMBER;
		return true;
	}
	if (!pa && subtract) {
		*out = address_number(s, 64);
		return prover_oblige(v, s, OBLIGATION_ARITHMETIC, false, "a pointer is subtracted from a number");
	}
	const struct aval *p = pa ? a : b, *x = pa ? b : a;
	if (!prover_oblige(v, s, OBLIGATION_SECRET, v->opt->privileged || !state_tainted(s, x),
			   "the place of an access tells nothing of an address"))
		return false;
	struct aval offset = subtract ? transfer_sub(s, p, x) : transfer_add(s, p, x);
	*out = *p;
	out->sym = offset.sym;
	out->add = offset.add;
	bool stays = out->sym == p->sym && out->add == p->add;
	return prover_oblige(v, s, OBLIGATION_ARITHMETIC, stays || (p->kind != KIND_MAP && p->kind != KIND_FUNC),
			     "a number is added to a pointer to memory");
}

static bool pointer_alu(struct prover *v, struct astate *s, const struct insn *in, const struct aval *a, const struct aval *b,
			struct aval *out)
{
	enum isa_op op = in->op;
	if (in->width == 64 && (op == ISA_ADD || op == ISA_SUB))
		return pointer_sum(v, s, in, a, b, out);
	*out = address_number(s, in->width);
	/* what the kernel lets CAP_PERFMON do (adjust_ptr_min_max_vals, check_alu_op): a copy in part, a difference */
	bool ok = v->opt->privileged && (op == ISA_MOV || op == ISA_SUB || op == ISA_NEG);
	return prover_oblige(v, s, OBLIGATION_ARITHMETIC, ok, "%s on a pointer", isa_rows[op].name);
}

static bool step_alu(struct prover *v, struct astate *s, const struct insn *in)
{
	enum isa_op op = in->op;
	struct aval a = aval_const(0), b = aval_const(0), r;
	if (isa_rows[op].form != FORM_ALU1 && !second_operand(v, s, in, &b))
		return false;
	if (op != ISA_MOV && !transfer_read(v, s, in->dst, &a))
		return false;
	if (op == ISA_MOV && in->width == 64)
		r = b;
	else if (aval_is_pointer(&a) || aval_is_pointer(&b)) {
		if (!pointer_alu(v, s, in, &a, &b, &r))
			return false;
	} else {
		r = transfer_alu(s, op, in->width, &a, &b);
		if (in->width == 32)
			r.followable = false;
	}
	s->r[in->dst] = r;
	return true;
}

/* Reads a register that has to hold a number; a pointer becomes one without meaning. */
static bool read_number(struct prover *v, struct astate *s, unsigned reg, struct aval *out)
{
	if (!transfer_read(v, s, reg, out))
		return false;
	if (!aval_is_pointer(out))
		return true;
	*out = address_number(s, 64);
	return prover_oblige(v, s, OBLIGATION_ARITHMETIC, v->opt->privileged, "r%u is a pointer where a number is used", reg);
}

static bool step_movsx(struct prover *v, struct astate *s, const struct insn *in)
{
	struct aval a;
	if (!read_number(v, s, in->src, &a))
		return false;
	struct aval r = sext(s, &a, (unsigned)in->off);
	s->r[in->dst] = in->width == 32 ? zext(s, &r, 32) : r;
	s->r[in->dst].followable = false;
	return true;
}

static bool step_end(struct prover *v, struct astate *s, const struct insn *in)
{
	struct aval a;
	if (!read_number(v, s, in->dst, &a))
		return false;
	if (in->op == ISA_LE)
		s->r[in->dst] = zext(s, &a, in->width);
	else
		s->r[in->dst] = number_of(s, scalar_swap(state_number(s, &a), in->width), state_tainted(s, &a));
	s->r[in->dst].followable = false;
	return true;
}

static bool step_wide(struct prover *v, struct astate *s, const struct insn *in)
{
	struct aval *out = &s->r[in->dst];
	switch ((enum wide_kind)in->src) {
	case WIDE_CONST:
		*out = aval_const(in->imm64);
		if (program_core(v->p, s->slot))
			*out = aval_number(s, scalar_any());
		return true;
	case WIDE_MAP: *out = aval_pointer(KIND_MAP, (uint32_t)in->imm, 0); return true;
	case WIDE_MAP_VALUE: *out = aval_pointer(KIND_VALUE, (uint32_t)in->imm, (int64_t)(in->imm64 >> 32)); return true;
	case WIDE_FUNC: *out = aval_pointer(KIND_FUNC, (uint32_t)insn_target(in, s->slot), 0); return true;
	case WIDE_BTF_ID: break;
	}
	*out = aval_number(s, scalar_any()); /* a kconfig value or kernel variable; a weak one may be at 0 */
	out->followable = true;
	return true;
}

static bool step_load(struct prover *v, struct astate *s, const struct insn *in)
{
	struct aval p, x;
	if (!transfer_read(v, s, in->src, &p))
		return false;
	if (program_core(v->p, s->slot))
		return prover_unmodelled(v, s, REASON_CORE, "load at an offset that the kernel's types give");
	if (!access_read(v, s, &p, in->off, in->width / 8u, in->op == ISA_LDXS, &x))
		return false;
	s->r[in->dst] = x;
	return true;
}

static bool step_store(struct prover *v, struct astate *s, const struct insn *in)
{
	struct aval p, x = aval_const((uint64_t)(int64_t)in->imm);
	if (!transfer_read(v, s, in->dst, &p) || (in->op != ISA_ST && !transfer_read(v, s, in->src, &x)))
		return false;
	if (program_core(v->p, s->slot))
		return prover_unmodelled(v, s, REASON_CORE, "store at an offset that the kernel's types give");
	if (in->width < 64 && !aval_is_pointer(&x))
		x = zext(s, &x, in->width);
	return access_write(v, s, &p, in->off, in->width / 8u, &x);
}

/* LD_ABS and LD_IND: a number from the packet, or the program returns 0 (bpf_ld_abs in the kernel's verifier). */
static bool step_packet(struct prover *v, struct astate *s, const struct insn *in)
{
	struct aval ctx, at;
	if (!transfer_read(v, s, 6, &ctx) || (in->op == ISA_LDIND && !read_number(v, s, in->src, &at)))
		return false;
	if (!prover_oblige(v, s, OBLIGATION_ARGUMENT, ctx.kind == KIND_CTX && ctx.sym == 0 && ctx.add == 0,
			   "r6 holds the context for a packet load") ||
	    !prover_oblige(v, s, OBLIGATION_SECRET,
			   v->opt->privileged || in->op != ISA_LDIND || !state_tainted(s, &at),
			   "the place of a packet load tells nothing of an address") ||
	    !prover_oblige(v, s, OBLIGATION_ALLOWED, progtype_rows[v->p->type].packet == PACKET_SKB,
			   "the program type has packet loads") ||
	    !prover_oblige(v, s, OBLIGATION_RELEASED, s->n_refs == 0, "no reference is held where the program may end") ||
	    !prover_oblige(v, s, OBLIGATION_LOCKING, !s->lock && !s->rcu, "no lock is held where the program may end"))
		return false;
	for (unsigned i = 1; i <= 5; i++)
		s->r[i] = aval_none();
	s->r[0] = aval_number(s, scalar_of_width(in->width));
	return true;
}

static bool step_ordered(struct prover *v, struct astate *s, const struct insn *in)
{
	bool loads = in->op == ISA_LOAD_ACQ;
	struct aval p;
	if (!transfer_read(v, s, loads ? in->src : in->dst, &p) || !atomic_check_aligned(v, s, in, &p))
		return false;
	return loads ? step_load(v, s, in) : step_store(v, s, in);
}

bool transfer_step(struct prover *v, struct astate *s, const struct insn *in)
{
	if (insn_writes_frame_pointer(in))
		return prover_oblige(v, s, OBLIGATION_FRAME, false, "r10 is written");
	switch (isa_rows[in->op].form) {
	case FORM_ALU:
	case FORM_ALU1: return step_alu(v, s, in);
	case FORM_ALUX: return step_movsx(v, s, in);
	case FORM_END: return step_end(v, s, in);
	case FORM_WIDE: return step_wide(v, s, in);
	case FORM_LDX:
	case FORM_LDXS: return step_load(v, s, in);
	case FORM_ST:
	case FORM_STX: return step_store(v, s, in);
	case FORM_LOAD_ACQ:
	case FORM_STORE_REL: return step_ordered(v, s, in);
	case FORM_ATOMIC: return atomic_step(v, s, in);
	case FORM_LDABS:
	case FORM_LDIND: return step_packet(v, s, in);
	case FORM_CALL: return helper_check(v, s, in);
	case FORM_CAST: return prover_unmodelled(v, s, REASON_INSN, "address space cast");
	case FORM_MAYGOTO:
	case FORM_JA:
	case FORM_JAL:
	case FORM_JMP:
	case FORM_EXIT:
		break;
	}
	abort();
}
