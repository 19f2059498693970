/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts of a new term from those of its arguments: known bits and unsigned range. */
#include "pool.h"
#include "tnum_mul.h"

typedef struct fact (*transfer)(const struct node *n, struct fact a, struct fact b, struct fact c);

struct fact fact_const(uint64_t value)
{
	return (struct fact){tnum_const(value), {value, value}};
}

struct fact fact_make(struct tnum bits, struct range range)
{
	struct fact f = {bits, range};
	range_exchange(&f.range, &f.bits);
	range_exchange(&f.range, &f.bits);
	if (tnum_is_const(f.bits) || f.range.lo == f.range.hi)
		return fact_const(f.range.lo);
	return f;
}

static struct tnum cut(struct tnum t, unsigned width)
{
	return (struct tnum){t.value & mask_of(width), t.mask & mask_of(width)};
}

static struct fact of_bits(struct tnum t, unsigned width)
{
	return fact_make(cut(t, width), range_full(width));
}

static struct fact of_range(uint64_t lo, uint64_t hi, unsigned width)
{
	return fact_make(tnum_unknown(width), (struct range){lo, hi});
}

static uint64_t sign_of(unsigned width)
{
	return 1ull << (width - 1);
}

#define TRANSFER(name) static struct fact fact_##name(const struct node *n, struct fact a, struct fact b, struct fact c)
#define UNUSED(...)                                   \
	do {                                          \
		struct fact unused[] = {__VA_ARGS__}; \
		(void)unused;                         \
	} while (0)

TRANSFER(not )
{
	UNUSED(b, c);
	uint64_t m = mask_of(n->width);
	return fact_make(tnum_make(~a.bits.value & m, a.bits.mask), (struct range){m - a.range.hi, m - a.range.lo});
}

TRANSFER(and)
{
	UNUSED(c);
	uint64_t hi = a.range.hi < b.range.hi ? a.range.hi : b.range.hi;
	return fact_make(tnum_and(a.bits, b.bits), (struct range){0, hi & mask_of(n->width)});
}

TRANSFER(or)
{
	UNUSED(c);
	uint64_t lo = a.range.lo > b.range.lo ? a.range.lo : b.range.lo;
	return fact_make(tnum_or(a.bits, b.bits), (struct range){lo, mask_of(n->width)});
}

TRANSFER(xor)
{
	UNUSED(c);
	return of_bits(tnum_xor(a.bits, b.bits), n->width);
}

TRANSFER(neg)
{
	UNUSED(b, c);
	struct range r = range_full(n->width);
	if (a.range.lo > 0)
		r = (struct range){r.hi - a.range.hi + 1, r.hi - a.range.lo + 1};
	return fact_make(cut(tnum_sub(tnum_const(0), a.bits), n->width), r);
}

/* Both ends of the sum wrap, or neither does: the order is kept. */
TRANSFER(add)
{
	UNUSED(c);
	uint64_t m = mask_of(n->width);
	bool lo_wraps = a.range.lo > m - b.range.lo, hi_wraps = a.range.hi > m - b.range.hi;
	struct range r = range_full(n->width);
	if (lo_wraps == hi_wraps)
		r = (struct range){(a.range.lo + b.range.lo) & m, (a.range.hi + b.range.hi) & m};
	return fact_make(cut(tnum_add(a.bits, b.bits), n->width), r);
}

TRANSFER(mul)
{
	UNUSED(c);
	uint64_t hi;
	struct range r = range_full(n->width);
	if (!__builtin_mul_overflow(a.range.hi, b.range.hi, &hi) && hi <= r.hi)
		r = (struct range){a.range.lo * b.range.lo, hi};
	return fact_make(cut(tnum_mul(a.bits, b.bits), n->width), r);
}

TRANSFER(udiv)
{
	UNUSED(c);
	uint64_t m = mask_of(n->width), lo = b.range.hi ? a.range.lo / b.range.hi : m;
	return of_range(lo, b.range.lo ? a.range.hi / b.range.lo : m, n->width);
}

TRANSFER(urem)
{
	UNUSED(c);
	uint64_t hi = a.range.hi;
	if (b.range.lo > 0 && b.range.hi - 1 < hi)
		hi = b.range.hi - 1;
	return of_range(0, hi, n->width);
}

TRANSFER(sdiv)
{
	UNUSED(a, b, c);
	return of_bits(tnum_unknown(n->width), n->width);
}

/* The sign is the dividend's. */
TRANSFER(srem)
{
	UNUSED(b, c);
	bool positive = a.range.hi < sign_of(n->width);
	return of_range(0, positive ? a.range.hi : mask_of(n->width), n->width);
}

TRANSFER(shl)
{
	UNUSED(c);
	unsigned w = n->width;
	if (b.range.lo >= w)
		return fact_const(0);
	unsigned zeros = (unsigned)b.range.lo;
	struct range r = range_full(w);
	if (b.range.hi < w && a.range.hi <= r.hi >> b.range.hi)
		r = (struct range){a.range.lo << b.range.lo, a.range.hi << b.range.hi};
	if (a.bits.value | a.bits.mask)
		zeros += (unsigned)__builtin_ctzll(a.bits.value | a.bits.mask);
	return fact_make(zeros < w ? cut(tnum_shl(tnum_unknown(w), zeros), w) : tnum_const(0), r);
}

