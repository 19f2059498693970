/* SPDX-License-Identifier: BSD-2-Clause */
/* Could one kernel answer as an input says? What the symbolic machine leaves free is held together here. */
#include "checker/witness/oracle.h"

#include <stdlib.h>
#include <string.h>

/* Opaque calls of both runs; `pos` counts those of one run. */
struct opaque_call {
	const struct exec_event *event;
	uint64_t pos;
};

static bool is_opaque_call(const struct exec_event *e)
{
	const struct helper_row *row = e->kind < EXEC_EVENT_ATOMIC ? helper_find(e->kind) : NULL;
	if ((e->kind >= KFUNC_ID && e->kind < KFUNC_ID_END) || e->kind == EVENT_TAIL_RETURNS)
		return true;
	return row &&
	       (row->model == MODEL_OPAQUE || row->model == MODEL_SPIN_LOCK || row->model == MODEL_MAP_PEEK ||
		row->model == MODEL_KPTR_XCHG ||
		row->model == MODEL_L4_CSUM_REPLACE || row->model == MODEL_MAP_LOOKUP || /* whose result is a kernel object */
		row->model == MODEL_PROBE_READ_STR);
}

/* What do_refine_retval_range (kernel/bpf/verifier.c) knows of a result: no more than the bytes of a buffer. */
static bool fits(const struct exec_event *e, int64_t result)
{
	static const struct {
		uint32_t helper;
		unsigned size; /* argument */
	} sized[] = {{45, 1}, {67, 2}, {114, 1}, {115, 1}, {141, 2}}; /* probe_read*_str, get_stack, get_task_stack */
	for (size_t i = 0; i < sizeof sized / sizeof *sized; i++)
		if (e->kind == sized[i].helper)
			return result >= -4095 && result <= (int64_t)(uint32_t)e->args[sized[i].size];
	return true;
}

bool oracle_results_fit(const struct exec_outcome *out, const struct input *in)
{
	uint64_t pos = 0;
	for (size_t i = 0; i < out->n_events; i++) {
		const struct exec_event *e = &out->events[i];
		if (!is_opaque_call(e))
			continue;
		uint64_t args[2] = {e->kind, pos++};
		if (!fits(e, (int64_t)input_get(in, IN_RESULT, args, 2)))
			return false;
	}
	return true;
}

/* Behind which others may have done this or that. */
static bool is_lock(const struct exec_event *e)
{
	const struct helper_row *row = helper_find(e->kind);
	return row && row->model == MODEL_SPIN_LOCK;
}

static size_t opaque_calls(const struct exec_outcome out[2], struct opaque_call **calls)
{
	size_t n = 0;
	*calls = calloc(out[0].n_events + out[1].n_events + 1, sizeof **calls);
	if (!*calls)
		abort();
	for (int side = 0; side < 2; side++) {
		uint64_t pos = 0;
		for (size_t i = 0; i < out[side].n_events; i++)
			if (is_opaque_call(&out[side].events[i]))
				(*calls)[n++] = (struct opaque_call){&out[side].events[i], pos++};
	}
	return n;
}

static bool same_call(const struct exec_event *x, const struct exec_event *y)
{
	return x->kind == y->kind && x->n_args == y->n_args && x->n_bytes == y->n_bytes &&
	       !memcmp(x->args, y->args, x->n_args * sizeof *x->args) &&
	       (!x->n_bytes || !memcmp(x->bytes, y->bytes, x->n_bytes));
}

/* Inputs that tell what the opaque call at the position of their first argument did, beside its result. */
static bool is_trace(const struct input_entry *e)
{
	return (e->fn == IN_OUT && e->args[1] != OUT_RECORD) || e->fn == IN_OUT_LEN || e->fn == IN_AFTER ||
	       e->fn == IN_AFTER_LEN || e->fn == IN_AFTER_HAS || e->fn == IN_AFTER_BYTE;
}

/* Gives one entry of the call at q the value that it has at p; true if it was another. */
static bool unify_entry(struct input *in, size_t i, uint64_t p, uint64_t q)
{
	const struct input_entry *e = input_at(in, i);
	enum input_fn fn = e->fn;
	size_t n = e->n;
	uint64_t x[INPUT_MAX_ARGS], y[INPUT_MAX_ARGS];
	memcpy(x, e->args, n * sizeof *x);
	memcpy(y, e->args, n * sizeof *y);
	x[0] = p;
	y[0] = q;
	uint64_t v = input_get(in, fn, x, n);
	if (input_get(in, fn, y, n) == v)
		return false;
	input_set(in, fn, y, n, v);
	return true;
}

