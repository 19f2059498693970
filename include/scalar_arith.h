/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * BPF's arithmetic (RFC 9669, section 4) on scalars. Each operator is stated once, on arcs of words of one sign and on
 * tnums; the forms on low halves and the 32-bit ones follow. The result holds op(x, y) for every x of a and y of b.
 */
#ifndef SCALAR_ARITH_H
#define SCALAR_ARITH_H

#include "scalar_set.h"

enum scalar_operator {
	SCALAR_ADD,
	SCALAR_SUB,
	SCALAR_MUL,
	SCALAR_DIV,
	SCALAR_MOD,
	SCALAR_SDIV,
	SCALAR_SMOD,
	SCALAR_AND,
	SCALAR_OR,
	SCALAR_XOR,
	SCALAR_LSH,
	SCALAR_RSH,
	SCALAR_ARSH,
};

static inline struct range scalar_arc_range(struct arc a)
{
	return (struct range){a.start, a.start + a.width};
}

/* a op b for words of one sign each. */
static inline struct arc scalar_apply_arcs(enum scalar_operator op, struct arc a, struct arc b)
{
	struct range x = scalar_arc_range(a), y = scalar_arc_range(b);
	switch (op) {
	case SCALAR_ADD:
		return arc_add(a, b);
	case SCALAR_SUB:
		return arc_add(a, arc_neg(b));
	case SCALAR_MUL:
		return arc_mul(a, b);
	case SCALAR_DIV:
		return arc_of(range_div(x, y));
	case SCALAR_MOD:
		return arc_of(range_mod(x, y));
	case SCALAR_SDIV:
		return arc_sdiv(a, b);
	case SCALAR_SMOD:
		return arc_smod(a, b);
	case SCALAR_AND:
		return arc_of(range_and(x, y));
	case SCALAR_OR:
		return arc_of(range_or(x, y));
	case SCALAR_XOR:
		return arc_of(range_xor(x, y));
	case SCALAR_LSH:
	case SCALAR_RSH:
	case SCALAR_ARSH:
		break;
	}
	return arc_full();
}

static inline struct arc scalar_shift_arc(enum scalar_operator op, struct arc a, unsigned n)
{
	return op == SCALAR_LSH ? arc_lsh(a, n) : op == SCALAR_RSH ? arc_rsh(a, n) : arc_arsh(a, n);
}

static inline struct tnum scalar_shift_tnum(enum scalar_operator op, struct tnum a, unsigned n)
{
	return op == SCALAR_LSH ? tnum_shl(a, n) : op == SCALAR_RSH ? tnum_shr(a, n) : tnum_sar(a, n);
}

/* Division by a constant power of two is a shift, of signed words where they are not negative. */
static inline struct tnum scalar_divide_bits(enum scalar_operator op, struct tnum a, struct tnum b)
{
	bool power = tnum_is_const(b) && b.value && !(b.value & (b.value - 1));
	if (!power || (op == SCALAR_SDIV && (a.value | a.mask | b.value) >> 63))
		return tnum_unknown(64);
	return tnum_shr(a, (unsigned)__builtin_ctzll(b.value));
}

/* x - q * y, or x: where y has zeros at its low end, these bits are x's. */
static inline struct tnum scalar_modulo_bits(struct tnum a, struct tnum b)
{
	uint64_t some = tnum_lowest(b.value | b.mask), low = some - 1;
	return (struct tnum){a.value & low, a.mask | ~low};
}

static inline struct tnum scalar_apply_bits(enum scalar_operator op, struct tnum a, struct tnum b)
{
	switch (op) {
	case SCALAR_ADD:
		return tnum_add(a, b);
	case SCALAR_SUB:
		return tnum_sub(a, b);
	case SCALAR_MUL:
		return tnum_mul(a, b);
	case SCALAR_DIV:
	case SCALAR_SDIV:
		return scalar_divide_bits(op, a, b);
	case SCALAR_MOD:
	case SCALAR_SMOD:
		return scalar_modulo_bits(a, b);
	case SCALAR_AND:
		return tnum_and(a, b);
	case SCALAR_OR:
		return tnum_or(a, b);
	case SCALAR_XOR:
		return tnum_xor(a, b);
	case SCALAR_LSH:
	case SCALAR_RSH:
	case SCALAR_ARSH:
		break;
	}
	return tnum_unknown(64);
}

/* The ranges of a op b, from each pair of signs of the words or of the low halves. */
static inline struct scalar scalar_apply_sides(enum scalar_operator op, struct scalar a, struct scalar b, unsigned bits)
{
	struct scalar r = scalar_none();
	for (unsigned i = 0; i < 4; i++) {
		struct arc x, y;
		if (scalar_side(a, bits, i & 1, &x) && scalar_side(b, bits, i >> 1, &y))
			r = scalar_cover(r, scalar_of_arc(scalar_apply_arcs(op, x, y)));
	}
	return r;
}

