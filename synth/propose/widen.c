/* SPDX-License-Identifier: BSD-2-Clause */
/* Constants stored into one aligned word of the stack, here and there in a run, become one store of the word. Bytes of
 * it that nobody reads may have any value. */
#include "synth/analysis/block.h"
#include "synth/analysis/certain.h"
#include "synth/draft/edit.h"

struct stored {
	uint32_t off, size; /* bytes; from the frame's lowest one */
	uint64_t word;
	uint8_t written; /* a bit a byte */
	uint32_t slots[8], n;
};

/* A constant's store into the own stack; *off: from the lowest byte. */
static bool is_constant_store(const struct scene *s, uint32_t slot, uint32_t *off, uint64_t *word)
{
	const struct insn *in = &s->p->insns[slot];
	int64_t distance = 0;
	if ((in->op != ISA_ST && in->op != ISA_STX) || !edit_allows(s, slot) ||
	    (in->dst != 10 && !certain_distance(s, slot, in->dst, 10, &distance)))
		return false;
	int64_t at = STACK_BYTES + distance + in->off;
	*off = (uint32_t)at;
	*word = (uint64_t)(int64_t)in->imm;
	return at >= 0 && at + in->width / 8 <= STACK_BYTES &&
	       (in->op == ISA_ST || certain_number(s, slot, in->src, word));
}

static void add_store(const struct insn *in, uint32_t slot, uint32_t off, uint64_t word, struct stored *c)
{
	uint32_t size = in->width / 8u, at = off - c->off;
	uint64_t mask = (size == 8 ? ~0ull : (1ull << 8 * size) - 1) << 8 * at;
	c->word = (c->word & ~mask) | (word << 8 * at & mask);
	c->written |= (uint8_t)(((1u << size) - 1) << at);
	c->slots[c->n++] = slot;
}

/* What the run's stores put into the cell; false: other instructions are in the way. */
static bool collect(const struct scene *s, struct run r, struct stored *c)
{
	for (uint32_t i = r.start; i < r.end; i++) {
		uint32_t off;
		uint64_t word;
		if (s->p->insns[i].op == ISA_CALL && c->n > 0)
			return c->n > 1;
		if (!is_constant_store(s, i, &off, &word) || off < c->off ||
		    off + s->p->insns[i].width / 8u > c->off + c->size)
			continue;
		if (c->n == sizeof c->slots / sizeof *c->slots)
			return false;
		add_store(&s->p->insns[i], i, off, word, c);
	}
	return c->n > 1;
}

static bool rest_is_dead(const struct scene *s, const struct stored *c)
{
	const struct live_at *after = &s->live->at[c->slots[c->n - 1] + 1];
	for (uint32_t i = 0; i < c->size; i++)
		if (!(c->written >> i & 1) && after->stack[(c->off + i) / 64] >> (c->off + i) % 64 & 1)
			return false;
	return true;
}

/* The word with its free bytes such that it fits an immediate. */
static bool choose_immediate(const struct stored *c, int32_t *imm)
{
	uint64_t word = c->word;
	bool negative = c->written >> 3 & 1 && word >> 31 & 1;
	for (uint32_t i = 4; i < c->size; i++)
		if (!(c->written >> i & 1) && negative)
			word |= 0xffull << 8 * i;
	*imm = (int32_t)(uint32_t)word;
	return c->size < 8 || fits_immediate(word);
}

static void widen(const struct scene *s, struct run r, uint32_t off, uint32_t size, struct edits *e)
{
	struct stored c = {.off = off, .size = size};
	struct insn with = {.op = ISA_ST, .width = (uint8_t)(8 * size), .dst = 10};
	if (!collect(s, r, &c) || !rest_is_dead(s, &c) || !choose_immediate(&c, &with.imm))
		return;
	with.off = (int16_t)((int32_t)off - STACK_BYTES);
	for (uint32_t i = 0; i + 1 < c.n; i++)
		edits_kill(e, c.slots[i]);
	edits_set(e, c.slots[c.n - 1], with, EDIT_KEEP);
	edits_end(e);
}

void propose_widen(const struct scene *s)
{
	struct flow *f = flow_new(s->p);
	struct edits e;
	edits_init(&e, s);
	for (uint32_t i = 0; i < s->p->n; i++) {
		uint32_t off;
		uint64_t word;
		if (!is_constant_store(s, i, &off, &word))
			continue;
		struct run r = block_behind(s, f, i);
		for (uint32_t size = 8; size >= 2; size /= 2)
			if (size > s->p->insns[i].width / 8u)
				widen(s, r, off / size * size, size, &e);
	}
	edits_offer(&e, "constants stored as one word");
	edits_release(&e);
	flow_free(f);
}
