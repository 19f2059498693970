/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Depth-first over instruction sequences of growing length, on a few trials at
 * once. A prefix is given up where more results are still wrong than
 * instructions are left, where it does not make a state that was not there
 * before, or where its last result would not be used.
 */
#include "synth/search/enumerate.h"

#include "checker/exec/alu.h"
#include "encode/isa/effect.h"
#include "synth/draft/alloc.h"
#include "synth/search/vocabulary.h"

#include <string.h>

#define QUICK 5 /* trials that prefixes are run on */
#define DEPTH 3
#define CLOCK 4096 /* proposals between looks at the clock */
#define STATES (1u << 17)

struct level {
	struct trial_state s[QUICK];
	struct vocabulary_kinds kinds;
	uint16_t known;
	uint16_t wrong; /* registers that are not as they shall be yet, a bit each */
	bool wrong_memory;
	int last; /* register that the last instruction wrote; -1: none */
};

struct enumeration {
	struct hunt *h;
	struct vocabulary v;
	struct trial quick[QUICK];
	struct level levels[DEPTH + 1];
	struct insn at[DEPTH];
	unsigned length;  /* instructions */
	bool jumps;       /* the last one is a jump */
	uint64_t *states; /* hashes of states with the instructions that were left */
	unsigned n_states;
	uint64_t next_look;
	bool stop;
};

static bool is_register_wrong(const struct enumeration *e, const struct level *l, unsigned r)
{
	for (unsigned k = 0; k < QUICK; k++)
		if (l->s[k].r[r] != e->quick[k].after.r[r])
			return true;
	return false;
}

static bool is_memory_wrong(const struct enumeration *e, const struct level *l)
{
	for (unsigned k = 0; k < QUICK; k++) {
		const struct trial *t = &e->quick[k];
		for (uint64_t bits = t->compared; bits; bits &= bits - 1)
			if (l->s[k].bytes[__builtin_ctzll(bits)] != t->after.bytes[__builtin_ctzll(bits)])
				return true;
		for (unsigned i = 0; i < t->n_cells; i++)
			if (l->s[k].cells[i] != t->after.cells[i])
				return true;
	}
	return false;
}

static void compare(const struct enumeration *e, struct level *l)
{
	l->wrong = 0;
	for (unsigned live = e->h->x->live; live; live &= live - 1) {
		unsigned r = (unsigned)__builtin_ctz(live);
		if (is_register_wrong(e, l, r))
			l->wrong |= EFFECT_BIT(r);
	}
	l->wrong_memory = is_memory_wrong(e, l);
}

static unsigned count_wrong(const struct enumeration *e, const struct level *l)
{
	return (unsigned)__builtin_popcount(l->wrong) + l->wrong_memory + e->jumps;
}

static uint64_t hash_level(const struct level *l)
{
	uint64_t hash = l->known;
	for (unsigned k = 0; k < QUICK; k++) {
		const struct trial_state *s = &l->s[k];
		uint64_t words[TRIAL_BYTES / 8];
		memcpy(words, s->bytes, sizeof words);
		for (unsigned r = 0; r < 10; r++)
			hash = (hash ^ s->r[r]) * 0x9e3779b97f4a7c15u, hash ^= hash >> 29;
		for (unsigned i = 0; i < TRIAL_BYTES / 8; i++)
			hash = (hash ^ words[i]) * 0x9e3779b97f4a7c15u, hash ^= hash >> 29;
		for (unsigned i = 0; i < TRIAL_CELLS; i++)
			hash = (hash ^ s->cells[i]) * 0x9e3779b97f4a7c15u, hash ^= hash >> 29;
	}
	return hash;
}

/* Was there such a state with at least as many instructions left? */
static bool is_known_state(struct enumeration *e, const struct level *l, unsigned left)
{
	uint64_t hash = (hash_level(l) & ~3ull) | left;
	size_t i = hash * 0x9e3779b97f4a7c15u >> 47;
	for (; e->states[i]; i = (i + 1) % STATES)
		if ((e->states[i] & ~3ull) == (hash & ~3ull) && (e->states[i] & 3) >= left)
			return true;
	if (e->n_states >= STATES / 2)
		return false;
	e->n_states++;
	e->states[i] = hash;
	return false;
}

static bool is_store(const struct insn *in)
{
	return insn_has_form(in, FORM_ST) || insn_has_form(in, FORM_STX);
}

/* One more proposal; false: it is time to stop. */
static bool count(struct enumeration *e)
{
	if (++e->h->stats.proposals < e->next_look)
		return true;
	e->next_look = e->h->stats.proposals + CLOCK;
	e->stop = hunt_is_over(e->h);
	return !e->stop;
}

/* The sequence as it is passes the quick trials. */
static void try_whole(struct enumeration *e, unsigned n)
{
	struct hunt *h = e->h;
	if (!hunt_is_cheaper(h, e->at, n) || !trials_allow(&h->trials, e->at, n))
		return;
	if (trials_ask(&h->trials, e->at, n) == h->trials.n && hunt_try(h, e->at, n))
		e->stop = true;
}

static bool runs(const struct enumeration *e, struct level *to, const struct level *from, const struct insn *in)
{
	for (unsigned k = 0; k < QUICK; k++) {
		to->s[k] = from->s[k];
		if (!trial_step(&e->quick[k], &to->s[k], in))
			return false;
	}
	return true;
}

