/* SPDX-License-Identifier: BSD-2-Clause */
/* Symbols of the abstract state: their facts, what they are made of, and the order between them. */
#include "state.h"

#include <stdlib.h>
#include <string.h>

#define MAX_PASS 4 /* definitions that one lesson is passed through */
#define SMALL (1ll << 62)

static void *grown(void *old, uint32_t *cap, uint32_t n, size_t size)
{
	if (n < *cap)
		return old;
	*cap = *cap ? *cap * 2 : 32;
	void *room = realloc(old, *cap * size);
	if (!room)
		abort();
	return room;
}

sym state_define(struct astate *s, enum sym_def def, struct scalar facts, bool tainted, sym a, int64_t ka, sym b,
		 int64_t kb)
{
	s->syms = grown(s->syms, &s->cap_syms, s->n_syms, sizeof *s->syms);
	s->syms[s->n_syms] = (struct symbol){facts, def, tainted, a, b, ka, kb};
	return s->n_syms++;
}

sym state_new_sym(struct astate *s, struct scalar facts, bool tainted)
{
	return state_define(s, DEF_NONE, facts, tainted, 0, 0, 0, 0);
}

/* f + k as scalar_add has it, at once where no bound wraps. */
static struct scalar plus(struct scalar f, int64_t k)
{
	struct scalar g = f;
	uint64_t u = (uint64_t)k;
	bool wraps = __builtin_add_overflow(f.smin, k, &g.smin);
	wraps |= __builtin_add_overflow(f.smax, k, &g.smax);
	g.umin = f.umin + u;
	g.umax = f.umax + u;
	g.umin32 = f.umin32 + (uint32_t)u;
	g.umax32 = f.umax32 + (uint32_t)u;
	wraps |= __builtin_add_overflow(f.smin32, (int32_t)u, &g.smin32);
	wraps |= __builtin_add_overflow(f.smax32, (int32_t)u, &g.smax32);
	if (wraps || g.umin > g.umax || g.umin32 > g.umax32)
		return scalar_add(f, scalar_const(u));
	struct tnum sum = tnum_add(f.bits, tnum_const(u)), r = tnum_range(g.umin, g.umax);
	g.bits = tnum_make(sum.value | r.value, sum.mask & r.mask);
	return g;
}

struct scalar state_facts(const struct astate *s, sym x, int64_t add)
{
	if (x == 0)
		return scalar_const((uint64_t)add);
	return add ? plus(s->syms[x].facts, add) : s->syms[x].facts;
}

bool state_tainted(const struct astate *s, const struct aval *v)
{
	return s->syms[v->sym].tainted;
}

/* Does x + add stay within 62 bits as a signed integer? */
static bool is_small(const struct astate *s, sym x, int64_t add)
{
	struct scalar f = s->syms[x].facts;
	return add > -SMALL && add < SMALL && f.smin > -SMALL && f.smax < SMALL;
}

/* The facts of a symbol as its definition gives them. */
static struct scalar defined_facts(const struct astate *s, const struct symbol *y)
{
	struct scalar a = state_facts(s, y->a, y->ka), k = scalar_const((uint64_t)y->kb);
	switch (y->def) {
	case DEF_ADD: return scalar_add(a, state_facts(s, y->b, y->kb));
	case DEF_SUB: return scalar_sub(a, state_facts(s, y->b, y->kb));
	case DEF_AND: return scalar_and(a, k);
	case DEF_OR: return scalar_or(a, k);
	case DEF_MUL: return scalar_mul(a, k);
	case DEF_LSH: return scalar_lsh(a, k);
	case DEF_RSH: return scalar_rsh(a, k);
	case DEF_ARSH: return scalar_arsh(a, k);
	case DEF_ZEXT: return scalar_zext(a, (unsigned)y->kb);
	case DEF_SEXT: return scalar_sext(a, (unsigned)y->kb);
	case DEF_NONE:
	case DEF_HEAD:
		break;
	}
	return y->facts;
}

