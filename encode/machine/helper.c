/* SPDX-License-Identifier: BSD-2-Clause */
/* Helper calls: arguments by the rows of helper.def, then an exact model or the sound default. */
#include "encode/machine/call.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const helper_function models[] = {
	[MODEL_MAP_LOOKUP] = model_map_lookup,
	[MODEL_MAP_UPDATE] = model_map_update,
	[MODEL_MAP_DELETE] = model_map_delete,
	[MODEL_MAP_PEEK] = model_map_peek,
	[MODEL_STORAGE_GET] = model_storage_get,
	[MODEL_STORAGE_DELETE] = model_storage_delete,
	[MODEL_LOCAL_STORAGE] = model_local_storage,
	[MODEL_TAIL_CALL] = model_tail_call,
	[MODEL_REDIRECT] = model_redirect,
	[MODEL_REDIRECT_MAP] = model_redirect_map,
	[MODEL_XDP_ADJUST_HEAD] = model_adjust_head,
	[MODEL_XDP_ADJUST_TAIL] = model_adjust_tail,
	[MODEL_XDP_ADJUST_META] = model_adjust_meta,
	[MODEL_SKB_LOAD_BYTES] = model_skb_load_bytes,
	[MODEL_SKB_STORE_BYTES] = model_skb_store_bytes,
	[MODEL_L3_CSUM_REPLACE] = model_l3_csum_replace,
	[MODEL_L4_CSUM_REPLACE] = model_l4_csum_replace,
	[MODEL_PROBE_READ] = model_probe_read,
	[MODEL_STRNCMP] = model_strncmp,
	[MODEL_PROBE_READ_STR] = model_probe_read_str,
	[MODEL_FUNC_ARG] = model_func_arg,
	[MODEL_RINGBUF_RESERVE] = model_ringbuf_reserve,
	[MODEL_RINGBUF_SUBMIT] = model_ringbuf_submit,
	[MODEL_RINGBUF_DISCARD] = model_ringbuf_discard,
	[MODEL_SPIN_LOCK] = model_spin_lock,
	[MODEL_KPTR_XCHG] = model_kptr_xchg,
	[MODEL_DYNPTR_FROM_MEM] = model_dynptr_from_mem,
	[MODEL_DYNPTR_READ] = model_dynptr_read,
	[MODEL_DYNPTR_WRITE] = model_dynptr_write,
	[MODEL_DYNPTR_DATA] = model_dynptr_data,
	[MODEL_RINGBUF_RESERVE_DYNPTR] = model_ringbuf_reserve_dynptr,
	[MODEL_RINGBUF_SUBMIT_DYNPTR] = model_ringbuf_submit_dynptr,
	[MODEL_RINGBUF_DISCARD_DYNPTR] = model_ringbuf_discard_dynptr,
};

void call_unknown(struct call *c)
{
	run_unknown(c->run, c->state, helper_is_kfunc(c->row) ? REASON_KFUNC : REASON_HELPER, c->row->name);
}

term call_errno(struct call *c, unsigned e)
{
	return word_const(c->world, (uint64_t)-(int64_t)e);
}

void call_set_number(struct call *c, term word)
{
	c->result = value_number(c->world, word);
}

/* Bytes behind the pointer at most. */
static uint64_t room_behind(struct call *c, const struct alt *a)
{
	const struct region *g = region_at(c->world, a->region);
	uint64_t size = 0, lo = term_range(c->pool, a->off).lo;
	switch (g->kind) {
	case REGION_STACK:
		size = STACK_BYTES;
		break;
	case REGION_VALUE:
	case REGION_DATA:
		size = c->world->maps[g->id].def->value_size;
		break;
	case REGION_MEM:
		size = g->id;
		break;
	case REGION_FLOW:
		size = FLOW_KEYS_SIZE;
		break;
	case REGION_KEY:
		size = 4;
		break;
	case REGION_NONE:
		break;
	case REGION_CTX:
	case REGION_PACKET:
	case REGION_MAP:
	case REGION_KERNEL:
	case REGION_FUNC:
	case REGION_LOST:
	case REGION_WORD:
	case REGION_DYNPTR:
		return UINT64_MAX;
	}
	return lo < size ? size - lo : 0;
}

