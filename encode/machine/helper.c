/* SPDX-License-Identifier: BSD-2-Clause */
/* Helper calls: arguments by the rows of helper.def, then an exact model or the sound default. */
#include "encode/machine/call.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define STATE_EFFECTS (PKT_MOVE | PKT_WRITE | CTX_WRITE | KERNEL_WRITE)

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
	[MODEL_RINGBUF_RESERVE] = model_ringbuf_reserve,
	[MODEL_RINGBUF_SUBMIT] = model_ringbuf_submit,
	[MODEL_RINGBUF_DISCARD] = model_ringbuf_discard,
};

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
	if (n > MAX_ACCESS) {
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
static term is_null(struct call *c, const struct value *v)
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
		bool null = g.kind == REGION_NONE && (kind == ARG_CTX_OR_NULL || kind == ARG_KERNEL_OR_NULL);
		bool context = g.kind == REGION_CTX && (kind == ARG_CTX_OR_NULL || kind == ARG_CTX_OR_KERNEL);
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

/* Checks what can be checked of each argument before any model; false: the path ends. */
static bool take_arguments(struct call *c)
{
	for (int i = 0; i < 5 && c->row->args[i] != ARG_NONE; i++) {
		c->arg[i] = take_register(c, i);
		c->word[i] = value_word(c->world, &c->arg[i]);
		switch ((int)c->row->args[i]) {
		case ARG_INT:
			c->word[i] = term_zext(c->pool, term_extract(c->pool, c->word[i], 31, 0), 64);
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
			run_fault(c->run, c->state, FAULT_HELPER_ARG, is_null(c, &c->arg[i]));
			break;
		case ARG_LOCK:
		case ARG_TIMER:
		case ARG_DYNPTR:
		case ARG_DYNPTR_OUT:
		case ARG_KPTR:
		case ARG_PERCPU:
			run_unknown(c->run, c->state, REASON_HELPER, c->row->name);
			return false;
		default:
			break;
		}
	}
	return true;
}

/* The sound default. */

static void event_append(struct call *c, struct event *e, const struct value *v, const struct span *span)
{
	struct world *w = c->world;
	size_t n = e->n_bytes + span->n;
	term *bytes = world_alloc(w, (n + 1) * sizeof *bytes), *present = world_alloc(w, (n + 1) * sizeof *present);
	for (size_t i = 0; i < e->n_bytes; i++) {
		bytes[i] = e->bytes[i];
		present[i] = e->present[i];
	}
	access_read_bytes(c->run, c->state, v, span->n, span->present, bytes + e->n_bytes);
	for (size_t i = 0; i < span->n; i++)
		present[e->n_bytes + i] = span->present ? span->present[i] : term_true(c->pool);
	e->bytes = bytes;
	e->present = present;
	e->n_bytes = n;
}

/* Reads a memory argument into the event; NULL is left out where allowed. */
static bool event_memory(struct call *c, struct event *e, int i, term size, bool may_be_null)
{
	struct span span;
	if (!call_span(c, i, size, &span))
		return false;
	term null = may_be_null ? is_null(c, &c->arg[i]) : term_false(c->pool);
	if (term_is_true(c->pool, null))
		return true;
	if (!term_is_false(c->pool, null)) {
		term there = term_not(c->pool, null);
		term *present = world_alloc(c->world, (span.n + 1) * sizeof *present);
		for (size_t k = 0; k < span.n; k++)
			present[k] = span.present ? term_and(c->pool, there, span.present[k]) : there;
		span.present = present;
	}
	event_append(c, e, &c->arg[i], &span);
	return true;
}

static bool is_part(const struct call *c, int i)
{
	return c->row->args[i] == ARG_MEM_PART || c->row->args[i] == ARG_MEM_OUT_OR_NULL;
}

/* Byte k of a buffer that is written in part is written where k < OUT_LEN(pos, i). */
static void cut_span(struct call *c, int i, term pos, struct span *span)
{
	struct world *w = c->world;
	term *present = world_alloc(w, (span->n + 1) * sizeof *present);
	term length = term_zext(c->pool, world_input2(w, IN_OUT_LEN, pos, word_const(w, (uint64_t)i)), 64);
	for (size_t k = 0; k < span->n; k++) {
		present[k] = term_ult(c->pool, word_const(w, k), length);
		if (span->present)
			present[k] = term_and(c->pool, present[k], span->present[k]);
	}
	span->present = present;
}

/* Writes OUT(pos, i, k) over a memory argument. */
static bool opaque_output(struct call *c, int i, term pos, term size, bool may_be_null)
{
	struct world *w = c->world;
	struct span span;
	if (may_be_null && term_is_true(c->pool, is_null(c, &c->arg[i])))
		return true;
	if (!call_span(c, i, size, &span))
		return false;
	struct stretch stretch = {(unsigned)i, pos, size, term_false(c->pool)};
	if (is_part(c, i)) {
		term part = term_zext(c->pool, world_input2(w, IN_OUT_LEN, pos, word_const(w, (uint64_t)i)), 64);
		stretch.length = term_ite(c->pool, term_ult(c->pool, part, size), part, size);
	}
	if (span.n > LONG_STRETCH && access_write_stretch(c->run, c->state, &c->arg[i], span.n, span.present, &stretch))
		return true;
	if (is_part(c, i))
		cut_span(c, i, pos, &span);
	term *bytes = world_alloc(w, (span.n + 1) * sizeof *bytes);
	for (size_t k = 0; k < span.n; k++)
		bytes[k] = world_input(w, IN_OUT, (term[]){pos, word_const(w, (uint64_t)i), word_const(w, k)}, 3);
	access_write_bytes(c->run, c->state, &c->arg[i], span.n, span.present, bytes);
	return true;
}

static const struct arg_memory {
	enum helper_arg kind;
	bool reads, writes, null;
	int size; /* bytes; -1: the next argument, -2: value_size, -3: key_size */
} memory_args[] = {
	{ARG_KEY, true, false, false, -3},        {ARG_VALUE, true, false, false, -2},
	{ARG_VALUE_OR_NULL, true, false, true, -2}, {ARG_VALUE_OUT, false, true, false, -2},
	{ARG_MEM, true, false, false, -1},        {ARG_MEM_OR_NULL, true, false, true, -1},
	{ARG_MEM_OUT, false, true, false, -1},    {ARG_MEM_OUT_OR_NULL, false, true, true, -1},
	{ARG_MEM_INOUT, true, true, false, -1},   {ARG_OUT4, false, true, false, 4},
	{ARG_OUT8, false, true, false, 8},        {ARG_INOUT4, true, true, false, 4},
	{ARG_MEM_PART, false, true, false, -1},
	{ARG_MEM20, true, false, false, 20},      {ARG_MEM40, true, false, false, 40},
};

static const struct arg_memory *memory_of(enum helper_arg kind)
{
	for (size_t i = 0; i < sizeof memory_args / sizeof *memory_args; i++)
		if (memory_args[i].kind == kind)
			return &memory_args[i];
	return NULL;
}

static term memory_size(struct call *c, const struct arg_memory *m, int i)
{
	if (m->size == -1)
		return c->word[i + 1];
	const struct map *def = c->world->maps[c->map].def;
	return word_const(c->world, m->size == -2 ? def->value_size : m->size == -3 ? def->key_size : (uint64_t)m->size);
}

/* All of a buffer must be there, however little is written. */
static bool check_part(struct call *c, int i, term size, term null)
{
	struct span span;
	if (term_is_true(c->pool, null))
		return true;
	if (!term_is_false(c->pool, null)) {
		run_unknown(c->run, c->state, REASON_HELPER, c->row->name);
		return false;
	}
	if (!call_span(c, i, size, &span))
		return false;
	access_check_bytes(c->run, c->state, &c->arg[i], span.n, span.present);
	return true;
}

/* The context counts as 0, NULL in its place as ~0. */
static term context_word(struct call *c, int i)
{
	const struct value *v = &c->arg[i];
	term t = c->word[i];
	if (c->row->args[i] == ARG_CTX_OR_NULL)
		t = term_ite(c->pool, is_null(c, v), word_const(c->world, ~0ull), t);
	for (uint32_t k = 0; k < v->n; k++)
		if (region_at(c->world, v->alts[k].region)->kind == REGION_CTX)
			t = term_ite(c->pool, v->alts[k].guard, word_const(c->world, 0), t);
	return t;
}

bool call_string(struct call *c, int i, size_t *n)
{
	struct world *w = c->world;
	const struct value *v = &c->arg[i];
	const struct region *g = region_at(w, v->n ? v->alts[0].region : 0);
	uint64_t off, size = g->kind == REGION_DATA && w->maps[g->id].def->frozen ? w->maps[g->id].def->value_size : 0;
	uint64_t byte = 1;
	if (v->n != 1 || !term_is_const(c->pool, v->alts[0].off, &off))
		off = size = 0;
	*n = 0;
	while (byte && off + *n < size) {
		struct value x = access_load(c->run, c->state, v, (int64_t)(*n)++, 1);
		if (!term_is_const(c->pool, x.word, &byte))
			break;
	}
	if (byte)
		run_unknown(c->run, c->state, REASON_HELPER, c->row->name);
	return !byte;
}

/* A string's length counts, and its bytes up to the NUL. */
static bool event_string(struct call *c, struct event *e, int i)
{
	struct span span = {0, NULL};
	if (!call_string(c, i, &span.n))
		return false;
	e->args[e->n_args++] = word_const(c->world, span.n);
	event_append(c, e, &c->arg[i], &span);
	return true;
}

/* An argument as the event records it: what others or the kernel can tell apart. */
static bool event_argument(struct call *c, struct event *e, int i)
{
	struct world *w = c->world;
	const struct arg_memory *m = memory_of(c->row->args[i]);
	if (m) {
		term size = memory_size(c, m, i);
		e->args[e->n_args++] = m->null ? term_ite(c->pool, is_null(c, &c->arg[i]), word_const(w, ~0ull), size) : size;
		if (is_part(c, i))
			return check_part(c, i, size, m->null ? is_null(c, &c->arg[i]) : term_false(c->pool));
		return !m->reads || event_memory(c, e, i, size, m->null);
	}
	switch ((int)c->row->args[i]) {
	case ARG_ANY:
		if (!value_is_number(&c->arg[i])) { /* it may be followed or not: only an exact model knows */
			run_unknown(c->run, c->state, REASON_HELPER, c->row->name);
			return false;
		}
		e->args[e->n_args++] = c->word[i];
		return true;
	case ARG_CTX: /* there is only one */
		e->args[e->n_args++] = word_const(w, 0);
		return true;
	case ARG_CTX_OR_NULL:
	case ARG_CTX_OR_KERNEL:
		e->args[e->n_args++] = context_word(c, i);
		return true;
	case ARG_INT:
	case ARG_KERNEL:
	case ARG_KERNEL_OR_NULL:
	case ARG_SIZE:
	case ARG_SIZE0:
		e->args[e->n_args++] = c->word[i];
		return true;
	case ARG_MAP:
		e->args[e->n_args++] = word_const(w, c->map);
		return true;
	case ARG_STRING:
		return event_string(c, e, i);
	default: /* functions, locks, dynptrs ... */
		run_unknown(c->run, c->state, REASON_HELPER, c->row->name);
		return false;
	}
}

term call_opaque_event(struct call *c, struct event **out)
{
	struct world *w = c->world;
	struct event *e = run_event(c->run, c->state, c->row->id);
	e->visible = c->row->effects & EFFECT;
	if (c->row->effects & (SEES_STATE | STATE_EFFECTS))
		e->sees = state_copy(w, c->state);
	*out = e;
	return state_count(w, c->state, COUNT_OPAQUE);
}

static bool holds_addresses(struct call *c, const struct event *e)
{
	for (size_t i = 0; i < e->n_bytes; i++)
		if (world_holds_address(c->world, e->bytes[i]))
			return true;
	return false;
}

bool call_opaque(struct call *c)
{
	struct world *w = c->world;
	struct event record = {0};
	for (int i = 0; i < 5 && c->row->args[i] != ARG_NONE; i++)
		if (!event_argument(c, &record, i))
			return false;
	if ((c->row->effects & FOLLOWS) && holds_addresses(c, &record)) {
		run_unknown(c->run, c->state, REASON_HELPER, c->row->name);
		return false;
	}
	struct event *e;
	term pos = call_opaque_event(c, &e);
	memcpy(e->args, record.args, sizeof e->args);
	e->n_args = record.n_args;
	e->bytes = record.bytes;
	e->present = record.present;
	e->n_bytes = record.n_bytes;
	for (int i = 0; i < 5 && c->row->args[i] != ARG_NONE; i++) {
		const struct arg_memory *m = memory_of(c->row->args[i]);
		if (m && m->writes && !opaque_output(c, i, pos, memory_size(c, m, i), m->null))
			return false;
	}
	c->run->uses_opaque = true;
	call_change_state(c, pos);
	for (int i = 0; (c->row->effects & RELEASE) && i < 5; i++)
		if (c->row->args[i] == ARG_KERNEL)
			reference_release(c->run, c->state, REGION_KERNEL, &c->arg[i]);
	term result = world_input2(w, IN_RESULT, word_const(w, c->row->id), pos);
	term there = term_extract(c->pool, result, 0, 0);
	switch (c->row->ret) {
	case RET_INT:
		call_set_number(c, result);
		return true;
	case RET_VOID:
		c->result = value_uninit(w);
		return true;
	case RET_KERNEL:
	case RET_KERNEL_OR_NULL: {
		term always = c->row->ret == RET_KERNEL ? term_true(c->pool) : there;
		bool acquires = c->row->effects & ACQUIRE;
		tuple key = acquires ? reference_key(w, pos) : tuple_make(w, &pos, 1);
		uint32_t region = region_make(w, REGION_KERNEL, 0, key);
		c->result = acquires ? reference_acquire(c->run, c->state, always, region)
		                     : value_maybe(w, always, region, word_const(w, 0));
		return true;
	}
	case RET_VALUE:
	case RET_VALUE_OR_NULL:
	case RET_MEM_OR_NULL:
		break;
	}
	run_unknown(c->run, c->state, REASON_HELPER, c->row->name);
	return false;
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
		run_unknown(c->run, c->state, REASON_HELPER, c->row->name);
		return false;
	case MODEL_CONST:
		call_set_number(c, world_input2(w, IN_CONST, id, word_const(w, 0)));
		return true;
	case MODEL_ORACLE:
		call_set_number(c, world_input2(w, IN_ORACLE, id, state_count(w, c->state, counter_of_helper(w, c->row->id))));
		return true;
	case MODEL_OPAQUE:
		if (c->row->effects & MAPS_WRITE) {
			run_unknown(c->run, c->state, REASON_HELPER, c->row->name);
			return false;
		}
		return call_opaque(c);
	default:
		return models[c->row->model](c);
	}
}