static uint64_t shift_right(uint64_t x, uint64_t n)
{
	return n < 64 ? x >> n : 0;
}

TRANSFER(lshr)
{
	UNUSED(c);
	return of_range(shift_right(a.range.lo, b.range.hi), shift_right(a.range.hi, b.range.lo), n->width);
}

TRANSFER(ashr)
{
	if (a.range.hi < sign_of(n->width))
		return fact_lshr(n, a, b, c);
	return of_range(a.range.lo >= sign_of(n->width) ? a.range.lo : 0, mask_of(n->width), n->width);
}

TRANSFER(eq)
{
	UNUSED(c);
	uint64_t known = ~(a.bits.mask | b.bits.mask);
	if (range_disjoint(a.range, b.range) || ((a.bits.value ^ b.bits.value) & known))
		return fact_const(0);
	return of_bits(tnum_unknown(n->width), n->width);
}

static struct fact less(struct range a, struct range b)
{
	if (a.hi < b.lo)
		return fact_const(1);
	return a.lo >= b.hi ? fact_const(0) : of_range(0, 1, 1);
}

TRANSFER(ult)
{
	UNUSED(c);
	(void)n;
	return less(a.range, b.range);
}

/* Signed bounds plus 2^63: order-preserving as unsigned numbers. The facts are sign-extended by their width, which
 * known bits allow where a range that holds both signs does not. */
static struct range signed_range(struct fact f, unsigned width)
{
	uint64_t s = sign_of(width);
	uint64_t lo = f.bits.value | (f.bits.mask & s), hi = (f.bits.value | f.bits.mask) & ~(f.bits.mask & s);
	struct range r = {lo ^ s, hi ^ s};
	if ((f.range.lo & s) != (f.range.hi & s))
		return r;
	if ((f.range.lo ^ s) > r.lo)
		r.lo = f.range.lo ^ s;
	if ((f.range.hi ^ s) < r.hi)
		r.hi = f.range.hi ^ s;
	return r;
}

TRANSFER(ite)
{
	UNUSED(a);
	(void)n;
	return fact_make(tnum_join(b.bits, c.bits), range_join(b.range, c.range));
}

TRANSFER(extract)
{
	UNUSED(b, c);
	struct range r = range_full(n->width);
	if (n->hi == 63 || a.range.lo >> (n->hi + 1) == a.range.hi >> (n->hi + 1))
		r = (struct range){(a.range.lo >> n->lo) & r.hi, (a.range.hi >> n->lo) & r.hi};
	return fact_make(cut(tnum_shr(a.bits, n->lo), n->width), r);
}

TRANSFER(zext)
{
	UNUSED(b, c);
	(void)n;
	return a;
}

static const transfer transfers[TERM_KIND_COUNT] = {
    [TERM_NOT] = fact_not,   [TERM_AND] = fact_and,         [TERM_OR] = fact_or,     [TERM_XOR] = fact_xor,
    [TERM_NEG] = fact_neg,   [TERM_ADD] = fact_add,         [TERM_MUL] = fact_mul,   [TERM_UDIV] = fact_udiv,
    [TERM_UREM] = fact_urem, [TERM_SDIV] = fact_sdiv,       [TERM_SREM] = fact_srem, [TERM_SHL] = fact_shl,
    [TERM_LSHR] = fact_lshr, [TERM_ASHR] = fact_ashr,       [TERM_EQ] = fact_eq,     [TERM_ULT] = fact_ult,
    [TERM_ITE] = fact_ite,   [TERM_EXTRACT] = fact_extract, [TERM_ZEXT] = fact_zext,
};

/* The three kinds whose facts need the arguments' widths. */
static struct fact fact_concat(const struct fact *hi, const struct fact *lo, unsigned low)
{
	struct tnum t = tnum_shl(hi->bits, low);
	return fact_make((struct tnum){t.value | lo->bits.value, t.mask | lo->bits.mask},
			 (struct range){hi->range.lo << low | lo->range.lo, hi->range.hi << low | lo->range.hi});
}

static uint64_t extend(uint64_t x, unsigned from, unsigned to)
{
	return ((x ^ sign_of(from)) - sign_of(from)) & mask_of(to);
}

static struct fact fact_sext(const struct fact *a, unsigned from, unsigned to)
{
	struct range r = range_full(to);
	if ((a->range.lo & sign_of(from)) == (a->range.hi & sign_of(from)))
		r = (struct range){extend(a->range.lo, from, to), extend(a->range.hi, from, to)};
	return fact_make((struct tnum){extend(a->bits.value, from, to) & ~extend(a->bits.mask, from, to),
				       extend(a->bits.mask, from, to)},
			 r);
}

struct fact fact_compute(const struct term_pool *p, const struct node *n)
{
	const struct fact *a = fact_of(p, n->a), *b = fact_of(p, n->b), *c = fact_of(p, n->c);
	unsigned w = width_of(p, n->a);
	if (n->kind == TERM_CONCAT)
		return fact_concat(a, b, width_of(p, n->b));
	if (n->kind == TERM_SEXT)
		return fact_sext(a, w, n->width);
	if (n->kind == TERM_SLT)
		return less(signed_range(*a, w), signed_range(*b, w));
	return transfers[n->kind](n, *a, *b, *c);
}