/* Low halves of results follow from low halves of operands alone. */
static inline bool scalar_is_modular(enum scalar_operator op)
{
	return op != SCALAR_DIV && op != SCALAR_MOD && op != SCALAR_SDIV && op != SCALAR_SMOD && op != SCALAR_RSH &&
	       op != SCALAR_ARSH;
}

static inline struct scalar scalar_with_low(struct scalar wide, struct scalar low)
{
	struct scalar r = scalar_any();
	r.umin32 = low.umin32, r.umax32 = low.umax32, r.smin32 = low.smin32, r.smax32 = low.smax32;
	return scalar_intersect(wide, r);
}

static inline struct scalar scalar_apply(enum scalar_operator op, struct scalar a, struct scalar b)
{
	if (scalar_is_empty(a) || scalar_is_empty(b))
		return scalar_none();
	struct scalar r = scalar_apply_sides(op, a, b, 64);
	if (scalar_is_modular(op))
		r = scalar_with_low(r, scalar_apply_sides(op, a, b, 32));
	if (!scalar_is_empty(r))
		r.bits = scalar_apply_bits(op, a.bits, b.bits);
	return scalar_synced(r);
}

/* Does some word have the low bits n, of `width` (32 or 64) possible amounts? */
static inline bool scalar_may_shift(struct scalar amount, unsigned n, unsigned width)
{
	uint64_t m = width - 1;
	return !((amount.bits.value ^ n) & ~amount.bits.mask & m) &&
	       ((n - amount.umin) & m) <= amount.umax - amount.umin &&
	       ((n - amount.umin32) & m) <= amount.umax32 - amount.umin32;
}

static inline struct scalar scalar_shift_sides(enum scalar_operator op, struct scalar a, unsigned n, unsigned bits)
{
	struct scalar r = scalar_none();
	struct arc side;
	for (unsigned negative = 0; negative < 2; negative++)
		if (scalar_side(a, bits, negative, &side))
			r = scalar_cover(r, scalar_of_arc(scalar_shift_arc(op, side, n)));
	return r;
}

static inline struct scalar scalar_shift_by(enum scalar_operator op, struct scalar a, unsigned n)
{
	struct scalar r = scalar_shift_sides(op, a, n, 64);
	if (scalar_is_modular(op))
		r = scalar_with_low(r, scalar_shift_sides(op, a, n, 32));
	if (!scalar_is_empty(r))
		r.bits = scalar_shift_tnum(op, a.bits, n);
	return r;
}

/* a shifted by the low bits of `amount`: the join over all amounts below `width` that it has. */
static inline struct scalar scalar_shift(enum scalar_operator op, struct scalar a, struct scalar amount, unsigned width)
{
	struct scalar r = scalar_none();
	if (scalar_is_empty(a) || scalar_is_empty(amount))
		return r;
	for (unsigned n = 0; n < width; n++)
		if (scalar_may_shift(amount, n, width))
			r = scalar_cover(r, scalar_shift_by(op, a, n));
	return scalar_synced(r);
}

/* The low 1 to 63 bits, zero- or sign-extended. The 32-bit view tells of no more than 32 of them. */
static inline struct scalar scalar_extend(struct scalar s, unsigned bits, bool sign)
{
	struct scalar r = scalar_any();
	if (scalar_is_empty(s))
		return scalar_none();
	for (unsigned view = bits > 32 ? 64 : 32; view <= 64; view += 32) {
		struct scalar of_view = scalar_none();
		struct arc side;
		for (unsigned negative = 0; negative < 2; negative++) {
			if (!scalar_side(s, view, negative, &side))
				continue;
			struct srange x = arc_signed(side, bits);
			struct arc low = sign ? (struct arc){(uint64_t)x.lo, (uint64_t)x.hi - (uint64_t)x.lo}
					      : arc_of(arc_unsigned(side, bits));
			of_view = scalar_cover(of_view, scalar_of_arc(low));
		}
		r = scalar_intersect(r, of_view);
	}
	if (!scalar_is_empty(r))
		r.bits = sign ? tnum_sext(s.bits, bits) : tnum_zext(s.bits, bits);
	return scalar_synced(r);
}

static inline struct scalar scalar_zext(struct scalar s, unsigned bits)
{
	return bits == 64 ? s : scalar_extend(s, bits, false);
}

static inline struct scalar scalar_sext(struct scalar s, unsigned bits)
{
	return bits == 64 ? s : scalar_extend(s, bits, true);
}

static inline struct scalar scalar_trunc32(struct scalar s)
{
	return scalar_zext(s, 32);
}

