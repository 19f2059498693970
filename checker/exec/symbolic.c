/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A symbolic run read under one input: of its records those whose guard holds,
 * of its final state the values. Records of faults are in the order of the
 * path, so the first that holds is where the run ends.
 */
#include "checker/exec/symbolic.h"

#include "encode/machine/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reading {
	const struct program *p;
	const struct input *in;
	struct world *world;
	struct run *run;
	struct term_eval *eval;
	struct exec_outcome *out;
};

static void *checked(void *p)
{
	if (!p)
		abort();
	return p;
}

static void *zeroed(size_t n)
{
	return checked(calloc(n ? n : 1, 1));
}

static uint64_t leaf_value(void *arg, uint32_t fn, unsigned width, const uint64_t *args, size_t n)
{
	(void)width;
	return input_get(arg, (enum input_fn)fn, args, n);
}

static uint64_t value_of(struct reading *r, term t)
{
	return term_eval(r->eval, t);
}

static uint8_t byte_of(struct reading *r, unsigned space, tuple key, uint64_t off)
{
	term byte = mem_read_byte(r->world, r->run->final->mems[space], key, word_const(r->world, off));
	return (uint8_t)value_of(r, byte);
}

/* How it ends. */

static bool end_in_fault(struct reading *r)
{
	for (size_t i = 0; i < r->run->n_faults; i++) {
		const struct fault_record *f = &r->run->faults[i];
		if (!value_of(r, f->guard))
			continue;
		r->out->end = EXEC_FAULT;
		r->out->fault = f->kind;
		r->out->slot = f->slot;
		snprintf(r->out->what, sizeof r->out->what, "%s", fault_texts[f->kind]);
		return true;
	}
	return false;
}

static bool end_unmodelled(struct reading *r)
{
	for (size_t i = 0; i < r->run->n_unknowns; i++) {
		const struct unknown_record *u = &r->run->unknowns[i];
		if (!value_of(r, u->guard))
			continue;
		r->out->end = EXEC_UNMODELLED;
		r->out->reason = u->reason;
		r->out->slot = u->slot;
		snprintf(r->out->what, sizeof r->out->what, "%s%s%s", reason_texts[u->reason], *u->what ? ": " : "",
			 u->what);
		return true;
	}
	return false;
}

/* Events. */

static bool is_nullable(enum helper_arg a)
{
	return a == ARG_MEM_OR_NULL || a == ARG_MEM_OUT_OR_NULL || a == ARG_VALUE_OR_NULL;
}

static uint64_t event_arg(struct reading *r, const struct event *e, size_t i)
{
	uint64_t v = value_of(r, e->args[i]);
	const struct helper_row *row = e->atomic ? NULL : helper_find(e->kind);
	bool null = v == ~0ull && row && i < 5 && is_nullable(row->args[i]); /* the concrete machine has length 0 */
	return null ? 0 : v;
}

static void add_event(struct reading *r, const struct event *e)
{
	struct exec_event *x = &r->out->events[r->out->n_events++];
	*x = (struct exec_event){.kind = e->kind, .visible = e->visible, .slot = e->slot};
	for (size_t i = 0; i < e->n_args && i < sizeof x->args / sizeof *x->args; i++)
		x->args[x->n_args++] = event_arg(r, e, i);
	x->bytes = zeroed(e->n_bytes);
	for (size_t i = 0; i < e->n_bytes; i++)
		if (!e->present || value_of(r, e->present[i]))
			x->bytes[x->n_bytes++] = (uint8_t)value_of(r, event_byte(r->run->world, e, i));
}

static void read_events(struct reading *r)
{
	r->out->events = zeroed(r->run->n_events * sizeof *r->out->events);
	for (size_t i = 0; i < r->run->n_events; i++) {
		const struct event *e = &r->run->events[i];
		if (!value_of(r, e->guard))
			continue;
		add_event(r, e);
		if (e->kind != EXEC_EVENT_TAIL)
			continue;
		r->out->end = EXEC_TAIL_CALL;
		r->out->slot = e->slot;
		r->out->tail_map = value_of(r, e->args[0]);
		r->out->tail_index = value_of(r, e->args[1]);
	}
}

