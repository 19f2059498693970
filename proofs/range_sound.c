/* SPDX-License-Identifier: BSD-2-Clause */
/* Ranges hold every result of members of their operands, and are exchanged with known bits without losing a member. */
#include "ranges.h"

THEOREM(range_join_is_sound, "include/range.h", "range_join")
{
	struct range a = any_range(), b = any_range(), c = range_of(range_join(a, b));
	uint64_t x = any_word();
	ASSUME(is_in(a, x) || is_in(b, x));
	CLAIM(is_in(c, x));
	QED;
}

THEOREM(range_meet_is_exact, "include/range.h", "range_meet")
{
	struct range a = any_range(), b = any_range(), c = range_of(range_meet(a, b));
	uint64_t x = any_word();
	CLAIM(is_in(c, x) == (is_in(a, x) && is_in(b, x)));
	QED;
}

THEOREM(srange_join_is_sound, "include/range.h", "srange_join")
{
	struct srange a = any_srange(), b = any_srange(), c = srange_of(srange_join(a, b));
	int64_t x = (int64_t)any_word();
	ASSUME(is_in_signed(a, x) || is_in_signed(b, x));
	CLAIM(is_in_signed(c, x));
	QED;
}

THEOREM(srange_meet_is_exact, "include/range.h", "srange_meet")
{
	struct srange a = any_srange(), b = any_srange(), c = srange_of(srange_meet(a, b));
	int64_t x = (int64_t)any_word();
	CLAIM(is_in_signed(c, x) == (is_in_signed(a, x) && is_in_signed(b, x)));
	QED;
}

THEOREM(range_disjoint_is_exact, "include/range.h", "range_disjoint")
{
	struct range a = any_range(), b = any_range(), both = range_of(range_meet(a, b));
	CLAIM(range_disjoint(a, b) == (both.lo > both.hi));
	QED;
}

THEOREM(range_exchange_is_sound, "include/range.h", "range_exchange")
{
	struct range r = any_range();
	struct tnum t = any_tnum();
	uint64_t x = any_member(t);
	ASSUME(is_in(r, x));
	range_exchange(&r, &t);
	r = range_of(r);
	t = of(t);
	CLAIM(is_tnum(t));
	CLAIM(is_in(r, x));
	CLAIM(tnum_contains(t, x));
	QED;
}

THEOREM(range_tighten_is_sound, "include/range.h", "range_tighten")
{
	struct range r = any_range();
	struct tnum t = any_tnum();
	uint64_t x = any_member(t);
	ASSUME(is_in(r, x));
	CLAIM(range_tighten(&r, &t));
	r = range_of(r);
	t = of(t);
	CLAIM(is_tnum(t));
	CLAIM(is_in(r, x));
	CLAIM(tnum_contains(t, x));
	QED;
}

/* Its ends are members of both, so that no smaller range would do. */
THEOREM(range_tighten_is_best, "include/range.h", "range_tighten")
{
	struct range r = any_range(), old = r;
	struct tnum t = any_tnum(), was = t;
	ASSUME(range_tighten(&r, &t));
	r = range_of(r);
	CLAIM(is_in(old, r.lo) && is_in(old, r.hi));
	CLAIM(tnum_contains(was, r.lo) && tnum_contains(was, r.hi));
	QED;
}

THEOREM(range_not_is_exact, "include/range.h", "range_not")
{
	struct range a = any_range(), c = range_of(range_not(a));
	uint64_t x = any_word();
	CLAIM(is_in(a, x) == is_in(c, ~x));
	QED;
}

#ifndef __bpf__
/* The loops as a whole are too much for the prover: range_loops.c proves their rounds. */
#define BITWISE(name, operation)                         \
	TRIED(name##_is_sound, "include/range.h", #name) \
	{                                                \
		struct range a = any_range();            \
		struct range b = any_range();            \
		uint64_t x = any_word(), y = any_word(); \
		struct range c = range_of(name(a, b));   \
		ASSUME(is_in(a, x) && is_in(b, y));      \
		CLAIM(is_in(c, x operation y));          \
		QED;                                     \
	}
BITWISE(range_or, |)
BITWISE(range_and, &)
BITWISE(range_xor, ^)
#endif
