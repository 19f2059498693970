/* SPDX-License-Identifier: BSD-2-Clause */
/* Helper calls: checks arguments by helper.def, then runs the row's model. */
#include "machine.h"

#include <stdlib.h>
#include <string.h>

static const struct map *map_of(const struct machine *m, const struct helper_call *c)
{
	return m->maps[c->map].def;
}

static const char *prefix(const struct helper_row *row)
{
	return helper_is_kfunc(row) ? "" : "bpf_";
}

static enum reason reason_of(const struct helper_row *row)
{
	return helper_is_kfunc(row) ? REASON_KFUNC : REASON_HELPER;
}

_Noreturn static void refuse(struct machine *m, const struct helper_call *c, unsigned i, const char *want)
{
	machine_fault(m, FAULT_HELPER_ARG, "argument %u of %s%s is not %s", i + 1, prefix(c->row), c->row->name, want);
}

static enum region_kind kind_of(const struct machine *m, struct value v)
{
	return m->regions[v.region].kind;
}

static bool is_null(struct value v)
{
	return v.region <= WORD_REGION && !v.word;
}

static void check_alive(struct machine *m, const struct helper_call *c, unsigned i)
{
	if (m->regions[demand_origin(m, c->arg[i].region)].dead)
		machine_fault(m, FAULT_RELEASED, "argument %u of %s%s was given back before", i + 1, prefix(c->row), c->row->name);
}

static void check_object(struct machine *m, struct helper_call *c, unsigned i, enum region_kind kind, const char *want)
{
	const struct region *r = &m->regions[c->arg[i].region];
	if (r->kind != kind || c->arg[i].word != r->base)
		refuse(m, c, i, want);
	check_alive(m, c, i);
}

/* Appends what argument i points at to the call's bytes. */
static void read_argument(struct machine *m, struct helper_call *c, unsigned i, uint64_t n)
{
	c->len[i] = n;
	c->read[i] = machine_alloc(n);
	m->scratch[i] = c->read[i];
	memory_read(m, c->arg[i], 0, n, c->read[i]);
}

static void read_string(struct machine *m, struct helper_call *c, unsigned i)
{
	uint64_t n = 0;
	uint8_t byte;
	do
		memory_read(m, c->arg[i], (int64_t)n++, 1, &byte);
	while (byte);
	read_argument(m, c, i, n);
}

static void write_argument(struct machine *m, struct helper_call *c, unsigned i, uint64_t n)
{
	c->len[i] = n;
	memory_check_write(m, c->arg[i], n);
}

static bool writes_memory(enum helper_arg a)
{
	return a == ARG_MEM_OUT || a == ARG_MEM_OUT_OR_NULL || a == ARG_MEM_INOUT || a == ARG_MEM_PART || a == ARG_OBJECT ||
	       a == ARG_OBJECT_OR_NULL;
}

bool helper_writes(enum helper_arg a)
{
	return writes_memory(a) || a == ARG_OUT4 || a == ARG_OUT8 || a == ARG_INOUT4 || a == ARG_VALUE_OUT;
}

static bool is_part(enum helper_arg a)
{
	return a == ARG_MEM_PART || a == ARG_MEM_OUT_OR_NULL;
}

static bool may_be_null(enum helper_arg a)
{
	return a == ARG_MEM_OR_NULL || a == ARG_MEM_OUT_OR_NULL;
}