/* The final state. */

static void read_packet(struct reading *r)
{
	struct exec_outcome *o = r->out;
	enum packet_kind kind = progtype_rows[r->p->type].packet;
	const struct state *s = r->run->final;
	if (kind == PACKET_NONE)
		return;
	o->data = (int64_t)value_of(r, s->counters[COUNT_DATA]);
	o->data_end = (int64_t)value_of(r, s->counters[COUNT_DATA_END]);
	o->data_meta = (int64_t)value_of(r, s->counters[COUNT_DATA_META]);
	o->packet_lo = o->data;
	o->packet_len = (size_t)((int64_t)value_of(r, packet_end_all(r->world, s)) - o->data);
	o->packet = zeroed(o->packet_len);
	for (size_t i = 0; i < o->packet_len; i++)
		o->packet[i] = byte_of(r, SPACE_PACKET, 0, (uint64_t)o->data + i);
}

static uint8_t context_byte(struct reading *r, enum context_layout layout, uint64_t off)
{
	const struct context_field *f = context_find(layout, off);
	if (!f)
		return context_rows[layout].scalar_gaps ? byte_of(r, SPACE_CTX, 0, off) : 0;
	if (f->kind != FIELD_SCALAR && f->kind != FIELD_TYPED)
		return 0;
	if (layout != CONTEXT_SK_BUFF || strcmp(f->name, "len"))
		return byte_of(r, SPACE_CTX, 0, off);
	return (uint8_t)((uint64_t)r->out->packet_len >> 8 * (off - f->off));
}

static void read_context(struct reading *r)
{
	enum context_layout layout = progtype_rows[r->p->type].context;
	r->out->context_len = context_rows[layout].size;
	r->out->context = zeroed(r->out->context_len);
	for (size_t i = 0; i < r->out->context_len; i++)
		r->out->context[i] = context_byte(r, layout, i);
	for (size_t i = 0; r->p->type == PROGTYPE_FLOW_DISSECTOR && i < FLOW_KEYS_SIZE; i++)
		r->out->flow_keys[i] = byte_of(r, SPACE_FLOW, 0, i);
}

/* Maps: every key that some store of the run names, under the input. */

static bool has_presence(const struct map *m)
{
	return map_has_generations(m) || maptype_rows[m->type].model == MAP_TRIE;
}

struct key_list {
	uint64_t (*at)[64];
	size_t n, words;
};

static void add_key(struct key_list *l, const uint64_t *words)
{
	for (size_t i = 0; i < l->n; i++)
		if (!memcmp(l->at[i], words, l->words * sizeof *words))
			return;
	if ((l->n & (l->n - 1)) == 0)
		l->at = checked(realloc(l->at, 2 * (l->n ? l->n : 1) * sizeof *l->at));
	memcpy(l->at[l->n++], words, l->words * sizeof *words);
}

static void collect_keys(struct reading *r, uint32_t number, enum map_space which, struct key_list *l)
{
	struct mem_index *w;
	size_t n = mem_writes(r->world, r->run->final->mems[space_of_map(number, which)], &w);
	for (size_t i = 0; i < n; i++) {
		uint64_t words[64] = {0};
		size_t k;
		const term *terms = tuple_words(r->world, w[i].key, &k);
		for (size_t j = 0; j < l->words && j < k; j++)
			words[j] = value_of(r, terms[j]);
		add_key(l, words);
	}
	free(w);
}

/* What an element is compared with: as at entry, or as the last call left it that may have changed maps. */
static uint8_t byte_before(struct reading *r, unsigned space, tuple key, uint32_t off)
{
	struct world *w = r->world;
	bool values = (space - SPACE_FIXED) % MAP_SPACES == MAP_VALUES;
	bool shared = values && map_is_shared(w->maps[(space - SPACE_FIXED) / MAP_SPACES].def);
	uint64_t after = value_of(r, r->run->final->counters[shared ? COUNT_VALUES : COUNT_MAPS]);
	mem m = after ? mem_after(w, space, word_const(w, after - 1)) : mem_initial(w, space);
	return (uint8_t)value_of(r, mem_read_byte(w, m, key, word_const(w, off)));
}

