/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the abstract states of the attempt that proves a program have in
 * common, slot by slot. Every concrete state that a run has at an instruction
 * is in one of those that the walk shows there (explore.c; tests/contain.c
 * holds it to that), so what all of them say holds on every run. Symbols,
 * references and groups of NULL mean something within one state only: of
 * them only constant distances between places are kept.
 */
#include "checker/window/facts.h"
#include "checker/safety/prover.h"
#include "encode/isa/cfg.h"

#include <string.h>

#define WORDS (STACK_BYTES / 8)

/* A place of one abstract state. */
struct seen {
	struct fact fact;   /* without same and distance */
	bool has_key;       /* equal keys: at a constant distance, add - add */
	enum kind key_kind; /* key: kind, object, symbol */
	uint32_t key_object;
	sym key_sym;
	uint64_t add;
};

struct gather {
	struct facts *facts;
	unsigned attempt;
	struct seen seen[FACTS_PLACES]; /* of the state at work, by place */
};

static bool may_join_null(enum kind k)
{
	return k == KIND_VALUE || k == KIND_MEM || k == KIND_MEM_RO || k == KIND_KERNEL;
}

/* Do equal objects mean equal memory? Two lookups in one map may give two values. */
static bool has_one_address(const struct program *p, const struct aval *v)
{
	switch ((enum kind)v->kind) {
	case KIND_NUMBER:
	case KIND_STACK:
	case KIND_CTX:
	case KIND_PACKET:
	case KIND_FUNC:
	case KIND_FLOW_KEYS:
		return true;
	case KIND_VALUE:
		return p->object->maps[v->object].is_data;
	case KIND_MAP:
		return v->object < INNER_MAP;
	case KIND_NONE:
	case KIND_STALE:
	case KIND_MEM:
	case KIND_MEM_RO:
	case KIND_KERNEL:
	case KIND_DYNPTR:
	case KIND_COUNT:
		break;
	}
	return false;
}

static void see_value(const struct program *p, const struct astate *s, const struct aval *v, struct seen *out)
{
	*out = (struct seen){.fact = {.kind = (enum kind)v->kind}};
	struct fact *f = &out->fact;
	if (v->kind == KIND_NONE || v->kind == KIND_DYNPTR) {
		f->kind = KIND_NONE;
		return;
	}
	f->maybe_null = v->maybe_null;
	f->followable = v->followable;
	f->object = v->kind == KIND_NUMBER ? 0 : v->object;
	f->from_end = v->kind == KIND_PACKET && s->length && v->sym == s->length;
	f->value = f->from_end ? scalar_const((uint64_t)v->add) : state_number(s, v);
	out->has_key = !v->maybe_null && has_one_address(p, v);
	out->key_kind = f->kind;
	out->key_object = f->object;
	out->key_sym = v->sym;
	out->add = (uint64_t)v->add;
}

static bool byte_is_set(const uint64_t *bits, unsigned word)
{
	return (bits[word / 8] >> word % 8 * 8 & 0xff) == 0xff;
}

/* What lies in an aligned word that is no cell: a constant in parts, or a number that nothing is known of. */
static void see_parts(const struct program *p, const struct astate *s, unsigned word, struct seen *out)
{
	uint64_t x;
	struct aval v = {.kind = KIND_NUMBER};
	*out = (struct seen){0};
	if (stack_constant(s, s->depth - 1, word * 8, 8, &x)) {
		v.add = (int64_t)x;
		see_value(p, s, &v, out);
	} else if (!stack_is_secret(s, s->depth - 1, word * 8, word * 8 + 8)) {
		out->fact = (struct fact){.kind = KIND_NUMBER, .value = scalar_any()};
	}
}

