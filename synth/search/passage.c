/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds the passages of a scene. */
#include "synth/search/passage.h"

#include "encode/isa/effect.h"
#include "synth/draft/alloc.h"

#include <string.h>

/* Slots [start, end) that run one after the other; jump: the conditional jump right behind them, or end. */
struct line_of_code {
	uint32_t start, end;
	bool jumps;
};

static bool is_memory(const struct insn *in)
{
	return insn_has_form(in, FORM_LDX) || insn_has_form(in, FORM_LDXS) || insn_has_form(in, FORM_ST) ||
	       insn_has_form(in, FORM_STX);
}

static bool is_store(const struct insn *in)
{
	return insn_has_form(in, FORM_ST) || insn_has_form(in, FORM_STX);
}

static bool is_usable(const struct scene *s, uint32_t slot)
{
	if (s->p->insns[slot].op == ISA_WIDE_TAIL) /* no run is said to get there */
		slot--;
	const struct insn *in = &s->p->insns[slot];
	return trial_can_run(in) && !insn_has_form(in, FORM_JMP) && s->facts->at[slot].reached &&
	       s->may_edit(s, slot) && !program_core(s->p, slot);
}

static struct effect effect_at(const struct scene *s, uint32_t slot)
{
	const struct insn *in = &s->p->insns[slot];
	return in->op == ISA_WIDE_TAIL ? (struct effect){0, 0} : effect_of(in);
}

static bool is_written(const struct scene *s, uint8_t reg, uint32_t start, uint32_t end)
{
	for (uint32_t i = start; i < end; i++)
		if (effect_at(s, i).writes >> reg & 1)
			return true;
	return false;
}

/* Do they access different bytes behind the same register? */
static bool are_apart(const struct scene *s, uint32_t early, uint32_t late)
{
	const struct insn *x = &s->p->insns[early], *y = &s->p->insns[late];
	uint8_t base_x = is_store(x) ? x->dst : x->src, base_y = is_store(y) ? y->dst : y->src;
	return base_x == base_y && !is_written(s, base_x, early, late) &&
	       (x->off + x->width / 8 <= y->off || y->off + y->width / 8 <= x->off);
}

/* May the later one go before the earlier one? */
static bool commute(const struct scene *s, uint32_t early, uint32_t late)
{
	struct effect a = effect_at(s, early), b = effect_at(s, late);
	const struct insn *x = &s->p->insns[early], *y = &s->p->insns[late];
	bool memory = is_memory(x) && is_memory(y) && (is_store(x) || is_store(y)) && !are_apart(s, early, late);
	return !(a.writes & (b.reads | b.writes)) && !(a.reads & b.writes) && !memory;
}

/* What is read behind the kept slots, seen from before them. */
static void pass_kept(const struct scene *s, struct passage *x)
{
	for (unsigned i = x->n_all; i-- > x->n;) {
		struct effect e = effect_at(s, x->slots[i]);
		x->live = (uint16_t)((x->live & ~e.writes) | e.reads);
		if (is_memory(&x->insns[i]))
			memset(x->live_stack, 0xff, sizeof x->live_stack);
	}
}

static void find_live(const struct scene *s, struct passage *x)
{
	const struct live_at *at = &s->live->at[x->end];
	x->live = at->regs;
	memcpy(x->live_stack, at->stack, sizeof x->live_stack);
	if (x->jumps) {
		at = &s->live->at[insn_target(&s->p->insns[x->end - 1], x->end - 1)];
		x->live |= at->regs;
		for (unsigned i = 0; i < STACK_BYTES / 64; i++)
			x->live_stack[i] |= at->stack[i];
	}
	x->live &= 0x3ff; /* r10 stays as it is */
	pass_kept(s, x);
}

static void put(const struct scene *s, struct passage *x, uint32_t slot)
{
	x->insns[x->n_all] = s->p->insns[slot];
	x->slots[x->n_all++] = slot;
}

