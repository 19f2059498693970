/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stack frames of the abstract state: cells that hold a value each, and per
 * byte whether it was written and whether it may be part of a kernel address.
 * Written bytes outside of cells hold some number.
 */
#include "state.h"

#include <stdlib.h>
#include <string.h>

static bool bit_is_set(const uint64_t *bits, uint32_t i)
{
	return bits[i / 64] >> i % 64 & 1;
}

static void set_bits(uint64_t *bits, uint32_t lo, uint32_t hi, bool to)
{
	for (uint32_t i = lo; i < hi; i++) {
		if (to)
			bits[i / 64] |= 1ull << i % 64;
		else
			bits[i / 64] &= ~(1ull << i % 64);
	}
}

bool stack_is_written(const struct astate *s, unsigned frame, uint32_t lo, uint32_t hi)
{
	for (uint32_t i = lo; i < hi; i++)
		if (!bit_is_set(s->frames[frame].written, i))
			return false;
	return true;
}

/* What a cell's symbol turned out to be later counts too. */
void stack_list_secrets(const struct astate *s, unsigned frame, uint64_t bits[STACK_BYTES / 64])
{
	const struct aframe *f = &s->frames[frame];
	memcpy(bits, f->secret, sizeof f->secret);
	for (uint32_t i = 0; i < f->n_cells; i++) {
		const struct cell *c = &f->cells[i];
		if (aval_is_pointer(&c->v) || state_tainted(s, &c->v))
			set_bits(bits, c->off, c->off + (uint32_t)c->size, true);
	}
}

bool stack_is_secret(const struct astate *s, unsigned frame, uint32_t lo, uint32_t hi)
{
	uint64_t bits[STACK_BYTES / 64];
	stack_list_secrets(s, frame, bits);
	for (uint32_t i = lo; i < hi; i++)
		if (bit_is_set(bits, i))
			return true;
	return false;
}

/* Constant contents of a byte that the dropped cell c held stay known. */
static struct aval byte_of(const struct astate *s, const struct cell *c, uint32_t at)
{
	uint64_t x;
	if (c->v.kind != KIND_NUMBER || !aval_is_const(s, &c->v, &x))
		return aval_none();
	return aval_const(x >> (at - c->off) * 8 & 0xff);
}

static void insert(struct aframe *f, uint32_t at, struct cell c)
{
	if (f->n_cells == f->cap_cells) {
		f->cap_cells = f->cap_cells ? f->cap_cells * 2 : 8;
		f->cells = realloc(f->cells, f->cap_cells * sizeof *f->cells);
		if (!f->cells)
			abort();
	}
	memmove(f->cells + at + 1, f->cells + at, (f->n_cells - at) * sizeof *f->cells);
	f->cells[at] = c;
	f->n_cells++;
}

/* Index of the first cell that ends behind lo. */
static uint32_t find(const struct aframe *f, uint32_t lo)
{
	uint32_t i = 0;
	while (i < f->n_cells && f->cells[i].off + f->cells[i].size <= lo)
		i++;
	return i;
}

/* Removes the cells that overlap [lo, hi); what remains of constants stays. */
static void cut(struct astate *s, unsigned frame, uint32_t lo, uint32_t hi)
{
	struct aframe *f = &s->frames[frame];
	uint32_t i = find(f, lo);
	while (i < f->n_cells && f->cells[i].off < hi) {
		struct cell old = f->cells[i];
		memmove(f->cells + i, f->cells + i + 1, (--f->n_cells - i) * sizeof *f->cells);
		for (uint32_t b = old.off; b < old.off + (uint32_t)old.size; b++) {
			struct aval v = byte_of(s, &old, b);
			if ((b < lo || b >= hi) && v.kind == KIND_NUMBER)
				insert(f, i++, (struct cell){(uint16_t)b, 1, v});
		}
	}
}

