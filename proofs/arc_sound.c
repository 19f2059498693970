/* SPDX-License-Identifier: BSD-2-Clause */
/* Arcs hold every result of words on their operands. */
#include "scalars.h"

THEOREM(arc_of_is_exact, "include/arc.h", "arc_of")
{
	struct range r = any_range();
	struct arc a = arc_of_words(arc_of(r));
	uint64_t x = any_word();
	CLAIM(is_on(a, x) == is_in(r, x));
	QED;
}

THEOREM(arc_unsigned_is_sound, "include/arc.h", "arc_unsigned")
{
	unsigned bits = any_below(64) + 1;
	uint64_t x = any_word();
	struct arc a = any_arc_of(x);
	struct range r = range_of(arc_unsigned(a, bits));
	CLAIM(is_in(r, x & (~0ull >> (64 - bits))));
	QED;
}

THEOREM(arc_neg_is_exact, "include/arc.h", "arc_neg")
{
	struct arc a = {any_word(), any_word()}, c = arc_of_words(arc_neg(a));
	uint64_t x = any_word();
	CLAIM(is_on(a, x) == is_on(c, -x));
	QED;
}

THEOREM(arc_add_is_sound, "include/arc.h", "arc_add")
{
	uint64_t d = any_word(), e = any_word();
	struct arc a = {any_word(), any_word()}, b = {any_word(), any_word()}, c;
	ASSUME(d <= a.width && e <= b.width);
	c = arc_of_words(arc_add(a, b));
	uint64_t x = opaque(a.start + d), y = opaque(b.start + e);
	CLAIM(is_on(c, x + y));
	QED;
}

/* Of words of one sign, as all that follow. */
THEOREM(arc_sizes_is_sound, "include/arc.h", "arc_sizes")
{
	uint64_t x = any_word();
	struct arc a = any_side_of(x);
	struct range r = range_of(arc_sizes(a));
	CLAIM(is_in(r, arc_is_negative(a) ? -x : x));
	CLAIM(r.lo <= r.hi && r.hi <= SCALAR_SIGN);
	QED;
}

THEOREM(arc_with_sign_is_sound, "include/arc.h", "arc_with_sign")
{
	uint64_t size = any_word();
	struct range r = any_range_of(size);
	bool negative = any_below(2);
	struct arc a = arc_of_words(arc_with_sign(r, negative));
	CLAIM(is_on(a, negative ? -size : size));
	QED;
}

#define SHIFT(STATE, name, result)                                           \
	STATE(name##_is_sound, "include/arc.h", #name)                       \
	{                                                                    \
		uint64_t x = any_word();                                     \
		unsigned n = any_below(64);                                  \
		struct arc a = any_side_of(x), c = arc_of_words(name(a, n)); \
		CLAIM(is_on(c, result));                                     \
		QED;                                                         \
	}
SHIFT(THEOREM, arc_rsh, x >> n)

THEOREM(arc_arsh_is_sound, "include/arc.h", "arc_arsh")
{
	unsigned n = any_below(64);
	uint64_t lo = any_word(), x = any_word(), hi = any_word();
	ASSUME((int64_t)lo <= (int64_t)x && (int64_t)x <= (int64_t)hi && (lo >> 63) == (hi >> 63));
	struct arc a = {lo, hi - lo}, c = arc_of_words(arc_arsh(a, n));
	CLAIM(is_on(c, (uint64_t)((int64_t)x >> n)));
	QED;
}

#ifndef __bpf__
/* Too much for the prover: for any number of bits (scalar_of_arc_is_sound has 32 and 64), and products and quotients of
 * two arbitrary words of 64 bits. */
TRIED(arc_signed_is_sound, "include/arc.h", "arc_signed")
{
	unsigned bits = any_below(64) + 1;
	uint64_t x = any_word();
	struct arc a = any_arc_of(x);
	struct srange r = srange_of(arc_signed(a, bits));
	CLAIM(is_in_signed(r, (int64_t)(x << (64 - bits)) >> (64 - bits)));
	QED;
}

SHIFT(TRIED, arc_lsh, x << n)

#define RANGES(name, file, make, result)                 \
	TRIED(name##_is_sound, file, #name)              \
	{                                                \
		uint64_t x = any_word(), y = any_word(); \
		struct range a = any_range_of(x);        \
		struct range b = any_range_of(y);        \
		CLAIM(is_on(make(name(a, b)), result));  \
		QED;                                     \
	}
#define SAME(a) (a)
RANGES(arc_mul_ranges, "include/arc.h", SAME, x *y)
RANGES(range_div, "include/range.h", arc_of, y ? x / y : 0)
RANGES(range_mod, "include/range.h", arc_of, y ? x % y : x)

static uint64_t signed_quotient(uint64_t x, uint64_t y)
{
	if (!y)
		return 0;
	return y == ~0ull ? -x : (uint64_t)((int64_t)x / (int64_t)y);
}

static uint64_t signed_remainder(uint64_t x, uint64_t y)
{
	if (!y)
		return x;
	return y == ~0ull ? 0 : (uint64_t)((int64_t)x % (int64_t)y);
}

#define SIDES(name, result)                              \
	TRIED(name##_is_sound, "include/arc.h", #name)   \
	{                                                \
		uint64_t x = any_word(), y = any_word(); \
		struct arc a = any_side_of(x);           \
		struct arc b = any_side_of(y);           \
		CLAIM(is_on(name(a, b), result));        \
		QED;                                     \
	}
SIDES(arc_mul, x *y)
SIDES(arc_sdiv, signed_quotient(x, y))
SIDES(arc_smod, signed_remainder(x, y))
#endif
