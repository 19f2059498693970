/* SPDX-License-Identifier: BSD-2-Clause */
/* CO-RE relocations that were left symbolic: the input says what the kernel's types would (encode/machine/core.c). */
#include "machine.h"

static uint64_t ask(const struct machine *m, const struct core_relo *r, unsigned aspect)
{
	return machine_input(m, IN_CORE, 2, r->path, (uint64_t)aspect);
}

const struct core_relo *core_here(const struct machine *m)
{
	return program_core(m->p, m->out->slot);
}

uint64_t core_immediate(struct machine *m, const struct core_relo *r)
{
	enum core_kind needs = core_rows[r->kind].needs;
	unsigned bits = core_rows[r->kind].bits;
	if (needs != r->kind && !(ask(m, r, needs) & 1))
		machine_fault(m, FAULT_UNRESOLVED, "%s is not in this kernel", r->text);
	return ask(m, r, r->kind) & (~0ull >> (64 - bits));
}

/* As compiled, or following the field to its size in this kernel. */
static unsigned access_size(struct machine *m, const struct insn *in, const struct core_relo *r)
{
	unsigned n = in->width / 8u;
	if (r->kind != CORE_FIELD_OFFSET)
		return n;
	uint64_t size = ask(m, r, CORE_MEMORY_SIZE);
	bool follows = r->follows == CORE_UNSIGNED && r->size == n && (ask(m, r, CORE_IS_UNSIGNED) & 1);
	if (size == r->size)
		return n;
	if (!follows || (size != 1 && size != 2 && size != 4 && size != 8))
		machine_fault(m, FAULT_UNRESOLVED, "%s has another size or type in this kernel", r->text);
	return (unsigned)size;
}

struct core_access core_access(struct machine *m, const struct insn *in)
{
	const struct core_relo *r = core_here(m);
	struct core_access a = {in->off, in->width / 8u};
	if (!r)
		return a;
	uint64_t off = core_immediate(m, r);
	if (off > INT16_MAX)
		machine_fault(m, FAULT_UNRESOLVED, "%s is at offset %llu, out of reach", r->text,
			      (unsigned long long)off);
	return (struct core_access){(int64_t)off, access_size(m, in, r)};
}

static void set(struct input *in, const struct core_relo *r, unsigned aspect, uint64_t value)
{
	input_set(in, IN_CORE, (uint64_t[]){r->path, aspect}, 2, value);
}

void exec_set_core(const struct program *p, struct input *in)
{
	for (size_t i = 0; i < p->n_relos; i++) {
		const struct core_relo *r = &p->relos[i];
		const struct insn *insn = &p->insns[r->slot];
		bool is_alu = isa_rows[insn->op].form == FORM_ALU;
		uint64_t value = (uint64_t)(int64_t)(is_alu ? insn->imm : insn->off);
		set(in, r, r->kind, insn->op == ISA_LDDW ? insn->imm64 : value);
		if (core_rows[r->kind].needs != r->kind)
			set(in, r, core_rows[r->kind].needs, 1);
		if (r->kind == CORE_FIELD_OFFSET)
			set(in, r, CORE_MEMORY_SIZE, r->size);
	}
}
