/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Spin locks and timers in map values (process_spin_lock, process_timer_func in kernel/bpf/verifier.c).
 *
 * Two lookups of one key give one lock, but two keys give two, which nobody can tell apart here. So a pointer into a
 * map with a lock carries a number of the lookup that it comes from as its `ref`; the lock that is held stands among
 * the references under this number.
 */
#include "contract.h"

#include <stdlib.h>

#define LOCK_KIND 0x80000000u /* reference.kind of a lock: and the index of its map */

static size_t count_locks(const struct map *m)
{
	size_t n = 0;
	for (size_t i = 0; i < m->n_specials; i++)
		n += m->specials[i].kind == SPECIAL_LOCK;
	return n;
}

bool lock_is_in(const struct map *m)
{
	return count_locks(m) > 0;
}

#define TRACES "KPROBE|TRACEPOINT|PERF_EVENT|RAW_TRACEPOINT|RAW_TRACEPOINT_WRITABLE" /* is_tracing_prog_type */

/* Where the program may interrupt the holder of a lock it may not wait for it (check_map_prog_compatibility). */
static bool check_place(struct prover *v, const struct astate *s, const struct call *c, const char *not_in)
{
	bool there = v->p->type == PROGTYPE_EXT || !progtype_is_in(not_in, v->p->type);
	return prover_oblige(v, s, OBLIGATION_ALLOWED, there, "%s%s is %sthere for programs of type %s",
			     contract_prefix(c->row), c->row->name, there ? "" : "not ",
			     progtype_rows[v->p->type].name);
}

/* Argument i points at a special field of the kind. */
static bool check_field(struct prover *v, struct astate *s, struct call *c, unsigned i, enum special_kind kind,
			const char *what)
{
	const struct aval *a = &c->arg[i];
	uint64_t off;
	bool value = a->kind == KIND_VALUE && contract_offset(s, a, &off);
	if (a->kind == KIND_VALUE && a->maybe_null &&
	    !prover_oblige(v, s, OBLIGATION_NOT_NULL, false, "argument %u of %s%s was not compared with NULL", i + 1,
			   contract_prefix(c->row), c->row->name))
		return false;
	const struct special *f = value ? map_find_special(&v->p->object->maps[a->object], off, 1) : NULL;
	return contract_oblige(v, s, c, i, f && f->kind == kind && f->off == off, what);
}

static int find_lock(const struct astate *s)
{
	for (unsigned i = 0; i < s->n_refs; i++)
		if (s->refs[i].kind & LOCK_KIND)
			return (int)i;
	return -1;
}

bool lock_take(struct prover *v, struct astate *s, struct call *c)
{
	const struct aval *a = &c->arg[0];
	if (!check_place(v, s, c, TRACES "|SOCKET") || !check_field(v, s, c, 0, SPECIAL_LOCK, "a lock"))
		return false;
	if (count_locks(&v->p->object->maps[a->object]) > 1) /* which the kernel refuses (btf_parse_fields) */
		return prover_unmodelled(v, s, REASON_MAPTYPE, "a map value with two locks");
	if (!prover_oblige(v, s, OBLIGATION_LOCKING, !s->lock, "no other lock is held"))
		return false;
	if (s->n_refs == MAX_REFERENCES)
		return prover_unmodelled(v, s, REASON_REGIONS, "references that are held at once");
	s->refs[s->n_refs++] = (struct reference){.id = a->ref, .slot = s->slot, .kind = LOCK_KIND | a->object};
	s->lock = s->slot + 1;
	return true;
}

bool lock_give(struct prover *v, struct astate *s, struct call *c)
{
	const struct aval *a = &c->arg[0];
	int i = find_lock(s);
	if (!check_field(v, s, c, 0, SPECIAL_LOCK, "a lock") ||
	    !prover_oblige(v, s, OBLIGATION_LOCKING, i >= 0, "a lock is held"))
		return false;
	const struct reference *r = &s->refs[i];
	if (!prover_oblige(v, s, OBLIGATION_LOCKING, r->id == a->ref && r->kind == (LOCK_KIND | a->object),
			   "the lock that is given back is the one that is held"))
		return false;
	for (unsigned k = (unsigned)i; k + 1 < s->n_refs; k++)
		s->refs[k] = s->refs[k + 1];
	s->n_refs--;
	s->lock = 0;
	return true;
}

bool timer_check(struct prover *v, struct astate *s, struct call *c)
{
	return check_place(v, s, c, TRACES) && check_field(v, s, c, 0, SPECIAL_TIMER, "a timer");
}

/* The timer runs with the map that it is in. */
bool timer_init(struct prover *v, struct astate *s, struct call *c)
{
	return timer_check(v, s, c) &&
	       contract_oblige(v, s, c, 1, !c->is_inner && c->map == c->arg[0].object, "its map");
}

static void add_root(struct prover *v, struct timer_root root)
{
	for (uint32_t i = 0; i < v->n_timers; i++)
		if (v->timers[i].target == root.target && v->timers[i].map == root.map)
			return;
	v->timers = realloc(v->timers, (v->n_timers + 1) * sizeof *v->timers);
	if (!v->timers)
		abort();
	v->timers[v->n_timers++] = root;
}

/* The callback is explored by itself, as it runs when the program is over. */
bool timer_set_callback(struct prover *v, struct astate *s, struct call *c)
{
	if (!timer_check(v, s, c))
		return false;
	add_root(v, (struct timer_root){.target = c->arg[1].object, .map = c->arg[0].object});
	return true;
}

/* A pointer in a map's value: what was there belongs to the program now, what is put there no more. Of what type it
 * has to be only the map's types tell. */
bool kptr_exchange(struct prover *v, struct astate *s, struct call *c)
{
	if (!check_field(v, s, c, 0, SPECIAL_KPTR, "a kernel pointer in a map value"))
		return false;
	if (!contract_is_null(s, &c->arg[1]))
		return prover_unmodelled(v, s, REASON_HELPER, "a kernel object whose type is not known");
	return true;
}
