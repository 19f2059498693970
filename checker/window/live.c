/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Backward data flow over the bytes of a function's own frame. Only a plain
 * store whose place is one makes bytes dead; what may be read is told by the
 * facts, and is everything where they don't tell. Who is called reads what it
 * is given a pointer to, the whole frame if that is not plain memory of a known
 * size: it may hold such pointers itself. Frames of callers are not tracked:
 * all of them is always live.
 */
#include "checker/window/live.h"
#include "checker/safety/liveness.h"
#include "checker/safety/prover.h"
#include "encode/isa/effect.h"
#include "encode/object/program.h"

#include <string.h>

#define STACK_WORDS (STACK_BYTES / 64)

struct bytes {
	uint64_t bit[STACK_WORDS];
};
struct footprint {
	struct bytes reads, kills;
};

struct flow {
	const struct program *p;
	const struct facts *facts;
	struct liveness *registers;
	struct footprint *effects; /* by slot */
	bool *exposed;             /* by subprogram: a call may know its frame without being given a pointer */
	struct live *live;
};

static void set_range(struct bytes *b, int64_t lo, int64_t hi)
{
	lo = lo < 0 ? 0 : lo;
	hi = hi > STACK_BYTES ? STACK_BYTES : hi;
	for (int64_t i = lo; i < hi; i++)
		b->bit[i / 64] |= 1ull << i % 64;
}

static void set_all(struct bytes *b)
{
	memset(b->bit, 0xff, sizeof b->bit);
}

static const struct facts_at *facts_at(const struct flow *f, uint32_t pc)
{
	return &f->facts->at[pc];
}

/* Is it the only function at work, so that no other frame is there to keep pointers in? */
static bool is_outermost(const struct facts_at *at)
{
	return at->depth == 1 && !at->deep;
}

/* At several depths only r10's fact is of kind STACK. */
static bool is_own(const struct facts_at *at, const struct fact *v)
{
	return v->kind == KIND_STACK && v->object == at->depth - 1;
}

static bool may_be_own(const struct facts_at *at, const struct fact *v)
{
	return v->kind == KIND_NONE || is_own(at, v);
}

static bool may_be_other(const struct facts_at *at, const struct fact *v)
{
	return !is_outermost(at) && (v->kind == KIND_NONE || (v->kind == KIND_STACK && !is_own(at, v)));
}

/* Offsets beyond the frame are as good as its ends. */
static int64_t clamp(int64_t off)
{
	return off < -2 * STACK_BYTES ? -2 * STACK_BYTES : off > STACK_BYTES ? STACK_BYTES : off;
}

/* `size` bytes behind p + off may be read. */
static void read_memory(const struct facts_at *at, const struct fact *p, int64_t off, uint64_t size, struct bytes *out)
{
	if (p->kind == KIND_NONE) {
		set_all(out);
	} else if (is_own(at, p)) {
		int64_t most = size > STACK_BYTES ? STACK_BYTES : (int64_t)size;
		set_range(out, clamp(p->value.smin) + off + STACK_BYTES,
			  clamp(p->value.smax) + off + STACK_BYTES + most);
	}
}

static void access(const struct flow *f, uint32_t pc, bool reads, struct footprint *e)
{
	const struct insn *in = &f->p->insns[pc];
	const struct facts_at *at = facts_at(f, pc);
	const struct fact *p = &at->r[reads && !insn_has_form(in, FORM_ATOMIC) ? in->src : in->dst];
	unsigned size = in->width / 8u;
	bool symbolic = program_core(f->p, pc); /* the kernel's types give the offset, and perhaps the size */
	if (reads && symbolic && may_be_own(at, p))
		set_all(&e->reads);
	else if (reads)
		read_memory(at, p, in->off, size, &e->reads);
	else if (!symbolic && is_own(at, p) && scalar_is_const(p->value)) {
		int64_t lo = clamp((int64_t)p->value.bits.value) + in->off + STACK_BYTES;
		set_range(&e->kills, lo, lo + size);
	}
}

