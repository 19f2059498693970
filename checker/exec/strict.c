/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What only a proof of safety minds: where addresses go, what may be done with
 * pointers, what may be returned.
 *
 * A number made from an address is secret: bytes of a spilled pointer that are
 * not read back whole, the low half of a pointer, and what is computed from
 * these. The difference of two pointers into one region is not. What a secret
 * number decides by a comparison would be one bit of the address, so that
 * comparing it counts as an operation on a pointer.
 */
#include "machine.h"

#include <string.h>

bool strict_hides(const struct machine *m)
{
	return (m->opt->safety & SAFETY_ON) && !(m->opt->safety & SAFETY_PRIVILEGED);
}

static bool is_pointer(struct value v)
{
	return v.region > WORD_REGION;
}

static bool is_secret(const struct machine *m, unsigned reg)
{
	return m->known & m->secret & 1u << reg;
}

/* Does the register hold an address, or what was made of one? */
static bool tells_address(const struct machine *m, unsigned reg)
{
	return (m->known & 1u << reg) && (is_pointer(m->r[reg]) || is_secret(m, reg));
}

/* The bytes of a stack that an access of n bytes touches; NULL if it is none, or one that faults. */
static bool *secret_bytes(struct machine *m, struct value at, int64_t off, uint64_t n)
{
	struct stack_memory *s = memory_stack(m, at);
	uint64_t where = at.word + (uint64_t)off - m->regions[at.region].base;
	return s && where < STACK_SIZE && n <= STACK_SIZE - where ? s->secret + where : NULL;
}

static bool holds_secret(struct machine *m, struct value at, int64_t off, uint64_t n)
{
	const bool *bytes = secret_bytes(m, at, off, n);
	return bytes && memchr(bytes, true, n);
}

_Noreturn static void refuse_operation(struct machine *m, const struct insn *in, const char *what)
{
	machine_fault(m, FAULT_POINTER_OP, "%s: %s", isa_rows[in->op].text, what);
}

/* adjust_ptr_min_max_vals: these are refused to everybody, subtraction to those who may not see addresses. */
static void check_sum(struct machine *m, const struct insn *in, struct value d, struct value s)
{
	bool both = is_pointer(d) && is_pointer(s), wide = in->width == 64;
	if (in->op == ISA_ADD && both)
		refuse_operation(m, in, "two pointers are added");
	if (in->op == ISA_ADD && !wide)
		refuse_operation(m, in, "32-bit arithmetic on a pointer");
	if (in->op == ISA_ADD)
		return;
	if (wide && !is_pointer(d))
		refuse_operation(m, in, "a pointer is subtracted from a number");
	if (!strict_hides(m))
		return;
	if (!wide)
		refuse_operation(m, in, "32-bit arithmetic on a pointer");
	if (both && d.region != s.region)
		refuse_operation(m, in, "difference of pointers into different regions");
}

/* Kernel memory may hold pointers and numbers, which nobody can tell apart. */
static bool is_unclear(struct value d, struct value s)
{
	return d.region == WORD_REGION || s.region == WORD_REGION;
}

static void check_arithmetic(struct machine *m, const struct insn *in, struct value d, struct value s)
{
	bool moves = in->op == ISA_MOV || in->op == ISA_MOVSX;
	if (moves || (!is_pointer(d) && !is_pointer(s)) || is_unclear(d, s))
		return;
	if (in->op == ISA_ADD || in->op == ISA_SUB) {
		check_sum(m, in, d, s);
		return;
	}
	bool unary = isa_rows[in->op].form != FORM_ALU;
	if (!unary || strict_hides(m)) /* negation and byte order: check_alu_op */
		refuse_operation(m, in, "not an operation on a pointer");
}

/* Is the result the same whatever the secret is? */
static bool is_constant(const struct insn *in)
{
	bool same = !in->k && in->dst == in->src && (in->op == ISA_XOR || in->op == ISA_SUB);
	return same || (in->k && in->imm == 0 && (in->op == ISA_AND || in->op == ISA_MUL));
}

static bool arithmetic_flows(const struct machine *m, const struct insn *in, struct value d, struct value s)
{
	enum isa_form form = isa_rows[in->op].form;
	bool moves = in->op == ISA_MOV || in->op == ISA_MOVSX, whole = in->op == ISA_MOV && in->width == 64;
	bool reads_s = form == FORM_ALUX || (form == FORM_ALU && !in->k);
	if (moves)
		return reads_s && (is_secret(m, in->src) || (!whole && is_pointer(s)));
	if (is_constant(in) || is_pointer(d) || is_pointer(s))
		return false;
	return is_secret(m, in->dst) || (reads_s && is_secret(m, in->src));
}