/* A piece of memory whose size is the next argument. */
static void check_sized(struct machine *m, struct helper_call *c, unsigned i)
{
	enum helper_arg a = c->row->args[i];
	bool sized = i < 4 && (c->row->args[i + 1] == ARG_SIZE || c->row->args[i + 1] == ARG_SIZE0);
	if (!sized)
		machine_stop(m, reason_of(c->row), "%s%s takes memory of a size that is not its next argument",
			     prefix(c->row), c->row->name);
	if (!(m->known & 1u << (i + 2)))
		machine_fault(m, FAULT_REG_UNINIT, "r%u is read before it is written", i + 2);
	uint64_t n = m->r[i + 2].word;
	if (n >= MAX_MEM_SIZE || (n == 0 && c->row->args[i + 1] == ARG_SIZE))
		refuse(m, c, i + 1, "a legal size");
	bool null = is_null(c->arg[i]) && (!c->arg[i].region || may_be_null(a));
	if (null ? n != 0 : kind_of(m, c->arg[i]) == REGION_NONE)
		refuse(m, c, i, "a pointer to memory");
	if (a != ARG_MEM_OUT && !is_part(a))
		read_argument(m, c, i, n);
	if (writes_memory(a))
		write_argument(m, c, i, n);
}

static void check_map(struct machine *m, struct helper_call *c, unsigned i)
{
	check_object(m, c, i, REGION_MAP, "a map");
	c->map = m->regions[c->arg[i].region].map;
	c->inner = m->regions[c->arg[i].region].inner;
	c->is_inner = m->regions[c->arg[i].region].is_inner;
	if (m->opt->safety)
		demand_check_map(m, c);
	inner_check(m, c);
}

static uint64_t map_part(struct machine *m, struct helper_call *c, unsigned i, bool key)
{
	if (c->map == UINT32_MAX)
		refuse(m, c, i, "preceded by a map");
	return key ? map_of(m, c)->key_size : map_of(m, c)->value_size;
}

static void check_context(struct machine *m, struct helper_call *c, unsigned i)
{
	check_object(m, c, i, REGION_CTX, "the context");
}

static void check_kernel(struct machine *m, struct helper_call *c, unsigned i)
{
	const struct region *r = &m->regions[c->arg[i].region];
	if (r->kind == REGION_CTX && helper_takes_context(c->row, m->p->type)) {
		check_context(m, c, i);
		return;
	}
	if (r->kind == REGION_CTX) /* some program types' context is the object */
		machine_stop(m, reason_of(c->row), "the context as a kernel object of %s%s", prefix(c->row), c->row->name);
	if (r->kind != REGION_KERNEL && r->kind != REGION_WORD)
		refuse(m, c, i, "a kernel object");
	check_alive(m, c, i);
}

static bool is_memory(enum region_kind kind)
{
	return kind == REGION_STACK || kind == REGION_VALUE || kind == REGION_MEM || kind == REGION_PACKET;
}

/* Something of the kernel's, or memory in whose place NULL may stand. */
static void check_any_object(struct machine *m, struct helper_call *c, unsigned i)
{
	uint32_t size = c->row->size[i];
	enum region_kind kind = kind_of(m, c->arg[i]);
	bool memory = is_memory(kind), may_be_null = size || c->row->args[i] == ARG_OBJECT_OR_NULL;
	if (memory ? !size : (c->row->effects & MAY_RELEASE) && m->regions[c->arg[i].region].acquired)
		machine_stop(m, reason_of(c->row), "argument %u of %s is memory of unknown size, or a reference", i + 1,
			     c->row->name);
	if (memory) {
		read_argument(m, c, i, size);
		write_argument(m, c, i, size);
	} else if (kind == REGION_CTX) {
		check_context(m, c, i);
	} else if (kind != REGION_NONE || c->arg[i].word || !may_be_null) {
		check_kernel(m, c, i);
	}
}

static void check_field(struct machine *m, struct helper_call *c, unsigned i)
{
	const struct region *r = &m->regions[c->arg[i].region];
	if (r->kind == REGION_KERNEL || r->kind == REGION_WORD)
		machine_stop(m, REASON_HELPER, "a field of an allocated object");
	if (r->kind != REGION_VALUE || (c->arg[i].word - r->base) % 8)
		refuse(m, c, i, "a field of a map value");
	memory_check_field(m, c->arg[i], 8);
}