/* Calls. */

/* Bytes of the key or value of the map that the call is about; a per-CPU value is copied in whole words. */
static uint64_t size_in_map(const struct flow *f, uint32_t pc, const struct helper_row *row, bool key)
{
	const struct facts_at *at = facts_at(f, pc);
	for (unsigned i = 0; i < 5; i++) {
		const struct fact *m = &at->r[i + 1];
		if (row->args[i] != ARG_MAP)
			continue;
		if (m->kind != KIND_MAP || m->object >= f->p->object->n_maps)
			break;
		const struct map *def = &f->p->object->maps[m->object];
		return ((uint64_t)(key ? def->key_size : def->value_size) + 7) / 8 * 8;
	}
	return STACK_BYTES;
}

/* How a helper treats memory that an argument points at. */
struct reading {
	bool any;      /* it reads some */
	bool keeps;    /* nobody knows what else it does with the pointer */
	uint64_t size; /* bytes at most */
};

static struct reading reading_of(const struct flow *f, uint32_t pc, const struct helper_row *row, unsigned i)
{
	const struct facts_at *at = facts_at(f, pc);
	switch (row->args[i]) {
	case ARG_NONE:
	case ARG_INT:
	case ARG_SIZE:
	case ARG_SIZE0:
	case ARG_CTX:
	case ARG_MAP:
	case ARG_FUNC:
	case ARG_VALUE_OUT:
	case ARG_MEM_OUT:
	case ARG_MEM_OUT_OR_NULL:
	case ARG_MEM_PART:
	case ARG_OUT4:
	case ARG_OUT8:
		return (struct reading){0};
	case ARG_KEY:
		return (struct reading){.any = true, .size = size_in_map(f, pc, row, true)};
	case ARG_VALUE:
	case ARG_VALUE_OR_NULL:
		return (struct reading){.any = true, .size = size_in_map(f, pc, row, false)};
	case ARG_MEM:
	case ARG_MEM_OR_NULL:
	case ARG_MEM_INOUT:
		if (i == 4 || at->r[i + 2].kind != KIND_NUMBER)
			break;
		return (struct reading){.any = true, .size = at->r[i + 2].value.umax};
	case ARG_INOUT4:
		return (struct reading){.any = true, .size = 4};
	case ARG_MEM20:
		return (struct reading){.any = true, .size = 20};
	case ARG_MEM40:
		return (struct reading){.any = true, .size = 40};
	case ARG_DYNPTR:
		return (struct reading){.any = true, .size = DYNPTR_BYTES};
	case ARG_STRING:
		return (struct reading){.any = true, .size = STACK_BYTES};
	case ARG_ANY:
	case ARG_RECORD:
	case ARG_KERNEL:
	case ARG_KERNEL_OR_NULL:
	case ARG_CTX_OR_NULL:
	case ARG_CTX_OR_KERNEL:
	case ARG_OBJECT:
	case ARG_OBJECT_OR_NULL:
	case ARG_LOCK:
	case ARG_TIMER:
	case ARG_DYNPTR_OUT:
	case ARG_KPTR:
	case ARG_PERCPU:
		return (struct reading){.any = true, .keeps = true, .size = STACK_BYTES};
	}
	return (struct reading){.any = true, .size = STACK_BYTES};
}

static const struct helper_row *row_of(const struct program *p, const struct insn *in)
{
	if (in->src == CALL_KFUNC)
		return p->object->externs[in->imm].call;
	return helper_find((uint32_t)in->imm);
}

/* Registers that a call may take a pointer from. */
static uint16_t arguments(const struct flow *f, uint32_t pc)
{
	const struct insn *in = &f->p->insns[pc];
	const struct helper_row *row = in->src == CALL_LOCAL ? NULL : row_of(f->p, in);
	uint16_t given = 0;
	if (in->src == CALL_LOCAL)
		return f->registers->in[insn_target(in, pc)] & 0x3e;
	for (unsigned i = 0; i < 5; i++)
		if (!row || row->args[i] != ARG_NONE)
			given |= (uint16_t)(2u << i);
	return given;
}

