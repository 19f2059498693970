/* SPDX-License-Identifier: BSD-2-Clause */
/* Rewrite rules proved: both sides run from one arbitrary state, under every combination of what registers may hold. */
#include "checker/window/rule_proof.h"
#include "clock.h"
#include "checker/window/rule_term.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TOGETHER 16 /* rules in one question */

struct proof {
	const struct rule *rule;
	struct solver *solver;
	struct world *world;
	struct term_pool *pool;
	unsigned fixed; /* constants, a bit each, that have one value in this case */
	uint64_t values[RULE_CONSTANTS];
	term constants[RULE_CONSTANTS];
	const struct state *from;
	struct rule_side side[2];
	term assumed, differ;
	term question; /* of all choices for the registers: can it be met, the rule is wrong */
	bool gathers;  /* it is not asked yet, more is to come */
	struct rule_proof *out;
};

static void assume(struct proof *q, term t)
{
	q->assumed = term_and(q->pool, q->assumed, t);
}

static void claim(struct proof *q, term differ)
{
	q->differ = term_or(q->pool, q->differ, differ);
}

/* A program with the instruction gets past the kernel's checks of its fields, and the value is one that it can hold. */
static void assume_fields(struct proof *q, const struct rule_insn *ri)
{
	struct term_pool *p = q->pool;
	const struct insn *in = &ri->in;
	if (ri->imm) {
		term v = rule_term(p, q->rule, ri->imm - 1u, q->constants), zero = term_const(p, 64, 0);
		if (!rule_fits_imm(in, 1ull << 63)) /* not only the low half counts */
			assume(q, term_eq(p, v, term_sext(p, term_extract(p, v, 31, 0), 64)));
		if (in->op == ISA_LSH || in->op == ISA_RSH || in->op == ISA_ARSH)
			assume(q, term_ult(p, term_and(p, v, term_const(p, 64, 0xffffffff)),
					   term_const(p, 64, in->width)));
		if (in->op == ISA_DIV || in->op == ISA_MOD || in->op == ISA_SDIV || in->op == ISA_SMOD)
			assume(q, term_ne(p, term_and(p, v, term_const(p, 64, 0xffffffff)), zero));
	}
	if (ri->off) {
		term v = rule_term(p, q->rule, ri->off - 1u, q->constants);
		assume(q, term_eq(p, v, term_sext(p, term_extract(p, v, 15, 0), 64)));
	}
}

static void assume_conditions(struct proof *q)
{
	const struct rule *r = q->rule;
	struct term_pool *p = q->pool;
	for (unsigned i = 0; i < r->n_pattern; i++)
		assume_fields(q, &r->pattern[i]);
	for (unsigned i = 0; i < r->n_result; i++)
		assume_fields(q, &r->result[i]);
	for (unsigned i = 0; i < r->n_conditions; i++)
		assume(q, term_ne(p, rule_term(p, r, r->conditions[i], q->constants), term_const(p, 64, 0)));
	for (unsigned i = 0; i < r->n_facts; i++) {
		const struct rule_fact *f = &r->facts[i];
		term reg = value_word(q->world, &q->from->regs[f->reg]);
		term v = rule_term(p, r, f->node, q->constants);
		assume(q, f->kind == RULE_BELOW ? term_ule(p, reg, v)
						: term_eq(p, term_and(p, reg, v), term_const(p, 64, 0)));
	}
}

/* True where b is not as good as a. */
static term values_differ(struct proof *q, const struct value *a, const struct value *b)
{
	struct term_pool *p = q->pool;
	term differ = term_true(p);
	if (!a->n && !b->n)
		differ = term_ne(p, a->word, b->word);
	else if (a->n == 1 && b->n == 1 && a->alts[0].region == b->alts[0].region)
		differ = term_ne(p, a->alts[0].off, b->alts[0].off);
	else if (value_is_number(a) && value_is_number(b) && !a->n) /* one that may be followed serves as a number */
		differ = term_ne(p, a->word, value_word(q->world, b));
	return term_and(p, a->init, term_or(p, term_not(p, b->init), differ));
}

