/* SPDX-License-Identifier: BSD-2-Clause */
/* Exact models of probe reads, arguments of traced functions and ring buffer records. */
#include "encode/machine/call.h"

#define ERR_FAULT 14

static term word_id(struct call *c)
{
	return word_const(c->world, c->row->id);
}

/* The n-th call of this helper, and bit 0 of its oracle: did it fail? */
static term oracle_fails(struct call *c, term *n)
{
	*n = state_count(c->world, c->state, counter_of_helper(c->world, c->row->id));
	term o = world_input2(c->world, IN_ORACLE, word_id(c), *n);
	return term_extract(c->pool, o, 0, 0);
}

/* Numbers and kernel objects: what is there is in KMEM. */
static bool is_kernel_address(const struct call *c, const struct value *v)
{
	for (uint32_t i = 0; i < v->n; i++) {
		enum region_kind kind = region_at(c->world, v->alts[i].region)->kind;
		if (kind != REGION_NONE && kind != REGION_WORD && kind != REGION_KERNEL)
			return false;
	}
	return true;
}

/* Whether the address can be read is not the program's to know: an oracle. */
bool model_probe_read(struct call *c)
{
	struct term_pool *p = c->pool;
	struct world *w = c->world;
	struct span span;
	if (!call_span(c, 0, c->word[1], &span))
		return false;
	bool kernel = is_kernel_address(c, &c->arg[2]);
	if (kernel ? world_holds_address(w, c->word[2]) : c->arg[2].n > 1) {
		run_unknown(c->run, c->state, REASON_REGIONS, c->row->name);
		return false;
	}
	term n, fails = oracle_fails(c, &n);
	struct stretch stretch = {STRETCH_KERNEL, c->word[2], c->word[1], fails};
	call_set_number(c, term_ite(p, fails, call_errno(c, ERR_FAULT), word_const(w, 0)));
	if (kernel && span.n > LONG_STRETCH &&
	    access_write_stretch(c->run, c->state, &c->arg[0], span.n, span.present, &stretch))
		return true;
	term *bytes = world_alloc(w, (span.n + 1) * sizeof *bytes);
	if (!kernel) {
		/* own memory: read only where it does not fail, so that bounds count only there */
		struct state reader = *c->state;
		reader.guard = term_and(p, reader.guard, term_not(p, fails));
		access_read_bytes(c->run, &reader, &c->arg[2], span.n, span.present, bytes);
	} else {
		for (size_t i = 0; i < span.n; i++)
			bytes[i] = kernel_byte(w, c->state, term_add(p, c->word[2], word_const(w, i)));
	}
	for (size_t i = 0; i < span.n; i++)
		bytes[i] = term_ite(p, fails, term_const(p, 8, 0), bytes[i]);
	access_write_bytes(c->run, c->state, &c->arg[0], span.n, span.present, bytes);
	return true;
}

bool call_reserve(struct call *c, uint64_t first, term *n, term *fails)
{
	struct term_pool *p = c->pool;
	struct world *w = c->world;
	uint64_t size;
	if (maptype_rows[w->maps[c->map].def->type].model != MAP_RING) {
		run_fault(c->run, c->state, FAULT_HELPER_ARG, term_true(p));
		return false;
	}
	if (!term_is_const(p, c->word[1], &size) || size > MAX_ACCESS) {
		run_unknown(c->run, c->state, REASON_VARIABLE_SIZE, c->row->name);
		return false;
	}
	*fails = oracle_fails(c, n);
	*n = term_add(p, *n, word_const(w, first));
	/* records appear in the order of their reservation, also relative to other output */
	struct event *e = run_event(c->run, c->state, c->row->id);
	e->n_args = 2;
	e->args[0] = word_const(w, c->map);
	e->args[1] = c->word[1];
	return true;
}

bool model_ringbuf_reserve(struct call *c)
{
	struct term_pool *p = c->pool;
	struct world *w = c->world;
	uint64_t size;
	term n, fails;
	if (!call_reserve(c, 0, &n, &fails) || !term_is_const(p, c->word[1], &size))
		return false;
	run_fault(c->run, c->state, FAULT_HELPER_ARG, size == 0 ? term_true(p) : term_false(p));
	/* no flag is defined: any gives NULL */
	fails = term_or(p, fails, term_ne(p, c->word[2], word_const(w, 0)));
	/* a record knows its number and its ring buffer */
	tuple key = tuple_make(w, (term[]){n, word_const(w, c->map)}, 2);
	uint32_t record = region_make(w, REGION_MEM, (uint32_t)size, key);
	c->result = reference_acquire(c->run, c->state, term_not(p, fails), record);
	return true;
}

void call_submit(struct call *c, const struct value *v)
{
	struct world *w = c->world;
	for (uint32_t i = 0; i < v->n; i++) {
		const struct alt *a = &v->alts[i];
		struct region record = *region_at(w, a->region);
		struct state under = *c->state;
		under.guard = term_and(c->pool, under.guard, a->guard);
		if (record.kind != REGION_MEM || term_is_false(c->pool, under.guard))
			continue;
		size_t k;
		const term *words = tuple_words(w, record.key, &k);
		term *bytes = world_alloc(w, (record.id + 1u) * sizeof *bytes);
		for (uint32_t b = 0; b < record.id; b++)
			bytes[b] = mem_read_byte(w, c->state->mems[SPACE_MEM], record.key, word_const(w, b));
		struct event *e = run_event(c->run, &under, c->row->id);
		e->visible = true;
		e->n_args = 4;
		e->args[0] = words[1];
		e->args[1] = word_const(w, record.id);
		e->args[2] = c->word[1];
		e->args[3] = words[0];
		e->bytes = bytes;
		e->n_bytes = record.id;
	}
}

static bool give_back(struct call *c)
{
	reference_release(c->run, c->state, REGION_MEM, &c->arg[0]);
	c->result = value_uninit(c->world);
	return true;
}

bool model_ringbuf_submit(struct call *c)
{
	call_submit(c, &c->arg[0]);
	return give_back(c);
}

bool model_ringbuf_discard(struct call *c)
{
	return give_back(c);
}

#define ERR_INVAL 22
#define HELPER_ARG_COUNT 185 /* get_func_arg_cnt */
#define MAX_FUNC_ARGS 12     /* MAX_BPF_FUNC_ARGS: words of the context */

/* kernel/trace/bpf_trace.c, get_func_arg */
bool model_func_arg(struct call *c)
{
	struct term_pool *p = c->pool;
	struct world *w = c->world;
	term bytes[8], there[8], n = c->word[1];
	term count = world_input2(w, IN_CONST, word_const(w, HELPER_ARG_COUNT), word_const(w, 0));
	count = term_zext(p, term_extract(p, count, 3, 0), 64);
	term found = term_and(p, term_ult(p, n, count), term_ult(p, n, word_const(w, MAX_FUNC_ARGS)));
	term at = term_shl(p, n, word_const(w, 3));
	for (unsigned i = 0; i < 8; i++) {
		bytes[i] = mem_read_byte(w, c->state->mems[SPACE_CTX], 0, term_add(p, at, word_const(w, i)));
		there[i] = found;
	}
	access_check_bytes(c->run, c->state, &c->arg[2], 8, NULL);
	access_write_bytes(c->run, c->state, &c->arg[2], 8, there, bytes);
	call_set_number(c, term_ite(p, found, word_const(w, 0), call_errno(c, ERR_INVAL)));
	return true;
}
