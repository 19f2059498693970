/* SPDX-License-Identifier: BSD-2-Clause */
/* Stores of what narrow loads load: one wide load and one wide store, where both sides are what they were. */
#include "encode/isa/effect.h"
#include "synth/analysis/merge.h"

#include <string.h>

static bool offer_copy_at(const struct merge *m, const struct tile *t, const struct part *b, uint32_t at, bool swap)
{
	int16_t to, from;
	int dst = track_find_base(m->t, at, t->at, 0, &to), src = track_find_base(m->t, at, b->v, 0, &from);
	if (dst < 0 || src < 0)
		return true;
	int reg = merge_lowest(merge_free(m, t, at) & (uint16_t)~EFFECT_BIT(dst));
	if (reg < 0)
		return true;
	uint8_t width = (uint8_t)(t->size * 8);
	struct insn with[3];
	unsigned n = 0;
	with[n++] = (struct insn){.op = ISA_LDX, .width = width, .dst = (uint8_t)reg, .src = (uint8_t)src, .off = from};
	if (swap)
		with[n++] = merge_swap(m->s, (unsigned)reg, t->size);
	with[n++] = (struct insn){.op = ISA_STX, .width = width, .dst = (uint8_t)dst, .src = (uint8_t)reg, .off = to};
	return merge_offer(m, t, at, with, n, "copies merged");
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
	return merge_lowest((uint16_t)(0x3ff & ~used));
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
		draft_insert(d, to, merge_swap(s, (unsigned)reg, t->size), 0, s->origin ? s->origin[to] : to);
	draft_insert(d, from, load, 0, s->origin ? s->origin[from] : from);
	return s->offer(s, d, "copies merged, loaded early");
}

/* At the last store, or at the first load: between them others may change either side. */
bool merge_offer_copy(const struct merge *m, const struct tile *t, bool swap)
{
	struct part b[PARTS];
	memcpy(b, t->b, sizeof b);
	if (swap)
		merge_reverse(t->b, t->size, b);
	if (b[0].region == KIND_CTX || !merge_is_aligned(b[0].region, b[0].v, t->size))
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
		bool dead = t->at.id == TRACK_FRAME && merge_is_dead(m, t->last + 1, t->at.off + (int64_t)k);
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

bool merge_offer_wide(const struct merge *m, const struct unit *u)
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
			if (merge_is_aligned(u->region, t.at, size) && fill_wide_copy(m, &t, from) &&
			    merge_may_touch(m->s, &t) && is_inside(m, t.first, from, size) &&
			    !merge_offer_copy(m, &t, false))
				return false;
		}
	return true;
}