/* What a result within f says of the first operand of an operation with a constant. */
static struct scalar operand_facts(const struct astate *s, const struct symbol *y, struct scalar f)
{
	struct scalar a = state_facts(s, y->a, y->ka);
	unsigned n = (unsigned)y->kb & 63;
	switch (y->def) {
	case DEF_AND: {
		uint64_t unknown = f.bits.mask | ~(uint64_t)y->kb;
		struct scalar bits = scalar_of_bits(tnum_make(f.bits.value, unknown));
		return scalar_meet(bits, scalar_between(f.umin, ~0ull));
	}
	case DEF_OR: {
		uint64_t unknown = f.bits.mask | (uint64_t)y->kb;
		struct scalar bits = scalar_of_bits(tnum_make(f.bits.value & ~(uint64_t)y->kb, unknown));
		return scalar_meet(bits, scalar_between(0, f.umax));
	}
	case DEF_MUL:
		if (y->kb <= 0 || a.umax > ~0ull / (uint64_t)y->kb)
			return scalar_any();
		return scalar_between(f.umin / (uint64_t)y->kb + (f.umin % (uint64_t)y->kb != 0), f.umax / (uint64_t)y->kb);
	case DEF_RSH:
		if (f.umax > ~0ull >> n)
			return scalar_any();
		return scalar_between(f.umin << n, (f.umax << n) | ((1ull << n) - 1));
	case DEF_ARSH:
		if (f.smin < INT64_MIN >> n || f.smax > INT64_MAX >> n)
			return scalar_any();
		return scalar_between_signed((int64_t)((uint64_t)f.smin << n),
					     (int64_t)((uint64_t)f.smax << n | ((1ull << n) - 1)));
	case DEF_LSH: {
		struct tnum t = tnum_shr(f.bits, n);
		struct scalar low = scalar_of_bits(tnum_make(t.value, t.mask | ~(~0ull >> n)));
		if (n != 32)
			return low;
		low.umin32 = (uint32_t)(f.umin >> 32), low.umax32 = (uint32_t)(f.umax >> 32);
		low.smin32 = (int32_t)(f.smin >> 32), low.smax32 = (int32_t)(f.smax >> 32);
		scalar_sync(&low);
		return low;
	}
	case DEF_ZEXT:
	case DEF_SEXT: {
		uint64_t mask = y->kb >= 64 ? ~0ull : (1ull << y->kb) - 1;
		struct scalar low = scalar_of_bits(tnum_make(f.bits.value & mask, f.bits.mask | ~mask));
		if (y->kb != 32)
			return low;
		low.umin32 = f.umin32, low.umax32 = f.umax32, low.smin32 = f.smin32, low.smax32 = f.smax32;
		scalar_sync(&low);
		return low;
	}
	case DEF_NONE:
	case DEF_HEAD:
	case DEF_ADD:
	case DEF_SUB:
		break;
	}
	return scalar_any();
}

static bool learn(struct astate *s, sym x, int64_t add, struct scalar f, unsigned pass);

static bool teach_operands(struct astate *s, sym x, unsigned pass)
{
	struct symbol y = s->syms[x];
	switch (y.def) {
	case DEF_NONE:
	case DEF_HEAD:
		return true;
	case DEF_ADD:
		return learn(s, y.a, y.ka, scalar_sub(y.facts, state_facts(s, y.b, y.kb)), pass) &&
		       learn(s, y.b, y.kb, scalar_sub(y.facts, state_facts(s, y.a, y.ka)), pass);
	case DEF_SUB:
		if (!learn(s, y.a, y.ka, scalar_add(y.facts, state_facts(s, y.b, y.kb)), pass) ||
		    !learn(s, y.b, y.kb, scalar_sub(state_facts(s, y.a, y.ka), y.facts), pass))
			return false;
		/* x = a - b without wrap: b + min <= a */
		if (y.a && y.b && is_small(s, y.a, y.ka) && is_small(s, y.b, y.kb) && y.facts.smin > -SMALL)
			return state_learn_order(s, y.b, y.a, y.facts.smin + y.kb - y.ka);
		return true;
	case DEF_AND:
	case DEF_OR:
	case DEF_MUL:
	case DEF_LSH:
	case DEF_RSH:
	case DEF_ARSH:
	case DEF_ZEXT:
	case DEF_SEXT:
		return learn(s, y.a, y.ka, operand_facts(s, &y, y.facts), pass);
	}
	return true;
}