/* The last instruction: what it makes has to be right, on the first trial to begin with. */
static bool is_first_right(const struct enumeration *e, const struct level *l, const struct insn *in)
{
	enum isa_form form = isa_rows[in->op].form;
	const uint64_t *r = l->s[0].r;
	uint64_t second = in->k ? (uint64_t)(int64_t)in->imm : r[in->src];
	if (form == FORM_JMP)
		return alu_compute(in, r[in->dst], second, 0) == e->quick[0].after.taken;
	if (form == FORM_ALU || form == FORM_ALUX || form == FORM_ALU1 || form == FORM_END)
		return alu_compute(in, r[in->dst], second, 0) == e->quick[0].after.r[in->dst];
	return true;
}

static void finish(struct enumeration *e, unsigned depth, const struct insn *in)
{
	const struct level *l = &e->levels[depth];
	struct level *to = &e->levels[depth + 1];
	if (!is_first_right(e, l, in) || !runs(e, to, l, in))
		return;
	compare(e, to);
	if (to->wrong || to->wrong_memory)
		return;
	for (unsigned k = 0; k < QUICK; k++)
		if (to->s[k].taken != e->quick[k].after.taken)
			return;
	e->at[depth] = *in;
	try_whole(e, depth + 1);
}

/* Could the instruction be the last one, where these results are wrong? */
static bool fits_last(const struct enumeration *e, const struct level *l, const struct insn *in)
{
	struct effect f = effect_of(in);
	if (e->jumps)
		return insn_has_form(in, FORM_JMP) &&
		       (l->last < 0 || l->wrong || f.reads >> l->last & 1 || e->h->x->live >> l->last & 1);
	if (is_store(in) ? !l->wrong_memory : !(l->wrong & f.writes))
		return false;
	bool idle = l->last >= 0 && !(e->h->x->live >> l->last & 1);
	return !idle || f.reads >> l->last & 1;
}

/* Where each instruction that is left has one result to set right: is this one right? */
static bool sets_right(const struct enumeration *e, const struct level *l, const struct insn *in)
{
	if (is_store(in))
		return l->wrong_memory;
	return l->wrong >> in->dst & 1 && is_first_right(e, l, in);
}

static void extend(struct enumeration *e, unsigned depth);

static void go_on(struct enumeration *e, unsigned depth, const struct insn *in)
{
	const struct level *l = &e->levels[depth];
	struct level *to = &e->levels[depth + 1];
	unsigned left = e->length - depth - 1;
	if (!runs(e, to, l, in))
		return;
	compare(e, to);
	if (count_wrong(e, to) > left)
		return;
	to->known = l->known | effect_of(in).writes;
	to->kinds = vocabulary_after(&e->v, in, l->kinds);
	to->last = is_store(in) ? -1 : in->dst;
	if (is_known_state(e, to, left))
		return;
	e->at[depth] = *in;
	extend(e, depth + 1);
}

static void extend(struct enumeration *e, unsigned depth)
{
	const struct level *l = &e->levels[depth];
	unsigned left = e->length - depth;
	bool tight = count_wrong(e, l) == left;
	for (unsigned i = 0; i < e->v.n && !e->stop; i++) {
		const struct insn *in = &e->v.at[i];
		bool jump = i >= e->v.n - e->v.n_jumps;
		if (jump != (left == 1 && e->jumps) || effect_of(in).reads & ~l->known)
			continue;
		if (left == 1 && !fits_last(e, l, in))
			continue;
		if (!count(e))
			return;
		if (vocabulary_refuses(in, l->kinds))
			continue;
		if (left == 1)
			finish(e, depth, in);
		else if (!tight || sets_right(e, l, in))
			go_on(e, depth, in);
	}
}

/* A jump that no trial takes may not be needed. */
static bool is_ever_taken(const struct trials *ts)
{
	for (unsigned i = 0; i < ts->n; i++)
		if (ts->at[i].after.taken)
			return true;
	return false;
}

static void begin(struct enumeration *e)
{
	e->jumps = e->h->x->jumps && is_ever_taken(&e->h->trials);
	struct level *l = &e->levels[0];
	for (unsigned k = 0; k < QUICK; k++) {
		e->quick[k] = e->h->trials.at[k];
		l->s[k] = e->quick[k].before;
	}
	l->known = e->h->trials.known;
	l->kinds = vocabulary_begin(&e->v);
	l->last = -1;
	compare(e, l);
}

static void enumerate(struct hunt *h, unsigned first, unsigned last)
{
	if (h->trials.n < QUICK)
		return;
	struct enumeration *e = checked(calloc(1, sizeof *e));
	e->h = h;
	vocabulary_init(&e->v, h->s, h->x, &h->trials);
	begin(e);
	e->states = checked(malloc(STATES * sizeof *e->states));
	if (first == 0 && count_wrong(e, &e->levels[0]) == 0)
		try_whole(e, 0);
	for (e->length = first ? first : 1; e->length <= last && !e->stop; e->length++) {
		bool shorter = h->s->goal == GOAL_LATENCY ? e->length <= h->x->n : e->length < h->x->n;
		if (!shorter)
			break;
		memset(e->states, 0, STATES * sizeof *e->states);
		e->n_states = 0;
		is_known_state(e, &e->levels[0], DEPTH);
		if (count_wrong(e, &e->levels[0]) <= e->length)
			extend(e, 0);
	}
	vocabulary_release(&e->v);
	free(e->states);
	free(e);
}

void enumerate_short(struct hunt *h)
{
	enumerate(h, 0, 2);
}

void enumerate_long(struct hunt *h)
{
	enumerate(h, 3, 3);
}

const struct hunt_plan enumerate_plan = {"short", enumerate_short, 1, 6, 24, 1000000, 1};
const struct hunt_plan enumerate_long_plan = {"long", enumerate_long, 4, 6, 24, 4000000, 1};

void propose_enumerate(const struct scene *s)
{
	hunt_run(s, &enumerate_plan);
}

void propose_deepen(const struct scene *s)
{
	hunt_run(s, &enumerate_long_plan);
}