static uint64_t room_at(struct call *c, const struct value *v)
{
	uint64_t room = v->n ? 0 : UINT64_MAX;
	for (uint32_t i = 0; i < v->n; i++) {
		uint64_t more = room_behind(c, &v->alts[i]);
		room = more > room ? more : room;
	}
	return room;
}

bool call_span(struct call *c, int i, term size, struct span *out)
{
	return call_long_span(c, i, size, MAX_ACCESS, out);
}

bool call_long_span(struct call *c, int i, term size, uint64_t most, struct span *out)
{
	struct term_pool *p = c->pool;
	uint64_t n, room = room_at(c, &c->arg[i]);
	out->present = NULL;
	if (!term_is_const(p, size, &n)) {
		n = guard_upper_bound(c->world, c->state->guard, size);
		if (n > room)
			run_fault(c->run, c->state, FAULT_BOUNDS, term_ult(p, word_const(c->world, room), size));
		n = n > room ? room : n;
	}
	out->n = n;
	if (n > most) {
		run_unknown(c->run, c->state, REASON_VARIABLE_SIZE, c->row->name);
		return false;
	}
	if (term_is_const(p, size, NULL))
		return true;
	out->present = world_alloc(c->world, (n + 1) * sizeof *out->present);
	for (size_t k = 0; k < n; k++)
		out->present[k] = term_ult(p, word_const(c->world, k), size);
	return true;
}

/* Where the pointer of an argument must not be: a number other than NULL where NULL is allowed. */
term call_is_null(struct call *c, const struct value *v)
{
	return term_eq(c->pool, value_word(c->world, v), word_const(c->world, 0));
}

static void need_region(struct call *c, int i, enum region_kind kind)
{
	struct term_pool *p = c->pool;
	const struct value *v = &c->arg[i];
	term bad = term_true(p);
	for (uint32_t k = 0; k < v->n; k++) {
		const struct region *g = region_at(c->world, v->alts[k].region);
		if (g->kind == kind)
			bad = term_and(p, bad, term_not(p, term_and(p, v->alts[k].guard,
			                                            term_eq(p, v->alts[k].off, word_const(c->world, 0)))));
	}
	run_fault(c->run, c->state, FAULT_HELPER_ARG, bad);
}

/* The map that an argument names; false where it is none. */
static bool take_map(struct call *c, int i)
{
	const struct value *v = &c->arg[i];
	if (v->n != 1 || region_at(c->world, v->alts[0].region)->kind != REGION_MAP) {
		run_fault(c->run, c->state, FAULT_HELPER_ARG, term_true(c->pool));
		return false;
	}
	run_fault(c->run, c->state, FAULT_HELPER_ARG, term_ne(c->pool, v->alts[0].off, word_const(c->world, 0)));
	c->map = region_at(c->world, v->alts[0].region)->id;
	c->inner = region_at(c->world, v->alts[0].region)->key;
	return map_inner_check(c);
}

/* A number other than NULL is no memory, not even if none of it is used, and NULL has no bytes (check_reg_type and
 * check_helper_mem_access in the kernel's verifier). */
static void need_memory(struct call *c, int i)
{
	struct term_pool *p = c->pool;
	const struct value *v = &c->arg[i];
	bool sized = i < 4 && (c->row->args[i + 1] == ARG_SIZE || c->row->args[i + 1] == ARG_SIZE0);
	const struct alt number = {term_true(p), 0, v->word}, *alts = v->n ? v->alts : &number;
	for (uint32_t k = 0; sized && k < (v->n ? v->n : 1); k++) {
		if (alts[k].region)
			continue;
		term none = word_const(c->world, 0), null = term_eq(p, alts[k].off, none);
		term empty = term_eq(p, value_word(c->world, &c->state->regs[i + 2]), none);
		term bad = term_ne(p, null, empty); /* bytes at other numbers are access.c's care */
		run_fault(c->run, c->state, FAULT_HELPER_ARG, term_and(p, alts[k].guard, bad));
	}
}

