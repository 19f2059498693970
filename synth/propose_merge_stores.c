/* SPDX-License-Identifier: BSD-2-Clause */
/* Several narrow stores become one: of a constant, of a register whose parts they store, of memory that they copy. */
#include "encode/isa/effect.h"
#include "synth/alloc.h"
#include "synth/track.h"

#include <string.h>

#define UNITS 128

/* A store of the stretch between two calls. */
struct unit {
	uint32_t slot;
	struct value at;
	unsigned size;
	enum kind region;
	struct part b[PARTS];
};

/* Stores that fill an aligned or free word. */
struct tile {
	const struct unit *units[PARTS];
	unsigned n, size;
	struct value at;
	enum kind region;
	struct part b[PARTS];
	uint32_t first, last; /* slots */
	uint32_t before;      /* it must be done before this slot, which overwrites bytes that it stores too many */
};

struct merge {
	const struct scene *s;
	struct track *t;
	struct unit units[UNITS];
	unsigned n;
};

static bool may_touch(const struct scene *s, const struct tile *t)
{
	for (unsigned i = 0; i < t->n; i++)
		if (!s->may_edit(s, t->units[i]->slot))
			return false;
	return true;
}

/* The tile's stores give way to n instructions before slot `at`. */
static bool offer(const struct merge *m, const struct tile *t, uint32_t at, const struct insn *with, unsigned n,
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
static uint16_t free_at(const struct merge *m, const struct tile *t, uint32_t at)
{
	bool gone = false;
	for (unsigned i = 0; i < t->n; i++)
		gone |= t->units[i]->slot == at;
	const struct insn *in = &m->s->p->insns[at];
	uint16_t free = track_free_registers(m->t, gone ? at + 1 : at);
	return gone ? free : (uint16_t)(free | (effect_of(in).writes & ~effect_of(in).reads & 0x3ff));
}

static int lowest(uint16_t set)
{
	return set ? __builtin_ctz(set) : -1;
}

static bool is_aligned(enum kind region, struct value at, unsigned size)
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
	return base < 0 || offer(m, t, t->last, &st, 1, "constant stores merged");
}

static void reverse_parts(const struct part *b, unsigned n, struct part *out)
{
	for (unsigned i = 0; i < n; i++)
		out[i] = b[n - 1 - i];
}

static struct insn swap_insn(const struct scene *s, unsigned reg, unsigned size)
{
	return (struct insn){.op = s->cpu >= 4 ? ISA_BSWAP : ISA_BE, .width = (uint8_t)(size * 8), .dst = (uint8_t)reg};
}

/* Some register holds the whole word where one of its parts is stored. */
static bool offer_register(const struct merge *m, const struct tile *t, bool swap)
{
	struct part b[PARTS];
	memcpy(b, t->b, sizeof b);
	if (swap)
		reverse_parts(t->b, t->size, b);
	for (unsigned i = 0; i < t->n; i++) {
		uint32_t at = t->units[i]->slot;
		int16_t off;
		int base = track_find_base(m->t, at, t->at, 0, &off), reg = track_find_bytes(m->t, at, b, t->size);
		if (base < 0 || reg < 0)
			continue;
		bool keep = swap && !(free_at(m, t, at) & EFFECT_BIT(reg));
		int to = keep ? lowest(free_at(m, t, at) & (uint16_t)~EFFECT_BIT(base)) : reg;
		if (to < 0 || (swap && to == base))
			continue;
		struct insn with[3];
		unsigned n = 0;
		if (keep)
			with[n++] = (struct insn){.op = ISA_MOV, .width = 64, .dst = (uint8_t)to, .src = (uint8_t)reg};
		if (swap)
			with[n++] = swap_insn(m->s, (unsigned)to, t->size);
		with[n++] = (struct insn){.op = ISA_STX,
					  .width = (uint8_t)(t->size * 8),
					  .dst = (uint8_t)base,
					  .src = (uint8_t)to,
					  .off = off};
		if (!offer(m, t, at, with, n, "stores of a register's parts merged"))
			return false;
	}
	return true;
}