static void compare_memory(struct proof *q)
{
	struct world *w = q->world;
	mem a = q->side[0].state->mems[SPACE_MEM], b = q->side[1].state->mems[SPACE_MEM];
	for (unsigned i = 0; i < 2 && a != b; i++) {
		struct mem_index *at;
		size_t n = mem_writes(w, q->side[i].state->mems[SPACE_MEM], &at);
		for (size_t k = 0; k < n; k++)
			claim(q, term_ne(q->pool, mem_read_byte(w, a, at[k].key, at[k].off),
					 mem_read_byte(w, b, at[k].key, at[k].off)));
		free(at);
	}
}

/* True where no access of the list, all of one kind, has the byte. */
static term misses(struct proof *q, const struct rule_access *list, unsigned n, bool store, uint32_t region, term off)
{
	struct term_pool *p = q->pool;
	term hit = term_false(p);
	for (unsigned i = 0; i < n; i++)
		for (unsigned k = 0; k < list[i].bytes; k++)
			if (list[i].store == store && list[i].region == region)
				hit = term_or(p, hit, term_eq(p, off, term_add(p, list[i].off, term_const(p, 64, k))));
	return term_not(p, hit);
}

/* Bytes that the pattern does not read may be unwritten, and others may write what it does not write meanwhile. */
static void compare_accesses(struct proof *q)
{
	const struct rule_side *a = &q->side[0], *b = &q->side[1];
	for (unsigned i = 0; i < b->n_accesses; i++) {
		const struct rule_access *x = &b->accesses[i];
		for (unsigned k = 0; k < x->bytes; k++) {
			term off = term_add(q->pool, x->off, term_const(q->pool, 64, k));
			claim(q, misses(q, a->accesses, a->n_accesses, x->store, x->region, off));
		}
	}
}

static void compare_sides(struct proof *q)
{
	const struct state *a = q->side[0].state, *b = q->side[1].state;
	for (unsigned i = 0; i < q->rule->n_regs; i++)
		if (!(q->rule->dead >> i & 1))
			claim(q, values_differ(q, &a->regs[i], &b->regs[i]));
	claim(q, term_ne(q->pool, q->side[0].taken, q->side[1].taken));
	claim(q, run_any_fault(q->side[1].run));
	compare_memory(q);
	compare_accesses(q);
}

static void fail(struct proof *q, enum verdict v, const char *why)
{
	q->out->verdict = v;
	q->out->why = why;
}

static uint64_t model_value(const struct solver_model *m, term leaf)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->leaves[i] == leaf)
			return m->values[i];
	return 0;
}

static void keep_instance(struct proof *q, const struct solver_model *m)
{
	struct world *w = q->world;
	for (unsigned i = 0; i < q->rule->n_regs; i++)
		q->out->regs[i] = model_value(m, world_input1(w, IN_SOME, word_const(w, RULE_INPUT_REGS + i)));
	for (unsigned i = 0; i < RULE_CONSTANTS; i++) {
		uint64_t v = model_value(m, world_input1(w, IN_SOME, word_const(w, RULE_INPUT_CONSTANTS + i)));
		unsigned bits = rule_constants[i].bits;
		q->out->constants[i] = q->fixed >> i & 1 ? q->values[i]
				       : bits == 16      ? (uint64_t)(int16_t)v
				       : bits == 32      ? (uint64_t)(int32_t)v
							 : v;
	}
}

static void decide(struct proof *q)
{
	struct solver_model m;
	if (term_gave_up(q->pool) != TERM_GOES_ON) {
		fail(q, VERDICT_UNKNOWN, "the rule makes too many terms");
		return;
	}
	if (!term_is_const(q->pool, q->question, NULL))
		q->out->decided_by = solver_name(q->solver);
	switch (solver_check(q->solver, q->pool, "rule", &q->question, 1, &m, NULL)) {
	case SOLVER_UNSAT:
		return;
	case SOLVER_UNKNOWN:
		fail(q, VERDICT_UNKNOWN, "the solver gave no answer");
		return;
	case SOLVER_SAT:
		break;
	}
	fail(q, VERDICT_REFUTED, "pattern and result differ");
	keep_instance(q, &m);
	solver_release_model(&m);
}