static void read_element(struct reading *r, uint32_t number, const uint64_t *words, size_t n)
{
	struct world *w = r->world;
	const struct map *def = w->maps[number].def;
	struct exec_value *v = &r->out->values[r->out->n_values];
	term terms[65];
	for (size_t i = 0; i < n; i++)
		terms[i] = word_const(w, words[i]);
	tuple key = tuple_make(w, terms, n), now = key, before = key;
	bool at_entry = true;
	*v = (struct exec_value){
	    .map = number, .key_size = map_index_size(def), .value_size = def->value_size, .present = true};
	if (has_presence(def)) {
		unsigned space = space_of_map(number, MAP_PRESENT);
		v->present = byte_of(r, space, key, 0) & 1;
		at_entry = byte_before(r, space, key, 0) & 1;
	}
	if (map_has_generations(def)) {
		term gen =
		    mem_read_byte(w, r->run->final->mems[space_of_map(number, MAP_GENERATION)], key, word_const(w, 0));
		terms[n] = word_const(w, value_of(r, gen));
		now = tuple_make(w, terms, n + 1);
		terms[n] = word_const(w, 0);
		before = tuple_make(w, terms, n + 1);
	} else if (!def->is_data && maptype_rows[def->type].model == MAP_ARRAY &&
		   words[0] >= value_of(r, map_entries(w, number))) {
		return; /* a store that was never reached */
	}
	v->changed = v->present != at_entry;
	v->key = zeroed(v->key_size);
	memcpy(v->key, words, v->key_size < 8 * n ? v->key_size : 8 * n);
	r->out->n_values++;
	if (!v->present)
		return;
	v->value = zeroed(v->value_size);
	for (uint32_t i = 0; i < v->value_size; i++) {
		v->value[i] = byte_of(r, space_of_map(number, MAP_VALUES), now, i);
		v->changed |= at_entry && v->value[i] != byte_before(r, space_of_map(number, MAP_VALUES), before, i);
	}
}

static int compare_values(const void *a, const void *b)
{
	const struct exec_value *x = a, *y = b;
	if (x->map != y->map)
		return x->map < y->map ? -1 : 1;
	return memcmp(x->key, y->key, x->key_size);
}

static void read_map(struct reading *r, uint32_t number)
{
	const struct map *def = r->world->maps[number].def;
	struct key_list keys = {.words = def->is_data ? 0 : (map_index_size(def) + 7) / 8};
	if (def->frozen || keys.words > 64)
		return;
	collect_keys(r, number, MAP_VALUES, &keys);
	collect_keys(r, number, MAP_PRESENT, &keys);
	struct exec_outcome *o = r->out;
	o->values = checked(realloc(o->values, (o->n_values + keys.n + 1) * sizeof *o->values));
	for (size_t i = 0; i < keys.n; i++)
		read_element(r, number, keys.at[i], keys.words);
	free(keys.at);
}

static int compare_addresses(const void *a, const void *b)
{
	const struct exec_kernel_byte *x = a, *y = b;
	return x->address < y->address ? -1 : x->address > y->address;
}

static bool is_listed(const struct exec_outcome *o, uint64_t address)
{
	for (size_t i = 0; i < o->n_kernel; i++)
		if (o->kernel[i].address == address)
			return true;
	return false;
}