/* Of the wanted words (a bit each) those that are written in full; the others are left alone. */
static void see_stack(const struct program *p, const struct astate *s, uint64_t wanted, struct seen *out)
{
	const struct aframe *f = &s->frames[s->depth - 1];
	uint32_t i = 0;
	for (unsigned w = 0; w < WORDS; w++) {
		if (!(wanted >> w & 1) || !byte_is_set(f->written, w))
			continue;
		while (i < f->n_cells && f->cells[i].off < w * 8)
			i++;
		if (i < f->n_cells && f->cells[i].off == w * 8 && f->cells[i].size == 8)
			see_value(p, s, &f->cells[i].v, &out[w]);
		else
			see_parts(p, s, w, &out[w]);
	}
}

static bool same_key(const struct seen *a, const struct seen *b)
{
	return a->has_key && b->has_key && a->key_kind == b->key_kind && a->key_object == b->key_object &&
	       a->key_sym == b->key_sym;
}

/* The places of a summary: registers, then its words. */
static unsigned place_of(const struct facts_at *at, unsigned i)
{
	return i < 11 ? i : FACTS_STACK + (unsigned)at->words[i - 11].word;
}

static struct fact *fact_of(struct facts_at *at, unsigned i)
{
	return i < 11 ? &at->r[i] : &at->words[i - 11].fact;
}

/* Which places are at a constant distance from an earlier one, in the first state of a slot. */
static void relate(struct facts_at *at, const struct seen *seen)
{
	for (unsigned i = 0; i < 11u + at->n_words; i++) {
		unsigned p = place_of(at, i);
		struct fact *f = fact_of(at, i);
		f->same = (uint8_t)p;
		f->distance = 0;
		for (unsigned j = 0; j < i; j++) {
			unsigned q = place_of(at, j);
			if (!same_key(&seen[p], &seen[q]))
				continue;
			f->same = (uint8_t)q;
			f->distance = (int64_t)(seen[p].add - seen[q].add);
			break;
		}
	}
}

/* Still at that distance in another state? */
static bool keeps(const struct seen *a, const struct seen *b, int64_t distance)
{
	return same_key(a, b) && a->add - b->add == (uint64_t)distance;
}

/* The first place before i of i's class that this state has at the same distance. */
static bool find_leader(struct facts_at *at, const struct seen *seen, unsigned i, const uint8_t *leader,
			const int64_t *distance, struct fact *f)
{
	unsigned p = place_of(at, i);
	for (unsigned j = 0; j < i; j++) {
		unsigned q = place_of(at, j);
		int64_t d = (int64_t)((uint64_t)distance[i] - (uint64_t)distance[j]);
		if (leader[j] != leader[i] || !keeps(&seen[p], &seen[q], d))
			continue;
		f->same = (uint8_t)q;
		f->distance = d;
		return true;
	}
	return false;
}

/* Splits the classes of places at constant distances by those of another state. */
static void refine(struct facts_at *at, const struct seen *seen)
{
	uint8_t leader[FACTS_PLACES];
	int64_t distance[FACTS_PLACES];
	unsigned n = 11u + at->n_words;
	bool broken = false;
	for (unsigned i = 0; i < n; i++) {
		const struct fact *f = fact_of(at, i);
		unsigned p = place_of(at, i);
		leader[i] = f->same;
		distance[i] = f->distance;
		broken |= f->same != p && !keeps(&seen[p], &seen[f->same], f->distance);
	}
	for (unsigned i = 0; broken && i < n; i++) {
		struct fact *f = fact_of(at, i);
		unsigned p = place_of(at, i);
		if (f->same == p || find_leader(at, seen, i, leader, distance, f))
			continue;
		f->same = (uint8_t)p;
		f->distance = 0;
	}
}

static bool is_null(const struct fact *f)
{
	return f->kind == KIND_NUMBER && scalar_is_const(f->value) && f->value.bits.value == 0;
}

