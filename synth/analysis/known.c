/* SPDX-License-Identifier: BSD-2-Clause */
/* Bytes of values: how instructions that move whole bytes move them. */
#include "synth/analysis/known.h"

#include <string.h>

bool value_equal(struct value a, struct value b)
{
	return a.id == b.id && a.off == b.off;
}

bool part_equal(const struct part *a, const struct part *b)
{
	if (a->kind != b->kind || a->kind == PART_NONE)
		return false;
	if (a->kind == PART_MEMORY)
		return value_equal(a->v, b->v) && (a->epoch == b->epoch || a->slot == b->slot);
	return a->index == b->index && (a->kind == PART_CONST || value_equal(a->v, b->v));
}

bool part_follows(const struct part *a, const struct part *b)
{
	if (a->kind != b->kind)
		return false;
	switch ((enum part_kind)a->kind) {
	case PART_CONST:
		return true;
	case PART_VALUE:
		return value_equal(a->v, b->v) && b->index == a->index + 1;
	case PART_MEMORY:
		return a->v.id == b->v.id && b->v.off == a->v.off + 1;
	case PART_NONE:
		break;
	}
	return false;
}

/* Bytes of a value of which nothing else is known. */
static void fill_parts(struct known *k)
{
	for (uint8_t i = 0; i < PARTS; i++)
		k->b[i] = k->v.id ? (struct part){.kind = PART_VALUE, .index = i, .v = k->v}
				  : part_constant((uint8_t)((uint64_t)k->v.off >> 8 * i));
}

struct known known_value(struct value v)
{
	struct known k = {.v = v};
	fill_parts(&k);
	return k;
}

/* Bytes say more than how they came together: all of a constant, or all bytes of one value. */
void known_settle(struct known *k)
{
	uint64_t word = 0;
	bool constant = true, whole = k->b[0].kind == PART_VALUE && k->b[0].index == 0;
	for (unsigned i = 0; i < PARTS; i++) {
		constant &= k->b[i].kind == PART_CONST;
		word |= (uint64_t)k->b[i].index << 8 * i;
		whole &= !i || (part_follows(&k->b[i - 1], &k->b[i]) && k->b[i].kind == PART_VALUE);
	}
	if (constant)
		k->v = (struct value){0, (int64_t)word};
	else if (whole)
		k->v = k->b[0].v;
}

static void move_up(struct part *b, unsigned bytes, unsigned width)
{
	for (unsigned i = PARTS; i-- > 0;)
		b[i] = i >= width ? part_constant(0) : i >= bytes ? b[i - bytes] : part_constant(0);
}

static void move_down(struct part *b, unsigned bytes, unsigned width)
{
	for (unsigned i = 0; i < PARTS; i++)
		b[i] = i + bytes < width ? b[i + bytes] : part_constant(0);
}

void known_swap(struct part *b, unsigned width, bool swap)
{
	struct part old[PARTS];
	memcpy(old, b, sizeof old);
	for (unsigned i = 0; i < PARTS; i++)
		b[i] = i >= width ? part_constant(0) : old[swap ? width - 1 - i : i];
}

static struct part mask_part(struct part a, struct part m)
{
	if (m.kind != PART_CONST && a.kind == PART_CONST)
		return mask_part(m, a);
	if (m.kind != PART_CONST)
		return (struct part){0};
	if (m.index == 0 || a.kind == PART_CONST)
		return part_constant(a.kind == PART_CONST ? a.index & m.index : 0);
	return m.index == 0xff ? a : (struct part){0};
}

static bool is_zero(const struct part *a)
{
	return a->kind == PART_CONST && a->index == 0;
}

/* OR, XOR and ADD where in each byte one side is zero. */
static struct part join_part(struct part a, struct part b)
{
	return is_zero(&a) ? b : is_zero(&b) ? a : (struct part){0};
}

void known_combine(uint8_t op, struct known *d, const struct known *s, unsigned width)
{
	uint64_t by = s->v.id ? 0 : (uint64_t)s->v.off & (width * 8 - 1);
	bool whole_bytes = !s->v.id && by % 8 == 0, fits = true;
	switch (op) {
	case ISA_LSH:
		whole_bytes ? move_up(d->b, (unsigned)by / 8, width) : memset(d->b, 0, sizeof d->b);
		break;
	case ISA_RSH:
		whole_bytes ? move_down(d->b, (unsigned)by / 8, width) : memset(d->b, 0, sizeof d->b);
		break;
	case ISA_AND:
		for (unsigned i = 0; i < PARTS; i++)
			d->b[i] = mask_part(d->b[i], s->b[i]);
		break;
	case ISA_OR:
	case ISA_XOR:
	case ISA_ADD:
		for (unsigned i = 0; i < width; i++)
			fits &= is_zero(&d->b[i]) || is_zero(&s->b[i]);
		for (unsigned i = 0; i < PARTS; i++)
			d->b[i] = fits || op == ISA_OR ? join_part(d->b[i], s->b[i]) : (struct part){0};
		break;
	default:
		memset(d->b, 0, sizeof d->b);
		break;
	}
	for (unsigned i = width; i < PARTS; i++)
		d->b[i] = part_constant(0);
}

/* Bytes that say nothing are the result's own. */
void known_name_parts(struct known *k)
{
	for (uint8_t i = 0; i < PARTS; i++)
		if (k->b[i].kind == PART_NONE)
			k->b[i] = (struct part){.kind = PART_VALUE, .index = i, .v = k->v};
}

bool known_is_narrow(const struct known *k)
{
	for (unsigned i = 4; i < PARTS; i++)
		if (!is_zero(&k->b[i]))
			return false;
	return true;
}
