/* SPDX-License-Identifier: BSD-2-Clause */
/* Size, estimated latency and verifier's work of a program. */
#include "synth/cost/cost.h"

#include "checker/exec/kernel.h"
#include "synth/cost/frequency.h"

#include <stdlib.h>
#include <string.h>

static const enum latency by_form[] = {
    [FORM_ALU] = LATENCY_ALU,       [FORM_ALUX] = LATENCY_ALU,      [FORM_ALU1] = LATENCY_ALU,
    [FORM_CAST] = LATENCY_ALU,      [FORM_END] = LATENCY_SWAP,      [FORM_JA] = LATENCY_JA,
    [FORM_JAL] = LATENCY_JA,        [FORM_JMP] = LATENCY_JUMP,      [FORM_MAYGOTO] = LATENCY_JUMP,
    [FORM_CALL] = LATENCY_HELPER,   [FORM_EXIT] = LATENCY_EXIT,     [FORM_WIDE] = LATENCY_LDDW,
    [FORM_LDABS] = LATENCY_PACKET,  [FORM_LDIND] = LATENCY_PACKET,  [FORM_LDX] = LATENCY_LOAD,
    [FORM_LDXS] = LATENCY_LOAD,     [FORM_ST] = LATENCY_STORE_IMM,  [FORM_STX] = LATENCY_STORE,
    [FORM_ATOMIC] = LATENCY_ATOMIC, [FORM_LOAD_ACQ] = LATENCY_LOAD, [FORM_STORE_REL] = LATENCY_STORE,
};

/* Instructions that are not like the others of their form. */
static const struct exception {
	uint8_t op;
	bool only_register;
	enum latency class;
} exceptions[] = {
    {ISA_MOV, false, LATENCY_MOV},           {ISA_MUL, false, LATENCY_MUL},
    {ISA_DIV, false, LATENCY_DIV},           {ISA_SDIV, false, LATENCY_DIV},
    {ISA_MOD, false, LATENCY_DIV},           {ISA_SMOD, false, LATENCY_DIV},
    {ISA_LSH, true, LATENCY_SHIFT},          {ISA_RSH, true, LATENCY_SHIFT},
    {ISA_ARSH, true, LATENCY_SHIFT},         {ISA_A_FADD, false, LATENCY_FETCH},
    {ISA_A_XCHG, false, LATENCY_FETCH},      {ISA_A_CMPXCHG, false, LATENCY_FETCH},
    {ISA_A_FOR, false, LATENCY_FETCH_LOOP},  {ISA_A_FAND, false, LATENCY_FETCH_LOOP},
    {ISA_A_FXOR, false, LATENCY_FETCH_LOOP},
};

enum latency cost_class(const struct insn *in)
{
	for (size_t i = 0; i < sizeof exceptions / sizeof *exceptions; i++)
		if (exceptions[i].op == in->op && !(exceptions[i].only_register && in->k))
			return exceptions[i].class;
	enum isa_form form = isa_rows[in->op].form;
	return form == FORM_CALL && in->src == CALL_LOCAL ? LATENCY_CALL : by_form[form];
}

uint64_t cost_of_insn(const struct cost_table *t, const struct insn *in)
{
	if (in->op == ISA_WIDE_TAIL)
		return 0;
	bool is_helper = in->op == ISA_CALL && in->src == CALL_HELPER && in->imm > 0 && in->imm < COST_HELPERS;
	if (is_helper && t->helper_ps[in->imm])
		return t->helper_ps[in->imm];
	return t->class_ps[cost_class(in)];
}

enum cost_meter cost_choose_meter(const struct program *p)
{
	return kernel_verify(p, NULL, 0, NULL) == KERNEL_RAN ? COST_KERNEL : COST_PROVER;
}

static bool count_steps(const struct program *p, const struct cost_options *o, uint64_t *steps)
{
	struct safety_options so = {.privileged = o->privileged, .no_search = true, .stop = o->stop};
	struct safety_result r;
	if (o->meter == COST_KERNEL)
		return kernel_verify(p, NULL, 0, steps) == KERNEL_RAN;
	safety_check(p, &so, &r);
	bool proved = r.verdict == VERDICT_PROVED;
	*steps = r.steps;
	safety_release(&r);
	return proved;
}

static bool sum_latency(const struct program *p, const struct cost_table *t, uint64_t *ps)
{
	double *runs = frequency_of(p), sum = 0;
	for (size_t i = 0; runs && i < p->n; i++)
		sum += runs[i] * (double)cost_of_insn(t, &p->insns[i]);
	free(runs);
	*ps = sum < 9e18 ? (uint64_t)sum : UINT64_MAX;
	return runs != NULL;
}

bool cost_of(const struct program *p, const struct cost_options *o, struct cost *out)
{
	*out = (struct cost){.slots = p->n};
	return sum_latency(p, o->table, &out->ps) && (o->goal != GOAL_VERIFIER || count_steps(p, o, &out->steps));
}

static int order(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

int cost_compare(enum goal goal, const struct cost *a, const struct cost *b)
{
	int slots = order(a->slots, b->slots), ps = order(a->ps, b->ps), steps = order(a->steps, b->steps);
	if (goal == GOAL_LATENCY)
		return ps ? ps : slots;
	if (goal == GOAL_VERIFIER && steps)
		return steps;
	return slots ? slots : ps;
}