static bool offer_copy_at(const struct merge *m, const struct tile *t, const struct part *b, uint32_t at, bool swap)
{
	int16_t to, from;
	int dst = track_find_base(m->t, at, t->at, 0, &to), src = track_find_base(m->t, at, b->v, 0, &from);
	if (dst < 0 || src < 0)
		return true;
	int reg = lowest(free_at(m, t, at) & (uint16_t)~EFFECT_BIT(dst));
	if (reg < 0)
		return true;
	uint8_t width = (uint8_t)(t->size * 8);
	struct insn with[3];
	unsigned n = 0;
	with[n++] = (struct insn){.op = ISA_LDX, .width = width, .dst = (uint8_t)reg, .src = (uint8_t)src, .off = from};
	if (swap)
		with[n++] = swap_insn(m->s, (unsigned)reg, t->size);
	with[n++] = (struct insn){.op = ISA_STX, .width = width, .dst = (uint8_t)dst, .src = (uint8_t)reg, .off = to};
	return offer(m, t, at, with, n, "copies merged");
}

static bool is_unit(const struct tile *t, uint32_t slot)
{
	for (unsigned i = 0; i < t->n; i++)
		if (t->units[i]->slot == slot)
			return true;
	return false;
}

/* Is what a load loads only stored by the tile? */
static bool is_fed_by(const struct merge *m, const struct tile *t, uint32_t load)
{
	const struct insn *insns = m->s->p->insns;
	uint16_t reg = EFFECT_BIT(insns[load].dst);
	if (insns[load].op != ISA_LDX || !m->s->may_edit(m->s, load))
		return false;
	for (uint32_t i = load + 1; i <= t->last; i++) {
		struct effect e = insns[i].op == ISA_WIDE_TAIL ? (struct effect){0} : effect_of(&insns[i]);
		if (is_unit(t, i) && insns[i].src == insns[load].dst)
			return !(m->s->live->at[i + 1].regs & reg);
		if ((e.reads | e.writes) & reg)
			return false;
	}
	return false;
}

/* What a copy that is loaded at one place and stored at another removes, by slot from `base` on. */
struct gone {
	uint32_t base;
	bool at[WINDOW_MAX];
};

static bool find_gone(const struct merge *m, const struct tile *t, const struct part *b, struct gone *g)
{
	*g = (struct gone){.base = t->first};
	for (unsigned i = 0; i < t->size; i++)
		g->base = b[i].slot < g->base ? b[i].slot : g->base;
	if (t->last - g->base >= WINDOW_MAX)
		return false;
	for (unsigned i = 0; i < t->n; i++)
		g->at[t->units[i]->slot - g->base] = true;
	for (unsigned i = 0; i < t->size; i++)
		if (b[i].slot < t->last && is_fed_by(m, t, b[i].slot))
			g->at[b[i].slot - g->base] = true;
	return true;
}

/* A register that nothing else uses from slot `from` up to `to`; -1: none. */
static int find_idle(const struct merge *m, const struct gone *g, uint32_t from, uint32_t to, uint16_t except)
{
	uint16_t used = except;
	for (uint32_t i = from; i < to; i++) {
		const struct insn *in = &m->s->p->insns[i];
		if (in->op != ISA_WIDE_TAIL && !g->at[i - g->base])
			used |= effect_of(in).reads | effect_of(in).writes;
	}
	used |= m->s->live->at[g->at[to - g->base] ? to + 1 : to].regs;
	return lowest((uint16_t)(0x3ff & ~used));
}

