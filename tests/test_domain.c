/* SPDX-License-Identifier: BSD-2-Clause */
/* Soundness of the abstract operators and the laws of their lattice: on every small set at the low end, at the 31/32
 * border and at the top of the word, and on random sets of whole words. */
#include <criterion/criterion.h>
#include <inttypes.h>

#include "domain.h"
#include "random.h"

#define ROUNDS 300000u
#define MEMBERS 4u

/* A random set with some of its members. */
struct sample {
	struct scalar s;
	uint64_t x[MEMBERS];
};

/* Words near each other, or far apart, or with few free bits. */
static uint64_t near(struct random *r, uint64_t x, uint64_t mask)
{
	switch (random_below(r, 4)) {
	case 0:
		return x + random_below(r, 300) - 150;
	case 1:
		return (x & ~mask) | (random_draw(r) & mask);
	case 2:
		return (x & ~0xffffffffull) | (uint32_t)random_number(r);
	default:
		return x;
	}
}

static struct sample draw(struct random *r)
{
	struct sample t = {scalar_none(), {0}};
	uint64_t mask = random_draw(r) & random_draw(r) & random_draw(r);
	t.x[0] = (uint64_t)random_number(r);
	for (unsigned i = 0; i < MEMBERS; i++) {
		t.x[i] = i ? near(r, t.x[random_below(r, i)], mask) : t.x[0];
		t.s = scalar_cover(t.s, scalar_const(t.x[i]));
	}
	if (!random_below(r, 4))
		t.s.bits = tnum_unknown(64);
	if (!random_below(r, 4))
		t.s.umin32 = 0, t.s.umax32 = UINT32_MAX, t.s.smin32 = INT32_MIN, t.s.smax32 = INT32_MAX;
	if (!random_below(r, 8))
		t.s.umin = 0, t.s.umax = UINT64_MAX;
	if (!random_below(r, 8))
		t.s.smin = INT64_MIN, t.s.smax = INT64_MAX;
	if (random_below(r, 8))
		scalar_sync(&t.s);
	return t;
}

static void check_op(const struct domain_op *op, const struct sample *a, const struct sample *b)
{
	struct scalar s = op->abstract(a->s, b->s);
	for (unsigned i = 0; i < MEMBERS; i++) {
		uint64_t x = a->x[i], y = b->x[(i * 3 + 1) % MEMBERS], z = op->concrete(x, y);
		cr_assert(scalar_contains(s, z), "%s: %#" PRIx64 ", %#" PRIx64 " give %#" PRIx64 "\n%s\n%s\n%s",
			  op->name, x, y, z, domain_show(a->s), domain_show(b->s), domain_show(s));
	}
}

Test(domain, random_operators_hold_every_result)
{
	struct random r = {1};
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct sample a = draw(&r), b = draw(&r);
		check_op(&domain_ops[i % n_domain_ops], &a, &b);
		const struct domain_unary *u = &domain_unaries[i % n_domain_unaries];
		struct scalar s = u->abstract(a.s);
		for (unsigned k = 0; k < MEMBERS; k++)
			cr_assert(scalar_contains(s, u->concrete(a.x[k])), "%s of %#" PRIx64 " in %s\n%s", u->name,
				  a.x[k], domain_show(a.s), domain_show(s));
	}
}

/* assume keeps each pair that satisfies the relation; decide contradicts none. */
static void check_relation(enum scalar_relation rel, unsigned bits, const struct sample *a, const struct sample *b)
{
	struct scalar p = a->s, q = b->s;
	bool some = scalar_assume(rel, bits, &p, &q);
	int decided = scalar_decide(rel, bits, a->s, b->s);
	for (unsigned i = 0; i < MEMBERS * MEMBERS; i++) {
		uint64_t x = a->x[i / MEMBERS], y = b->x[i % MEMBERS];
		bool holds = domain_holds(rel, bits, x, y);
		cr_assert(decided < 0 || decided == holds, "decide %d/%u", rel, bits);
		cr_assert(!holds || (some && scalar_contains(p, x) && scalar_contains(q, y)),
			  "assume %d/%u: %#" PRIx64 ", %#" PRIx64 "\n%s\n%s\n%s\n%s", rel, bits, x, y,
			  domain_show(a->s), domain_show(b->s), domain_show(p), domain_show(q));
	}
	cr_assert(scalar_subset(p, scalar_synced(a->s)) && scalar_subset(q, scalar_synced(b->s)), "only sharper");
}

Test(domain, random_comparisons_keep_every_pair)
{
	struct random r = {2};
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct sample a = draw(&r), b = draw(&r);
		if (!random_below(&r, 3))
			b.s = scalar_const(b.x[1] = b.x[2] = b.x[3] = b.x[0]);
		check_relation((enum scalar_relation)(i / 2 % N_RELATIONS), i & 1 ? 32 : 64, &a, &b);
	}
}

Test(domain, random_lattice_laws)
{
	struct random r = {3};
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct sample a = draw(&r), b = draw(&r);
		struct scalar s = scalar_synced(a.s), t = scalar_synced(b.s), join = scalar_join(s, t);
		struct scalar meet = scalar_meet(s, t), wide = scalar_widen(s, t);
		cr_assert(scalar_subset(s, join) && scalar_subset(t, join), "join holds both");
		cr_assert(scalar_subset(meet, s) && scalar_subset(meet, t), "meet lies in both");
		cr_assert(scalar_subset(s, wide) && scalar_subset(t, wide), "widening holds both");
		cr_assert(scalar_subset(s, a.s), "exchange only sharpens");
		cr_assert(scalar_equal(s, scalar_join(s, s)) && scalar_equal(s, scalar_meet(s, s)), "idempotent");
		cr_assert(scalar_equal(join, scalar_join(t, s)) && scalar_equal(meet, scalar_meet(t, s)), "commutes");
		for (unsigned k = 0; k < MEMBERS; k++) {
			cr_assert(scalar_contains(s, a.x[k]), "exchange lost %#" PRIx64 " of\n%s\n%s", a.x[k],
				  domain_show(a.s), domain_show(s));
			cr_assert_eq(scalar_contains(meet, a.x[k]), scalar_contains(t, a.x[k]), "meet");
		}
	}
}