/* The low 16, 32 or 64 bits with their bytes in the other order, zero-extended. */
static inline struct scalar scalar_swap(struct scalar s, unsigned bits)
{
	return scalar_is_empty(s) ? s : scalar_of_bits(tnum_swap(s.bits, bits));
}

static inline struct scalar scalar_add(struct scalar a, struct scalar b)
{
	return scalar_apply(SCALAR_ADD, a, b);
}

static inline struct scalar scalar_sub(struct scalar a, struct scalar b)
{
	return scalar_apply(SCALAR_SUB, a, b);
}

static inline struct scalar scalar_neg(struct scalar a)
{
	return scalar_sub(scalar_const(0), a);
}

static inline struct scalar scalar_mul(struct scalar a, struct scalar b)
{
	return scalar_apply(SCALAR_MUL, a, b);
}

static inline struct scalar scalar_div(struct scalar a, struct scalar b)
{
	return scalar_apply(SCALAR_DIV, a, b);
}

static inline struct scalar scalar_mod(struct scalar a, struct scalar b)
{
	return scalar_apply(SCALAR_MOD, a, b);
}

static inline struct scalar scalar_sdiv(struct scalar a, struct scalar b)
{
	return scalar_apply(SCALAR_SDIV, a, b);
}

static inline struct scalar scalar_smod(struct scalar a, struct scalar b)
{
	return scalar_apply(SCALAR_SMOD, a, b);
}

static inline struct scalar scalar_and(struct scalar a, struct scalar b)
{
	return scalar_apply(SCALAR_AND, a, b);
}

static inline struct scalar scalar_or(struct scalar a, struct scalar b)
{
	return scalar_apply(SCALAR_OR, a, b);
}

static inline struct scalar scalar_xor(struct scalar a, struct scalar b)
{
	return scalar_apply(SCALAR_XOR, a, b);
}

static inline struct scalar scalar_lsh(struct scalar a, struct scalar b)
{
	return scalar_shift(SCALAR_LSH, a, b, 64);
}

static inline struct scalar scalar_rsh(struct scalar a, struct scalar b)
{
	return scalar_shift(SCALAR_RSH, a, b, 64);
}

static inline struct scalar scalar_arsh(struct scalar a, struct scalar b)
{
	return scalar_shift(SCALAR_ARSH, a, b, 64);
}

/* The 32-bit forms: modular ones are the low half of the 64-bit result, the others take extended operands. */
static inline struct scalar scalar_add32(struct scalar a, struct scalar b)
{
	return scalar_trunc32(scalar_add(a, b));
}

static inline struct scalar scalar_sub32(struct scalar a, struct scalar b)
{
	return scalar_trunc32(scalar_sub(a, b));
}

static inline struct scalar scalar_neg32(struct scalar a)
{
	return scalar_trunc32(scalar_neg(a));
}

static inline struct scalar scalar_mul32(struct scalar a, struct scalar b)
{
	return scalar_trunc32(scalar_mul(a, b));
}

static inline struct scalar scalar_div32(struct scalar a, struct scalar b)
{
	return scalar_div(scalar_trunc32(a), scalar_trunc32(b));
}

static inline struct scalar scalar_mod32(struct scalar a, struct scalar b)
{
	return scalar_mod(scalar_trunc32(a), scalar_trunc32(b));
}

static inline struct scalar scalar_sdiv32(struct scalar a, struct scalar b)
{
	return scalar_trunc32(scalar_sdiv(scalar_sext(a, 32), scalar_sext(b, 32)));
}

static inline struct scalar scalar_smod32(struct scalar a, struct scalar b)
{
	return scalar_trunc32(scalar_smod(scalar_sext(a, 32), scalar_sext(b, 32)));
}

static inline struct scalar scalar_and32(struct scalar a, struct scalar b)
{
	return scalar_trunc32(scalar_and(a, b));
}

static inline struct scalar scalar_or32(struct scalar a, struct scalar b)
{
	return scalar_trunc32(scalar_or(a, b));
}

static inline struct scalar scalar_xor32(struct scalar a, struct scalar b)
{
	return scalar_trunc32(scalar_xor(a, b));
}

static inline struct scalar scalar_lsh32(struct scalar a, struct scalar b)
{
	return scalar_trunc32(scalar_shift(SCALAR_LSH, a, b, 32));
}

static inline struct scalar scalar_rsh32(struct scalar a, struct scalar b)
{
	return scalar_shift(SCALAR_RSH, scalar_trunc32(a), b, 32);
}

static inline struct scalar scalar_arsh32(struct scalar a, struct scalar b)
{
	return scalar_trunc32(scalar_shift(SCALAR_ARSH, scalar_sext(a, 32), b, 32));
}
#endif