bool call_begin(struct call *c, struct run *r, struct state *s, uint32_t id)
{
	struct world *w = r->world;
	*c = (struct call){.run = r, .state = s, .world = w, .pool = w->pool, .row = helper_find(id)};
	char number[24];
	snprintf(number, sizeof number, "%u", id);
	if (!c->row) {
		run_unknown(r, s, REASON_HELPER, number);
		return false;
	}
	if (!helper_allowed(c->row, w->type))
		run_fault(r, s, FAULT_HELPER_PROG, term_true(w->pool));
	c->result = value_number(w, word_const(w, 0));
	return take_arguments(c);
}

/* The call with a map argument that names one map at most. */
static bool step_call(struct run *r, struct state *s, uint32_t id)
{
	struct world *w = r->world;
	struct call c;
	if (!call_begin(&c, r, s, id) || !dispatch(&c))
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
	for (int i = 0; row && i < 5; i++)
		if (row->args[i] == ARG_MAP)
			return i;
	return -1;
}

/* Where the path decides which map it is: the call once for each, then a join. */
static bool step_each_map(struct run *r, struct state *s, uint32_t id, int reg)
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
		if (step_call(r, one, id))
			joined = joined ? state_merge(w, joined, one) : one;
	}
	run_fault(r, s, FAULT_HELPER_ARG, term_true(w->pool)); /* a number */
	if (joined)
		*s = *joined;
	return joined != NULL;
}

bool helper_step(struct run *r, struct state *s, uint32_t id)
{
	int i = map_argument(helper_find(id));
	return i >= 0 && s->regs[i + 1].n > 1 ? step_each_map(r, s, id, i + 1) : step_call(r, s, id);
}
