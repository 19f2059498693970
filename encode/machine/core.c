/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CO-RE relocations that were left symbolic. What the kernel's types say of a
 * path is an input, the same in both programs. An instruction whose relocation
 * has no answer there keeps the program from being loaded, if it can be reached:
 * that is a fault. (object_resolve gives it the call that faults likewise.)
 */
#include "encode/machine/world.h"

static term ask(struct run *r, const struct core_relo *relo, unsigned aspect)
{
	struct world *w = r->world;
	return world_input2(w, IN_CORE, word_const(w, relo->path), word_const(w, aspect));
}

static term is_set(struct run *r, const struct core_relo *relo, unsigned aspect)
{
	struct term_pool *p = r->world->pool;
	return term_ne(p, term_extract(p, ask(r, relo, aspect), 0, 0), term_const(p, 1, 0));
}

term core_value_of(struct run *r, struct state *s, const struct core_relo *relo)
{
	struct term_pool *p = r->world->pool;
	enum core_kind needs = core_rows[relo->kind].needs;
	if (needs != relo->kind)
		run_need(r, s, term_not(p, is_set(r, relo, needs)));
	unsigned bits = core_rows[relo->kind].bits;
	return term_zext(p, term_extract(p, ask(r, relo, relo->kind), bits - 1, 0), 64);
}

/* Where a load or store goes: its 16-bit offset holds no more than INT16_MAX. */
static struct value address(struct run *r, struct state *s, const struct core_relo *relo, const struct value *base)
{
	struct world *w = r->world;
	struct term_pool *p = w->pool;
	term off = core_value_of(r, s, relo);
	run_need(r, s, term_ult(p, word_const(w, INT16_MAX), off));
	struct value by = value_number(w, term_zext(p, term_extract(p, off, 14, 0), 64));
	return value_add(w, s->guard, base, &by);
}

/* Where the access has `size` bytes: as compiled, or following its field. */
static term has_size(struct run *r, const struct insn *in, const struct core_relo *relo, unsigned size)
{
	struct world *w = r->world;
	struct term_pool *p = w->pool;
	unsigned n = in->width / 8u;
	if (relo->kind != CORE_FIELD_OFFSET)
		return size == n ? term_true(p) : term_false(p);
	term there = ask(r, relo, CORE_MEMORY_SIZE), out = term_false(p);
	if (size == n)
		out = term_eq(p, there, word_const(w, relo->size));
	if (relo->follows != CORE_UNSIGNED || relo->size != n || size == n) /* a kernel's pointers have 8 bytes here */
		return out;
	return term_and(p, term_eq(p, there, word_const(w, size)), is_set(r, relo, CORE_IS_UNSIGNED));
}

/* Every size that the access may have, with its condition; elsewhere the kernel refuses the program. */
struct sizes {
	struct {
		unsigned n;
		term here;
	} at[4];
	unsigned n;
};

static struct sizes find_sizes(struct run *r, struct state *s, const struct insn *in, const struct core_relo *relo)
{
	struct term_pool *p = r->world->pool;
	struct sizes out = {.n = 0};
	term any = term_false(p);
	for (unsigned n = 1; n <= 8; n *= 2) {
		term here = has_size(r, in, relo, n);
		any = term_or(p, any, here);
		if (term_is_false(p, term_and(p, s->guard, here)))
			continue;
		out.at[out.n].n = n;
		out.at[out.n++].here = here;
	}
	run_need(r, s, term_not(p, any));
	return out;
}

static struct value sign_extended(struct world *w, const struct value *v, unsigned bits)
{
	return value_number(w, term_sext(w->pool, term_extract(w->pool, value_word(w, v), bits - 1, 0), 64));
}

struct value core_load(struct run *r, struct state *s, const struct insn *in, const struct core_relo *relo,
		       const struct value *base)
{
	struct world *w = r->world;
	struct value at = address(r, s, relo, base), out = value_number(w, word_const(w, 0));
	struct sizes sizes = find_sizes(r, s, in, relo);
	for (unsigned i = 0; i < sizes.n; i++) {
		struct state under = *s;
		under.guard = term_and(w->pool, s->guard, sizes.at[i].here);
		struct value v = access_load(r, &under, &at, 0, sizes.at[i].n);
		if (in->op == ISA_LDXS)
			v = sign_extended(w, &v, 8 * sizes.at[i].n);
		out = i ? value_ite(w, sizes.at[i].here, &v, &out) : v;
	}
	return out;
}

void core_store(struct run *r, struct state *s, const struct insn *in, const struct core_relo *relo,
		const struct value *base, const struct value *v)
{
	struct world *w = r->world;
	struct value at = address(r, s, relo, base);
	struct sizes sizes = find_sizes(r, s, in, relo);
	struct state *merged = NULL;
	term guard = s->guard;
	for (unsigned i = 0; i < sizes.n; i++) {
		struct state *with = state_copy(w, s);
		with->guard = term_and(w->pool, guard, sizes.at[i].here);
		access_store(r, with, &at, 0, sizes.at[i].n, v);
		merged = merged ? state_merge(w, merged, with) : with;
	}
	if (merged)
		*s = *merged;
	s->guard = guard;
}
