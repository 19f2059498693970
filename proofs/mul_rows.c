/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tnum_mul at 64 bits, by induction over the rows that its loops add up: the
 * accumulator holds the sum so far. The sums are the product's by
 * product_splits_into_rows, once for each bit of an operand; proofs/README.md
 * puts the pieces together.
 */
#include "theorem.h"
#include "tnum_mul.h"

/* Any tnum that holds x. */
ALWAYS_INLINE struct tnum any_tnum_of(uint64_t x)
{
	return tnum_make(x, any_word());
}

/* What is the row's part of a bit of x: y there, or nothing. */
#define PART(x, bit, y) ((x) & (bit) ? (y) : 0)

THEOREM(product_splits_into_rows, "include/tnum_mul.h", "tnum_mul_longhand")
{
	uint64_t rest = any_word(), part = any_word(), y = any_word(), x = opaque(rest + part);
	CLAIM(x * y == rest * y + part * y);
	QED;
}

THEOREM(a_bit_is_a_part, "include/tnum_mul.h", "tnum_mul_longhand")
{
	uint64_t x = any_word(), bit = any_bit();
	ASSUME(x & bit);
	CLAIM(opaque(x ^ bit) + bit == x);
	QED;
}

/* The certain product, with the rows of both kinds. */
THEOREM(product_splits_at_the_certain_one, "include/tnum_mul.h", "tnum_mul_certain_first")
{
	uint64_t u = any_word(), v = any_word(), more_u = any_word(), more_v = any_word();
	uint64_t x = opaque(u + more_u), y = opaque(v + more_v);
	CLAIM(x * y == u * v + u * more_v + more_u * y);
	QED;
}

THEOREM(tnum_add_row_keeps_both_sums, "include/tnum_mul.h", "tnum_add_row")
{
	struct tnum row = any_tnum();
	uint64_t sum = any_word(), mask = any_word(), y = any_member(row), bit = any_bit();
	struct tnum_sums s = {(sum & ~mask) | (any_word() & mask), any_word(), mask, any_word()};
	struct tnum_sums t = tnum_add_row(s, bit, row, any_word());
	struct tnum after = of(tnum_of_sums(t));
	CLAIM(opaque(t.least) == s.least);
	CLAIM(is_tnum(after));
	CLAIM(tnum_contains(after, sum));
	CLAIM(tnum_contains(after, sum + y * bit));
	QED;
}

/* The bits it notes differ between the least sum and the one with that row, or the greatest and the one without. */
THEOREM(tnum_add_row_notes_what_differs, "include/tnum_mul.h", "tnum_add_row")
{
	struct tnum row = any_tnum();
	uint64_t bit = any_bit(), top = any_word(), at = any_bit();
	struct tnum_sums s = {any_word(), any_word(), any_word(), any_word()}, t = tnum_add_row(s, bit, row, top);
	ASSUME(opaque(t.seen) & at & ~s.seen);
	CLAIM(((s.least ^ (s.least + row.value * bit)) & at) || ((s.most ^ (s.most - top * bit)) & at));
	QED;
}

THEOREM(tnum_case_covers_all_members, "include/tnum_mul.h", "tnum_case")
{
	struct tnum a = any_tnum(), zero = of(tnum_case(a, false)), one = of(tnum_case(a, true));
	uint64_t x = any_member(a);
	CLAIM(is_tnum(zero) && is_tnum(one));
	CLAIM(tnum_contains(zero, x) || tnum_contains(one, x));
	QED;
}

THEOREM(tnum_longhand_row_is_sound, "include/tnum_mul.h", "tnum_longhand_row")
{
	struct tnum a = any_tnum(), b = any_tnum();
	uint64_t sum = any_word(), x = any_member(a), y = any_member(b), bit = any_bit();
	ASSUME((a.value | a.mask) & bit);
	struct tnum after = of(tnum_longhand_row(any_tnum_of(sum), a, b, bit));
	CLAIM(is_tnum(after));
	CLAIM(tnum_contains(after, sum + PART(x, bit, y * bit)));
	QED;
}

/* What is left of x's row once the certain product has its part of it: unknown bits of y where x's bit is known, else
 * all of y or nothing. */
THEOREM(tnum_uncertain_row_is_sound, "include/tnum_mul.h", "tnum_uncertain_row")
{
	struct tnum a = any_tnum(), b = any_tnum();
	uint64_t sum = any_word(), x = any_member(a), y = any_member(b), bit = any_bit();
	ASSUME((a.value | a.mask) & bit);
	struct tnum after = of(tnum_uncertain_row(any_tnum_of(sum), a, b, bit));
	CLAIM(is_tnum(after));
	CLAIM(tnum_contains(after, sum + (PART(x, bit, y) - PART(a.value, bit, b.value)) * bit));
	QED;
}

/* The certain product and that rest are the row. */
THEOREM(tnum_uncertain_row_completes_the_row, "include/tnum_mul.h", "tnum_mul_certain_last")
{
	uint64_t u = any_word(), v = any_word(), x = any_word(), y = any_word(), bit = any_bit();
	uint64_t certain = any_word(), rest = any_word(), whole = certain + rest;
	uint64_t known = opaque(certain + PART(u, bit, v) * bit);
	uint64_t other = opaque(rest + (PART(x, bit, y) - PART(u, bit, v)) * bit);
	CLAIM(known + other == whole + PART(x, bit, y) * bit);
	QED;
}

#ifndef __bpf__
/* Products of two arbitrary words of 64 bits are too much for the prover: these hold as far as they were tried. */
TRIED(tnum_mul_high_is_exact, "include/tnum_mul.h", "tnum_mul_high")
{
	uint64_t x = any_word(), y = any_word();
	CLAIM(tnum_mul_high(x, y) == (uint64_t)((unsigned __int128)x * y >> 64));
	QED;
}

#define PRODUCT(name, product)                                 \
	TRIED(name##_is_sound, "include/tnum_mul.h", #name)    \
	{                                                      \
		struct tnum a = any_tnum(), b = any_tnum();    \
		uint64_t x = any_member(a), y = any_member(b); \
		struct tnum c = product;                       \
		CLAIM(is_tnum(c));                             \
		CLAIM(tnum_contains(c, x *y));                 \
		QED;                                           \
	}
PRODUCT(tnum_mul_certain_first, tnum_of_sums(tnum_mul_certain_first(a, b)))
PRODUCT(tnum_mul_range, tnum_mul_range(a, b))
PRODUCT(tnum_mul_cases, tnum_mul_cases(a, b))
PRODUCT(tnum_mul_longhand, tnum_mul_longhand(a, b))
PRODUCT(tnum_mul_certain_last, tnum_mul_certain_last(a, b))
PRODUCT(tnum_mul, tnum_mul(a, b))
#endif