/* What holds of both; same and distance stay a's. */
static void join(struct fact *a, const struct fact *b)
{
	if (is_null(a) && may_join_null(b->kind)) {
		a->kind = b->kind;
		a->object = b->object;
		a->value = b->value;
		a->maybe_null = true;
	} else if (may_join_null(a->kind) && is_null(b)) {
		a->maybe_null = true;
	} else if (a->kind != b->kind || a->object != b->object || a->followable != b->followable) {
		a->kind = KIND_NONE;
	} else {
		bool differ = a->from_end != b->from_end;
		if (differ)
			a->value = scalar_any();
		else if (!scalar_subset(b->value, a->value)) /* joining takes much longer than comparing */
			a->value = scalar_join(a->value, b->value);
		a->from_end &= b->from_end;
		a->maybe_null |= b->maybe_null;
	}
}

static int64_t packet_least(const struct astate *s)
{
	int64_t least = s->length ? state_facts(s, s->length, 0).smin : 0;
	return least > 0 ? least : 0;
}

static void begin(struct facts_at *at, const struct astate *s, const struct seen *seen)
{
	at->reached = true;
	at->depth = s->depth;
	at->packet = packet_least(s);
	memcpy(at->written, s->frames[s->depth - 1].written, sizeof at->written);
	for (unsigned i = 0; i < 11; i++)
		at->r[i] = seen[i].fact;
	at->words = checked(malloc(WORDS * sizeof *at->words));
	for (unsigned w = 0; w < WORDS; w++) {
		if (!byte_is_set(at->written, w) || seen[FACTS_STACK + w].fact.kind == KIND_NONE)
			continue;
		at->words[at->n_words].word = (uint8_t)w;
		at->words[at->n_words++].fact = seen[FACTS_STACK + w].fact;
	}
	at->words = checked(realloc(at->words, (at->n_words + 1u) * sizeof *at->words));
	relate(at, seen);
}

static void drop_words(struct facts_at *at)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < at->n_words; i++)
		if (at->words[i].fact.kind != KIND_NONE)
			at->words[kept++] = at->words[i];
	at->n_words = (uint8_t)kept;
}

/* A place that holds nothing known is at no distance from others. */
static void lose_unknown(struct facts_at *at, struct seen *seen)
{
	for (unsigned i = 0; i < 11u + at->n_words; i++)
		if (fact_of(at, i)->kind == KIND_NONE)
			seen[place_of(at, i)].has_key = false;
}

static void add(struct facts_at *at, const struct astate *s, struct seen *seen)
{
	const uint64_t *written = s->frames[s->depth - 1].written;
	int64_t packet = packet_least(s);
	at->deep |= at->depth != s->depth;
	at->depth = s->depth < at->depth ? s->depth : at->depth;
	at->packet = packet < at->packet ? packet : at->packet;
	for (unsigned i = 0; i < STACK_BYTES / 64; i++)
		at->written[i] &= written[i];
	for (unsigned i = 0; i < 11; i++)
		join(&at->r[i], &seen[i].fact);
	for (unsigned i = 0; i < at->n_words; i++) {
		unsigned w = at->words[i].word;
		if (byte_is_set(written, w))
			join(&at->words[i].fact, &seen[FACTS_STACK + w].fact);
		else
			at->words[i].fact.kind = KIND_NONE;
	}
	lose_unknown(at, seen);
	refine(at, seen);
	drop_words(at);
}

static void forget(struct facts *f)
{
	for (uint32_t i = 0; i < f->n; i++)
		free(f->at[i].words);
	memset(f->at, 0, f->n * sizeof *f->at);
}

static uint64_t words_of(const struct facts_at *at)
{
	uint64_t words = 0;
	for (unsigned i = 0; i < at->n_words; i++)
		words |= 1ull << at->words[i].word;
	return words;
}

static void gather_state(void *arg, unsigned attempt, const struct astate *s)
{
	struct gather *g = arg;
	struct facts_at *at = &g->facts->at[s->slot];
	if (attempt != g->attempt)
		forget(g->facts);
	g->attempt = attempt;
	for (unsigned i = 0; i < 11; i++)
		see_value(g->facts->p, s, &s->r[i], &g->seen[i]);
	see_stack(g->facts->p, s, at->reached ? words_of(at) : ~0ull, g->seen + FACTS_STACK);
	if (at->reached)
		add(at, s, g->seen);
	else
		begin(at, s, g->seen);
}