static void read_kernel(struct reading *r)
{
	struct exec_outcome *o = r->out;
	struct mem_index *w;
	size_t n = mem_writes(r->world, r->run->final->mems[SPACE_KERNEL], &w);
	uint64_t after = value_of(r, r->run->final->counters[COUNT_KERNEL]);
	o->kernel = zeroed((n + 1) * sizeof *o->kernel);
	for (size_t i = 0; i < n; i++) {
		uint64_t address = value_of(r, w[i].off), what[3] = {after - 1, AFTER_KERNEL, address};
		if (is_listed(o, address))
			continue;
		struct exec_kernel_byte *b = &o->kernel[o->n_kernel++];
		*b = (struct exec_kernel_byte){address, byte_of(r, SPACE_KERNEL, 0, address), false};
		b->changed = b->value != (after ? input_get(r->in, IN_AFTER, what, 3) : input_get(r->in, IN_KMEM, &address, 1));
	}
	free(w);
	if (o->n_kernel)
		qsort(o->kernel, o->n_kernel, sizeof *o->kernel, compare_addresses);
}

static void read_final(struct reading *r)
{
	struct exec_outcome *o = r->out;
	o->is_void = o->end == EXEC_EXIT && !value_of(r, r->run->final->regs[0].init);
	o->r0 = o->is_void ? 0 : value_of(r, value_word(r->world, &r->run->final->regs[0]));
	read_events(r);
	read_packet(r);
	read_context(r);
	read_kernel(r);
	for (uint32_t i = 0; i < r->world->n_maps; i++)
		read_map(r, i);
	if (o->n_values)
		qsort(o->values, o->n_values, sizeof *o->values, compare_values);
}

static void read_run(struct reading *r)
{
	if (end_in_fault(r) || end_unmodelled(r))
		return;
	if (r->run->final && value_of(r, r->run->final->guard)) {
		read_final(r);
		return;
	}
	fprintf(stderr, "%s:%d: bug: no path of %s takes this input\n", __FILE__, __LINE__, r->p->name);
	abort();
}

void symbolic_read(struct run *run, const struct input *in, struct exec_outcome *out)
{
	struct reading r = {.p = run->program, .in = in, .world = run->world, .run = run, .out = out};
	memset(out, 0, sizeof *out);
	r.eval = term_new_eval(run->world->pool, leaf_value, (void *)in);
	read_run(&r);
	term_free_eval(r.eval);
}

/* The maps of an object under the numbers that the caller gives them. */
static const struct map **number_maps(const struct object *o, const uint32_t *numbers, size_t *n)
{
	*n = o->n_maps;
	for (size_t i = 0; i < o->n_maps; i++)
		if (numbers[i] >= *n)
			*n = numbers[i] + 1u;
	const struct map **maps = zeroed((*n + 1) * sizeof *maps);
	for (size_t i = 0; i < *n && o->n_maps; i++)
		maps[i] = &o->maps[0]; /* numbers that this object does not use */
	for (size_t i = 0; i < o->n_maps; i++)
		maps[numbers[i]] = &o->maps[i];
	return maps;
}

void symbolic_run(const struct program *p, const struct input *in, const struct symbolic_options *opt,
		  struct exec_outcome *out)
{
	uint32_t *own = zeroed((p->object->n_maps + 1) * sizeof *own);
	for (size_t i = 0; i < p->object->n_maps; i++)
		own[i] = (uint32_t)i;
	const uint32_t *numbers = opt->exec.map_numbers ? opt->exec.map_numbers : own;
	size_t n;
	const struct map **maps = number_maps(p->object, numbers, &n);
	struct term_pool *pool = term_new_pool();
	struct world *w = world_new(pool, p->type, maps, n);
	struct run *run = run_new(w, p, numbers);
	run->solver = opt->solver;
	run->memory = opt->exec.memory;
	run->memory_len = opt->exec.memory_len;
	if (opt->unroll)
		run->unroll = opt->unroll;
	run_execute(run);
	if (run_end(run)) {
		*out = (struct exec_outcome){.end = EXEC_UNMODELLED, .reason = run_end(run), .slot = run->slot};
		snprintf(out->what, sizeof out->what, "%s", reason_texts[out->reason]);
	} else {
		symbolic_read(run, in, out);
	}
	run_free(run);
	world_free(w);
	term_free_pool(pool);
	free(maps);
	free(own);
}
