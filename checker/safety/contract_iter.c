/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Open-coded iterators (process_iter_arg, process_iter_next_call in kernel/bpf/verifier.c): some bytes of stack that
 * one function fills, another asks for elements and a third has to end. Each has finitely many elements, so that a loop
 * ends which takes one in each round from an iterator that was made before all loops.
 */
#include "contract.h"

#include <stdio.h>
#include <string.h>

#define ONCE 0x40000000u /* reference.kind of an iterator that no loop makes again */

static const struct iterator {
	const char *name;
	uint8_t size;  /* bytes on the stack */
	uint8_t gives; /* bytes that an element points at */
	bool ignores;  /* its second argument is an address that may be anything: what is there is probed */
} iterators[] = {
    {"num", 8, 4, false},
    {"bits", 16, 4, true},
};

enum { DYNPTR_KINDS_END = 16 }; /* aval.object of an iterator's cell: this plus its row */

enum verb { VERB_NEW, VERB_NEXT, VERB_DESTROY, VERB_NONE };

static enum verb parse(const char *name, size_t *row)
{
	static const char *const verbs[] = {"new", "next", "destroy"};
	for (*row = 0; *row < sizeof iterators / sizeof *iterators; ++*row)
		for (int i = 0; i < VERB_NONE; i++) {
			char full[64];
			snprintf(full, sizeof full, "bpf_iter_%s_%s", iterators[*row].name, verbs[i]);
			if (!strcmp(full, name))
				return (enum verb)i;
		}
	return VERB_NONE;
}

static enum verb verb_of(const struct prover *v, const struct insn *in, size_t *row)
{
	const struct object *o = v->p->object;
	if (in->src != CALL_KFUNC || (uint32_t)in->imm >= o->n_externs)
		return VERB_NONE;
	return parse(o->externs[in->imm].name, row);
}

bool iterator_is_next(const struct prover *v, const struct insn *in)
{
	size_t row;
	return verb_of(v, in, &row) == VERB_NEXT;
}

static bool oblige(struct prover *v, const struct astate *s, unsigned i, bool holds, const char *want)
{
	return prover_oblige(v, s, OBLIGATION_ARGUMENT, holds, "argument %u is %s", i + 1, want);
}

/* Offset of the place on the stack from its lowest byte. */
static bool find_place(const struct astate *s, const struct aval *a, unsigned size, uint32_t *off)
{
	uint64_t x;
	*off = 0;
	if (a->kind != KIND_STACK || !contract_offset(s, a, &x))
		return false;
	*off = (uint32_t)(x + STACK_BYTES);
	return *off <= STACK_BYTES - size && *off % 8 == 0;
}

static const struct aval *find(const struct astate *s, const struct aval *a, size_t row)
{
	uint32_t off;
	if (!find_place(s, a, iterators[row].size, &off))
		return NULL;
	const struct aframe *f = &s->frames[a->object];
	for (uint32_t i = 0; i < f->n_cells; i++) {
		const struct aval *x = &f->cells[i].v;
		if (f->cells[i].off == off && x->kind == KIND_DYNPTR && x->object == DYNPTR_KINDS_END + row)
			return x;
	}
	return NULL;
}

/* Even an iterator that could not be made has to be ended. */
static bool make(struct prover *v, struct astate *s, size_t row, bool once)
{
	const struct iterator *k = &iterators[row];
	struct aval at, first, second, it = aval_pointer(KIND_DYNPTR, DYNPTR_KINDS_END + (uint32_t)row, 0);
	uint32_t off;
	if (!transfer_read(v, s, 1, &at) || !transfer_read(v, s, 2, &first) || !transfer_read(v, s, 3, &second))
		return false;
	if (!oblige(v, s, 0, find_place(s, &at, k->size, &off), "a place for an iterator on the stack") ||
	    !oblige(v, s, 1, k->ignores || first.kind == KIND_NUMBER, "a number") ||
	    !oblige(v, s, 2, second.kind == KIND_NUMBER, "a number") ||
	    !prover_oblige(v, s, OBLIGATION_SECRET,
			   !contract_hides(v) || (!state_tainted(s, &first) && !state_tainted(s, &second)),
			   "the number of elements tells nothing of an address") ||
	    !access_bytes(v, s, &at, scalar_const(k->size), ACCESS_WRITE | ACCESS_HELPER, true, "an iterator"))
		return false;
	if (!held_acquire(v, s, KFUNC_ID_END | (once ? ONCE : 0), &it))
		return false;
	stack_store(s, at.object, off, k->size, &it);
	return true;
}

static const struct aval *take(struct prover *v, struct astate *s, size_t row)
{
	struct aval at;
	if (!transfer_read(v, s, 1, &at))
		return NULL;
	const struct aval *it = find(s, &at, row);
	return oblige(v, s, 0, it, "an iterator") ? it : NULL;
}

static struct aval element(struct astate *s, const struct aval *it, size_t row)
{
	struct aval x = aval_pointer(KIND_MEM_RO, iterators[row].gives, 0);
	x.maybe_null = true;
	x.null_id = contract_fresh_id(s);
	x.ref = it->ref;
	return x;
}

bool iterator_is_once(const struct astate *s, uint32_t ref)
{
	for (unsigned i = 0; i < s->n_refs; i++)
		if (s->refs[i].id == ref)
			return s->refs[i].kind & ONCE;
	return false;
}

bool iterator_check(struct prover *v, struct astate *s, const struct insn *in, bool once, bool *done)
{
	size_t row;
	enum verb verb = verb_of(v, in, &row);
	struct aval r0 = aval_none();
	*done = verb != VERB_NONE;
	if (verb == VERB_NONE)
		return true;
	if (s->lock && !prover_oblige(v, s, OBLIGATION_LOCKING, false, "no lock is held"))
		return false;
	const struct aval *it = verb == VERB_NEW ? NULL : take(v, s, row);
	if (verb == VERB_NEW ? !make(v, s, row, once) : !it)
		return false;
	if (verb == VERB_NEXT)
		r0 = element(s, it, row);
	if (verb == VERB_DESTROY)
		access_kill_reference(s, it->ref);
	for (unsigned i = 1; i < 6; i++)
		s->r[i] = aval_none();
	s->r[0] = verb == VERB_NEW ? aval_number(s, scalar_between_signed(-MAX_ERRNO, 0)) : r0;
	return true;
}
