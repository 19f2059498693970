/* SPDX-License-Identifier: BSD-2-Clause */
/* Chains of proposals, accepted as Metropolis has it. */
#include "synth/search/search.h"

#include "synth/draft/alloc.h"

#include <math.h>
#include <string.h>

#define CLOCK 1024        /* proposals between looks at the clock */
#define FAULT_COST 100000 /* of a candidate that can't be run */

static double draw_unit(uint64_t *random)
{
	return (double)(trial_random(random) >> 11) * 0x1p-53;
}

static double weigh(const struct search_chain *c, const struct hunt *h, const struct search_numbers *o)
{
	return o->slot_weight * hunt_weight(h, c->at, c->n);
}

void search_begin(struct search_chain *c, const struct hunt *h, const struct search_numbers *o)
{
	c->n = 0;
	for (unsigned i = 0; i < h->x->n; i++)
		if (h->x->insns[i].op != ISA_WIDE_TAIL)
			c->at[c->n++] = h->x->insns[i];
	c->cost = weigh(c, h, o);
	c->since = 0;
}

/* The last place is the jump's, if there is one. */
static bool is_jump_place(const struct search_chain *c, const struct hunt *h, unsigned i)
{
	return h->x->jumps && i == c->n - 1;
}

static bool put_instruction(struct search_chain *c, const struct hunt *h, const struct vocabulary *v, unsigned i)
{
	bool jump = is_jump_place(c, h, i);
	unsigned n = jump ? v->n_jumps : v->n - v->n_jumps, first = jump ? v->n - v->n_jumps : 0;
	if (n)
		c->at[i] = v->at[first + trial_below(&c->random, n)];
	return n;
}

static uint8_t draw_register(uint64_t *random, uint16_t from)
{
	unsigned k = trial_below(random, (unsigned)__builtin_popcount(from));
	while (k--)
		from &= (uint16_t)(from - 1);
	return (uint8_t)__builtin_ctz(from);
}

static bool is_access(const struct insn *in)
{
	return insn_has_form(in, FORM_LDX) || insn_has_form(in, FORM_LDXS) || insn_has_form(in, FORM_ST) ||
	       insn_has_form(in, FORM_STX);
}

static bool put_number(struct insn *in, const struct vocabulary *v, uint64_t *random)
{
	in->imm = v->numbers[trial_below(random, v->n_numbers)];
	return vocabulary_is_legal(in);
}

/* The destination, or what else it reads. */
static bool put_operand(struct insn *in, const struct vocabulary *v, uint64_t *random)
{
	bool store = insn_has_form(in, FORM_ST) || insn_has_form(in, FORM_STX), first = trial_below(random, 2);
	enum isa_form form = isa_rows[in->op].form;
	uint16_t sources = v->from;
	if (form == FORM_ALU1 || form == FORM_END || form == FORM_WIDE || (first && !store)) {
		in->dst = draw_register(random, form == FORM_JMP ? v->from & 0x3ff : v->to);
		return true;
	}
	if (in->k || form == FORM_ST)
		return put_number(in, v, random);
	if (store && first)
		in->dst = draw_register(random, sources);
	else
		in->src = draw_register(random, sources);
	return true;
}

static bool put_width(struct insn *in, uint64_t *random)
{
	in->width = (uint8_t)(8u << trial_below(random, 4));
	return !(in->op == ISA_LDXS && in->width == 64);
}

static bool exchange(struct insn *in, const struct vocabulary *v, uint64_t *random)
{
	if (!put_width(in, random))
		return false;
	if (insn_has_form(in, FORM_ST))
		return put_number(in, v, random);
	if (insn_has_form(in, FORM_STX))
		in->src = draw_register(random, v->from & 0x3ff);
	else
		in->dst = draw_register(random, v->to);
	return true;
}

static bool change(struct search_chain *c, const struct hunt *h, const struct vocabulary *v, enum search_move m,
		   unsigned i)
{
	struct insn *in = &c->at[i];
	bool empty = in->op == ISA_WIDE_TAIL;
	switch (m) {
	case MOVE_operand:
		return !empty && v->from && v->to && v->n_numbers && put_operand(in, v, &c->random);
	case MOVE_instruction:
		return put_instruction(c, h, v, i);
	case MOVE_nothing:
		*in = (struct insn){.op = ISA_WIDE_TAIL};
		return !empty && !is_jump_place(c, h, i);
	case MOVE_exchange:
		return !empty && is_access(in) && v->to && v->from & 0x3ff && exchange(in, v, &c->random);
	case MOVE_width:
		return !empty && is_access(in) && put_width(in, &c->random);
	case MOVE_run:
		return c->n > 1 && put_instruction(c, h, v, i) && put_instruction(c, h, v, i + 1);
	case SEARCH_MOVES:
		break;
	}
	return false;
}

