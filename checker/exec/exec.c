/* SPDX-License-Identifier: BSD-2-Clause */
/* The concrete machine's instructions: what they do with registers, memory and control; alu.h says what they compute. */
#include "alu.h"
#include "machine.h"

#include <stdlib.h>
#include <string.h>

#define DEFAULT_STEPS 10000000u

static struct value get_register(struct machine *m, unsigned reg)
{
	if (!(m->known & 1u << reg))
		machine_fault(m, FAULT_REG_UNINIT, "r%u is read before it is written", reg);
	return m->r[reg];
}

static void set_register(struct machine *m, unsigned reg, struct value v)
{
	m->r[reg] = v;
	m->known |= (uint16_t)(1u << reg);
	m->secret &= (uint16_t)~(1u << reg);
}

static void set_number(struct machine *m, unsigned reg, uint64_t word)
{
	set_register(m, reg, (struct value){word, 0});
}

/* Register values or the immediate; what the instruction doesn't read is 0. */
struct operands {
	struct value d, s;
};

static int32_t immediate(struct machine *m, const struct insn *in)
{
	const struct core_relo *r = core_here(m);
	return r ? (int32_t)core_immediate(m, r) : in->imm;
}

static struct operands get_operands(struct machine *m, const struct insn *in)
{
	struct operands o = {0};
	enum isa_form form = isa_rows[in->op].form;
	bool binary = form == FORM_ALU || form == FORM_ALUX || form == FORM_JMP;
	bool reads_d = (binary && in->op != ISA_MOV && in->op != ISA_MOVSX) || form == FORM_ALU1 || form == FORM_END;
	if (reads_d)
		o.d = get_register(m, in->dst);
	if (binary && !in->k)
		o.s = get_register(m, in->src);
	else if (binary)
		o.s.word = (uint64_t)(int64_t)immediate(m, in);
	return o;
}

/* A pointer plus or minus a number points into the same region; a word of kernel
 * memory is a number beside other pointers and a pointer beside other numbers. */
static uint32_t region_of_sum(uint32_t d, uint32_t s, bool subtract)
{
	if (s == WORD_REGION && d > WORD_REGION)
		return d;
	if (d == WORD_REGION && s > WORD_REGION)
		return subtract ? 0 : s;
	if (!s)
		return d;
	return d || subtract ? 0 : s;
}

/* Which region the result of arithmetic points into: of 64-bit sums and moves; everything else is a number. */
static uint32_t result_region(const struct insn *in, const struct operands *o)
{
	if (in->width != 64)
		return 0;
	if (in->op == ISA_MOV)
		return o->s.region;
	return in->op == ISA_ADD || in->op == ISA_SUB ? region_of_sum(o->d.region, o->s.region, in->op == ISA_SUB) : 0;
}

static void compute(struct machine *m, const struct insn *in, const struct operands *o)
{
	uint64_t word = alu_compute(in, o->d.word, o->s.word, 0);
	set_register(m, in->dst, (struct value){word, result_region(in, o)});
}

static void jump_if(struct machine *m, const struct insn *in, bool taken)
{
	if (taken)
		m->pc = (uint32_t)insn_target(in, m->pc - 1); /* pc is past the jump already */
}

/* The kernel takes the jump when a call's budget is spent: visits up to 6.14, then time on some machines. */
static void may_goto(struct machine *m, const struct insn *in)
{
	bool spent = ++m->frames[m->depth].may_gotos > MAY_GOTO_MAX;
	jump_if(m, in, machine_input(m, IN_MAY_GOTO, 1, m->may_gotos++) || spent);
}

static void load_wide(struct machine *m, const struct insn *in)
{
	uint32_t index = (uint32_t)in->imm64;
	struct value v = {in->imm64, 0};
	struct region *r = NULL;
	m->pc++;
	switch ((enum wide_kind)in->src) {
	case WIDE_CONST:
		if (core_here(m))
			v.word = core_immediate(m, core_here(m));
		break;
	case WIDE_MAP:
		r = machine_add_region(m, REGION_MAP, machine_input(m, IN_AT_MAP, 1, (uint64_t)m->maps[index].number),
				       0);
		r->map = index;
		break;
	case WIDE_MAP_VALUE: {
		static const uint8_t zero[512];
		v = element_pointer(m, index, element_find(m, index, zero));
		v.word += in->imm64 >> 32;
		break;
	}
	case WIDE_BTF_ID: {
		uint64_t name = input_hash_name(m->p->object->externs[index].name);
		v = (struct value){machine_input(m, IN_EXTERN, 2, name, (uint64_t)0), WORD_REGION};
		break;
	}
	case WIDE_FUNC: {
		uint64_t slot = (uint64_t)((int64_t)m->pc - 1 + in->imm); /* pc is past both slots */
		r = machine_add_region(m, REGION_FUNC, machine_input(m, IN_AT_FUNC, 1, slot), 0);
		r->gen = slot;
		break;
	}
	}
	if (r)
		v = (struct value){r->base, machine_region_id(m, r)};
	set_register(m, in->dst, v);
}