/* A kernel object, the context or NULL: whichever the row allows. */
static void need_object(struct call *c, int i)
{
	struct term_pool *p = c->pool;
	enum helper_arg kind = c->row->args[i];
	const struct value *v = &c->arg[i];
	const struct alt number = {term_true(p), 0, v->word}, *alts = v->n ? v->alts : &number;
	for (uint32_t k = 0; k < (v->n ? v->n : 1); k++) {
		struct region g = *region_at(c->world, alts[k].region);
		struct state under = *c->state;
		under.guard = term_and(p, under.guard, alts[k].guard);
		term zero = term_eq(p, alts[k].off, word_const(c->world, 0));
		bool kernel = kind != ARG_CTX_OR_NULL && (g.kind == REGION_KERNEL || g.kind == REGION_WORD);
		bool null = g.kind == REGION_NONE &&
		            (kind == ARG_CTX_OR_NULL || kind == ARG_KERNEL_OR_NULL || kind == ARG_OBJECT_OR_NULL);
		bool context = g.kind == REGION_CTX && ((kind != ARG_KERNEL && kind != ARG_KERNEL_OR_NULL) ||
		                                        helper_takes_context(c->row, c->world->type));
		if (kernel) {
			run_fault(c->run, &under, FAULT_RELEASED, term_not(p, reference_is_live(c->world, c->state, &g)));
		} else if (g.kind == REGION_CTX && !context) { /* some program types' context is the object */
			run_unknown(c->run, &under, REASON_HELPER, c->row->name);
		} else if (g.kind == REGION_NONE && access_may_be_pointer(c->world, alts[k].off)) {
			under.guard = null ? term_and(p, under.guard, term_not(p, zero)) : under.guard;
			run_unknown(c->run, &under, REASON_INSN, "kernel object from memory");
		} else {
			run_fault(c->run, &under, FAULT_HELPER_ARG, null || context ? term_not(p, zero) : term_true(p));
		}
	}
}

static bool is_memory(enum region_kind kind)
{
	return kind == REGION_STACK || kind == REGION_VALUE || kind == REGION_DATA || kind == REGION_MEM ||
	       kind == REGION_PACKET;
}

bool call_is_memory(const struct call *c, int i)
{
	const struct value *v = &c->arg[i];
	bool memory = false;
	for (uint32_t k = 0; k < v->n; k++) {
		term under = term_and(c->pool, c->state->guard, v->alts[k].guard);
		memory |= is_memory(region_at(c->world, v->alts[k].region)->kind) && !term_is_false(c->pool, under);
	}
	return memory;
}

static bool is_reference(const struct call *c, const struct value *v)
{
	for (uint32_t k = 0; k < v->n; k++)
		if (reference_is(c->world, region_at(c->world, v->alts[k].region)))
			return true;
	return false;
}

/* What points to memory on some paths only is not modelled. NULL stands for memory, if there may be some. */
static bool take_object(struct call *c, int i)
{
	const struct value *v = &c->arg[i];
	bool memory = call_is_memory(c, i), other = false, number = true;
	for (uint32_t k = 0; k < v->n; k++) {
		term under = term_and(c->pool, c->state->guard, v->alts[k].guard);
		enum region_kind kind = region_at(c->world, v->alts[k].region)->kind;
		other |= !is_memory(kind) && !term_is_false(c->pool, under);
		number &= kind == REGION_NONE || term_is_false(c->pool, under);
	}
	if (memory ? other || !c->row->size[i] : (c->row->effects & MAY_RELEASE) && is_reference(c, v)) {
		call_unknown(c);
		return false;
	}
	if (number && c->row->size[i])
		run_fault(c->run, c->state, FAULT_HELPER_ARG, term_not(c->pool, call_is_null(c, v)));
	else if (!memory)
		need_object(c, i);
	return true;
}