/* The slice's slots are set in `mask`, counted from start. */
static void add_passage(const struct scene *s, struct passages *out, uint32_t start, uint32_t end, uint32_t mask,
			bool jumps)
{
	if (out->n == out->cap) {
		out->cap = out->cap ? 2 * out->cap : 64;
		out->at = checked(realloc(out->at, out->cap * sizeof *out->at));
	}
	struct passage *x = &out->at[out->n++];
	*x = (struct passage){.start = start, .end = end, .jumps = jumps};
	for (uint32_t i = start; i < end; i++) {
		if (!(mask >> (i - start) & 1))
			continue;
		put(s, x, i);
		x->count += s->p->insns[i].op != ISA_WIDE_TAIL;
	}
	x->n = x->n_all;
	for (uint32_t i = start; i < end; i++)
		if (!(mask >> (i - start) & 1))
			put(s, x, i);
	find_live(s, x);
}

static bool begins_inside(const struct scene *s, uint32_t slot)
{
	return s->p->insns[slot].op == ISA_WIDE_TAIL;
}

/* Every contiguous part of the line, of up to PASSAGE_SLICE instructions. */
static void add_parts(const struct scene *s, const struct line_of_code *l, struct passages *out)
{
	uint32_t last = l->end + l->jumps;
	for (uint32_t start = l->start; start < last; start++) {
		unsigned count = 0;
		for (uint32_t end = start + 1; end <= last && end - start <= TRIAL_SLOTS; end++) {
			count += !begins_inside(s, end - 1);
			if (count > PASSAGE_SLICE || begins_inside(s, start))
				break;
			if (end < last && begins_inside(s, end))
				continue;
			add_passage(s, out, start, end, (1u << (end - start)) - 1, l->jumps && end == last);
		}
	}
}

/* The slots before `last` whose results go into it, up to `count` instructions; false: they don't move to the front. */
static bool find_chain(const struct scene *s, uint32_t first, uint32_t last, unsigned count, uint32_t *start,
		       uint32_t *mask)
{
	uint16_t wanted = effect_at(s, last).reads;
	uint32_t slots[PASSAGE_SLICE], n = 0;
	slots[n++] = last;
	for (uint32_t i = last; i-- > first && n < count;) {
		struct effect e = effect_at(s, i);
		if (begins_inside(s, i) || insn_has_form(&s->p->insns[i], FORM_WIDE) || !(e.writes & wanted))
			continue;
		wanted = (uint16_t)((wanted & ~e.writes) | e.reads);
		slots[n++] = i;
	}
	*start = slots[n - 1];
	*mask = 0;
	if (n < count)
		return false;
	for (uint32_t i = 0; i < n; i++)
		*mask |= 1u << (slots[i] - *start);
	for (uint32_t i = *start; i <= last; i++)
		for (uint32_t k = *start; k < i; k++)
			if (*mask >> (i - *start) & 1 && !(*mask >> (k - *start) & 1) && !commute(s, k, i))
				return false;
	return *mask != (1u << (last - *start + 1)) - 1;
}

/* Computations whose instructions do not stand side by side. */
static void add_chains(const struct scene *s, const struct line_of_code *l, struct passages *out)
{
	for (uint32_t last = l->start; last < l->end; last++) {
		uint32_t first = last + 1 > l->start + PASSAGE_SPAN ? last + 1 - PASSAGE_SPAN : l->start, start, mask;
		if (begins_inside(s, first))
			first++;
		if (begins_inside(s, last) || insn_has_form(&s->p->insns[last], FORM_WIDE))
			continue;
		for (unsigned count = 2; count <= 4; count++)
			if (find_chain(s, first, last, count, &start, &mask))
				add_passage(s, out, start, last + 1, mask, false);
	}
}

static void add_line(const struct scene *s, uint32_t start, uint32_t end, uint32_t block_end, struct passages *out)
{
	struct line_of_code l = {start, end, false};
	l.jumps = end + 1 == block_end && insn_has_form(&s->p->insns[end], FORM_JMP) && s->facts->at[end].reached &&
		  s->may_edit(s, end) && !program_core(s->p, end);
	if (start == end && !l.jumps)
		return;
	add_parts(s, &l, out);
	add_chains(s, &l, out);
}

static void add_block(const struct scene *s, const struct block *b, struct passages *out)
{
	uint32_t start = b->start;
	for (uint32_t i = b->start; i < b->end; i++) {
		if (is_usable(s, i))
			continue;
		add_line(s, start, i, b->end, out);
		start = i + 1;
	}
	add_line(s, start, b->end, b->end, out);
}

