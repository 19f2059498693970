/* SPDX-License-Identifier: BSD-2-Clause */
/* The symbolic machine over one program: is any of its faults reachable, of which a failed assertion is one? */
#include "checker/assertion/assertion.h"
#include "clock.h"
#include "checker/equiv/address.h"
#include "checker/safety/liveness.h"
#include "checker/witness/witness.h"
#include "encode/machine/machine.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

struct question {
	const struct program *p;
	const struct assertion_options *o;
	struct assertion_result *r;
	struct term_pool *pool;
	struct world *world;
	struct run *run;
	uint32_t *numbers; /* identity */
};

static void set_unknown(struct question *q, enum reason why, const char *what)
{
	q->r->verdict = VERDICT_UNKNOWN;
	q->r->reason = why;
	snprintf(q->r->what, sizeof q->r->what, "%s", what);
}

static size_t count_assertions(const struct program *p)
{
	size_t n = 0;
	for (size_t i = 0; i < p->n; i++) {
		const struct insn *in = &p->insns[i];
		n += in->op == ISA_CALL && in->src == CALL_KFUNC &&
		     !strcmp(p->object->externs[in->imm].name, FAIL_FUNCTION);
	}
	return n;
}

static void encode(struct question *q)
{
	size_t n = q->p->object->n_maps;
	const struct map **maps = calloc(n + 1, sizeof *maps);
	q->numbers = calloc(n + 1, sizeof *q->numbers);
	if (!maps || !q->numbers)
		abort();
	for (size_t i = 0; i < n; i++) {
		maps[i] = &q->p->object->maps[i];
		q->numbers[i] = (uint32_t)i;
	}
	q->pool = term_new_pool();
	q->world = world_new(q->pool, q->p->type, maps, n);
	free(maps);
	q->run = run_new(q->world, q->p, q->numbers);
	q->run->solver = q->o->solver;
	q->run->stop = q->o->stop;
	if (q->o->unroll)
		q->run->unroll = q->o->unroll;
	run_execute(q->run);
	q->r->terms = term_count(q->pool);
}

static enum reason reason_of(enum solver_failure f)
{
	switch (f) {
	case SOLVER_TIMEOUT:
		return REASON_TIMEOUT;
	case SOLVER_MEMORY:
		return REASON_MEMORY;
	case SOLVER_DIED:
		return REASON_SOLVER_DIED;
	case SOLVER_GARBLED:
		return REASON_SOLVER_GARBLED;
	case SOLVER_GAVE_UP:
	case SOLVER_NO_FAILURE:
		break;
	}
	return REASON_SOLVER_GAVE_UP;
}

/* Believed once the concrete machine runs into a fault. */
static void replay(struct question *q, const struct solver_model *model)
{
	struct input *in = witness_from_model(q->pool, model);
	struct exec_outcome out;
	exec_run(q->p, in, &(struct exec_options){.max_steps = 1000000}, &out);
	if (out.end == EXEC_FAULT) {
		const struct line *line = program_line(q->p, out.slot);
		snprintf(q->r->what, sizeof q->r->what, "instruction %u: %s%s%.120s%s", out.slot,
			 fault_texts[out.fault], line ? ": " : "", line ? line->text : "",
			 witness_is_opaque(in) ? " (with results of calls that are not modelled)" : "");
		q->r->verdict = VERDICT_REFUTED;
		q->r->witness = in;
		in = NULL;
	} else {
		set_unknown(q, REASON_REPLAY, "");
	}
	exec_release(&out);
	input_free(in);
}

/* Can it hold? If that is not known, the result says so. */
static bool ask(struct question *q, const char *name, term claim, struct solver_model *model)
{
	enum solver_failure why;
	term asserts[2] = {claim, address_condition(q->world, &claim, 1)};
	if (term_is_false(q->pool, claim))
		return false;
	q->r->decided_by = solver_name(q->o->solver);
	enum solver_answer a = solver_check(q->o->solver, q->pool, name, asserts, 2, model, &why);
	if (a == SOLVER_UNKNOWN)
		set_unknown(q, reason_of(why), "");
	return a == SOLVER_SAT;
}

/* Any fault of a kind: the assertions' (one after the other: each is about its own words), or all others. */
static term next_claim(const struct question *q, size_t *i)
{
	term others = term_false(q->pool);
	for (; *i < q->run->n_faults; ++*i)
		if (q->run->faults[*i].kind == FAULT_ASSERTION)
			return q->run->faults[(*i)++].guard;
	for (size_t k = 0; k < q->run->n_faults; k++)
		if (q->run->faults[k].kind != FAULT_ASSERTION)
			others = term_or(q->pool, others, q->run->faults[k].guard);
	++*i;
	return others;
}

/* A model that takes what a function of the program does for input is no counterexample. */
static void ask_faults(struct question *q)
{
	struct solver_model model;
	term free = term_not(q->pool, q->run->guessed);
	for (size_t i = 0; i <= q->run->n_faults && q->r->verdict != VERDICT_REFUTED;) {
		term any = next_claim(q, &i), sure = term_and(q->pool, any, free);
		if (ask(q, "assertions", sure, &model)) {
			replay(q, &model);
			solver_release_model(&model);
		} else if (sure != any && ask(q, "guessed", any, NULL)) {
			set_unknown(q, REASON_OPAQUE, "what a callback does");
		}
	}
}

static void decide(struct question *q)
{
	q->r->verdict = VERDICT_PROVED;
	q->r->reason = REASON_NONE;
	q->r->decided_by = "rewriting";
	ask_faults(q);
	if (q->r->verdict == VERDICT_PROVED && ask(q, "modelled", run_any_unknown(q->run), NULL))
		set_unknown(q, q->run->unknowns[0].reason, q->run->unknowns[0].what);
	enum reason why = run_end(q->run);
	if (why && q->r->verdict == VERDICT_PROVED)
		set_unknown(q, why, "");
}

void assertion_check(const struct program *p, const struct assertion_options *o, struct assertion_result *r)
{
	struct question q = {.p = p, .o = o, .r = r};
	double start = clock_now_ms();
	*r = (struct assertion_result){.verdict = VERDICT_UNKNOWN, .assertions = count_assertions(p), .decided_by = ""};
	if (p->error) {
		set_unknown(&q, REASON_REFUSED, p->error);
	} else if (p->type == PROGTYPE_UNSPEC || liveness_has_unknown_arguments(p)) {
		set_unknown(&q, REASON_PROGTYPE, p->section);
	} else {
		encode(&q);
		decide(&q);
	}
	run_free(q.run);
	world_free(q.world);
	if (q.pool)
		term_free_pool(q.pool);
	free(q.numbers);
	r->ms = clock_now_ms() - start;
}

void assertion_release(struct assertion_result *r)
{
	input_free(r->witness);
	*r = (struct assertion_result){0};
}