/* Eight bytes of a map value that only helpers touch. */
static bool take_field(struct call *c, int i)
{
	const struct value *v = &c->arg[i];
	term good = term_false(c->pool);
	for (uint32_t k = 0; k < v->n; k++) {
		const struct alt *a = &v->alts[k];
		enum region_kind kind = region_at(c->world, a->region)->kind;
		if (kind == REGION_LOST || kind == REGION_KERNEL || kind == REGION_WORD) { /* of an allocated object */
			call_unknown(c);
			return false;
		}
		term part = term_and(c->pool, a->off, word_const(c->world, 7));
		term aligned = term_eq(c->pool, part, word_const(c->world, 0));
		if (kind == REGION_VALUE || kind == REGION_DATA)
			good = term_or(c->pool, good, term_and(c->pool, a->guard, aligned));
	}
	run_fault(c->run, c->state, FAULT_HELPER_ARG, term_not(c->pool, good));
	access_check_bytes(c->run, c->state, v, 8, NULL);
	return !term_is_false(c->pool, good);
}

static struct value take_register(struct call *c, int i)
{
	bool lax = (c->row->effects & LAX_ARGS) && c->row->args[i] == ARG_ANY;
	if (!lax)
		return step_reg(c->run, c->state, (unsigned)i + 1);
	struct value zero = value_number(c->world, word_const(c->world, 0)), v = c->state->regs[i + 1];
	term init = v.init;
	v.init = term_true(c->pool);
	return value_ite(c->world, init, &v, &zero);
}

/* Some address: what it points at, and whether it is a fault, can't be told. */
static bool is_lost(const struct call *c, int i)
{
	const struct value *v = &c->arg[i];
	enum helper_arg kind = c->row->args[i];
	bool lost = false;
	for (uint32_t k = 0; k < v->n; k++)
		lost |= v->alts[k].region == LOST_REGION;
	return lost && kind != ARG_INT && kind != ARG_SIZE && kind != ARG_SIZE0;
}

/* Checks what can be checked of each argument before any model; false: the path ends. */
static bool take_arguments(struct call *c)
{
	for (int i = 0; i < 5 && c->row->args[i] != ARG_NONE; i++) {
		c->arg[i] = take_register(c, i);
		c->word[i] = value_word(c->world, &c->arg[i]);
		if (is_lost(c, i)) {
			call_unknown(c);
			return false;
		}
		switch ((int)c->row->args[i]) {
		case ARG_INT:
			c->word[i] = term_extract(c->pool, c->word[i], c->row->size[i] ? 8 * c->row->size[i] - 1 : 31, 0);
			c->word[i] = term_zext(c->pool, c->word[i], 64);
			break;
		case ARG_OBJECT:
		case ARG_OBJECT_OR_NULL:
			if (!take_object(c, i))
				return false;
			break;
		case ARG_CTX:
			need_region(c, i, REGION_CTX);
			break;
		case ARG_FUNC:
			need_region(c, i, REGION_FUNC);
			break;
		case ARG_MAP:
			if (!take_map(c, i))
				return false;
			break;
		case ARG_KERNEL:
		case ARG_KERNEL_OR_NULL:
		case ARG_CTX_OR_KERNEL:
		case ARG_CTX_OR_NULL:
			need_object(c, i);
			break;
		case ARG_MEM:
		case ARG_MEM_OR_NULL:
		case ARG_MEM_OUT:
		case ARG_MEM_OUT_OR_NULL:
		case ARG_MEM_PART:
		case ARG_MEM_INOUT:
			need_memory(c, i);
			break;
		case ARG_SIZE:
			run_fault(c->run, c->state, FAULT_HELPER_ARG, call_is_null(c, &c->arg[i]));
			break;
		case ARG_TIMER:
		case ARG_KPTR:
			if (!take_field(c, i))
				return false;
			break;
		case ARG_PERCPU:
			call_unknown(c);
			return false;
		default:
			break;
		}
	}
	return true;
}

/* A result of fewer bits is zero-extended from them. */
static void narrow_result(struct call *c)
{
	if (c->row->ret != RET_INT || c->row->bits >= 64 || c->result.n)
		return;
	term low = term_extract(c->pool, c->result.word, c->row->bits - 1u, 0);
	call_set_number(c, term_zext(c->pool, low, 64));
}