static void check_argument(struct machine *m, struct helper_call *c, unsigned i)
{
	/* clang-format off */
	switch (c->row->args[i]) {
	case ARG_NONE: case ARG_ANY: case ARG_INT: case ARG_SIZE: case ARG_SIZE0:
		return;
	case ARG_CTX_OR_NULL:
		if (is_null(c->arg[i]))
			return;
		check_context(m, c, i);
		return;
	case ARG_CTX: check_context(m, c, i); return;
	case ARG_CTX_OR_KERNEL:
		if (kind_of(m, c->arg[i]) == REGION_CTX)
			check_context(m, c, i);
		else
			check_kernel(m, c, i);
		return;
	case ARG_KERNEL_OR_NULL:
		if (is_null(c->arg[i]))
			return;
		check_kernel(m, c, i);
		return;
	case ARG_KERNEL: check_kernel(m, c, i); return;
	case ARG_OBJECT: case ARG_OBJECT_OR_NULL: check_any_object(m, c, i); return;
	case ARG_MAP: check_map(m, c, i); return;
	case ARG_KEY: read_argument(m, c, i, map_part(m, c, i, true)); return;
	case ARG_VALUE_OR_NULL:
		if (is_null(c->arg[i]))
			return;
		read_argument(m, c, i, map_part(m, c, i, false));
		return;
	case ARG_VALUE: read_argument(m, c, i, map_part(m, c, i, false)); return;
	case ARG_VALUE_OUT: write_argument(m, c, i, map_part(m, c, i, false)); return;
	case ARG_MEM: case ARG_MEM_OR_NULL: case ARG_MEM_OUT: case ARG_MEM_OUT_OR_NULL: case ARG_MEM_INOUT:
	case ARG_MEM_PART:
		check_sized(m, c, i);
		return;
	case ARG_STRING: read_string(m, c, i); return;
	case ARG_OUT4: write_argument(m, c, i, 4); return;
	case ARG_OUT8: write_argument(m, c, i, 8); return;
	case ARG_INOUT4:
		read_argument(m, c, i, 4);
		write_argument(m, c, i, 4);
		return;
	case ARG_MEM20: read_argument(m, c, i, 20); return;
	case ARG_MEM40: read_argument(m, c, i, 40); return;
	case ARG_RECORD: check_object(m, c, i, REGION_MEM, "a ring buffer record"); return;
	case ARG_FUNC: check_object(m, c, i, REGION_FUNC, "a function of the program"); return;
	case ARG_DYNPTR_OUT: case ARG_LOCK: return; /* their models */
	case ARG_DYNPTR:
		if (helper_is_kfunc(c->row))
			helper_show_dynptr(m, c, i);
		return;
	case ARG_TIMER: case ARG_KPTR: check_field(m, c, i); return;
	case ARG_PERCPU:
		machine_stop(m, reason_of(c->row), "%s%s takes a kind of argument that is not modelled", prefix(c->row), c->row->name);
	}
	/* clang-format on */
}

static void check_arguments(struct machine *m, struct helper_call *c)
{
	for (unsigned i = 0; i < 5 && c->row->args[i] != ARG_NONE; i++) {
		bool known = m->known & 1u << (i + 1);
		if (!known && !((c->row->effects & LAX_ARGS) && c->row->args[i] == ARG_ANY))
			machine_fault(m, FAULT_REG_UNINIT, "r%u is read before it is written", i + 1);
		c->arg[i] = known ? m->r[i + 1] : (struct value){0};
		check_argument(m, c, i);
	}
}

void helper_return(struct helper_call *c, int64_t word)
{
	c->ret = (struct value){(uint64_t)word, 0};
	c->ret_known = true;
}

/* A scalar result of an input function, cut to the bits that the row gives it. */
static void return_input(struct helper_call *c, uint64_t word)
{
	unsigned bits = c->row->bits;
	helper_return(c, (int64_t)(bits && bits < 64 ? word & ((1ull << bits) - 1) : word));
}