static bool is_ordering(enum isa_op op)
{
	return op != ISA_JEQ && op != ISA_JNE && op != ISA_JSET;
}

/* A pointer plus any number may equal whatever a program guesses (BPF_MAX_VAR_OFF bounds it in the kernel). */
static bool is_far(const struct machine *m, struct value v)
{
	int64_t off = is_pointer(v) ? (int64_t)(v.word - m->regions[v.region].base) : 0;
	return off <= -(1ll << 29) || off >= 1ll << 29;
}

/* check_cond_jmp_op lets those who may see addresses compare what they like. */
static void check_comparison(struct machine *m, const struct insn *in, struct value d, struct value s)
{
	bool one = is_pointer(d) != is_pointer(s);
	if (is_secret(m, in->dst) || (!in->k && is_secret(m, in->src)))
		refuse_operation(m, in, "a number made from an address is compared");
	if ((!is_pointer(d) && !is_pointer(s)) || is_unclear(d, s))
		return;
	if (in->width == 32)
		refuse_operation(m, in, "32-bit comparison of a pointer");
	if (in->op == ISA_JSET)
		refuse_operation(m, in, "bits of a pointer are tested");
	if (one && (is_pointer(d) ? s : d).word) /* a program could guess until they are equal */
		refuse_operation(m, in, "comparison of a pointer and a number other than 0");
	if (d.region != s.region && (is_far(m, d) || is_far(m, s)))
		refuse_operation(m, in, "comparison of a pointer far outside of its region");
	if (is_ordering(in->op) && !one && d.region != s.region)
		refuse_operation(m, in, "order of pointers into different regions");
}

static const char *name_reader(enum region_kind kind)
{
	static const char *const names[] = {
	    [REGION_CTX] = "the context",
	    [REGION_PACKET] = "the packet",
	    [REGION_VALUE] = "a map value",
	    [REGION_MEM] = "a ring buffer record",
	};
	return (size_t)kind < sizeof names / sizeof *names ? names[kind] : NULL;
}

static bool store_flows(struct machine *m, const struct insn *in, struct value at)
{
	const struct region *r = &m->regions[at.region];
	const char *reader = name_reader(r->kind);
	if (reader && !demand_is_kptr(m, r, at.word + (uint64_t)(int64_t)in->off - r->base))
		machine_fault(m, FAULT_ADDRESS, "an address is stored into %s", reader);
	return memory_stack(m, at) != NULL;
}

static bool load_flows(struct machine *m, const struct insn *in)
{
	struct value at = m->r[in->src];
	unsigned n = in->width / 8u;
	uint64_t where = at.word + (uint64_t)(int64_t)in->off - m->regions[at.region].base;
	if (!(m->known & 1u << in->src) || !holds_secret(m, at, in->off, n))
		return false;
	return n != 8 || where % 8 || !memory_stack(m, at)->spill[where / 8];
}

static bool atomic_flows(struct machine *m, const struct insn *in)
{
	struct value at = m->r[in->dst];
	bool tells = tells_address(m, in->src); /* what r0 is compared with decides only what is stored */
	if (!(m->known & 1u << in->dst))
		return false;
	if (is_pointer(m->r[in->src]) || (in->op == ISA_A_CMPXCHG && is_pointer(m->r[0])))
		refuse_operation(m, in, "atomic operation with a pointer");
	return (tells && store_flows(m, in, at)) || holds_secret(m, at, in->off, in->width / 8u);
}

static bool memory_flows(struct machine *m, const struct insn *in)
{
	if (in->op == ISA_LDX || in->op == ISA_LDXS || in->op == ISA_LOAD_ACQ)
		return load_flows(m, in);
	if (in->op == ISA_STX || in->op == ISA_STORE_REL)
		return tells_address(m, in->src) && store_flows(m, in, m->r[in->dst]);
	return isa_rows[in->op].form == FORM_ATOMIC && atomic_flows(m, in);
}

void strict_before(struct machine *m, const struct insn *in, struct value d, struct value s)
{
	enum isa_form form = isa_rows[in->op].form;
	bool arithmetic = form == FORM_ALU || form == FORM_ALUX || form == FORM_ALU1 || form == FORM_END;
	m->flows = false;
	if (arithmetic)
		check_arithmetic(m, in, d, s);
	if (!strict_hides(m))
		return;
	if (form == FORM_JMP)
		check_comparison(m, in, d, s);
	m->flows = arithmetic ? arithmetic_flows(m, in, d, s) : memory_flows(m, in);
}