static void clear(struct fact *f, unsigned place)
{
	*f = (struct fact){.same = (uint8_t)place};
}

/* At several depths a stack pointer's frame has several numbers. */
static void leave_depths(struct facts_at *at)
{
	for (unsigned i = 0; i < 11u + at->n_words; i++) {
		struct fact *f = fact_of(at, i);
		unsigned p = place_of(at, i);
		if (i == 10) {
			f->kind = KIND_STACK;
			f->object = at->depth - 1;
			f->value = scalar_const(0);
			f->same = 10;
			f->distance = 0;
		} else if (f->kind == KIND_STACK) {
			clear(f, p);
		}
	}
	drop_words(at);
}

static void finish(struct facts_at *at)
{
	if (at->deep)
		leave_depths(at);
	for (unsigned i = 0; i < 11; i++)
		if (at->r[i].kind == KIND_NONE)
			clear(&at->r[i], i);
}

/* A row that is not known may do anything. */
static void note_call(struct facts *f, const struct insn *in)
{
	if (in->op != ISA_CALL || in->src == CALL_LOCAL)
		return;
	const struct helper_row *row =
	    in->src == CALL_HELPER ? helper_find((uint32_t)in->imm) : f->p->object->externs[in->imm].call;
	f->changes |= !row || row->effects & MAPS_WRITE;
	f->moves |= !row || row->effects & PKT_MOVE;
	/* the only memory that is apart from all other */
	f->slices |= !row || (row->ret == RET_MEM_OR_NULL && row->id != FUNC_ringbuf_reserve);
}

static void note_loops(struct facts *f, const struct subprogram *sub)
{
	struct cfg g;
	char err[200];
	bool good = cfg_build(f->p->insns, sub->start, sub->end, &g, err, sizeof err);
	for (uint32_t i = sub->start; i < sub->end; i++) {
		int b = good ? cfg_find_block(&g, i) : -1;
		f->at[i].in_loop = b < 0 || g.irreducible || g.blocks[b].loop >= 0;
	}
	if (good)
		cfg_release(&g);
}

static void note_program(struct facts *f)
{
	for (uint32_t i = 0; i < f->n; i++) {
		const struct insn *in = &f->p->insns[i];
		f->callbacks |= in->op == ISA_LDDW && in->src == WIDE_FUNC;
		note_call(f, in);
		f->at[i].in_loop = true;
	}
	for (size_t i = 0; i < f->p->n_subs; i++)
		note_loops(f, &f->p->subs[i]);
}

struct facts *facts_new(const struct program *p, const struct safety_options *opt, struct safety_result *r)
{
	struct facts *f = checked(calloc(1, sizeof *f));
	struct gather g = {.facts = f};
	struct safety_options o = *opt;
	f->p = p;
	f->n = (uint32_t)p->n;
	f->at = checked(calloc(p->n + 1, sizeof *f->at));
	o.seen = gather_state;
	o.seen_arg = &g;
	safety_check(p, &o, r);
	if (r->verdict != VERDICT_PROVED || g.attempt != r->attempts) {
		facts_free(f);
		return NULL;
	}
	for (uint32_t i = 0; i < f->n; i++)
		finish(&f->at[i]);
	note_program(f);
	return f;
}

void facts_free(struct facts *f)
{
	if (!f)
		return;
	forget(f);
	free(f->at);
	free(f);
}

const struct fact *facts_place(const struct facts_at *at, unsigned place)
{
	static const struct fact nothing;
	if (place < FACTS_STACK)
		return &at->r[place];
	for (unsigned i = 0; i < at->n_words; i++)
		if (at->words[i].word == place - FACTS_STACK)
			return &at->words[i].fact;
	return &nothing;
}