bool search_move(struct search_chain *c, const struct hunt *h, const struct vocabulary *v, enum search_move m,
		 struct search_undo *u)
{
	u->n = m == MOVE_run && c->n > 1 ? 2 : 1;
	u->at = trial_below(&c->random, c->n - u->n + 1);
	memcpy(u->was, c->at + u->at, u->n * sizeof *u->was);
	if (change(c, h, v, m, u->at))
		return true;
	search_take_back(c, u);
	return false;
}

void search_take_back(struct search_chain *c, const struct search_undo *u)
{
	memcpy(c->at + u->at, u->was, u->n * sizeof *u->was);
}

double search_cost(const struct search_chain *c, const struct hunt *h, const struct search_numbers *o, double bound,
		   bool *passes)
{
	const struct trials *ts = &h->trials;
	double cost = weigh(c, h, o);
	struct trial_state s;
	*passes = false;
	if (cost > bound)
		return cost;
	if (!trials_allow(ts, c->at, c->n))
		return FAULT_COST;
	*passes = true;
	for (unsigned i = 0; i < ts->n && cost <= bound; i++) {
		if (!trial_run(&ts->at[i], c->at, c->n, &s)) {
			*passes = false;
			return FAULT_COST;
		}
		unsigned wrong = trial_distance(ts, &ts->at[i], &s);
		*passes &= !wrong;
		cost += o->error_weight * wrong;
	}
	*passes &= cost <= bound;
	return cost;
}

static enum search_move draw_move(const struct search_numbers *o, uint64_t *random)
{
	double sum = 0;
	for (unsigned m = 0; m < SEARCH_MOVES; m++)
		sum += o->share[m];
	double u = sum * draw_unit(random);
	for (unsigned m = 0; m + 1 < SEARCH_MOVES; m++) {
		if (u < o->share[m])
			return (enum search_move)m;
		u -= o->share[m];
	}
	return (enum search_move)(SEARCH_MOVES - 1);
}

static bool computes_with_fixed(const struct search_chain *c, const struct vocabulary *v)
{
	struct vocabulary_kinds k = vocabulary_begin(v);
	for (unsigned i = 0; i < c->n; i++) {
		if (c->at[i].op == ISA_WIDE_TAIL)
			continue;
		if (vocabulary_refuses(&c->at[i], k))
			return true;
		k = vocabulary_after(v, &c->at[i], k);
	}
	return false;
}

/* Is it better than the passage, and was it proved? */
static bool try_candidate(struct search_chain *c, struct hunt *h, const struct vocabulary *v)
{
	return hunt_is_cheaper(h, c->at, c->n) && !computes_with_fixed(c, v) && hunt_try(h, c->at, c->n);
}

/* One proposal. True: the search is over. */
static bool propose(struct search_chain *c, struct hunt *h, const struct vocabulary *v, const struct search_numbers *o)
{
	enum search_move m = draw_move(o, &c->random);
	struct move_stats *stats = &h->stats.moves[m];
	struct search_undo u;
	bool passes;
	h->stats.proposals++;
	stats->proposed++;
	if (!search_move(c, h, v, m, &u))
		return false;
	double bound = c->cost - log(draw_unit(&c->random) + 0x1p-60) / log(o->base);
	double cost = search_cost(c, h, o, bound, &passes);
	if (passes && try_candidate(c, h, v)) {
		stats->best += h->found;
		return true;
	}
	if (cost > bound) {
		search_take_back(c, &u);
		return false;
	}
	stats->accepted++;
	c->cost = cost;
	return false;
}

/* A chain's turn. */
static bool take_turn(struct search_chain *c, struct hunt *h, const struct vocabulary *v,
		      const struct search_numbers *o)
{
	for (unsigned i = 0; i < (unsigned)o->turn; i++) {
		if (c->since++ >= (uint64_t)o->restart)
			search_begin(c, h, o);
		if (propose(c, h, v, o))
			return true;
	}
	return hunt_is_over(h);
}

void search_passage(struct hunt *h)
{
	const struct search_numbers *o = h->s->numbers ? h->s->numbers : &search_defaults;
	if (!h->limit || h->limit > (uint64_t)o->proposals)
		h->limit = (uint64_t)o->proposals;
	unsigned n = (unsigned)o->chains;
	struct vocabulary v;
	struct search_chain *chains = checked(calloc(n, sizeof *chains));
	vocabulary_init(&v, h->s, h->x, &h->trials);
	for (unsigned i = 0; i < n; i++) {
		chains[i].random = h->seed + i;
		search_begin(&chains[i], h, o);
	}
	bool over = !v.n;
	while (!over)
		for (unsigned i = 0; i < n && !over; i++)
			over = take_turn(&chains[i], h, &v, o);
	vocabulary_release(&v);
	free(chains);
}

const struct hunt_plan search_plan = {
    .name = "search", .run = search_passage, .min_slots = 2, .max_count = 6, .trials = 16, .rounds = 16};

void propose_search(const struct scene *s)
{
	hunt_run(s, &search_plan);
}