/* Short ones first, and of these those with more in them; then as they stand. */
static int by_promise(const void *a, const void *b)
{
	const struct passage *x = a, *y = b;
	if (x->count != y->count)
		return x->count < y->count ? -1 : 1;
	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return x->end < y->end ? -1 : x->end > y->end;
}

void passages_find(const struct scene *s, struct passages *out)
{
	*out = (struct passages){0};
	for (size_t i = 0; i < s->p->n_subs; i++)
		for (size_t b = 0; b < s->cfgs[i].n; b++)
			if (s->cfgs[i].blocks[b].place >= 0)
				add_block(s, &s->cfgs[i].blocks[b], out);
	if (out->n)
		qsort(out->at, out->n, sizeof *out->at, by_promise);
}

void passages_release(struct passages *l)
{
	free(l->at);
	*l = (struct passages){0};
}

struct trial_ask passage_ask(const struct scene *s, const struct passage *x)
{
	struct trial_ask ask = {
	    .facts = s->facts, .start = x->start, .insns = x->insns, .slots = x->slots, .n = x->n, .live = x->live};
	memcpy(ask.live_stack, x->live_stack, sizeof ask.live_stack);
	return ask;
}

/* FNV-1a over words. */
static void mix(uint64_t *hash, uint64_t word)
{
	for (int i = 0; i < 8; i++, word >>= 8)
		*hash = (*hash ^ (word & 0xff)) * 0x100000001b3u;
}

static void mix_fact(uint64_t *hash, const struct fact *f)
{
	mix(hash, (uint64_t)f->kind | (uint64_t)f->maybe_null << 8 | (uint64_t)f->followable << 9 |
		      (uint64_t)f->from_end << 10 | (uint64_t)f->same << 16 | (uint64_t)f->object << 32);
	mix(hash, f->value.bits.value);
	mix(hash, f->value.bits.mask);
	mix(hash, f->value.umin);
	mix(hash, f->value.umax);
	mix(hash, (uint64_t)f->value.smin);
	mix(hash, (uint64_t)f->value.smax);
	mix(hash, (uint64_t)f->distance);
}

uint64_t passage_hash(const struct scene *s, const struct passage *x)
{
	const struct facts_at *at = &s->facts->at[x->start];
	uint64_t hash = 0xcbf29ce484222325u;
	uint16_t reads = x->live;
	bool memory = false;
	for (unsigned i = 0; i < x->n; i++) {
		const struct insn *in = &x->insns[i];
		reads |= effect_at(s, x->slots[i]).reads;
		memory |= is_memory(in);
		mix(&hash, (uint64_t)in->op | (uint64_t)in->width << 8 | (uint64_t)in->dst << 16 |
			       (uint64_t)in->src << 24 | (uint64_t)in->k << 32 | (uint64_t)(uint16_t)in->off << 40);
		mix(&hash, in->imm64 ^ (uint64_t)(uint32_t)in->imm << 32);
	}
	mix(&hash, x->live);
	for (unsigned r = 0; r < 11; r++)
		if (reads >> r & 1)
			mix_fact(&hash, &at->r[r]);
	for (unsigned i = 0; memory && i < STACK_BYTES / 64; i++)
		mix(&hash, x->live_stack[i]);
	return hash;
}

bool passage_apply(const struct scene *s, const struct passage *x, const struct insn *with, unsigned n, struct draft *d)
{
	struct insn all[2 * TRIAL_SLOTS];
	uint32_t targets[2 * TRIAL_SLOTS] = {0};
	unsigned total = n;
	memcpy(all, with, n * sizeof *with);
	if (n && insn_has_form(&with[n - 1], FORM_JMP))
		targets[n - 1] = (uint32_t)insn_target(&s->p->insns[x->end - 1], x->end - 1);
	for (unsigned i = x->n; i < x->n_all; i++)
		all[total++] = x->insns[i];
	return total <= x->n_all && draft_replace(d, x->start, x->end, all, targets, total);
}

struct draft *passage_replace(const struct scene *s, const struct passage *x, const struct insn *with, unsigned n)
{
	struct draft *d = scene_draft(s);
	if (passage_apply(s, x, with, n, d))
		return d;
	draft_free(d);
	return NULL;
}
