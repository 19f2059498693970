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

/* Small sets of three neighbouring bits at `place`, with 0 or 1 around: all tnums, then all ranges. */
#define WINDOW_SETS (27u + 36u)
struct window {
	unsigned place;
	uint64_t around;
};

static uint64_t window_word(struct window w, uint64_t x)
{
	return (w.around & ~(7ull << w.place)) | x << w.place;
}

/* The range number i of the 36 with 0 <= lo <= hi < 8; signed ones at the top of the word. */
static struct scalar window_range(struct window w, unsigned i)
{
	uint64_t lo = i, hi = 0;
	while (lo > hi)
		lo -= ++hi;
	if (w.place < 61 || !w.around)
		return scalar_between(window_word(w, lo), window_word(w, hi));
	return scalar_between_signed((int64_t)window_word(w, lo ^ 4), (int64_t)window_word(w, hi ^ 4));
}

static struct scalar window_set(struct window w, unsigned i)
{
	if (i >= 27)
		return window_range(w, i - 27);
	struct tnum t = tnum_const(window_word(w, 0));
	for (unsigned k = 0; k < 3; k++, i /= 3) {
		t.value |= (uint64_t)(i % 3 == 1) << (w.place + k);
		t.mask |= (uint64_t)(i % 3 == 2) << (w.place + k);
	}
	return scalar_of_bits(t);
}

/* Which of the window's eight words a set holds. */
static unsigned window_members(struct window w, struct scalar s)
{
	unsigned members = 0;
	for (unsigned x = 0; x < 8; x++)
		members |= (unsigned)scalar_contains(s, window_word(w, x)) << x;
	return members;
}

static const struct window windows[] = {{0, 0},      {0, ~0ull}, {30, 0},    {30, 0xffffffff},
					{30, ~0ull}, {61, 0},    {61, ~0ull}};
#define N_WINDOWS (sizeof windows / sizeof *windows)

static void check_windows(const struct domain_op *op, struct window v, struct window w, unsigned i, unsigned j)
{
	struct scalar a = window_set(v, i), b = window_set(w, j), r = op->abstract(a, b);
	unsigned of_a = window_members(v, a), of_b = window_members(w, b);
	for (unsigned k = 0; k < 64; k++) {
		uint64_t x = window_word(v, k & 7), y = window_word(w, k >> 3);
		if ((of_a >> (k & 7) & 1) && (of_b >> (k >> 3) & 1) && !scalar_contains(r, op->concrete(x, y)))
			cr_assert_fail("%s: %#" PRIx64 ", %#" PRIx64 "\n%s\n%s\n%s", op->name, x, y, domain_show(a),
				       domain_show(b), domain_show(r));
	}
}

Test(domain, all_small_sets_at_the_borders)
{
	for (unsigned v = 0; v < N_WINDOWS; v++)
		for (unsigned w = 0; w < N_WINDOWS; w++)
			for (unsigned i = 0; i < WINDOW_SETS * WINDOW_SETS; i++)
				for (unsigned op = 0; op < n_domain_ops; op++)
					check_windows(&domain_ops[op], windows[v], windows[w], i / WINDOW_SETS,
						      i % WINDOW_SETS);
}

static void check_relation_windows(enum scalar_relation rel, unsigned bits, struct window v, struct window w,
				   unsigned i)
{
	struct scalar a = window_set(v, i / WINDOW_SETS), b = window_set(w, i % WINDOW_SETS), p = a, q = b;
	bool some = scalar_assume(rel, bits, &p, &q);
	int decided = scalar_decide(rel, bits, a, b);
	unsigned of_a = window_members(v, a), of_b = window_members(w, b);
	for (unsigned k = 0; k < 64; k++) {
		uint64_t x = window_word(v, k & 7), y = window_word(w, k >> 3);
		if (!(of_a >> (k & 7) & 1) || !(of_b >> (k >> 3) & 1))
			continue;
		bool holds = domain_holds(rel, bits, x, y);
		if ((decided >= 0 && decided != holds) ||
		    (holds && !(some && scalar_contains(p, x) && scalar_contains(q, y))))
			cr_assert_fail("relation %d/%u of %#" PRIx64 ", %#" PRIx64 "\n%s\n%s\n%s\n%s", rel, bits, x, y,
				       domain_show(a), domain_show(b), domain_show(p), domain_show(q));
	}
}

Test(domain, all_comparisons_at_the_borders)
{
	for (unsigned v = 0; v < N_WINDOWS; v++)
		for (unsigned w = 0; w < N_WINDOWS; w++)
			for (unsigned i = 0; i < WINDOW_SETS * WINDOW_SETS; i++)
				for (unsigned rel = 0; rel < 2 * N_RELATIONS; rel++)
					check_relation_windows((enum scalar_relation)(rel / 2), rel & 1 ? 32 : 64,
							       windows[v], windows[w], i);
}

/* Whatever comes, a chain of widenings ends: bounds have less than 20 thresholds each, bits are 64. */
Test(domain, chains_of_widenings_end)
{
	struct random r = {4};
	for (unsigned i = 0; i < 2000; i++) {
		struct scalar at = draw(&r).s;
		const uint64_t own[] = {random_draw(&r), random_below(&r, 1000)};
		unsigned moves = 0;
		for (unsigned k = 0; k < 3000; k++) {
			struct scalar step = scalar_add(at, scalar_const((uint64_t)random_number(&r)));
			struct scalar next = scalar_widen_to(at, k & 1 ? step : draw(&r).s, own, 2);
			moves += !scalar_equal(at, next);
			cr_assert(scalar_subset(at, next));
			at = next;
			if (scalar_equal(at, scalar_any()))
				break;
		}
		cr_assert_lt(moves, 8 * 20 + 64);
	}
}