/* Newer kernels zero what a call that fails would have written, older ones leave it. */
static bool fails_untouched(const struct machine *m, const struct helper_call *c, uint64_t pos, unsigned i)
{
	int64_t result = (int64_t)machine_input(m, IN_RESULT, 2, (uint64_t)c->row->id, pos);
	bool out = c->row->args[i] == ARG_OUT4 || c->row->args[i] == ARG_OUT8;
	return out && result < 0 && machine_input(m, IN_OUT_LEN, 2, pos, (uint64_t)i) < c->len[i];
}

/* What a helper leaves unwritten of a buffer counts as written (ARG_PTR_TO_UNINIT_MEM): anything may be there. */
static void write_rest(struct machine *m, struct helper_call *c, uint64_t pos, unsigned i, uint64_t from)
{
	const struct stack_memory *s = memory_stack(m, c->arg[i]);
	uint64_t off = c->arg[i].word - m->regions[c->arg[i].region].base;
	for (uint64_t k = from; s && k < c->len[i]; k++) {
		uint8_t byte = (uint8_t)machine_input(m, IN_OUT, 3, pos, (uint64_t)i, k);
		if (!s->known[off + k])
			memory_write(m, c->arg[i], (int64_t)k, 1, &byte);
	}
}

static void write_outputs(struct machine *m, struct helper_call *c, uint64_t pos)
{
	for (unsigned i = 0; i < 5; i++) {
		enum helper_arg a = c->row->args[i];
		bool out = helper_writes(a);
		uint64_t n = c->len[i];
		if (is_part(a)) {
			uint64_t part = machine_input(m, IN_OUT_LEN, 2, pos, (uint64_t)i);
			n = part < n ? part : n;
		}
		out = out && !fails_untouched(m, c, pos, i);
		for (uint64_t k = 0; out && k < n; k++) {
			uint8_t byte = (uint8_t)machine_input(m, IN_OUT, 3, pos, (uint64_t)i, k);
			memory_write(m, c->arg[i], (int64_t)k, 1, &byte);
		}
		if (m->opt->safety && helper_writes(a))
			write_rest(m, c, pos, i, out ? n : 0);
	}
}

void helper_return_object(struct machine *m, struct helper_call *c, uint64_t pos, bool there)
{
	helper_return(c, 0);
	if (!there)
		return;
	struct region *r = machine_add_region(m, REGION_KERNEL, machine_input(m, IN_AT_KERNEL, 2, pos, (uint64_t)0), 0);
	r->acquired = (c->row->effects & ACQUIRE) != 0;
	r->gen = c->row->id;
	if (m->opt->safety)
		demand_note_cast(m, c, r);
	c->ret = (struct value){r->base, machine_region_id(m, r)};
}

static void release_references(struct machine *m, struct helper_call *c)
{
	for (unsigned i = 0; i < 5; i++) {
		uint32_t origin = demand_origin(m, c->arg[i].region);
		struct region *r = &m->regions[origin];
		if (c->row->args[i] != ARG_KERNEL)
			continue;
		if (!r->acquired || c->arg[i].word != m->regions[c->arg[i].region].base)
			refuse(m, c, i, "a reference that the program acquired");
		r->dead = true;
	}
}

/* A pointer that the row takes as a number may be followed or not: only an exact model knows. */
static void check_scalars(struct machine *m, const struct helper_call *c)
{
	for (unsigned i = 0; i < 5; i++)
		if (c->row->args[i] == ARG_ANY && c->arg[i].region > WORD_REGION)
			machine_stop(m, reason_of(c->row), "argument %u of %s%s is a pointer", i + 1, prefix(c->row), c->row->name);
}