/* Loaded before slot `from`, stored before slot `to`: what is between may change both sides. */
static bool offer_apart(const struct merge *m, const struct tile *t, const struct part *b, uint32_t from, uint32_t to,
			bool swap)
{
	struct gone g;
	int16_t to_off, from_off;
	if (from >= to || to > t->before || !find_gone(m, t, b, &g) || from < g.base)
		return true;
	int dst = track_find_base(m->t, to, t->at, 0, &to_off), src = track_find_base(m->t, from, b->v, 0, &from_off);
	int reg = dst < 0 || src < 0 ? -1 : find_idle(m, &g, from, to, EFFECT_BIT(dst));
	if (reg < 0)
		return true;
	const struct scene *s = m->s;
	struct draft *d = scene_draft(s);
	uint8_t width = (uint8_t)(t->size * 8);
	struct insn load = {.op = ISA_LDX, .width = width, .dst = (uint8_t)reg, .src = (uint8_t)src, .off = from_off};
	struct insn store = {.op = ISA_STX, .width = width, .dst = (uint8_t)dst, .src = (uint8_t)reg, .off = to_off};
	for (uint32_t i = g.base; i <= t->last; i++)
		if (g.at[i - g.base])
			draft_kill(d, i);
	draft_insert(d, to, store, 0, s->origin ? s->origin[to] : to);
	if (swap)
		draft_insert(d, to, swap_insn(s, (unsigned)reg, t->size), 0, s->origin ? s->origin[to] : to);
	draft_insert(d, from, load, 0, s->origin ? s->origin[from] : from);
	return s->offer(s, d, "copies merged, loaded early");
}

/* At the last store, or at the first load: between them others may change either side. */
static bool offer_copy(const struct merge *m, const struct tile *t, bool swap)
{
	struct part b[PARTS];
	memcpy(b, t->b, sizeof b);
	if (swap)
		reverse_parts(t->b, t->size, b);
	if (b[0].region == KIND_CTX || !is_aligned(b[0].region, b[0].v, t->size))
		return true;
	uint32_t load = UINT32_MAX, late = 0;
	for (unsigned i = 0; i < t->size; i++) {
		load = b[i].slot < load ? b[i].slot : load;
		late = b[i].slot > late ? b[i].slot : late;
	}
	uint32_t places[] = {t->last, t->first, load, late};
	for (unsigned i = 0; i < sizeof places / sizeof *places; i++) {
		bool again = i && places[i] == places[i - 1];
		if (!again && places[i] <= t->last && places[i] <= t->before &&
		    !offer_copy_at(m, t, b, places[i], swap))
			return false;
	}
	return offer_apart(m, t, b, load, t->last, swap) && offer_apart(m, t, b, load, t->first, swap) &&
	       offer_apart(m, t, b, late, t->last, swap);
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
	reverse_parts(t->b, t->size, back);
	bool up = is_run(t->b, t->size), down = is_run(back, t->size);
	if (!may_touch(m->s, t))
		return true;
	if (up && t->b[0].kind == PART_CONST)
		return offer_constant(m, t);
	if (!up && !down)
		return true;
	if (!offer_register(m, t, !up))
		return false;
	return t->b[0].kind != PART_MEMORY || offer_copy(m, t, !up);
}

static bool is_dead_byte(const struct merge *m, uint32_t slot, int64_t off)
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
			    !is_dead_byte(m, t->last + 1, t->at.off + (int64_t)k))
				return false;
			t->b[k] = part_constant(0);
		}
	return t->n > 1;
}

/* The word at `at`, if u is the first store in it. */
static bool try_word(const struct merge *m, const struct unit *u, struct value at, unsigned size)
{
	struct tile t = {.size = size, .at = at, .region = u->region, .before = UINT32_MAX};
	if (!is_aligned(u->region, at, size) || !fill_tile(m, &t))
		return true;
	for (unsigned i = 0; i < t.n; i++)
		if (t.units[i]->at.off < u->at.off)
			return true;
	return offer_tile(m, &t);
}

