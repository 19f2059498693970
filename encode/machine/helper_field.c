/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What helpers do with the special fields of map values.
 *
 * Spin locks: others may have changed all that they see before a lock is taken,
 * and may again once it is given back: both are events that show the value
 * which the lock is in, see the rest of the state, and leave values of maps and
 * global data as input. So accesses to these don't cross them, neither in nor
 * out. Which keys a map holds is nobody else's to change, as between locks.
 */
#include "encode/machine/call.h"

static bool is_value(const struct call *c, const struct alt *a)
{
	enum region_kind kind = region_at(c->world, a->region)->kind;
	return kind == REGION_VALUE || kind == REGION_DATA;
}

static uint32_t shown_bytes(const struct call *c, const struct alt *a)
{
	uint32_t size = c->world->maps[region_at(c->world, a->region)->id].def->value_size;
	return size <= LOCK_SHOWN_MAX ? size : 0;
}

/* The value that the lock is in, from its first byte on; false: it is somewhere else for sure. */
static bool find_value(struct call *c, struct value *out, size_t *n)
{
	const struct value *v = &c->arg[0];
	struct alt *alts = world_alloc(c->world, (v->n + 1) * sizeof *alts);
	term good = term_false(c->pool), zero = word_const(c->world, 0);
	*out = (struct value){0, term_true(c->pool), 0, alts};
	*n = 0;
	for (uint32_t k = 0; k < v->n; k++) {
		const struct alt *a = &v->alts[k];
		term part = term_and(c->pool, a->off, word_const(c->world, 3));
		if (!is_value(c, a))
			continue;
		good = term_or(c->pool, good, term_and(c->pool, a->guard, term_eq(c->pool, part, zero)));
		alts[out->n++] = (struct alt){a->guard, a->region, zero};
		*n = shown_bytes(c, a) > *n ? shown_bytes(c, a) : *n;
	}
	run_fault(c->run, c->state, FAULT_HELPER_ARG, term_not(c->pool, good));
	return out->n > 0;
}

static void show_value(struct call *c, struct event *e, const struct value *v, size_t n)
{
	struct world *w = c->world;
	e->n_bytes = n;
	e->bytes = world_alloc(w, (n + 1) * sizeof *e->bytes);
	e->present = world_alloc(w, (n + 1) * sizeof *e->present);
	for (size_t i = 0; i < n; i++) {
		e->present[i] = term_false(c->pool);
		for (uint32_t k = 0; k < v->n; k++)
			if (i < shown_bytes(c, &v->alts[k]))
				e->present[i] = term_or(c->pool, e->present[i], v->alts[k].guard);
	}
	access_read_bytes(c->run, c->state, v, n, e->present, e->bytes);
}

bool model_spin_lock(struct call *c)
{
	struct value v;
	struct event *e;
	size_t n;
	for (uint32_t k = 0; k < c->arg[0].n; k++) {
		enum region_kind kind = region_at(c->world, c->arg[0].alts[k].region)->kind;
		if (kind == REGION_LOST || kind == REGION_KERNEL || kind == REGION_WORD) { /* of an allocated object */
			call_unknown(c);
			return false;
		}
	}
	if (!find_value(c, &v, &n))
		return false;
	access_check_bytes(c->run, c->state, &c->arg[0], 4, NULL);
	term position = call_opaque_event(c, &e);
	e->sees_shared = true;
	e->n_args = 1;
	e->args[0] = c->word[0];
	show_value(c, e, &v, n);
	call_forget_values(c, position);
	c->run->uses_opaque = true;
	c->result = value_uninit(c->world);
	return true;
}

/* What was there before is the kernel's to know. */
bool model_kptr_xchg(struct call *c)
{
	struct world *w = c->world;
	struct event *e;
	struct value stored = value_number(w, c->word[1]);
	term position = call_opaque_event(c, &e);
	e->n_args = 2;
	e->args[0] = c->word[0];
	e->args[1] = c->word[1];
	reference_give(c->run, c->state, &c->arg[1]);
	access_store(c->run, c->state, &c->arg[0], 0, 8, &stored);
	term result = world_input2(w, IN_RESULT, word_const(w, c->row->id), position);
	uint32_t region = region_make(w, REGION_KERNEL, 0, reference_key(w, position));
	c->result = reference_acquire(c->run, c->state, term_extract(c->pool, result, 0, 0), region);
	c->run->uses_opaque = true;
	return true;
}