static void mark_memory(struct machine *m, struct value at, int64_t off, uint64_t n)
{
	bool *bytes = secret_bytes(m, at, off, n);
	if (bytes)
		memset(bytes, true, n);
}

/* The register that takes what an atomic finds, -1: none */
static int fetched(const struct insn *in)
{
	bool forgets = in->op == ISA_A_ADD || in->op == ISA_A_OR || in->op == ISA_A_AND || in->op == ISA_A_XOR;
	return in->op == ISA_A_CMPXCHG ? 0 : forgets ? -1 : in->src;
}

void strict_after(struct machine *m, const struct insn *in)
{
	bool atomic = isa_rows[in->op].form == FORM_ATOMIC, stores = in->op == ISA_STX || in->op == ISA_STORE_REL;
	int reg = in->op == ISA_CALL ? 0 : stores ? -1 : atomic ? fetched(in) : in->dst;
	if (stores || atomic)
		mark_memory(m, m->r[in->dst], in->off, in->width / 8u);
	if (reg >= 0)
		m->secret |= (uint16_t)(1u << reg);
	m->flows = false;
}

/* A format that follows its arguments, or prints them hashed. */
static bool follows(const struct helper_call *c)
{
	static const char *const conversions[] = {"%s", "%p"};
	if (c->row->effects & FOLLOWS)
		return true;
	for (int i = 0; i < 2; i++)
		if ((c->row->effects & LAX_ARGS) && c->read[0] && memmem(c->read[0], c->len[0], conversions[i], 2))
			return true;
	return false;
}

static bool argument_flows(struct machine *m, const struct helper_call *c, unsigned i)
{
	enum helper_arg a = c->row->args[i];
	bool probe = c->row->model == MODEL_PROBE_READ;
	if (c->read[i])
		return holds_secret(m, c->arg[i], 0, c->len[i]);
	if (probe && i == 2)
		return holds_secret(m, c->arg[i], 0, c->len[0]);
	bool number = a == ARG_ANY || a == ARG_INT || a == ARG_SIZE || a == ARG_SIZE0;
	return number && tells_address(m, i + 1) && !(is_pointer(c->arg[i]) && helper_calls_back(c->row));
}

/* Which of them others can see; what the rest makes of an address is secret. */
void strict_check_call(struct machine *m, const struct helper_call *c)
{
	bool visible = c->row->effects & (EFFECT | MAPS_WRITE);
	if (!strict_hides(m) || follows(c))
		return;
	for (unsigned i = 0; i < 5 && c->row->args[i] != ARG_NONE; i++) {
		bool flows = argument_flows(m, c, i);
		if (flows && visible)
			machine_fault(m, FAULT_ADDRESS, "argument %u of bpf_%s gives an address away", i + 1,
				      c->row->name);
		m->flows |= flows;
	}
}

void strict_end_call(struct machine *m, const struct helper_call *c)
{
	if (!m->flows)
		return;
	for (unsigned i = 0; i < 5; i++) {
		const char *reader = name_reader(m->regions[c->arg[i].region].kind);
		if (!c->len[i] || !helper_writes(c->row->args[i]))
			continue;
		if (reader)
			machine_fault(m, FAULT_ADDRESS, "bpf_%s writes what it made of an address into %s",
				      c->row->name, reader);
		mark_memory(m, c->arg[i], 0, c->len[i]);
	}
	m->flows = c->row->ret == RET_INT;
}

static void check_range(struct machine *m)
{
	struct return_range range;
	if (!progtype_return_range(m->p->type, m->p->expected_attach, m->p->expected, &range))
		return;
	if (is_pointer(m->r[0]))
		machine_fault(m, FAULT_RETURN, "the program returns a pointer");
	int64_t v = (int64_t)(m->r[0].word << (64 - range.bits)) >> (64 - range.bits);
	if ((v < range.lo || v > range.hi) && !demand_returns_argument(m))
		machine_fault(m, FAULT_RETURN, "the program returns %lld, programs of this type %lld to %lld",
			      (long long)v, (long long)range.lo, (long long)range.hi);
}

void strict_check_return(struct machine *m)
{
	if (!(m->known & 1u))
		return;
	if (m->depth == 0) {
		if (strict_hides(m) && tells_address(m, 0))
			machine_fault(m, FAULT_ADDRESS, "the program returns an address");
		check_range(m);
		return;
	}
	const struct subprogram *sub = program_sub(m->p, m->out->slot);
	if (sub && sub->is_global && !m->frames[m->depth].callback.rounds && is_pointer(m->r[0]))
		machine_fault(m, FAULT_RETURN, "the global function %s returns a pointer", sub->name);
}