/* Is it given the frame, to do with it as it likes? */
static bool is_given_frame(const struct flow *f, uint32_t pc)
{
	const struct facts_at *at = facts_at(f, pc);
	uint16_t given = arguments(f, pc);
	for (unsigned i = 1; i <= 5; i++)
		if (given >> i & 1 && may_be_own(at, &at->r[i]))
			return true;
	return false;
}

static bool runs_program(const struct program *p, const struct insn *in)
{
	const struct helper_row *row = in->src == CALL_LOCAL ? NULL : row_of(p, in);
	return in->src != CALL_HELPER || !row || helper_calls_back(row) || helper_code_argument(row) >= 0 ||
	       row->effects & FOLLOWS;
}

static bool makes_dynptr(const struct helper_row *row)
{
	for (unsigned i = 0; i < 5; i++)
		if (row->args[i] == ARG_DYNPTR_OUT)
			return true;
	return false;
}

static bool is_gone_to(const struct program *p, uint32_t slot)
{
	for (uint32_t i = 0; i < p->n; i++)
		if (insn_is_jump(&p->insns[i]) && insn_target(&p->insns[i], i) == slot)
			return true;
	return false;
}

/* Did a call lose the register, and nothing write it since, whatever the way here? */
static bool is_unwritten(const struct flow *f, uint32_t pc, unsigned reg)
{
	const struct program *p = f->p;
	for (uint32_t i = pc; i > program_sub(p, pc)->start && !is_gone_to(p, i); i--) {
		const struct insn *in = &p->insns[i - 1];
		if (in->op == ISA_WIDE_TAIL)
			continue;
		if (!insn_falls_through(in) || effect_of(in).writes >> reg & 1)
			return in->op == ISA_CALL && reg > 0;
	}
	return false;
}

/* True: it may keep a pointer to the frame. */
static bool call_helper(const struct flow *f, uint32_t pc, const struct helper_row *row, struct footprint *e)
{
	const struct facts_at *at = facts_at(f, pc);
	bool keeps = makes_dynptr(row);
	for (unsigned i = 0; i < 5; i++) {
		const struct fact *v = &at->r[i + 1];
		struct reading r = reading_of(f, pc, row, i);
		bool unwritten = v->kind == KIND_NONE && row->effects & LAX_ARGS;
		bool lax = row->effects & LAX_ARGS && row->args[i] == ARG_ANY; /* what is not written counts as 0 */
		if (!r.any || !may_be_own(at, v) || (lax && is_unwritten(f, pc, i + 1)))
			continue;
		read_memory(at, v, 0, r.size, &e->reads);
		keeps |= r.keeps && !unwritten;
	}
	return keeps;
}

/* True: from here on any call may know of the frame. */
static bool call(const struct flow *f, uint32_t pc, struct footprint *e)
{
	const struct insn *in = &f->p->insns[pc];
	if (!runs_program(f->p, in))
		return call_helper(f, pc, row_of(f->p, in), e);
	if (!is_given_frame(f, pc))
		return false;
	set_all(&e->reads);
	return in->src == CALL_KFUNC || !is_outermost(facts_at(f, pc));
}

/* Is a pointer to the frame put where a caller's pointers are found? */
static bool exports_pointer(const struct flow *f, uint32_t pc)
{
	const struct insn *in = &f->p->insns[pc];
	const struct facts_at *at = facts_at(f, pc);
	return in->width == 64 && may_be_own(at, &at->r[in->src]) && may_be_other(at, &at->r[in->dst]);
}