static bool dispatch(struct call *c)
{
	struct world *w = c->world;
	term id = word_const(w, c->row->id);
	switch ((int)c->row->model) {
	case MODEL_NONE:
		call_unknown(c);
		return false;
	case MODEL_CONST:
		call_set_number(c, world_input2(w, IN_CONST, id, word_const(w, 0)));
		return true;
	case MODEL_ORACLE:
		call_set_number(c, world_input2(w, IN_ORACLE, id, state_count(w, c->state, counter_of_helper(w, c->row->id))));
		return true;
	case MODEL_OPAQUE:
		return helper_code_argument(c->row) < 0 ? call_opaque(c) : call_opaque_code(c);
	default:
		return models[c->row->model](c);
	}
}

bool call_begin(struct call *c, struct run *r, struct state *s, const struct helper_row *row)
{
	struct world *w = r->world;
	*c = (struct call){.run = r, .state = s, .world = w, .pool = w->pool, .row = row};
	if (!helper_allowed(row, w->type))
		run_fault(r, s, FAULT_HELPER_PROG, term_true(w->pool));
	c->result = value_number(w, word_const(w, 0));
	return take_arguments(c);
}

/* The call with a map argument that names one map at most. */
static bool step_call(struct run *r, struct state *s, const struct helper_row *row)
{
	struct world *w = r->world;
	struct call c;
	if (!call_begin(&c, r, s, row) || !dispatch(&c))
		return false;
	narrow_result(&c);
	s->regs[0] = c.result;
	for (int i = 1; i <= 5; i++)
		s->regs[i] = value_uninit(w);
	if (c.row->effects & PKT_MOVE)
		state_count(w, s, COUNT_EPOCH);
	return true;
}

/* The argument that is a map, -1 if there is none. */
static int map_argument(const struct helper_row *row)
{
	for (int i = 0; i < 5; i++)
		if (row->args[i] == ARG_MAP)
			return i;
	return -1;
}

/* Where the path decides which map it is: the call once for each, then a join. */
static bool step_each_map(struct run *r, struct state *s, const struct helper_row *row, int reg)
{
	struct world *w = r->world;
	struct value maps = s->regs[reg];
	struct state *joined = NULL;
	for (uint32_t k = 0; k < maps.n; k++) {
		const struct alt *a = &maps.alts[k];
		struct state *one = state_copy(w, s);
		one->guard = term_and(w->pool, s->guard, a->guard);
		if (!a->region || term_is_false(w->pool, one->guard))
			continue;
		one->regs[reg] = value_pointer(w, a->region, a->off);
		one->regs[reg].init = maps.init;
		s->guard = term_and(w->pool, s->guard, term_not(w->pool, a->guard));
		if (step_call(r, one, row))
			joined = joined ? state_merge(w, joined, one) : one;
	}
	run_fault(r, s, FAULT_HELPER_ARG, term_true(w->pool)); /* a number */
	if (joined)
		*s = *joined;
	return joined != NULL;
}

static bool step_row(struct run *r, struct state *s, const struct helper_row *row)
{
	int i = map_argument(row);
	return i >= 0 && s->regs[i + 1].n > 1 ? step_each_map(r, s, row, i + 1) : step_call(r, s, row);
}

bool helper_step(struct run *r, struct state *s, uint32_t id)
{
	const struct helper_row *row = helper_find(id);
	char number[24];
	snprintf(number, sizeof number, "%u", id);
	if (!row)
		run_unknown(r, s, REASON_HELPER, number);
	return row && step_row(r, s, row);
}

bool helper_step_kfunc(struct run *r, struct state *s, const struct extern_symbol *e)
{
	if (!strcmp(e->name, FAIL_FUNCTION)) {
		run_fault(r, s, FAULT_ASSERTION, term_true(r->world->pool));
		return false;
	}
	if (!e->call)
		run_unknown(r, s, REASON_KFUNC, e->name);
	return e->call && step_row(r, s, e->call);
}