void exec_enter(struct machine *m, uint32_t target)
{
	if (m->depth + 1 == MAX_FRAMES)
		machine_fault(m, FAULT_STACK_DEPTH, "call of slot %u would need frame %u of at most %u", target, m->depth + 2, MAX_FRAMES);
	struct frame *f = &m->frames[++m->depth];
	memcpy(f->saved, m->r + 6, sizeof f->saved);
	f->saved_known = m->known & 0x7c0;
	f->saved_secret = m->secret & 0x7c0;
	f->back = m->pc;
	f->callback = (struct callback){0};
	f->may_gotos = 0;
	f->stack_used = 0;
	struct region *r =
	    machine_add_region(m, REGION_STACK, machine_input(m, IN_AT_STACK, 1, (uint64_t)m->depth), STACK_SIZE);
	r->stack = machine_alloc(sizeof *r->stack);
	f->region = machine_region_id(m, r);
	m->known &= 0x3e;
	m->secret &= 0x3e;
	set_register(m, 10, (struct value){r->base + STACK_SIZE, f->region});
	m->pc = target;
}

/* A static subprogram may leave r0 unwritten; its caller finds out if it reads it. */
static void leave(struct machine *m)
{
	if (m->opt->safety)
		strict_check_return(m);
	if (m->depth == 0) {
		if (m->opt->safety && !(m->known & 1u) && demand_lacks_result(m))
			set_number(m, 0, 0);
		m->out->is_void = progtype_may_be_void(m->p->type) && !(m->known & 1u);
		m->out->r0 = m->out->is_void ? 0 : get_register(m, 0).word;
		demand_check_unlocked(m, "the program ends");
		machine_check_leaks(m);
		longjmp(m->end, 1);
	}
	struct frame *f = &m->frames[m->depth--];
	struct region *r = &m->regions[f->region];
	free(r->stack);
	r->stack = NULL;
	r->dead = true;
	memcpy(m->r + 6, f->saved, sizeof f->saved);
	m->known = (uint16_t)((m->known & 1u) | f->saved_known);
	m->secret = (uint16_t)((m->secret & 1u) | f->saved_secret);
	m->pc = f->back;
	if (f->callback.rounds)
		callback_return(m, f->callback);
}

static void call(struct machine *m, const struct insn *in)
{
	switch ((enum call_kind)in->src) {
	case CALL_HELPER:
		if (in->imm == CORE_UNRESOLVED)
			machine_fault(m, FAULT_UNRESOLVED, "a CO-RE relocation has no answer in this kernel");
		helper_call(m, in);
		if (m->leaves) {
			m->leaves = false;
			leave(m);
		}
		return;
	case CALL_LOCAL:
		exec_enter(m, (uint32_t)insn_target(in, m->pc - 1));
		return;
	case CALL_KFUNC:
		helper_call_kfunc(m, &m->p->object->externs[in->imm]);
	}
}

/* net/core/filter.c, bpf_gen_ld_abs: out of range leaves the function with r0 = 0. */
static void load_packet(struct machine *m, const struct insn *in, uint64_t base)
{
	struct value ctx = get_register(m, 6);
	if (ctx.region != m->ctx_region || ctx.word != m->regions[ctx.region].base)
		machine_fault(m, FAULT_HELPER_ARG, "r6 is not the context");
	if (m->packet_kind != PACKET_SKB)
		machine_fault(m, FAULT_HELPER_PROG, "programs of type %s have no socket buffer",
			      progtype_rows[m->p->type].name);
	demand_check_unlocked(m, "a packet is loaded from");
	int32_t off = (int32_t)(uint32_t)(base + (uint64_t)(int64_t)in->imm);
	unsigned n = in->width / 8u;
	int64_t at;
	bool there = packet_locate(m, off, n, &at);
	m->known &= (uint16_t)~0x3eu;
	if (!there) {
		set_number(m, 0, 0);
		leave(m);
		return;
	}
	uint64_t v = 0;
	packet_fill(m, at, n);
	for (unsigned i = 0; i < n; i++)
		v = v << 8 | *packet_at(m, at + (int64_t)i);
	set_number(m, 0, v);
}

