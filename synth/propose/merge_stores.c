/* SPDX-License-Identifier: BSD-2-Clause */
/* Several narrow stores become one: of a constant, of a register whose parts they store, of memory that they copy. */
#include "encode/isa/effect.h"
#include "synth/draft/alloc.h"
#include "synth/analysis/merge.h"

#include <string.h>

bool merge_may_touch(const struct scene *s, const struct tile *t)
{
	for (unsigned i = 0; i < t->n; i++)
		if (!s->may_edit(s, t->units[i]->slot))
			return false;
	return true;
}

/* The tile's stores give way to n instructions before slot `at`. */
bool merge_offer(const struct merge *m, const struct tile *t, uint32_t at, const struct insn *with, unsigned n,
		 const char *what)
{
	const struct scene *s = m->s;
	struct draft *d = scene_draft(s);
	for (unsigned i = 0; i < t->n; i++)
		draft_kill(d, t->units[i]->slot);
	for (unsigned i = n; i-- > 0;)
		draft_insert(d, at, with[i], 0, s->origin ? s->origin[at] : at);
	return s->offer(s, d, what);
}

/* Registers that may be written before slot `at`, where stores of the tile are gone. */
uint16_t merge_free(const struct merge *m, const struct tile *t, uint32_t at)
{
	bool gone = false;
	for (unsigned i = 0; i < t->n; i++)
		gone |= t->units[i]->slot == at;
	const struct insn *in = &m->s->p->insns[at];
	uint16_t free = track_free_registers(m->t, gone ? at + 1 : at);
	return gone ? free : (uint16_t)(free | (effect_of(in).writes & ~effect_of(in).reads & 0x3ff));
}

int merge_lowest(uint16_t set)
{
	return set ? __builtin_ctz(set) : -1;
}

bool merge_is_aligned(enum kind region, struct value at, unsigned size)
{
	return region != KIND_STACK || at.id != TRACK_FRAME || at.off % (int64_t)size == 0;
}

static bool offer_constant(const struct merge *m, const struct tile *t)
{
	uint64_t word = 0;
	for (unsigned i = 0; i < t->size; i++)
		word |= (uint64_t)t->b[i].index << 8 * i;
	if (t->size == 8 && (uint64_t)(int64_t)(int32_t)word != word)
		return true;
	int16_t off;
	int base = track_find_base(m->t, t->last, t->at, 0, &off);
	struct insn st = {
	    .op = ISA_ST, .width = (uint8_t)(t->size * 8), .dst = (uint8_t)base, .off = off, .imm = (int32_t)word};
	return base < 0 || merge_offer(m, t, t->last, &st, 1, "constant stores merged");
}

void merge_reverse(const struct part *b, unsigned n, struct part *out)
{
	for (unsigned i = 0; i < n; i++)
		out[i] = b[n - 1 - i];
}

struct insn merge_swap(const struct scene *s, unsigned reg, unsigned size)
{
	return (struct insn){.op = s->cpu >= 4 ? ISA_BSWAP : ISA_BE, .width = (uint8_t)(size * 8), .dst = (uint8_t)reg};
}

/* Some register holds the whole word where one of its parts is stored. */
static bool offer_register(const struct merge *m, const struct tile *t, bool swap)
{
	struct part b[PARTS];
	memcpy(b, t->b, sizeof b);
	if (swap)
		merge_reverse(t->b, t->size, b);
	for (unsigned i = 0; i < t->n; i++) {
		uint32_t at = t->units[i]->slot;
		int16_t off;
		int base = track_find_base(m->t, at, t->at, 0, &off), reg = track_find_bytes(m->t, at, b, t->size);
		if (base < 0 || reg < 0)
			continue;
		bool keep = swap && !(merge_free(m, t, at) & EFFECT_BIT(reg));
		int to = keep ? merge_lowest(merge_free(m, t, at) & (uint16_t)~EFFECT_BIT(base)) : reg;
		if (to < 0 || (swap && to == base))
			continue;
		struct insn with[3];
		unsigned n = 0;
		if (keep)
			with[n++] = (struct insn){.op = ISA_MOV, .width = 64, .dst = (uint8_t)to, .src = (uint8_t)reg};
		if (swap)
			with[n++] = merge_swap(m->s, (unsigned)to, t->size);
		with[n++] = (struct insn){.op = ISA_STX,
					  .width = (uint8_t)(t->size * 8),
					  .dst = (uint8_t)base,
					  .src = (uint8_t)to,
					  .off = off};
		if (!merge_offer(m, t, at, with, n, "stores of a register's parts merged"))
			return false;
	}
	return true;
}

static bool is_run(const struct part *b, unsigned n)
{
	for (unsigned i = 1; i < n; i++)
		if (!part_follows(&b[i - 1], &b[i]))
			return false;
	return true;
}

static bool offer_tile(const struct merge *m, const struct tile *t)
{
	struct part back[PARTS];
	merge_reverse(t->b, t->size, back);
	bool up = is_run(t->b, t->size), down = is_run(back, t->size);
	if (!merge_may_touch(m->s, t))
		return true;
	if (up && t->b[0].kind == PART_CONST)
		return offer_constant(m, t);
	if (!up && !down)
		return true;
	if (!offer_register(m, t, !up))
		return false;
	return t->b[0].kind != PART_MEMORY || merge_offer_copy(m, t, !up);
}