void stack_clobber(struct astate *s, unsigned frame, uint32_t lo, uint32_t hi, bool secret)
{
	struct aframe *f = &s->frames[frame];
	for (uint32_t i = find(f, lo); i < f->n_cells && f->cells[i].off < hi; i++) {
		const struct cell *c = &f->cells[i]; /* parts of it may stay */
		if (aval_is_pointer(&c->v) || state_tainted(s, &c->v))
			set_bits(f->secret, c->off, c->off + (uint32_t)c->size, true);
	}
	cut(s, frame, lo, hi);
	if (secret)
		set_bits(f->secret, lo, hi, true);
}

void stack_fill(struct astate *s, unsigned frame, uint32_t lo, uint32_t hi, bool secret)
{
	stack_clobber(s, frame, lo, hi, false);
	set_bits(s->frames[frame].written, lo, hi, true);
	set_bits(s->frames[frame].secret, lo, hi, secret);
}

void stack_store(struct astate *s, unsigned frame, uint32_t off, unsigned size, const struct aval *v)
{
	struct aval x = *v;
	struct aframe *f = &s->frames[frame];
	stack_fill(s, frame, off, off + size, false);
	bool whole = size >= 8 && off % 8 == 0; /* elsewhere a pointer becomes bytes */
	if (x.kind != KIND_NUMBER && !whole) {
		set_bits(f->secret, off, off + size, true);
		return;
	}
	x.followable &= whole;
	insert(f, find(f, off), (struct cell){(uint16_t)off, (uint8_t)size, x});
}

bool stack_constant(const struct astate *s, unsigned frame, uint32_t off, unsigned size, uint64_t *x)
{
	const struct aframe *f = &s->frames[frame];
	*x = 0;
	uint32_t at = off;
	for (uint32_t i = find(f, off); i < f->n_cells && at < off + size; i++) {
		const struct cell *c = &f->cells[i];
		uint64_t part;
		if (c->off > at || !aval_is_const(s, &c->v, &part))
			return false;
		for (; at < c->off + (uint32_t)c->size && at < off + size; at++)
			*x |= (part >> (at - c->off) * 8 & 0xff) << (at - off) * 8;
	}
	return at >= off + size;
}

/* Part of a number: (v >> by) truncated to `size` bytes. */
static struct aval part_of(struct astate *s, const struct aval *v, unsigned by, unsigned size)
{
	struct scalar f = state_number(s, v);
	bool tainted = state_tainted(s, v);
	struct aval x = {.kind = KIND_NUMBER};
	f = scalar_rsh(f, scalar_const(by));
	if (by == 0) {
		x.sym = state_define(s, DEF_ZEXT, scalar_zext(f, size * 8), tainted, v->sym, v->add, 0, size * 8);
		return x;
	}
	x.sym = state_new_sym(s, scalar_zext(f, size * 8), tainted);
	return x;
}

struct aval stack_load(struct astate *s, unsigned frame, uint32_t off, unsigned size)
{
	struct aframe *f = &s->frames[frame];
	uint64_t x;
	if (stack_constant(s, frame, off, size, &x))
		return aval_const(x);
	uint32_t i = find(f, off);
	const struct cell *c = i < f->n_cells ? &f->cells[i] : NULL;
	if (c && c->off == off && c->size == size && c->v.kind != KIND_DYNPTR)
		return c->v;
	if (c && c->v.kind == KIND_NUMBER && c->off <= off && off + size <= c->off + (uint32_t)c->size) {
		struct aval whole = c->v;
		return part_of(s, &whole, (off - c->off) * 8, size);
	}
	bool secret = stack_is_secret(s, frame, off, off + size);
	if (secret && size == 8 && off % 8 == 0) /* it may still be a pointer that was spilled here */
		return aval_none();
	struct aval v = {.kind = KIND_NUMBER};
	v.sym = state_new_sym(s, scalar_of_width(size * 8), secret);
	return v;
}