/* What the instruction does to the frame; true: from here on calls may know of it. */
static bool find_effect(const struct flow *f, uint32_t pc, struct footprint *e)
{
	const struct insn *in = &f->p->insns[pc];
	if (in->op == ISA_WIDE_TAIL || !facts_at(f, pc)->reached)
		return false;
	switch (isa_rows[in->op].form) {
	case FORM_LDX:
	case FORM_LDXS:
	case FORM_LOAD_ACQ:
		access(f, pc, true, e);
		return false;
	case FORM_ATOMIC:
		access(f, pc, true, e);
		return exports_pointer(f, pc);
	case FORM_ST:
		access(f, pc, false, e);
		return false;
	case FORM_STX:
		access(f, pc, false, e);
		return exports_pointer(f, pc);
	case FORM_STORE_REL:
		return exports_pointer(f, pc);
	case FORM_CALL:
		return call(f, pc, e);
	case FORM_ALU:
	case FORM_ALUX:
	case FORM_ALU1:
	case FORM_CAST:
	case FORM_END:
	case FORM_JA:
	case FORM_JAL:
	case FORM_JMP:
	case FORM_MAYGOTO:
	case FORM_EXIT:
	case FORM_WIDE:
	case FORM_LDABS:
	case FORM_LDIND:
		break;
	}
	return false;
}

static void find_effects(struct flow *f)
{
	const struct program *p = f->p;
	for (size_t i = 0; i < p->n_subs; i++)
		for (uint32_t pc = p->subs[i].start; pc < p->subs[i].end; pc++)
			f->exposed[i] |= find_effect(f, pc, &f->effects[pc]);
	for (size_t i = 0; i < p->n_subs; i++)
		for (uint32_t pc = p->subs[i].start; pc < p->subs[i].end; pc++)
			if (f->exposed[i] && insn_has_form(&p->insns[pc], FORM_CALL))
				set_all(&f->effects[pc].reads);
}

/* True: more bytes are live than known so far. */
static bool step(const struct flow *f, uint32_t pc)
{
	const struct insn *in = &f->p->insns[pc];
	struct live_at *at = f->live->at;
	uint32_t next = pc + (in->op == ISA_LDDW ? 2 : 1);
	bool falls = in->op == ISA_WIDE_TAIL || (insn_falls_through(in) && next < f->p->n);
	const uint64_t *side = insn_is_jump(in) ? at[insn_target(in, pc)].stack : NULL;
	bool changed = false;
	for (unsigned i = 0; i < STACK_WORDS; i++) {
		uint64_t out = (falls && next < f->p->n ? at[next].stack[i] : 0) | (side ? side[i] : 0);
		uint64_t before = (out & ~f->effects[pc].kills.bit[i]) | f->effects[pc].reads.bit[i];
		if (!facts_at(f, pc)->reached && in->op != ISA_WIDE_TAIL)
			before = 0;
		changed |= before != at[pc].stack[i];
		at[pc].stack[i] = before;
	}
	return changed;
}

static void solve(struct flow *f)
{
	find_effects(f);
	for (bool changed = true; changed;) {
		changed = false;
		for (uint32_t pc = (uint32_t)f->p->n; pc-- > 0;)
			changed |= step(f, pc);
	}
}

struct live *live_new(const struct program *p, const struct facts *facts)
{
	struct live *l = checked(calloc(1, sizeof *l));
	struct flow f = {.p = p, .facts = facts, .live = l};
	l->n = (uint32_t)p->n;
	l->at = checked(calloc(p->n + 1, sizeof *l->at));
	f.registers = liveness_new(p);
	for (size_t i = 0; i < p->n; i++)
		l->at[i].regs = f.registers->in[i];
	if (facts) {
		f.effects = checked(calloc(p->n + 1, sizeof *f.effects));
		f.exposed = checked(calloc(p->n_subs + 1, sizeof *f.exposed));
		solve(&f);
	} else {
		for (size_t i = 0; i < p->n; i++)
			memset(l->at[i].stack, 0xff, sizeof l->at[i].stack);
	}
	liveness_free(f.registers);
	free(f.effects);
	free(f.exposed);
	return l;
}

void live_free(struct live *l)
{
	if (!l)
		return;
	free(l->at);
	free(l);
}