void helper_run_opaque(struct machine *m, struct helper_call *c)
{
	check_scalars(m, c);
	uint64_t pos = m->opaque_calls++, result = machine_input(m, IN_RESULT, 2, (uint64_t)c->row->id, pos);
	if (m->opt->safety)
		result = demand_bound_result(c, result);
	helper_record(m, c, (c->row->effects & EFFECT) != 0);
	if (c->row->effects & RELEASE)
		release_references(m, c);
	write_outputs(m, c, pos);
	after_change_state(m, c->row, pos);
	switch (c->row->ret) {
	case RET_VOID:
		return;
	case RET_INT:
		return_input(c, result);
		return;
	case RET_KERNEL:
		helper_return_object(m, c, pos, true);
		return;
	case RET_KERNEL_OR_NULL:
		helper_return_object(m, c, pos, result & 1);
		return;
	case RET_VALUE:
	case RET_VALUE_OR_NULL:
	case RET_MEM_OR_NULL:
		machine_stop(m, reason_of(c->row), "%s%s returns memory that is not modelled", prefix(c->row), c->row->name);
	}
}

/* Calls whose result and effect depend on the arguments and on memory alone. */
static bool is_pure(const struct machine *m, const struct helper_call *c)
{
	if (c->row->model == MODEL_CONST)
		return true;
	enum map_model model = c->map == UINT32_MAX ? MAP_OPAQUE : maptype_rows[map_of(m, c)->type].model;
	return c->row->model == MODEL_MAP_LOOKUP && (model == MAP_ARRAY || model == MAP_HASH);
}

static void run_opaque(struct machine *m, struct helper_call *c)
{
	if (helper_code_argument(c->row) < 0)
		helper_run_opaque(m, c);
	else
		helper_run_code(m, c);
}

static void run_model(struct machine *m, struct helper_call *c)
{
	m->changes += !is_pure(m, c);
	uint64_t id = c->row->id;
	/* clang-format off */
	switch (c->row->model) {
	case MODEL_NONE: machine_stop(m, reason_of(c->row), "%s%s is not modelled", prefix(c->row), c->row->name);
	case MODEL_OPAQUE: run_opaque(m, c); return;
	case MODEL_CONST: return_input(c, machine_input(m, IN_CONST, 2, id, (uint64_t)0)); return;
	case MODEL_ORACLE:
		return_input(c, machine_input(m, IN_ORACLE, 2, id, machine_count(m, c->row->id)));
		return;
#define HELPER_MODEL(name) case MODEL_##name: helper_run_##name(m, c); return;
#include "helper_model.def"
#undef HELPER_MODEL
	}
	/* clang-format on */
}

static void release_scratch(struct machine *m)
{
	for (unsigned i = 0; i < 5; i++) {
		free(m->scratch[i]);
		m->scratch[i] = NULL;
	}
}

static void call_row(struct machine *m, const struct helper_row *row)
{
	struct helper_call c = {.row = row, .map = UINT32_MAX};
	if (!helper_allowed(row, m->p->type))
		machine_fault(m, FAULT_HELPER_PROG, "%s%s is not there for programs of type %s", prefix(row), row->name,
			      progtype_rows[m->p->type].name);
	if (m->opt->safety && demand_lock(m, row)) {
		m->known &= (uint16_t)~0x3fu;
		return;
	}
	check_arguments(m, &c);
	if (m->opt->safety)
		strict_check_call(m, &c);
	run_model(m, &c);
	if (m->opt->safety)
		strict_end_call(m, &c);
	release_scratch(m);
	if (row->effects & PKT_MOVE)
		packet_move(m);
	m->known &= (uint16_t)~0x3fu;
	m->secret &= (uint16_t)~0x3fu;
	m->r[0] = c.ret;
	m->known |= c.ret_known;
	callback_start(m);
}

void helper_call(struct machine *m, const struct insn *in)
{
	const struct helper_row *row = helper_find((uint32_t)in->imm);
	if (!row)
		machine_stop(m, REASON_HELPER, "helper %d", in->imm);
	call_row(m, row);
}

void helper_call_kfunc(struct machine *m, const struct extern_symbol *e)
{
	if (!strcmp(e->name, FAIL_FUNCTION))
		machine_fault(m, FAULT_ASSERTION, "call of %s", e->name);
	if (!e->call)
		machine_stop(m, REASON_KFUNC, "%s has no prototype", e->name);
	call_row(m, e->call);
}
