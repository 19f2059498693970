/* SPDX-License-Identifier: BSD-2-Clause */
#include "synth/engine/seen.h"

#include "synth/draft/alloc.h"

#define FNV_START 0xcbf29ce484222325u
#define FNV_PRIME 0x100000001b3u

static size_t place_of(const struct seen *s, uint64_t hash)
{
	size_t i = (size_t)hash & (s->room - 1);
	while (s->at[i] && s->at[i] != hash)
		i = (i + 1) & (s->room - 1);
	return i;
}

static void grow(struct seen *s)
{
	struct seen old = *s;
	s->room = old.room ? 2 * old.room : 64;
	s->at = checked(calloc(s->room, sizeof *s->at));
	for (size_t i = 0; i < old.room; i++)
		if (old.at[i])
			s->at[place_of(s, old.at[i])] = old.at[i];
	free(old.at);
}

bool seen_has(const struct seen *s, uint64_t hash)
{
	return s->room && s->at[place_of(s, hash ? hash : 1)];
}

bool seen_add(struct seen *s, uint64_t hash)
{
	hash = hash ? hash : 1;
	if (2 * s->n >= s->room)
		grow(s);
	uint64_t *at = &s->at[place_of(s, hash)];
	if (*at)
		return false;
	*at = hash;
	s->n++;
	return true;
}

void seen_release(struct seen *s)
{
	free(s->at);
	*s = (struct seen){0};
}

static uint64_t mix(uint64_t h, uint64_t word)
{
	h = (h ^ word) * FNV_PRIME;
	return h ^ h >> 29;
}

static uint64_t mix_insn(uint64_t h, const struct insn *in, bool with_distance)
{
	bool jump = in->op != ISA_WIDE_TAIL && insn_is_jump(in);
	h = mix(h, (uint64_t)in->op | (uint64_t)in->width << 8 | (uint64_t)in->dst << 16 | (uint64_t)in->src << 24 |
		       (uint64_t)in->k << 32);
	if (jump && !with_distance)
		return mix(h, in->k ? (uint32_t)in->imm : 0);
	return mix(mix(mix(h, (uint16_t)in->off), (uint32_t)in->imm), in->imm64);
}

uint64_t seen_hash_program(const struct program *p)
{
	uint64_t h = FNV_START;
	for (size_t i = 0; i < p->n_subs; i++)
		h = mix(h, p->subs[i].start);
	for (size_t i = 0; i < p->n; i++)
		h = mix_insn(h, &p->insns[i], true);
	return h;
}

/* The same but for how far it jumps, which changes with what lies between. */
static bool is_same(const struct insn *x, const struct insn *y)
{
	return mix_insn(FNV_START, x, false) == mix_insn(FNV_START, y, false);
}

uint64_t seen_hash_change(const struct program *a, const uint32_t *origin, const struct program *b)
{
	size_t start = 0, end = 0, least = a->n < b->n ? a->n : b->n;
	while (start < least && is_same(&a->insns[start], &b->insns[start]))
		start++;
	while (end < least - start && is_same(&a->insns[a->n - 1 - end], &b->insns[b->n - 1 - end]))
		end++;
	uint64_t h = FNV_START;
	for (size_t i = start; i < a->n - end; i++)
		h = mix_insn(mix(h, origin[i]), &a->insns[i], false);
	h = mix(h, start < a->n ? origin[start] : a->n);
	for (size_t i = start; i < b->n - end; i++)
		h = mix_insn(h, &b->insns[i], false);
	return h;
}
