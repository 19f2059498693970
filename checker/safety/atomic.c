/* SPDX-License-Identifier: BSD-2-Clause */
/* Atomic operations of the abstract machine. On the stack nobody else sees them, so the old value is what was there. */
#include "prover.h"

struct atomic {
	const struct insn *in;
	struct aval p, at, x, compared; /* at: p plus the offset */
	unsigned size;                  /* bytes */
	bool secret;                    /* an operand is an address or comes from one */
};

static bool fetches(enum isa_op op)
{
	return op == ISA_A_FADD || op == ISA_A_FOR || op == ISA_A_FAND || op == ISA_A_FXOR || op == ISA_A_XCHG;
}

/* The plain arithmetic that an atomic does; MOV for exchanges. */
static enum isa_op plain_of(enum isa_op op)
{
	switch ((int)op) {
	case ISA_A_ADD:
	case ISA_A_FADD: return ISA_ADD;
	case ISA_A_OR:
	case ISA_A_FOR: return ISA_OR;
	case ISA_A_AND:
	case ISA_A_FAND: return ISA_AND;
	case ISA_A_XOR:
	case ISA_A_FXOR: return ISA_XOR;
	default: return ISA_MOV;
	}
}

/* Offsets of regions count from where they are aligned; packets begin anywhere (atomic_ptr_type_ok). */
bool atomic_check_aligned(struct prover *v, const struct astate *s, const struct insn *in, const struct aval *p)
{
	if (!aval_is_pointer(p))
		return true;
	unsigned size = in->width / 8u;
	struct tnum bits = state_facts(s, p->sym, (int64_t)((uint64_t)p->add + (uint64_t)(int64_t)in->off)).bits;
	bool aligned = ((bits.value | bits.mask) & (size - 1)) == 0;
	return prover_oblige(v, s, OBLIGATION_ALIGNED, aligned && p->kind != KIND_PACKET,
			     "atomic operation on %u bytes at a multiple of them", size);
}

static bool read_operands(struct prover *v, struct astate *s, struct atomic *a)
{
	const struct insn *in = a->in;
	if (!transfer_read(v, s, in->dst, &a->p) || !transfer_read(v, s, in->src, &a->x))
		return false;
	bool compares = in->op == ISA_A_CMPXCHG;
	if (compares && !transfer_read(v, s, 0, &a->compared))
		return false;
	bool pointer = aval_is_pointer(&a->x) || (compares && aval_is_pointer(&a->compared));
	a->secret = pointer || state_tainted(s, &a->x) || (compares && state_tainted(s, &a->compared));
	a->at = a->p;
	a->at.add = (int64_t)((uint64_t)a->at.add + (uint64_t)(int64_t)in->off);
	return prover_oblige(v, s, OBLIGATION_ARITHMETIC, !pointer || v->opt->privileged,
			     "the operand of an atomic operation is a number");
}

static struct aval unknown(struct astate *s, unsigned width, bool secret)
{
	return (struct aval){.kind = KIND_NUMBER, .sym = state_new_sym(s, scalar_of_width(width), secret)};
}

static void give_old(struct astate *s, const struct atomic *a, const struct aval *old)
{
	if (a->in->op == ISA_A_CMPXCHG)
		s->r[0] = *old;
	else if (fetches(a->in->op))
		s->r[a->in->src] = *old;
}

static struct aval new_value(struct astate *s, const struct atomic *a, const struct aval *old)
{
	enum isa_op op = plain_of(a->in->op);
	bool secret = a->secret || old->kind != KIND_NUMBER || state_tainted(s, old);
	if (a->in->op == ISA_A_CMPXCHG || (aval_is_pointer(&a->x) && a->size < 8))
		return unknown(s, a->in->width, secret);
	if (op == ISA_MOV && a->size == 8)
		return a->x;
	if (old->kind != KIND_NUMBER || aval_is_pointer(&a->x))
		return op == ISA_MOV ? transfer_alu(s, op, a->in->width, old, &a->x) : unknown(s, a->in->width, true);
	return transfer_alu(s, op, a->in->width, old, &a->x);
}

static bool on_stack(struct prover *v, struct astate *s, const struct atomic *a)
{
	struct aval old;
	if (!access_read(v, s, &a->p, a->in->off, a->size, false, &old))
		return false;
	struct aval new = new_value(s, a, &old);
	if (!access_write(v, s, &a->p, a->in->off, a->size, &new))
		return false;
	struct scalar off = state_number(s, &a->at);
	if (a->in->op == ISA_A_CMPXCHG && state_tainted(s, &new)) /* what was there may have stayed, a pointer */
		stack_clobber(s, a->at.object, (uint32_t)(off.smin + STACK_BYTES),
			      (uint32_t)(off.smax + STACK_BYTES) + a->size, true);
	give_old(s, a, &old);
	return true;
}

bool atomic_step(struct prover *v, struct astate *s, const struct insn *in)
{
	struct atomic a = {.in = in, .size = in->width / 8u};
	if (!read_operands(v, s, &a) ||
	    !prover_oblige(v, s, OBLIGATION_CTX_FIELD, a.p.kind != KIND_CTX, "no atomic operation works on the context") ||
	    !atomic_check_aligned(v, s, in, &a.p))
		return false;
	if (a.p.kind == KIND_STACK)
		return on_stack(v, s, &a);
	if (!access_bytes(v, s, &a.at, scalar_const(a.size), ACCESS_READ | ACCESS_WRITE | ACCESS_ATOMIC, true,
			  "atomic operation") ||
	    !prover_oblige(v, s, OBLIGATION_SECRET, !a.secret || v->opt->privileged,
			   "no kernel address gets into memory"))
		return false;
	struct aval old = unknown(s, in->width, a.secret && v->opt->privileged);
	give_old(s, &a, &old);
	return true;
}