/* Gives the calls at the positions p and q of one helper the same results; true if they were not. */
static bool unify_results(struct input *in, uint64_t kind, uint64_t p, uint64_t q)
{
	uint64_t from[2] = {kind, p}, to[2] = {kind, q}, v = input_get(in, IN_RESULT, from, 2);
	bool changed = input_get(in, IN_RESULT, to, 2) != v;
	if (changed)
		input_set(in, IN_RESULT, to, 2, v);
	for (size_t i = 0; i < input_count(in); i++) {
		const struct input_entry *e = input_at(in, i);
		if (is_trace(e) && (e->args[0] == p || e->args[0] == q))
			changed |= unify_entry(in, i, p, q);
	}
	return changed;
}

bool oracle_unify(const struct exec_outcome out[2], struct input *in)
{
	struct opaque_call *calls;
	size_t n = opaque_calls(out, &calls);
	bool changed = false;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < i; j++)
			if (calls[i].pos != calls[j].pos && !is_lock(calls[i].event) && same_call(calls[i].event, calls[j].event))
				changed |= unify_results(in, calls[i].event->kind, calls[j].pos, calls[i].pos);
	free(calls);
	return changed;
}

/* One lookup in a trie: prefix length in bits, data from the first bit on. */
struct lookup {
	const struct input_entry *entry;
	uint32_t length;
	uint8_t data[8 * INPUT_MAX_ARGS];
	bool found;
};

static struct lookup lookup_of(const struct input *in, const struct input_entry *e, uint32_t key_size)
{
	struct lookup l = {.entry = e};
	uint64_t has[2] = {e->args[0], e->value};
	memcpy(&l.length, e->args + 1, sizeof l.length);
	memcpy(l.data, (const uint8_t *)(e->args + 1) + sizeof l.length, key_size - sizeof l.length);
	l.found = input_get(in, IN_MAP_HAS, has, 2);
	return l;
}

static bool share_bits(const struct lookup *a, const struct lookup *b, uint32_t bits)
{
	uint32_t whole = bits / 8, rest = bits % 8;
	if (memcmp(a->data, b->data, whole))
		return false;
	return !rest || (a->data[whole] ^ b->data[whole]) >> (8 - rest) == 0;
}

/* What the shorter key finds the longer one, which begins with it, finds at least; keys alike find the same. */
static bool lookups_agree(const struct lookup *a, const struct lookup *b, uint32_t key_size)
{
	const struct lookup *s = a->length <= b->length ? a : b, *l = s == a ? b : a;
	uint32_t max = 8 * (key_size - 4);
	if (l->length > max)
		return !l->found;
	if (!share_bits(s, l, s->length))
		return true;
	if (s->length == l->length)
		return s->found == l->found && (!s->found || s->entry->value == l->entry->value);
	return !s->found || l->found;
}

bool oracle_tries_agree(const struct pairing *maps, const struct input *in)
{
	for (size_t i = 0; i < input_count(in); i++)
		for (size_t j = 0; j <= i; j++) {
			const struct input_entry *x = input_at(in, i), *y = input_at(in, j);
			if (x->fn != IN_LPM || y->fn != IN_LPM || x->args[0] != y->args[0] || x->args[0] >= maps->n)
				continue;
			uint32_t key_size = maps->maps[x->args[0]]->key_size;
			struct lookup a = lookup_of(in, x, key_size), b = lookup_of(in, y, key_size);
			if (key_size > 4 && !lookups_agree(&a, &b, key_size))
				return false;
		}
	return true;
}

bool oracle_agrees(const struct pairing *maps, const struct exec_outcome out[2], const struct input *in, char *what,
		   size_t len)
{
	if (!oracle_tries_agree(maps, in)) {
		snprintf(what, len, "no trie gives these results of lookups");
		return false;
	}
	if (!out[0].n_events && !out[1].n_events)
		return true;
	struct input *copy = input_copy(in);
	bool changed = oracle_unify(out, copy);
	input_free(copy);
	if (changed)
		snprintf(what, len, "the same call of a helper gives two results");
	return !changed;
}