static bool teach_results(struct astate *s, sym x, unsigned pass)
{
	for (sym i = 1; i < s->n_syms; i++) {
		const struct symbol *y = &s->syms[i];
		if (y->def == DEF_NONE || y->def == DEF_HEAD || (y->a != x && y->b != x))
			continue;
		if (!learn(s, i, 0, defined_facts(s, y), pass))
			return false;
	}
	return true;
}

/* Bounds along one order fact. */
static bool teach_order(struct astate *s, struct order o, unsigned pass)
{
	if (!is_small(s, o.a, o.k) || !is_small(s, o.b, 0))
		return true;
	struct scalar a = s->syms[o.a].facts, b = s->syms[o.b].facts;
	if (a.smin + o.k > b.smin && !learn(s, o.b, 0, scalar_between_signed(a.smin + o.k, INT64_MAX), pass))
		return false;
	return b.smax - o.k >= a.smax || learn(s, o.a, 0, scalar_between_signed(INT64_MIN, b.smax - o.k), pass);
}

static bool teach_orders(struct astate *s, sym x, unsigned pass)
{
	for (uint32_t i = 0; i < s->n_orders; i++)
		if ((s->orders[i].a == x || s->orders[i].b == x) && !teach_order(s, s->orders[i], pass))
			return false;
	return true;
}

static bool learn(struct astate *s, sym x, int64_t add, struct scalar f, unsigned pass)
{
	if (x == 0)
		return scalar_contains(f, (uint64_t)add);
	struct scalar old = s->syms[x].facts;
	if (add)
		f = plus(f, (int64_t)(0 - (uint64_t)add));
	struct scalar new = scalar_meet(old, f);
	if (scalar_is_empty(new))
		return false;
	if (scalar_equal(new, old))
		return true;
	s->syms[x].facts = new;
	if (pass == 0)
		return true;
	return teach_operands(s, x, pass - 1) && teach_results(s, x, pass - 1) && teach_orders(s, x, pass - 1);
}

bool state_learn(struct astate *s, sym x, int64_t add, struct scalar f)
{
	return learn(s, x, add, f, MAX_PASS);
}

static bool knows_by_facts(const struct astate *s, sym a, sym b, int64_t k)
{
	if (a == b)
		return k <= 0;
	if (!is_small(s, a, k) || !is_small(s, b, 0))
		return false;
	return s->syms[a].facts.smax + k <= s->syms[b].facts.smin;
}

static bool knows_order(const struct astate *s, sym a, sym b, int64_t k, unsigned steps)
{
	if (k <= -SMALL || k >= SMALL)
		return false;
	if (knows_by_facts(s, a, b, k))
		return true;
	for (uint32_t i = 0; steps && i < s->n_orders; i++)
		if (s->orders[i].a == a && knows_order(s, s->orders[i].b, b, k - s->orders[i].k, steps - 1))
			return true;
	return false;
}

bool state_knows_order(const struct astate *s, sym a, sym b, int64_t k)
{
	return knows_order(s, a, b, k, 3);
}

static void add_order(struct astate *s, struct order o)
{
	for (uint32_t i = 0; i < s->n_orders; i++) {
		struct order *old = &s->orders[i];
		if (old->a == o.a && old->b == o.b) {
			if (o.k > old->k)
				old->k = o.k;
			return;
		}
	}
	s->orders = grown(s->orders, &s->cap_orders, s->n_orders, sizeof *s->orders);
	s->orders[s->n_orders++] = o;
}

bool state_learn_order(struct astate *s, sym a, sym b, int64_t k)
{
	if (k <= -SMALL || k >= SMALL)
		return true;
	if (a == b)
		return k <= 0;
	if (a == 0)
		return state_learn(s, b, 0, scalar_between_signed(k, INT64_MAX));
	if (b == 0)
		return state_learn(s, a, 0, scalar_between_signed(INT64_MIN, -k));
	if (!state_knows_order(s, a, b, k))
		add_order(s, (struct order){a, b, k});
	return teach_order(s, (struct order){a, b, k}, MAX_PASS);
}
