/* SPDX-License-Identifier: BSD-2-Clause */
#include "blast.h"

#include <stdlib.h>
#include <string.h>

#include "fault.h"

#define ROOM 8192 /* bits */

static bit *cut(struct blast *b, unsigned n)
{
	if (b->left < n) {
		b->rooms = fault_realloc(b->rooms, b->n_rooms + 1, sizeof *b->rooms);
		b->room = b->rooms[b->n_rooms++] = fault_calloc(ROOM, sizeof *b->room);
		b->left = ROOM;
	}
	bit *v = b->room;
	b->room += n;
	b->left -= n;
	return v;
}

static void blast_bitwise(struct blast *b, enum term_kind kind, const bit *x, const bit *y, unsigned n, bit *out)
{
	for (unsigned i = 0; i < n; i++)
		out[i] = kind == TERM_AND  ? aig_and(&b->g, x[i], y[i])
			 : kind == TERM_OR ? aig_or(&b->g, x[i], y[i])
					   : aig_xor(&b->g, x[i], y[i]);
}

/* Signed: the unsigned order with the sign bits turned. */
static bit less_signed(struct blast *b, const bit *x, const bit *y, unsigned n)
{
	bit u[64], v[64];
	memcpy(u, x, n * sizeof *u);
	memcpy(v, y, n * sizeof *v);
	u[n - 1] = bit_not(u[n - 1]);
	v[n - 1] = bit_not(v[n - 1]);
	return blast_less(&b->g, u, v, n);
}

/* Of two arguments of m bits; the result has n. */
static void blast_binary(struct blast *b, enum term_kind kind, const bit *x, const bit *y, unsigned m, unsigned n,
			 bit *out)
{
	struct aig *g = &b->g;
	switch ((int)kind) {
	case TERM_AND:
	case TERM_OR:
	case TERM_XOR:
		blast_bitwise(b, kind, x, y, n, out);
		return;
	case TERM_ADD:
		blast_add(g, x, y, BIT_FALSE, n, out);
		return;
	case TERM_MUL:
		blast_mul(g, x, y, n, out);
		return;
	case TERM_UDIV:
		blast_divide(g, x, y, n, out, NULL);
		return;
	case TERM_UREM:
		blast_divide(g, x, y, n, NULL, out);
		return;
	case TERM_SDIV:
		blast_divide_signed(g, x, y, n, out, NULL);
		return;
	case TERM_SREM:
		blast_divide_signed(g, x, y, n, NULL, out);
		return;
	case TERM_SHL:
		blast_shift(g, BLAST_LEFT, x, y, n, out);
		return;
	case TERM_LSHR:
		blast_shift(g, BLAST_RIGHT, x, y, n, out);
		return;
	case TERM_ASHR:
		blast_shift(g, BLAST_ARITHMETIC, x, y, n, out);
		return;
	case TERM_EQ:
		*out = blast_equal(g, x, y, m);
		return;
	case TERM_ULT:
		*out = blast_less(g, x, y, m);
		return;
	case TERM_SLT:
		*out = less_signed(b, x, y, m);
		return;
	default:
		FAULT_STOP("a term has a kind %d that bit-blasting is not told about", (int)kind);
	}
}

static void blast_const(const struct blast *b, term t, unsigned n, bit *out)
{
	uint64_t value = 0;
	term_is_const(b->pool, t, &value);
	for (unsigned i = 0; i < n; i++)
		out[i] = value >> i & 1 ? BIT_TRUE : BIT_FALSE;
}

static void blast_unary(struct blast *b, term t, enum term_kind kind, unsigned n, bit *out)
{
	unsigned m = term_width(b->pool, term_arg(b->pool, t, 0));
	const bit *x = b->bits[term_arg(b->pool, t, 0)];
	if (kind == TERM_NEG) {
		blast_neg(&b->g, x, n, out);
		return;
	}
	unsigned low = kind == TERM_EXTRACT ? term_lo(b->pool, t) : 0;
	bit above = kind == TERM_SEXT ? x[m - 1] : BIT_FALSE;
	for (unsigned i = 0; i < n; i++) {
		bit from = low + i < m ? x[low + i] : above;
		out[i] = kind == TERM_NOT ? bit_not(from) : from;
	}
}

static void blast_term(struct blast *b, term t)
{
	enum term_kind kind = term_kind(b->pool, t);
	unsigned n = term_width(b->pool, t);
	bit *out = b->bits[t] = cut(b, n);
	if (kind == TERM_CONST) {
		blast_const(b, t, n, out);
		return;
	}
	if (kind == TERM_APPLY) {
		for (unsigned i = 0; i < n; i++)
			out[i] = aig_input(&b->g);
		return;
	}
	if (term_arity(b->pool, t) == 1) {
		blast_unary(b, t, kind, n, out);
		return;
	}
	term args[3] = {term_arg(b->pool, t, 0), term_arg(b->pool, t, 1)};
	const bit *x = b->bits[args[0]], *y = b->bits[args[1]];
	if (kind == TERM_ITE) {
		const bit *z = b->bits[term_arg(b->pool, t, 2)];
		for (unsigned i = 0; i < n; i++)
			out[i] = aig_ite(&b->g, *x, y[i], z[i]);
	} else if (kind == TERM_CONCAT) {
		unsigned low = term_width(b->pool, args[1]);
		memcpy(out, y, low * sizeof *out);
		memcpy(out + low, x, (n - low) * sizeof *out);
	} else {
		blast_binary(b, kind, x, y, term_width(b->pool, args[0]), n, out);
	}
}

void blast_init(struct blast *b, const struct term_pool *pool, uint32_t limit)
{
	*b = (struct blast){.pool = pool, .limit = limit};
	aig_init(&b->g);
	cone_init(&b->cone, pool, false);
}

static void grow(struct blast *b, size_t n)
{
	if (n <= b->n_bits)
		return;
	n = n < 2 * b->n_bits ? 2 * b->n_bits : n;
	b->bits = fault_realloc(b->bits, n, sizeof *b->bits);
	memset(b->bits + b->n_bits, 0, (n - b->n_bits) * sizeof *b->bits);
	b->n_bits = n;
}

bool blast_extend(struct blast *b, const term *roots, size_t n)
{
	size_t before = b->cone.n;
	cone_extend(&b->cone, roots, n);
	if (b->cone.n > before) /* the first of a batch has the highest id */
		grow(b, (size_t)b->cone.terms[before] + 1);
	bool fits = true;
	for (size_t i = b->cone.n; i-- > before && fits;) {
		blast_term(b, b->cone.terms[i]);
		fits = !b->limit || b->g.n <= b->limit;
	}
	return fits;
}

void blast_release(struct blast *b)
{
	for (size_t i = 0; i < b->n_rooms; i++)
		free(b->rooms[i]);
	free(b->rooms);
	free(b->bits);
	cone_release(&b->cone);
	aig_release(&b->g);
}