/* The rule for one choice of what its registers hold: may they differ? */
static void ask_case(struct proof *q, const enum rule_holds holds[RULE_REGS], bool same)
{
	q->assumed = term_true(q->pool);
	q->differ = term_false(q->pool);
	q->from = rule_state(q->world, q->rule, holds, same);
	assume_conditions(q);
	if (term_is_false(q->pool, q->assumed))
		return;
	for (unsigned i = 0; i < 2; i++)
		rule_side_run(&q->side[i], q->world, q->rule, i, q->from, q->constants);
	if (!q->side[0].complete) {
		fail(q, VERDICT_UNKNOWN, "the pattern has what is not modelled");
	} else if (!q->side[1].complete) {
		fail(q, VERDICT_UNKNOWN, "the result has what is not modelled");
	} else {
		assume(q, term_not(q->pool, run_any_fault(q->side[0].run)));
		compare_sides(q);
	}
	q->question = term_or(q->pool, q->question, term_and(q->pool, q->assumed, q->differ));
	for (unsigned i = 0; i < 2; i++)
		rule_side_release(&q->side[i]);
}

/* The next choice for the registers that may hold anything; false: that was all of them. */
static bool next_choice(const struct rule *r, enum rule_holds holds[RULE_REGS])
{
	for (unsigned i = 0; i < r->n_regs; i++) {
		if (!(r->any >> i & 1) || holds[i] == RULE_HOLDS_NOTHING)
			continue;
		if (holds[i] < RULE_HOLDS_WORD) {
			holds[i]++;
			return true;
		}
		holds[i] = RULE_HOLDS_NUMBER;
	}
	return false;
}

static unsigned count_loads(const struct rule_insn *side, unsigned n)
{
	unsigned loads = 0;
	for (unsigned i = 0; i < n; i++)
		loads += insn_has_form(&side[i].in, FORM_LDX) || insn_has_form(&side[i].in, FORM_LDXS);
	return loads;
}

/* What a rule may not have: its proof would not speak of it. Static, NULL: nothing. */
static const char *refuse(const struct rule *r)
{
	unsigned reads = rule_reads(r->pattern, r->n_pattern), known = reads | rule_writes(r->pattern, r->n_pattern);
	if (__builtin_popcount(r->points) > 2)
		return "it has more than two pointers";
	if (r->points & ~reads)
		return "the pattern does not read the pointer";
	if ((rule_reads(r->result, r->n_result) | rule_writes(r->result, r->n_result)) & ~known)
		return "the result has a register that the pattern has not";
	for (unsigned i = 0; i < r->n_facts; i++)
		if ((r->any | r->points | ~reads) >> r->facts[i].reg & 1)
			return "a fact is about what is no number that the pattern reads";
	if (count_loads(r->result, r->n_result) > count_loads(r->pattern, r->n_pattern))
		return "the result loads more often than the pattern";
	return NULL;
}

static void begin_question(struct proof *q)
{
	q->pool = term_new_pool();
	q->world = world_new(q->pool, PROGTYPE_XDP, NULL, 0);
	q->question = term_false(q->pool);
}

static void end_question(struct proof *q)
{
	world_free(q->world);
	term_free_pool(q->pool);
}

/* Every choice for the registers, with the constants that are fixed. */
static void prove_choices(struct proof *q)
{
	const struct rule *r = q->rule;
	enum rule_holds holds[RULE_REGS];
	unsigned reads = rule_reads(r->pattern, r->n_pattern);
	for (unsigned i = 0; i < RULE_REGS; i++)
		holds[i] = r->points >> i & 1 ? RULE_HOLDS_POINTER
			   : reads >> i & 1   ? RULE_HOLDS_NUMBER
					      : RULE_HOLDS_NOTHING;
	if (!q->gathers)
		begin_question(q);
	rule_inputs(q->world, q->constants);
	for (unsigned i = 0; i < RULE_CONSTANTS; i++)
		if (q->fixed >> i & 1)
			q->constants[i] = word_const(q->world, q->values[i]);
	do {
		ask_case(q, holds, false);
		if (__builtin_popcount(r->points) == 2)
			ask_case(q, holds, true);
	} while (q->out->verdict == VERDICT_PROVED && next_choice(r, holds));
	if (q->gathers)
		return;
	if (q->out->verdict == VERDICT_PROVED)
		decide(q);
	end_question(q);
}