/* Does a unit copy what lies at the tile's distance? */
static bool is_part_of_copy(const struct tile *t, const struct unit *u, struct value from)
{
	int64_t off = u->at.off - t->at.off;
	if (off < 0 || off + (int64_t)u->size > (int64_t)t->size)
		return false;
	for (unsigned k = 0; k < u->size; k++)
		if (u->b[k].kind != PART_MEMORY || u->b[k].v.id != from.id ||
		    u->b[k].v.off != from.off + off + (int64_t)k)
			return false;
	return true;
}

/* A copy of more than is wanted: the rest is stored over later, or is of the own frame and not read. */
static bool fill_wide_copy(const struct merge *m, struct tile *t, struct value from)
{
	uint8_t has = 0, later = 0;
	for (unsigned i = 0; i < m->n; i++) {
		const struct unit *u = &m->units[i];
		int64_t off = u->at.off - t->at.off;
		bool part = u->at.id == t->at.id && is_part_of_copy(t, u, from);
		if (u->at.id != t->at.id || off >= (int64_t)t->size || off + (int64_t)u->size <= 0)
			continue;
		for (int64_t k = off; k < off + (int64_t)u->size; k++)
			if (k >= 0 && k < (int64_t)t->size)
				*(part ? &has : &later) |= (uint8_t)(1u << k);
		if (!part) {
			t->before = u->slot < t->before ? u->slot : t->before;
			continue;
		}
		if (t->n == PARTS)
			return false;
		t->first = !t->n || u->slot < t->first ? u->slot : t->first;
		t->last = u->slot > t->last ? u->slot : t->last;
		t->units[t->n++] = u;
		memcpy(t->b + off, u->b, u->size * sizeof *u->b);
	}
	for (unsigned k = 0; k < t->size; k++) {
		bool dead = t->at.id == TRACK_FRAME && is_dead_byte(m, t->last + 1, t->at.off + (int64_t)k);
		if (!(has >> k & 1) && !(later >> k & 1) && !dead)
			return false;
		if (!(has >> k & 1))
			t->b[k] = (struct part){.kind = PART_MEMORY,
						.region = t->units[0] ? t->units[0]->b[0].region : KIND_NONE,
						.slot = t->first,
						.v = {from.id, from.off + (int64_t)k}};
	}
	return t->n > 1 && !(has & later) && has != (uint8_t)((1u << t->size) - 1);
}

/* May so many bytes be read there, as far as facts say? */
static bool is_inside(const struct merge *m, uint32_t slot, struct value from, unsigned size)
{
	int16_t off;
	int reg = track_find_base(m->t, slot, from, 0, &off);
	const struct facts_at *at = &m->s->facts->at[slot];
	if (reg < 0 || !scalar_is_const(at->r[reg].value) || at->r[reg].from_end)
		return reg >= 0;
	int64_t start = (int64_t)at->r[reg].value.umin + off, end = start + (int64_t)size;
	if (at->r[reg].kind == KIND_PACKET)
		return start >= 0 && end <= at->packet;
	const struct object *o = m->s->p->object;
	if (at->r[reg].kind == KIND_VALUE && at->r[reg].object < o->n_maps)
		return start >= 0 && end <= (int64_t)o->maps[at->r[reg].object].value_size;
	return true;
}

static bool try_wide_copies(const struct merge *m, const struct unit *u)
{
	if (u->b[0].kind != PART_MEMORY)
		return true;
	for (unsigned size = 8; size >= 4; size /= 2)
		for (int64_t early = 0; early < (int64_t)size / 2; early++) {
			struct tile t = {.size = size,
					 .at = {u->at.id, u->at.off - early},
					 .region = u->region,
					 .before = UINT32_MAX};
			struct value from = {u->b[0].v.id, u->b[0].v.off - early};
			if (is_aligned(u->region, t.at, size) && fill_wide_copy(m, &t, from) && may_touch(m->s, &t) &&
			    is_inside(m, t.first, from, size) && !offer_copy(m, &t, false))
				return false;
		}
	return true;
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
		if (!try_wide_copies(m, &m->units[i]))
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