static void load(struct machine *m, const struct insn *in)
{
	struct value at = get_register(m, in->src);
	struct core_access a = core_access(m, in);
	struct value v = memory_load(m, at, a.off, a.n);
	if (in->op == ISA_LDXS) {
		if (v.region)
			machine_fault(m, FAULT_CTX_ACCESS, "a pointer is loaded with sign extension");
		v.word = (uint64_t)alu_sign_extend(v.word, 8 * a.n);
	}
	set_register(m, in->dst, v);
}

static void store(struct machine *m, const struct insn *in)
{
	struct value v = {(uint64_t)(int64_t)in->imm, 0};
	struct value at = get_register(m, in->dst);
	if (in->op != ISA_ST)
		v = get_register(m, in->src);
	struct core_access a = core_access(m, in);
	memory_store(m, at, a.off, a.n, v);
}

/* Others may see the memory between any two instructions, so they see each atomic. */
static void record_atomic(struct machine *m, const struct insn *in, struct value at, uint64_t operand)
{
	if (!memory_is_shared(m, at))
		return;
	struct exec_event *e = machine_add_event(m, EXEC_EVENT_ATOMIC + in->op, true);
	e->args[e->n_args++] = at.word + (uint64_t)(int64_t)in->off;
	e->args[e->n_args++] = operand & alu_mask(in->width);
	e->args[e->n_args++] = in->op == ISA_A_CMPXCHG ? m->r[0].word & alu_mask(in->width) : 0;
	e->args[e->n_args++] = in->width;
}

static void check_atomic(struct machine *m, const struct insn *in, struct value at)
{
	if (m->opt->safety)
		demand_check_atomic(m, in, at);
	if (core_here(m))
		machine_stop(m, REASON_CORE, "atomic operation at an offset that the kernel's types give");
	if (m->regions[at.region].kind == REGION_CTX || m->regions[at.region].kind == REGION_FLOW)
		machine_fault(m, FAULT_CTX_ACCESS, "atomic operation on the context or the flow keys");
}

/* Reads the old value, masked; nothing is written yet. */
static uint64_t begin_atomic(struct machine *m, const struct insn *in, uint64_t *operand)
{
	struct value at = get_register(m, in->dst);
	*operand = get_register(m, in->src).word & alu_mask(in->width);
	if (in->op == ISA_A_CMPXCHG)
		get_register(m, 0);
	check_atomic(m, in, at);
	struct value old = memory_load(m, at, in->off, in->width / 8u);
	m->fetched = m->opt->safety ? old.region : 0;
	memory_check_write(m, (struct value){at.word + (uint64_t)(int64_t)in->off, at.region}, in->width / 8u);
	record_atomic(m, in, at, *operand);
	return old.word;
}

/* Writes the new value; the fetching forms put the old one into register `fetch` (-1: none). */
static void end_atomic(struct machine *m, const struct insn *in, uint64_t now, int fetch, uint64_t old)
{
	memory_store(m, m->r[in->dst], in->off, in->width / 8u, (struct value){now, 0});
	if (fetch >= 0)
		set_register(m, (unsigned)fetch, (struct value){old, m->fetched});
}

static void load_acquire(struct machine *m, const struct insn *in)
{
	struct value at = get_register(m, in->src);
	check_atomic(m, in, at);
	load(m, in);
	record_atomic(m, in, at, 0);
}

static void store_release(struct machine *m, const struct insn *in)
{
	struct value at = get_register(m, in->dst);
	check_atomic(m, in, at);
	store(m, in);
	record_atomic(m, in, at, m->r[in->src].word);
}

/* The plain forms fetch nothing. */
static int fetch_register(const struct insn *in)
{
	if (in->op == ISA_A_CMPXCHG)
		return 0;
	return in->op == ISA_A_ADD || in->op == ISA_A_OR || in->op == ISA_A_AND || in->op == ISA_A_XOR ? -1 : in->src;
}

