/* SPDX-License-Identifier: BSD-2-Clause */
/* The sound default for a helper: an event with its arguments and the bytes that it reads, and a result and written
 * bytes that are input. */
#include "encode/machine/call.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define LONG_OUTPUT (4u << 20) /* bytes that a call may write as one stretch */
#define STATE_EFFECTS (PKT_MOVE | PKT_WRITE | CTX_WRITE | KERNEL_WRITE)

/* Long stretches of memory are kept as they are. */
static bool append_view(struct call *c, struct event *e, const struct value *v, const struct span *span)
{
	struct view view;
	if (span->n <= LONG_STRETCH || !access_view(c->run, c->state, v, span->n, span->present, &view))
		return false;
	struct view *views = world_alloc(c->world, (e->n_views + 1) * sizeof *views);
	for (size_t i = 0; i < e->n_views; i++)
		views[i] = e->views[i];
	view.at = e->n_bytes;
	views[e->n_views++] = view;
	e->views = views;
	return true;
}

void call_show(struct call *c, struct event *e, const struct value *v, const struct span *span)
{
	struct world *w = c->world;
	size_t n = e->n_bytes + span->n;
	term *bytes = world_alloc(w, (n + 1) * sizeof *bytes), *present = world_alloc(w, (n + 1) * sizeof *present);
	for (size_t i = 0; i < e->n_bytes; i++) {
		bytes[i] = e->bytes[i];
		present[i] = e->present[i];
	}
	if (!append_view(c, e, v, span))
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
	term null = may_be_null ? call_is_null(c, &c->arg[i]) : term_false(c->pool);
	if (term_is_true(c->pool, null))
		return true;
	if (!term_is_false(c->pool, null)) {
		term there = term_not(c->pool, null);
		term *present = world_alloc(c->world, (span.n + 1) * sizeof *present);
		for (size_t k = 0; k < span.n; k++)
			present[k] = span.present ? term_and(c->pool, there, span.present[k]) : there;
		span.present = present;
	}
	call_show(c, e, &c->arg[i], &span);
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

/* Newer kernels zero what a call that fails would have written, older ones leave it. */
static void span_on_success(struct call *c, int i, term pos, term size, struct span *span)
{
	struct world *w = c->world;
	term result = world_input2(w, IN_RESULT, word_const(w, c->row->id), pos);
	term length = term_zext(c->pool, world_input2(w, IN_OUT_LEN, pos, word_const(w, (uint64_t)i)), 64);
	term done = term_or(c->pool, term_sle(c->pool, word_const(w, 0), result), term_ule(c->pool, size, length));
	span->present = world_alloc(w, (span->n + 1) * sizeof *span->present);
	for (size_t k = 0; k < span->n; k++)
		span->present[k] = done;
}

/* Writes OUT(pos, i, k) over a memory argument. */
static bool opaque_output(struct call *c, int i, term pos, term size, bool may_be_null)
{
	struct world *w = c->world;
	struct span span;
	if (may_be_null && term_is_true(c->pool, call_is_null(c, &c->arg[i])))
		return true;
	bool is_fixed = term_is_const(c->pool, size, NULL);
	if (!call_long_span(c, i, size, is_fixed ? LONG_OUTPUT : MAX_ACCESS, &span))
		return false;
	struct stretch stretch = {(unsigned)i, pos, size, term_false(c->pool)};
	if (is_part(c, i)) {
		term part = term_zext(c->pool, world_input2(w, IN_OUT_LEN, pos, word_const(w, (uint64_t)i)), 64);
		stretch.length = term_ite(c->pool, term_ult(c->pool, part, size), part, size);
	}
	if (span.n > LONG_STRETCH && access_write_stretch(c->run, c->state, &c->arg[i], span.n, span.present, &stretch))
		return true;
	if (span.n > MAX_ACCESS) {
		run_unknown(c->run, c->state, REASON_VARIABLE_SIZE, c->row->name);
		return false;
	}
	if (is_part(c, i))
		cut_span(c, i, pos, &span);
	if (c->row->args[i] == ARG_OUT4 || c->row->args[i] == ARG_OUT8) {
		access_check_bytes(c->run, c->state, &c->arg[i], span.n, NULL);
		span_on_success(c, i, pos, size, &span);
	}
	term *bytes = world_alloc(w, (span.n + 1) * sizeof *bytes);
	for (size_t k = 0; k < span.n; k++)
		bytes[k] = world_input(w, IN_OUT, (term[]){pos, word_const(w, (uint64_t)i), word_const(w, k)}, 3);
	access_write_bytes(c->run, c->state, &c->arg[i], span.n, span.present, bytes);
	return true;
}

static const struct arg_memory {
	enum helper_arg kind;
	bool reads, writes, null;
	int size; /* bytes; -1: the next argument, -2: value_size, -3: key_size, -4: the row's */
} memory_args[] = {
	{ARG_KEY, true, false, false, -3},        {ARG_VALUE, true, false, false, -2},
	{ARG_VALUE_OR_NULL, true, false, true, -2}, {ARG_VALUE_OUT, false, true, false, -2},
	{ARG_MEM, true, false, false, -1},        {ARG_MEM_OR_NULL, true, false, true, -1},
	{ARG_MEM_OUT, false, true, false, -1},    {ARG_MEM_OUT_OR_NULL, false, true, true, -1},
	{ARG_MEM_INOUT, true, true, false, -1},   {ARG_OUT4, false, true, false, 4},
	{ARG_OUT8, false, true, false, 8},        {ARG_INOUT4, true, true, false, 4},
	{ARG_MEM_PART, false, true, false, -1},
	{ARG_MEM20, true, false, false, 20},      {ARG_MEM40, true, false, false, 40},
	{ARG_OBJECT, true, true, false, -4},      {ARG_OBJECT_OR_NULL, true, true, false, -4},
};

static const struct arg_memory *memory_of(const struct call *c, int arg)
{
	for (size_t i = 0; i < sizeof memory_args / sizeof *memory_args; i++)
		if (memory_args[i].kind == c->row->args[arg])
			return memory_args[i].size != -4 || call_is_memory(c, arg) ? &memory_args[i] : NULL;
	return NULL;
}

static term memory_size(struct call *c, const struct arg_memory *m, int i)
{
	if (m->size == -1)
		return c->word[i + 1];
	if (m->size == -4)
		return word_const(c->world, c->row->size[i]);
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
		call_unknown(c);
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
		t = term_ite(c->pool, call_is_null(c, v), word_const(c->world, ~0ull), t);
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
		call_unknown(c);
	return !byte;
}

/* A string's length counts, and its bytes up to the NUL. */
static bool event_string(struct call *c, struct event *e, int i)
{
	struct span span = {0, NULL};
	if (!call_string(c, i, &span.n))
		return false;
	e->args[e->n_args++] = word_const(c->world, span.n);
	call_show(c, e, &c->arg[i], &span);
	return true;
}

/* The code that the kernel will run has to be the same; if it isn't, it may still do the same. */
static void event_code(struct call *c, int i)
{
	const struct program *p = c->run->program;
	const struct value *v = &c->arg[i];
	term code = word_const(c->world, 0);
	for (uint32_t k = 0; k < v->n; k++) {
		const struct region *g = region_at(c->world, v->alts[k].region);
		uint64_t hash = g->kind == REGION_FUNC ? program_code_hash(p, g->id, c->run->map_numbers) : 0;
		code = term_ite(c->pool, v->alts[k].guard, word_const(c->world, hash), code);
	}
	struct event *e = run_event(c->run, c->state, EVENT_CODE);
	e->n_args = 1;
	e->args[0] = code;
}

/* An argument as the event records it: what others or the kernel can tell apart. */
static bool event_argument(struct call *c, struct event *e, int i)
{
	struct world *w = c->world;
	const struct arg_memory *m = memory_of(c, i);
	if (m) {
		term size = memory_size(c, m, i);
		e->args[e->n_args++] = m->null ? term_ite(c->pool, call_is_null(c, &c->arg[i]), word_const(w, ~0ull), size) : size;
		if (is_part(c, i))
			return check_part(c, i, size, m->null ? call_is_null(c, &c->arg[i]) : term_false(c->pool));
		return !m->reads || event_memory(c, e, i, size, m->null);
	}
	switch ((int)c->row->args[i]) {
	case ARG_ANY:
		if (!value_is_number(&c->arg[i])) { /* it may be followed or not: only an exact model knows */
			call_unknown(c);
			return false;
		}
		e->args[e->n_args++] = c->word[i];
		return true;
	case ARG_CTX: /* there is only one */
		e->args[e->n_args++] = word_const(w, 0);
		return true;
	case ARG_CTX_OR_NULL:
	case ARG_CTX_OR_KERNEL:
	case ARG_OBJECT:
	case ARG_OBJECT_OR_NULL:
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
	case ARG_TIMER:
	case ARG_KPTR:
		e->args[e->n_args++] = c->word[i];
		return true;
	case ARG_DYNPTR:
		return call_show_dynptr(c, e, i);
	case ARG_FUNC:
		event_code(c, i);
		e->args[e->n_args++] = word_const(w, 0);
		return true;
	case ARG_STRING:
		return event_string(c, e, i);
	default: /* functions, locks, dynptrs ... */
		call_unknown(c);
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
		if (world_holds_address(c->world, event_byte(c->world, e, i)))
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
	bool addresses = (c->row->effects & FOLLOWS) && holds_addresses(c, &record);
	if (addresses && (!call_follow_format(c, &record) || holds_addresses(c, &record))) {
		call_unknown(c);
		return false;
	}
	struct event *e;
	term pos = call_opaque_event(c, &e);
	memcpy(e->args, record.args, sizeof e->args);
	e->n_args = record.n_args;
	e->bytes = record.bytes;
	e->views = record.views;
	e->n_views = record.n_views;
	e->present = record.present;
	e->n_bytes = record.n_bytes;
	for (int i = 0; i < 5 && c->row->args[i] != ARG_NONE; i++) {
		const struct arg_memory *m = memory_of(c, i);
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
	call_unknown(c);
	return false;
}