bool merge_is_dead(const struct merge *m, uint32_t slot, int64_t off)
{
	if (off < -STACK_BYTES || off >= 0)
		return false;
	uint64_t bit = (uint64_t)(off + STACK_BYTES);
	return !(m->s->live->at[slot].stack[bit / 64] >> bit % 64 & 1);
}

/* The stores of [at, at + size), which fill it up to bytes of the own frame that nobody reads. */
static bool fill_tile(const struct merge *m, struct tile *t)
{
	bool has[PARTS] = {0}, constant = true;
	for (unsigned i = 0; i < m->n; i++) {
		const struct unit *u = &m->units[i];
		int64_t from = u->at.off - t->at.off;
		if (u->at.id != t->at.id || from >= (int64_t)t->size || from + (int64_t)u->size <= 0)
			continue;
		if (from < 0 || from + (int64_t)u->size > (int64_t)t->size)
			return false;
		for (unsigned k = 0; k < u->size; k++) {
			if (has[from + k])
				return false;
			has[from + k] = true;
			t->b[from + k] = u->b[k];
			constant &= u->b[k].kind == PART_CONST;
		}
		t->first = !t->n || u->slot < t->first ? u->slot : t->first;
		t->last = u->slot > t->last ? u->slot : t->last;
		t->region = u->region;
		t->units[t->n++] = u;
	}
	for (unsigned k = 0; k < t->size; k++)
		if (!has[k]) {
			if (!constant || t->at.id != TRACK_FRAME ||
			    !merge_is_dead(m, t->last + 1, t->at.off + (int64_t)k))
				return false;
			t->b[k] = part_constant(0);
		}
	return t->n > 1;
}

/* The word at `at`, if u is the first store in it. */
static bool try_word(const struct merge *m, const struct unit *u, struct value at, unsigned size)
{
	struct tile t = {.size = size, .at = at, .region = u->region, .before = UINT32_MAX};
	if (!merge_is_aligned(u->region, at, size) || !fill_tile(m, &t))
		return true;
	for (unsigned i = 0; i < t.n; i++)
		if (t.units[i]->at.off < u->at.off)
			return true;
	return offer_tile(m, &t);
}

static int compare_units(const void *a, const void *b)
{
	const struct unit *x = a, *y = b;
	if (x->at.id != y->at.id)
		return x->at.id < y->at.id ? -1 : 1;
	return x->at.off < y->at.off ? -1 : x->at.off > y->at.off;
}

/* From the lowest address on, so that runs are cut up from their beginning. */
static bool merge_stretch(struct merge *m)
{
	qsort(m->units, m->n, sizeof *m->units, compare_units);
	for (unsigned i = 0; i < m->n; i++)
		for (unsigned size = 8; size >= 2; size /= 2) {
			const struct unit *u = &m->units[i];
			struct value at = u->at;
			if (!try_word(m, u, at, size))
				return false;
			at.off -= ((at.off % (int64_t)size) + (int64_t)size) % (int64_t)size;
			bool other = at.id == TRACK_FRAME && at.off != u->at.off;
			if (other && !try_word(m, u, at, size))
				return false;
		}
	for (unsigned i = 0; i < m->n; i++)
		if (!merge_offer_wide(m, &m->units[i]))
			return false;
	return true;
}

static void add_unit(struct merge *m, uint32_t slot)
{
	const struct insn *in = &m->s->p->insns[slot];
	if (m->n == UNITS || !m->t->at[slot].reached)
		return;
	struct unit *u = &m->units[m->n];
	if (!track_stored(m->t, slot, u->b))
		return;
	u->slot = slot;
	u->size = in->width / 8;
	u->at = track_address(m->t, slot, in->dst, in->off);
	u->region = track_region(m->t, slot, in->dst);
	m->n += u->at.id != 0;
}

static bool merge_block(struct merge *m, const struct block *b)
{
	m->n = 0;
	for (uint32_t i = b->start; i < b->end; i++) {
		const struct insn *in = &m->s->p->insns[i];
		if (in->op == ISA_WIDE_TAIL)
			continue;
		enum isa_form form = isa_rows[in->op].form;
		add_unit(m, i);
		bool ends = form == FORM_CALL || form == FORM_ATOMIC || form == FORM_LOAD_ACQ ||
			    form == FORM_STORE_REL || form == FORM_LDABS || form == FORM_LDIND;
		if ((ends || i + 1 == b->end) && !merge_stretch(m))
			return false;
		m->n = ends ? 0 : m->n;
	}
	return true;
}

void propose_merge_stores(const struct scene *s)
{
	struct merge *m = checked(calloc(1, sizeof *m));
	m->s = s;
	m->t = track_new(s);
	bool go_on = true;
	for (size_t i = 0; i < s->p->n_subs && go_on; i++)
		for (size_t b = 0; b < s->cfgs[i].n && go_on; b++)
			go_on = merge_block(m, &s->cfgs[i].blocks[b]);
	track_free(m->t);
	free(m);
}