static void run_atomic(struct machine *m, const struct insn *in)
{
	uint64_t operand, old = begin_atomic(m, in, &operand);
	end_atomic(m, in, alu_compute(in, old, operand, m->r[0].word), fetch_register(in), old);
}

static void execute(struct machine *m, const struct insn *in, const struct operands *o)
{
	m->pc++;
	/* clang-format off */
	switch (isa_rows[in->op].form) {
	case FORM_ALU: case FORM_ALUX: case FORM_ALU1: case FORM_END: compute(m, in, o); return;
	case FORM_CAST: machine_stop(m, REASON_INSN, "%s: what an arena's addresses look like is up to the JIT", isa_rows[in->op].text);
	case FORM_JA: case FORM_JAL: jump_if(m, in, true); return;
	case FORM_JMP: jump_if(m, in, alu_compute(in, o->d.word, o->s.word, 0)); return;
	case FORM_MAYGOTO: may_goto(m, in); return;
	case FORM_CALL: call(m, in); return;
	case FORM_EXIT: leave(m); return;
	case FORM_WIDE: load_wide(m, in); return;
	case FORM_LDABS: load_packet(m, in, 0); return;
	case FORM_LDIND: load_packet(m, in, get_register(m, in->src).word); return;
	case FORM_LDX: case FORM_LDXS: load(m, in); return;
	case FORM_ST: case FORM_STX: store(m, in); return;
	case FORM_ATOMIC: run_atomic(m, in); return;
	case FORM_LOAD_ACQ: load_acquire(m, in); return;
	case FORM_STORE_REL: store_release(m, in); return;
	}
	/* clang-format on */
}

static void step(struct machine *m, const struct insn *in)
{
	if (insn_writes_frame_pointer(in))
		machine_fault(m, FAULT_FRAME_POINTER, "%s writes r10", isa_rows[in->op].name);
	if (in->op == ISA_WIDE_TAIL)
		machine_stop(m, REASON_INSN, "slot is the second half of an instruction");
	const struct operands o = get_operands(m, in);
	if (m->opt->safety)
		strict_before(m, in, o.d, o.s);
	execute(m, in, &o);
	if (m->flows)
		strict_after(m, in);
	if (m->opt->safety && m->pc <= m->out->slot && insn_is_jump(in))
		progress_note_jump(m);
}

static void trace(const struct machine *m)
{
	uint64_t regs[11];
	for (int i = 0; i < 11; i++)
		regs[i] = m->r[i].word;
	m->opt->trace(m->opt->trace_arg, m->p, m->pc, regs, m->known);
}

static void run(struct machine *m)
{
	if (m->opt->safety)
		demand_check_type(m);
	uint64_t limit = m->opt->max_steps ? m->opt->max_steps : DEFAULT_STEPS;
	for (;;) {
		m->out->slot = m->pc;
		if (m->pc >= m->p->n)
			machine_stop(m, REASON_INSN, "control runs past the last instruction");
		if (m->out->steps++ == limit && m->may_gotos)
			machine_stop(m, REASON_LOOP, "still running after %llu instructions, but may_goto ends it",
				     (unsigned long long)limit);
		if (m->out->steps > limit)
			machine_fault(m, FAULT_ENDLESS, "still running after %llu instructions",
				      (unsigned long long)limit);
		if (m->opt->trace)
			trace(m);
		if (m->opt->watch)
			m->opt->watch(m->opt->watch_arg, m);
		step(m, &m->p->insns[m->pc]);
	}
}

void exec_run(const struct program *p, const struct input *in, const struct exec_options *opt, struct exec_outcome *out)
{
	static const struct exec_options none;
	struct machine m;
	memset(out, 0, sizeof *out);
	machine_init(&m, p, in, opt ? opt : &none, out);
	if (!setjmp(m.end))
		run(&m);
	if (!m.opt->no_output && (out->end == EXEC_EXIT || out->end == EXEC_TAIL_CALL))
		machine_finish(&m);
	machine_release(&m);
}

void exec_release(struct exec_outcome *out)
{
	for (size_t i = 0; i < out->n_values; i++) {
		free(out->values[i].key);
		free(out->values[i].value);
	}
	for (size_t i = 0; i < out->n_events; i++)
		free(out->events[i].bytes);
	free(out->values);
	free(out->kernel);
	free(out->events);
	free(out->packet);
	free(out->metadata);
	free(out->context);
	memset(out, 0, sizeof *out);
}