/* Does the condition say that the constant is a power of two? */
static bool says_power(const struct rule *r, unsigned node, unsigned constant)
{
	const struct rule_node *n = &r->nodes[node];
	if (n->op == RULE_AND_ALSO)
		return says_power(r, n->a, constant) || says_power(r, n->b, constant);
	return n->op == RULE_IS_POWER && r->nodes[n->a].op == RULE_CONSTANT && r->nodes[n->a].value == constant;
}

/* Values of a constant of which there are few: an amount that the pattern shifts by, a power of two. 0: any. */
static unsigned list_values(const struct rule *r, unsigned constant, uint64_t values[64])
{
	unsigned n = 0;
	for (unsigned i = 0; i < r->n_conditions; i++)
		if (says_power(r, r->conditions[i], constant))
			for (n = 0; n < rule_constants[constant].bits; n++)
				values[n] = 1ull << n;
	for (unsigned i = 0; i < r->n_pattern; i++) {
		const struct rule_insn *ri = &r->pattern[i];
		bool shift = ri->in.op == ISA_LSH || ri->in.op == ISA_RSH || ri->in.op == ISA_ARSH;
		const struct rule_node *node = shift && ri->imm ? &r->nodes[ri->imm - 1] : NULL;
		if (node && node->op == RULE_CONSTANT && node->value == constant)
			for (n = 0; n < ri->in.width; n++)
				values[n] = n;
	}
	return n;
}

/* Every value of the constants from one on of which there are few. */
static void prove_values(struct proof *q, unsigned constant)
{
	uint64_t values[64];
	if (constant == RULE_CONSTANTS) {
		prove_choices(q);
		return;
	}
	unsigned n = list_values(q->rule, constant, values);
	if (!n)
		prove_values(q, constant + 1);
	q->fixed |= n ? 1u << constant : 0;
	for (unsigned i = 0; i < n && q->out->verdict == VERDICT_PROVED; i++) {
		q->values[constant] = values[i];
		prove_values(q, constant + 1);
	}
	if (q->out->verdict == VERDICT_PROVED)
		q->fixed &= ~(1u << constant);
}

static void prove(struct proof *q)
{
	const char *refused = refuse(q->rule);
	*q->out = (struct rule_proof){.verdict = VERDICT_PROVED, .why = "", .decided_by = "rewriting"};
	q->fixed = 0;
	if (refused)
		fail(q, VERDICT_UNKNOWN, refused);
	else
		prove_values(q, 0);
}

void rule_prove(const struct rule *r, struct solver *s, struct rule_proof *out)
{
	double start = clock_now_ms();
	prove(&(struct proof){.rule = r, .solver = s, .out = out});
	out->ms = clock_now_ms() - start;
}

/* One question for several rules, about the same inputs: is any of them wrong? */
static bool are_proved(const struct rule *r, size_t n, struct solver *s, struct rule_proof *out)
{
	struct proof q = {.solver = s, .gathers = true};
	struct rule_proof all = {.verdict = VERDICT_PROVED, .decided_by = "rewriting"};
	begin_question(&q);
	for (size_t i = 0; i < n && all.verdict == VERDICT_PROVED; i++) {
		q.rule = &r[i];
		q.out = &out[i];
		prove(&q);
		all.verdict = out[i].verdict;
	}
	q.out = &all;
	if (all.verdict == VERDICT_PROVED)
		decide(&q);
	for (size_t i = 0; i < n; i++)
		out[i].decided_by = all.decided_by;
	end_question(&q);
	return all.verdict == VERDICT_PROVED;
}

void rule_prove_all(const struct rule *r, size_t n, struct solver *s, struct rule_proof *out)
{
	for (size_t i = 0; i < n; i += TOGETHER) {
		size_t k = n - i < TOGETHER ? n - i : TOGETHER;
		if (are_proved(r + i, k, s, out + i))
			continue;
		for (size_t j = i; j < i + k; j++) /* which one is it? */
			rule_prove(&r[j], s, &out[j]);
	}
}
