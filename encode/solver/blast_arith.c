/* SPDX-License-Identifier: BSD-2-Clause */
/* Circuits: ripple-carry sums, shift-and-add products, restoring division, barrel shifters. */
#include <string.h>

#include "blast.h"

void blast_add(struct aig *g, const bit *x, const bit *y, bit carry, unsigned n, bit *out)
{
	for (unsigned i = 0; i < n; i++) {
		bit half = aig_xor(g, x[i], y[i]);
		out[i] = aig_xor(g, half, carry);
		carry = aig_or(g, aig_and(g, x[i], y[i]), aig_and(g, half, carry));
	}
}

static void invert(const bit *x, unsigned n, bit *out)
{
	for (unsigned i = 0; i < n; i++)
		out[i] = bit_not(x[i]);
}

void blast_neg(struct aig *g, const bit *x, unsigned n, bit *out)
{
	bit inverse[64], zero[64] = {BIT_FALSE};
	invert(x, n, inverse);
	blast_add(g, inverse, zero, BIT_TRUE, n, out);
}

void blast_mul(struct aig *g, const bit *x, const bit *y, unsigned n, bit *out)
{
	bit sum[64] = {BIT_FALSE};
	for (unsigned i = 0; i < n; i++) {
		bit part[64] = {BIT_FALSE}, next[64];
		if (y[i] == BIT_FALSE)
			continue;
		for (unsigned k = i; k < n; k++)
			part[k] = aig_and(g, x[k - i], y[i]);
		blast_add(g, sum, part, BIT_FALSE, n, next);
		memcpy(sum, next, n * sizeof *sum);
	}
	memcpy(out, sum, n * sizeof *out);
}

bit blast_less(struct aig *g, const bit *x, const bit *y, unsigned n)
{
	bit less = BIT_FALSE;
	for (unsigned i = 0; i < n; i++)
		less = aig_ite(g, aig_xor(g, x[i], y[i]), y[i], less);
	return less;
}

bit blast_equal(struct aig *g, const bit *x, const bit *y, unsigned n)
{
	bit all = BIT_TRUE;
	for (unsigned i = 0; i < n; i++)
		all = aig_and(g, all, bit_not(aig_xor(g, x[i], y[i])));
	return all;
}

static void choose(struct aig *g, bit c, const bit *x, const bit *y, unsigned n, bit *out)
{
	for (unsigned i = 0; i < n; i++)
		out[i] = aig_ite(g, c, x[i], y[i]);
}

void blast_divide(struct aig *g, const bit *x, const bit *y, unsigned n, bit *quotient, bit *rest)
{
	bit left[65] = {BIT_FALSE}, wide[65], inverse[65];
	memcpy(wide, y, n * sizeof *wide);
	wide[n] = BIT_FALSE;
	invert(wide, n + 1, inverse);
	for (unsigned i = n; i-- > 0;) {
		bit next[65], less[65];
		next[0] = x[i];
		memcpy(next + 1, left, n * sizeof *next);
		bit fits = bit_not(blast_less(g, next, wide, n + 1));
		blast_add(g, next, inverse, BIT_TRUE, n + 1, less);
		choose(g, fits, less, next, n + 1, left);
		if (quotient)
			quotient[i] = fits;
	}
	if (rest)
		memcpy(rest, left, n * sizeof *rest);
}

static void magnitude(struct aig *g, const bit *x, unsigned n, bit *out)
{
	bit minus[64];
	blast_neg(g, x, n, minus);
	choose(g, x[n - 1], minus, x, n, out);
}

static void with_sign(struct aig *g, bit negative, const bit *x, unsigned n, bit *out)
{
	bit minus[64];
	blast_neg(g, x, n, minus);
	choose(g, negative, minus, x, n, out);
}

void blast_divide_signed(struct aig *g, const bit *x, const bit *y, unsigned n, bit *quotient, bit *rest)
{
	bit a[64], b[64], q[64], r[64];
	magnitude(g, x, n, a);
	magnitude(g, y, n, b);
	blast_divide(g, a, b, n, q, r);
	if (quotient)
		with_sign(g, aig_xor(g, x[n - 1], y[n - 1]), q, n, quotient);
	if (rest)
		with_sign(g, x[n - 1], r, n, rest);
}

void blast_shift(struct aig *g, enum blast_shift kind, const bit *x, const bit *by, unsigned n, bit *out)
{
	bit fill = kind == BLAST_ARITHMETIC ? x[n - 1] : BIT_FALSE, now[64], next[64], far = BIT_FALSE;
	memcpy(now, x, n * sizeof *now);
	for (unsigned s = 0; s < n; s++) {
		unsigned distance = s < 6 ? 1u << s : 64;
		if (distance >= n) {
			far = aig_or(g, far, by[s]);
			continue;
		}
		for (unsigned i = 0; i < n; i++) {
			bool inside = kind == BLAST_LEFT ? i >= distance : i + distance < n;
			bit from = !inside ? fill : kind == BLAST_LEFT ? now[i - distance] : now[i + distance];
			next[i] = aig_ite(g, by[s], from, now[i]);
		}
		memcpy(now, next, n * sizeof *now);
	}
	for (unsigned i = 0; i < n; i++)
		out[i] = aig_ite(g, far, fill, now[i]);
}
